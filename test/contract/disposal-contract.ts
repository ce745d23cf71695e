// The part of the contract that is about disposal: what is past its term is found as the reference says, erasing takes
// bytes and leaves heads, proofs and totals, and a whole segment goes without a trace in any total.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import type { EventRow, StoredEvent } from '../../src/event/event.ts';
import { readLeaf } from '../../src/event/leaf.ts';
import { everything, type Filter } from '../../src/query/ast.ts';
import { finds, matches } from '../../src/query/matches.ts';
import { narrow } from '../../src/query/narrow.ts';
import type { Disposal, Expiry, Readers, SegmentDrop, Store } from '../../src/store/contract.ts';
import { firstPage } from '../first-page.ts';
import { eventRow, filter, question } from './events.ts';
import { sealAll } from './sealing-contract.ts';
import type { OpenedStore } from './store-contract.ts';

const all = narrow(everything, { kind: 'all' }, 'all', () => 'platform');

const expiry: fc.Arbitrary<Expiry> = fc.record({
  terms: fc.array(fc.record({ filter, before: fc.integer({ min: -10, max: 2_000_000 }) }), { maxLength: 3 }),
  held: fc.array(filter, { maxLength: 2 }),
});

const everythingPast: Expiry = {
  terms: [{ filter: everything, before: Number.MAX_SAFE_INTEGER }],
  held: [],
};

function isPast({ terms }: Expiry, event: StoredEvent): boolean {
  const term = terms.find((one) => matches(one.filter, event));
  return term !== undefined && Math.max(event.occurredAt, event.recordedAt) < term.before;
}

function held({ held: filters }: Expiry, event: StoredEvent): boolean {
  return filters.some((one) => matches(one, event));
}

/** Everything that the store finds past its term, walked to the end. */
export async function allExpired(
  store: Pick<Readers, 'expired'>,
  wanted: Expiry,
): Promise<{ ids: number[]; spared: number[] }> {
  const ids: number[] = [];
  const spared = wanted.held.map(() => 0);
  for (let after_ = 0; ; ) {
    const found = await store.expired(wanted, after_);
    ids.push(...found.ids);
    found.spared.forEach((count, at) => {
      spared[at] = (spared[at] ?? 0) + count;
    });
    if (found.isLast) return { ids, spared };
    assert.ok(found.reached > after_, 'each look goes on');
    after_ = found.reached;
  }
}

function rowsOf(count: number, seed: number): EventRow[] {
  const salt = (text: string) => createHash('sha256').update(text).digest();
  return fc.sample(eventRow, { numRuns: count, seed }).map((row, at) => ({
    ...row,
    recordedAt: at * 10_000,
    dataSalt: salt(`d${seed}.${at}`),
    particularsSalt: salt(`p${seed}.${at}`),
  }));
}

async function stored(store: Store): Promise<readonly StoredEvent[]> {
  return [...(await firstPage(store, all, 500)).events].sort((one, other) => one.id - other.id);
}

