// Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2): made from the hashes of perfect
// subtrees, wherever those are kept, and checked from nothing but the proof. A check answers false to
// whatever is not right.
import { assert } from '../core/error.ts';
import { emptyRoot, type Hash, hashBytes, nodeHash, sameHash } from './hash.ts';
import { joined, type Node, rootNodes } from './tree.ts';

/** Reads the hashes of perfect subtrees, in the order asked for. */
export type ReadNodes = (nodes: readonly Node[]) => Promise<Hash[]>;

/** The leaves [start, end): a subtree that stands in the tree, perfect or cut off at the tree's end. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** The root of the tree's first `size` leaves. */
export async function treeRoot(size: number, read: ReadNodes): Promise<Hash> {
  const [root = emptyRoot] = await readRanges([{ start: 0, end: size }], read);
  return root;
}

/**
 * PATH of RFC 6962, section 2.1.1, for the leaf at `index` (from 0) in the tree of `size`: from the leaf up.
 */
export function inclusionProof(index: number, size: number, read: ReadNodes): Promise<Hash[]> {
  assert(isIndexIn(index, size), `leaf ${index} stands in a tree of ${size}`);
  return readRanges(inclusionRanges(index, size), read);
}

/**
 * PROOF of RFC 6962, section 2.1.2, that the tree of `from` leaves begins the tree of `to`. Empty from size
 * 0.
 */
export async function consistencyProof(from: number, to: number, read: ReadNodes): Promise<Hash[]> {
  assert(isSize(from) && isSize(to) && from <= to, `a tree of ${from} can begin a tree of ${to}`);
  if (from === 0) return [];
  const ranges = consistencyRanges(from, to);
  // Where the old tree is a perfect subtree of the new one, whoever checks has its root already.
  return readRanges(ranges[0]?.start === 0 ? ranges.slice(1) : ranges, read);
}

/**
 * Whether `proof` shows the leaf hash at `index` of the tree of `size` leaves with this root. Never throws.
 */
export function verifyInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (!isIndexIn(index, size) || !areHashes([leaf, ...proof, root])) return false;
  const ranges = inclusionRanges(index, size);
  if (proof.length !== ranges.length) return false;
  let hash = leaf;
  for (const [place, sibling] of proof.entries()) {
    const isRight = (ranges[place]?.start ?? 0) > index;
    hash = isRight ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
  }
  return sameHash(hash, root);
}

/**
 * Whether `proof` shows that the tree of `from` leaves with `fromRoot` begins the tree of `to` leaves with
 * `toRoot`. The empty tree begins every tree, by an empty proof. Never throws.
 */
export function verifyConsistency(
  from: number,
  fromRoot: Hash,
  to: number,
  toRoot: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isSize(from) || !isSize(to) || from > to || !areHashes([fromRoot, ...proof, toRoot])) return false;
  if (from === to) return proof.length === 0 && sameHash(fromRoot, toRoot) && isPossible(to, toRoot);
  if (from === 0) return proof.length === 0 && sameHash(fromRoot, emptyRoot);
  const [first, ...siblings] = consistencyRanges(from, to);
  const hashes = first?.start === 0 ? [fromRoot, ...proof] : proof;
  const [begin] = hashes;
  if (begin === undefined || hashes.length !== siblings.length + 1) return false;
  let old = begin;
  let now = begin;
  for (const [place, range] of siblings.entries()) {
    const sibling = hashes[place + 1];
    assert(sibling !== undefined, 'as many hashes as subtrees were counted');
    const isNew = range.start >= from;
    now = isNew ? nodeHash(now, sibling) : nodeHash(sibling, now);
    if (!isNew) old = nodeHash(sibling, old);
  }
  return sameHash(old, fromRoot) && sameHash(now, toRoot);
}

/** The siblings on the way from a leaf to the root, the leaf's own first. */
function inclusionRanges(index: number, size: number): Range[] {
  const siblings: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      siblings.push({ start: middle, end });
      end = middle;
    } else {
      siblings.push({ start, end: middle });
      start = middle;
    }
  }
  return siblings.reverse();
}

/** The last subtree that ends the old tree, then its siblings up to the new root. `from` is at least 1. */
function consistencyRanges(from: number, to: number): Range[] {
  const siblings: Range[] = [];
  let [start, end] = [0, to];
  while (end !== from) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      siblings.push({ start: middle, end });
      end = middle;
    } else {
      siblings.push({ start, end: middle });
      start = middle;
    }
  }
  return [{ start, end }, ...siblings.reverse()];
}

/** The largest power of two below `count`, which is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/**
 * The root of each range. Its start divides by the size of its perfect subtrees, so that they stand in the
 * tree.
 */
async function readRanges(ranges: readonly Range[], read: ReadNodes): Promise<Hash[]> {
  const parts = ranges.map(({ start, end }) =>
    rootNodes(end - start).map(({ level, index }) => ({ level, index: index + start / 2 ** level })),
  );
  const nodes = parts.flat();
  const hashes = nodes.length === 0 ? [] : await read(nodes);
  assert(hashes.length === nodes.length, 'a hash for each node');
  let taken = 0;
  return parts.map((part) => {
    taken += part.length;
    return joined(hashes.slice(taken - part.length, taken));
  });
}

/** A tree without leaves has one root only. */
function isPossible(size: number, root: Hash): boolean {
  return size > 0 || sameHash(root, emptyRoot);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isIndexIn(index: number, size: number): boolean {
  return isSize(index) && isSize(size) && index < size;
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every((value) => value instanceof Uint8Array && value.length === hashBytes);
}
