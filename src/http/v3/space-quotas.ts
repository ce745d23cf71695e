// `/v3/space_quotas`. A quota is seen by those who manage its organization and by those who have a role in a space
// that it applies to; the managers change it.
import { foldName } from '../../foundation/rows.ts';
import { spaceQuotasSeen, spacesSeen } from '../../foundation/sight.ts';
import { organizationTable } from '../../foundation/table/organizations.ts';
import { type Quota, quotaOf } from '../../foundation/table/quotas.ts';
import { spaceLimits, spaceQuotaTable } from '../../foundation/table/space-quotas.ts';
import { spaceTable } from '../../foundation/table/spaces.ts';
import { grant } from '../../identity/permit.ts';
import { nobody, type Standing, type Where } from '../../identity/role.ts';
import { all, equals, oneOf, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head, related, relatedMany, relationshipsAnswer } from './answer.ts';
import {
  type Body,
  changedShortName,
  isBlank,
  isObject,
  newShortName,
  parseRelatedMany,
  readBody,
  refuse,
  relatedGuid,
  relatedGuids,
  relationships,
  textOf,
  toMany,
  toOne,
  unknownFields,
  unprocessable,
} from './body.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { limitProblems, limitsAsked, presentLimits } from './quotas.ts';
import { v3Route } from './v3-route.ts';

/** Reads the body of a creation. Throws UnprocessableEntity. */
function parseNewSpaceQuota(body: Body) {
  refuse([
    ...unknownFields(body, ['name', ...spaceLimits, 'relationships']),
    ...relationships(body.relationships, relationshipProblems),
    ...newShortName(body.name),
    ...limitProblems(body, spaceLimits),
  ]);
  const members = isObject(body.relationships) ? body.relationships : {};
  return {
    organizationGuid: relatedGuid(members.organization) ?? '',
    input: {
      name: textOf(body.name) ?? '',
      limits: limitsAsked(body, spaceLimits),
      appliedTo: relatedGuids(members.spaces),
      request: body,
    },
  };
}

/** Reads the body of a change; what is not named stays. Throws UnprocessableEntity. */
function parseSpaceQuotaChanges(body: Body) {
  refuse([
    ...unknownFields(body, ['name', ...spaceLimits]),
    ...changedShortName(body),
    ...limitProblems(body, spaceLimits),
  ]);
  const name = textOf(body.name);
  return { ...(name === null ? {} : { name }), limits: limitsAsked(body, spaceLimits), request: body };
}

function relationshipProblems(members: Body): string[] {
  return [
    ...unknownFields(members, ['organization', 'spaces']),
    ...(isBlank(members.organization) ? ["Organization can't be blank"] : []),
    ...toOne('organization', members.organization),
    ...(members.spaces === undefined ? [] : toMany('spaces', members.spaces)),
  ];
}

function presentSpaceQuota(quota: Quota, spaces: readonly string[], url: string): object {
  return {
    ...head(quota),
    name: quota.name,
    ...presentLimits(quota.limits, spaceLimits),
    relationships: { organization: related(quota.organizationGuid), spaces: relatedMany(spaces) },
    links: {
      self: { href: `${url}/v3/space_quotas/${quota.guid}` },
      organization: { href: `${url}/v3/organizations/${quota.organizationGuid}` },
    },
  };
}

/** Shows quotas with those spaces to which they apply and which a reader sees. */
function showTo(standing: Standing): Show {
  return async (rows, services) => {
    const quotas = rows.map(quotaOf);
    const guids = quotas.map(({ guid }) => guid);
    const applied = await appliedSpaces(guids, standing, services);
    return quotas.map((quota) => presentSpaceQuota(quota, applied.get(quota.guid) ?? [], services.url));
  };
}

async function appliedSpaces(
  guids: readonly string[],
  standing: Standing,
  { store }: Services,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const where = all(oneOf('quota_guid', guids), spacesSeen(standing));
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const spaces = Map.groupBy(await store.rows(spaceTable, { where, order }), (row) => String(row.quota_guid));
  return new Map([...spaces].map(([guid, rows]) => [guid, rows.map((row) => String(row.guid))]));
}

