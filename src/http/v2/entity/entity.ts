// What a noun of V2 is, as data: where it is found, what `q` filters it by, what it shows of itself and what it is
// related to. list.ts, present.ts and find.ts do the rest for all nouns alike.
import type { ErrorName } from '../../../core/error.ts';
import { type RoleType, roleTable, type Standing } from '../../../identity/role.ts';
import { type Condition, listItems } from '../../../query/v2-q.ts';
import { all, any, equals, oneOf, type Row, type RowFilter, type Table } from '../../../store/table.ts';
import type { Services } from '../../route.ts';

export interface Entity {
  /** Of its collection. */
  readonly path: string;
  readonly table: Table;
  /** Which rows of the table are of this noun; all of them unless said. */
  readonly among?: RowFilter;
  /** What is answered (404) for a guid that nobody knows. */
  readonly unknown: ErrorName;
  /** Names that `q` takes. */
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** What `order-by` takes, and the column that it stands for. */
  readonly orders: Readonly<Record<string, string>>;
  /** Those that a reader may read; the others are answered 403. */
  readonly readable: (standing: Standing) => RowFilter;
  /** Those that the lists of places to which they belong show to a reader, where these are more. */
  readonly listed?: (standing: Standing) => RowFilter;
  /** Members of the rows themselves, in the original's order. */
  readonly members: (rows: readonly Row[], services: Services) => Promise<readonly object[]>;
  /** Relations to one, then those to many, in the original's order. */
  readonly relations: readonly Relation[];
}

/** What a condition of `q` means for the rows. */
export type Attribute = (condition: Condition) => RowFilter;

export type Relation =
  /** `column` holds the guid; `path` is the collection that it is found in. */
  | { readonly kind: 'one'; readonly name: string; readonly path: string; readonly column: string }
  | ToMany
  /** Only the address is shown. */
  | { readonly kind: 'link'; readonly name: string };

/** `path` is the collection whose rows are shown; of a collection that does not exist here there are none. */
export interface ToMany {
  readonly kind: 'many';
  readonly name: string;
  readonly path: string;
  /** A row of the other side belongs to one of this by any of these. */
  readonly by: readonly Bond[];
}

/** How two rows belong together. */
export type Bond =
  /** A column of the other row holds the guid of this one. */
  | { readonly kind: 'column'; readonly column: string }
  /** A table between holds pairs: in `own` the guid of this row, in `other` what the other row has in `at`. */
  | {
      readonly kind: 'pairs';
      readonly table: Table;
      readonly own: string;
      readonly other: string;
      /** `guid` unless said. */
      readonly at?: string;
      readonly where: RowFilter;
    }
  /** Rows of the other side with this value belong to every one of this. */
  | { readonly kind: 'everyone'; readonly column: string; readonly value: string | boolean };

/** The rows of the other side that belong to one of this. */
export function related({ by }: ToMany, guid: string): RowFilter {
  return any(...by.map((bond) => bondFilter(bond, guid)));
}

function bondFilter(bond: Bond, guid: string): RowFilter {
  if (bond.kind === 'column') return equals(bond.column, guid);
  if (bond.kind === 'everyone') return equals(bond.column, bond.value);
  const where = all(equals(bond.own, guid), bond.where);
  return { kind: 'within', column: bond.at ?? 'guid', table: bond.table, select: bond.other, where };
}

export type RoleColumn = 'user_guid' | 'organization_guid' | 'space_guid';

/** The users who have a role in a place, or the places where a user has it. */
export function byRole(
  name: string,
  path: string,
  type: RoleType,
  own: RoleColumn,
  other: RoleColumn,
): ToMany {
  const bond = { kind: 'pairs', table: roleTable, own, other, where: equals('type', type) } as const;
  return { kind: 'many', name, path, by: [bond] };
}

/** An attribute that is a text column; `fold` is the form in which it is compared. */
export function text(column: string, fold: (value: string) => string = (value) => value): Attribute {
  return ({ operator, value }) => {
    if (operator === null) return nothing;
    if (operator === ' IN ') return oneOf(column, listItems(value).map(fold));
    if (operator === ':') return equals(column, fold(value));
    return { kind: 'compare', column, op: operator, value: fold(value) };
  };
}

/** An attribute that is a guid in the role table: rows whose guid stands beside it, in the column `own`. */
export function roleGuid(type: RoleType, own: RoleColumn, other: RoleColumn): Attribute {
  return (condition) => {
    const where = all(equals('type', type), text(other)(condition));
    return { kind: 'within', column: 'guid', table: roleTable, select: own, where };
  };
}

/** An attribute of something that does not exist here: no row has it. */
export const none: Attribute = () => nothing;

/** A row filter that nothing fulfils. */
export const nothing: RowFilter = any();
