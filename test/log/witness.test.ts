import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mock, test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { witnessPolicy } from '../../src/log/policy-file.ts';
import type { Witnesses } from '../../src/log/witness.ts';
import { type Cosignature, witnessId } from '../../src/log/witness-table.ts';
import { parseCheckpoint } from '../../src/merkle/checkpoint.ts';
import { mlDsa44Cosigner } from '../../src/merkle/cosignature.ts';
import { formatVerifierKey, parseNote } from '../../src/merkle/note.ts';
import { meets } from '../../src/merkle/policy.ts';
import { smallLog } from '../witness/small-log.ts';
import { line, setUp } from './witness-rig.ts';

async function outcomes(witnesses: Witnesses) {
  return (await witnesses.ask()).map(({ witness, kind, size }) => [witness, kind, size]);
}

function sizeOf(note: string | null): number | null {
  return note === null ? null : parseCheckpoint(parseNote(note).text).size;
}

function sizesOf(outcomes: readonly { readonly size: number }[]): number[] {
  return outcomes.map(({ size }) => size);
}

test('cosignatures are collected, verified and merged; the quorum decides what is published', async (t) => {
  const { log, witness, open, told } = setUp(t);
  const [a, b] = [await witness('a'), await witness('b')];
  const lines = `${line('a', a)}${line('b', b)}group both all a b\nquorum both\n`;
  const witnesses = open(lines);
  assert.equal(witnesses.published(), null);
  assert.equal(witnesses.newest(), log.note());
  assert.deepEqual(await outcomes(witnesses), [
    ['a', 'cosigned', 5],
    ['b', 'cosigned', 5],
  ]);
  const published = witnesses.published() ?? '';
  const verdict = meets(witnessPolicy(lines, '').policy, parseNote(published), [log.key]);
  assert.deepEqual([verdict.met, verdict.cosigners], [true, ['a', 'b']]);
  assert.equal(witnesses.newest(), published);
  assert.equal(parseNote(published).text, parseNote(log.note()).text);
  assert.deepEqual(
    told.map(({ name, state, size, reason }) => [name, state, size, reason]),
    [
      ['a', 'cosigning', 5, null],
      ['b', 'cosigning', 5, null],
    ],
  );
});

test('a witness that has cosigned the newest checkpoint is not asked again; growth is proven', async (t) => {
  const { log, witness, open, told } = setUp(t);
  const a = await witness('a');
  const witnesses = open(`${line('a', a)}quorum a\n`);
  await witnesses.ask();
  await witnesses.ask();
  assert.deepEqual(a.statuses, [200]);
  for (const count of [1, 7, 300]) {
    log.grow(count);
    await witnesses.ask();
    assert.equal(sizeOf(witnesses.published()), log.size);
  }
  assert.deepEqual(a.statuses, [200, 200, 200, 200]);
  assert.equal(told.length, 1, 'only what changes is told');
});

test('until the quorum is met, the checkpoint that met it last stays published', async (t) => {
  const { log, witness, open, told } = setUp(t);
  const [a, b] = [await witness('a'), await witness('b')];
  const witnesses = open(`${line('a', a)}${line('b', b)}group both all a b\nquorum both\n`);
  await witnesses.ask();
  await b.stop();
  log.grow(3);
  assert.deepEqual(await outcomes(witnesses), [
    ['a', 'cosigned', 8],
    ['b', 'failed', 5],
  ]);
  assert.equal(sizeOf(witnesses.published()), 5);
  assert.equal(sizeOf(witnesses.newest()), 8);
  assert.equal(parseNote(witnesses.newest() ?? '').signatures.length, 2);
  assert.deepEqual(
    told.slice(2).map(({ name, state, reason }) => [name, state, reason]),
    [['b', 'failing', 'it cannot be reached (ECONNREFUSED)']],
  );
  await witnesses.ask();
  assert.equal(told.length, 3, 'that it goes on failing is not told again');
});

test('what was kept outlives the process, and what is not genuine in it counts for nothing', async (t) => {
  const { log, witness, open, kept } = setUp(t);
  const a = await witness('a');
  const lines = `${line('a', a)}quorum a\n`;
  await open(lines).ask();
  log.grow(4);
  const again = open(lines);
  assert.equal(sizeOf(again.published()), 5);
  assert.deepEqual(await outcomes(again), [['a', 'cosigned', 9]]);
  assert.deepEqual(a.statuses, [200, 200], 'it asked from the size that it knew');

  const [first] = kept;
  assert.ok(first);
  const { signature } = first;
  const other = await witness('other');
  const wrong: readonly (readonly [string, Cosignature])[] = [
    [
      'a changed signature',
      { ...first, signature: { ...signature, bytes: signature.bytes.map((x) => x ^ 1) } },
    ],
    ['another size', { ...first, size: 9 }],
    ['another witness', { ...first, witness: witnessId(other.key) }],
    ['a note that the log did not sign', { ...first, note: smallLog(5).note() }],
    ['no note', { ...first, note: 'nothing' }],
  ];
  for (const [what, cosignature] of wrong) {
    assert.equal(open(lines, { known: [cosignature] }).published(), null, what);
  }
});

