// Single changes to the rows of a store, as somebody makes them who has its file. Each answers what it did, or null
// where the store cannot hold what would come out.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Dice } from '../crash/seed.ts';
import type { Row, Table, Workbench } from './workbench.ts';

export interface Done {
  readonly what: string;
  /** The id of the event that was touched; null where it was none or several. */
  readonly event: number | null;
}

export type Mutation = (database: DatabaseSync) => Done | null;

/** Some rows of one table. Segments count as one: a row is chosen among all of them. */
export function pickTable(bench: Workbench, name: string, dice: Dice): Table {
  const all = [...bench.tables.values()].filter((table) => table.name.replace(/_\d+$/, '') === name);
  const rows = all.reduce((sum, table) => sum + table.rows.length, 0);
  let at = dice.roll(rows);
  for (const table of all) {
    if (at < table.rows.length) return table;
    at -= table.rows.length;
  }
  throw new Error(`there are no rows of ${name}`);
}

/** The event that a row is of; null where it is another event's, once a column of its key was changed. */
function eventOf(table: Table, row: Row, column = ''): number | null {
  if (/^(event|body)_/.test(table.name)) return Number(row.id);
  if (table.name === 'supplement' && column === 'event') return null;
  return ['dedupe', 'supplement', 'leaf'].includes(table.name) ? Number(row.event) : null;
}

/** Flips bits of one byte of one column of a row. */
export function flip(table: Table, column: string, dice: Dice): Mutation {
  const row = dice.pick(table.rows.filter((one) => one[column] !== null));
  const before = row?.[column];
  if (row === undefined || before === undefined || before === null) return () => null;
  const after = flipped(before, dice);
  if (after === null) return () => null;
  const mark = typeof before === 'string' ? 'CAST(? AS TEXT)' : '?';
  const sql = `UPDATE ${table.name} SET ${column} = ${mark} WHERE ${table.keys.map((key) => `${key} = ?`).join(' AND ')}`;
  const what = `${table.name}.${column} of ${keyText(table, row)}: ${shown(before)} to ${shown(after)}`;
  return tried(what, eventOf(table, row, column), (database) => {
    database.prepare(sql).run(after, ...keyOf(table, row));
  });
}

export function deleteRow(table: Table, dice: Dice): Mutation {
  const row = dice.pick(table.rows);
  if (row === undefined) return () => null;
  return tried(`the row ${keyText(table, row)} of ${table.name} is gone`, eventOf(table, row), (database) => {
    remove(database, table, row);
  });
}

/** Two rows keep their keys and change all else. */
export function swapRows(table: Table, dice: Dice): Mutation {
  const [one, other] = [dice.pick(table.rows), dice.pick(table.rows)];
  if (one === undefined || other === undefined || table.rows.length < 2) return () => null;
  const keys = (row: Row): Row => Object.fromEntries(table.keys.map((key) => [key, row[key] ?? null]));
  const swapped = [
    { ...other, ...keys(one) },
    { ...one, ...keys(other) },
  ];
  if (shown(swapped[0]) === shown(one)) return () => null;
  return tried(
    `${keyText(table, one)} and ${keyText(table, other)} of ${table.name} are swapped`,
    null,
    (db) => {
      for (const row of [one, other]) remove(db, table, row);
      for (const row of swapped) insert(db, table, row);
    },
  );
}

export function insert(database: DatabaseSync, { name, columns }: Table, row: Row): void {
  const marks = columns.map(() => '?').join(', ');
  database
    .prepare(`INSERT INTO ${name} VALUES (${marks})`)
    .run(...columns.map((column) => row[column] ?? null));
}

function remove(database: DatabaseSync, table: Table, row: Row): void {
  const where = table.keys.map((key) => `${key} = ?`).join(' AND ');
  database.prepare(`DELETE FROM ${table.name} WHERE ${where}`).run(...keyOf(table, row));
}

/** What uniqueness or a check of the table forbids cannot be done through SQL. */
export function tried(what: string, event: number | null, act: (database: DatabaseSync) => void): Mutation {
  return (database) => {
    try {
      act(database);
      return { what, event };
    } catch (error) {
      if (error instanceof Error && /constraint failed/.test(error.message)) return null;
      throw error;
    }
  };
}

function keyOf(table: Table, row: Row): SQLInputValue[] {
  return table.keys.map((key) => row[key] ?? null);
}

function keyText(table: Table, row: Row): string {
  return keyOf(table, row).map(shown).join('/');
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part,
  );
}

function flipped(value: SQLInputValue, dice: Dice): SQLInputValue {
  if (typeof value === 'number') return Number(flippedInteger(BigInt(value), dice));
  const bytes = Buffer.from(value as string);
  if (bytes.length === 0) return Buffer.of(dice.roll(256));
  const place = dice.roll(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(place) ^ (1 + dice.roll(255)), place);
  return bytes;
}

/** A byte of the number as SQLite stores it: in 1, 2, 3, 4, 6 or 8 bytes. */
function flippedInteger(value: bigint, dice: Dice): bigint {
  const size = [1, 2, 3, 4, 6].find((bytes) => BigInt.asIntN(bytes * 8, value) === value) ?? 6;
  const mask = BigInt(1 + dice.roll(255)) << BigInt(8 * dice.roll(size));
  return BigInt.asIntN(size * 8, value ^ mask);
}
