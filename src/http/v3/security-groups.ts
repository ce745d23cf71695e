// `/v3/security_groups`. A group that holds everywhere is seen by everybody, another one from the spaces that it is
// bound to; admins change groups, and whoever manages a space decides what holds in it.
import { securityGroupsSeen, spacesSeen } from '../../foundation/sight.ts';
import {
  type Lifecycle,
  lifecycles,
  type SecurityGroup,
  securityGroupOf,
  securityGroupSpaceTable,
  securityGroupTable,
} from '../../foundation/table/security-groups.ts';
import { type Space, spaceOf, spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, type Standing } from '../../identity/role.ts';
import type { V3List } from '../../query/v3-list.ts';
import { all, any, equals, every, oneOf, type Row, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, relatedMany, relationshipsAnswer } from './answer.ts';
import { parseRelatedMany, readBody, unprocessable } from './body.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { parseNewSecurityGroup, parseSecurityGroupChanges } from './security-group-body.ts';
import { v3Route } from './v3-route.ts';

type Spaces = (group: string, lifecycle: Lifecycle) => readonly string[];

function presentGroup(group: SecurityGroup, spacesOf: Spaces, url: string): object {
  const spaces = lifecycles.map((lifecycle) => [
    `${lifecycle}_spaces`,
    relatedMany(spacesOf(group.guid, lifecycle)),
  ]);
  return {
    ...head(group),
    name: group.name,
    rules: group.rules,
    globally_enabled: group.globally,
    relationships: Object.fromEntries(spaces),
    links: { self: { href: `${url}${collection}/${group.guid}` } },
  };
}

/** Shows groups with those of their spaces that a filter lets through. */
function showWith(seen: RowFilter): Show {
  return async (rows, services) => {
    const groups = rows.map(securityGroupOf);
    const spacesOf = await readSpaces(
      groups.map(({ guid }) => guid),
      seen,
      services,
    );
    return groups.map((group) => presentGroup(group, spacesOf, services.url));
  };
}

async function readSpaces(guids: readonly string[], seen: RowFilter, { store }: Services): Promise<Spaces> {
  const where = all(oneOf('security_group_guid', guids), inSpaces(seen));
  const rows = await store.rows(securityGroupSpaceTable, { where });
  return (group, lifecycle) =>
    rows
      .filter((row) => row.security_group_guid === group && row.lifecycle === lifecycle)
      .map((row) => String(row.space_guid));
}

/** Bindings in the spaces that a filter lets through. */
function inSpaces(where: RowFilter): RowFilter {
  return { kind: 'within', column: 'space_guid', table: spaceTable, select: 'guid', where };
}

/** Groups that are bound in those of the spaces that a filter lets through. */
function boundIn(lifecycle: Lifecycle, spaceGuids: readonly string[], seen: RowFilter): RowFilter {
  const spaces = inSpaces(all(oneOf('guid', spaceGuids), seen));
  const where = all(equals('lifecycle', lifecycle), spaces);
  const table = securityGroupSpaceTable;
  return { kind: 'within', column: 'guid', table, select: 'security_group_guid', where };
}

const spaceFilters = {
  names: (names: readonly string[]) => oneOf('name', names),
};

function filtersFor(seen: RowFilter): Collection['filters'] {
  return {
    ...spaceFilters,
    running_space_guids: (guids) => boundIn('running', guids, seen),
    staging_space_guids: (guids) => boundIn('staging', guids, seen),
    globally_enabled_running: (values) => equals('running_default', values[0] === 'true'),
    globally_enabled_staging: (values) => equals('staging_default', values[0] === 'true'),
  };
}

function switches({ lists }: V3List): string[] {
  return lifecycles.flatMap((lifecycle) => {
    const values = lists.get(`globally_enabled_${lifecycle}`)?.values ?? ['true'];
    const right = values.length === 1 && (values[0] === 'true' || values[0] === 'false');
    return right ? [] : [`Globally enabled ${lifecycle} must be 'true' or 'false'`];
  });
}

/** Groups with those of their spaces that a filter lets through, and found by no others. */
function collectionOf(seen: RowFilter): Collection {
  return {
    table: securityGroupTable,
    filters: filtersFor(seen),
    orders: {},
    labels: null,
    includes: {},
    rules: switches,
    show: showWith(seen),
  };
}

function ofSpace(seen: RowFilter): Collection {
  return { ...collectionOf(seen), filters: spaceFilters, rules: () => [] };
}

/** Describes the lists of a space, for the OpenAPI document. */
export const groupsListed = listed(ofSpace(every));

