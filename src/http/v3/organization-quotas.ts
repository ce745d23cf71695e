// `/v3/organization_quotas`. Everybody may read all of them, and sees of the organizations that they apply to those
// that they may see; only admins change them.
import { foldName } from '../../foundation/rows.ts';
import { organizationsSeen } from '../../foundation/sight.ts';
import { organizationLimits, organizationQuotaTable } from '../../foundation/table/organization-quotas.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { type Quota, quotaOf } from '../../foundation/table/quotas.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere, nobody, type Standing } from '../../identity/role.ts';
import { all, every, oneOf, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, relatedMany, relationshipsAnswer } from './answer.ts';
import {
  type Body,
  changedShortName,
  isObject,
  newShortName,
  parseRelatedMany,
  readBody,
  refuse,
  relatedGuids,
  relationships,
  textOf,
  toMany,
  unknownFields,
} from './body.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { limitProblems, limitsAsked, presentLimits } from './quotas.ts';
import { v3Route } from './v3-route.ts';

/** Reads the body of a creation. Throws UnprocessableEntity. */
function parseNewOrganizationQuota(body: Body) {
  refuse([
    ...unknownFields(body, ['name', ...organizationLimits, 'relationships']),
    ...('relationships' in body ? relationships(body.relationships, relationshipProblems) : []),
    ...newShortName(body.name),
    ...limitProblems(body, organizationLimits),
  ]);
  const { relationships: related } = body;
  return {
    name: textOf(body.name) ?? '',
    limits: limitsAsked(body, organizationLimits),
    appliedTo: isObject(related) ? relatedGuids(related.organizations) : [],
    request: body,
  };
}

/** Reads the body of a change; what is not named stays. Throws UnprocessableEntity. */
function parseOrganizationQuotaChanges(body: Body) {
  refuse([
    ...unknownFields(body, ['name', ...organizationLimits]),
    ...changedShortName(body),
    ...limitProblems(body, organizationLimits),
  ]);
  const name = textOf(body.name);
  return {
    ...(name === null ? {} : { name }),
    limits: limitsAsked(body, organizationLimits),
    request: body,
  };
}

function relationshipProblems(members: Body): string[] {
  const organizations =
    members.organizations === undefined ? [] : toMany('organizations', members.organizations);
  return [...unknownFields(members, ['organizations']), ...organizations];
}

function presentOrganizationQuota(quota: Quota, organizations: readonly string[], url: string): object {
  return {
    ...head(quota),
    name: quota.name,
    ...presentLimits(quota.limits, organizationLimits),
    relationships: { organizations: relatedMany(organizations) },
    links: { self: { href: `${url}/v3/organization_quotas/${quota.guid}` } },
  };
}

/** Shows quotas with those organizations to which they apply and which a reader sees. */
function showTo(standing: Standing): Show {
  return async (rows, { store, url }) => {
    const quotas = rows.map(quotaOf);
    const guids = quotas.map(({ guid }) => guid);
    const where = all(oneOf('quota_guid', guids), organizationsSeen(standing));
    const order = [{ column: 'created_at', direction: 'asc' }] as const;
    const applied = Map.groupBy(
      await store.rows(organizationTable, { where, order }),
      (row) => row.quota_guid,
    );
    const organizations = (guid: string) => (applied.get(guid) ?? []).map((row) => String(row.guid));
    return quotas.map((quota) => presentOrganizationQuota(quota, organizations(quota.guid), url));
  };
}

function appliedTo(guids: readonly string[], seen: RowFilter): RowFilter {
  const where = all(oneOf('guid', guids), seen);
  return { kind: 'within', column: 'guid', table: organizationTable, select: 'quota_guid', where };
}

function collectionFor(standing: Standing): Collection {
  return {
    table: organizationQuotaTable,
    filters: {
      names: (names) => oneOf('folded_name', names.map(foldName)),
      organization_guids: (guids) => appliedTo(guids, organizationsSeen(standing)),
    },
    orders: { name: 'folded_name' },
    labels: null,
    includes: {},
    show: showTo(standing),
  };
}

async function find(call: KnownCall, services: Services) {
  const row = await findSeen(call, services, organizationQuotaTable, every, 'Organization quota');
  return { row, guid: String(row.guid) };
}

async function answerQuota(
  status: number,
  guid: string,
  standing: Standing,
  services: Services,
): Promise<Answer> {
  const rows = await services.store.rows(organizationQuotaTable, { where: oneOf('guid', [guid]) });
  const [body] = await showTo(standing)(rows, services);
  return { status, body: body ?? {} };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  return answerList(call, services, collectionFor(standing), collection, every);
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const { guid } = await find(call, services);
  return answerQuota(200, guid, standing, services);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'organization_quota.create', anywhere);
  const input = parseNewOrganizationQuota(readBody(call));
  const { guid } = await services.perform('organization_quota.create', permit, call.doer, input);
  return answerQuota(201, guid, standing, services);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'organization_quota.update', anywhere);
  const input = parseOrganizationQuotaChanges(readBody(call));
  const { guid } = await find(call, services);
  await services.perform('organization_quota.update', permit, call.doer, { guid, ...input });
  return answerQuota(200, guid, standing, services);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'organization_quota.delete', anywhere);
  const { guid } = await find(call, services);
  return accepted(services, await services.perform('organization_quota.delete', permit, call.doer, { guid }));
}

async function apply(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'organization_quota.apply', anywhere);
  const guids = parseRelatedMany(readBody(call));
  const { guid } = await find(call, services);
  await services.perform('organization_quota.apply', permit, call.doer, { guid, appliedTo: guids });
  const where = oneOf('quota_guid', [guid]);
  const organizations = await services.store.rows(organizationTable, { where });
  const path = `${services.url}${collection}/${guid}/relationships/organizations`;
  return relationshipsAnswer(
    path,
    organizations.map((row) => String(row.guid)),
  );
}

const collection = '/v3/organization_quotas';
const one = `${collection}/:guid`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create an organization quota', create),
  v3Route('GET', collection, 'List organization quotas', list, listed(collectionFor(nobody))),
  v3Route('GET', one, 'Get an organization quota', show),
  v3Route('PATCH', one, 'Update an organization quota', update),
  v3Route('DELETE', one, 'Delete an organization quota', remove),
  v3Route('POST', `${one}/relationships/organizations`, 'Apply a quota to organizations', apply),
];
