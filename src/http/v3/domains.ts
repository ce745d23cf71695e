// `/v3/domains`. Shared domains are everybody's to see and the admins' to change; a private one is seen from the
// organization that owns it and from those that it is shared with, and changed by the owner's managers.
import type { AppError } from '../../core/error.ts';
import { foldName } from '../../foundation/rows.ts';
import { domainsOf, domainsSeen, organizationsSeen } from '../../foundation/sight.ts';
import { type Domain, domainOf, domainShareTable, domainTable } from '../../foundation/table/domains.ts';
import type { Metadata } from '../../foundation/table/labels.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { grant } from '../../identity/permit.ts';
import { allowed, nobody, placesSeen, type Standing, type Where } from '../../identity/role.ts';
import { all, any, equals, oneOf, type Row, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, notFound, related, relatedMany, relationshipsAnswer } from './answer.ts';
import { type Body, isObject, readBody, refuse, relatedGuids, unknownFields, unprocessable } from './body.ts';
import { parseNewDomain } from './domain-body.ts';
import { metadataChanges, metadataProblems, readMetadata } from './labels.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { v3Route } from './v3-route.ts';

interface Shown {
  readonly domain: Domain;
  readonly metadata: Metadata;
  /** The organizations that it is shared with and that the reader sees. */
  readonly sharedWith: readonly string[];
}

function presentDomain({ domain, metadata, sharedWith }: Shown, url: string): object {
  const self = `${url}/v3/domains/${domain.guid}`;
  const owner = domain.organizationGuid;
  const ownersLinks = {
    organization: { href: `${url}/v3/organizations/${owner}` },
    shared_organizations: { href: `${self}/relationships/shared_organizations` },
  };
  return {
    ...head(domain),
    name: domain.name,
    internal: domain.internal,
    router_group: null,
    supported_protocols: ['http'],
    relationships: {
      organization: related(owner === '' ? null : owner),
      shared_organizations: relatedMany(sharedWith),
    },
    metadata,
    links: {
      self: { href: self },
      route_reservations: { href: `${self}/route_reservations` },
      ...(owner === '' ? {} : ownersLinks),
    },
  };
}

function showTo(standing: Standing): Show {
  return async (rows, services) => {
    const domains = rows.map(domainOf);
    const guids = domains.map(({ guid }) => guid);
    const [metadataOf, sharesOf] = await Promise.all([
      readMetadata(services.store, 'domain', guids),
      readShares(guids, standing, services),
    ]);
    return domains.map((domain) => {
      const metadata = metadataOf(domain.guid);
      return presentDomain({ domain, metadata, sharedWith: sharesOf.get(domain.guid) ?? [] }, services.url);
    });
  };
}

/** The organizations with which domains are shared, those that the reader sees. */
async function readShares(
  guids: readonly string[],
  standing: Standing,
  { store }: Services,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const organizations = { kind: 'within', column: 'organization_guid', table: organizationTable } as const;
  const seen = { ...organizations, select: 'guid', where: organizationsSeen(standing) };
  const rows = await store.rows(domainShareTable, { where: all(oneOf('domain_guid', guids), seen) });
  const byDomain = Map.groupBy(rows, (row) => String(row.domain_guid));
  return new Map([...byDomain].map(([guid, of]) => [guid, of.map((row) => String(row.organization_guid))]));
}

function collectionFor(standing: Standing): Collection {
  return {
    table: domainTable,
    filters: {
      names: (names) => oneOf('folded_name', names.map(foldName)),
      organization_guids: (guids) => oneOf('organization_guid', guids),
    },
    orders: {},
    labels: 'domain',
    includes: {},
    show: showTo(standing),
  };
}

interface Found {
  readonly standing: Standing;
  readonly row: Row;
  readonly domain: Domain;
  /** The organization that owns the domain; nowhere for a shared one. */
  readonly where: Where;
}

async function find(call: KnownCall, services: Services): Promise<Found> {
  const standing = await services.standing(call.principal);
  const row = await findSeen(call, services, domainTable, domainsSeen(standing), 'Domain');
  const domain = domainOf(row);
  return { standing, row, domain, where: at(domain.organizationGuid) };
}

function at(organizationGuid: string): Where {
  return { organizationGuid, spaceGuid: '' };
}

async function answerDomain(
  status: number,
  guid: string,
  standing: Standing,
  services: Services,
): Promise<Answer> {
  const rows = await services.store.rows(domainTable, { where: equals('guid', guid) });
  const [body] = await showTo(standing)(rows, services);
  if (body === undefined) throw notFound('Domain');
  return { status, body };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  return answerList(call, services, collectionFor(standing), collection, domainsSeen(standing));
}

/** Describes the lists of domains, for the OpenAPI document. */
export const domainsListed = listed(collectionFor(nobody));

/** The domains that an organization may use, as far as the reader sees its domains; shared ones always. */
export async function listDomainsOf(
  call: KnownCall,
  services: Services,
  organizationGuid: string,
): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const path = `/v3/organizations/${organizationGuid}/domains`;
  return answerList(call, services, collectionFor(standing), path, usableBy(organizationGuid, standing));
}