/** The groups that hold in a space, bound to it or everywhere, while its apps run or are staged. */
export async function listGroupsOf(
  call: KnownCall,
  services: Services,
  space: Space,
  lifecycle: Lifecycle,
): Promise<Answer> {
  const seen = any(equals(`${lifecycle}_default`, true), boundIn(lifecycle, [space.guid], every));
  const path = `/v3/spaces/${space.guid}/${lifecycle}_security_groups`;
  return answerList(call, services, ofSpace(equals('guid', space.guid)), path, seen);
}

interface Found {
  readonly standing: Standing;
  readonly row: Row;
  readonly guid: string;
}

async function find(call: KnownCall, services: Services): Promise<Found> {
  const standing = await services.standing(call.principal);
  const seen = securityGroupsSeen(standing);
  const row = await findSeen(call, services, securityGroupTable, seen, 'Security group');
  return { standing, row, guid: String(row.guid) };
}

async function answerGroup(
  status: number,
  guid: string,
  standing: Standing,
  services: Services,
): Promise<Answer> {
  const rows = await services.store.rows(securityGroupTable, { where: equals('guid', guid) });
  const [body] = await showWith(spacesSeen(standing))(rows, services);
  return { status, body: body ?? {} };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const groups = collectionOf(spacesSeen(standing));
  return answerList(call, services, groups, collection, securityGroupsSeen(standing));
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  return answerGroup(200, guid, standing, services);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'security_group.create', anywhere);
  const input = parseNewSecurityGroup(readBody(call));
  const { guid } = await services.perform('security_group.create', permit, call.doer, input);
  return answerGroup(201, guid, standing, services);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  const permit = grant(standing, 'security_group.update', anywhere);
  const input = { guid, ...parseSecurityGroupChanges(readBody(call)) };
  await services.perform('security_group.update', permit, call.doer, input);
  return answerGroup(200, guid, standing, services);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  const permit = grant(standing, 'security_group.delete', anywhere);
  return accepted(services, await services.perform('security_group.delete', permit, call.doer, { guid }));
}

function bind(lifecycle: Lifecycle) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid } = await find(call, services);
    const spaceGuids = parseRelatedMany(readBody(call));
    const rows = await services.store.rows(spaceTable, { where: oneOf('guid', spaceGuids) });
    const places = rows.map(spaceOf).map(placeOf);
    const [permit] = places.map((place) => grant(standing, 'security_group.bind', place));
    if (permit === undefined) {
      const text = `Spaces with guids ${JSON.stringify(spaceGuids)} do not exist, or you do not have access to them.`;
      throw unprocessable(text);
    }
    await services.perform('security_group.bind', permit, call.doer, { guid, lifecycle, spaceGuids });
    const spacesOf = await readSpaces([guid], spacesSeen(standing), services);
    const path = `${services.url}${collection}/${guid}/relationships/${lifecycle}_spaces`;
    return relationshipsAnswer(path, spacesOf(guid, lifecycle));
  };
}

function unbind(lifecycle: Lifecycle) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { standing, guid } = await find(call, services);
    const spaceGuid = call.params.space_guid ?? '';
    const [row] = await services.store.rows(spaceTable, { where: equals('guid', spaceGuid), limit: 1 });
    if (row === undefined) {
      const text = `Unable to unbind security group from space with guid '${spaceGuid}'.`;
      throw unprocessable(`${text} Ensure the space is bound to this security group.`);
    }
    const permit = grant(standing, 'security_group.unbind', placeOf(spaceOf(row)));
    await services.perform('security_group.unbind', permit, call.doer, { guid, lifecycle });
    return { status: 204 };
  };
}

function placeOf({ guid, organizationGuid }: Space) {
  return { organizationGuid, spaceGuid: guid };
}

const collection = '/v3/security_groups';
const one = `${collection}/:guid`;
const spaces = (lifecycle: Lifecycle) => `${one}/relationships/${lifecycle}_spaces`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create a security group', create),
  v3Route('GET', collection, 'List security groups', list, listed(collectionOf(every))),
  v3Route('GET', one, 'Get a security group', show),
  v3Route('PATCH', one, 'Update a security group', update),
  v3Route('DELETE', one, 'Delete a security group', remove),
  ...lifecycles.flatMap((lifecycle) => [
    v3Route('POST', spaces(lifecycle), `Bind a security group for ${lifecycle} apps`, bind(lifecycle)),
    v3Route(
      'DELETE',
      `${spaces(lifecycle)}/:space_guid`,
      `Unbind a security group for ${lifecycle} apps`,
      unbind(lifecycle),
    ),
  ]),
];
