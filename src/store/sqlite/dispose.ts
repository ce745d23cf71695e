// Disposal in the embedded store, in two depths (design, section 7). Bytes and salts of single events go while head,
// commitments and leaf stay; whole segments go when nothing of them is to be kept, and leave leaves and identities.
import type { SQLInputValue } from 'node:sqlite';
import { guidText } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { Erasable } from '../../event/event.ts';
import { commitment } from '../../event/leaf.ts';
import type { Disposal, DisposedEvent, ExpiredEvents, Expiry, SegmentDrop } from '../contract.ts';
import { disjunction, Sql } from '../sql.ts';
import { segmentCounts, subtractCounts } from './counts.ts';
import { type Connection, sqliteDialect } from './database.ts';
import { eventPredicate } from './predicate.ts';
import { type Segment, segmentsOf } from './segment.ts';

const never = Number.MIN_SAFE_INTEGER;

/** Looks for sealed events past their term from the id after `after` on: so many ids, or so many events, at a time. */
export function expiredAfter(connection: Connection, expiry: Expiry, after: number): ExpiredEvents {
  const segment = segmentsOf(connection).find(({ lastId }) => lastId === null || lastId > after);
  const spared = expiry.held.map(() => 0);
  if (segment === undefined) return { ids: [], spared, reached: after, isLast: true };
  const { number } = segment;
  const from = Math.max(after + 1, segment.firstId);
  const to = Math.min(from + limits.disposalScanEvents - 1, segment.lastId ?? Number.MAX_SAFE_INTEGER);
  const sql = new Sql(sqliteDialect);
  const flags = expiry.held.map((filter, at) => `, ${eventPredicate(sql, number, filter)} AS held_${at}`);
  const rows = connection.all(
    `SELECT id${flags.join('')} FROM event_${number} NOT INDEXED
     WHERE id BETWEEN ${sql.param(from)} AND ${sql.param(to)} AND ${isPast(sql, number, expiry)} AND ${isErasable(number)}
     ORDER BY id LIMIT ${sql.param(limits.disposalSliceEvents)}`,
    sql.params as SQLInputValue[],
  );
  const ids: number[] = [];
  for (const row of rows) {
    const holds = expiry.held.flatMap((_, at) => (row[`held_${at}`] === 0 ? [] : [at]));
    for (const at of holds) spared[at] = (spared[at] ?? 0) + 1;
    if (holds.length === 0) ids.push(Number(row.id));
  }
  const isCut = rows.length === limits.disposalSliceEvents;
  const reached = isCut ? Number(rows.at(-1)?.id) : to;
  return { ids, spared, reached, isLast: !isCut && isBeyond(connection, segment, reached, expiry) };
}

/** Erases those of the events given that are past their term and not held, as many as a short transaction takes. */
export function disposeOf(connection: Connection, expiry: Expiry, ids: readonly number[]): Disposal {
  const events: DisposedEvent[] = [];
  let bytes = 0;
  let reached = 0;
  for (const segment of segmentsOf(connection)) {
    const some = ids.filter((id) => holds(segment, id));
    if (some.length === 0) continue;
    for (const row of expiredRows(connection, segment.number, expiry, some)) {
      if (bytes > limits.disposalSliceBytes) return { events, reached };
      const event = disposedEvent(row);
      bytes += erase(connection, event.id, ['data', 'particulars']);
      events.push(event);
      reached = event.id;
    }
  }
  return { events, reached: ids.at(-1) ?? reached };
}

/**
 * Erases parts of one event: text and salt go, the commitment stays. With the particulars goes what later sources added.
 * @returns the number of bytes that went.
 */
