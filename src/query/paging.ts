// From page number and cursor to what a store is asked, and from its answer to the numbers and cursors of the
// links.
//
// Promises, to whoever follows links: every event that was visible when the first page was answered, and
// still is, comes exactly once, forwards and backwards; events that arrived later never come. Whoever keeps
// only page numbers gets pages by number.
import type { EventKey, StoredEvent } from '../event/event.ts';
import type { Direction } from './ast.ts';
import { type Cursor, type CursorPosition, encodeCursor } from './cursor.ts';
import type { EventPage, PageRequest, PageStart } from './page.ts';

/** Which page of a list a request wants. */
export interface PageWish {
  readonly page: number;
  readonly perPage: number;
  readonly direction: Direction;
  readonly cursor: Cursor | null;
}

/** What a link to a page says; `cursor` is text. */
export interface PageLink {
  readonly page: number;
  readonly cursor: string | null;
}

export interface PageLinks {
  readonly totalPages: number;
  readonly first: PageLink;
  readonly last: PageLink;
  readonly next: PageLink | null;
  readonly previous: PageLink | null;
}

/** @param digest of the narrowed query that will be asked. */
export function pageRequest(wish: PageWish, digest: string): PageRequest {
  const { page, perPage, direction, cursor } = wish;
  const skip: PageStart = { kind: 'skip', rows: Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER) };
  const isSame = cursor?.digest === digest;
  const isPlace = cursor?.page === page && cursor.perPage === perPage && cursor.direction === direction;
  if (cursor === null || (!isPlace && !isSame)) {
    return { direction, start: skip, limit: perPage, bound: null, total: null };
  }
  return {
    direction,
    start: isPlace ? startOf(cursor.position, skip) : skip,
    limit: perPage,
    bound: cursor.bound,
    total: isSame ? cursor.total : null,
  };
}

/** The links around an answered page. A list that fits one page needs no cursor. */
export function pageLinks(wish: PageWish, digest: string, answer: EventPage): PageLinks {
  const { page, perPage, direction } = wish;
  const totalPages = Math.max(1, Math.ceil(answer.total / perPage));
  const first = answer.events[0];
  const last = answer.events.at(-1);
  const link = (to: number, position: CursorPosition): PageLink => {
    const { bound, total } = answer;
    return {
      page: to,
      cursor: encodeCursor({ position, page: to, perPage, direction, bound, total, digest }),
    };
  };
  return {
    totalPages,
    first: { page: 1, cursor: null },
    last: totalPages === 1 ? { page: 1, cursor: null } : link(totalPages, { kind: 'at' }),
    next: answer.after && last !== undefined ? link(page + 1, { kind: 'after', key: keyOf(last) }) : null,
    previous: hasPrevious(page, answer) ? link(Math.max(1, page - 1), before(first)) : null,
  };
}

/** The place of an event in the one order of the log. */
export function keyOf(event: StoredEvent): EventKey {
  return { occurredAt: event.occurredAt, id: event.id };
}

/** Events that became visible meanwhile can stand before page 1; they still get their link. */
function hasPrevious(page: number, answer: EventPage): boolean {
  return page > 1 || answer.before;
}

/** Beyond the end there is no event to stand before: the way back goes by number. */
function before(first: StoredEvent | undefined): CursorPosition {
  return first === undefined ? { kind: 'at' } : { kind: 'before', key: keyOf(first) };
}

function startOf(position: CursorPosition, skip: PageStart): PageStart {
  return position.kind === 'at' ? skip : position;
}
