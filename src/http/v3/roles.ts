// `/v3/roles`: who has which role where. A request names the user by guid, or by name and origin.
import { isSpaceRole, type UserReference } from '../../foundation/roles.ts';
import { rolesSeen } from '../../foundation/sight.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { type Assignment, assignmentOf } from '../../foundation/table/roles.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { type RoleType, roleTable } from '../../identity/role.ts';
import { all, equals, oneOf } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, related } from './answer.ts';
import {
  type Body,
  isBlank,
  isObject,
  readBody,
  refuse,
  relatedGuid,
  relationships,
  string,
  textOf,
  toOne,
  unknownFields,
  unprocessable,
} from './body.ts';
import {
  answerList,
  type Collection,
  distinct,
  includedInOne,
  including,
  listed,
  type Show,
} from './list.ts';
import { includedOrganizations } from './organizations.ts';
import { includedSpaces } from './spaces.ts';
import { includedUsers } from './users.ts';
import { v3Route } from './v3-route.ts';

/** In the order of the original's sentence. */
const roleTypes: readonly RoleType[] = [
  'organization_auditor',
  'organization_manager',
  'organization_billing_manager',
  'organization_user',
  'space_auditor',
  'space_manager',
  'space_developer',
  'space_supporter',
];

/** What a request for a role says: the role itself, and the guid of the place, an organization or a space. */
export interface RoleWish {
  readonly type: RoleType;
  readonly user: UserReference;
  readonly placeGuid: string;
}

/** Reads the body of a creation. Throws UnprocessableEntity. */
export function parseNewRole(body: Body): RoleWish {
  const type = roleTypes.find((known) => known === body.type);
  const allowed = `[${roleTypes.map((known) => `"${known}"`).join(', ')}]`;
  refuse([
    ...unknownFields(body, ['type', 'relationships']),
    ...relationships(body.relationships, (members) => roleProblems(body.type, members)),
    ...(type === undefined ? [`Type must be one of the allowed types ${allowed}`] : []),
  ]);
  const members = isObject(body.relationships) ? body.relationships : {};
  const user = dataOf(members.user) ?? {};
  const guid = textOf(user.guid);
  return {
    type: type ?? 'organization_user',
    user: guid === null ? { username: textOf(user.username) ?? '', origin: textOf(user.origin) } : { guid },
    placeGuid: relatedGuid(members.space) ?? relatedGuid(members.organization) ?? '',
  };
}

function roleProblems(type: unknown, members: Body): string[] {
  const user = userProblems(members.user);
  const place = placeProblems(type, members);
  const { space, organization } = members;
  const given = dataOf(members.user) ?? {};
  const userIsRight = user.length === 0;
  return [
    ...unknownFields(members, ['space', 'user', 'organization']),
    ...user,
    ...place,
    ...(place.length === 0 && isAbsent(organization) ? toOne('space', space) : []),
    ...(place.length === 0 && isAbsent(space) ? toOne('organization', organization) : []),
    ...(userIsRight && 'guid' in given ? toOne('user', members.user) : []),
    ...(userIsRight && 'username' in given ? string('Username', given.username) : []),
    ...(userIsRight && !isAbsent(given.origin) ? string('User origin', given.origin) : []),
  ];
}

function userProblems(user: unknown): string[] {
  const given = dataOf(user) ?? {};
  const [byGuid, byName, origin] = ['guid' in given, 'username' in given, 'origin' in given];
  return [
    ...(isBlank(user) ? ["User can't be blank"] : []),
    ...(byGuid && byName ? ['Username cannot be specified when identifying user by guid'] : []),
    ...(byGuid && origin ? ['User origin cannot be specified when identifying user by guid'] : []),
    ...(!byName && origin ? ['User origin cannot be specified without specifying the username'] : []),
    ...(!byName && !byGuid ? ['User must have a username or guid specified'] : []),
  ];
}

function placeProblems(type: unknown, { space, organization }: Body): string[] {
  const [inSpace, inOrganization] = [hasData(space), hasData(organization)];
  const known = roleTypes.find((role) => role === type);
  const [ofSpace, ofOrganization] = [known && isSpaceRole(known), known && !isSpaceRole(known)];
  return [
    ...(inSpace || inOrganization ? [] : ['must specify either a space or an organization.']),
    ...(inSpace && ofOrganization
      ? [`Space cannot be provided with the organization role type: '${type}'.`]
      : []),
    ...(inOrganization && ofSpace
      ? [`Organization cannot be provided with the space role type: '${type}'.`]
      : []),
    ...(inSpace && inOrganization ? ['cannot specify both an organization and a space.'] : []),
  ];
}