export function erase(connection: Connection, id: number, parts: readonly Erasable[]): number {
  const segment = segmentsOf(connection).find((one) => holds(one, id));
  if (segment === undefined) return 0;
  const body = `body_${segment.number}`;
  const row = connection.get(`SELECT * FROM ${body} WHERE id = ?`, [id]);
  let bytes = 0;
  for (const part of parts) {
    const text = row?.[part];
    if (typeof text !== 'string') continue;
    const digest = Buffer.from(commitment(row?.[`${part}_salt`] as Uint8Array, text), 'hex');
    const set = `${part} = NULL, ${part}_salt = NULL, ${part}_digest = ?`;
    connection.run(`UPDATE ${body} SET ${set} WHERE id = ?`, [digest, id]);
    bytes += Buffer.byteLength(text);
  }
  if (parts.includes('particulars')) connection.run('DELETE FROM supplement WHERE event = ?', [id]);
  return bytes;
}

/** The oldest segment, where it is full and sealed, and everything in it is past its term and not held. */
export function expiredSegment(connection: Connection, expiry: Expiry): SegmentDrop | null {
  const [segment] = segmentsOf(connection);
  if (segment === undefined || segment.lastId === null) return null;
  const { number, firstId, lastId } = segment;
  if (lastId > Number(connection.get('SELECT event FROM tree', [])?.event)) return null;
  const sql = new Sql(sqliteDialect);
  const isPastAll = isPast(sql, number, expiry);
  const isHeld = disjunction(expiry.held.map((filter) => eventPredicate(sql, number, filter)));
  const kept = `SELECT 1 FROM event_${number} NOT INDEXED WHERE NOT (${isPastAll}) OR ${isHeld} LIMIT 1`;
  if (connection.get(kept, sql.params as SQLInputValue[]) !== undefined) return null;
  const times = `min(max(occurred_at, recorded_at)) AS low, max(max(occurred_at, recorded_at)) AS high`;
  const span = connection.get(`SELECT count(*) AS n, ${times} FROM event_${number}`, []);
  const organizations = connection.all(
    `SELECT place.guid AS guid, count(*) AS n FROM event_${number} JOIN place ON place.id = organization GROUP BY place.guid ORDER BY n DESC, place.guid LIMIT ?`,
    [limits.certificateOrganizationsMax],
  );
  return {
    number,
    events: Number(span?.n),
    from: Number(span?.low),
    to: Number(span?.high),
    first: leafOfEvent(connection, firstId),
    last: leafOfEvent(connection, lastId),
    organizations: organizations.map(({ guid, n }) => ({ guid: String(guid), events: Number(n) })),
    counts: segmentCounts(connection, number),
  };
}

/** Takes a segment out of the log and out of the counts; its tables are no longer read and go bit by bit (`sweep`). */
export function dropSegment(connection: Connection, { number, counts }: SegmentDrop): void {
  const segment = segmentsOf(connection).find((one) => one.number === number);
  if (segment === undefined || segment.lastId === null)
    throw new Error(`segment ${number} cannot be dropped`);
  const { firstId, lastId } = segment;
  connection.run('DELETE FROM supplement WHERE event BETWEEN ? AND ?', [firstId, lastId]);
  connection.run('DELETE FROM segment WHERE number = ?', [number]);
  subtractCounts(connection, counts);
}

/** Does one short step of clearing away what dropped segments left; answers whether there was anything to do. */
export function sweep(connection: Connection): boolean {
  const first = segmentsOf(connection)[0]?.number ?? 0;
  const left = connection
    .all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", [])
    .map(({ name }) => String(name))
    .find((name) => Number(/^(?:event|body)_(\d+)$/.exec(name)?.[1] ?? first) < first);
  if (left === undefined) return false;
  for (const { name } of partsOf(connection, 'trigger', left)) connection.exec(`DROP TRIGGER "${name}"`);
  const [index] = partsOf(connection, 'index', left);
  if (index !== undefined) {
    connection.exec(`DROP INDEX "${index.name}"`);
    return true;
  }
  const some = `SELECT id FROM ${left} ORDER BY id LIMIT ?`;
  const removed = connection.run(`DELETE FROM ${left} WHERE id IN (${some})`, [limits.sweepRows]);
  if (removed === 0) connection.exec(`DROP TABLE ${left}`);
  return true;
}

