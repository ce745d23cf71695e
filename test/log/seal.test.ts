// Sealing over a real store with real keys: what is published grows, is one tree, and covers what was committed; and
// what a start makes of a store that does not go on from what was signed before.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { checkpointTable } from '../../src/log/epoch.ts';
import { newestCheckpoint, rootOf, standingOf } from '../../src/log/seal.ts';
import { parseNote } from '../../src/merkle/note.ts';
import { everything } from '../../src/query/ast.ts';
import { narrow } from '../../src/query/narrow.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { every } from '../../src/store/table.ts';
import { holds, verifyFolder } from '../../src/verification.ts';
import { forkOf, memory, newFolder, opened, openRig, type Rig } from './seal-rig.ts';

const all = narrow(everything, { kind: 'all' }, 'all', () => 'log');

async function begin(t: TestContext, segmentEvents?: number): Promise<Rig> {
  const rig = await openRig(newFolder(t), segmentEvents);
  t.after(() => rig.close());
  return rig;
}

/** The place of an event, or null where it is not sealed. */
async function placeOf({ store }: Rig, guid: string): Promise<number | null> {
  const found = await store.find(all, guid);
  assert.equal(found.kind, 'event');
  return found.kind === 'event' ? (found.event.sealed?.index ?? null) : null;
}

function sizeOf(rig: Rig, note: string | null): number {
  return opened(rig, note).size;
}

