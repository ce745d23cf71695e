// What the rows of all nouns have in common, and how columns are read back into domain types.
import type { Guid } from '../../core/guid.ts';
import type { Instant } from '../../core/instant.ts';
import type { Row } from '../../store/table.ts';

/** What every resource has. */
export interface Resource {
  readonly guid: Guid;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** Reads the columns that every resource has. */
export function resourceOf(row: Row): Resource {
  return {
    guid: String(row.guid),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

/** A text column that may be null, of a row that may be missing. */
export function textOrNull(value: Row[string] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
