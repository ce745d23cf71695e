// Changes to the rows of a store as somebody would make them who has its file and knows what it holds.
import { DatabaseSync } from 'node:sqlite';
import type { Dice } from '../crash/seed.ts';

/** The tables that the log stands on. Those of the foundation are told of by it, not proven. */
export const logTables = [
  'origin',
  'type',
  'place',
  'party',
  'dedupe',
  'segment',
  'leaf',
  'subtree',
  'tree',
  'count_type_day',
  'count_organization_type',
  'count_organization_space',
  'event_1',
  'event_2',
  'body_1',
  'body_2',
] as const;

interface Column {
  readonly name: string;
  readonly isKey: boolean;
}

/**
 * Changes one bit of one column of one row, what keeps others from doing so put back afterwards. Answers the row and
 * the column, or null where the table has no row, the column no value, or the store would not hold what comes out.
 */
export function flipBit(file: string, table: string, dice: Dice): string | null {
  return tampering(file, table, (database) => {
    const columns = columnsOf(database, table);
    const keys = columns.filter(({ isKey }) => isKey).map(({ name }) => name);
    // Place 0 stands for none, of whatever origin.
    const some = table === 'place' ? 'WHERE id <> 0' : '';
    const row = dice.pick(database.prepare(`SELECT * FROM ${table} ${some}`).all());
    const column = dice.pick(columns.map(({ name }) => name)) ?? '';
    const value = row?.[column];
    if (row === undefined || value === null || value === undefined) return null;
    const where = keys.map((key) => `${key} = ?`).join(' AND ');
    const flipped = withoutBit(value, dice);
    if (flipped === null) return null;
    database
      .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`)
      .run(flipped, ...keys.map((key) => row[key] ?? null));
    return `${table}.${column} of ${keys.map((key) => String(row[key])).join('/')}: ${value} to ${flipped}`;
  });
}

/** Lets two rows change their places: each keeps its key and gets all else from the other. */
export function swapRows(file: string, table: string, key: string, one: number, other: number): void {
  tampering(file, table, (database) => {
    const set = database.prepare(`UPDATE ${table} SET ${key} = ? WHERE ${key} = ?`);
    for (const [to, from] of [
      [-1, one],
      [one, other],
      [other, -1],
    ] as const)
      set.run(to, from);
    return null;
  });
}

/** Runs any SQL. */
export function change(file: string, table: string, sql: string): void {
  tampering(file, table, (database) => {
    database.exec(sql);
    return null;
  });
}

function tampering(
  file: string,
  table: string,
  act: (database: DatabaseSync) => string | null,
): string | null {
  const database = new DatabaseSync(file);
  const guards = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?")
    .all(table);
  try {
    database.exec('BEGIN');
    for (const { name } of guards) database.exec(`DROP TRIGGER ${name}`);
    const done = act(database);
    for (const { sql } of guards) database.exec(String(sql));
    database.exec('COMMIT');
    return done;
  } catch (error) {
    // Uniqueness, or a check of the table: so it cannot be changed.
    if (error instanceof Error && /constraint failed/.test(error.message)) return null;
    throw error;
  } finally {
    database.close();
  }
}

function columnsOf(database: DatabaseSync, table: string): Column[] {
  const columns = database.prepare(`PRAGMA table_info(${table})`).all();
  return columns.map(({ name, pk }) => ({ name: String(name), isKey: pk !== 0 }));
}

function withoutBit(value: unknown, dice: Dice): string | number | Buffer | null {
  if (typeof value === 'number') return value + (dice.roll(2) === 0 ? 1 : -1);
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return null;
  const bytes = Buffer.from(value as string);
  if (bytes.length === 0) return typeof value === 'string' ? 'x' : null;
  const place = dice.roll(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
  return typeof value === 'string' ? bytes.toString() : bytes;
}
