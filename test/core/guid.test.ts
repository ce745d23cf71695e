import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  derivedGuid,
  guidBytes,
  guidText,
  isGuid,
  newGuid,
  pooledRandom,
  systemRandom,
} from '../../src/core/guid.ts';

test('16 bytes and their text are one to one, in either case of letters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = guidText(bytes);
      assert.ok(isGuid(text));
      assert.deepEqual(new Uint8Array(guidBytes(text)), bytes);
      assert.deepEqual(new Uint8Array(guidBytes(text.toUpperCase())), bytes);
    }),
  );
});

test('a view into a larger buffer gives its own bytes', () => {
  const whole = new Uint8Array(32).fill(0xff, 16);
  assert.equal(guidText(whole.subarray(16)), 'ffffffff-ffff-ffff-ffff-ffffffffffff');
});

test('a new guid is of version 7 and begins with the time', () => {
  const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(times, fc.uint8Array({ minLength: 10, maxLength: 10 }), (millis, random) => {
      const guid = newGuid(millis, () => random);
      assert.match(guid, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(Number.parseInt(guid.replaceAll('-', '').slice(0, 12), 16), millis);
    }),
  );
});

test('new guids differ, and a later millisecond sorts later', () => {
  const guids = new Set(Array.from({ length: 1000 }, () => newGuid(1, systemRandom)));
  assert.equal(guids.size, 1000);
  assert.ok(newGuid(1) < newGuid(2));
});

test('only the 36-character form is a guid', () => {
  assert.ok(isGuid('A8F6F996-2C4A-5B23-B39B-2271F648582F'));
  for (const text of [
    '',
    'a8f6f9962c4a5b23b39b2271f648582f',
    '{a8f6f996-2c4a-5b23-b39b-2271f648582f}',
    'a8f6f996-2c4a-5b23-b39b-2271f648582f\n',
    'g8f6f996-2c4a-5b23-b39b-2271f648582f',
  ]) {
    assert.ok(!isGuid(text), JSON.stringify(text));
  }
});

test('a pool hands out every byte of its source once, in pieces of any length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 })),
      fc.integer({ min: 1, max: 64 }),
      (lengths, pool) => {
        let next = 0;
        const random = pooledRandom((length) => Uint32Array.from({ length }, () => next++) as never, pool);
        const given = lengths.flatMap((length) => {
          const piece = [...random(length)];
          assert.equal(piece.length, length);
          return piece;
        });
        assert.equal(new Set(given).size, given.length);
      },
    ),
  );
});

test('a derived guid is of version 8, and the same for the same alone', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.array(fc.string()), (one, other) => {
      const guid = derivedGuid(one);
      assert.match(guid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(derivedGuid(other) === guid, JSON.stringify(other) === JSON.stringify(one));
    }),
  );
});
