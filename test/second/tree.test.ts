import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  consistencyProof,
  inclusionPath,
  leafHash,
  root,
  rootOfInclusion,
  rootsOfConsistency,
} from './tree.ts';
import { entriesOf, rootByRows } from './writer.ts';

/** The eight entries that implementations of RFC 6962 test with. */
const known = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

/** The root of the first 0, 1, ... 8 of them. */
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const hexOf = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('hex'));

test('the known tree has the known roots', () => {
  for (const [size, hash] of roots.entries()) {
    assert.equal(root(known.slice(0, size)).toString('hex'), hash, `size ${size}`);
  }
});

test('the known tree has the known inclusion path and consistency proof', () => {
  assert.deepEqual(hexOf(inclusionPath(known, 5)), [
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    roots[4],
  ]);
  assert.deepEqual(hexOf(consistencyProof(known, 6)), [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    roots[4],
  ]);
});

test('recursion from above and rows from below give the same root', () => {
  for (const n of [...Array(70).keys(), 255, 256, 257, 600]) {
    const entries = entriesOf(n);
    assert.deepEqual(root(entries), rootByRows(entries), `size ${n}`);
  }
});

test('every inclusion path of every small tree leads to its root, and to no other place', () => {
  for (let n = 1; n <= 20; n += 1) {
    const entries = entriesOf(n);
    const top = root(entries);
    for (const [index, entry] of entries.entries()) {
      const path = inclusionPath(entries, index);
      assert.deepEqual(rootOfInclusion(leafHash(entry), index, n, path), top);
      for (let other = 0; other < n; other += 1) {
        const there = rootOfInclusion(leafHash(entry), other, n, path);
        assert.equal(there?.equals(top) === true, other === index, `${index} as ${other} of ${n}`);
      }
    }
  }
});

test('every consistency proof of every small tree leads to both roots', () => {
  for (let n = 1; n <= 20; n += 1) {
    const entries = entriesOf(n);
    for (let m = 1; m <= n; m += 1) {
      const old = root(entries.slice(0, m));
      const proof = consistencyProof(entries, m);
      assert.deepEqual(rootsOfConsistency(m, n, old, proof), { old, new: root(entries) }, `${m} to ${n}`);
      assert.equal(rootsOfConsistency(m, n, old, [...proof, old]), undefined);
      if (m < n) assert.equal(rootsOfConsistency(m, n, old, proof.slice(1)), undefined);
    }
  }
});

test('a proof with one changed hash leads elsewhere', () => {
  const sizes = fc.integer({ min: 2, max: 64 });
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.nat(), (n, a, b, c) => {
      const entries = entriesOf(n);
      const top = root(entries);
      const index = a % n;
      const entry = entries[index] ?? Buffer.alloc(0);
      const change = (hashes: readonly Buffer[]): Buffer[] =>
        hashes.map((hash, i) => {
          const copy = Buffer.from(hash);
          if (i === b % hashes.length) copy.writeUInt8(copy.readUInt8(c % 32) ^ 1, c % 32);
          return copy;
        });
      const found = rootOfInclusion(leafHash(entry), index, n, change(inclusionPath(entries, index)));
      assert.notDeepEqual(found, top);

      const m = 1 + (a % (n - 1));
      const old = root(entries.slice(0, m));
      const led = rootsOfConsistency(m, n, old, change(consistencyProof(entries, m)));
      assert.notDeepEqual(led, { old, new: top });
    }),
  );
});

test('there is no proof for what is not in the tree', () => {
  assert.throws(() => inclusionPath(known, 8), /entry 8 is not in 8 entries/);
  assert.throws(() => inclusionPath([], 0), /entry 0 is not in 0 entries/);
  assert.throws(() => consistencyProof(known, 0), /0 is no earlier size of 8/);
  assert.throws(() => consistencyProof(known, 9), /9 is no earlier size of 8/);
  assert.equal(rootOfInclusion(leafHash(Buffer.alloc(0)), 1, 1, []), undefined);
  assert.equal(rootsOfConsistency(2, 1, Buffer.alloc(32), []), undefined);
});
