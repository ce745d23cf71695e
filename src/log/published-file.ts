// The files of a published log: written whole or not at all, which of them belong there, and what they are in words.
import { open, opendir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './folder.ts';

/** What the top of a publication has beside one tree. */
const topNames: readonly string[] = ['epochs', 'keys.txt', 'README.txt'];

/** What is there of one tree; the checkpoint comes last. */
const treeNames: readonly string[] = ['tile', 'minimum-index', 'checkpoint'];

/** Where an epoch has its place that is not the one at the top, as in `epochs/1`. */
export function epochPlace(number: number): string {
  return `epochs/${number}`;
}

/** Whoever reads sees the old file or the new one. Resolves when the new one is on the disk. */
export async function replaceFile(path: string, content: Uint8Array | string): Promise<void> {
  await makeFolder(dirname(path));
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

/** Whether something of this name is there. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** The epochs that have a place of their own below a folder, and what else is there: `epochs/1`. */
export async function placesBelow(folder: string): Promise<string[]> {
  return (await namesIn(join(folder, 'epochs'))).map((name) => `epochs/${name}`);
}

/**
 * What no publication has written, by its path below the folder; null where there is none. A text of a common name alone
 * does not make a publication: the tree is begun before it.
 */
export async function foreignIn(folder: string): Promise<string | null> {
  const names = await namesIn(folder);
  const isBegun = ['tile', 'checkpoint', 'epochs'].some((name) => names.includes(name));
  const foreign = names.find((name) => !isBegun || !isOneOf(name, [...topNames, ...treeNames]));
  if (foreign !== undefined) return foreign;
  for (const place of await placesBelow(folder)) {
    if (!/^epochs\/[1-9]\d{0,8}$/.test(place)) return place;
    const strange = (await namesIn(join(folder, place))).find((name) => !isOneOf(name, treeNames));
    if (strange !== undefined) return `${place}/${strange}`;
  }
  return null;
}

/** Names as they are published, and drafts of them. */
function isOneOf(name: string, names: readonly string[]): boolean {
  return names.some((known) => name === known || name === `${known}.part`);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(unlessMissing([]));
}

/** Whether a place has entries, beside the hashes of its tree. */
export async function hasEntries(place: string): Promise<boolean> {
  const found = await opendir(join(place, 'tile', 'entries'), { recursive: true }).catch(unlessMissing(null));
  for await (const entry of found ?? []) if (entry.isFile()) return true;
  return false;
}

/**
 * Lays the tree at the top aside, and puts the one that is whole below in its place. There is a checkpoint at the top at
 * every moment, and what it covers is there but between two renames. Cut off anywhere, the same call finishes it.
 */
export async function exchangeTrees(
  folder: string,
  { aside, next }: { readonly aside: string | null; readonly next: string },
): Promise<void> {
  if (aside !== null) {
    for (const name of ['minimum-index', 'checkpoint']) {
      const content = await readFile(join(folder, name)).catch(unlessMissing(null));
      if (content !== null) await replaceFile(join(folder, aside, name), content);
    }
    // The tiles last: they tell that all of it is aside.
    await rename(join(folder, 'tile'), join(folder, aside, 'tile'));
  }
  await rm(join(folder, 'tile'), { recursive: true, force: true });
  for (const name of treeNames) await rename(join(folder, next, name), join(folder, name));
  await rm(join(folder, next), { recursive: true, force: true });
}

/** What a missing file or folder stands for; any other failure is thrown. */
function unlessMissing<R>(otherwise: R): (error: unknown) => R {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  };
}

export interface PublicationKind {
  readonly hasEntries: boolean;
  readonly hasEpochs: boolean;
}

/** What the folder says of itself. */
export function readmeText(origin: string, { hasEntries: whole, hasEpochs }: PublicationKind): string {
  const flag = whole ? '' : ' --hashes-only';
  const lines = [
    `checkpoint      the signed head of the log's tree: how many entries it has, and their root hash`,
    'tile/           the hashes of the tree',
    ...(whole ? ['tile/entries/   the entries, 256 to a file'] : []),
    'minimum-index   entries before this one were disposed of when their term had ended',
    ...(hasEpochs ? ['epochs/         older trees of the same log, each with its checkpoint and tiles'] : []),
    'keys.txt        the keys that sign checkpoints, one a line (C2SP signed-note)',
  ];
  return `The log ${origin}

This folder is an append-only log in the form of C2SP tlog-tiles (https://c2sp.org/tlog-tiles).
Any web server can serve it as it stands.

${lines.join('\n')}
${whole ? '' : '\nThe entries are not published: by their hashes the tree can be checked, but not read.\n'}
To check all of it, with a key that you have from a source that you trust:

  hansard verify FOLDER --key KEY${flag}
  hansard verify --url ADDRESS --key KEY${flag}

Nothing in this folder is ever changed but checkpoint, minimum-index, keys.txt and this text; files are added, and
partial tiles are removed when the full ones are there${whole ? ', and entries when they are disposed of' : ''}.
Should the log begin a new tree, this one moves to epochs/ as it is.
`;
}
