// What somebody does to a store who knows how all of it fits together, and even has the log's key: changes of many rows
// at once that leave nothing undone.
import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { formatCheckpoint } from '../../src/merkle/checkpoint.ts';
import { leafHash } from '../../src/merkle/hash.ts';
import { ed25519Signer, formatNote } from '../../src/merkle/note.ts';
import { CompactRange } from '../../src/merkle/tree.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import type { Workbench } from './workbench.ts';

const dayMicros = 86_400_000_000;

function get(database: DatabaseSync, sql: string): Record<string, unknown> {
  return database.prepare(sql).get() ?? {};
}

/** Makes the counts anew, as the sealer would have made them. */
export function recount(database: DatabaseSync): void {
  const sealed = Number(get(database, 'SELECT event FROM tree').event);
  const segments = database.prepare('SELECT number FROM segment').all();
  const events = segments
    .map(({ number }) => `SELECT * FROM event_${number} WHERE id <= ${sealed}`)
    .join(' UNION ALL ');
  for (const [table, keys] of [
    ['count_type_day', `type, occurred_at / ${dayMicros}`],
    ['count_organization_type', 'organization, type'],
    ['count_organization_space', 'organization, space, audience'],
  ])
    database.exec(
      `DELETE FROM ${table}; INSERT INTO ${table} SELECT ${keys}, count(*) FROM (${events}) GROUP BY ${keys}`,
    );
}

/** The last segment: its number, and the ids that it holds. */
export function lastSegment(database: DatabaseSync): { number: number; first: number; last: number } {
  const { number, first_id: first } = get(database, 'SELECT * FROM segment ORDER BY number DESC LIMIT 1');
  const { last } = get(database, `SELECT max(id) AS last FROM event_${number}`);
  return { number: Number(number), first: Number(first), last: Number(last) };
}

/** A copy of an event of the last segment under another id and guid; parts of it can be left out. */
export function copyEvent(
  database: DatabaseSync,
  from: number,
  id: number,
  { body = true, identity = true } = {},
): void {
  const { number } = lastSegment(database);
  const guid = createHash('sha256').update(`${from} ${id}`).digest().subarray(0, 16);
  const rest =
    'origin, type, audience, occurred_at, recorded_at, actor, target, space, organization, outcome';
  database
    .prepare(`INSERT INTO event_${number} SELECT ?, ?, ${rest} FROM event_${number} WHERE id = ?`)
    .run(id, guid, from);
  const parts = 'data, particulars, data_salt, particulars_salt, data_digest, particulars_digest';
  if (body)
    database
      .prepare(`INSERT INTO body_${number} SELECT ?, ${parts} FROM body_${number} WHERE id = ?`)
      .run(id, from);
  if (identity)
    database
      .prepare(`INSERT INTO dedupe SELECT ?, origin, ? FROM event_${number} WHERE id = ?`)
      .run(guid, id, from);
}

export function removeEvent(database: DatabaseSync, id: number): void {
  const { number } = lastSegment(database);
  for (const sql of [
    `DELETE FROM event_${number} WHERE id = ?`,
    `DELETE FROM body_${number} WHERE id = ?`,
    'DELETE FROM dedupe WHERE event = ?',
    'DELETE FROM supplement WHERE event = ?',
  ])
    database.prepare(sql).run(id);
}

/** Makes room for one more event before the one of the last segment with this id: all that follow move on by one. */
export function pushOn(database: DatabaseSync, id: number): void {
  const { number } = lastSegment(database);
  for (const [table, column] of [
    [`event_${number}`, 'id'],
    [`body_${number}`, 'id'],
    ['dedupe', 'event'],
    ['leaf', 'event'],
    ['supplement', 'event'],
    ['tree', 'event'],
  ])
    database.exec(
      `UPDATE ${table} SET ${column} = -1 - ${column} WHERE ${column} >= ${id}; UPDATE ${table} SET ${column} = -${column} WHERE ${column} < 0`,
    );
}

/** Cuts the newest events off, with their leaves and subtrees, and makes the tree and the counts say so. */
export function cutTail(database: DatabaseSync, events: number): void {
  const { last } = lastSegment(database);
  for (let id = last; id > last - events; id -= 1) {
    removeEvent(database, id);
    database.prepare('DELETE FROM leaf WHERE event = ?').run(id);
  }
  const { epoch } = get(database, 'SELECT epoch FROM tree');
  const { size } = get(database, `SELECT count(*) AS size FROM leaf WHERE epoch = ${epoch}`);
  database.exec(`DELETE FROM subtree WHERE epoch = ${epoch} AND (number + 1) * pow(256, level) > ${size}`);
  database.exec(`UPDATE tree SET size = ${size}, event = ${last - events}`);
  recount(database);
}

