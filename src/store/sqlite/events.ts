// Events out of the store: pages and single events. Each call runs in one read transaction of its connection.
import type { SQLInputValue } from 'node:sqlite';
import { AppError } from '../../core/error.ts';
import { type Guid, guidBytes, guidText } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { Erasable, EventKey, Particulars, Party, StoredEvent } from '../../event/event.ts';
import type { Direction } from '../../query/ast.ts';
import type { NarrowedQuery } from '../../query/narrow.ts';
import type { EventPage, PageRequest } from '../../query/page.ts';
import { choosePlan } from '../../query/plan.ts';
import type { Evidence, Found } from '../contract.ts';
import { Sql } from '../sql.ts';
import { type BoundedQuery, boundsOf } from './bounds.ts';
import { type Connection, sqliteDialect } from './database.ts';
import { audiences, outcomes } from './dictionary.ts';
import { disclosed, entryOf } from './entries.ts';
import { indexedBy, type Segment, segmentsOf } from './segment.ts';
import { branchWhere, mergedKeys, type Span, type Walk } from './streams.ts';
import { estimateBy, totalOf } from './totals.ts';

const opposite: Record<Direction, Direction> = { asc: 'desc', desc: 'asc' };

export function readPage(connection: Connection, query: NarrowedQuery, request: PageRequest): EventPage {
  const bounded = boundsOf(connection, query);
  const spans = spansOf(connection);
  const bound = request.bound ?? newestId(connection);
  const total = request.total ?? totalOf(connection, bounded, spans, bound);
  const walk = (direction: Direction): Walk =>
    walkOf(connection, bounded, spans, direction, bound, request.limit);
  const { start, direction, limit } = request;
  const wanted = limit + 1;
  if (start.kind === 'skip') {
    const keys = skipped(walk, direction, start.rows, wanted, total);
    const events = eventsOf(connection, spans, keys.slice(0, limit));
    return { events, total, bound, before: start.rows > 0 && total > 0, after: keys.length > limit };
  }
  const backward = start.kind === 'before';
  const keys = taken(mergedKeys(walk(backward ? opposite[direction] : direction), start.key), wanted);
  const page = keys.slice(0, limit);
  if (backward) page.reverse();
  const more = keys.length > limit;
  const events = eventsOf(connection, spans, page);
  return { events, total, bound, before: backward ? more : true, after: backward ? true : more };
}

/** Looks an event up by its guid; of several origins, the built-in one first, then the oldest that is visible. */
export function findEvent(connection: Connection, query: NarrowedQuery, guid: Guid): Found {
  const rows = connection.all('SELECT event FROM dedupe WHERE guid = ? ORDER BY origin', [guidBytes(guid)]);
  const spans = spansOf(connection);
  // An event that was disposed of with its segment is as unknown to everybody as one that never was.
  const kept = rows.filter(({ event }) => spans.some(({ segment }) => holds(segment, Number(event))));
  if (kept.length === 0) return { kind: 'unknown' };
  const bounded = boundsOf(connection, query);
  for (const { event } of kept) {
    const id = Number(event);
    const span = spans.find(({ segment }) => holds(segment, id));
    if (span === undefined || !isVisible(connection, bounded, span, id)) continue;
    const [found] = eventsOf(connection, [span], [{ id, occurredAt: 0 }]);
    if (found !== undefined) return { kind: 'event', event: found };
  }
  return { kind: 'invisible' };
}

/** The evidence of an event that the query may see. */
export function evidenceOf(connection: Connection, query: NarrowedQuery, guid: Guid): Evidence | null {
  const found = findEvent(connection, query, guid);
  if (found.kind !== 'event') return null;
  const row = disclosed(connection, found.event.id);
  if (row === undefined) return null;
  const text = (value: unknown): string | null => (value === null ? null : String(value));
  const hex = (value: unknown): string | null =>
    value === null ? null : Buffer.from(value as Uint8Array).toString('hex');
  return {
    sealed: found.event.sealed,
    entry: entryOf(connection, row),
    data: text(row.data),
    dataSalt: hex(row.data_salt),
    particulars: text(row.particulars),
    particularsSalt: hex(row.particulars_salt),
  };
}

