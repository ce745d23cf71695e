// Paging by links while the log grows (design, section 6): every event that was visible when page 1 was answered comes
// exactly once, in order, and nothing that came later; totals and page numbers stay what they were.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../harness.ts';
import { type Api, assertWalk, listPath, type Page, readPage, type Step, walk } from './lists.ts';
import { Importer, Model } from './motion.ts';
import { importAll, importBody, ndjson, v2Resource } from './told.ts';

const count = 100_000;
/** Everything that was made, by a filter that the kept counts do not cover, and by one that they do. */
const thatDay = 'created_ats[lt]=2018-02-06T00:00:00Z';
const thatType = 'q=type:audit.app.update';

/**
 * What clients ask that make their addresses themselves, from page numbers (go-cfclient and many scripts); of the
 * events before a time, for the last pages are the dearest.
 */
const byNumber: readonly (readonly [Api, number, query: string, before: string])[] = [
  ['v2', 100, 'results-per-page=100&q=timestamp<2018-02-05T00:15:00Z', '2018-02-05T00:15:00Z'],
  ['v3', 2_000, `per_page=2000&${thatDay}`, '2018-02-06T00:00:00Z'],
  ['v3', 500, 'per_page=500&order_by=-created_at&types=audit.app.update', '2018-02-06T00:00:00Z'],
];

describe('a hundred thousand events, read while more arrive', () => {
  const model = new Model();
  let server: TestServer;
  let importer: Importer;
  before(async () => {
    server = await startServer({ segmentEvents: 40_000 });
    importer = new Importer(model, (events) => importAll(server, events.map(v2Resource)));
  });
  after(() => server.stop());

  /** Imports once in so many pages, from the first page on. */
  const every =
    (pages: number): Step =>
    (_page, number) =>
      number % pages === 1 ? importer.go() : undefined;

  /** Walks while the log grows; the list must be what the log was at page 1. */
  async function walkInMotion(path: string, perPage: number, guids: readonly string[]): Promise<Page[]> {
    const pages = await walk(server, path, { step: every(perPage === 100 ? 100 : 20) });
    assert.ok((await importer.done()) >= 100);
    assertWalk(pages, guids, perPage);
    return pages;
  }

  it('are taken in by one request', async (t) => {
    const events = model.made(count);
    const body = ndjson(events.map(v2Resource));
    const begin = performance.now();
    const receipt = await importBody(server, body);
    const seconds = (performance.now() - begin) / 1000;
    assert.deepEqual([receipt.new, receipt.known, receipt.refused], [count, 0, 0]);
    model.add(events);
    t.diagnostic(`${Math.round(count / seconds)} events a second`);
  });

  it('V3, 500 a page, oldest first, and back from the end', async () => {
    const guids = model.guids();
    const pages = await walkInMotion(listPath('v3', `per_page=500&${thatDay}`), 500, guids);
    const { last = '' } = pages[0] ?? {};
    const back = await walk(server, last, { link: 'previous', step: every(20) });
    await importer.done();
    assert.deepEqual(
      back.toReversed().map((page) => page.guids),
      pages.map((page) => page.guids),
    );
    for (const page of back) assert.equal(page.total, guids.length);
  });

  it('V3, 500 a page, newest first', async () => {
    const guids = model.guids().reverse();
    await walkInMotion(listPath('v3', `per_page=500&order_by=-created_at&${thatDay}`), 500, guids);
  });

  it('V2, 100 a page, oldest first, and back from the end', async () => {
    const guids = model.guids();
    const query = `results-per-page=100&order-direction=asc&${thatType}`;
    const pages = await walkInMotion(listPath('v2', query), 100, guids);
    const back = await walk(server, pages.at(-1)?.previous ?? '', { link: 'previous', step: every(100) });
    await importer.done();
    assert.deepEqual(
      back.toReversed().map((page) => page.guids),
      pages.slice(0, -1).map((page) => page.guids),
    );
  });

  it('V2, 100 a page, newest first', async () => {
    const guids = model.guids().reverse();
    const query = `results-per-page=100&order-direction=desc&${thatType}`;
    await walkInMotion(listPath('v2', query), 100, guids);
  });

  it('a walk that is begun again has everything that came meanwhile', async () => {
    const first = await readPage(server, listPath('v3', `per_page=500&${thatDay}`));
    importer.go();
    await importer.done();
    const second = await readPage(server, listPath('v3', `per_page=500&${thatDay}`));
    assert.equal(second.total, first.total + 20);
    assert.equal((await readPage(server, first.next)).total, first.total);
  });

  it('turns round in the middle without losing its place', async () => {
    const guids = model.guids();
    let page = await readPage(server, listPath('v3', `per_page=500&${thatDay}`));
    for (let at = 1; at <= 3; at += 1) {
      importer.go();
      page = await readPage(server, page.next);
      assert.deepEqual(page.guids, guids.slice(at * 500, (at + 1) * 500));
    }
    for (let at = 2; at >= 0; at -= 1) {
      importer.go();
      page = await readPage(server, page.previous);
      assert.deepEqual(page.guids, guids.slice(at * 500, (at + 1) * 500));
    }
    assert.equal(page.previous, '');
    await importer.done();
  });

  for (const [api, perPage, query, before_] of byNumber) {
    it(`by page numbers alone, on a quiet log: ${api}?${query}`, async () => {
      const guids = model.guids(({ time }) => time < before_);
      if (query.includes('order_by=-')) guids.reverse();
      const totalPages = Math.ceil(guids.length / perPage);
      for (let number = 1; number <= totalPages + 1; number += 1) {
        const page = await readPage(server, listPath(api, `${query}&page=${number}`));
        assert.deepEqual([page.total, page.totalPages], [guids.length, totalPages]);
        assert.deepEqual(page.guids, guids.slice((number - 1) * perPage, number * perPage));
      }
    });
  }
});
