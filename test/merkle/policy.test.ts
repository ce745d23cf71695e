import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCheckpoint } from '../../src/merkle/checkpoint.ts';
import { ed25519Cosigner, mlDsa44Cosigner } from '../../src/merkle/cosignature.ts';
import { emptyRoot } from '../../src/merkle/hash.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import {
  ecdsaSigner,
  ed25519Signer,
  formatVerifierKey,
  type Note,
  NoteRefused,
  type NoteSignature,
} from '../../src/merkle/note.ts';
import { meets, parsePolicy } from '../../src/merkle/policy.ts';
import { ed25519Key, mlDsaKey, p256Key } from './keys.ts';

const origin = 'log.example/1';
const text = formatCheckpoint({ origin, size: 0, root: emptyRoot, extensions: [] });
const log = ed25519Signer(origin, ed25519Key(1));
const otherLog = ed25519Signer('log.example/2', ed25519Key(2));
const logKey = formatVerifierKey(log.key);
const otherLogKey = formatVerifierKey(otherLog.key);

const witnesses = Array.from({ length: 6 }, (_, at) =>
  ed25519Cosigner(`witness.example/${at + 1}`, ed25519Key(at + 10)),
);
const keys = witnesses.map((witness) => formatVerifierKey(witness.key));
const cosignatures = witnesses.map((witness) => witness.cosign(text, 1_700_000_000));
const [k1, k2, k3] = keys;

/** The checkpoint, signed by the log and cosigned by the witnesses with these numbers (from 1). */
function cosignedBy(...numbers: readonly number[]): Note {
  return {
    text,
    signatures: [log.sign(text), ...numbers.map((number) => cosignatures[number - 1] ?? assert.fail())],
  };
}

/** The example of the specification. */
const example = `log ${logKey}

witness X1 ${keys[0]}
witness X2 ${keys[1]}
witness X3 ${keys[2]}
group X-witnesses 2 X1 X2 X3

witness Y1 ${keys[3]}
witness Y2 ${keys[4]}
witness Y3 ${keys[5]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

test('the example of the specification asks for two of X and one of Y', () => {
  const policy = parsePolicy(example);
  assert.deepEqual(policy.logs, [{ key: log.key, url: null }]);
  assert.deepEqual(
    policy.witnesses.map((witness) => witness.name),
    ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'],
  );
  assert.deepEqual(meets(policy, cosignedBy(1, 3, 5)), {
    met: true,
    cosigners: ['X1', 'X3', 'Y2'],
    missing: '',
  });
  assert.ok(meets(policy, cosignedBy(1, 2, 3, 4, 5, 6)).met);
  assert.deepEqual(meets(policy, cosignedBy(2, 4)), {
    met: false,
    cosigners: ['X2', 'Y1'],
    missing: '1 of (a cosignature by "X1", a cosignature by "X3")',
  });
  assert.equal(
    meets(policy, cosignedBy(1)).missing,
    [
      '1 of (a cosignature by "X2", a cosignature by "X3") and ',
      '1 of (a cosignature by "Y1", a cosignature by "Y2", a cosignature by "Y3")',
    ].join(''),
  );
  assert.equal(
    meets(policy, { text, signatures: [cosignatures[3] ?? assert.fail()] }).missing,
    [
      'a signature by the log "log.example/1" with a trusted key of that name; ',
      '2 of (a cosignature by "X1", a cosignature by "X2", a cosignature by "X3")',
    ].join(''),
  );
});

test('a quorum is met exactly when the rule says so', () => {
  const draws = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { maxLength: 4 });
  fc.assert(
    fc.property(draws, fc.nat(), fc.subarray([1, 2, 3, 4, 5, 6]), (groups, last, signed) => {
      const lines = keys.map((key, at) => `witness w${at + 1} ${key}`);
      const free = keys.map((_, at) => `w${at + 1}`);
      const rules = new Map<string, (signed: ReadonlySet<string>) => boolean>(
        free.map((name) => [name, (by) => by.has(name)]),
      );
      for (const [at, [from, count, threshold]] of groups.entries()) {
        if (free.length === 0) break;
        const members = free.splice(from % free.length, 1 + (count % 3));
        const k = 1 + (threshold % members.length);
        const name = `g${at}`;
        lines.push(`group ${name} ${k} ${members.join(' ')}`);
        rules.set(name, (by) => members.filter((member) => rules.get(member)?.(by)).length >= k);
        free.push(name);
      }
      const names = [...rules.keys()];
      const quorum = names[last % names.length] ?? assert.fail();
      const policy = parsePolicy(`log ${logKey}\n${lines.join('\n')}\nquorum ${quorum}\n`);
      const verdict = meets(policy, cosignedBy(...signed));
      assert.equal(verdict.met, rules.get(quorum)?.(new Set(signed.map((number) => `w${number}`))));
      assert.equal(verdict.missing === '', verdict.met);
      assert.deepEqual(
        verdict.cosigners,
        signed.map((number) => `w${number}`),
      );
    }),
    { numRuns: 200 },
  );
});

test('the log that signed must be listed, and have the checkpoint’s origin as its name', () => {
  const policy = parsePolicy(`log ${otherLogKey}\nlog ${logKey} https://log.example/\nquorum none\n`);
  assert.equal(policy.logs[1]?.url, 'https://log.example/');
  assert.deepEqual(policy.quorum, { kind: 'none' });
  assert.ok(meets(policy, cosignedBy()).met);
  const byOther = { text, signatures: [otherLog.sign(text)] };
  const missing = 'a signature by the log "log.example/1" with a trusted key of that name';
  assert.deepEqual(meets(policy, byOther), { met: false, cosigners: [], missing });
  const onlyOther = parsePolicy(`log ${otherLogKey}\nquorum none\n`);
  assert.ok(!meets(onlyOther, cosignedBy(), [log.key]).met, 'a policy with logs takes no others');
});

