// SQL as text with its parameters, and the pure compilation of row filters into predicates. Each store says how it
// writes placeholders and lists; the meaning of a filter is the same on all.
import type { RowFilter, RowQuery, Table, Value } from './table.ts';

/** How a store writes what differs between databases. */
export interface SqlDialect {
  placeholder(position: number): string;
  /** A predicate that holds where the expression is one of the values of a JSON array parameter. */
  inJsonArray(expression: string, placeholder: string): string;
  /** A predicate that holds where a text contains another, letter case aside. */
  contains(expression: string, placeholder: string): string;
  value(value: Value): Value;
}

/** Text and parameters that grow together, so that a placeholder can never miss its value. */
export class Sql {
  readonly params: Value[] = [];
  readonly dialect: SqlDialect;

  constructor(dialect: SqlDialect) {
    this.dialect = dialect;
  }

  /** Adds a parameter and answers its placeholder. */
  param(value: Value): string {
    this.params.push(this.dialect.value(value));
    return this.dialect.placeholder(this.params.length);
  }

  /** Adds a list as one parameter and answers the membership test. */
  oneOf(expression: string, values: readonly Value[]): string {
    const [only] = values;
    if (values.length === 0) return 'FALSE';
    if (values.length === 1 && only !== undefined) return `${expression} = ${this.param(only)}`;
    const plain = JSON.stringify(values.map((value) => this.dialect.value(value)));
    return this.dialect.inJsonArray(expression, this.param(plain));
  }
}

/** Quotes the name of a declared table or column. */
export function name(identifier: string): string {
  return `"${identifier}"`;
}

/** Holds where all of the predicates hold. */
export function conjunction(predicates: readonly string[]): string {
  return predicates.length === 0 ? 'TRUE' : balanced(predicates, ' AND ');
}

/** Holds where at least one of the predicates holds. */
export function disjunction(predicates: readonly string[]): string {
  return predicates.length === 0 ? 'FALSE' : balanced(predicates, ' OR ');
}

/** As a balanced tree: a chain is as deep as it is long, and databases bound the depth of an expression. */
function balanced(predicates: readonly string[], word: string): string {
  if (predicates.length <= 16) return `(${predicates.join(word)})`;
  const middle = predicates.length >> 1;
  return `(${balanced(predicates.slice(0, middle), word)}${word}${balanced(predicates.slice(middle), word)})`;
}

/** The predicate of a row filter over the table's own columns. */
export function rowPredicate(sql: Sql, table: Table, filter: RowFilter): string {
  const column = (of: string): string => {
    if (table.columns[of] === undefined) throw new Error(`table ${table.name} has no column ${of}`);
    return `${name(table.name)}.${name(of)}`;
  };
  switch (filter.kind) {
    case 'every':
      return 'TRUE';
    case 'in': {
      const [only] = filter.values;
      if (filter.values.length === 1 && only === null) return `${column(filter.column)} IS NULL`;
      return sql.oneOf(column(filter.column), filter.values);
    }
    case 'compare':
      return `${column(filter.column)} ${filter.op} ${sql.param(filter.value)}`;
    case 'contains':
      return sql.dialect.contains(column(filter.column), sql.param(filter.part));
    case 'within': {
      const inner = rowPredicate(sql, filter.table, filter.where);
      const from = `SELECT ${name(filter.select)} FROM ${name(filter.table.name)} WHERE ${inner}`;
      return `${column(filter.column)} IN (${from})`;
    }
    case 'all':
      return conjunction(filter.of.map((part) => rowPredicate(sql, table, part)));
    case 'any':
      return disjunction(filter.of.map((part) => rowPredicate(sql, table, part)));
    case 'not':
      return `NOT (${rowPredicate(sql, table, filter.of)})`;
  }
}

/** `SELECT` of all columns of the rows that a query finds, in its order, the primary key last. */
export function selectRows(sql: Sql, table: Table, query: RowQuery): string {
  const columns = Object.keys(table.columns).map(name).join(', ');
  const where = rowPredicate(sql, table, query.where);
  const sorted = query.order ?? [];
  const last = sorted.at(-1)?.direction ?? 'asc';
  const order = [...sorted, ...table.key.map((column) => ({ column, direction: last }))];
  const by = order.map(({ column, direction }) => `${name(column)} ${direction}`).join(', ');
  const limit = query.limit === undefined ? '' : ` LIMIT ${sql.param(query.limit)}`;
  const offset = query.offset === undefined ? '' : ` OFFSET ${sql.param(query.offset)}`;
  return `SELECT ${columns} FROM ${name(table.name)} WHERE ${where} ORDER BY ${by}${limit}${offset}`;
}

/** `SELECT count(*)` of the rows that a filter finds. */
export function countRows(sql: Sql, table: Table, filter: RowFilter): string {
  return `SELECT count(*) AS n FROM ${name(table.name)} WHERE ${rowPredicate(sql, table, filter)}`;
}