describe('sealing', () => {
  it('publishes checkpoints that grow, each consistent with every earlier one', async (t) => {
    const rig = await begin(t, 37);
    const sealer = await rig.seal();
    const published: string[] = [];
    sealer.onCheckpoint((note) => published.push(note));
    for (const count of [1, 1, 5, 30, 2, 64, 1, 200]) {
      await rig.append(count);
      const note = await sealer.now();
      assert.equal(note, sealer.checkpoint());
      assert.equal(note, published.at(-1));
      assert.equal(note, rig.remembered.read());
      assert.equal(note, await newestCheckpoint(rig.store, 1));
    }
    const sizes = published.map((note) => sizeOf(rig, note));
    assert.deepEqual(
      sizes,
      [...new Set(sizes)].sort((a, b) => a - b),
    );
    assert.equal(sizes.at(-1), (await rig.store.tree()).newestEventId);
    assert.equal(await forkOf(rig.store, rig.epoch, rig.keys, published), null);
    await sealer.stop();
    assert.deepEqual(rig.reports, []);
  });

  it('`now` covers everything that was committed before it was asked, whoever writes meanwhile', async (t) => {
    const rig = await begin(t);
    const sealer = await rig.seal();
    const published: string[] = [];
    sealer.onCheckpoint((note) => published.push(note));
    const writer = async (): Promise<void> => {
      for (let turn = 0; turn < 15; turn += 1) {
        const guid = await rig.append(1 + (turn % 3));
        const size = sizeOf(rig, await sealer.now());
        const place = await placeOf(rig, guid);
        assert.ok(place !== null && place < size, `place ${place} in a tree of ${size}`);
      }
    };
    await Promise.all(Array.from({ length: 4 }, writer));
    assert.equal(await forkOf(rig.store, rig.epoch, rig.keys, published), null);
    await sealer.stop();
  });

  it('`now` covers more than one batch', async (t) => {
    const rig = await begin(t);
    const sealer = await rig.seal();
    const guid = await rig.append(limits.sealBatchEvents + 10);
    const size = sizeOf(rig, await sealer.now());
    assert.ok(size > limits.sealBatchEvents + 10);
    assert.ok(((await placeOf(rig, guid)) ?? size) < size);
    await sealer.stop();
  });

  it('follows a commit by itself, and signs nothing where nothing came', async (t) => {
    const rig = await begin(t);
    const sealer = await rig.seal();
    await sealer.now();
    const guid = rig.append();
    const note = await new Promise<string>((resolve) => sealer.onCheckpoint(resolve));
    assert.ok(((await placeOf(rig, await guid)) ?? Number.NaN) < sizeOf(rig, note));
    const published: string[] = [];
    sealer.onCheckpoint((next) => published.push(next));
    assert.deepEqual([await sealer.now(), await sealer.now()], [note, note]);
    assert.deepEqual(published, []);
    await sealer.stop();
  });

  it('a stop seals what is committed, and ends the rounds', async (t) => {
    const rig = await begin(t);
    const sealer = await rig.seal();
    const guid = await rig.append(3);
    await sealer.stop();
    const note = sealer.checkpoint();
    assert.ok(((await placeOf(rig, guid)) ?? Number.NaN) < sizeOf(rig, note));
    const late = await rig.append();
    const again = await rig.seal();
    await again.stop();
    assert.equal(sealer.checkpoint(), note, 'the stopped one did not go on');
    assert.equal(await placeOf(rig, late), sizeOf(rig, again.checkpoint()) - 1);
  });

  it('publishes nothing that it could not remember, and makes up for it', async (t) => {
    const rig = await begin(t);
    const kept = memory();
    let isBroken = false;
    const sealer = await rig.seal({
      remembered: {
        read: () => kept.read(),
        write: (note) => (isBroken ? Promise.reject(new Error('the disk is full')) : kept.write(note)),
      },
    });
    const before = await sealer.now();
    const published: string[] = [];
    sealer.onCheckpoint((note) => published.push(note));
    isBroken = true;
    await rig.append();
    await assert.rejects(sealer.now(), /the disk is full/);
    await assert.rejects(sealer.now(), /the disk is full/, 'it is tried again though nothing new came');
    assert.equal(sealer.checkpoint(), before);
    assert.deepEqual(published, []);
    const unpublished = await newestCheckpoint(rig.store, 1);
    assert.notEqual(unpublished, before);
    isBroken = false;
    assert.equal(await sealer.now(), unpublished, 'byte for byte what was signed');
    assert.deepEqual(published, [unpublished]);
    assert.equal(kept.note, unpublished);
    await sealer.stop();
  });

  it('goes on in the background after failures, and tells of them', async (t) => {
    const rig = await begin(t);
    let failures = 2;
    const sealer = await rig.seal({
      store: {
        ...rig.store,
        seal: (max) => {
          failures -= 1;
          return failures >= 0 ? Promise.reject(new Error('not now')) : rig.store.seal(max);
        },
      },
    });
    const note = await new Promise<string>((resolve) => sealer.onCheckpoint(resolve));
    assert.deepEqual(rig.reports.map(String), ['Error: not now'], 'the first of several in a row');
    assert.equal(sizeOf(rig, note), (await rig.store.tree()).newestEventId);
    await sealer.stop();
  });

  it('a stop that cannot seal says so, and ends the rounds all the same', async (t) => {
    const rig = await begin(t);
    const seal = (): Promise<never> => Promise.reject(new Error('no disk'));
    const sealer = await rig.seal({ store: { ...rig.store, seal } });
    await assert.rejects(sealer.stop(), /no disk/);
    const reports = rig.reports.length;
    await rig.append();
    await (await rig.seal()).stop();
    assert.equal(rig.reports.length, reports, 'nothing more is tried');
  });
});

/** Once more where another sealer was faster. */
async function inTheEnd<R>(round: () => Promise<R>): Promise<R> {
  for (let tries = 1; tries < 20; tries += 1) {
    try {
      return await round();
    } catch (error) {
      assert.match(String(error), /leaves for a tree of \d+ came to one of \d+/);
    }
  }
  return round();
}