test('a conflict over the old size is resolved once, with a proof from the size that the witness tells', async (t) => {
  const { log, witness, open, told } = setUp(t);
  const a = await witness('a');
  const lines = `${line('a', a)}quorum a\n`;
  await open(lines).ask();
  log.grow(6);
  const forgetful = open(lines, { known: [] });
  assert.deepEqual(await outcomes(forgetful), [['a', 'cosigned', 11]]);
  assert.deepEqual(a.statuses, [200, 409, 200]);
  assert.deepEqual(
    told.map(({ state }) => state).filter((state) => state !== 'cosigning'),
    [],
  );
});

test('a witness that lost its memory begins anew', async (t) => {
  const { log, witness, open } = setUp(t);
  const { privateKey } = generateKeyPairSync('ed25519');
  const a = await witness('a', { privateKey });
  const lines = `${line('a', a)}quorum a\n`;
  await open(lines).ask();
  await a.stop();
  const reborn = await witness('reborn', { privateKey, name: 'a.test' });
  log.grow(2);
  assert.deepEqual(await outcomes(open(`${line('a', reborn)}quorum a\n`)), [['a', 'cosigned', 7]]);
  assert.deepEqual(reborn.statuses, [409, 200]);
});

test('a witness that has seen more than the log is loud', async (t) => {
  const { log, witness, open, told, reported } = setUp(t, 3);
  const a = await witness('a');
  const ahead = log.fork(3);
  ahead.grow(6);
  await open(`${line('a', a)}quorum a\n`, { checkpoint: () => ahead.note(), known: [] }).ask();
  const witnesses = open(`${line('a', a)}quorum a\n`, { known: [] });
  assert.deepEqual(sizesOf(await witnesses.contradicting()), [9]);
  assert.deepEqual(await outcomes(witnesses), [['a', 'ahead', 9]]);
  assert.match(
    reported.at(-1) ?? '',
    /Witness a contradicts this log: it has cosigned 9 leaves, and this log has 3/,
  );
  assert.equal(told.at(-1)?.state, 'ahead');
  assert.equal(witnesses.published(), null);

  log.grow(6);
  assert.deepEqual(sizesOf(await witnesses.contradicting()), [9], 'the same size, another tree');
  assert.deepEqual(await outcomes(witnesses), [['a', 'ahead', 9]]);
  assert.match(reported.at(-1) ?? '', /another tree of 9 leaves/);
  log.grow(6);
  assert.deepEqual(
    sizesOf(await witnesses.contradicting()),
    [],
    'what grew beyond shows only when it is proven',
  );
  assert.deepEqual(await outcomes(witnesses), [['a', 'ahead', 9]]);
  assert.match(reported.at(-1) ?? '', /its tree of 9 leaves is not the beginning of this log's 15/);
  assert.equal(told.filter(({ state }) => state === 'ahead').length, 1, 'one event');
  assert.ok(reported.length >= 3, 'and a word each time');
});

test('asking for sizes changes nothing at a witness that is behind', async (t) => {
  const { log, witness, open } = setUp(t);
  const a = await witness('a');
  const witnesses = open(`${line('a', a)}quorum a\n`);
  assert.deepEqual(sizesOf(await witnesses.contradicting()), []);
  assert.equal(a.sizeOf(log.origin), 0);
  await witnesses.ask();
  log.grow(1);
  assert.deepEqual(sizesOf(await witnesses.contradicting()), []);
  assert.equal(a.sizeOf(log.origin), 5);
});

test('an ML-DSA-44 witness counts like any other', async (t) => {
  const { witness, open } = setUp(t);
  const { privateKey } = generateKeyPairSync('ml-dsa-44');
  const a = await witness('a', { privateKey, cosigner: mlDsa44Cosigner });
  const witnesses = open(`${line('a', a)}quorum a\n`);
  assert.deepEqual(await outcomes(witnesses), [['a', 'cosigned', 5]]);
  assert.equal(sizeOf(witnesses.published()), 5);
});

test('without a quorum the newest is published at once, with the cosignatures that it has', async (t) => {
  const { log, witness, open } = setUp(t);
  const a = await witness('a');
  const witnesses = open(`${line('a', a)}quorum none\n`);
  assert.equal(witnesses.published(), log.note());
  await witnesses.ask();
  assert.equal(parseNote(witnesses.published() ?? '').signatures.length, 2);
  log.grow(1);
  assert.equal(witnesses.published(), log.note());
});

test("the log's own keys count, whatever logs the policy names", async (t) => {
  const { log, witness, open } = setUp(t);
  const a = await witness('a');
  const elsewhere = formatVerifierKey(smallLog(1, 'elsewhere.test/log').key);
  const witnesses = open(`log ${elsewhere} https://elsewhere.test\n${line('a', a)}quorum a\n`);
  await witnesses.ask();
  assert.equal(sizeOf(witnesses.published()), log.size);
  assert.equal(witnesses.policy, `${line('a', a)}quorum a\n`);
});

test('before the first checkpoint nobody is asked, nor a witness without an address', async (t) => {
  const { log, witness, open } = setUp(t, 0);
  const [a, b] = [await witness('a'), await witness('b')];
  const witnesses = open(`${line('a', a)}witness b ${b.vkey}\nquorum a\n`);
  assert.deepEqual([await witnesses.ask(), sizesOf(await witnesses.contradicting())], [[], []]);
  assert.deepEqual([witnesses.newest(), witnesses.published()], [null, null]);
  log.grow(1);
  assert.deepEqual(await outcomes(witnesses), [['a', 'cosigned', 1]]);
  assert.deepEqual([a.statuses, b.statuses], [[200], []]);
});

test('a checkpoint that comes while witnesses are asked is asked about in turn', async (t) => {
  const { log, witness, open, reported } = setUp(t);
  const a = await witness('a');
  const witnesses = open(`${line('a', a)}quorum a\n`);
  const rounds: Promise<unknown>[] = [];
  for (let n = 0; n < 5; n += 1) {
    rounds.push(witnesses.ask());
    log.grow(1);
  }
  await Promise.all(rounds);
  assert.ok(a.statuses.every((status) => status === 200));
  assert.equal(sizeOf(witnesses.published()), log.size);
  assert.deepEqual(reported, []);
});

test('what cannot be recorded is tried again, and counts meanwhile', async (t) => {
  const { witness, open, told, reported } = setUp(t);
  const a = await witness('a');
  let isBusy = true;
  const busy = async (): Promise<void> => {
    if (isBusy) throw new Error('the store cannot write');
  };
  const witnesses = open(`${line('a', a)}quorum a\n`, {
    keep: busy,
    tell: async (change) => {
      await busy();
      told.push(change);
    },
  });
  assert.deepEqual(await outcomes(witnesses), [['a', 'cosigned', 5]]);
  assert.equal(sizeOf(witnesses.published()), 5);
  assert.match(reported[0] ?? '', /could not be recorded/);
  isBusy = false;
  await witnesses.ask();
  assert.deepEqual(
    told.map(({ state }) => state),
    ['cosigning'],
  );
});

test('a proof that cannot be made is a failure like another', async (t) => {
  const { witness, open } = setUp(t);
  const a = await witness('a');
  const prove = async (): Promise<never> => {
    throw new Error('no such tile');
  };
  const [outcome] = await open(`${line('a', a)}quorum a\n`, { prove }).ask();
  assert.equal(outcome?.kind, 'failed');
  assert.match(outcome?.reason ?? '', /proof from size 0 could not be made.*no such tile/);
});

test('once started, it asks at once and again each minute; stopped, it is silent and tells of no failure', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  const { log, witness, liar, open, told } = setUp(t);
  const a = await witness('a');
  const witnesses = open(`${line('a', a)}quorum a\n`);
  witnesses.start();
  await witnesses.ask();
  log.grow(1);
  mock.timers.tick(limits.witnessAskMs);
  await witnesses.ask();
  assert.deepEqual(a.statuses, [200, 200]);
  await witnesses.stop();
  log.grow(1);
  mock.timers.tick(limits.witnessAskMs);
  assert.deepEqual(a.statuses, [200, 200]);

  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const silent = open(`${line('w', await liar(() => isAsked()))}quorum w\n`);
  silent.start();
  await asked;
  await silent.stop();
  assert.deepEqual(
    told.filter(({ state }) => state !== 'cosigning'),
    [],
  );
});
