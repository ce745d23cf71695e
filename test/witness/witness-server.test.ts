import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { formatAddCheckpoint, parseCosignatures } from '../../src/merkle/add-checkpoint.ts';
import { cosignatureTime, mlDsa44Cosigner } from '../../src/merkle/cosignature.ts';
import { formatNote, parseNote, verifiedBy } from '../../src/merkle/note.ts';
import { type SmallLog, smallLog } from './small-log.ts';
import { startWitness, type Witness, type WitnessOptions } from './witness-server.ts';

interface Stage {
  readonly log: SmallLog;
  readonly witness: Witness;
  readonly options: WitnessOptions;
  add(oldSize: number, note: string, proof?: readonly Uint8Array[]): Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function post(url: string, body: string): Promise<Answer> {
  const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

async function setUp(t: TestContext, more: Partial<WitnessOptions> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-witness-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = smallLog(5);
  const { privateKey } = generateKeyPairSync('ed25519');
  const options = { logs: [log.key], stateFile: join(folder, 'state.json'), privateKey, ...more };
  const witness = await startWitness(options);
  t.after(() => witness.stop());
  return {
    log,
    witness,
    options,
    add: (oldSize, note, proof = []) => post(witness.url, formatAddCheckpoint(oldSize, proof, note)),
  };
}

test('cosigns the first checkpoint, then what goes on from it', async (t) => {
  const { log, witness, add } = await setUp(t);
  for (const [from, to] of [
    [0, 5],
    [5, 5],
    [5, 12],
    [12, 13],
  ] as const) {
    log.grow(to - log.size);
    const { status, body } = await add(from, log.note(), log.prove(from, to));
    assert.equal(status, 200);
    const { text } = parseNote(log.note());
    const signatures = parseCosignatures(body);
    assert.deepEqual(verifiedBy({ text, signatures }, [witness.key]), [witness.key]);
    assert.deepEqual(signatures.map(cosignatureTime), [1_700_000_000]);
    assert.equal(witness.sizeOf(log.origin), to);
  }
});

test('what it cosigned outlives it', async (t) => {
  const { log, options, add } = await setUp(t);
  assert.equal((await add(0, log.note())).status, 200);
  const second = await startWitness(options);
  t.after(() => second.stop());
  assert.equal(second.sizeOf(log.origin), 5);
  assert.equal((await post(second.url, formatAddCheckpoint(0, [], log.note()))).body, '5\n');
});

test('409 tells the size that it cosigned last, as text/x.tlog.size', async (t) => {
  const { log, witness, add } = await setUp(t);
  assert.deepEqual(await add(3, log.note()), { status: 409, type: 'text/x.tlog.size', body: '0\n' });
  await add(0, log.note());
  assert.deepEqual(await add(0, log.note()), { status: 409, type: 'text/x.tlog.size', body: '5\n' });
  const other = log.fork(3);
  other.grow(2);
  assert.equal((await add(5, other.note())).status, 409);
  assert.equal(witness.sizeOf(log.origin), 5);
});

test('422 for a proof that does not hold, and nothing is cosigned', async (t) => {
  const { log, witness, add } = await setUp(t);
  const [hash = new Uint8Array(32)] = log.prove(3, 5);
  assert.equal((await add(0, log.note(), [hash])).status, 422, 'from nothing there is no proof');
  await add(0, log.note());
  const other = log.fork(4);
  other.grow(6);
  assert.equal((await add(5, other.note(), other.prove(5, 10))).status, 422);
  log.grow(5);
  assert.equal((await add(5, log.note())).status, 422);
  assert.equal((await add(5, log.note(), [...log.prove(5, 10), hash])).status, 422);
  assert.equal(witness.sizeOf(log.origin), 5);
});

test('404 for an unknown origin, 403 without a trusted signature, foreign signatures ignored', async (t) => {
  const { log, add } = await setUp(t);
  assert.equal((await add(0, smallLog(5, 'elsewhere.test/log').note())).status, 404);
  assert.equal((await add(0, smallLog(5).note())).status, 403);
  const note = parseNote(log.note());
  const [signature] = note.signatures;
  assert.ok(signature);
  const broken = { ...signature, bytes: signature.bytes.map((byte) => byte ^ 1) };
  assert.equal((await add(0, formatNote({ ...note, signatures: [broken] }))).status, 403);
  const foreign = { ...signature, name: 'somebody.test' };
  assert.equal((await add(0, formatNote({ ...note, signatures: [foreign, signature] }))).status, 200);
});

test('400 for what is no request, or has the larger size as the old one', async (t) => {
  const { log, witness, add } = await setUp(t);
  for (const body of [
    '',
    'old 0\n',
    `old 00\n\n${log.note()}`,
    `new 0\n\n${log.note()}`,
    'old 0\n\nnothing\n',
  ]) {
    assert.equal((await post(witness.url, body)).status, 400, body);
  }
  assert.equal((await add(6, log.note())).status, 400);
  assert.equal((await fetch(`${witness.url}/elsewhere`, { method: 'POST' })).status, 404);
});

test('a witness with an ML-DSA-44 key answers in the same way', async (t) => {
  const { privateKey } = generateKeyPairSync('ml-dsa-44');
  const { log, witness, add } = await setUp(t, { privateKey, cosigner: mlDsa44Cosigner });
  const { status, body } = await add(0, log.note());
  assert.equal(status, 200);
  const { text } = parseNote(log.note());
  assert.deepEqual(verifiedBy({ text, signatures: parseCosignatures(body) }, [witness.key]), [witness.key]);
});