/** The oldest domain under which the apps of an organization can be reached from outside. */
export async function showDefaultDomainOf(
  call: KnownCall,
  services: Services,
  organizationGuid: string,
): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const where = all(equals('internal', false), usableBy(organizationGuid, standing));
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const [row] = await services.store.rows(domainTable, { where, order, limit: 1 });
  if (row === undefined) throw notFound('Domain');
  return answerDomain(200, String(row.guid), standing, services);
}

function usableBy(organizationGuid: string, standing: Standing): RowFilter {
  const shared = equals('organization_guid', '');
  const seen =
    standing.global !== null || placesSeen(standing, 'organization.domains').includes(organizationGuid);
  return seen ? any(shared, domainsOf([organizationGuid])) : shared;
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, domain } = await find(call, services);
  return answerDomain(200, domain.guid, standing, services);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const { organizationGuid, input } = parseNewDomain(readBody(call));
  const standing = await services.standing(call.principal);
  if (organizationGuid !== null && !(await exists(organizationGuid, services))) {
    throw unknownOrganization(organizationGuid);
  }
  const permit = grant(standing, 'domain.create', at(organizationGuid ?? ''));
  const { resource } = await services.perform('domain.create', permit, call.doer, input);
  return answerDomain(201, resource.guid, standing, services);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const body = readBody(call);
  refuse([...metadataProblems(body), ...unknownFields(body, ['metadata'])]);
  const { standing, domain, where } = await find(call, services);
  const permit = grant(standing, 'domain.update', where);
  const input = { guid: domain.guid, metadata: metadataChanges(body), request: body };
  await services.perform('domain.update', permit, call.doer, input);
  return answerDomain(200, domain.guid, standing, services);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, domain, where } = await find(call, services);
  const permit = grant(standing, 'domain.delete', where);
  const { guid } = domain;
  return accepted(services, await services.perform('domain.delete', permit, call.doer, { guid }));
}

async function share(call: KnownCall, services: Services): Promise<Answer> {
  const organizationGuids = parseShares(readBody(call));
  const { standing, domain, where } = await find(call, services);
  const permit = grant(standing, 'domain.share', where);
  const { guid } = domain;
  await services.perform('domain.share', permit, call.doer, { guid, organizationGuids });
  const shares = await readShares([guid], standing, services);
  const path = `${services.url}${collection}/${guid}/relationships/shared_organizations`;
  return relationshipsAnswer(path, shares.get(guid) ?? []);
}

/** Either side may end it: the owner, or the organization that the domain is shared with. */
async function unshare(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, domain } = await find(call, services);
  const organizationGuid = call.params.org_guid ?? '';
  if (!(await exists(organizationGuid, services))) throw unknownOrganization(organizationGuid);
  const sides = [domain.organizationGuid, organizationGuid].filter((guid) => guid !== '');
  const side = sides.find((guid) => allowed(standing, 'domain.unshare', at(guid))) ?? organizationGuid;
  const permit = grant(standing, 'domain.unshare', at(side));
  await services.perform('domain.unshare', permit, call.doer, { guid: domain.guid, organizationGuid });
  return { status: 204 };
}

/** No route exists here yet, so that none matches. */
async function showReservations(call: KnownCall, services: Services): Promise<Answer> {
  await find(call, services);
  return { status: 200, body: { matching_route: false } };
}

/** Reads the body of a sharing. Throws UnprocessableEntity. */
function parseShares(body: Body): string[] {
  const items: readonly unknown[] = Array.isArray(body.data) ? body.data : [];
  const right = (item: unknown) =>
    isObject(item) && typeof item.guid === 'string' && item.guid.length > 0 && item.guid.length <= 200;
  const structured = Array.isArray(body.data) && items.every(right);
  const form =
    'Data must have the structure "data": [{"guid": shared_org_guid_1}, {"guid": shared_org_guid_2}]';
  refuse([...unknownFields(body, ['data']), ...(structured ? [] : [form])]);
  return relatedGuids(body);
}

async function exists(organizationGuid: string, { store }: Services): Promise<boolean> {
  const where = equals('guid', organizationGuid);
  return (await store.rows(organizationTable, { where, limit: 1 })).length > 0;
}

function unknownOrganization(guid: string): AppError {
  return unprocessable(`Organization with guid '${guid}' does not exist or you do not have access to it.`);
}

const collection = '/v3/domains';
const one = `${collection}/:guid`;
const shares = `${one}/relationships/shared_organizations`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create a domain', create),
  v3Route('GET', collection, 'List domains', list, domainsListed),
  v3Route('GET', one, 'Get a domain', show),
  v3Route('PATCH', one, 'Update a domain', update),
  v3Route('DELETE', one, 'Delete a domain', remove),
  v3Route('POST', shares, 'Share a domain with organizations', share),
  v3Route('DELETE', `${shares}/:org_guid`, 'Stop sharing a domain with an organization', unshare),
  v3Route('GET', `${one}/route_reservations`, 'Check whether a route is taken', showReservations),
];