test('a policy without logs takes those that are known otherwise', () => {
  const policy = parsePolicy(`witness w ${k1}\nquorum w\n`);
  assert.ok(!meets(policy, cosignedBy(1)).met);
  assert.ok(meets(policy, cosignedBy(1), [otherLog.key, log.key]).met);
  assert.ok(!meets(policy, cosignedBy(), [log.key]).met);
  assert.ok(!meets(policy, cosignedBy(1), [otherLog.key]).met);
});

test('a wrong signature of any known key refuses the note, needed or not; strangers are ignored', () => {
  const policy = parsePolicy(`log ${logKey}\nwitness w1 ${k1}\nwitness w2 ${k2}\nquorum w1\n`);
  const note = cosignedBy(1, 3);
  assert.ok(meets(policy, note).met);
  const spoil = (signature: NoteSignature): NoteSignature => ({
    ...signature,
    bytes: signature.bytes.map((byte) => byte ^ 1),
  });
  for (const number of [0, 1]) {
    const signatures = cosignedBy(1, 2).signatures.map((each, at) =>
      at === number * 2 ? spoil(each) : each,
    );
    assert.throws(() => meets(policy, { text, signatures }), NoteRefused);
  }
  const strange = { ...note, signatures: [...note.signatures, spoil(otherLog.sign(text))] };
  assert.ok(meets(policy, strange).met);
  assert.throws(() => meets(policy, { ...note, text: 'no checkpoint\n' }), Malformed);
});

test('a cosignature in the name of the origin is no signature of the log', () => {
  const witness = ed25519Cosigner(origin, ed25519Key(3));
  const note = { text, signatures: [witness.cosign(text, 1_700_000_000)] };
  assert.ok(!meets({ logs: [], witnesses: [], quorum: { kind: 'none' } }, note, [witness.key]).met);
  const policy = parsePolicy(`log ${logKey}\nwitness w ${formatVerifierKey(witness.key)}\nquorum w\n`);
  assert.ok(!meets(policy, note).met);
});

test('logs sign as logs do, witnesses with cosignatures', () => {
  const ecdsa = ecdsaSigner(origin, p256Key);
  const policy = parsePolicy(`log ${formatVerifierKey(ecdsa.key)}\nquorum none\n`);
  assert.ok(meets(policy, { text, signatures: [ecdsa.sign(text)] }).met);
  if (mlDsaKey === null) return;
  const mlDsa = mlDsa44Cosigner('witness.example/pq', mlDsaKey);
  const key = formatVerifierKey(mlDsa.key);
  const quantum = parsePolicy(`log ${logKey}\nwitness pq ${key}\nquorum pq\n`);
  assert.ok(meets(quantum, { text, signatures: [log.sign(text), mlDsa.cosign(text, 0)] }).met);
});

