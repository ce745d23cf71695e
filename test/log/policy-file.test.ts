import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AppError } from '../../src/core/error.ts';
import { canDoWithout, policyText, readPolicyFile, witnessPolicy } from '../../src/log/policy-file.ts';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { ed25519Signer, formatVerifierKey } from '../../src/merkle/note.ts';
import { parsePolicy } from '../../src/merkle/policy.ts';

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

const a = formatVerifierKey(ed25519Cosigner('a.test', newKey()).key);
const b = formatVerifierKey(ed25519Cosigner('b.test', newKey()).key);
const log = formatVerifierKey(ed25519Signer('log.test/1', newKey()).key);
const next = formatVerifierKey(ed25519Signer('log.test/1', newKey()).key);

test('a file is read, and everything in it but logs goes into the policy that readers get', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-policy-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'witness.policy');
  const witnesses = `# ours\n\twitness a\t${a} https://a.test/w\nwitness b ${b}\ngroup g any a b\nquorum g\n`;
  writeFileSync(path, `log ${log}\n  log ${next} https://log.test\n${witnesses}`);
  const { policy, text } = readPolicyFile(path);
  assert.deepEqual(
    policy.witnesses.map(({ name, url }) => [name, url]),
    [
      ['a', 'https://a.test/w'],
      ['b', null],
    ],
  );
  assert.equal(text, witnesses);

  const given = parsePolicy(policyText([next, log], 'https://audit.test/log', text));
  assert.deepEqual(
    given.logs.map(({ key, url }) => [formatVerifierKey(key), url]),
    [
      [next, 'https://audit.test/log'],
      [log, 'https://audit.test/log'],
    ],
  );
  assert.deepEqual([given.witnesses, given.quorum], [policy.witnesses, policy.quorum]);
});

test('without witnesses readers get a policy without a quorum; an address may be unknown', () => {
  const given = parsePolicy(policyText([log], null, null));
  assert.deepEqual(given.quorum, { kind: 'none' });
  assert.deepEqual(
    given.logs.map(({ url }) => url),
    [null],
  );
});

test('what a server cannot ask its witnesses by is refused in a sentence that names the file', (t) => {
  const group = `witness a ${a} https://a.test\nwitness b ${b}\n`;
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /^p: the policy has no line "quorum/],
    ['quorum none\nwitness\n', /^p: line 2 of the policy: a witness is defined by/],
    [
      `witness a ${a}\nquorum a\n`,
      /^p: its quorum cannot be met, for too few of its witnesses have an address/,
    ],
    [`${group}group g all a b\nquorum g\n`, /too few of its witnesses/],
    [`witness a ${a} a.test\nquorum a\n`, /^p: the address of witness a is not one like https/],
    [`witness a ${a} ftp://a.test\nquorum a\n`, /the address of witness a/],
    [`witness a ${a} http://a.test\nquorum a\n`, /the address of witness a/],
    [`witness a ${a} https://u:p@a.test\nquorum a\n`, /the address of witness a/],
    [`witness a ${a} https://a.test/?x\nquorum a\n`, /the address of witness a/],
  ];
  for (const [text, sentence] of cases) {
    assert.throws(
      () => witnessPolicy(text, 'p'),
      (error) => error instanceof AppError && sentence.test(error.message),
      text,
    );
  }
  assert.equal(witnessPolicy(`${group}group g any a b\nquorum g\n`, 'p').policy.witnesses.length, 2);
  const loopback = witnessPolicy(`witness a ${a} http://127.0.0.1:1\nquorum a\n`, 'p');
  assert.equal(canDoWithout(loopback, []), true);
  assert.equal(canDoWithout(loopback, ['a']), false, 'one whose word the quorum needs');
  assert.equal(canDoWithout(witnessPolicy(`witness a ${a} https://a.test\nquorum none\n`, 'p'), ['a']), true);
  assert.equal(witnessPolicy(`witness a ${a}\nquorum none\n`, 'p').policy.witnesses.length, 1);

  const folder = mkdtempSync(join(tmpdir(), 'hansard-policy-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'p'), Buffer.of(0x23, 0xff, 0x0a));
  assert.throws(() => readPolicyFile(join(folder, 'p')), /is not UTF-8 text/);
  assert.throws(() => readPolicyFile(join(folder, 'missing')), { code: 'ENOENT' });
});
