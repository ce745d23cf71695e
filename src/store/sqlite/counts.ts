// The counts behind exact totals. Operations never touch them: the sealer adds what it seals, in the same transaction,
// so that the tree's mark and the counts can never disagree.
import type { CountChange } from '../contract.ts';
import type { Connection } from './database.ts';
import { segmentsOf } from './segment.ts';

const dayMicros = 86_400_000_000;

/** What is counted: into which table, under which of its columns, from which of an event's. */
export const counts: readonly { readonly into: string; readonly columns: string; readonly keys: string }[] = [
  { into: 'count_type_day', columns: 'type, day', keys: `type, occurred_at / ${dayMicros}` },
  { into: 'count_organization_type', columns: 'organization, type', keys: 'organization, type' },
  {
    into: 'count_organization_space',
    columns: 'organization, space, audience',
    keys: 'organization, space, audience',
  },
];

/** Counts the events with ids in (after, upTo]. The caller holds the write transaction. */
export function countEvents(connection: Connection, after: number, upTo: number): void {
  for (const { number, firstId, lastId } of segmentsOf(connection)) {
    if (firstId > upTo || (lastId !== null && lastId <= after)) continue;
    for (const { into, columns, keys } of counts) {
      connection.run(
        `INSERT INTO ${into} (${columns}, n) SELECT ${keys}, count(*) FROM event_${number} NOT INDEXED WHERE id > ? AND id <= ? GROUP BY ${keys}
         ON CONFLICT (${columns}) DO UPDATE SET n = n + excluded.n`,
        [after, upTo],
      );
    }
  }
}

/** What one segment adds to the counts: the table, the values of its key, and the number. */
export function segmentCounts(connection: Connection, segment: number): CountChange[] {
  return counts.flatMap(({ into, keys }) => {
    const names = keys.split(', ');
    const columns = names.map((key, at) => `${key} AS key_${at}`).join(', ');
    const sql = `SELECT ${columns}, count(*) AS n FROM event_${segment} NOT INDEXED GROUP BY ${keys}`;
    return connection.all(sql, []).map((row) => ({
      table: into,
      key: names.map((_, at) => Number(row[`key_${at}`])),
      n: Number(row.n),
    }));
  });
}

/** Takes from the counts what `segmentCounts` found. The caller holds the write transaction. */
export function subtractCounts(connection: Connection, changes: readonly CountChange[]): void {
  for (const { table, key, n } of changes) {
    const sum = counts.find(({ into }) => into === table);
    if (sum === undefined) throw new Error(`there are no counts called ${table}`);
    const where = sum.columns
      .split(', ')
      .map((column) => `${column} = ?`)
      .join(' AND ');
    connection.run(`UPDATE ${table} SET n = n - ? WHERE ${where}`, [n, ...key]);
    connection.run(`DELETE FROM ${table} WHERE n <= 0 AND ${where}`, key);
  }
}
