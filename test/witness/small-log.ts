// A log of a few entries in memory, with checkpoints signed by a key of its own: what tests of witnesses ask about.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { formatCheckpoint } from '../../src/merkle/checkpoint.ts';
import type { Hash } from '../../src/merkle/hash.ts';
import { ed25519Signer, formatNote, type VerifierKey } from '../../src/merkle/note.ts';
import { ReferenceTree } from '../merkle/reference.ts';

export interface SmallLog {
  readonly origin: string;
  readonly key: VerifierKey;
  readonly size: number;
  /** Adds entries. */
  grow(count: number): void;
  /** The checkpoint of the first `size` entries, of all unless given: a whole note. */
  note(size?: number): string;
  prove(from: number, to: number): Hash[];
  /** Another log under the same key that parts from this one after `size` entries. */
  fork(size: number): SmallLog;
}

export function smallLog(size: number, origin = 'log.test/0123456789abcdef/1'): SmallLog {
  const { privateKey } = generateKeyPairSync('ed25519');
  const log = logOf(origin, privateKey, [], 'first');
  log.grow(size);
  return log;
}

function logOf(origin: string, privateKey: KeyObject, entries: Uint8Array[], branch: string): SmallLog {
  const { key, sign } = ed25519Signer(origin, privateKey);
  return {
    origin,
    key,
    get size() {
      return entries.length;
    },
    grow(count) {
      for (let n = 0; n < count; n += 1) entries.push(Buffer.from(`${branch} ${entries.length}`));
    },
    note(size = entries.length) {
      const root = new ReferenceTree(entries).mth(0, size);
      const text = formatCheckpoint({ origin, size, root, extensions: [] });
      return formatNote({ text, signatures: [sign(text)] });
    },
    prove: (from, to) => (from === 0 ? [] : new ReferenceTree(entries).proof(from, to)),
    fork: (size) => logOf(origin, privateKey, entries.slice(0, size), `${branch} fork`),
  };
}
