import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64, proofText, readBase64, readDecimal, readHash, readProof } from '../../src/merkle/field.ts';
import { Malformed } from '../../src/merkle/malformed.ts';

test('numbers are read from their one spelling', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      assert.equal(readDecimal(String(value), 'it'), value);
    }),
  );
  for (const text of [
    '',
    '00',
    '01',
    '-1',
    '+1',
    '1.0',
    '1e3',
    ' 1',
    '1 ',
    '1\n',
    '٣',
    '9007199254740992',
    '0x10',
  ]) {
    assert.throws(
      () => readDecimal(text, 'the size'),
      /^Malformed: the size is .*, not a decimal without leading zeros/,
      text,
    );
  }
});

test('base64 is read from its one spelling', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(readBase64(base64(bytes), 'it'), bytes);
    }),
  );
  for (const text of [
    'A',
    'AA',
    'AA=',
    'AAA',
    'AA==\n',
    'A A==',
    'AB==',
    'AAB=',
    '-_-_',
    'AA==AA==',
    '====',
    'é',
  ]) {
    assert.throws(() => readBase64(text, 'it'), /not standard base64 with padding/, text);
  }
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      try {
        assert.equal(base64(readBase64(text, 'it')), text);
      } catch (error) {
        assert.ok(error instanceof Malformed);
      }
    }),
  );
});

test('base64 of a view is of that view alone', () => {
  assert.equal(base64(Uint8Array.of(9, 1, 2, 9).subarray(1, 3)), 'AQI=');
});

test('a hash has 32 bytes', () => {
  for (const length of [0, 31, 33, 64]) {
    assert.throws(
      () => readHash(base64(new Uint8Array(length)), 'the root'),
      /the root is of \d+ bytes, not 32/,
    );
  }
});

test('a proof is read as it was written, up to 63 hashes', () => {
  const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 63 });
  const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
  fc.assert(
    fc.property(hashes, (proof) => {
      assert.deepEqual(readProof(linesOf(proofText(proof))), proof);
    }),
    { numRuns: 30 },
  );
  const tooMany = proofText(Array.from({ length: 64 }, () => new Uint8Array(32)));
  assert.throws(() => readProof(linesOf(tooMany)), /64 hashes, more than 63/);
  assert.throws(() => readProof([base64(new Uint8Array(32)), 'x']), /hash 2 of the proof/);
});
