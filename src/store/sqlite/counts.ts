// The counts behind exact totals. Operations never touch them: this step follows the log, adds what is new and
// moves its mark, all in one transaction, so that mark and counts can never disagree.
import type { Connection } from './database.ts';
import { segmentsOf } from './segment.ts';

const dayMicros = 86_400_000_000;

const sums: readonly { readonly into: string; readonly columns: string; readonly keys: string }[] = [
  { into: 'count_type_day', columns: 'type, day', keys: `type, occurred_at / ${dayMicros}` },
  { into: 'count_organization_type', columns: 'organization, type', keys: 'organization, type' },
  {
    into: 'count_organization_space',
    columns: 'organization, space, audience',
    keys: 'organization, space, audience',
  },
];

/**
 * Counts up to `eventsMax` further events. The caller holds the write transaction.
 * @returns how many events are still uncounted.
 */
export function countStep(connection: Connection, newestId: number, eventsMax: number): number {
  const counted = Number(connection.get('SELECT event FROM counted', [])?.event ?? 0);
  const upTo = Math.min(newestId, counted + eventsMax);
  if (upTo === counted) return 0;
  for (const { number, firstId, lastId } of segmentsOf(connection)) {
    if (firstId > upTo || (lastId !== null && lastId <= counted)) continue;
    for (const { into, columns, keys } of sums) {
      connection.run(
        `INSERT INTO ${into} (${columns}, n) SELECT ${keys}, count(*) FROM event_${number} NOT INDEXED WHERE id > ? AND id <= ? GROUP BY ${keys}
         ON CONFLICT (${columns}) DO UPDATE SET n = n + excluded.n`,
        [counted, upTo],
      );
    }
  }
  connection.run('UPDATE counted SET event = ?', [upTo]);
  return newestId - upTo;
}
