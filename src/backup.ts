// A consistent copy of a data folder, also while a server writes to it, and the way back. A copy holds the log, its
// keys and its newest checkpoint; neither way gives a folder its name before all of it is durable and was verified.
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from './core/error.ts';
import { isDataFolder, noDataFolder, restoredMark } from './data-folder.ts';
import { originParts } from './log/epoch.ts';
import { parseCheckpoint } from './merkle/checkpoint.ts';
import { parseNote } from './merkle/note.ts';

/** Copies the database file of a store in one snapshot. */
export type CopyStore = (file: string, copy: string) => void;

/** Looks through all of a data folder; rejects with a sentence where anything does not hold. */
export type VerifyFolder = (directory: string) => Promise<void>;

/** A file in the making (log/key-file.ts): it may be gone before it is copied. */
const draft = /\.[0-9a-f]{16}$/;

/**
 * Copies a data folder to `target`, which must not exist. Resolves with the size of the store's copy in bytes when the
 * copy is durable, verified and has its name. Throws UnprocessableEntity with the reason where it cannot.
 */
export async function backUp(
  directory: string,
  target: string,
  copyStore: CopyStore,
  verify: VerifyFolder,
): Promise<number> {
  if (!isDataFolder(directory)) throw refused(noDataFolder(directory));
  return filled(target, async (part) => {
    // A copy that remembered more than its store holds would be one that was cut back; keys may be newer, not older.
    copyBeside('remembered', directory, part);
    copyStore(`${directory}/hansard.db`, `${part}/hansard.db`);
    copyBeside('keys', directory, part);
    await verify(part);
    // Whoever starts a server on a backup starts a second log: it asks first.
    markRestored(part);
    return statSync(`${part}/hansard.db`).size;
  });
}

export interface Restored {
  /** Where the folder that was there before is now; null where there was none. */
  readonly replaced: string | null;
  /** Whether the next start must be told that it may go on, as a new epoch of the log. */
  readonly needsAcceptance: boolean;
}

/**
 * Makes a data folder of a backup, after the backup was verified. What the folder before it remembered is kept: a log
 * whose checkpoints went on after the backup cannot go on as if nothing had happened (design, section 7).
 * @param stamp ends the name that a replaced folder gets.
 */
export async function restore(
  copy: string,
  directory: string,
  options: {
    readonly replace: boolean;
    readonly stamp: string;
    readonly verify: VerifyFolder;
    /** Whether a folder that is replaced has events that the copy has not. */
    readonly hasMore: () => Promise<boolean>;
  },
): Promise<Restored> {
  if (!isDataFolder(copy)) throw refused(noDataFolder(copy));
  const isThere = existsSync(directory) && readdirSync(directory).length > 0;
  if (isThere && !options.replace)
    throw refused(`${directory} is not empty: --replace keeps it under another name and puts the copy there`);
  const replaced = isThere ? `${resolve(directory)}.replaced-${options.stamp}` : null;
  if (replaced !== null && existsSync(replaced)) throw refused(`${replaced} exists already: try again`);
  await options.verify(copy);
  const part = `${resolve(directory)}.restored`;
  const needsAcceptance = await filled(part, async (folder) => {
    // A folder that a server left in haste has a write-ahead log, and the newest events are in that.
    for (const file of ['hansard.db', 'hansard.db-wal'])
      if (existsSync(`${copy}/${file}`)) cpSync(`${copy}/${file}`, `${folder}/${file}`);
    copyBeside('remembered', copy, folder);
    copyBeside('keys', copy, folder);
    if (!isThere || (await options.hasMore())) return remembering(directory, folder);
    return keepMemory(directory, folder);
  });
  if (replaced !== null) renameSync(directory, replaced);
  else rmSync(directory, { recursive: true, force: true });
  renameSync(part, directory);
  sync(dirname(resolve(directory)));
  return { replaced, needsAcceptance };
}

/** Nothing happened since the backup where both remember the same: the log goes on. */
function keepMemory(directory: string, folder: string): boolean {
  const newest = memoryOf(directory);
  const isSame = newest !== null && newest === memoryOf(folder);
  // A folder that was itself restored and never accepted does not know what happened either.
  if (!isSame || existsSync(restoredMark(directory))) return remembering(directory, folder);
  rmSync(restoredMark(folder), { force: true });
  return false;
}

/** Keeps what the replaced folder remembers, and has the next start ask. */
function remembering(directory: string, folder: string): true {
  const newest = newerOf(memoryOf(directory), memoryOf(folder));
  markRestored(folder);
  if (newest !== null) writeFileSync(`${folder}/remembered/checkpoint`, newest, { mode: 0o600 });
  return true;
}

/** The note that goes further: of a later epoch, or of more leaves. What is no checkpoint goes nowhere. */
function newerOf(one: string | null, other: string | null): string | null {
  const [[oneEpoch, oneSize], [otherEpoch, otherSize]] = [reachOf(one), reachOf(other)];
  return otherEpoch > oneEpoch || (otherEpoch === oneEpoch && otherSize > oneSize) ? other : one;
}

function reachOf(note: string | null): readonly [number, number] {
  try {
    const { origin, size } = parseCheckpoint(parseNote(note ?? '').text);
    return [originParts(origin)?.epoch ?? 0, size];
  } catch {
    return [-1, -1];
  }
}

function memoryOf(directory: string): string | null {
  const path = `${directory}/remembered/checkpoint`;
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function markRestored(folder: string): void {
  mkdirSync(`${folder}/remembered`, { recursive: true, mode: 0o700 });
  writeFileSync(restoredMark(folder), '', { mode: 0o600 });
}

/** Makes a folder under another name, fills it, makes it durable and only then gives it its name. */
async function filled<R>(target: string, fill: (part: string) => Promise<R>): Promise<R> {
  if (existsSync(target)) throw refused(`${target} exists already: name a folder that does not exist yet`);
  const part = `${resolve(target)}.part`;
  if (existsSync(part)) throw refused(`${part} is another copy in the making, or broke off: remove it first`);
  mkdirSync(part, { recursive: true, mode: 0o700 });
  try {
    const result = await fill(part);
    syncAll(part);
    renameSync(part, target);
    sync(dirname(part));
    return result;
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

/** Copies a folder that lies beside the store and belongs to the log, where there is one. */
function copyBeside(name: 'keys' | 'remembered', from: string, to: string): void {
  if (!existsSync(`${from}/${name}`)) return;
  cpSync(`${from}/${name}`, `${to}/${name}`, { recursive: true, filter: (path) => !draft.test(path) });
  chmodSync(`${to}/${name}`, 0o700);
}

function refused(sentence: string): AppError {
  return new AppError('UnprocessableEntity', [sentence]);
}

/** Makes a folder durable with all that is in it. */
function syncAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) sync(join(folder, entry));
  sync(folder);
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
