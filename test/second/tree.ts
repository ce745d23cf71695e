// The Merkle tree of RFC 6962 section 2.1, written as the standard defines it: plain recursion over arrays.
// It is slow and keeps nothing; that is its use. It shares no line with the program, so an error of the
// program's own tree cannot be repeated here.
import { hash as digest } from 'node:crypto';

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return digest('sha256', Buffer.concat(parts), 'buffer');
}

/** SHA-256(0x00 || entry): the hash of one entry, 32 bytes. */
export function leafHash(entry: Uint8Array): Buffer {
  return sha256(Buffer.of(0x00), entry);
}

/** SHA-256(0x01 || left || right): the hash of two neighbours, 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256(Buffer.of(0x01), left, right);
}

/** The largest power of two smaller than `size`; `size` is at least 2. */
function split(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** MTH(D[n]): the tree hash of the entries themselves (not of their hashes). Section 2.1. */
export function root(leaves: readonly Uint8Array[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return leafHash(only);
  const k = split(leaves.length);
  return nodeHash(root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/** PATH(m, D[n]): the neighbours of entry `index`, from the leaf's to the root's child. Section 2.1.1. */
export function inclusionPath(leaves: readonly Uint8Array[], index: number): Buffer[] {
  if (index < 0 || index >= leaves.length)
    throw new Error(`entry ${index} is not in ${leaves.length} entries`);
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return index < k
    ? [...inclusionPath(left, index), root(right)]
    : [...inclusionPath(right, index - k), root(left)];
}

/** PROOF(m, D[n]): how the first `m` entries (0 < m <= n) grew into all of them. Section 2.1.2. */
export function consistencyProof(leaves: readonly Uint8Array[], m: number): Buffer[] {
  if (m < 1 || m > leaves.length) throw new Error(`${m} is no earlier size of ${leaves.length} entries`);
  return subproof(m, leaves, true);
}

function subproof(m: number, leaves: readonly Uint8Array[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [root(leaves)];
  const k = split(leaves.length);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return m <= k ? [...subproof(m, left, whole), root(right)] : [...subproof(m - k, right, false), root(left)];
}

/**
 * The root that an inclusion path leads to: PATH read backwards, by the same recursion.
 * Undefined where the path is too long, too short, or the index is not below the size.
 */
export function rootOfInclusion(
  hash: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  if (size === 1) return path.length === 0 ? hash : undefined;
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const k = split(size);
  const rest = path.slice(0, -1);
  if (index < k) {
    const left = rootOfInclusion(hash, index, k, rest);
    return left && nodeHash(left, last);
  }
  const right = rootOfInclusion(hash, index - k, size - k, rest);
  return right && nodeHash(last, right);
}

/**
 * The old and the new root that a consistency proof leads to, if the old root is `oldRoot`.
 * Undefined where the proof has the wrong length or the sizes do not satisfy 0 < m <= n.
 */
export function rootsOfConsistency(
  m: number,
  n: number,
  oldRoot: Buffer,
  proof: readonly Buffer[],
): { readonly old: Buffer; readonly new: Buffer } | undefined {
  return m < 1 || m > n ? undefined : subroots(m, n, oldRoot, proof, true);
}

function subroots(
  m: number,
  n: number,
  oldRoot: Buffer,
  proof: readonly Buffer[],
  whole: boolean,
): { readonly old: Buffer; readonly new: Buffer } | undefined {
  const last = proof.at(-1);
  if (m === n) {
    const hash = whole ? oldRoot : last;
    return hash && proof.length === (whole ? 0 : 1) ? { old: hash, new: hash } : undefined;
  }
  if (last === undefined) return undefined;
  const k = split(n);
  const rest = proof.slice(0, -1);
  if (m <= k) {
    const left = subroots(m, k, oldRoot, rest, whole);
    return left && { old: left.old, new: nodeHash(left.new, last) };
  }
  const right = subroots(m - k, n - k, oldRoot, rest, false);
  return right && { old: nodeHash(last, right.old), new: nodeHash(last, right.new) };
}
