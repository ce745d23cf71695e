// One page of an ordered list of events: what is asked of a store, and what it answers. The
// numbers, cursors and links around it are made in paging.ts.
import type { EventKey, StoredEvent } from '../event/event.ts';
import type { Direction } from './ast.ts';

/** Where a page begins. `before`: the rows that end just before the key, in the list's own direction. */
export type PageStart =
  | { readonly kind: 'skip'; readonly rows: number }
  | { readonly kind: 'after'; readonly key: EventKey }
  | { readonly kind: 'before'; readonly key: EventKey };

export interface PageRequest {
  readonly direction: Direction;
  readonly start: PageStart;
  readonly limit: number;
  /** The highest event id that may appear; null: the newest at this moment. */
  readonly bound: number | null;
  /** A total that is known already and need not be counted again. */
  readonly total: number | null;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly total: number;
  readonly bound: number;
  /** Whether visible events stand before the first and after the last of this page. */
  readonly before: boolean;
  readonly after: boolean;
}
