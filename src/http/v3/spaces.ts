// `/v3/spaces`. Who may see a space and may not change it is answered 403; to everybody else it does not exist (404).
import { foldName } from '../../foundation/rows.ts';
import { organizationsSeen, spacesSeen } from '../../foundation/sight.ts';
import type { Labelled } from '../../foundation/table/labels.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { type Lifecycle, lifecycles } from '../../foundation/table/security-groups.ts';
import { type Space, spaceOf, spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { roleTable, type Standing, type Where } from '../../identity/role.ts';
import { all, equals, oneOf, type Row } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, notFound, related, relationshipAnswer } from './answer.ts';
import {
  type Body,
  boolean,
  changedName,
  isBlank,
  isObject,
  newName,
  parseRelated,
  readBody,
  refuse,
  relatedGuid,
  relationships,
  textOf,
  toOne,
  unknownFields,
  unprocessable,
} from './body.ts';
import { metadataChanges, metadataProblems, readMetadata } from './labels.ts';
import {
  answerList,
  type Collection,
  distinct,
  includedInOne,
  including,
  listed,
  type Show,
} from './list.ts';
import { includedOrganizations, usageOf } from './organizations.ts';
import { groupsListed, listGroupsOf } from './security-groups.ts';
import { userCollection } from './users.ts';
import { v3Route } from './v3-route.ts';

/** Reads the body of a creation. Throws UnprocessableEntity. */
export function parseNewSpace(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, ['name', 'relationships', 'metadata']),
    ...relationships(body.relationships, (members) => [
      ...unknownFields(members, ['organization']),
      ...(isBlank(members.organization) ? ["Organization can't be blank"] : []),
      ...toOne('organization', members.organization),
    ]),
    ...newName(body.name),
  ]);
  const place = isObject(body.relationships) ? body.relationships.organization : null;
  return {
    organizationGuid: relatedGuid(place),
    input: { name: textOf(body.name) ?? '', metadata: metadataChanges(body), request: body },
  };
}

/** Reads the body of a change; members that are null change nothing. Throws UnprocessableEntity. */
function parseSpaceChanges(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, ['name', 'metadata']),
    ...changedName(body.name),
  ]);
  const name = textOf(body.name);
  return { ...(name === null ? {} : { name }), metadata: metadataChanges(body), request: body };
}

function presentSpace({ resource, metadata }: Labelled<Space>, url: string): object {
  const self = `${url}/v3/spaces/${resource.guid}`;
  return {
    ...head(resource),
    name: resource.name,
    relationships: { organization: related(resource.organizationGuid), quota: related(resource.quotaGuid) },
    metadata,
    links: {
      self: { href: self },
      organization: { href: `${url}/v3/organizations/${resource.organizationGuid}` },
      features: { href: `${self}/features` },
      apply_manifest: { href: `${self}/actions/apply_manifest`, method: 'POST' },
      ...(resource.quotaGuid === null
        ? {}
        : { quota: { href: `${url}/v3/space_quotas/${resource.quotaGuid}` } }),
    },
  };
}

const showSpaces: Show = async (rows, { store, url }) => {
  const spaces = rows.map(spaceOf);
  const metadataOf = await readMetadata(
    store,
    'space',
    spaces.map(({ guid }) => guid),
  );
  return spaces.map((resource) => presentSpace({ resource, metadata: metadataOf(resource.guid) }, url));
};

/** Shows spaces by guid, wherever they are included. */
export async function includedSpaces(guids: readonly string[], services: Services): Promise<object[]> {
  return showSpaces(await services.store.rows(spaceTable, { where: oneOf('guid', guids) }), services);
}

const organization = {
  member: 'organizations',
  show: (rows: readonly Row[], services: Services) =>
    includedOrganizations(distinct(rows, 'organization_guid'), services),
};

const spaceCollection: Collection = {
  table: spaceTable,
  filters: {
    names: (names) => oneOf('folded_name', names.map(foldName)),
    organization_guids: (guids) => oneOf('organization_guid', guids),
  },
  orders: { name: 'folded_name' },
  labels: 'space',
  includes: { org: organization, organization },
  show: showSpaces,
};

interface Found {
  readonly standing: Standing;
  readonly row: Row;
  readonly space: Space;
  readonly where: Where;
  /** The absolute address of the space. */
  readonly self: string;
}

