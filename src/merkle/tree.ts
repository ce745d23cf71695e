// The shape of a Merkle tree (RFC 6962, section 2.1), and the hasher that makes its root leaf by leaf.
// Sizes are numbers up to 2 ** 53 - 1; nothing here may use operators that cut them to 32 bits.
import { assert } from '../core/error.ts';
import { emptyRoot, type Hash, nodeHash } from './hash.ts';

/** The perfect subtree over the leaves [index * 2 ** level, (index + 1) * 2 ** level). */
export interface Node {
  readonly level: number;
  readonly index: number;
}

/** The perfect subtrees that a tree of this size is made of, largest (leftmost) first. */
export function rootNodes(size: number): Node[] {
  assert(Number.isSafeInteger(size) && size >= 0, 'the size of a tree is a whole number');
  const nodes: Node[] = [];
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / 2)) {
    if (count % 2 === 1) nodes.push({ level, index: count - 1 });
  }
  return nodes.reverse();
}

/** The root over the hashes of `rootNodes`: they are joined from the right. */
export function joined(hashes: readonly Hash[]): Hash {
  return hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** A streaming hasher that remembers one hash for each perfect subtree (a compact range): 53 at most. */
export class CompactRange {
  #size: number;
  readonly #hashes: Hash[];

  /** Begins empty, or with the tree whose `rootNodes(size)` have these hashes. */
  constructor(size = 0, hashes: readonly Hash[] = []) {
    assert(hashes.length === rootNodes(size).length, `a hash for each perfect subtree of a tree of ${size}`);
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** The number of leaves. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends a leaf hash (kept, not copied). `completed` hears of every perfect subtree of level 1 and above
   * that this completes, lowest first.
   */
  add(leaf: Hash, completed?: (node: Node, hash: Hash) => void): void {
    let hash = leaf;
    let index = this.#size;
    for (let level = 1; index % 2 === 1; level += 1) {
      const left = this.#hashes.pop();
      assert(left !== undefined, 'a right node has a left sibling');
      hash = nodeHash(left, hash);
      index = (index - 1) / 2;
      completed?.({ level, index }, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    return joined(this.#hashes);
  }
}
