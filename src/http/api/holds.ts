// `/api/holds`: legal holds. They may be about people who are not to know, so that only those see them who see the
// whole log.
import { AppError } from '../../core/error.ts';
import { type Instant, microsText, parseInstant } from '../../core/instant.ts';
import { limits } from '../../core/limits.ts';
import { type NewHold, scopeTold } from '../../foundation/holds.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { type Hold, holdFilter, holdOf } from '../../log/hold.ts';
import { holdTable } from '../../log/retention-table.ts';
import { narrow } from '../../query/narrow.ts';
import { every } from '../../store/table.ts';
import { json } from '../openapi/conventions.ts';
import {
  anything,
  arrayOf,
  exactly,
  guid,
  mapOf,
  object,
  type Schemas,
  text,
  time,
  whole,
} from '../openapi/schema.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { type Body, readBody, refuse, unknownFields, unprocessable } from '../v3/body.ts';
import { changed, changeResponse, readReason } from './proposals.ts';

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const { global } = await services.standing(call.principal);
  if (global === null) throw new AppError('NotAuthorized');
  const rows = await services.store.rows(holdTable, {
    where: every,
    order: [{ column: 'created_at', direction: 'asc' }],
    limit: limits.holdsMax,
  });
  const holds = rows.map(holdOf);
  const resources = [];
  for (const hold of holds) resources.push(presentHold(hold, await coveredBy(hold, services)));
  return { status: 200, body: { resources } };
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const permit = grant(await services.standing(call.principal), 'hold.create', anywhere);
  const hold = await services.perform('hold.create', permit, call.doer, parseHold(readBody(call)));
  return { status: 201, body: presentHold(hold, await coveredBy(hold, services)) };
}

async function release(call: KnownCall, services: Services): Promise<Answer> {
  const standing = await services.standing(call.principal);
  const permit = grant(standing, 'hold.release', anywhere);
  const body = readBody(call);
  refuse(unknownFields(body, ['reason']));
  const input = { guid: call.params.guid ?? '', reason: readReason(body) };
  return changed(await services.perform('hold.release', permit, call.doer, input), standing);
}

/** How many events a hold covers at this moment, heads of what was disposed of before included. */
async function coveredBy(hold: Hold, { store }: Services): Promise<number> {
  const query = narrow(holdFilter(hold), { kind: 'all' }, 'all', () => 'platform');
  const start = { kind: 'skip', rows: 0 } as const;
  return (await store.page(query, { direction: 'asc', start, limit: 1, bound: null, total: null })).total;
}

function presentHold(hold: Hold, events: number): object {
  return {
    guid: hold.guid,
    name: hold.name,
    reason: hold.reason,
    scope: scopeTold(hold),
    created_at: microsText(hold.createdAt),
    created_by: hold.createdBy,
    events,
  };
}

const guidMembers = ['organization_guid', 'space_guid', 'actor_guid', 'target_guid'] as const;

function parseHold(body: Body): NewHold {
  refuse(unknownFields(body, ['name', 'reason', ...guidMembers, 'types', 'from', 'until']));
  const { name } = body;
  if (typeof name !== 'string' || name.trim() === '' || [...name].length > limits.nameCharactersMax)
    throw unprocessable(`name must be a text of 1 to ${limits.nameCharactersMax} characters.`);
  const reason = readReason(body);
  const [organizationGuid = '', spaceGuid = '', actorGuid = '', targetGuid = ''] = guidMembers.map((member) =>
    guidOf(member, body[member]),
  );
  const [from, until] = [timeOf('from', body.from), timeOf('until', body.until)];
  const types = typesOf(body.types);
  return { name, reason, organizationGuid, spaceGuid, actorGuid, targetGuid, types, from, until };
}

function guidOf(member: string, value: unknown): string {
  if (value === undefined) return '';
  const isText = typeof value === 'string' && value !== '' && value.length <= limits.partyGuidCharactersMax;
  if (isText) return value;
  throw unprocessable(`${member} must be a guid, or be left out.`);
}

function typesOf(value: unknown): string[] {
  if (value === undefined) return [];
  const isList = Array.isArray(value) && value.length > 0 && value.length <= limits.holdTypesMax;
  const types: unknown[] = isList ? value : [null];
  return types.map((type) => {
    const isType =
      typeof type === 'string' && type.length <= limits.typeCharactersMax && /^[^*]+\*?$/.test(type);
    if (isType) return type;
    throw unprocessable(
      `types must be 1 to ${limits.holdTypesMax} types of events; one may end in *, as audit.app.*`,
    );
  });
}

function timeOf(member: string, value: unknown): Instant | null {
  if (value === undefined) return null;
  const parsed = typeof value === 'string' ? parseInstant(value) : null;
  if (parsed !== null) return parsed.instant;
  throw unprocessable(`${member} must be a time like 2026-11-22T10:00:00Z.`);
}

const scope: Schemas = {
  organization_guid: guid('the organization that the events are of'),
  space_guid: guid('the space that the events are of'),
  actor_guid: text('Guid of whoever did it'),
  target_guid: text('Guid of what it was done to'),
  types: arrayOf(text('A type of event; with * at its end, whatever begins so')),
  from: time('Events that occurred then or later'),
  until: time('Events that occurred before'),
};
const head: Schemas = {
  name: text('Its name'),
  reason: text('Why', { maxLength: limits.reasonCharactersMax }),
};
const resource = object({
  guid: guid('the hold'),
  ...head,
  scope: mapOf(anything, 'Its conditions, all of which hold for an event that is covered'),
  created_at: time('Since when'),
  created_by: object({ guid: text('Guid of whoever made it'), name: text('Their name') }),
  events: whole('Events that it covers now'),
});

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/holds',
    dialect: 'api',
    access: 'read',
    summary: 'Legal holds, for those who may see the whole log',
    about: { tag: 'Holds', list: null, response: json(object({ resources: arrayOf(resource) })) },
    handle: list,
  },
  {
    method: 'POST',
    path: '/api/holds',
    dialect: 'api',
    access: 'write',
    summary: 'Put events under a legal hold: none of them is disposed of or erased',
    about: {
      tag: 'Holds',
      request: json(
        exactly({ ...head, ...scope }, Object.keys(scope), {
          examples: [{ name: 'case-7', reason: 'Litigation', types: ['audit.app.*'] }],
        }),
      ),
      response: json(resource),
    },
    handle: create,
  },
  {
    method: 'POST',
    path: '/api/holds/:guid/release',
    dialect: 'api',
    access: 'write',
    summary: 'Propose to release a hold; a second administrator must approve',
    about: {
      tag: 'Holds',
      status: 202,
      request: json(exactly({ reason: head.reason ?? {} }, [], { examples: [{ reason: 'Case closed' }] })),
      response: changeResponse,
    },
    handle: release,
  },
];
