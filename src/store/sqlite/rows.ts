// The declared tables in SQLite: DDL, and rows in and out. Values are checked against the declaration on the way
// in, so that a column never holds what its reader does not expect.
import type { SQLInputValue } from 'node:sqlite';
import { UniqueViolation } from '../contract.ts';
import { countRows, name, rowPredicate, Sql, selectRows } from '../sql.ts';
import {
  all,
  type ColumnType,
  equals,
  type Row,
  type RowFilter,
  type RowQuery,
  type Table,
} from '../table.ts';
import { type Connection, sqliteDialect } from './database.ts';

const storage: Record<ColumnType, string> = {
  text: 'TEXT NOT NULL',
  'text?': 'TEXT',
  integer: 'INTEGER NOT NULL',
  'integer?': 'INTEGER',
  boolean: 'INTEGER NOT NULL',
  'boolean?': 'INTEGER',
  instant: 'INTEGER NOT NULL',
  'instant?': 'INTEGER',
  json: 'TEXT NOT NULL',
};

/** The statements that make a declared table and its indexes, in the order in which they must run. */
export function tableDdl(table: Table): string[] {
  const columns = Object.entries(table.columns).map(([column, type]) => `${name(column)} ${storage[type]}`);
  const key = `PRIMARY KEY (${table.key.map(name).join(', ')})`;
  const create = `CREATE TABLE ${name(table.name)} (${[...columns, key].join(', ')}) STRICT, WITHOUT ROWID`;
  const index = (kind: string, columnNames: readonly string[]): string => {
    const of = name(`${table.name}_by_${columnNames.join('_')}`);
    return `CREATE ${kind} ${of} ON ${name(table.name)} (${columnNames.map(name).join(', ')})`;
  };
  return [
    create,
    ...table.unique.map((columnNames) => index('UNIQUE INDEX', columnNames)),
    ...table.indexes.map((columnNames) => index('INDEX', columnNames)),
  ];
}

export function findRows(connection: Connection, table: Table, query: RowQuery): Row[] {
  const sql = new Sql(sqliteDialect);
  const text = selectRows(sql, table, query);
  return connection.all(text, bound(sql)).map((raw) => rowOf(table, raw));
}

export function countOf(connection: Connection, table: Table, filter: RowFilter): number {
  const sql = new Sql(sqliteDialect);
  const text = countRows(sql, table, filter);
  return Number(connection.get(text, bound(sql))?.n);
}

export function insertRow(connection: Connection, table: Table, row: Row): void {
  const sql = new Sql(sqliteDialect);
  const columns = Object.keys(table.columns);
  const values = columns.map((column) => sql.param(row[column] ?? null)).join(', ');
  const text = `INSERT INTO ${name(table.name)} (${columns.map(name).join(', ')}) VALUES (${values})`;
  change(connection, table, text, bound(sql));
}

export function updateRows(connection: Connection, table: Table, where: Row, changes: Row): number {
  const sql = new Sql(sqliteDialect);
  const set = Object.entries(changes).map(([column, value]) => `${name(column)} = ${sql.param(value)}`);
  const text = `UPDATE ${name(table.name)} SET ${set.join(', ')} WHERE ${rowPredicate(sql, table, equal(where))}`;
  return change(connection, table, text, bound(sql));
}

export function removeRows(connection: Connection, table: Table, where: Row): number {
  const sql = new Sql(sqliteDialect);
  const text = `DELETE FROM ${name(table.name)} WHERE ${rowPredicate(sql, table, equal(where))}`;
  return change(connection, table, text, bound(sql));
}

/** The filter that holds where all given columns have the given values. */
export function equal(where: Row): RowFilter {
  return all(...Object.entries(where).map(([column, value]) => equals(column, value)));
}

function change(connection: Connection, table: Table, text: string, params: SQLInputValue[]): number {
  try {
    return connection.run(text, params);
  } catch (error) {
    throw uniqueViolation(table, error) ?? error;
  }
}

function uniqueViolation(table: Table, error: unknown): UniqueViolation | null {
  const failed = error instanceof Error && /^UNIQUE constraint failed: (.+)$/.exec(error.message);
  if (!failed) return null;
  const columns = (failed[1] ?? '').split(', ').map((column) => column.slice(column.indexOf('.') + 1));
  return new UniqueViolation(table.name, columns);
}

function bound(sql: Sql): SQLInputValue[] {
  return sql.params as SQLInputValue[];
}

function rowOf(table: Table, raw: Record<string, unknown>): Row {
  const row: Record<string, string | number | boolean | null> = {};
  for (const [column, type] of Object.entries(table.columns)) {
    const value = raw[column] as string | number | null;
    row[column] = value !== null && type.startsWith('boolean') ? value === 1 : value;
  }
  return row;
}