test('blanks, comments, tabs, urls and names like keywords are taken', () => {
  const policy = parsePolicy(
    `\n# comment\n\t # another\u00e9\n\twitness \t all  ${k1}   https://w1.example/  \n\n` +
      `witness any ${k2}\ngroup group 2 all any\n  quorum\tgroup \n#`.concat('\n'),
  );
  assert.deepEqual(
    policy.witnesses.map(({ name, url }) => [name, url]),
    [
      ['all', 'https://w1.example/'],
      ['any', null],
    ],
  );
  assert.ok(meets(policy, cosignedBy(1, 2), [log.key]).met);
  assert.ok(!meets(policy, cosignedBy(2), [log.key]).met);
});

test('names are octets: what looks alike is not the same, and they need not be UTF-8', () => {
  const latin = (octets: string): Uint8Array => Buffer.from(octets, 'latin1');
  const kelvin = `witness K ${k1}\nwitness \u212a ${k2}\ngroup both all K \u212a\nquorum both\n`;
  assert.deepEqual(
    parsePolicy(kelvin).witnesses.map((witness) => witness.name),
    ['K', '\u212a'],
  );
  const policy = parsePolicy(latin(`witness w\x80 ${k1}\nwitness w\x81 ${k2}\nquorum w\x81\n`));
  assert.ok(meets(policy, cosignedBy(2), [log.key]).met);
  assert.ok(!meets(policy, cosignedBy(1), [log.key]).met);
  assert.throws(() => parsePolicy(latin(`log \xff+${logKey}\nquorum none\n`)), /line 1 .* not valid UTF-8/);
  // A key's own name is UTF-8.
  const named = ed25519Signer('log.example/\u00e9', ed25519Key(1));
  const [only] = parsePolicy(`log ${formatVerifierKey(named.key)}\nquorum none\n`).logs;
  assert.deepEqual(only?.key, named.key);
});