export function disposalSuite(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  const total = 120;
  before(async () => {
    opened = await open();
    await opened.store.run('append', rowsOf(total, 21));
    await sealAll(opened.store);
  });
  after(() => opened.discard());

  it('finds what is past its term and not held, as the reference evaluator does', async () => {
    const events = await stored(opened.store);
    await fc.assert(
      fc.asyncProperty(expiry, async (wanted) => {
        const past = events.filter((event) => isPast(wanted, event));
        const { ids, spared } = await allExpired(opened.store, wanted);
        assert.deepEqual(
          ids,
          past.filter((event) => !held(wanted, event)).map(({ id }) => id),
        );
        assert.deepEqual(
          spared,
          wanted.held.map((one) => past.filter((event) => matches(one, event)).length),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('an event is past its term only after it, to the microsecond, by the later of its times', async () => {
    const [event] = await stored(opened.store);
    const at = Math.max(event?.occurredAt ?? 0, event?.recordedAt ?? 0);
    const mine: Filter = { kind: 'in', field: 'guid', values: [event?.guid ?? ''] };
    const until = async (before_: number) =>
      (await allExpired(opened.store, { terms: [{ filter: mine, before: before_ }], held: [] })).ids;
    assert.deepEqual(await until(at), []);
    assert.deepEqual(await until(at + 1), [event?.id]);
  });

  it('erases parts of an event: it reads as if it had none, and its entry stays', async () => {
    const [, event] = (await stored(opened.store)) as [StoredEvent, StoredEvent];
    const entry = await opened.store.entries(1, 1, 1);
    await opened.store.run('supplement', { id: event.id, particulars: { actor_username: 'later' } });
    await opened.store.run('erase', { id: event.id, parts: ['particulars'] });
    const [, after_] = await stored(opened.store);
    assert.deepEqual(after_, { ...event, particulars: {}, erased: ['particulars'] });
    await opened.store.run('erase', { id: event.id, parts: ['data', 'particulars'] });
    const evidence = await opened.store.evidence(all, event.guid);
    assert.deepEqual(
      [evidence?.data, evidence?.dataSalt, evidence?.particulars, evidence?.particularsSalt],
      [null, null, null, null],
    );
    assert.deepEqual((await stored(opened.store))[1]?.erased, ['data', 'particulars']);
    assert.deepEqual(await opened.store.entries(1, 1, 1), entry);
    const byName = narrow(
      { kind: 'name', of: 'actor', values: ['later'] },
      { kind: 'all' },
      'all',
      () => 'log',
    );
    assert.equal((await firstPage(opened.store, byName, 1)).total, 0);
  });

  it('disposes only of what is past its term, whatever it is given, and only once', async () => {
    const entries = await opened.store.entries(1, 0, total);
    const before_ = await stored(opened.store);
    const wanted: Expiry = {
      terms: [{ filter: everything, before: 600_000 }],
      held: [{ kind: 'in', field: 'actor', values: ['a'] }],
    };
    const should = before_.filter((event) => isPast(wanted, event) && !held(wanted, event));
    const ids = before_.map(({ id }) => id);
    const { events, reached } = (await opened.store.run('dispose', { expiry: wanted, ids })) as Disposal;
    assert.equal(reached, total);
    assert.deepEqual(
      events.map(({ id, origin, guid, organizationGuid, at, leaf }) => [
        id,
        origin,
        guid,
        organizationGuid,
        at,
        leaf.index,
      ]),
      should
        .filter(({ erased }) => erased.length < 2)
        .map((event) => [
          event.id,
          event.origin,
          event.guid,
          event.organizationGuid,
          Math.max(event.occurredAt, event.recordedAt),
          event.id - 1,
        ]),
    );
    const again = (await opened.store.run('dispose', { expiry: wanted, ids })) as Disposal;
    assert.deepEqual(again.events, []);
    const gone = new Set(should.map(({ id }) => id));
    assert.deepEqual(
      await stored(opened.store),
      before_.map((event) =>
        gone.has(event.id)
          ? { ...event, data: '{}', particulars: {}, erased: ['data', 'particulars'] }
          : event,
      ),
    );
    assert.deepEqual(await opened.store.entries(1, 0, total), entries);
  });

  it('leaves alone what is not sealed', async () => {
    const [late] = rowsOf(1, 22) as [EventRow];
    await opened.store.run('append', [{ ...late, recordedAt: total * 10_000 }]);
    const { ids } = await allExpired(opened.store, everythingPast);
    assert.ok(!ids.includes(total + 1));
    const disposal = (await opened.store.run('dispose', {
      expiry: everythingPast,
      ids: [total + 1],
    })) as Disposal;
    assert.deepEqual(disposal.events, []);
  });

  it('answers with the events about a target', async () => {
    const events = (await stored(opened.store)).filter(
      ({ origin, type, target }) =>
        origin === '' && type === 'audit.log.login' && target.guid === 'a' && target.type === 'app',
    );
    const target = { guid: 'a', type: 'app' };
    assert.deepEqual(await opened.store.run('about', { type: 'audit.log.login', target }), events);
    assert.deepEqual(await opened.store.run('about', { type: 'audit.none', target }), []);
  });

  it('has a segment to drop only where all of it is past its term, not held and sealed', async () => {
    const events = (await stored(opened.store)).slice(0, 17);
    await fc.assert(
      fc.asyncProperty(expiry, async (wanted) => {
        const drop = await opened.store.expiredSegment(wanted);
        const isExpired = events.every((event) => isPast(wanted, event) && !held(wanted, event));
        assert.equal(drop !== null, isExpired);
      }),
      { numRuns: 100 },
    );
  });

  it('drops a segment from reads, totals and tree, and keeps leaves and identities', async () => {
    const events = await stored(opened.store);
    const rest = events.slice(17);
    const tile = await opened.store.tile(1, { level: 0, index: 0, width: 100 });
    const drop = (await opened.store.expiredSegment(everythingPast)) as SegmentDrop;
    assert.deepEqual([drop.events, drop.first.index, drop.last.index], [17, 0, 16]);
    const times = events.slice(0, 17).map((event) => Math.max(event.occurredAt, event.recordedAt));
    assert.deepEqual([drop.from, drop.to], [Math.min(...times), Math.max(...times)]);
    assert.equal(
      drop.organizations.reduce((sum, one) => sum + one.events, 0),
      17,
    );
    await opened.store.run('drop', drop);
    const looks = async () => {
      assert.deepEqual(await stored(opened.store), rest);
      assert.equal(await opened.store.minimumIndex(1), 17);
      assert.deepEqual((await opened.store.entries(1, 16, 2))[0], null);
      assert.equal(readLeaf((await opened.store.entries(1, 17, 1))[0] ?? '').guid, rest[0]?.guid);
      assert.deepEqual(await opened.store.tile(1, { level: 0, index: 0, width: 100 }), tile);
      const [gone, kept] = [events[0], rest[0]] as [StoredEvent, StoredEvent];
      assert.equal((await opened.store.find(all, gone.guid)).kind, 'unknown');
      assert.deepEqual(await opened.store.run('originsOf', gone.guid), [gone.origin]);
      assert.deepEqual(await opened.store.run('originsOf', kept.guid), [kept.origin]);
      for (const query of fc.sample(question, { numRuns: 60, seed: 8 })) {
        const found = rest.filter((event) => finds(query, event)).length;
        assert.equal((await firstPage(opened.store, query, 1)).total, found);
      }
    };
    await looks();
    let steps = 0;
    while (await opened.store.run('sweep', null)) {
      steps += 1;
      assert.ok(steps < 100, 'sweeping ends');
      if (steps === 3) opened = await opened.reopen();
    }
    assert.ok(steps > 3);
    await looks();
  });

  it('never drops the segment that is written, and goes on writing', async () => {
    await sealAll(opened.store);
    for (;;) {
      const drop = await opened.store.expiredSegment(everythingPast);
      if (drop === null) break;
      await opened.store.run('drop', drop);
    }
    const [row] = rowsOf(1, 23) as [EventRow];
    const id = await opened.store.run('append', [{ ...row, recordedAt: (total + 1) * 10_000 }]);
    assert.equal(id, total + 2);
    await sealAll(opened.store);
    assert.equal((await opened.store.tree()).size, total + 2);
    assert.ok((await stored(opened.store)).length <= 17);
  });

  it('empties its files of what was erased', async () => {
    await opened.store.purge();
  });
}
