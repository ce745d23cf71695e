import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyRoot, hashBytes, leafHash, nodeHash, sameHash } from '../../src/merkle/hash.ts';
import { referenceLeaf, referenceNode } from './reference.ts';

const hashes = fc.uint8Array({ minLength: hashBytes, maxLength: hashBytes });

test('leaves and nodes are hashed as RFC 6962 says', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (entry) => {
      assert.deepEqual(leafHash(entry), referenceLeaf(entry));
    }),
  );
  fc.assert(
    fc.property(hashes, hashes, (left, right) => {
      assert.deepEqual(nodeHash(left, right), referenceNode(left, right));
    }),
  );
});

test('entries around the longest of a bundle, and beyond, are hashed whole', () => {
  for (const length of [65_534, 65_535, 65_536, 200_000]) {
    const entry = new Uint8Array(length).fill(7);
    assert.deepEqual(leafHash(entry), referenceLeaf(entry), `${length} bytes`);
  }
});

test('a hash stays what it was when the next one is made', () => {
  const first = leafHash(Uint8Array.of(1));
  const copy = new Uint8Array(first);
  leafHash(Uint8Array.of(2));
  nodeHash(first, first);
  assert.deepEqual(first, copy);
});

test('a node of anything but two hashes is a defect', () => {
  for (const length of [0, 31, 33]) {
    assert.throws(() => nodeHash(emptyRoot, new Uint8Array(length)), /two hashes of 32 bytes/);
    assert.throws(() => nodeHash(new Uint8Array(length), emptyRoot), /two hashes of 32 bytes/);
  }
});

test('the root of an empty tree is SHA-256 of nothing', () => {
  const hex = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  assert.equal(Buffer.from(emptyRoot).toString('hex'), hex);
});

test('hashes are the same when all bytes are', () => {
  fc.assert(
    fc.property(hashes, fc.nat(hashBytes - 1), fc.integer({ min: 1, max: 255 }), (hash, place, change) => {
      const other = hash.map((byte, at) => (at === place ? byte ^ change : byte));
      assert.ok(sameHash(hash, new Uint8Array(hash)));
      assert.ok(!sameHash(hash, other));
      assert.ok(!sameHash(hash, hash.subarray(1)));
    }),
  );
});
