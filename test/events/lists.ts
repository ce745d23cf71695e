// Event lists as clients read them: page after page by the links that the server gives, in V2 and V3.
import assert from 'node:assert/strict';
import type { TestServer } from '../harness.ts';

/** One answered page, the same for both APIs. `next` and `previous` are paths; '' where there is no link. */
export interface Page {
  readonly guids: readonly string[];
  readonly total: number;
  readonly totalPages: number;
  readonly next: string;
  readonly previous: string;
  /** V3 alone has links to the first and the last page. */
  readonly first: string;
  readonly last: string;
}

export type Api = 'v2' | 'v3';

/** What may be done after each page of a walk. */
export type Step = (page: Page, number: number) => unknown;

/** The first page of a list, or any other by the path of its link. */
export function listPath(api: Api, query: string): string {
  return `/${api}/${api === 'v2' ? 'events' : 'audit_events'}?${query}`;
}

/** One page; anything but 200 fails the test. */
export async function readPage(server: TestServer, path: string, token = server.adminToken): Promise<Page> {
  const reply = await server.call('GET', path, { token });
  assert.equal(reply.status, 200, `${path}: ${reply.text}`);
  return path.startsWith('/v2') ? v2Page(reply.json) : v3Page(reply.json, server.url);
}

/** All pages from one on, by the links to the next (or previous) page. */
export async function walk(
  server: TestServer,
  path: string,
  options: { token?: string; link?: 'next' | 'previous'; step?: Step } = {},
): Promise<Page[]> {
  const { token, link = 'next', step } = options;
  const pages: Page[] = [];
  for (let at = path; at !== ''; at = pages.at(-1)?.[link] ?? '') {
    const page = await readPage(server, at, token);
    pages.push(page);
    // Totals may shrink on the way, but pages cannot become many more than there were.
    assert.ok(pages.length <= (pages[0]?.totalPages ?? 0) * 2 + 5, `the pages of ${path} come to an end`);
    await step?.(page, pages.length);
  }
  return pages;
}

/** Holds a whole walk against what must have been found, numbers included. */
export function assertWalk(pages: readonly Page[], guids: readonly string[], perPage: number): void {
  const totalPages = Math.max(1, Math.ceil(guids.length / perPage));
  assert.deepEqual(
    pages.flatMap((page) => page.guids),
    guids,
  );
  assert.equal(pages.length, totalPages);
  for (const page of pages) {
    assert.equal(page.total, guids.length);
    assert.equal(page.totalPages, totalPages);
  }
  assert.equal(pages[0]?.previous, '');
}

// biome-ignore lint/suspicious/noExplicitAny: an answer is read as it comes
function v2Page({ resources, total_results, total_pages, next_url, prev_url }: any): Page {
  return {
    guids: resources.map((one: { metadata: { guid: string } }) => one.metadata.guid),
    total: total_results,
    totalPages: total_pages,
    next: next_url ?? '',
    previous: prev_url ?? '',
    first: '',
    last: '',
  };
}

// biome-ignore lint/suspicious/noExplicitAny: an answer is read as it comes
function v3Page({ resources, pagination }: any, base: string): Page {
  const path = (link: { href: string } | null): string => {
    if (link === null) return '';
    assert.ok(link.href.startsWith(`${base}/`), `${link.href} is a link to this server`);
    return link.href.slice(base.length);
  };
  return {
    guids: resources.map((one: { guid: string }) => one.guid),
    total: pagination.total_results,
    totalPages: pagination.total_pages,
    next: path(pagination.next),
    previous: path(pagination.previous),
    first: path(pagination.first),
    last: path(pagination.last),
  };
}
