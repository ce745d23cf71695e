import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import type { StoredEvent } from '../../src/event/event.ts';
import { type Cosignature, readCosignatures, type WitnessChange } from '../../src/log/witness-table.ts';
import type { Store } from '../../src/store/contract.ts';
import { recorded } from './keys-rig.ts';
import { doer, newFolder, openRig } from './seal-rig.ts';

interface Stage {
  readonly store: Store;
  events(): Promise<readonly StoredEvent[]>;
}

async function setUp(t: TestContext): Promise<Stage> {
  const rig = await openRig(newFolder(t));
  t.after(() => rig.close());
  return { store: rig.store, events: () => recorded(rig.store) };
}

function cosignature(size: number, more: Partial<Cosignature> = {}): Cosignature {
  const signature = { name: 'a.test', id: Uint8Array.of(1, 2, 3, 4), bytes: Uint8Array.of(size % 256, 7) };
  return { epoch: 1, witness: 'a', size, note: `note ${size}`, signature, ...more };
}

test('cosignatures are kept by epoch, witness and size, and read back as they were', async (t) => {
  const { store } = await setUp(t);
  const all = [
    cosignature(3),
    cosignature(5),
    cosignature(5, { witness: 'b' }),
    cosignature(4, { epoch: 2 }),
    cosignature(5, { note: 'the same tree, signed again' }),
  ];
  for (const each of all) await store.run('log.cosignature', { ...each, shown: null });
  const found = await readCosignatures(store, 1);
  assert.deepEqual(
    found.map(({ size }) => size),
    [5, 5, 3],
  );
  assert.deepEqual(
    found.toSorted((one, other) => one.witness.localeCompare(other.witness) || other.size - one.size),
    [all[4], all[0], all[2]],
  );
  assert.deepEqual(await readCosignatures(store, 2), [all[3]]);
  assert.deepEqual(await readCosignatures(store, 3), []);
});

test('of each witness the newest are kept, and those of the checkpoint that is shown', async (t) => {
  const { store } = await setUp(t);
  await store.run('log.cosignature', { ...cosignature(1, { witness: 'b' }), shown: 1 });
  for (let size = 1; size <= limits.cosignaturesKept + 3; size += 1)
    await store.run('log.cosignature', { ...cosignature(size), shown: 1 });
  const sizes = (await readCosignatures(store, 1))
    .filter(({ witness }) => witness === 'a')
    .map(({ size }) => size);
  assert.equal(sizes.length, limits.cosignaturesKept + 1);
  assert.deepEqual([sizes[0], sizes.at(-2), sizes.at(-1)], [limits.cosignaturesKept + 3, 4, 1]);
  assert.equal((await readCosignatures(store, 1)).filter(({ witness }) => witness === 'b').length, 1);
});

test('only a change of what a witness makes of the log is an event', async (t) => {
  const { store, events } = await setUp(t);
  const change: WitnessChange = { witness: 'f00d', name: 'a', state: 'cosigning', size: 5, reason: null };
  const changes: readonly Partial<WitnessChange>[] = [
    {},
    { size: 9 },
    { state: 'failing', reason: 'it cannot be reached' },
    { state: 'failing', reason: `it answered ${'x'.repeat(5_000)}` },
    { witness: 'beef', name: 'b' },
    { state: 'ahead', size: 12, reason: 'it has cosigned 12 leaves, and this log has 9' },
    { state: 'cosigning', size: 20 },
  ];
  for (const each of changes) await store.run('log.witness', { ...change, ...each, doer });
  const told = (await events()).filter(({ type }) => type.startsWith('audit.log.witness'));
  assert.deepEqual(
    told.map(({ type, target, particulars, outcome, data }) => [
      type.slice('audit.log.'.length),
      target.guid,
      particulars.target_name,
      outcome,
      JSON.parse(data),
    ]),
    [
      ['witness', 'f00d', 'a', 'success', { state: 'cosigning', size: 5 }],
      ['witness', 'f00d', 'a', 'failure', { state: 'failing', size: 5, reason: 'it cannot be reached' }],
      ['witness', 'beef', 'b', 'success', { state: 'cosigning', size: 5 }],
      [
        'witness_ahead',
        'f00d',
        'a',
        'failure',
        { state: 'ahead', size: 12, reason: 'it has cosigned 12 leaves, and this log has 9' },
      ],
      ['witness', 'f00d', 'a', 'success', { state: 'cosigning', size: 20 }],
    ],
  );
});

test('a reason from outside is cut to what an event holds', async (t) => {
  const { store, events } = await setUp(t);
  const reason = `\0${'x'.repeat(5_000)}`;
  const change = { witness: 'f00d', name: 'n'.repeat(1_000), state: 'failing', size: 0, reason };
  await store.run('log.witness', { ...change, doer });
  const told = (await events()).at(-1);
  assert.equal(JSON.parse(told?.data ?? '{}').reason.length, limits.contextCharactersMax);
  assert.equal(told?.particulars.target_name?.length, limits.nameCharactersMax);
});
