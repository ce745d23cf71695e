// Declared tables: each noun says once what it holds, what is unique and what it points to. Every store makes its
// DDL and its statements from these, and a question about rows is data that each store compiles for itself.

/** `?` at the end: may be null. `instant` is microseconds; `json` is text that the program itself wrote. */
export type ColumnType =
  | 'text'
  | 'text?'
  | 'integer'
  | 'integer?'
  | 'boolean'
  | 'boolean?'
  | 'instant'
  | 'instant?'
  | 'json';

export interface Table {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns of the primary key. */
  readonly key: readonly string[];
  readonly unique: readonly (readonly string[])[];
  readonly indexes: readonly (readonly string[])[];
  /** Sessions, jobs, cursors, counters: may change without leaving an event (design, section 5). */
  readonly bookkeeping: boolean;
}

export type Value = string | number | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export type RowFilter =
  | { readonly kind: 'every' }
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly Value[] }
  | {
      readonly kind: 'compare';
      readonly column: string;
      readonly op: '<' | '<=' | '>' | '>=';
      readonly value: Value;
    }
  /** The text contains the part, letter case aside. */
  | { readonly kind: 'contains'; readonly column: string; readonly part: string }
  /** The column's value stands in a column of another table's rows. */
  | {
      readonly kind: 'within';
      readonly column: string;
      readonly table: Table;
      readonly select: string;
      readonly where: RowFilter;
    }
  | { readonly kind: 'all'; readonly of: readonly RowFilter[] }
  | { readonly kind: 'any'; readonly of: readonly RowFilter[] }
  | { readonly kind: 'not'; readonly of: RowFilter };

export const every: RowFilter = { kind: 'every' };

/** Rows whose column equals the value. */
export function equals(column: string, value: Value): RowFilter {
  return { kind: 'in', column, values: [value] };
}

export function oneOf(column: string, values: readonly Value[]): RowFilter {
  return { kind: 'in', column, values };
}

export function all(...of: readonly RowFilter[]): RowFilter {
  return { kind: 'all', of };
}

export function any(...of: readonly RowFilter[]): RowFilter {
  return { kind: 'any', of };
}

export interface RowQuery {
  readonly where: RowFilter;
  /** Sort columns in their order; the primary key always comes last, so that pages are stable. */
  readonly order?: readonly { readonly column: string; readonly direction: 'asc' | 'desc' }[];
  readonly limit?: number;
  readonly offset?: number;
}