/** Takes the checkpoints away that know more of the present epoch than there is. */
export function forgetCheckpoints(database: DatabaseSync): string {
  database.exec(
    'DELETE FROM checkpoint WHERE epoch = (SELECT epoch FROM tree) AND size > (SELECT size FROM tree)',
  );
  return newestNote(database);
}

export function newestNote(database: DatabaseSync): string {
  const sql = 'SELECT note FROM checkpoint WHERE epoch = (SELECT epoch FROM tree) ORDER BY size DESC LIMIT 1';
  return String(get(database, sql).note);
}

/** Lets an event say something else, and the leaf and all subtrees above it fit to that. */
export async function rewriteEvent(bench: Workbench, segment: number, id: number): Promise<void> {
  const place = bench.places.get(id) ?? { epoch: 0, index: 0 };
  bench.edit((database) => {
    database.prepare(`UPDATE body_${segment} SET data = ? WHERE id = ?`).run('{"forged":true}', id);
  });
  const inspection = inspectSqliteStore(bench.file);
  const [entry = null] = await inspection.entries(place.epoch, place.index, 1);
  inspection.close();
  bench.edit((database) => {
    database.prepare('UPDATE leaf SET hash = ? WHERE event = ?').run(leafHash(Buffer.from(entry ?? '')), id);
    rebuild(database, place.epoch);
  });
}

/** Makes the subtrees of an epoch from its leaves. */
function rebuild(database: DatabaseSync, epoch: number): void {
  const update = database.prepare('UPDATE subtree SET hash = ? WHERE epoch = ? AND level = ? AND number = ?');
  const range = new CompactRange();
  for (const hash of hashesOf(database, epoch))
    range.add(hash, ({ level, index }, above) => {
      if (level % 8 === 0) update.run(above, epoch, level / 8, index);
    });
}

function hashesOf(database: DatabaseSync, epoch: number): Uint8Array[] {
  const rows = database.prepare('SELECT hash FROM leaf WHERE epoch = ? ORDER BY position').all(epoch);
  return rows.map(({ hash }) => hash as Uint8Array);
}

/** A checkpoint of the tree as it stands now, cut at a size and signed with the key in the folder. */
export function signed(bench: Workbench, database: DatabaseSync, epoch: number, size: number): string {
  const range = new CompactRange();
  for (const hash of hashesOf(database, epoch).slice(0, size)) range.add(hash);
  const origin = String(get(database, `SELECT origin FROM epoch WHERE number = ${epoch}`).origin);
  const key = createPrivateKey(readFileSync(join(bench.directory, 'keys', 'log-1.pem')));
  const text = formatCheckpoint({ origin, size, root: range.root(), extensions: [] });
  return formatNote({ text, signatures: [ed25519Signer(origin, key).sign(text)] });
}

/** Signs the checkpoints of an epoch anew that have at least so many leaves; answers how many there were. */
export function signAnew(bench: Workbench, database: DatabaseSync, epoch: number, from: number): number {
  const rows = database.prepare('SELECT size FROM checkpoint WHERE epoch = ? AND size >= ?').all(epoch, from);
  const update = database.prepare('UPDATE checkpoint SET note = ? WHERE epoch = ? AND size = ?');
  for (const { size } of rows) update.run(signed(bench, database, epoch, Number(size)), epoch, Number(size));
  return rows.length;
}

/** Takes away what an event says and leaves its commitment, as a disposal would, and tells nobody. */
export function eraseInSilence(
  database: DatabaseSync,
  segment: number,
  id: number,
  part: 'data' | 'particulars',
): boolean {
  const row = get(
    database,
    `SELECT ${part} AS text, ${part}_salt AS salt FROM body_${segment} WHERE id = ${id}`,
  );
  if (typeof row.text !== 'string') return false;
  const digest = createHash('sha256')
    .update(row.salt as Uint8Array)
    .update(row.text)
    .digest();
  const set = `${part} = NULL, ${part}_salt = NULL, ${part}_digest = ?`;
  database.prepare(`UPDATE body_${segment} SET ${set} WHERE id = ?`).run(digest, id);
  return true;
}

/** Takes the oldest segment away, as a disposal would, and tells nobody. */
export function dropInSilence(database: DatabaseSync): void {
  const { number, last_id: last } = get(database, 'SELECT * FROM segment ORDER BY number LIMIT 1');
  database.exec(`DELETE FROM supplement WHERE event <= ${last}; DELETE FROM segment WHERE number = ${number};
    DROP TABLE event_${number}; DROP TABLE body_${number}`);
  recount(database);
}
