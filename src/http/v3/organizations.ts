// `/v3/organizations`: what is asked, what is answered. Who may see an organization and may not change it is answered
// 403; to everybody else it does not exist (404).
import { foldName } from '../../foundation/rows.ts';
import { organizationsSeen } from '../../foundation/sight.ts';
import { domainTable } from '../../foundation/table/domains.ts';
import type { Labelled } from '../../foundation/table/labels.ts';
import {
  type Organization,
  organizationOf,
  organizationTable,
} from '../../foundation/table/organizations.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, roleTable, type Standing, type Where } from '../../identity/role.ts';
import { all, equals, oneOf } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, related, relationshipAnswer } from './answer.ts';
import {
  type Body,
  boolean,
  changedName,
  newName,
  optional,
  parseRelated,
  readBody,
  refuse,
  textOf,
  unknownFields,
} from './body.ts';
import { domainsListed, listDomainsOf, showDefaultDomainOf } from './domains.ts';
import { metadataChanges, metadataProblems, readMetadata } from './labels.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { userCollection } from './users.ts';
import { v3Route } from './v3-route.ts';

const fields = ['name', 'suspended', 'metadata'];

/** Reads the body of a creation. Throws UnprocessableEntity. */
export function parseNewOrganization(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, fields),
    ...newName(body.name),
    ...optional(body.suspended, (value) => boolean('Suspended', value)),
  ]);
  const name = textOf(body.name) ?? '';
  return { name, suspended: body.suspended === true, metadata: metadataChanges(body), request: body };
}

/** Reads the body of a change; members that are null change nothing. Throws UnprocessableEntity. */
export function parseOrganizationChanges(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, fields),
    ...changedName(body.name),
    ...optional(body.suspended, (value) => boolean('Suspended', value)),
  ]);
  const name = textOf(body.name);
  return {
    ...(name === null ? {} : { name }),
    ...(typeof body.suspended === 'boolean' ? { suspended: body.suspended } : {}),
    metadata: metadataChanges(body),
    request: body,
  };
}

function presentOrganization({ resource, metadata }: Labelled<Organization>, url: string): object {
  const self = `${url}/v3/organizations/${resource.guid}`;
  return {
    ...head(resource),
    name: resource.name,
    suspended: resource.suspended,
    relationships: { quota: related(resource.quotaGuid) },
    metadata,
    links: {
      self: { href: self },
      domains: { href: `${self}/domains` },
      default_domain: { href: `${self}/domains/default` },
      quota: { href: `${url}/v3/organization_quotas/${resource.quotaGuid}` },
    },
  };
}

export const showOrganizations: Show = async (rows, { store, url }) => {
  const organizations = rows.map(organizationOf);
  const metadataOf = await readMetadata(
    store,
    'organization',
    organizations.map(({ guid }) => guid),
  );
  return organizations.map((resource) =>
    presentOrganization({ resource, metadata: metadataOf(resource.guid) }, url),
  );
};

/** Shows organizations by guid, wherever they are included. */
export async function includedOrganizations(guids: readonly string[], services: Services): Promise<object[]> {
  const rows = await services.store.rows(organizationTable, { where: oneOf('guid', guids) });
  return showOrganizations(rows, services);
}

export const organizationCollection: Collection = {
  table: organizationTable,
  filters: { names: (names) => oneOf('folded_name', names.map(foldName)) },
  orders: { name: 'folded_name' },
  labels: 'organization',
  includes: {},
  show: showOrganizations,
};

interface Found {
  readonly standing: Standing;
  readonly organization: Organization;
  readonly where: Where;
  /** The absolute address of the organization. */
  readonly self: string;
}

