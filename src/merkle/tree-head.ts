// The first three lines of a checkpoint (C2SP tlog-checkpoint): which log, how many leaves, which root. What
// a cosigner vouches for, and all that a subtree signature covers.
import { base64, readDecimal, readHash } from './field.ts';
import type { Hash } from './hash.ts';
import { Malformed } from './malformed.ts';

export interface TreeHead {
  /** The log's identity; not empty, without a newline. */
  readonly origin: string;
  /** The number of leaves. */
  readonly size: number;
  readonly root: Hash;
}

/** Three lines, each with its newline. */
export function treeHeadText(head: TreeHead): string {
  return `${head.origin}\n${head.size}\n${base64(head.root)}\n`;
}

/** Reads what a text begins with; `rest` are the lines after it. Throws Malformed. */
export function readTreeHead(text: string): { readonly head: TreeHead; readonly rest: readonly string[] } {
  if (!text.endsWith('\n')) throw new Malformed('the text of a checkpoint does not end with a newline');
  const [origin = '', size, root, ...rest] = text.slice(0, -1).split('\n');
  if (origin === '') throw new Malformed('the origin, the first line of a checkpoint, is empty');
  if (size === undefined || root === undefined) {
    throw new Malformed('a checkpoint has three lines at least: origin, tree size, root hash');
  }
  return {
    head: {
      origin,
      size: readDecimal(size, 'the tree size, the second line of a checkpoint,'),
      root: readHash(root, 'the root hash, the third line of a checkpoint,'),
    },
    rest,
  };
}
