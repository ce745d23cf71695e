// `/v3/isolation_segments`. A segment is seen from the organizations that are entitled to it; only admins change any.
import { foldName } from '../../foundation/rows.ts';
import { isolationSegmentsSeen, organizationsSeen, segmentsOf, spacesSeen } from '../../foundation/sight.ts';
import {
  entitlementTable,
  type IsolationSegment,
  isolationSegmentOf,
  isolationSegmentTable,
} from '../../foundation/table/isolation-segments.ts';
import type { Labelled } from '../../foundation/table/labels.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { all, equals, every, oneOf, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { findSeen, head, relationshipsAnswer } from './answer.ts';
import {
  type Body,
  isBlank,
  parseRelatedMany,
  readBody,
  refuse,
  string,
  textOf,
  unknownFields,
} from './body.ts';
import { metadataChanges, metadataProblems, readMetadata } from './labels.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { organizationCollection } from './organizations.ts';
import { v3Route } from './v3-route.ts';

/** Reads the body of a creation. Throws UnprocessableEntity. */
function parseNewSegment(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, ['name', 'metadata']),
    ...string('Name', body.name),
    ...printable(body.name),
  ]);
  return { name: textOf(body.name) ?? '', metadata: metadataChanges(body), request: body };
}

/** Reads the body of a change; what is not named stays. Throws UnprocessableEntity. */
function parseSegmentChanges(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, ['name', 'metadata']),
    ...('name' in body ? [...string('Name', body.name), ...printable(body.name)] : []),
  ]);
  const name = textOf(body.name);
  return { ...(name === null ? {} : { name }), metadata: metadataChanges(body), request: body };
}

function printable(name: unknown): string[] {
  const right = typeof name !== 'string' || (!isBlank(name) && /^\P{C}+$/u.test(name));
  return right ? [] : ['Isolation Segment names can only contain non-blank unicode characters'];
}

function presentSegment({ resource, metadata }: Labelled<IsolationSegment>, url: string): object {
  const self = `${url}/v3/isolation_segments/${resource.guid}`;
  const links = { self: { href: self }, organizations: { href: `${self}/organizations` } };
  return { ...head(resource), name: resource.name, metadata, links };
}

const showSegments: Show = async (rows, { store, url }) => {
  const segments = rows.map(isolationSegmentOf);
  const metadataOf = await readMetadata(
    store,
    'isolation_segment',
    segments.map(({ guid }) => guid),
  );
  return segments.map((resource) => presentSegment({ resource, metadata: metadataOf(resource.guid) }, url));
};

const segmentCollection: Collection = {
  table: isolationSegmentTable,
  filters: {
    names: (names) => oneOf('folded_name', names.map(foldName)),
    organization_guids: segmentsOf,
  },
  orders: { name: 'folded_name' },
  labels: 'isolation_segment',
  includes: {},
  show: showSegments,
};

async function find(call: KnownCall, services: Services) {
  const standing = await services.standing(call.principal);
  const seen = isolationSegmentsSeen(standing);
  const row = await findSeen(call, services, isolationSegmentTable, seen, 'Isolation segment');
  const guid = String(row.guid);
  return { standing, row, guid, self: `${services.url}${collection}/${guid}` };
}

/** What admins change: there for them to see, whoever is entitled. */
async function findAny(call: KnownCall, services: Services): Promise<string> {
  return String((await findSeen(call, services, isolationSegmentTable, every, 'Isolation segment')).guid);
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = isolationSegmentsSeen(await services.standing(call.principal));
  return answerList(call, services, segmentCollection, collection, seen);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const [body] = await showSegments([(await find(call, services)).row], services);
  return { status: 200, body: body ?? {} };
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'isolation_segment.create', anywhere);
  const input = parseNewSegment(readBody(call));
  const made = await services.perform('isolation_segment.create', permit, call.doer, input);
  return { status: 201, body: presentSegment(made, services.url) };
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'isolation_segment.update', anywhere);
  const guid = await findAny(call, services);
  const input = { guid, ...parseSegmentChanges(readBody(call)) };
  const changed = await services.perform('isolation_segment.update', permit, call.doer, input);
  return { status: 200, body: presentSegment(changed, services.url) };
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'isolation_segment.delete', anywhere);
  const guid = await findAny(call, services);
  await services.perform('isolation_segment.delete', permit, call.doer, { guid });
  return { status: 204 };
}

async function entitle(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'isolation_segment.entitle', anywhere);
  const guid = await findAny(call, services);
  const organizationGuids = parseRelatedMany(readBody(call));
  await services.perform('isolation_segment.entitle', permit, call.doer, { guid, organizationGuids });
  return answerOrganizations(guid, every, services);
}

async function revoke(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'isolation_segment.revoke', anywhere);
  const guid = await findAny(call, services);
  const organizationGuid = call.params.org_guid ?? '';
  await services.perform('isolation_segment.revoke', permit, call.doer, { guid, organizationGuid });
  return { status: 204 };
}

async function showOrganizations(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  return answerOrganizations(guid, organizationsSeen(standing), services);
}

async function answerOrganizations(guid: string, seen: RowFilter, services: Services): Promise<Answer> {
  const where = all(entitledTo(guid), seen);
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const rows = await services.store.rows(organizationTable, { where, order });
  const self = `${services.url}${collection}/${guid}`;
  const guids = rows.map((row) => String(row.guid));
  return relationshipsAnswer(`${self}/relationships/organizations`, guids, `${self}/organizations`);
}

async function showSpaces(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, self } = await find(call, services);
  const where = all(equals('isolation_segment_guid', guid), spacesSeen(standing));
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const rows = await services.store.rows(spaceTable, { where, order });
  const guids = rows.map((row) => String(row.guid));
  return relationshipsAnswer(`${self}/relationships/spaces`, guids);
}

async function listOrganizations(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  const seen = all(entitledTo(guid), organizationsSeen(standing));
  const path = `${collection}/${guid}/organizations`;
  return answerList(call, services, organizationCollection, path, seen);
}

function entitledTo(segmentGuid: string): RowFilter {
  const where = equals('segment_guid', segmentGuid);
  return { kind: 'within', column: 'guid', table: entitlementTable, select: 'organization_guid', where };
}

const collection = '/v3/isolation_segments';
const one = `${collection}/:guid`;
const organizations = `${one}/relationships/organizations`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create an isolation segment', create),
  v3Route('GET', collection, 'List isolation segments', list, listed(segmentCollection)),
  v3Route('GET', one, 'Get an isolation segment', show),
  v3Route('PATCH', one, 'Update an isolation segment', update),
  v3Route('DELETE', one, 'Delete an isolation segment', remove),
  v3Route(
    'GET',
    `${one}/organizations`,
    'List the organizations of an isolation segment',
    listOrganizations,
    listed(organizationCollection),
  ),
  v3Route('GET', organizations, 'Get which organizations may use an isolation segment', showOrganizations),
  v3Route('POST', organizations, 'Let organizations use an isolation segment', entitle),
  v3Route(
    'DELETE',
    `${organizations}/:org_guid`,
    'Withdraw an isolation segment from an organization',
    revoke,
  ),
  v3Route('GET', `${one}/relationships/spaces`, 'Get the spaces of an isolation segment', showSpaces),
];
