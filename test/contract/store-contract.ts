// What every store promises (src/store/contract.ts), as one suite. A store joins by calling it with a way to open
// an empty one; `reopen` opens the same data again.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import type { EventRow, Particulars, StoredEvent } from '../../src/event/event.ts';
import { everything } from '../../src/query/ast.ts';
import { finds, inDirection } from '../../src/query/matches.ts';
import { type NarrowedQuery, narrow } from '../../src/query/narrow.ts';
import type { PageStart } from '../../src/query/page.ts';
import { keyOf } from '../../src/query/paging.ts';
import type { Store } from '../../src/store/contract.ts';
import { all, any, equals, oneOf, type Row, type RowFilter } from '../../src/store/table.ts';
import { firstPage } from '../first-page.ts';
import { disposalSuite } from './disposal-contract.ts';
import { eventRow, question } from './events.ts';
import { sealAll, sealingSuite } from './sealing-contract.ts';
import { thingTable } from './work.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Closes and opens the same data. */
  reopen(): Promise<OpenedStore>;
  /** Closes and removes the data. */
  discard(): Promise<void>;
}

const all_ = narrow(everything, { kind: 'all' }, 'all', () => 'platform');

/** @param open an empty store whose segments hold few events, so that reads must join several. */
export function storeContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: rows`, () => rowSuite(open));
  describe(`${name}: commits`, () => commitSuite(open));
  describe(`${name}: events`, () => eventSuite(open));
  describe(`${name}: sealing`, () => sealingSuite(open));
  describe(`${name}: disposal`, () => disposalSuite(open));
}

async function totalOf(store: Store, query: NarrowedQuery): Promise<number> {
  return (await firstPage(store, query, 1)).total;
}

async function everyEvent(store: Store): Promise<readonly StoredEvent[]> {
  return (await firstPage(store, all_, 500)).events;
}

function thing(guid: string, more: Row = {}): Row {
  return {
    guid,
    type: 'organization_user',
    user_guid: guid,
    organization_guid: 'o',
    space_guid: '',
    created_at: 1,
    updated_at: 1,
    ...more,
  };
}

function rowSuite(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  before(async () => {
    opened = await open();
    const rows = ['a', 'b', 'c', 'Ä', 'd'].map((guid, index) =>
      thing(guid, { created_at: index % 2, type: index < 3 ? 'space_manager' : 'Space_Auditor' }),
    );
    await opened.store.run('insert', { rows });
  });
  after(() => opened.discard());

  const found = async (where: RowFilter): Promise<unknown[]> =>
    (await opened.store.rows(thingTable, { where })).map((row) => row.guid);

  it('finds rows by every kind of filter', async () => {
    assert.deepEqual(await found({ kind: 'every' }), ['a', 'b', 'c', 'd', 'Ä']);
    assert.deepEqual(await found(oneOf('guid', ['b', 'Ä', 'x'])), ['b', 'Ä']);
    assert.deepEqual(await found(oneOf('guid', [])), []);
    assert.deepEqual(await found({ kind: 'compare', column: 'guid', op: '>', value: 'c' }), ['d', 'Ä']);
    assert.deepEqual(await found({ kind: 'contains', column: 'type', part: 'AUDITOR' }), ['d', 'Ä']);
    assert.deepEqual(await found(all(equals('created_at', 0), equals('type', 'space_manager'))), ['a', 'c']);
    assert.deepEqual(await found(any(equals('guid', 'a'), equals('guid', 'd'))), ['a', 'd']);
    assert.deepEqual(await found(all()), ['a', 'b', 'c', 'd', 'Ä']);
    assert.deepEqual(await found(any()), []);
    assert.deepEqual(await found({ kind: 'not', of: oneOf('guid', ['a', 'b']) }), ['c', 'd', 'Ä']);
    const where = equals('created_at', 1);
    assert.deepEqual(
      await found({ kind: 'within', column: 'user_guid', table: thingTable, select: 'guid', where }),
      ['b', 'Ä'],
    );
  });

  it('orders, cuts and counts pages, the primary key last', async () => {
    const order = [{ column: 'created_at', direction: 'desc' as const }];
    const page = await opened.store.rowPage(thingTable, {
      where: { kind: 'every' },
      order,
      limit: 2,
      offset: 1,
    });
    assert.deepEqual(
      page.rows.map((row) => row.guid),
      ['b', 'd'],
    );
    assert.equal(page.total, 5);
  });

  it('takes a text that looks like SQL as text', async () => {
    assert.deepEqual(await found(equals('guid', "' OR 1=1 --")), []);
  });

  it('names the unique key that is taken', async () => {
    const answer = await opened.store.run('twice', thing('twice'));
    assert.deepEqual(answer, {
      table: 'role',
      columns: ['user_guid', 'type', 'organization_guid', 'space_guid'],
      kept: 1,
    });
    await opened.store.run('remove', 'twice');
  });

  it('changes and removes, and says what was touched', async () => {
    const changed = await opened.store.run('change', { guid: 'b', type: 'space_developer' });
    assert.deepEqual(changed, {
      changed: 1,
      touched: ['role'],
      row: thing('b', { created_at: 1, type: 'space_developer' }),
    });
    const none = (await opened.store.run('change', { guid: 'nobody', type: 'x' })) as { touched: string[] };
    assert.deepEqual(none.touched, []);
    assert.equal(await opened.store.run('remove', 'b'), 1);
    assert.deepEqual(await found(equals('guid', 'b')), []);
  });
}

function commitSuite(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  before(async () => {
    opened = await open();
  });
  after(() => opened.discard());

  it('undoes a piece of work that throws, and none of its neighbours in the same group', async () => {
    const [event] = fc.sample(eventRow, 1);
    const rows = (guid: string): Row[] => [thing(guid)];
    const answers = await Promise.allSettled([
      opened.store.run('insert', { rows: rows('one') }),
      opened.store.run('insert', { rows: rows('two'), events: [event], fail: 'refusal' }),
      opened.store.run('insert', { rows: rows('three'), events: [event] }),
      opened.store.run('insert', { rows: rows('four'), fail: 'defect' }),
      opened.store.run('insert', { rows: rows('five') }),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    );
    const refused = answers[1] as PromiseRejectedResult;
    assert.equal(refused.reason.name, 'AppError');
    assert.equal(refused.reason.message, 'asked to fail');
    const kept = await opened.store.rows(thingTable, { where: { kind: 'every' } });
    assert.deepEqual(
      kept.map((row) => row.guid),
      ['five', 'one', 'three'],
    );
    assert.equal(await totalOf(opened.store, all_), 1);
  });

  it('tells of a commit before its callers have their answers, and reads see it then', async () => {
    const seen: string[] = [];
    opened.store.onCommit(({ tables }) => seen.push(...tables));
    await opened.store.run('insert', { rows: [thing('told')] });
    assert.deepEqual(seen, ['role']);
    assert.equal((await opened.store.rows(thingTable, { where: equals('guid', 'told') })).length, 1);
  });

  it('refuses work that it does not know', async () => {
    await assert.rejects(opened.store.run('nothing.such', {}), /no work called nothing\.such/);
  });

  it('keeps everything over a restart', async () => {
    const before_ = await opened.store.rows(thingTable, { where: { kind: 'every' } });
    const total = await totalOf(opened.store, all_);
    opened = await opened.reopen();
    assert.deepEqual(await opened.store.rows(thingTable, { where: { kind: 'every' } }), before_);
    assert.equal(await totalOf(opened.store, all_), total);
  });
}

function eventSuite(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  let events: StoredEvent[] = [];
  before(async () => {
    opened = await open();
    const rows = fc.sample(eventRow, { numRuns: 120, seed: 2 });
    for (let from = 0; from < rows.length; from += 10) {
      await opened.store.run('append', rows.slice(from, from + 10));
      // Part of the log is counted, the rest is the tail that totals must add.
      if (from === 50) await sealAll(opened.store);
    }
    events = rows.map((row, index) => stored(row, index + 1));
  });
  after(() => opened.discard());

  const expected = (
    query: typeof all_,
    direction: 'asc' | 'desc',
    bound = Number.MAX_SAFE_INTEGER,
  ): StoredEvent[] =>
    events
      .filter((event) => event.id <= bound && finds(query, event))
      .sort((one, other) => inDirection(direction)(keyOf(one), keyOf(other)));

  it('gives back what was stored, member by member', async () => {
    const read = await everyEvent(opened.store);
    const unsealed = read.map((event) => ({ ...event, sealed: null }));
    assert.deepEqual(unsealed, expected(all_, 'asc'));
    assert.deepEqual(
      read.map(({ id, sealed }) => sealed?.index ?? id - 1),
      read.map(({ id }) => id - 1),
    );
  });

  it('answers every question as the reference evaluator does: totals and pages by number', async () => {
    const request = fc.record({
      query: question,
      direction: fc.constantFrom('asc' as const, 'desc' as const),
      limit: fc.integer({ min: 1, max: 30 }),
      skip: fc.integer({ min: 0, max: 130 }),
      bound: fc.option(fc.integer({ min: 0, max: 130 }), { nil: null }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ query, direction, limit, skip, bound }) => {
        const rows = expected(query, direction, bound ?? undefined);
        const start: PageStart = { kind: 'skip', rows: skip };
        const page = await opened.store.page(query, { direction, start, limit, bound, total: null });
        assert.equal(page.total, rows.length);
        assert.deepEqual(ids(page.events), ids(rows.slice(skip, skip + limit)));
        assert.equal(page.after, rows.length > skip + limit);
      }),
      { numRuns: 400 },
    );
  });

  it('answers pages around a key in both directions', async () => {
    const request = fc.record({
      query: question,
      direction: fc.constantFrom('asc' as const, 'desc' as const),
      limit: fc.integer({ min: 1, max: 30 }),
      at: fc.integer({ min: 0, max: 119 }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ query, direction, limit, at }) => {
        const key = keyOf(events[at] as StoredEvent);
        const compare = inDirection(direction);
        const rows = expected(query, direction);
        const later = rows.filter((event) => compare(keyOf(event), key) > 0);
        const earlier = rows.filter((event) => compare(keyOf(event), key) < 0);
        const ask = (kind: 'after' | 'before') =>
          opened.store.page(query, { direction, start: { kind, key }, limit, bound: null, total: 0 });
        const next = await ask('after');
        assert.deepEqual(ids(next.events), ids(later.slice(0, limit)));
        assert.equal(next.after, later.length > limit);
        const previous = await ask('before');
        assert.deepEqual(ids(previous.events), ids(earlier.slice(-limit)));
        assert.equal(previous.before, earlier.length > limit);
      }),
      { numRuns: 200 },
    );
  });

  it('tells apart found, invisible and unknown', async () => {
    await fc.assert(
      fc.asyncProperty(question, fc.integer({ min: 0, max: 119 }), async (query, at) => {
        const event = events[at] as StoredEvent;
        const found = await opened.store.find(query, event.guid);
        assert.equal(found.kind, finds(query, event) ? 'event' : 'invisible');
        if (found.kind === 'event') assert.deepEqual({ ...found.event, sealed: null }, event);
      }),
      { numRuns: 100 },
    );
    const unknown = await opened.store.find(all_, '11111111-1111-1111-1111-111111111111');
    assert.equal(unknown.kind, 'unknown');
  });

  it('counts the same before and after the tail is counted', async () => {
    const queries = fc.sample(question, { numRuns: 60, seed: 5 });
    const ask = () => Promise.all(queries.map((query) => totalOf(opened.store, query)));
    const before_ = await ask();
    await sealAll(opened.store);
    assert.deepEqual(await ask(), before_);
    assert.deepEqual(
      before_,
      queries.map((query) => expected(query, 'asc').length),
    );
    const { lastEventId, newestEventId } = await opened.store.tree();
    assert.equal(lastEventId, newestEventId);
  });

  it('merges what a later source adds to the particulars, and leaves the event as it is', async () => {
    const event = events[0] as StoredEvent;
    const additions: Particulars = { actor_username: 'ann.smith' };
    await opened.store.run('supplement', { id: event.id, particulars: additions });
    const found = await opened.store.find(all_, event.guid);
    assert.equal(found.kind, 'event');
    const expectedParticulars = { ...event.particulars, ...additions };
    if (found.kind === 'event') assert.deepEqual(found.event.particulars, expectedParticulars);
    const known = (await opened.store.run('event', {
      origin: event.origin,
      guid: event.guid,
    })) as StoredEvent;
    assert.deepEqual(known.particulars, expectedParticulars);
    const byName = narrow(
      { kind: 'name', of: 'actor', values: ['ann.smith'] },
      { kind: 'all' },
      'all',
      () => 'platform',
    );
    assert.equal(await totalOf(opened.store, byName), 1);
  });

  it('refuses a page that is too large to be answered, and answers a smaller one', async () => {
    const large = fc.sample(eventRow, 131).map((row) => ({
      ...row,
      type: 'audit.large',
      audience: 'platform' as const,
      data: `{"a":"${'x'.repeat(limits.dataBytesMax - 8)}"}`,
    }));
    for (const row of large) await opened.store.run('append', [row]);
    const query = narrow(
      { kind: 'in', field: 'type', values: ['audit.large'] },
      { kind: 'all' },
      'all',
      () => 'platform',
    );
    const ask = (limit: number) =>
      opened.store.page(query, {
        direction: 'asc',
        start: { kind: 'skip', rows: 0 },
        limit,
        bound: null,
        total: null,
      });
    await assert.rejects(ask(131), /ask for smaller pages/);
    assert.equal((await ask(2)).events.length, 2);
  });

  it('refuses the same identity twice', async () => {
    const [row] = fc.sample(eventRow, 1) as [EventRow];
    await opened.store.run('append', [row]);
    await assert.rejects(opened.store.run('append', [row]));
  });
}

function stored({ dataSalt, particularsSalt, particulars, ...row }: EventRow, id: number): StoredEvent {
  return { ...row, id, particulars: JSON.parse(particulars) as Particulars, sealed: null, erased: [] };
}

function ids(events: readonly StoredEvent[]): number[] {
  return events.map(({ id }) => id);
}
