import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyRoot, type Hash, leafHash } from '../../src/merkle/hash.ts';
import {
  consistencyProof,
  inclusionProof,
  type ReadNodes,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/proof.ts';
import type { Node } from '../../src/merkle/tree.ts';
import { ReferenceTree, referenceConsistency, referenceInclusion, SparseTree } from './reference.ts';
import { ctConsistencies, ctEntries, ctInclusions, ctRoots } from './vectors.ts';

const sizeMax = 300;
const entries = Array.from({ length: sizeMax }, (_, index) => Buffer.from(`entry ${index}`));
const leaves = entries.map(leafHash);
const reference = new ReferenceTree(entries);

function reading(tree: { node(node: Node): Hash }): ReadNodes {
  return async (nodes) => nodes.map((node) => tree.node(node));
}

const read = reading(reference);
const bytes = (hex: string): Hash => new Uint8Array(Buffer.from(hex, 'hex'));
const ctRoot = (size: number): Hash => bytes(ctRoots[size] ?? '');

/** A leaf or a smaller tree, and a size above it: small ones and all that a number can hold. */
const places = fc
  .oneof(fc.tuple(fc.nat(600), fc.nat(600)), fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()))
  .map(([a, b]) => ({ index: Math.min(a, b), size: Math.max(a, b) }))
  .filter(({ index, size }) => index < size);

/** Every way in which a proof can be wrong by one hash, and by the order of two. */
function* mutations(proof: readonly Hash[]): Generator<readonly Hash[]> {
  for (const [place, hash] of proof.entries()) {
    for (const at of [0, 17, 31]) {
      yield proof.with(
        place,
        hash.map((byte, index) => (index === at ? byte ^ 0x10 : byte)),
      );
    }
    yield proof.toSpliced(place, 1);
    yield proof.toSpliced(place, 0, hash);
    yield proof.toSpliced(place, 0, emptyRoot);
    yield proof.with(place, hash.subarray(1));
    yield proof.with(place, new Uint8Array([...hash, 0]));
    const next = proof[place + 1];
    if (next !== undefined) yield proof.with(place, next).with(place + 1, hash);
  }
  yield [...proof, emptyRoot];
  yield [...proof, new Uint8Array(0)];
}

/** Where two neighbours are the same hash, changing places changes nothing. */
function isUnchanged(wrong: readonly Hash[], proof: readonly Hash[]): boolean {
  return Buffer.concat(wrong).equals(Buffer.concat(proof)) && wrong.length === proof.length;
}

test('the proofs that Certificate Transparency is tested with are made and taken', async () => {
  const tree = new ReferenceTree(ctEntries);
  for (const { index, size, proof } of ctInclusions) {
    const hashes = proof.map(bytes);
    const leaf = leafHash(ctEntries[index] ?? assert.fail());
    assert.deepEqual(await inclusionProof(index, size, reading(tree)), hashes);
    assert.ok(verifyInclusion(leaf, index, size, hashes, ctRoot(size)), `${index} of ${size}`);
  }
  for (const { from, to, proof } of ctConsistencies) {
    const hashes = proof.map(bytes);
    assert.deepEqual(await consistencyProof(from, to, reading(tree)), hashes);
    assert.ok(verifyConsistency(from, ctRoot(from), to, ctRoot(to), hashes), `${from} to ${to}`);
  }
});

test('roots and inclusion proofs are MTH and PATH of RFC 6962, for every size and leaf', async () => {
  for (let size = 1; size <= sizeMax; size += 1) {
    const root = await treeRoot(size, read);
    assert.deepEqual(root, reference.mth(0, size));
    for (let index = 0; index < size; index += 1) {
      const proof = await inclusionProof(index, size, read);
      assert.deepEqual(proof, reference.path(index, 0, size));
      assert.ok(
        verifyInclusion(leaves[index] ?? assert.fail(), index, size, proof, root),
        `${index} of ${size}`,
      );
    }
  }
});

test('consistency proofs are PROOF of RFC 6962, for every pair of sizes', async () => {
  for (let to = 1; to <= sizeMax; to += 1) {
    for (let from = 1; from <= to; from += 1) {
      const proof = await consistencyProof(from, to, read);
      assert.deepEqual(proof, reference.proof(from, to));
      assert.ok(
        verifyConsistency(from, reference.mth(0, from), to, reference.mth(0, to), proof),
        `${from} to ${to}`,
      );
    }
  }
});

test('the empty tree has the root of nothing, and begins every tree by an empty proof', async () => {
  const neverRead: ReadNodes = () => assert.fail('nothing is to be read');
  assert.deepEqual(await treeRoot(0, neverRead), emptyRoot);
  const [leaf = assert.fail()] = leaves;
  for (const [to, root] of [
    [0, emptyRoot],
    [1, leaf],
    [5, reference.mth(0, 5)],
  ] as const) {
    assert.deepEqual(await consistencyProof(0, to, neverRead), []);
    assert.ok(verifyConsistency(0, emptyRoot, to, root, []));
    assert.ok(!verifyConsistency(0, emptyRoot, to, root, [leaf]));
    assert.ok(!verifyConsistency(0, leaf, to, root, []));
  }
  assert.ok(!verifyConsistency(0, leaf, 0, leaf, []));
});

test('proofs in trees of any size are made and taken', async () => {
  await fc.assert(
    fc.asyncProperty(places, async ({ index, size }) => {
      const tree = new SparseTree([index, size - 1]);
      const root = tree.root(size);
      assert.deepEqual(await treeRoot(size, reading(tree)), root);
      const inclusion = await inclusionProof(index, size, reading(tree));
      assert.ok(verifyInclusion(tree.leaf(index), index, size, inclusion, root));
      assert.ok(referenceInclusion(tree.leaf(index), index, size, inclusion, root));
      const from = index + 1;
      const consistency = await consistencyProof(from, size, reading(tree));
      assert.ok(verifyConsistency(from, tree.root(from), size, root, consistency));
      if (from < size) assert.ok(referenceConsistency(from, tree.root(from), size, root, consistency));
    }),
  );
});