/** The stored event of an identity, for the writer. */
export function eventOf(connection: Connection, origin: string, guid: Guid): StoredEvent | undefined {
  const sql = 'SELECT event FROM dedupe WHERE guid = ? AND origin = (SELECT id FROM origin WHERE name = ?)';
  const row = connection.get(sql, [guidBytes(guid), origin]);
  if (row === undefined) return undefined;
  const segments = segmentsOf(connection).map((segment) => ({ segment, from: 0, to: 0 }));
  return eventsOf(connection, segments, [{ id: Number(row.event), occurredAt: 0 }])[0];
}

/** The events of a type about a target, of the built-in origin, in their order. */
export function eventsAbout(connection: Connection, type: string, target: Party): StoredEvent[] {
  const names = connection.get(
    `SELECT (SELECT id FROM origin WHERE name = '') AS origin, (SELECT id FROM type WHERE name = ?) AS type,
       (SELECT id FROM party WHERE guid = ? AND type = ?) AS target`,
    [type, target.guid, target.type],
  );
  const { origin, type: typeNumber, target: targetNumber } = names ?? {};
  if (origin == null || typeNumber == null || targetNumber == null) return [];
  return segmentsOf(connection).flatMap((segment) => {
    const sql = `SELECT id FROM event_${segment.number} ${indexedBy(segment.number, 'target')} WHERE target = ? AND type = ? AND origin = ? ORDER BY id`;
    const rows = connection.all(sql, [Number(targetNumber), Number(typeNumber), Number(origin)]);
    const keys = rows.map(({ id }) => ({ id: Number(id), occurredAt: 0 }));
    return eventsOf(connection, [{ segment, from: 0, to: 0 }], keys);
  });
}

/** Names of the origins that have an event of this guid, in the order in which the log came to know them. */
export function originsOf(connection: Connection, guid: Guid): string[] {
  const sql =
    'SELECT name FROM dedupe JOIN origin ON origin.id = dedupe.origin WHERE guid = ? ORDER BY origin.id';
  return connection.all(sql, [guidBytes(guid)]).map((row) => String(row.name));
}

export function newestId(connection: Connection): number {
  const last = segmentsOf(connection).at(-1) as Segment;
  const row = connection.get(`SELECT max(id) AS id FROM event_${last.number}`, []);
  return row?.id === null ? last.firstId - 1 : Number(row?.id);
}

function isVisible(connection: Connection, query: BoundedQuery, span: Span, id: number): boolean {
  const sql = new Sql(sqliteDialect);
  const plan = { branches: [], byVisibility: false };
  const where = branchWhere(sql, query, plan, { access: 'ids', key: [] }, span.segment.number);
  const { from, to } = query.window;
  const text = `SELECT 1 AS yes FROM event_${span.segment.number} WHERE ${where} AND occurred_at BETWEEN ? AND ? AND id = ?`;
  return connection.get(text, [...sql.params, from, to, id] as SQLInputValue[]) !== undefined;
}

function walkOf(
  connection: Connection,
  query: BoundedQuery,
  spans: readonly Span[],
  direction: Direction,
  bound: number,
  limit: number,
): Walk {
  const plan = choosePlan(query.bounded, limit, estimateBy(connection));
  return { connection, query, plan, spans, direction, bound, slice: limit + 1 };
}

/** Keys of a page by number, walked to from the nearer end. */
function skipped(
  walk: (direction: Direction) => Walk,
  direction: Direction,
  skip: number,
  wanted: number,
  total: number,
): EventKey[] {
  const left = total - skip;
  if (left <= 0) return [];
  const fromEnd = Math.max(0, left - wanted);
  const near = skip <= fromEnd ? { direction, skip } : { direction: opposite[direction], skip: fromEnd };
  const count = Math.min(wanted, left);
  const slice = Math.max(wanted, Math.min(near.skip, limits.keysReadAtOnce));
  const keys = taken(mergedKeys({ ...walk(near.direction), slice }, null), count, near.skip);
  return near.direction === direction ? keys : keys.reverse();
}

function taken(keys: Generator<EventKey>, count: number, skip = 0): EventKey[] {
  const page: EventKey[] = [];
  let passed = 0;
  for (const key of keys) {
    passed += 1;
    if (passed > skip) page.push(key);
    if (page.length >= count) break;
  }
  return page;
}

function holds(segment: Segment, id: number): boolean {
  return id >= segment.firstId && (segment.lastId === null || id <= segment.lastId);
}