/** Holds where an event is past the term of the first of the terms that finds it. */
function isPast(sql: Sql, segment: number, { terms }: Expiry): string {
  if (terms.length === 0) return 'FALSE';
  const cases = terms.map(({ filter, before }) => {
    return `WHEN ${eventPredicate(sql, segment, filter)} THEN ${sql.param(before)}`;
  });
  return `max(occurred_at, recorded_at) < CASE ${cases.join(' ')} ELSE ${sql.param(never)} END`;
}

/** Holds where an event is sealed and still says something. */
function isErasable(segment: number): string {
  return `EXISTS (SELECT 1 FROM leaf WHERE leaf.event = event_${segment}.id) AND EXISTS (SELECT 1 FROM body_${segment} AS body
    WHERE body.id = event_${segment}.id AND (body.data IS NOT NULL OR body.particulars IS NOT NULL))`;
}

/** Whether no event after this one can be past its term: `recorded_at` never falls from one event to the next. */
function isBeyond(
  connection: Connection,
  { number, lastId }: Segment,
  id: number,
  { terms }: Expiry,
): boolean {
  const latest = Math.max(never, ...terms.map(({ before }) => before));
  const row = connection.get(`SELECT max(id) AS id, recorded_at AS at FROM event_${number} WHERE id <= ?`, [
    id,
  ]);
  if (row !== undefined && row.id !== null && Number(row.at) >= latest) return true;
  return lastId === null && Number(row?.id ?? 0) < id;
}

function expiredRows(
  connection: Connection,
  segment: number,
  expiry: Expiry,
  ids: readonly number[],
): Record<string, unknown>[] {
  const sql = new Sql(sqliteDialect);
  const among = `id IN (SELECT value FROM json_each(${sql.param(JSON.stringify(ids))}))`;
  const past = isPast(sql, segment, expiry);
  const held = disjunction(expiry.held.map((filter) => eventPredicate(sql, segment, filter)));
  return connection.all(
    `SELECT id, guid, max(occurred_at, recorded_at) AS at,
       (SELECT name FROM origin WHERE origin.id = event_${segment}.origin) AS origin_name,
       (SELECT guid FROM place WHERE place.id = organization) AS organization_guid,
       (SELECT epoch FROM leaf WHERE leaf.event = event_${segment}.id) AS epoch,
       (SELECT position FROM leaf WHERE leaf.event = event_${segment}.id) AS position,
       EXISTS (SELECT 1 FROM supplement WHERE supplement.event = event_${segment}.id) AS supplemented
     FROM event_${segment} NOT INDEXED
     WHERE ${among} AND ${past} AND NOT ${held} AND ${isErasable(segment)} ORDER BY id`,
    sql.params as SQLInputValue[],
  );
}

function disposedEvent(row: Record<string, unknown>): DisposedEvent {
  return {
    id: Number(row.id),
    origin: String(row.origin_name),
    guid: guidText(row.guid as Uint8Array),
    organizationGuid: String(row.organization_guid),
    at: Number(row.at),
    leaf: { epoch: Number(row.epoch), index: Number(row.position) },
    isSupplemented: row.supplemented === 1,
  };
}

function leafOfEvent(connection: Connection, id: number): SegmentDrop['first'] {
  const row = connection.get('SELECT epoch, position FROM leaf WHERE event = ?', [id]);
  return { epoch: Number(row?.epoch), index: Number(row?.position) };
}

function partsOf(connection: Connection, type: 'trigger' | 'index', table: string): { name: string }[] {
  const sql = 'SELECT name FROM sqlite_schema WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL';
  return connection.all(sql, [type, table]).map(({ name }) => ({ name: String(name) }));
}

function holds({ firstId, lastId }: Segment, id: number): boolean {
  return id >= firstId && (lastId === null || id <= lastId);
}