describe('two sealers on one store', () => {
  it('cannot fork it: the rounds of the second fail, the tree stays whole', async (t) => {
    const rig = await begin(t);
    const [first, second] = [await rig.seal(), await rig.seal()];
    const published: string[] = [];
    for (const sealer of [first, second]) sealer.onCheckpoint((note) => published.push(note));
    const rounds: PromiseSettledResult<unknown>[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      await rig.append(5);
      rounds.push(...(await Promise.allSettled([second.now(), first.now(), second.now()])));
    }
    rounds.push(...(await Promise.allSettled([first.stop(), second.stop()])));
    const failures = rounds.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    assert.ok(failures.length > 0);
    // Leaves, a signature, or the memory of it: whichever the other was faster with.
    const faster =
      /leaves for a tree of \d+ came to one of \d+|a tree of \d+ leaves is not signed|ENOENT.*rename.*checkpoint/;
    for (const failure of [...failures, ...rig.reports.map(String)]) assert.match(failure, faster);
    const third = await rig.seal();
    third.onCheckpoint((note) => published.push(note));
    await rig.append();
    await third.stop();
    assert.equal(await forkOf(rig.store, rig.epoch, rig.keys, published), null);
    assert.ok(holds(await verifyFolder(rig.directory, inspectSqliteStore)));
    const { size, lastEventId, newestEventId } = await rig.store.tree();
    assert.deepEqual([size, lastEventId], [newestEventId, newestEventId]);
  });

  it('cannot fork it either where each remembers for itself: of one size there is one note', async (t) => {
    const rig = await begin(t);
    const first = await rig.seal();
    const second = await rig.seal({ remembered: memory() });
    await rig.append();
    assert.equal(await inTheEnd(() => first.now()), await inTheEnd(() => second.now()));
    await inTheEnd(() => first.stop());
    await inTheEnd(() => second.stop());
  });

  it('the store refuses a checkpoint of a size of which it keeps another', async (t) => {
    const rig = await begin(t);
    const sealer = await rig.seal();
    const note = (await sealer.now()) ?? '';
    const { size } = opened(rig, note);
    const keep = (other: string): Promise<unknown> =>
      rig.store.run('log.checkpoint', { epoch: 1, size, note: other });
    await assert.rejects(keep(rig.sign({ size })), /the store keeps another checkpoint of the same size/);
    const { text, signatures } = parseNote(note);
    const again = rig.sign({ ...opened(rig, note) });
    assert.equal(again, note, 'Ed25519 signs the same twice');
    const cosigned = `${note}${note.slice(text.length + 1)}`;
    assert.equal(signatures.length * 2, parseNote(cosigned).signatures.length);
    assert.equal(await keep(cosigned), note, 'what was kept first is what is published');
    await sealer.stop();
  });
});

describe('checkpoints that are kept', () => {
  it('are bounded; of older ones the first of an hour stays', async (t) => {
    const rig = await begin(t);
    const beyond = 5;
    for (let size = 1; size <= limits.checkpointsKept + beyond; size += 1)
      await rig.store.run('log.checkpoint', { epoch: 1, size, note: rig.sign({ size }) });
    const inspection = inspectSqliteStore(`${rig.directory}/hansard.db`);
    t.after(() => inspection.close());
    const rows = await inspection.rows(checkpointTable, { where: every });
    const sizes = rows.map(({ size }) => Number(size)).sort((a, b) => a - b);
    assert.ok(sizes.length <= limits.checkpointsKept + 2, `${sizes.length} are kept`);
    assert.equal(sizes[0], 1);
    assert.deepEqual(
      sizes.slice(-limits.checkpointsKept),
      Array.from({ length: limits.checkpointsKept }, (_, at) => at + 1 + beyond),
    );
  });
});

