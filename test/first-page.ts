// Events straight from a store, for tests that look below the API: the first page of what a query finds.
import type { Direction } from '../src/query/ast.ts';
import type { NarrowedQuery } from '../src/query/narrow.ts';
import type { EventPage } from '../src/query/page.ts';
import type { Readers } from '../src/store/contract.ts';

export function firstPage(
  store: Pick<Readers, 'page'>,
  query: NarrowedQuery,
  limit: number,
  direction: Direction = 'asc',
): Promise<EventPage> {
  return store.page(query, { direction, start: { kind: 'skip', rows: 0 }, limit, bound: null, total: null });
}
