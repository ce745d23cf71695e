// The definitions of RFC 6962, section 2.1, and the checks of RFC 9162, section 2.1.3 and 2.1.4, written down
// as the standards word them: slow, and without anything of src/merkle but its types.
import { createHash } from 'node:crypto';
import type { Hash } from '../../src/merkle/hash.ts';
import type { Node } from '../../src/merkle/tree.ts';

function sha256(...parts: readonly Uint8Array[]): Hash {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export function referenceLeaf(entry: Uint8Array): Hash {
  return sha256(Uint8Array.of(0), entry);
}

export function referenceNode(left: Hash, right: Hash): Hash {
  return sha256(Uint8Array.of(1), left, right);
}

/** A list of entries; every function speaks of its first `n`. Ranges that were hashed are remembered. */
export class ReferenceTree {
  readonly #entries: readonly Uint8Array[];
  readonly #known = new Map<string, Hash>();

  constructor(entries: readonly Uint8Array[]) {
    this.#entries = entries;
  }

  /** MTH(D[start:end]). */
  mth(start: number, end: number): Hash {
    const key = `${start}:${end}`;
    const hash = this.#known.get(key) ?? this.#mth(start, end);
    this.#known.set(key, hash);
    return hash;
  }

  /** PATH(m, D[start:end]). */
  path(m: number, start: number, end: number): Hash[] {
    if (end - start === 1) return [];
    const k = splitOf(end - start);
    return m < k
      ? [...this.path(m, start, start + k), this.mth(start + k, end)]
      : [...this.path(m - k, start + k, end), this.mth(start, start + k)];
  }

  /** PROOF(m, D[0:n]) for m > 0. */
  proof(m: number, n: number): Hash[] {
    return this.#subproof(m, 0, n, true);
  }

  /** The hash of a perfect subtree. */
  node(node: Node): Hash {
    const width = 2 ** node.level;
    return this.mth(node.index * width, (node.index + 1) * width);
  }

  #mth(start: number, end: number): Hash {
    const entry = this.#entries[start];
    if (end - start === 0) return sha256();
    if (entry === undefined || end > this.#entries.length) throw new Error(`no entries ${start} to ${end}`);
    if (end - start === 1) return referenceLeaf(entry);
    const k = splitOf(end - start);
    return referenceNode(this.mth(start, start + k), this.mth(start + k, end));
  }

  #subproof(m: number, start: number, end: number, isWhole: boolean): Hash[] {
    if (m === end - start) return isWhole ? [] : [this.mth(start, end)];
    const k = splitOf(end - start);
    return m <= k
      ? [...this.#subproof(m, start, start + k, isWhole), this.mth(start + k, end)]
      : [...this.#subproof(m - k, start + k, end, false), this.mth(start, start + k)];
  }
}

/**
 * A tree of any size without its leaves: all are the same but the `marked` ones. Every node can be told in
 * the time that the height takes.
 */
export class SparseTree {
  readonly #marked: ReadonlyMap<number, Hash>;
  readonly #plain: Hash[] = [referenceLeaf(Buffer.from('plain'))];

  constructor(marked: readonly number[]) {
    this.#marked = new Map(marked.map((index) => [index, referenceLeaf(Buffer.from(`marked ${index}`))]));
    for (let level = 1; level <= 53; level += 1) {
      const below = this.#plainAt(level - 1);
      this.#plain.push(referenceNode(below, below));
    }
  }

  node({ level, index }: Node): Hash {
    const width = 2 ** level;
    const isPlain = ![...this.#marked.keys()].some((mark) => Math.floor(mark / width) === index);
    if (isPlain) return this.#plainAt(level);
    if (level === 0) return this.#marked.get(index) ?? this.#plainAt(0);
    return referenceNode(
      this.node({ level: level - 1, index: index * 2 }),
      this.node({ level: level - 1, index: index * 2 + 1 }),
    );
  }

  leaf(index: number): Hash {
    return this.node({ level: 0, index });
  }

  /** MTH of the first `size` leaves; they begin a subtree of `start`. */
  root(size: number, start = 0): Hash {
    const level = Math.log2(size);
    if (Number.isInteger(level) && 2 ** level === size) return this.node({ level, index: start / size });
    const k = splitOf(size);
    return referenceNode(this.root(k, start), this.root(size - k, start + k));
  }

  #plainAt(level: number): Hash {
    const hash = this.#plain[level];
    if (hash === undefined) throw new Error(`no level ${level}`);
    return hash;
  }
}

/** RFC 9162, section 2.1.3.2, step by step. */
export function referenceInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (index >= size) return false;
  let fn = BigInt(index);
  let sn = BigInt(size) - 1n;
  let r = leaf;
  for (const p of proof) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      r = referenceNode(p, r);
      while (fn % 2n === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      r = referenceNode(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && Buffer.compare(r, root) === 0;
}

/** RFC 9162, section 2.1.4.2, step by step, for 0 < from < to. */
export function referenceConsistency(
  from: number,
  fromRoot: Hash,
  to: number,
  toRoot: Hash,
  proof: readonly Hash[],
): boolean {
  if (proof.length === 0) return false;
  const isPower = (BigInt(from) & (BigInt(from) - 1n)) === 0n;
  const [first, ...rest] = isPower ? [fromRoot, ...proof] : proof;
  if (first === undefined) return false;
  let fn = BigInt(from) - 1n;
  let sn = BigInt(to) - 1n;
  while (fn % 2n === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  let fr = first;
  let sr = first;
  for (const c of rest) {
    if (sn === 0n) return false;
    if (fn % 2n === 1n || fn === sn) {
      fr = referenceNode(c, fr);
      sr = referenceNode(c, sr);
      while (fn % 2n === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      sr = referenceNode(sr, c);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && Buffer.compare(fr, fromRoot) === 0 && Buffer.compare(sr, toRoot) === 0;
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  return count <= 2 ? 1 : 2 * splitOf(Math.ceil(count / 2));
}
