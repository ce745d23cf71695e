// What was done to events after they were taken in, as a verifier asks for it: names that later sources added, parts
// that were erased, and our own events, which must tell of both.
import { guidText } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { StoredEvent } from '../../event/event.ts';
import type { Addition } from '../contract.ts';
import type { Connection } from './database.ts';
import { namesOn } from './dictionary.ts';
import { disclosed } from './entries.ts';
import { eventOf, eventsAbout, eventsOf } from './events.ts';
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

/** Events with ids above `after` that have lost a part of what they said, in their order. */
export function erasedAfter(connection: Connection, after: number): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (const segment of segmentsOf(connection)) {
    const room = limits.eventsReadAtOnce - events.length;
    if (room === 0 || (segment.lastId !== null && segment.lastId <= after)) continue;
    const sql = `SELECT id FROM body_${segment.number}
      WHERE id > ? AND (data IS NULL OR particulars IS NULL) ORDER BY id LIMIT ?`;
    const spans = [{ segment, from: 0, to: 0 }];
    // One at a time: the data that some of them still have may be too much for one answer.
    for (const { id } of connection.all(sql, [after, room]))
      events.push(...eventsOf(connection, spans, [{ id: Number(id), occurredAt: 0 }]));
  }
  return events;
}
