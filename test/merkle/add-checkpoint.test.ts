import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatAddCheckpoint,
  parseAddCheckpoint,
  parseCosignatures,
} from '../../src/merkle/add-checkpoint.ts';
import { openCheckpoint } from '../../src/merkle/checkpoint.ts';
import { base64 } from '../../src/merkle/field.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import { parseNote, parseVerifierKey, signatureLine, verifiedBy } from '../../src/merkle/note.ts';
import { verifyConsistency } from '../../src/merkle/proof.ts';
import { cosigned, monkeys } from './vectors.ts';

const zero = base64(new Uint8Array(32));

test('the example request of the specification is read', () => {
  const signatures = [
    'Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=',
    'opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=',
  ];
  const body = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa ${signatures[0]}
— example.com/behind-the-sofa ${signatures[1]}
`;
  const request = parseAddCheckpoint(body);
  assert.equal(request.oldSize, 20_852_014);
  assert.equal(request.proof.length, 4);
  assert.equal(parseNote(request.note).signatures.length, 2);
  assert.equal(formatAddCheckpoint(request.oldSize, request.proof, request.note), body);
});

test('the example answer of the specification is read', () => {
  const lines = [
    'CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==',
    'I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==',
  ].map((signature) => `— witness.example/w1 ${signature}\n`);
  const signatures = parseCosignatures(lines.join(''));
  assert.deepEqual(signatures.map(signatureLine), lines);
  for (const body of ['', '\n', lines.join('').slice(0, -1), `\n${lines[0]}`, 'not found\n']) {
    assert.throws(() => parseCosignatures(body), Malformed);
  }
});

test('a witness reads what a log wrote, and the log what the witness answers', () => {
  const proof = monkeys.proof.map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
  const request = parseAddCheckpoint(formatAddCheckpoint(5, proof, monkeys.to));
  assert.deepEqual(request, { oldSize: 5, proof, note: monkeys.to });
  const key = parseVerifierKey(monkeys.key);
  const old = openCheckpoint(monkeys.from, [key]);
  const now = openCheckpoint(request.note, [key]);
  assert.ok(verifyConsistency(request.oldSize, old.root, now.size, now.root, request.proof));

  const witness = parseVerifierKey(cosigned.witnessKey);
  const note = { text: cosigned.text, signatures: parseCosignatures(cosigned.witnessLine) };
  assert.deepEqual(verifiedBy(note, [witness]), [witness]);
});

test('a request is read as it was written', () => {
  const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 });
  fc.assert(
    fc.property(fc.nat(8), hashes, (oldSize, proof) => {
      const body = formatAddCheckpoint(oldSize, proof, monkeys.to);
      assert.deepEqual(parseAddCheckpoint(body), { oldSize, proof, note: monkeys.to });
    }),
  );
});

test('whatever is read as a request would be written the same', () => {
  const written = `old 5\n${zero}\n\n${monkeys.to}`;
  const pieces = fc.constantFrom('', '\n', '0', ' ', '=', 'old 1\n', `${zero}\n`, '\r', 'é');
  fc.assert(
    fc.property(fc.nat(written.length), fc.nat(3), pieces, (at, cut, piece) => {
      const body = `${written.slice(0, at)}${piece}${written.slice(at + cut)}`;
      try {
        const { oldSize, proof, note } = parseAddCheckpoint(body);
        assert.equal(formatAddCheckpoint(oldSize, proof, note), body);
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what is no request is refused, with a reason', () => {
  for (const [body, reason] of [
    ['', /no empty line before its checkpoint/],
    ['old 5\n', /no empty line before its checkpoint/],
    [`5\n\n${monkeys.to}`, /the first line is "5", not "old <size>"/],
    [`old  5\n\n${monkeys.to}`, /the old size is " 5"/],
    [`old 05\n\n${monkeys.to}`, /the old size is "05"/],
    [`old -1\n\n${monkeys.to}`, /the old size is "-1"/],
    [`old 9\n\n${monkeys.to}`, /the old size is 9, larger than the checkpoint's 8/],
    [`old 5\nAAAA\n\n${monkeys.to}`, /hash 1 of the proof is of 3 bytes/],
    [`old 5\n${`${zero}\n`.repeat(64)}\n${monkeys.to}`, /more than 63/],
    [`old 5\n${`${zero}\n`.repeat(5_000)}\n${monkeys.to}`, /more than 63/],
    ['old 5\n\nmonkeys\n8\n', /no empty line between/],
    [`old 5\n\n${monkeys.to.replace('\n8\n', '\n08\n')}`, /the tree size/],
  ] as const) {
    assert.throws(
      () => parseAddCheckpoint(body),
      (error) => error instanceof Malformed && reason.test(error.message),
      body.slice(0, 300),
    );
  }
});
