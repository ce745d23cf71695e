import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyRoot, type Hash, leafHash } from '../../src/merkle/hash.ts';
import { CompactRange, type Node, rootNodes } from '../../src/merkle/tree.ts';
import { ReferenceTree, SparseTree } from './reference.ts';
import { ctEntries, ctRoots } from './vectors.ts';

const sizeMax = 300;
const entries = Array.from({ length: sizeMax }, (_, index) => Buffer.from(`entry ${index}`));
const reference = new ReferenceTree(entries);

test('the roots are those that Certificate Transparency is tested with', () => {
  const range = new CompactRange();
  const roots = [range.root()];
  for (const entry of ctEntries) {
    range.add(leafHash(entry));
    roots.push(range.root());
  }
  assert.deepEqual(
    roots.map((root) => Buffer.from(root).toString('hex')),
    ctRoots,
  );
});

test('the root is MTH of RFC 6962, for every size', () => {
  const range = new CompactRange();
  for (const [index, entry] of entries.entries()) {
    assert.equal(range.size, index);
    range.add(leafHash(entry));
    assert.deepEqual(range.root(), reference.mth(0, index + 1), `size ${index + 1}`);
  }
});

test('every perfect subtree above the leaves is told once, when its last leaf comes, lowest first', () => {
  const told: { node: Node; hash: Hash; size: number }[] = [];
  const range = new CompactRange();
  for (const entry of entries) {
    const size = range.size + 1;
    range.add(leafHash(entry), (node, hash) => told.push({ node, hash, size }));
  }
  const expected = entries.flatMap((_, index) =>
    Array.from({ length: 9 }, (_, at) => ({ level: at + 1, size: index + 1 }))
      .filter(({ level, size }) => size % 2 ** level === 0)
      .map(({ level, size }) => {
        const node = { level, index: size / 2 ** level - 1 };
        return { node, hash: reference.node(node), size };
      }),
  );
  assert.deepEqual(told, expected);
});

test('a range that is begun from the hashes of its root nodes goes on like the first', () => {
  for (let size = 0; size < sizeMax; size += 7) {
    const range = new CompactRange(
      size,
      rootNodes(size).map((node) => reference.node(node)),
    );
    assert.deepEqual(range.root(), reference.mth(0, size));
    for (const entry of entries.slice(size, size + 20)) range.add(leafHash(entry));
    assert.deepEqual(range.root(), reference.mth(0, range.size), `from ${size} to ${range.size}`);
  }
});

test('root nodes are perfect, side by side from 0 to the size, largest first', () => {
  const sizes = fc.oneof(fc.nat(2_000), fc.maxSafeNat());
  fc.assert(
    fc.property(sizes, (size) => {
      let end = 0n;
      let level = 54;
      for (const node of rootNodes(size)) {
        const width = 2n ** BigInt(node.level);
        assert.ok(node.level < level);
        assert.equal(BigInt(node.index) * width, end);
        end += width;
        level = node.level;
      }
      assert.equal(end, BigInt(size));
    }),
  );
});

test('a tree of any size that a number can hold takes another leaf', () => {
  const marks = fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(marks, (marked) => {
      const size = Math.max(1, Math.max(...marked) - 1);
      const tree = new SparseTree(marked);
      const range = new CompactRange(
        size,
        rootNodes(size).map((node) => tree.node(node)),
      );
      assert.deepEqual(range.root(), tree.root(size));
      range.add(tree.leaf(size), (node, hash) => assert.deepEqual(hash, tree.node(node)));
      assert.deepEqual(range.root(), tree.root(size + 1));
    }),
  );
});

test('hashes that do not fit the size, and sizes that are none, are defects', () => {
  assert.throws(() => new CompactRange(3, [emptyRoot]), /a tree of 3/);
  assert.throws(() => new CompactRange(0, [emptyRoot]), /a tree of 0/);
  for (const size of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => rootNodes(size), /whole number/);
});