async function find(call: KnownCall, services: Services): Promise<Found> {
  const standing = await services.standing(call.principal);
  const row = await findSeen(call, services, organizationTable, organizationsSeen(standing), 'Organization');
  const organization = organizationOf(row);
  const { guid } = organization;
  const self = `${services.url}/v3/organizations/${guid}`;
  return { standing, organization, where: { organizationGuid: guid, spaceGuid: '' }, self };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = organizationsSeen(await services.standing(call.principal));
  return answerList(call, services, organizationCollection, '/v3/organizations', seen);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { organization } = await find(call, services);
  const metadataOf = await readMetadata(services.store, 'organization', [organization.guid]);
  const labelled = { resource: organization, metadata: metadataOf(organization.guid) };
  return { status: 200, body: presentOrganization(labelled, services.url) };
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const action = standing.global === 'admin' ? 'organization.create' : 'organization.create_own';
  const permit = grant(standing, action, anywhere);
  const input = parseNewOrganization(readBody(call));
  const made = await services.perform('organization.create', permit, call.doer, input);
  return { status: 201, body: presentOrganization(made, services.url) };
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, where } = await find(call, services);
  const permit = grant(standing, 'organization.update', where);
  const input = parseOrganizationChanges(readBody(call));
  const suspends = input.suspended !== undefined;
  const changed = await services.perform(
    'organization.update',
    suspends ? grant(standing, 'organization.suspend', where) : permit,
    call.doer,
    input,
  );
  return { status: 200, body: presentOrganization(changed, services.url) };
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, where } = await find(call, services);
  const permit = grant(standing, 'organization.delete', where);
  return accepted(services, await services.perform('organization.delete', permit, call.doer, {}));
}

async function showSegment(call: KnownCall, services: Services): Promise<Answer> {
  const { organization, self } = await find(call, services);
  return segmentAnswer(services, self, organization);
}

async function changeSegment(call: KnownCall, services: Services): Promise<Answer> {
  const body = readBody(call);
  const segmentGuid = parseRelated(body);
  const { standing, where, self } = await find(call, services);
  const permit = grant(standing, 'organization.isolate', where);
  const input = { segmentGuid, request: body };
  return segmentAnswer(
    services,
    self,
    await services.perform('organization.isolate', permit, call.doer, input),
  );
}

function segmentAnswer({ url }: Services, self: string, organization: Organization): Answer {
  const path = `${self}/relationships/default_isolation_segment`;
  return relationshipAnswer(path, `${url}/v3/isolation_segments`, organization.defaultIsolationSegmentGuid);
}

async function listUsers(call: KnownCall, services: Services): Promise<Answer> {
  const { organization } = await find(call, services);
  const where = all(equals('organization_guid', organization.guid), equals('space_guid', ''));
  const members = { kind: 'within', column: 'guid', table: roleTable, select: 'user_guid', where } as const;
  const path = `/v3/organizations/${organization.guid}/users`;
  return answerList(call, services, userCollection, path, members);
}

/**
 * What an organization or a space uses. Nothing runs here and neither routes nor services exist yet, so that every
 * figure but that of private domains is 0.
 */
export async function usageOf(organizationGuid: string, { store }: Services): Promise<object> {
  const where = equals('organization_guid', organizationGuid);
  const { total } = await store.rowPage(domainTable, { where, limit: 1 });
  return {
    started_instances: 0,
    memory_in_mb: 0,
    routes: 0,
    service_instances: 0,
    reserved_ports: 0,
    domains: total,
    per_app_tasks: 0,
    service_keys: 0,
  };
}

async function showUsage(call: KnownCall, services: Services): Promise<Answer> {
  const { organization, self } = await find(call, services);
  const links = { self: { href: `${self}/usage_summary` }, organization: { href: self } };
  return { status: 200, body: { usage_summary: await usageOf(organization.guid, services), links } };
}

async function listDomains(call: KnownCall, services: Services): Promise<Answer> {
  return listDomainsOf(call, services, (await find(call, services)).organization.guid);
}

async function showDefaultDomain(call: KnownCall, services: Services): Promise<Answer> {
  return showDefaultDomainOf(call, services, (await find(call, services)).organization.guid);
}

const collection = '/v3/organizations';
const one = `${collection}/:guid`;
const segment = `${one}/relationships/default_isolation_segment`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create an organization', create),
  v3Route('GET', collection, 'List organizations', list, listed(organizationCollection)),
  v3Route('GET', one, 'Get an organization', show),
  v3Route('PATCH', one, 'Update an organization', update),
  v3Route('DELETE', one, 'Delete an organization', remove),
  v3Route('GET', `${one}/users`, 'List the users of an organization', listUsers, listed(userCollection)),
  v3Route('GET', `${one}/usage_summary`, 'Get what an organization uses', showUsage),
  v3Route('GET', `${one}/domains`, 'List the domains of an organization', listDomains, domainsListed),
  v3Route('GET', `${one}/domains/default`, 'Get the default domain of an organization', showDefaultDomain),
  v3Route('GET', segment, 'Get the default isolation segment of an organization', showSegment),
  v3Route('PATCH', segment, 'Set the default isolation segment of an organization', changeSegment),
];
