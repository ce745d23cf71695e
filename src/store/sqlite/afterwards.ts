// What was done to events after they were taken in, as a verifier asks for it: names that later sources added, parts
// that were erased, and our own events, which must tell of both.
import { guidText } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { StoredEvent } from '../../event/event.ts';
import type { Addition } from '../contract.ts';
import type { Connection } from './database.ts';
import { namesOn } from './dictionary.ts';
import { disclosed } from './entries.ts';
import { eventOf, eventsAbout } from './events.ts';
import { segmentsOf } from './segment.ts';

/** Additions to events with ids above `after`, and what our own events of a type tell of each: one snapshot. */
export function additionsAfter(connection: Connection, type: string, after: number): Addition[] {
  connection.exec('BEGIN');
  try {
    const sql = 'SELECT event, particulars FROM supplement WHERE event > ? ORDER BY event LIMIT ?';
    return connection.all(sql, [after, limits.eventsReadAtOnce]).map(({ event, particulars }) => {
      const eventId = Number(event);
      const row = disclosed(connection, eventId);
      if (row === undefined) return { eventId, origin: '', particulars: String(particulars), told: [] };
      const target = { type: 'event', guid: guidText(row.guid as Uint8Array) };
      const told = eventsAbout(connection, type, target);
      const origin = namesOn(connection).text('origin', row.origin);
      return { eventId, origin, particulars: String(particulars), told };
    });
  } finally {
    connection.exec('COMMIT');
  }
}

/** Our own events of a type with ids above `after`, in their order. */
export function ownEventsAfter(connection: Connection, type: string, after: number): StoredEvent[] {
  const guids: Uint8Array[] = [];
  for (const { number, lastId } of segmentsOf(connection)) {
    const room = limits.eventsReadAtOnce - guids.length;
    if (room === 0 || (lastId !== null && lastId <= after)) continue;
    const sql = `SELECT guid FROM event_${number} NOT INDEXED WHERE id > ?
      AND type = (SELECT id FROM type WHERE name = ?) AND origin = (SELECT id FROM origin WHERE name = '')
      ORDER BY id LIMIT ?`;
    guids.push(...connection.all(sql, [after, type, room]).map(({ guid }) => guid as Uint8Array));
  }
  return guids.flatMap((guid) => eventOf(connection, '', guidText(guid)) ?? []);
}

/** How many events have lost a part of what they said, those of one type left aside. */
export function erasedCount(connection: Connection, exceptType: string): number {
  return segmentsOf(connection).reduce((sum, { number }) => {
    const sql = `SELECT count(*) AS n FROM body_${number} AS b JOIN event_${number} AS e ON e.id = b.id
      WHERE (b.data IS NULL OR b.particulars IS NULL) AND e.type IS NOT (SELECT id FROM type WHERE name = ?)`;
    return sum + Number(connection.get(sql, [exceptType])?.n);
  }, 0);
}
