// The part of the contract that is about the tree: every committed event gets one place, in the order of intake, and
// tiles, entries and leaf hashes agree, whatever the sizes of the batches and whoever comes in between.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import type { EventRow } from '../../src/event/event.ts';
import { readLeaf } from '../../src/event/leaf.ts';
import { leafHash } from '../../src/merkle/hash.ts';
import { tileIn, tilesOf } from '../../src/merkle/tile.ts';
import { CompactRange } from '../../src/merkle/tree.ts';
import { everything } from '../../src/query/ast.ts';
import { narrow } from '../../src/query/narrow.ts';
import type { Store } from '../../src/store/contract.ts';
import { eventRow } from './events.ts';
import type { OpenedStore } from './store-contract.ts';

const all = narrow(everything, { kind: 'all' }, 'all', () => 'platform');
const nobody = narrow(everything, { kind: 'places', organizations: [], spaces: [] }, 'all', () => 'platform');

export async function sealAll(store: Store): Promise<void> {
  let tree = await store.seal(7);
  while (tree.lastEventId < tree.newestEventId) tree = await store.seal(7);
}

/** Events whose salts differ, so that no two commitments are the same by chance. */
function events(count: number, seed: number): EventRow[] {
  const salt = (text: string) => createHash('sha256').update(text).digest();
  return fc.sample(eventRow, { numRuns: count, seed }).map((row, at) => ({
    ...row,
    dataSalt: salt(`d${seed}.${at}`),
    particularsSalt: salt(`p${seed}.${at}`),
  }));
}

export function sealingSuite(open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  before(async () => {
    opened = await open();
  });
  after(() => opened.discard());

  it('gives every event one place, in the order of intake, in batches of any size', async () => {
    const rows = events(600, 11);
    for (let from = 0; from < rows.length; from += 50) {
      await opened.store.run('append', rows.slice(from, from + 50));
      await opened.store.seal(1 + (from % 70));
    }
    await sealAll(opened.store);
    assert.deepEqual(await opened.store.tree(), {
      epoch: 1,
      size: 600,
      lastEventId: 600,
      newestEventId: 600,
    });
    const entries = await opened.store.entries(1, 0, 600);
    assert.deepEqual(
      entries.map((entry) => readLeaf(entry ?? '').guid),
      rows.map(({ guid }) => guid),
    );
  });

  it('serves the tiles of the tree that the entries make', async () => {
    const entries = await opened.store.entries(1, 0, 600);
    const expected = new Map<string, Buffer[]>([
      ['0', entries.map((entry) => Buffer.from(leafHash(Buffer.from(entry ?? ''))))],
    ]);
    const range = new CompactRange();
    for (const hash of expected.get('0') ?? [])
      range.add(hash, ({ level }, completed) => {
        if (level % 8 !== 0) return;
        const key = String(level / 8);
        expected.set(key, [...(expected.get(key) ?? []), Buffer.from(completed)]);
      });
    for (const tile of tilesOf(600)) {
      const wanted = expected.get(String(tile.level))?.slice(tile.index * 256, tile.index * 256 + tile.width);
      assert.deepEqual(Buffer.from(await opened.store.tile(1, tile)), Buffer.concat(wanted ?? []));
    }
    assert.equal(tileIn(0, 3, 600), null);
    await assert.rejects(opened.store.tile(1, { level: 0, index: 2, width: 89 }), /has no tile 0\/2/);
    await assert.rejects(opened.store.tile(2, { level: 0, index: 0, width: 1 }), /has no tile/);
  });

  it('refuses one of two batches that are made at the same time, and loses nothing', async () => {
    await opened.store.run('append', events(100, 12));
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => opened.store.seal(30)));
    assert.ok(outcomes.some(({ status }) => status === 'fulfilled'));
    await sealAll(opened.store);
    const { size, lastEventId } = await opened.store.tree();
    assert.deepEqual([size, lastEventId], [700, 700]);
    const places = (await opened.store.entries(1, 600, 100)).map((entry) => readLeaf(entry ?? '').guid);
    assert.equal(new Set(places).size, 100);
  });

  it('tells of an event whether and where it is sealed, and discloses it to those who see it', async () => {
    const [late] = events(1, 13) as [EventRow];
    await opened.store.run('append', [late]);
    const before_ = await opened.store.find(all, late.guid);
    assert.equal(before_.kind === 'event' && before_.event.sealed, null);
    assert.equal((await opened.store.evidence(all, late.guid))?.sealed, null);
    await sealAll(opened.store);
    const found = await opened.store.find(all, late.guid);
    assert.deepEqual(found.kind === 'event' && found.event.sealed, { epoch: 1, index: 700 });
    const evidence = await opened.store.evidence(all, late.guid);
    assert.deepEqual(evidence, {
      sealed: { epoch: 1, index: 700 },
      entry: (await opened.store.entries(1, 700, 1))[0],
      data: late.data,
      dataSalt: Buffer.from(late.dataSalt).toString('hex'),
      particulars: late.particulars,
      particularsSalt: Buffer.from(late.particularsSalt).toString('hex'),
    });
    const salted = createHash('sha256').update(late.dataSalt).update(late.data).digest('hex');
    assert.equal(readLeaf(evidence?.entry ?? '').data, salted);
    assert.equal(await opened.store.evidence(nobody, late.guid), null);
    assert.equal(await opened.store.evidence(all, '11111111-1111-1111-1111-111111111111'), null);
  });

  it('answers null for entries that nobody sealed, and an empty batch where there is nothing to seal', async () => {
    assert.deepEqual(await opened.store.entries(1, 701, 2), [null, null]);
    assert.deepEqual(await opened.store.seal(10), await opened.store.tree());
    assert.equal(await opened.store.minimumIndex(1), 0);
  });

  it('begins the next tree with the event that opens it, then what was left, then what comes', async () => {
    const [opening, ...rest] = events(9, 14) as [EventRow, ...EventRow[]];
    await opened.store.run('append', rest.slice(0, 4));
    await opened.store.run('open', { epoch: 2, opening });
    await opened.store.run('append', rest.slice(4));
    await sealAll(opened.store);
    const entries = await opened.store.entries(2, 0, 9);
    assert.deepEqual(
      entries.map((entry) => readLeaf(entry ?? '').guid),
      [opening, ...rest].map(({ guid }) => guid),
    );
    assert.deepEqual(await opened.store.tree(), { epoch: 2, size: 9, lastEventId: 710, newestEventId: 710 });
    opened = await opened.reopen();
    assert.equal((await opened.store.tree()).size, 9);
    assert.equal((await opened.store.entries(1, 700, 1))[0] === null, false);
  });

  it('seals an opening event that nothing follows', async () => {
    const [opening, last] = events(2, 15) as [EventRow, EventRow];
    await opened.store.run('open', { epoch: 3, opening });
    await sealAll(opened.store);
    assert.deepEqual(await opened.store.tree(), { epoch: 3, size: 1, lastEventId: 711, newestEventId: 711 });
    await opened.store.run('append', [last]);
    await sealAll(opened.store);
    assert.equal((await opened.store.entries(3, 0, 2)).length, 2);
  });
}
