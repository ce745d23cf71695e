// Entries of the log out of the rows: made anew each time, from the columns as they stand. What a row no longer says is
// thereby no longer what its leaf hash says, which is how a verifier finds it.
import { guidText } from '../../core/guid.ts';
import { commitment, leafOf, leafText } from '../../event/leaf.ts';
import type { Connection } from './database.ts';
import { namesOn, outcomes } from './dictionary.ts';
import { segmentsOf } from './segment.ts';

/** The texts of the leaves of the events with ids in [from, to], by id; an event that has no row is missing. */
export function entriesBetween(connection: Connection, from: number, to: number): Map<number, string> {
  const entries = new Map<number, string>();
  for (const { number, firstId, lastId } of segmentsOf(connection)) {
    if (firstId > to || (lastId !== null && lastId < from)) continue;
    for (const row of connection.all(`${selectLeaves(number)} WHERE e.id BETWEEN ? AND ?`, [from, to]))
      entries.set(Number(row.id), entryOf(connection, row));
  }
  return entries;
}

/** The row of one event with everything that discloses it, or undefined. */
export function disclosed(connection: Connection, id: number): Record<string, unknown> | undefined {
  const segment = segmentsOf(connection).findLast(({ firstId }) => firstId <= id);
  if (segment === undefined) return undefined;
  return connection.get(`${selectLeaves(segment.number)} WHERE e.id = ?`, [id]);
}

/** The entry of a row of `disclosed`. */
export function entryOf(connection: Connection, row: Record<string, unknown>): string {
  const names = namesOn(connection);
  const head = {
    origin: names.text('origin', row.origin),
    guid: guidText(row.guid as Uint8Array),
    type: names.text('type', row.type),
    occurredAt: Number(row.occurred_at),
    recordedAt: Number(row.recorded_at),
    actor: names.party(row.actor),
    target: names.party(row.target),
    spaceGuid: names.text('place', row.space),
    organizationGuid: names.text('place', row.organization),
    outcome: outcomes[Number(row.outcome)] ?? 'unknown',
  };
  return leafText(
    leafOf(head, {
      data: digestOf(row.data, row.data_salt, row.data_digest),
      particulars: digestOf(row.particulars, row.particulars_salt, row.particulars_digest),
    }),
  );
}

/** A commitment: kept where the bytes were erased, made anew where they are there. */
function digestOf(text: unknown, salt: unknown, digest: unknown): string {
  if (text === null) return Buffer.from(digest as Uint8Array).toString('hex');
  return commitment(salt as Uint8Array, String(text));
}

function selectLeaves(segment: number): string {
  return `SELECT e.*, body.data, body.data_salt, body.data_digest,
    body.particulars, body.particulars_salt, body.particulars_digest
  FROM event_${segment} AS e JOIN body_${segment} AS body ON body.id = e.id`;
}