async function find(call: KnownCall, services: Services): Promise<Found> {
  const standing = await services.standing(call.principal);
  const row = await findSeen(call, services, spaceTable, spacesSeen(standing), 'Space');
  const space = spaceOf(row);
  const where = { organizationGuid: space.organizationGuid, spaceGuid: space.guid };
  return { standing, row, space, where, self: `${services.url}/v3/spaces/${space.guid}` };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = spacesSeen(await services.standing(call.principal));
  return answerList(call, services, spaceCollection, '/v3/spaces', seen);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { row } = await find(call, services);
  const [[space], included] = await Promise.all([
    showSpaces([row], services),
    includedInOne(call, services, spaceCollection, row),
  ]);
  return { status: 200, body: { ...space, ...included } };
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const { organizationGuid, input } = parseNewSpace(readBody(call));
  const standing = await services.standing(call.principal);
  const where = all(equals('guid', organizationGuid ?? ''), organizationsSeen(standing));
  const [row] = await services.store.rows(organizationTable, { where, limit: 1 });
  if (row === undefined) {
    throw unprocessable('Invalid organization. Ensure the organization exists and you have access to it.');
  }
  const place = { organizationGuid: String(row.guid), spaceGuid: '' };
  const permit = grant(standing, 'space.create', place);
  const made = await services.perform('space.create', permit, call.doer, input);
  return { status: 201, body: presentSpace(made, services.url) };
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, where } = await find(call, services);
  const permit = grant(standing, 'space.update', where);
  const input = parseSpaceChanges(readBody(call));
  const changed = await services.perform('space.update', permit, call.doer, input);
  return { status: 200, body: presentSpace(changed, services.url) };
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, where } = await find(call, services);
  const permit = grant(standing, 'space.delete', where);
  return accepted(services, await services.perform('space.delete', permit, call.doer, {}));
}

async function showSegment(call: KnownCall, services: Services): Promise<Answer> {
  const { space, self } = await find(call, services);
  return segmentAnswer(services, self, space);
}

async function changeSegment(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, where, self } = await find(call, services);
  const permit = grant(standing, 'space.isolate', where);
  const body = readBody(call);
  const input = { segmentGuid: parseRelated(body), request: body };
  return segmentAnswer(services, self, await services.perform('space.isolate', permit, call.doer, input));
}

function segmentAnswer({ url }: Services, self: string, space: Space): Answer {
  const path = `${self}/relationships/isolation_segment`;
  return relationshipAnswer(path, `${url}/v3/isolation_segments`, space.isolationSegmentGuid);
}

function presentSsh({ allowSsh }: Space): object {
  return { name: 'ssh', description: 'Enable SSHing into apps in the space.', enabled: allowSsh };
}

async function listFeatures(call: KnownCall, services: Services): Promise<Answer> {
  const { space } = await find(call, services);
  return { status: 200, body: { resources: [presentSsh(space)] } };
}

async function showFeature(call: KnownCall, services: Services): Promise<Answer> {
  const { space } = await find(call, services);
  if (call.params.name !== 'ssh') throw notFound('Feature');
  return { status: 200, body: presentSsh(space) };
}

async function changeFeature(call: KnownCall, services: Services): Promise<Answer> {
  const body = readBody(call);
  refuse([...unknownFields(body, ['enabled']), ...boolean('Enabled', body.enabled)]);
  const { standing, where } = await find(call, services);
  if (call.params.name !== 'ssh') throw notFound('Feature');
  const permit = grant(standing, 'space.update', where);
  const input = { enabled: body.enabled === true, request: body };
  return {
    status: 200,
    body: presentSsh(await services.perform('space.update_ssh', permit, call.doer, input)),
  };
}

async function listUsers(call: KnownCall, services: Services): Promise<Answer> {
  const { space } = await find(call, services);
  const where = equals('space_guid', space.guid);
  const members = { kind: 'within', column: 'guid', table: roleTable, select: 'user_guid', where } as const;
  return answerList(call, services, userCollection, `/v3/spaces/${space.guid}/users`, members);
}

async function showUsage(call: KnownCall, services: Services): Promise<Answer> {
  const { space, self } = await find(call, services);
  const links = { self: { href: `${self}/usage_summary` }, space: { href: self } };
  return { status: 200, body: { usage_summary: await usageOf(space.organizationGuid, services), links } };
}

function listGroups(lifecycle: Lifecycle) {
  return async (call: KnownCall, services: Services): Promise<Answer> => {
    const { space } = await find(call, services);
    return listGroupsOf(call, services, space, lifecycle);
  };
}

const collection = '/v3/spaces';
const one = `${collection}/:guid`;
const segment = `${one}/relationships/isolation_segment`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create a space', create),
  v3Route('GET', collection, 'List spaces', list, listed(spaceCollection)),
  v3Route('GET', one, 'Get a space', show, including(spaceCollection)),
  v3Route('PATCH', one, 'Update a space', update),
  v3Route('DELETE', one, 'Delete a space', remove),
  v3Route('GET', `${one}/users`, 'List the users of a space', listUsers, listed(userCollection)),
  v3Route('GET', `${one}/usage_summary`, 'Get what a space uses', showUsage),
  v3Route('GET', `${one}/features`, 'List the features of a space', listFeatures),
  v3Route('GET', `${one}/features/:name`, 'Get a feature of a space', showFeature),
  v3Route('PATCH', `${one}/features/:name`, 'Update a feature of a space', changeFeature),
  ...lifecycles.map((lifecycle) =>
    v3Route(
      'GET',
      `${one}/${lifecycle}_security_groups`,
      `List the security groups that hold in a space for ${lifecycle} apps`,
      listGroups(lifecycle),
      groupsListed,
    ),
  ),
  v3Route('GET', segment, 'Get the isolation segment of a space', showSegment),
  v3Route('PATCH', segment, 'Set the isolation segment of a space', changeSegment),
];