function appliedTo(guids: readonly string[], seen: RowFilter): RowFilter {
  const where = all(oneOf('guid', guids), seen);
  return { kind: 'within', column: 'guid', table: spaceTable, select: 'quota_guid', where };
}

function collectionFor(standing: Standing): Collection {
  return {
    table: spaceQuotaTable,
    filters: {
      names: (names) => oneOf('folded_name', names.map(foldName)),
      organization_guids: (guids) => oneOf('organization_guid', guids),
      space_guids: (guids) => appliedTo(guids, spacesSeen(standing)),
    },
    orders: { name: 'folded_name' },
    labels: null,
    includes: {},
    show: showTo(standing),
  };
}

interface Found {
  readonly standing: Standing;
  readonly guid: string;
  readonly where: Where;
}

async function find(call: KnownCall, services: Services): Promise<Found> {
  const standing = await services.standing(call.principal);
  const row = await findSeen(call, services, spaceQuotaTable, spaceQuotasSeen(standing), 'Space quota');
  const { guid, organizationGuid } = quotaOf(row);
  return { standing, guid, where: { organizationGuid, spaceGuid: '' } };
}

async function answerQuota(
  status: number,
  guid: string,
  standing: Standing,
  services: Services,
): Promise<Answer> {
  const rows = await services.store.rows(spaceQuotaTable, { where: equals('guid', guid) });
  const [body] = await showTo(standing)(rows, services);
  return { status, body: body ?? {} };
}

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  return answerList(call, services, collectionFor(standing), collection, spaceQuotasSeen(standing));
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  return answerQuota(200, guid, standing, services);
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const { organizationGuid, input } = parseNewSpaceQuota(readBody(call));
  const standing = await services.standing(call.principal);
  const where = equals('guid', organizationGuid);
  const [row] = await services.store.rows(organizationTable, { where, limit: 1 });
  if (row === undefined) {
    const text = `Organization with guid '${organizationGuid}' does not exist, or you do not have access to it.`;
    throw unprocessable(text);
  }
  const permit = grant(standing, 'space_quota.create', { organizationGuid, spaceGuid: '' });
  const { guid } = await services.perform('space_quota.create', permit, call.doer, input);
  return answerQuota(201, guid, standing, services);
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, where } = await find(call, services);
  const permit = grant(standing, 'space_quota.update', where);
  const input = parseSpaceQuotaChanges(readBody(call));
  await services.perform('space_quota.update', permit, call.doer, { guid, ...input });
  return answerQuota(200, guid, standing, services);
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, where } = await find(call, services);
  const permit = grant(standing, 'space_quota.delete', where);
  return accepted(services, await services.perform('space_quota.delete', permit, call.doer, { guid }));
}

async function apply(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, where } = await find(call, services);
  const permit = grant(standing, 'space_quota.apply', where);
  const guids = parseRelatedMany(readBody(call));
  await services.perform('space_quota.apply', permit, call.doer, { guid, appliedTo: guids });
  const applied = await appliedSpaces([guid], standing, services);
  const path = `${services.url}${collection}/${guid}/relationships/spaces`;
  return relationshipsAnswer(path, applied.get(guid) ?? []);
}

async function takeOff(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid, where } = await find(call, services);
  const permit = grant(standing, 'space_quota.remove', where);
  const input = { guid, spaceGuid: call.params.space_guid ?? '' };
  await services.perform('space_quota.remove', permit, call.doer, input);
  return { status: 204 };
}

const collection = '/v3/space_quotas';
const one = `${collection}/:guid`;
const spaces = `${one}/relationships/spaces`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create a space quota', create),
  v3Route('GET', collection, 'List space quotas', list, listed(collectionFor(nobody))),
  v3Route('GET', one, 'Get a space quota', show),
  v3Route('PATCH', one, 'Update a space quota', update),
  v3Route('DELETE', one, 'Delete a space quota', remove),
  v3Route('POST', spaces, 'Apply a quota to spaces', apply),
  v3Route('DELETE', `${spaces}/:space_guid`, 'Take a quota off a space', takeOff),
];
