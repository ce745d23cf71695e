// The schema's history: numbered SQL files, applied in order, each in one transaction, each remembered with its
// digest. The next file is written from the difference between the declarations and what the files make.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { microsText } from '../../core/instant.ts';
import type { Table } from '../table.ts';
import type { Connection } from './database.ts';
import { tableDdl } from './rows.ts';
import { logDdl, segmentDdl } from './segment.ts';

const folder = new URL('./migrations/', import.meta.url);

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** The committed migrations in their order. */
export function migrations(): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(5, -4),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }));
}

/**
 * Brings a store to the newest schema. Refuses a store that a newer Hansard has written, and one whose applied
 * migrations are not those of this program.
 * @returns the numbers that were applied now.
 */
export function migrate(connection: Connection, list: readonly Migration[], now: number): number[] {
  connection.exec(
    'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT',
  );
  const applied = connection.all('SELECT number, sha256 FROM migration ORDER BY number', []);
  for (const row of applied) {
    const known = list.find(({ number }) => number === Number(row.number));
    if (known === undefined || digest(known.sql) !== row.sha256) {
      throw new Error(
        `the store's schema step ${row.number} is not one of this program's: it was written by another version of Hansard`,
      );
    }
  }
  const fresh = list.slice(applied.length);
  for (const { number, name, sql } of fresh) {
    connection.exec('BEGIN IMMEDIATE');
    try {
      connection.exec(sql);
      connection.run('INSERT INTO migration VALUES (?, ?, ?, ?)', [
        number,
        name,
        digest(sql),
        microsText(now),
      ]);
      connection.exec('COMMIT');
    } catch (error) {
      connection.exec('ROLLBACK');
      throw error;
    }
  }
  return fresh.map(({ number }) => number);
}

/** The statements that make today's schema from nothing: the log, its first segment, the declared tables. */
export function schemaDdl(tables: readonly Table[]): string[] {
  return [
    ...logDdl,
    ...segmentDdl(1),
    'INSERT INTO segment (number, first_id) VALUES (1, 1)',
    ...tables.flatMap(tableDdl),
  ];
}

/** What the next migration must say: only additions can be written by themselves; anything else throws. */
export function difference(tables: readonly Table[], list: readonly Migration[]): string[] {
  if (list.length === 0) return schemaDdl(tables);
  const had = schemaOf(list.map(({ sql }) => sql));
  const wanted = schemaOf(schemaDdl(tables));
  const statements: string[] = [];
  for (const [name, sql] of wanted) {
    const before = had.get(name);
    if (before === undefined) statements.push(sql);
    else if (before !== sql)
      throw new Error(`${name} changes in a way that must be written by hand:\n${before}\n${sql}`);
  }
  for (const name of had.keys()) {
    if (!wanted.has(name)) throw new Error(`${name} is no longer declared: write its removal by hand`);
  }
  return statements;
}

/** Name and statement of every table, index and trigger that SQL makes in an empty database. */
export function schemaOf(statements: readonly string[]): Map<string, string> {
  const database = new DatabaseSync(':memory:');
  for (const statement of statements) database.exec(statement);
  const rows = database
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'migration' ORDER BY rowid",
    )
    .all();
  database.close();
  return new Map(rows.map((row) => [String(row.name), String(row.sql)]));
}

function digest(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