test('a proof asks for the nodes that it needs in one call, and for no node twice', async () => {
  await fc.assert(
    fc.asyncProperty(places, async ({ index, size }) => {
      const tree = new SparseTree([index]);
      let calls = 0;
      const counting: ReadNodes = async (nodes) => {
        calls += 1;
        assert.equal(new Set(nodes.map((node) => `${node.level}/${node.index}`)).size, nodes.length);
        for (const node of nodes) assert.ok((node.index + 1) * 2 ** node.level <= size);
        return nodes.map((node) => tree.node(node));
      };
      await inclusionProof(index, size, counting);
      assert.ok(calls <= 1);
    }),
  );
});

test('an inclusion proof with anything changed is refused', async () => {
  await fc.assert(
    fc.asyncProperty(places, fc.maxSafeNat(), async ({ index, size }, other) => {
      const tree = new SparseTree([index, size - 1, other]);
      const leaf = tree.leaf(index);
      const root = tree.root(size);
      const proof = await inclusionProof(index, size, reading(tree));
      for (const wrong of mutations(proof)) {
        assert.equal(verifyInclusion(leaf, index, size, wrong, root), isUnchanged(wrong, proof));
      }
      assert.ok(!verifyInclusion(emptyRoot, index, size, proof, root));
      assert.ok(!verifyInclusion(leaf, index, size, proof, emptyRoot));
      assert.ok(!verifyInclusion(leaf.subarray(1), index, size, proof, root));
      assert.ok(!verifyInclusion(leaf, index, size, proof, root.subarray(1)));
      for (const wrong of [index - 1, index + 1, other]) {
        if (wrong === index) continue;
        assert.ok(!verifyInclusion(leaf, wrong, size, proof, root), `${wrong} for ${index} of ${size}`);
      }
    }),
  );
});

test('a consistency proof with anything changed is refused', async () => {
  await fc.assert(
    fc.asyncProperty(places, fc.maxSafeNat(), async ({ index: from, size: to }, other) => {
      fc.pre(from > 0);
      const tree = new SparseTree([from - 1, to - 1, other]);
      const fromRoot = tree.root(from);
      const toRoot = tree.root(to);
      const proof = await consistencyProof(from, to, reading(tree));
      for (const wrong of mutations(proof)) {
        assert.equal(verifyConsistency(from, fromRoot, to, toRoot, wrong), isUnchanged(wrong, proof));
      }
      assert.ok(!verifyConsistency(from, emptyRoot, to, toRoot, proof));
      assert.ok(!verifyConsistency(from, fromRoot, to, emptyRoot, proof));
      assert.ok(!verifyConsistency(from, toRoot, to, fromRoot, proof));
      assert.ok(!verifyConsistency(to, toRoot, from, fromRoot, proof));
      assert.ok(!verifyConsistency(from, fromRoot, to, toRoot, []));
      for (const wrong of [from - 1, from + 1, other]) {
        if (wrong === from) continue;
        assert.ok(!verifyConsistency(wrong, fromRoot, to, toRoot, proof), `${wrong} for ${from} to ${to}`);
      }
    }),
  );
});

test('a check says what RFC 9162 says, whatever index, sizes and hashes it is given', async () => {
  const sizes = fc.nat(70);
  await fc.assert(
    fc.asyncProperty(sizes, sizes, sizes, sizes, async (a, b, c, d) => {
      const [index, size] = [Math.min(a, b), Math.max(a, b) + 1];
      const leaf = leaves[index] ?? assert.fail();
      const root = reference.mth(0, size);
      const inclusion = reference.path(index, 0, size);
      assert.equal(
        verifyInclusion(leaf, c, d, inclusion, root),
        referenceInclusion(leaf, c, d, inclusion, root),
      );
      const [from, to] = [index + 1, size + 1];
      const [wrongFrom, wrongTo] = [Math.min(c, d) + 1, Math.max(c, d) + 2];
      const fromRoot = reference.mth(0, from);
      const toRoot = reference.mth(0, to);
      const consistency = reference.proof(from, to);
      assert.equal(
        verifyConsistency(wrongFrom, fromRoot, wrongTo, toRoot, consistency),
        referenceConsistency(wrongFrom, fromRoot, wrongTo, toRoot, consistency),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('a check answers false, and does not throw, to what can be no proof', () => {
  const numbers = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.maxSafeNat(),
    fc.constantFrom(2 ** 53, Number.MAX_VALUE),
  );
  const hashes = fc.uint8Array({ minLength: 30, maxLength: 34 });
  fc.assert(
    fc.property(
      numbers,
      numbers,
      hashes,
      hashes,
      fc.array(hashes, { maxLength: 70 }),
      (a, b, one, two, proof) => {
        fc.pre(!Buffer.from(one).equals(two));
        assert.equal(verifyInclusion(one, a, b, proof, two), false);
        assert.equal(verifyConsistency(a, one, b, two, proof), false);
      },
    ),
  );
});

test('a proof for a leaf or a size that is not in the tree is a defect', async () => {
  for (const [index, size] of [
    [0, 0],
    [5, 5],
    [-1, 5],
    [0.5, 5],
    [0, 2 ** 53],
  ] as const) {
    assert.throws(() => inclusionProof(index, size, read), /stands in a tree/);
  }
  await assert.rejects(consistencyProof(6, 5, read), /begin a tree of 5/);
  await assert.rejects(consistencyProof(-1, 5, read), /begin a tree of 5/);
});
