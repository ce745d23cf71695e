import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AppError } from '../../src/core/error.ts';
import { limits } from '../../src/core/limits.ts';
import { publicText } from '../../src/log/key-ring.ts';
import type { LogKeys } from '../../src/log/keys.ts';
import { ecdsa, ed25519 } from '../../src/merkle/algorithm.ts';
import { formatVerifierKey, parseNote, parseVerifierKey } from '../../src/merkle/note.ts';
import { admin, discard, type KeysRig, keysRig, origin, signed, verifyingNumbers } from './keys-rig.ts';

function setUp(t: TestContext): KeysRig {
  const rig = keysRig();
  t.after(() => discard(rig));
  return rig;
}

function newPem(type: 'ed25519' | 'ec' = 'ed25519'): string {
  const pair =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function states(keys: LogKeys): (readonly [number, string])[] {
  return keys.list(origin).map(({ number, state }) => [number, state] as const);
}

const rotation = { doer: admin, origin } as const;

test('the first start makes a key for its owner alone, tells of it once, and later starts find it', async (t) => {
  const { open, folder, told } = setUp(t);
  const keys = await open();
  assert.deepEqual(readdirSync(folder).sort(), ['log-1.pem', 'log-keys.json']);
  for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
  assert.ok(!readFileSync(join(folder, 'log-keys.json'), 'utf8').includes('PRIVATE'));
  const [key] = keys.list(origin);
  assert.deepEqual(told, [{ what: 'made', number: 1, fingerprint: key?.fingerprint, by: null }]);
  assert.deepEqual(verifyingNumbers(keys, signed(keys, 7)), [1]);

  const again = await open();
  assert.deepEqual(again.list(origin), keys.list(origin));
  assert.equal(told.length, 1);
  assert.equal(signed(again, 7), signed(keys, 7), 'what was signed is signed again, byte for byte');
});

test('keys are named by the origin line that they are asked for', async (t) => {
  const { open } = setUp(t);
  const keys = await open();
  for (const name of [origin, 'log.test/0123456789abcdef/2']) {
    const [key] = keys.verifierKeys(name);
    assert.ok(key);
    assert.deepEqual([key.name, key.type], [name, ed25519]);
    assert.deepEqual(keys.signers(name)[0]?.key, key);
    assert.equal(keys.list(name)[0]?.verifierKey, formatVerifierKey(key));
    assert.deepEqual(parseVerifierKey(formatVerifierKey(key)), key);
  }
});

test('while one key takes over from another, notes verify under either alone; then under the new one', async (t) => {
  const { open, advance, told } = setUp(t);
  const keys = await open();
  const before = signed(keys, 1);
  const made = await keys.rotate({ ...rotation, overlapDays: 30 });
  assert.deepEqual(
    made.map(({ number, state, retiresAt }) => [number, state, retiresAt]),
    [[2, 'signing', null]],
  );
  assert.deepEqual(
    told.slice(1).map(({ what, number, by }) => [what, number, by]),
    [
      ['made', 2, 'ann'],
      ['retired', 1, 'ann'],
    ],
  );
  advance(29.9);
  const during = signed(keys, 2);
  assert.deepEqual(verifyingNumbers(keys, during), [2, 1]);
  advance(0.2);
  const after = signed(keys, 3);
  assert.deepEqual(verifyingNumbers(keys, after), [2]);
  assert.deepEqual(verifyingNumbers(keys, before), [1]);
  assert.deepEqual(verifyingNumbers(keys, during), [2, 1]);
  assert.deepEqual(states(keys), [
    [2, 'signing'],
    [1, 'verifying'],
  ]);

  const again = await open();
  assert.deepEqual(verifyingNumbers(again, before), [1]);
  assert.equal(signed(again, 3), after);
  assert.equal(told.length, 3, 'a start tells nothing new');
});

test('the private part of a key that signs no more is not needed any more', async (t) => {
  const { open, folder } = setUp(t);
  const keys = await open();
  const before = signed(keys, 1);
  await keys.rotate({ ...rotation, overlapDays: 0 });
  rmSync(join(folder, 'log-1.pem'));
  assert.deepEqual(verifyingNumbers(await open(), before), [1]);
});

test('without an overlap nothing that was before signs any more, not even from an earlier overlap', async (t) => {
  const { open } = setUp(t);
  const keys = await open();
  await keys.rotate(rotation);
  assert.deepEqual(
    keys.list(origin).map(({ state }) => state),
    ['signing', 'signing'],
  );
  await keys.rotate({ ...rotation, overlapDays: 0 });
  assert.deepEqual(states(keys), [
    [3, 'signing'],
    [2, 'verifying'],
    [1, 'verifying'],
  ]);
});

test('a clock that was put back brings no retired key back', async (t) => {
  const { open, advance } = setUp(t);
  await (await open()).rotate({ ...rotation, overlapDays: 0 });
  advance(-300);
  assert.deepEqual(states(await open()), [
    [2, 'signing'],
    [1, 'verifying'],
  ]);
});

test('only so many keys sign at a time; without an overlap there is always room', async (t) => {
  const { open } = setUp(t);
  const keys = await open();
  for (let count = 1; count < limits.signingKeysMax; count += 1) await keys.rotate(rotation);
  await assert.rejects(keys.rotate(rotation), {
    message:
      /8 keys sign already, and at most 8 may: wait for the end of one, or rotate with an overlap of 0/,
  });
  assert.equal(parseNote(signed(keys, 1)).signatures.length, limits.signingKeysMax);
  await keys.rotate({ ...rotation, overlapDays: 0 });
  assert.equal(parseNote(signed(keys, 2)).signatures.length, 1);
});

test('an earlier end stays where a later overlap would reach beyond it', async (t) => {
  const { open, advance } = setUp(t);
  const keys = await open();
  await keys.rotate({ ...rotation, overlapDays: 10 });
  await keys.rotate({ ...rotation, overlapDays: 50 });
  advance(20);
  assert.deepEqual(
    keys.list(origin).map(({ state }) => state),
    ['signing', 'signing', 'verifying'],
  );
});

test('rotations at the same time follow each other', async (t) => {
  const { open } = setUp(t);
  const keys = await open();
  const made = await Promise.all([keys.rotate(rotation), keys.rotate(rotation), keys.rotate(rotation)]);
  assert.deepEqual(
    made.flat().map(({ number }) => number),
    [2, 3, 4],
  );
  assert.equal(new Set(keys.list(origin).map(({ fingerprint }) => fingerprint)).size, 4);
});

test('no key signs before it is told of, and a crash while it is told leaves none in silence', async (t) => {
  const { open, folder } = setUp(t);
  await open();
  const crashed = keysRig(mkdtempSync(join(tmpdir(), 'hansard-log-keys-')));
  t.after(() => discard(crashed));
  const keys: LogKeys = await open({
    record: async () => {
      assert.deepEqual(states(keys), [[1, 'signing']]);
      cpSync(folder, crashed.folder, { recursive: true });
    },
  });
  const [made] = await keys.rotate({ ...rotation, overlapDays: 0 });
  const next = await crashed.open();
  assert.deepEqual(
    crashed.told.map(({ what, number, by }) => [what, number, by]),
    [
      ['made', 2, null],
      ['retired', 1, null],
    ],
  );
  assert.equal(crashed.told[0]?.fingerprint, made?.fingerprint, 'the same key, so the same event');
  assert.deepEqual(next.list(origin), keys.list(origin));
  await crashed.open();
  assert.equal(crashed.told.length, 2);
});

test('the same holds for the first key', async (t) => {
  const { open, folder } = setUp(t);
  const crashed = keysRig(mkdtempSync(join(tmpdir(), 'hansard-log-keys-')));
  t.after(() => discard(crashed));
  const keys = await open({ record: async () => cpSync(folder, crashed.folder, { recursive: true }) });
  assert.deepEqual((await crashed.open()).list(origin), keys.list(origin));
  assert.deepEqual(
    crashed.told.map(({ what, number }) => [what, number]),
    [['made', 1]],
  );
});

test('where a rotation cannot be told, nothing has changed', async (t) => {
  const { open, told } = setUp(t);
  await open();
  let isBusy = true;
  const record = async (): Promise<void> => {
    if (isBusy) throw new AppError('ServiceUnavailable', ['busy']);
  };
  const keys = await open({ record });
  await assert.rejects(keys.rotate(rotation), /busy/);
  assert.deepEqual(states(keys), [[1, 'signing']]);
  assert.deepEqual((await open()).list(origin), keys.list(origin));
  assert.equal(told.length, 1);
  isBusy = false;
  assert.deepEqual(
    (await keys.rotate(rotation)).map(({ number }) => number),
    [2],
  );
});

test('an overlap is a whole number of days within bounds', async (t) => {
  const { open } = setUp(t);
  const keys = await open();
  for (const overlapDays of [-1, 0.5, limits.keyOverlapDaysMax + 1, Number.NaN]) {
    await assert.rejects(
      keys.rotate({ ...rotation, overlapDays }),
      /whole number of days from 0 to 365, not/,
    );
  }
  assert.equal(keys.list(origin).length, 1);
});

test('the environment brings the key: no file is made, and rotating is its matter', async (t) => {
  const { open, folder, told } = setUp(t);
  const pem = newPem();
  const keys = await open({ environmentKey: pem.replaceAll('\n', '\\n') });
  assert.deepEqual(readdirSync(folder), ['log-keys.json']);
  assert.deepEqual(verifyingNumbers(keys, signed(keys, 1)), [1]);
  await assert.rejects(keys.rotate(rotation), /HANSARD_LOG_KEY/);
  assert.ok(!readFileSync(join(folder, 'log-keys.json'), 'utf8').includes('PRIVATE'));

  const second = newPem();
  const both = await open({ environmentKey: pem + second });
  assert.deepEqual(verifyingNumbers(both, signed(both, 2)), [2, 1]);
  const later = await open({ environmentKey: second });
  assert.deepEqual(states(later), [
    [2, 'signing'],
    [1, 'verifying'],
  ]);
  assert.deepEqual(
    told.map(({ what, number }) => [what, number]),
    [
      ['made', 1],
      ['made', 2],
      ['retired', 1],
    ],
  );
  await assert.rejects(open({ environmentKey: pem + second }), /holds log key 1, which is retired/);
});

test('from files to the environment and back by a file', async (t) => {
  const { open, folder } = setUp(t);
  const before = signed(await open(), 1);
  const pem = newPem();
  await assert.rejects(open({ environmentKey: pem }), {
    message:
      /HANSARD_LOG_KEY holds none of the keys that sign now \(1\): put the next key after the one in use/,
  });
  const inUse = readFileSync(join(folder, 'log-1.pem'), 'utf8');
  assert.deepEqual(states(await open({ environmentKey: inUse + pem })), [
    [2, 'signing'],
    [1, 'signing'],
  ]);
  const keys = await open({ environmentKey: pem });
  assert.deepEqual(states(keys), [
    [2, 'signing'],
    [1, 'verifying'],
  ]);
  assert.deepEqual(verifyingNumbers(keys, before), [1]);
  await assert.rejects(open(), /signing key 2 is neither in .*log-2\.pem nor in HANSARD_LOG_KEY/);
  writeFileSync(join(folder, 'log-2.pem'), pem, { mode: 0o600 });
  assert.deepEqual(states(await open()), states(keys));
});

test('under FIPS ECDSA P-256 signs beside Ed25519, and both are rotated', async (t) => {
  const { open, folder } = setUp(t);
  const plain = await open();
  const keys = await open({ fips: true });
  assert.deepEqual(
    keys.verifierKeys(origin).map(({ type }) => type),
    [ecdsa, ed25519],
  );
  assert.equal(plain.verifierKeys(origin)[0]?.type, ed25519);
  const note = signed(keys, 1);
  assert.equal(parseNote(note).signatures.length, 2);
  assert.deepEqual(verifyingNumbers(keys, note), [2, 1]);
  const made = await keys.rotate({ ...rotation, overlapDays: 0 });
  assert.deepEqual(
    made.map(({ number, algorithm }) => [number, algorithm]),
    [
      [3, 'ed25519'],
      [4, 'ecdsa-p256'],
    ],
  );
  assert.deepEqual(verifyingNumbers(keys, signed(keys, 2)), [4, 3]);
  await assert.rejects(open({ fips: true, environmentKey: newPem() }), /no private key of ECDSA P-256/);
  const inUse = [3, 4].map((number) => readFileSync(join(folder, `log-${number}.pem`), 'utf8')).join('');
  const next = newPem() + newPem('ec');
  await open({ fips: true, environmentKey: inUse + next });
  const brought = await open({ fips: true, environmentKey: next });
  assert.deepEqual(verifyingNumbers(brought, signed(brought, 3)), [6, 5]);
});

test('nothing is signed with another key in place of one that is missing', async (t) => {
  const { open, folder } = setUp(t);
  const keys = await open();
  await keys.rotate(rotation);
  const path = (name: string): string => join(folder, name);
  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    [
      'log-1.pem',
      () => rmSync(path('log-1.pem')),
      /signing key 1 is neither in .*log-1\.pem nor in HANSARD_LOG_KEY/,
    ],
    [
      'log-1.pem',
      () => copyFileSync(path('log-2.pem'), path('log-1.pem')),
      /log-1\.pem is not the log's signing key 1/,
    ],
    [
      'log-1.pem',
      () => writeFileSync(path('log-1.pem'), 'secret text'),
      /log-1\.pem holds something else than/,
    ],
    ['log-1.pem', () => writeFileSync(path('log-1.pem'), ''), /log-1\.pem holds something else than/],
    ['log-keys.json', () => rmSync(path('log-keys.json')), /log-keys\.json is missing beside the keys/],
    [
      'log-keys.json',
      () => writeFileSync(path('log-keys.json'), '{"keys":[{}],"next":null}'),
      /not the list of the log/,
    ],
    ['log-keys.json', () => writeFileSync(path('log-keys.json'), '{"keys":[]'), /not the list of the log/],
  ];
  for (const [name, damage, sentence] of cases) {
    const whole = readFileSync(path(name));
    damage();
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, /secret text/);
      return true;
    });
    writeFileSync(path(name), whole);
  }
  assert.deepEqual((await open()).list(origin), keys.list(origin));
});

test('what the environment brings is not quoted when it is refused', async (t) => {
  const { open } = setUp(t);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const rsaPem = rsa.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const environmentKey of [
    'hunter2',
    '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----',
    rsaPem,
  ]) {
    await assert.rejects(open({ environmentKey }), (error) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /^HANSARD_LOG_KEY holds /);
      assert.ok(!error.message.includes('hunter2') && !error.message.includes(rsaPem.slice(40, 60)));
      return true;
    });
  }
});

test('the public text of a key is the same from its private and its public half', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  assert.equal(publicText(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))), der);
});
