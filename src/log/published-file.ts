// The files of a published log: written whole or not at all, and what they are in words.
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a publication has at its top, beside drafts of them. */
export const publishedNames: readonly string[] = [
  'checkpoint',
  'minimum-index',
  'tile',
  'epochs',
  'keys.txt',
  'README.txt',
].flatMap((name) => [name, `${name}.part`]);

/** Whoever reads sees the old file or the new one. Resolves when the new one is on the disk. */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const file = await open(part, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

/** Whether a file is there, with this many bytes where they are known. */
export async function isWhole(path: string, bytes?: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true && (bytes === undefined ? found.size > 0 : found.size === bytes);
}

/** What the folder says of itself. */
export function readmeText(origin: string): string {
  return `The log ${origin}

This folder is an append-only log in the form of C2SP tlog-tiles (https://c2sp.org/tlog-tiles).
Any web server can serve it as it stands.

checkpoint      the signed head of the log's tree: how many entries it has, and their root hash
tile/           the hashes of the tree
tile/entries/   the entries, 256 to a file; without them the tree can be checked, but not read
minimum-index   entries before this one were disposed of when their term had ended
epochs/         older trees of the same log, each with its checkpoint and tiles
keys.txt        the keys that sign checkpoints, one a line (C2SP signed-note)

To check all of it, with a key that you have from a source that you trust:

  hansard verify FOLDER --key KEY
  hansard verify --url ADDRESS --key KEY

Nothing in this folder is ever changed but checkpoint, minimum-index and this text; files are added, partial
tiles are removed when the full ones are there, and entries when they are disposed of.
`;
}