/** The segments with the times that their events cover; empty ones are left out. */
function spansOf(connection: Connection): Span[] {
  return segmentsOf(connection).flatMap((segment) => {
    const index = `event_${segment.number} INDEXED BY event_${segment.number}_by_order`;
    const row = connection.get(
      `SELECT min(low) AS low, max(high) AS high FROM (${audiences
        .flatMap((_, audience) => [
          `SELECT (SELECT min(occurred_at) FROM ${index} WHERE audience = ${audience}) AS low, (SELECT max(occurred_at) FROM ${index} WHERE audience = ${audience}) AS high`,
        ])
        .join(' UNION ALL ')})`,
      [],
    );
    if (row?.low === null || row === undefined) return [];
    return [{ segment, from: Number(row.low), to: Number(row.high) }];
  });
}

/**
 * The events of the given keys, in the keys' order, read some at a time.
 * @throws BadQueryParameter where together they are too large to be answered at once.
 */
export function eventsOf(
  connection: Connection,
  spans: readonly Span[],
  keys: readonly EventKey[],
): StoredEvent[] {
  const found = new Map<number, StoredEvent>();
  let characters = 0;
  for (const { segment } of spans) {
    const ids = keys.filter(({ id }) => holds(segment, id)).map(({ id }) => id);
    for (let from = 0; from < ids.length; from += limits.eventsReadAtOnce) {
      const some = JSON.stringify(ids.slice(from, from + limits.eventsReadAtOnce));
      for (const row of connection.all(selectEvents(segment.number), [some])) {
        const event = storedEvent(row);
        characters += event.data.length;
        found.set(event.id, event);
      }
      if (characters > limits.pageCharactersMax) throw tooLarge();
    }
  }
  return keys.flatMap(({ id }) => found.get(id) ?? []);
}

function tooLarge(): AppError {
  const most = `${limits.pageCharactersMax} characters of data`;
  return new AppError('BadQueryParameter', [
    `the events of this page hold more than ${most}: ask for smaller pages`,
  ]);
}

function selectEvents(segment: number): string {
  return `SELECT e.id, e.guid, e.occurred_at, e.recorded_at, e.audience, e.outcome,
    origin.name AS origin, type.name AS type,
    actor.guid AS actor_guid, actor.type AS actor_type, target.guid AS target_guid, target.type AS target_type,
    space.guid AS space_guid, organization.guid AS organization_guid,
    body.data, body.particulars, supplement.particulars AS supplement, leaf.epoch, leaf.position
  FROM event_${segment} AS e
    JOIN body_${segment} AS body ON body.id = e.id
    JOIN origin ON origin.id = e.origin
    JOIN type ON type.id = e.type
    JOIN party AS actor ON actor.id = e.actor
    JOIN party AS target ON target.id = e.target
    JOIN place AS space ON space.id = e.space
    JOIN place AS organization ON organization.id = e.organization
    LEFT JOIN supplement ON supplement.event = e.id
    LEFT JOIN leaf ON leaf.event = e.id
  WHERE e.id IN (SELECT value FROM json_each(?))`;
}

function storedEvent(row: Record<string, unknown>): StoredEvent {
  const added = particularsOf(row.supplement);
  return {
    id: Number(row.id),
    origin: String(row.origin),
    guid: guidText(row.guid as Uint8Array),
    type: String(row.type),
    audience: audiences[Number(row.audience)] ?? 'log',
    occurredAt: Number(row.occurred_at),
    recordedAt: Number(row.recorded_at),
    actor: { guid: String(row.actor_guid), type: String(row.actor_type) },
    target: { guid: String(row.target_guid), type: String(row.target_type) },
    spaceGuid: String(row.space_guid),
    organizationGuid: String(row.organization_guid),
    outcome: outcomes[Number(row.outcome)] ?? 'unknown',
    data: row.data === null ? '{}' : String(row.data),
    particulars: { ...particularsOf(row.particulars), ...added },
    sealed: row.epoch === null ? null : { epoch: Number(row.epoch), index: Number(row.position) },
    erased: erasable.filter((part) => row[part] === null),
  };
}

const erasable: readonly Erasable[] = ['data', 'particulars'];

function particularsOf(text: unknown): Particulars {
  return text === null ? {} : (JSON.parse(String(text)) as Particulars);
}
