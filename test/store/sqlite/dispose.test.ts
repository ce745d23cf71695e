// What is erased is in no file of the data folder any more: looked for byte by byte, whatever was erased in which order,
// however large it was, and whoever was reading meanwhile.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../../src/core/limits.ts';
import type { Erasable, EventRow } from '../../../src/event/event.ts';
import { everything } from '../../../src/query/ast.ts';
import type { Disposal, Expiry, SegmentDrop, Store } from '../../../src/store/contract.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';
import { eventRow } from '../../contract/events.ts';
import { sealAll } from '../../contract/sealing-contract.ts';

const everythingPast: Expiry = {
  terms: [{ filter: everything, before: Number.MAX_SAFE_INTEGER }],
  held: [],
};

async function openStore(
  t: TestContext,
  segmentEvents: number,
): Promise<{ store: Store; directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-erase-'));
  const work = new URL('../../contract/work.ts', import.meta.url);
  const store = await openSqliteStore({ directory, work, segmentEvents });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return { store, directory };
}

/** Numbered canaries in data and names, of the sizes given. */
function canaries(sizes: readonly number[]): EventRow[] {
  return fc.sample(eventRow, { numRuns: sizes.length, seed: 3 }).map((row, at) => ({
    ...row,
    recordedAt: at,
    occurredAt: at,
    data: JSON.stringify({
      first: `data-canary-${at}.`,
      fill: 'x'.repeat(sizes[at] ?? 0),
      last: `data-canary-${at}.`,
    }),
    particulars: JSON.stringify({ actor_name: `name-canary-${at}.` }),
  }));
}

function found(directory: string): { data: Set<number>; particulars: Set<number> } {
  const seen = { data: new Set<number>(), particulars: new Set<number>() };
  for (const file of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, file);
    if (!statSync(path).isFile()) continue;
    for (const [, kind, at] of readFileSync(path, 'latin1').matchAll(/(data|name)-canary-(\d+)\./g))
      seen[kind === 'data' ? 'data' : 'particulars'].add(Number(at));
  }
  return seen;
}

test('no byte of what was erased is found in any file, whatever the order and the sizes', async (t) => {
  const size = fc.constantFrom(0, 10, 200, 900, 3_000, 9_000, 60_000);
  const part = fc.constantFrom<Erasable[]>(['data'], ['particulars'], ['data', 'particulars']);
  const scene = fc.array(fc.record({ size, order: fc.integer(), parts: part, kept: fc.boolean() }), {
    minLength: 60,
    maxLength: 200,
  });
  for (const events of fc.sample(scene, { numRuns: 6, seed: 4 })) {
    const { store, directory } = await openStore(t, 70);
    await store.run('append', canaries(events.map((one) => one.size)));
    const erased = events
      .map((one, at) => ({ ...one, at }))
      .filter(({ kept }) => !kept)
      .sort((one, other) => one.order - other.order);
    for (const { at, parts } of erased) await store.run('erase', { id: at + 1, parts });
    await store.purge();
    const left = found(directory);
    for (const name of ['data', 'particulars'] as const) {
      const gone = new Set(erased.filter(({ parts }) => parts.includes(name)).map(({ at }) => at));
      const should = events.flatMap((_, at) => (gone.has(at) ? [] : [at]));
      assert.deepEqual(
        [...left[name]].sort((one, other) => one - other),
        should,
      );
    }
  }
});

test('a reader that began before still sees it, and the files are clean when it has ended', async (t) => {
  const { store, directory } = await openStore(t, 100);
  await store.run('append', canaries([100, 100]));
  const reader = new DatabaseSync(join(directory, 'hansard.db'), { readOnly: true });
  reader.exec('BEGIN');
  const read = () => String(reader.prepare('SELECT data FROM body_1 WHERE id = 1').get()?.data);
  assert.match(read(), /data-canary-0/);
  await store.run('erase', { id: 1, parts: ['data', 'particulars'] });
  const purged = store.purge();
  await store.run('append', canaries([1, 1, 1]).slice(2));
  assert.match(read(), /data-canary-0/);
  assert.ok(found(directory).data.has(0));
  reader.exec('COMMIT');
  await purged;
  assert.ok(!found(directory).data.has(0));
  assert.ok(found(directory).data.has(1));
  reader.close();
});

test('a purge that a reader never lets happen is refused, and what was erased stays erased', async (t) => {
  const { store, directory } = await openStore(t, 100);
  await store.run('append', canaries([100]));
  const reader = new DatabaseSync(join(directory, 'hansard.db'), { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT data FROM body_1').all();
  await store.run('erase', { id: 1, parts: ['data'] });
  await assert.rejects(store.purge({ triesMax: 2 }), { entry: 'ServiceUnavailable' });
  reader.close();
  await store.purge();
  assert.ok(!found(directory).data.has(0));
});

test('large events are disposed of in several transactions', async (t) => {
  const { store, directory } = await openStore(t, 100);
  await store.run('append', canaries([1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000]));
  await sealAll(store);
  let { ids } = await store.expired(everythingPast, 0);
  let slices = 0;
  for (; ids.length > 0; slices += 1) {
    const { events, reached } = (await store.run('dispose', { expiry: everythingPast, ids })) as Disposal;
    assert.ok(events.length > 0);
    ids = ids.filter((id) => id > reached);
  }
  assert.equal(slices, 2);
  await store.purge();
  assert.deepEqual(found(directory), { data: new Set(), particulars: new Set() });
});

test('more events than one look takes are found one look after the other', async (t) => {
  const { store } = await openStore(t, 2_000);
  await store.run('append', canaries(Array.from({ length: 1_201 }, () => 1)));
  await sealAll(store);
  const held: Expiry = { ...everythingPast, held: [{ kind: 'in', field: 'actor', values: ['a'] }] };
  let [after, looks, ids, spared] = [0, 0, 0, 0];
  for (let isLast = false; !isLast; looks += 1) {
    const look = await store.expired(held, after);
    ({ isLast, reached: after } = look);
    ids += look.ids.length;
    spared += look.spared[0] ?? 0;
  }
  assert.equal(looks, Math.ceil(1_201 / limits.disposalSliceEvents));
  assert.equal(ids + spared, 1_201);
  assert.ok(ids > 0 && spared > 0);
});

test('of a dropped segment no byte is left once it is swept', async (t) => {
  const { store, directory } = await openStore(t, 50);
  await store.run('append', canaries(Array.from({ length: 60 }, (_, at) => at * 100)));
  await sealAll(store);
  const drop = (await store.expiredSegment(everythingPast)) as SegmentDrop;
  await store.run('drop', drop);
  while (await store.run('sweep', null));
  await store.purge();
  const left = Array.from({ length: 10 }, (_, at) => at + 50);
  assert.deepEqual([...found(directory).data].sort(), left);
  const database = new DatabaseSync(join(directory, 'hansard.db'), { readOnly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE name GLOB 'event_1*' OR name GLOB 'body_1*'")
    .all();
  database.close();
  assert.deepEqual(tables, []);
});
