// Roles of V2: lists under a place, changed by the guid of a user in the path, or by a name in the body. One table for
// organizations and spaces; what differs between them stands in `Place`.
import type { UserReference } from '../../foundation/roles.ts';
import { grant, type Permit } from '../../identity/permit.ts';
import { allowed, type RoleType, roleTable, type Standing, type Where } from '../../identity/role.ts';
import { all, equals, oneOf, type Row, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { isBlank, readBody, textOf } from '../v3/body.ts';
import { type Entity, text } from './entity/entity.ts';
import { organizationEntity } from './entity/organizations.ts';
import { spaceEntity } from './entity/spaces.ts';
import { userEntity } from './entity/users.ts';
import { answerOne, findOne } from './find.ts';
import { flagOf } from './jobs.ts';
import { answerList, listed } from './list.ts';
import { relatedRoute } from './related.ts';
import { v2Route } from './v2-route.ts';

interface Place {
  readonly entity: Entity;
  readonly noun: 'organization' | 'space';
  /** The name of each list, and the role that it is of. */
  readonly lists: Readonly<Record<string, RoleType>>;
  /** What `user_roles` calls each role, in the original's order. */
  readonly titles: readonly (readonly [role: RoleType, title: string])[];
  readonly where: (row: Row) => Where;
  /** Removal by name answers 204, or 200 with the place. */
  readonly answersRemoval: boolean;
}

const organization: Place = {
  entity: organizationEntity,
  noun: 'organization',
  lists: {
    users: 'organization_user',
    managers: 'organization_manager',
    billing_managers: 'organization_billing_manager',
    auditors: 'organization_auditor',
  },
  titles: [
    ['organization_user', 'org_user'],
    ['organization_manager', 'org_manager'],
    ['organization_auditor', 'org_auditor'],
    ['organization_billing_manager', 'billing_manager'],
  ],
  where: (row) => ({ organizationGuid: String(row.guid), spaceGuid: '' }),
  answersRemoval: false,
};

const space: Place = {
  entity: spaceEntity,
  noun: 'space',
  lists: { developers: 'space_developer', managers: 'space_manager', auditors: 'space_auditor' },
  titles: [
    ['space_developer', 'space_developer'],
    ['space_manager', 'space_manager'],
    ['space_auditor', 'space_auditor'],
  ],
  where: (row) => ({ organizationGuid: String(row.organization_guid), spaceGuid: String(row.guid) }),
  answersRemoval: true,
};

/** One list of a place. */
interface List extends Place {
  readonly name: string;
  readonly type: RoleType;
}

type RemovalPermit = Permit<`${'organization' | 'space'}_role.${'delete' | 'resign'}`>;

/** The permit to take a role away, or, of oneself, to give it up. */
export function grantRemoval(
  standing: Standing,
  noun: 'organization' | 'space',
  where: Where,
  userGuid: string | null,
): RemovalPermit {
  const mayOnlyResign = userGuid === standing.userGuid && !allowed(standing, `${noun}_role.delete`, where);
  return grant(standing, mayOnlyResign ? `${noun}_role.resign` : `${noun}_role.delete`, where);
}

/** By name, and by origin where one is given. */
function namedUser(call: KnownCall): UserReference {
  const { username, origin } = readBody(call);
  return { username: textOf(username) ?? '', origin: isBlank(origin) ? null : textOf(origin) };
}

/** By the guid in the path. */
function pathUser(call: KnownCall): UserReference & { readonly guid: string } {
  return { guid: call.params.user_guid ?? '' };
}

async function add(
  call: KnownCall,
  services: Services,
  { entity, noun, type, where }: List,
  user: UserReference,
): Promise<Answer> {
  const { standing, guid, row } = await findOne(call, services, entity);
  const permit = grant(standing, `${noun}_role.create`, where(row));
  await services.perform('member.add', permit, call.doer, { type, user, request: null });
  return answerOne(call, services, entity, guid, 201);
}

/** The original tells of a removal by guid from an organization twice, as a change of the organization too. */
async function removeByGuid(call: KnownCall, services: Services, list: List): Promise<Answer> {
  const { entity, noun, type, name } = list;
  const { standing, row } = await findOne(call, services, entity);
  const user = pathUser(call);
  const permit = grantRemoval(standing, noun, list.where(row), user.guid);
  const ofOrganization = noun === 'organization';
  const relation = { verb: 'remove', relation: name, related_guid: user.guid };
  const update = ofOrganization ? { [name.slice(0, -1)]: user.guid, ...relation } : null;
  const request = ofOrganization ? {} : null;
  const input = { type, user, request, update, recursive: flagOf(call, 'recursive') };
  await services.perform('member.remove', permit, call.doer, input);
  return { status: 204 };
}

async function removeByName(call: KnownCall, services: Services, list: List): Promise<Answer> {
  const { entity, noun, type } = list;
  const { standing, row, guid } = await findOne(call, services, entity);
  const permit = grantRemoval(standing, noun, list.where(row), null);
  const recursive = flagOf(call, 'recursive');
  const input = { type, user: namedUser(call), request: null, update: null, recursive };
  await services.perform('member.remove', permit, call.doer, input);
  return list.answersRemoval ? answerOne(call, services, entity, guid) : { status: 204 };
}

/** Everybody who has a role in a place, with the roles. */
async function listRoles(call: KnownCall, services: Services, { entity, ...place }: Place): Promise<Answer> {
  const { guid, row } = await findOne(call, services, entity);
  const { organizationGuid, spaceGuid } = place.where(row);
  const types = place.titles.map(([type]) => type);
  const here = [equals('organization_guid', organizationGuid), equals('space_guid', spaceGuid)];
  const where = all(...here, oneOf('type', types));
  const members = { kind: 'within', column: 'guid', table: roleTable, select: 'user_guid', where } as const;
  const path = `${entity.path}/${encodeURIComponent(guid)}/user_roles`;
  return answerList(call, services, withRoles(place, where), path, members);
}

function withRoles({ noun, titles }: Pick<Place, 'noun' | 'titles'>, where: RowFilter): Entity {
  return {
    ...userEntity,
    attributes: { user_guid: text('guid') },
    members: async (rows, services) => {
      const guids = rows.map((row) => String(row.guid));
      const [users, roles] = await Promise.all([
        userEntity.members(rows, services),
        services.store.rows(roleTable, { where: all(where, oneOf('user_guid', guids)) }),
      ]);
      const held = new Set(roles.map((role) => `${role.user_guid} ${role.type}`));
      return users.map((user, index) => ({
        ...user,
        [`${noun}_roles`]: titles
          .filter(([type]) => held.has(`${guids[index]} ${type}`))
          .map(([, title]) => title),
      }));
    },
  };
}

function routesOf(place: Place): Route[] {
  const one = `${place.entity.path}/:guid`;
  const lists = Object.entries(place.lists).flatMap(([name, type]) => {
    const list = { ...place, name, type };
    const path = `${one}/${name}`;
    const role = `${name.replaceAll('_', ' ').slice(0, -1)} of ${place.noun === 'space' ? 'a space' : 'an organization'}`;
    const byName = removeByNameOf(list);
    return [
      relatedRoute(place.entity, name),
      v2Route('PUT', path, `Make somebody ${role}, by name`, (call, services) =>
        add(call, services, list, namedUser(call)),
      ),
      v2Route('PUT', `${path}/:user_guid`, `Make somebody ${role}`, (call, services) =>
        add(call, services, list, pathUser(call)),
      ),
      v2Route('DELETE', path, `Remove somebody as ${role}, by name`, byName),
      v2Route('POST', `${path}/remove`, `Remove somebody as ${role}, by name`, byName),
      v2Route('DELETE', `${path}/:user_guid`, `Remove somebody as ${role}`, (call, services) =>
        removeByGuid(call, services, list),
      ),
    ];
  });
  const roles = v2Route(
    'GET',
    `${one}/user_roles`,
    `List who has which role in ${place.noun === 'space' ? 'a space' : 'an organization'}`,
    (call, services) => listRoles(call, services, place),
    listed({ ...userEntity, attributes: { user_guid: text('guid') } }),
  );
  return [...lists, roles];
}

function removeByNameOf(list: List) {
  return (call: KnownCall, services: Services): Promise<Answer> => removeByName(call, services, list);
}

export const routes: readonly Route[] = [...routesOf(organization), ...routesOf(space)];