test('what is no policy is refused, with the line and a reason', () => {
  const sameKey = formatVerifierKey(ed25519Cosigner('impostor.example', ed25519Key(10)).key);
  const sameLog = formatVerifierKey(ed25519Signer('impostor.example', ed25519Key(1)).key);
  const cosigning = formatVerifierKey(ed25519Cosigner(origin, ed25519Key(3)).key);
  const plain = formatVerifierKey(ed25519Signer('witness.example/1', ed25519Key(10)).key);
  const w = `witness w1 ${k1}\nwitness w2 ${k2}\nwitness w3 ${k3}\n`;
  for (const [policy, reason] of [
    ['', /has no line "quorum <name>" or "quorum none"/],
    [w, /has no line "quorum/],
    ['quorum none', /the last line of the policy does not end with a newline/],
    ['quorum none\n\u0001\n', /line 2 .* control character "\\u0001"/],
    ['quorum none\r\n', /line 1 .* control character "\\r"/],
    ['# \u007f\nquorum none\n', /line 1 .* control character/],
    ['quibble w1\nquorum none\n', /line 1 .*: "quibble" is not one of log, witness, group, quorum/],
    ['QUORUM none\n', /"QUORUM" is not one of/],
    ['quorum\u00a0none\n', /line 1 .* is not one of/],
    ['log\nquorum none\n', /line 1 .*: a log is defined by "log <vkey> \[<url>\]"/],
    [`log ${logKey} a b\nquorum none\n`, /a log is defined by/],
    ['log garbage\nquorum none\n', /line 1 .*: the key "garbage" is not/],
    [`log ${logKey}\nlog ${logKey} https://a/\nquorum none\n`, /line 2 .*: another log has the public key/],
    [`log ${logKey}\nlog ${sameLog}\nquorum none\n`, /line 2 .*: another log has the public key/],
    [`log ${cosigning}\nquorum none\n`, /line 1 .*"log\.example\/1" is of type 4, not of a log: 1 or 2/],
    ['witness w1\nquorum none\n', /a witness is defined by/],
    [`witness w1 ${k1} https://a/ # comment\nquorum w1\n`, /line 1 .*: a witness is defined by/],
    [`witness w1 ${plain}\nquorum w1\n`, /is of type 1, not of a witness: 4 or 6/],
    [`witness none ${k1}\nquorum none\n`, /the name "none" has a meaning of its own/],
    [`witness w1 ${k1}\nwitness w1 ${k2}\nquorum w1\n`, /line 2 .*: the name "w1" is taken already/],
    [`witness w1 ${k1}\nwitness w2 ${k1}\nquorum w1\n`, /line 2 .*: another witness has the public key/],
    [`witness w1 ${k1}\nwitness w2 ${sameKey}\nquorum w1\n`, /line 2 .*: another witness has the public key/],
    [`${w}group w1 any w2\nquorum w1\n`, /line 4 .*: the name "w1" is taken already/],
    [`${w}group g\nquorum w1\n`, /a group is defined by/],
    [`${w}group g 1\nquorum w1\n`, /a group is defined by/],
    [`${w}group none any w1\nquorum none\n`, /the name "none" has a meaning of its own/],
    [`${w}group g 0 w1\nquorum g\n`, /the threshold is 0, not from 1 to the 1 members/],
    [`${w}group g 3 w1 w2\nquorum g\n`, /the threshold is 3, not from 1 to the 2 members/],
    [`${w}group g -1 w1\nquorum g\n`, /the threshold is "-1", not a decimal/],
    [`${w}group g 01 w1\nquorum g\n`, /the threshold is "01"/],
    [`${w}group g some w1\nquorum g\n`, /the threshold is "some"/],
    [`${w}group g any w4\nquorum g\n`, /line 4 .*: no line before it defines a witness or a group "w4"/],
    [`group g any w1\n${w}quorum g\n`, /line 1 .*: no line before it defines .* "w1"/],
    [`${w}group g any g\nquorum g\n`, /no line before it defines .* "g"/],
    [`${w}group g any none w1\nquorum g\n`, /no line before it defines .* "none"/],
    [`${w}group g all w1 w1\nquorum g\n`, /line 4 .*: "w1" is a member already/],
    [`${w}group g any w1 w2\ngroup h any w1\nquorum g\n`, /line 5 .*: "w1" is a member already/],
    [`${w}quorum w1\nquorum w1\n`, /line 5 .*: it sets the quorum for a second time/],
    ['quorum unknown\n', /line 1 .*: no line before it defines .* "unknown"/],
    [`quorum w1\n${w}`, /line 1 .*: no line before it defines .* "w1"/],
    ['quorum\n', /the quorum is set by "quorum <name>"/],
    ['quorum none none\n', /the quorum is set by "quorum <name>"/],
    ['#'.repeat(1_048_577), /longer than 1048576 bytes/],
  ] as const) {
    assert.throws(
      () => parsePolicy(policy),
      (error) => error instanceof Malformed && reason.test(error.message),
      policy.slice(0, 300),
    );
  }
});

test('a policy holds a thousand definitions, in chains of any depth', () => {
  const chain = (groups: number): string => {
    const lines = Array.from(
      { length: groups },
      (_, at) => `group g${at + 1} any ${at === 0 ? 'w' : `g${at}`}`,
    );
    return `witness w ${k1}\n${lines.join('\n')}\nquorum g${groups}\n`;
  };
  assert.ok(meets(parsePolicy(chain(999)), cosignedBy(1), [log.key]).met);
  assert.equal(meets(parsePolicy(chain(999)), cosignedBy(), [log.key]).missing, 'a cosignature by "w"');
  assert.throws(() => parsePolicy(chain(1_000)), /line 1001 .*: it is one definition more than the 1000/);
});

test('whatever a policy may hold, it is read or refused', () => {
  const pieces = fc.constantFrom(
    'log ',
    'witness ',
    'group ',
    'quorum ',
    'none',
    '\n',
    'a',
    ' ',
    k1 ?? '',
    logKey,
    'any ',
    '#',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 14 }).map((all) => all.join('')),
        fc.uint8Array(),
      ),
      (policy) => {
        try {
          parsePolicy(policy);
        } catch (error) {
          assert.ok(error instanceof Malformed, String(error));
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