function presentRole(role: Assignment, url: string): object {
  const inSpace = role.spaceGuid !== '';
  const place = inSpace
    ? { space: { href: `${url}/v3/spaces/${role.spaceGuid}` } }
    : { organization: { href: `${url}/v3/organizations/${role.organizationGuid}` } };
  return {
    ...head(role),
    type: role.type,
    relationships: {
      user: related(role.userGuid),
      organization: related(inSpace ? null : role.organizationGuid),
      space: related(inSpace ? role.spaceGuid : null),
    },
    links: {
      self: { href: `${url}/v3/roles/${role.guid}` },
      user: { href: `${url}/v3/users/${encodeURIComponent(role.userGuid)}` },
      ...place,
    },
  };
}

const showRoles: Show = async (rows, { url }) => rows.map((row) => presentRole(assignmentOf(row), url));

const roleCollection: Collection = {
  table: roleTable,
  filters: {
    organization_guids: (guids) => all(equals('space_guid', ''), oneOf('organization_guid', guids)),
    space_guids: (guids) => all(oneOf('space_guid', guids), { kind: 'not', of: equals('space_guid', '') }),
    user_guids: (guids) => oneOf('user_guid', guids),
    types: (types) => oneOf('type', types),
  },
  orders: {},
  labels: null,
  includes: {
    user: {
      member: 'users',
      show: (rows, services) => includedUsers(distinct(rows, 'user_guid'), services),
    },
    organization: {
      member: 'organizations',
      show: (rows, services) => {
        const own = rows.filter((row) => row.space_guid === '');
        return includedOrganizations(distinct(own, 'organization_guid'), services);
      },
    },
    space: {
      member: 'spaces',
      show: (rows, services) => includedSpaces(distinct(rows, 'space_guid'), services),
    },
  },
  show: showRoles,
};

async function find(call: KnownCall, services: Services) {
  const standing = await services.standing(call.principal);
  const row = await findSeen(call, services, roleTable, rolesSeen(standing), 'Role');
  return { standing, row, role: assignmentOf(row) };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = rolesSeen(await services.standing(call.principal));
  return answerList(call, services, roleCollection, '/v3/roles', seen);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { row, role } = await find(call, services);
  const included = await includedInOne(call, services, roleCollection, row);
  return { status: 200, body: { ...presentRole(role, services.url), ...included } };
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const request = readBody(call);
  const wish = parseNewRole(request);
  const made = await (isSpaceRole(wish.type) ? createInSpace : createInOrganization)(
    call,
    services,
    wish,
    request,
  );
  return { status: 201, body: presentRole(made, services.url) };
}

async function createInOrganization(
  call: KnownCall,
  services: Services,
  { type, user, placeGuid }: RoleWish,
  request: object,
): Promise<Assignment> {
  const where = equals('guid', placeGuid);
  const [row] = await services.store.rows(organizationTable, { where, limit: 1 });
  if (row === undefined) {
    throw unprocessable(
      'Invalid organization. Ensure that the organization exists and you have access to it.',
    );
  }
  const place = { organizationGuid: String(row.guid), spaceGuid: '' };
  const permit = grant(await services.standing(call.principal), 'organization_role.create', place);
  return services.perform('organization_role.create', permit, call.doer, { type, user, request });
}

async function createInSpace(
  call: KnownCall,
  services: Services,
  { type, user, placeGuid }: RoleWish,
  request: object,
): Promise<Assignment> {
  const [row] = await services.store.rows(spaceTable, { where: equals('guid', placeGuid), limit: 1 });
  if (row === undefined) {
    throw unprocessable('Invalid space. Ensure that the space exists and you have access to it.');
  }
  const place = { organizationGuid: String(row.organization_guid), spaceGuid: String(row.guid) };
  const permit = grant(await services.standing(call.principal), 'space_role.create', place);
  return services.perform('space_role.create', permit, call.doer, { type, user, request });
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, role } = await find(call, services);
  const action = role.spaceGuid === '' ? 'organization_role.delete' : 'space_role.delete';
  const { organizationGuid, spaceGuid } = role;
  const permit = grant(standing, action, { organizationGuid, spaceGuid });
  return accepted(services, await services.perform('role.delete', permit, call.doer, { guid: role.guid }));
}

function dataOf(relationship: unknown): Body | null {
  return isObject(relationship) && isObject(relationship.data) ? relationship.data : null;
}

function hasData(relationship: unknown): boolean {
  return isObject(relationship) && !isAbsent(relationship.data);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

const collection = '/v3/roles';
const one = `${collection}/:guid`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create a role', create),
  v3Route('GET', collection, 'List roles', list, listed(roleCollection)),
  v3Route('GET', one, 'Get a role', show, including(roleCollection)),
  v3Route('DELETE', one, 'Delete a role', remove),
];