describe('how a store stands to what was signed before', () => {
  const other = 'log.test/00112233445566ff';

  /** A log of three checkpoints, all its leaves signed, nobody sealing. */
  async function history(t: TestContext): Promise<{ rig: Rig; notes: string[]; size: number }> {
    const rig = await begin(t);
    const sealer = await rig.seal();
    const notes: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      await rig.append(3);
      notes.push((await sealer.now()) ?? '');
    }
    await sealer.stop();
    return { rig, notes, size: sizeOf(rig, notes.at(-1) ?? '') };
  }

  const from = 'remembered beside the store';

  it('continues from what it keeps, from any checkpoint on its tree, and from none', async (t) => {
    const { rig, notes } = await history(t);
    for (const note of [...notes, null]) {
      const known = note === null ? null : { note, epoch: 1, from };
      assert.deepEqual(await standingOf(rig.store, rig.epoch, known), { kind: 'continues' });
    }
  });

  for (const [what, checkpoint, epoch, reason] of [
    ['ahead', { size: 1_000 }, 1, /^a checkpoint of 1000 leaves is known \(remembered beside the store\), /],
    ['beside, of the same size', {}, 1, /^the first \d+ leaves are not those of the checkpoint remembered/],
    ['beside, of a smaller one', { size: 3 }, 1, /^the first 3 leaves are not those of the checkpoint rem/],
    [
      'of a later epoch',
      { later: true, size: 1 },
      2,
      /^a checkpoint of epoch 2 is known \(remembered beside the store\), the store is at 1$/,
    ],
    [
      'of another log',
      { origin: `${other}/1` },
      1,
      /^the checkpoint remembered beside the store is of log log\.test\/00112233445566ff\/1, the store of log/,
    ],
    [
      'of a later epoch of another log',
      { origin: `${other}/2` },
      2,
      /^the checkpoint remembered beside the store is of log /,
    ],
    [
      'of a log that is none of ours',
      { origin: 'example.org/log' },
      0,
      /^the checkpoint remembered beside the store is of log example.org\/log, /,
    ],
  ] as const) {
    it(`is behind one that is ${what}`, async (t) => {
      const { rig, size } = await history(t);
      const { later, ...given } = { later: false, ...checkpoint };
      const origin = later ? rig.epoch.origin.replace(/1$/, '2') : rig.epoch.origin;
      const note = rig.sign({ origin, size, ...given });
      const standing = await standingOf(rig.store, rig.epoch, { note, epoch, from });
      assert.equal(standing.kind, 'behind');
      if (standing.kind !== 'behind') return;
      assert.deepEqual([standing.known, standing.knownEpoch], [note, epoch]);
      assert.match(standing.reason, reason);
    });
  }

  it('is behind an earlier epoch of another log, but not of its own', async (t) => {
    const { rig } = await history(t);
    const third = { ...rig.epoch, number: 3, origin: rig.epoch.origin.replace(/1$/, '3') };
    const standing = async (origin: string): Promise<string> => {
      const known = { note: rig.sign({ origin, size: 1_000 }), epoch: 2, from };
      return (await standingOf(rig.store, third, known)).kind;
    };
    assert.equal(await standing(`${other}/2`), 'behind');
    assert.equal(await standing(rig.epoch.origin.replace(/1$/, '2')), 'continues');
  });

  it('is behind a checkpoint of its own that its tree does not hold', async (t) => {
    const { rig, size } = await history(t);
    await rig.store.run('log.checkpoint', { epoch: 1, size: 500, note: rig.sign({ size: 500 }) });
    const standing = await standingOf(rig.store, rig.epoch, null);
    assert.deepEqual(
      standing.kind === 'behind' && standing.reason,
      `a checkpoint of 500 leaves is known (in the store), the store has ${size}`,
    );
    await assert.rejects(rig.seal(), /a tree of \d+ leaves is not signed: one of 500 was/);
  });

  it('a start adopts a checkpoint that is remembered and not kept', async (t) => {
    const rig = await begin(t);
    await rig.append(4);
    while ((await rig.store.tree()).lastEventId < (await rig.store.tree()).newestEventId)
      await rig.store.seal(3);
    const { size } = await rig.store.tree();
    const note = rig.sign({ size, root: await rootOf(rig.store, 1, size) });
    await rig.remembered.write(note);
    assert.equal((await standingOf(rig.store, rig.epoch, { note, epoch: 1, from })).kind, 'continues');
    const sealer = await rig.seal();
    assert.equal(sealer.checkpoint(), note);
    assert.equal(await newestCheckpoint(rig.store, 1), note);
    await sealer.stop();
  });

  it('a start remembers a checkpoint that is kept and not remembered', async (t) => {
    const { rig, notes } = await history(t);
    const [older = '', , newest] = notes;
    for (const before of [older, null]) {
      const remembered = memory(before);
      const sealer = await rig.seal({ remembered });
      assert.equal(remembered.note, newest);
      assert.equal(sealer.checkpoint(), newest);
      await sealer.stop();
    }
  });

  it('a start signs leaves that were sealed and not signed', async (t) => {
    const { rig, size } = await history(t);
    await rig.append();
    await rig.store.seal(10);
    const sealer = await rig.seal();
    assert.equal(sizeOf(rig, sealer.checkpoint()), size + 1);
    await sealer.stop();
  });
});
