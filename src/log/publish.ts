// The whole log as a folder that any static web server can serve (C2SP tlog-tiles). Nothing is believed of what is
// written: the tree must have the checkpoint's root, entries the hashes of their leaves, and an earlier publication in
// the same folder must be the beginning of this one. A checkpoint is replaced last, when all that it covers is there.
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, unprocessable } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { type Checkpoint, openCheckpoint } from '../merkle/checkpoint.ts';
import { hashBytes, leafHash, sameHash } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { formatVerifierKey, NoteRefused, type VerifierKey } from '../merkle/note.ts';
import { consistencyProof, treeRoot, verifyConsistency } from '../merkle/proof.ts';
import {
  encodeBundle,
  entriesPath,
  nodesFrom,
  type Tile,
  tileIn,
  tilePath,
  tilesOf,
  tileWidth,
} from '../merkle/tile.ts';
import { directorySource } from '../verify/directory-source.ts';
import { readAhead } from '../verify/read-ahead.ts';
import { type LogSource, nullIf, SourceFailure } from '../verify/source.ts';
import { checkpointIn } from './prove.ts';
import { isWhole, publishedNames, readmeText, replaceFile } from './published-file.ts';

/** One tree of the log, from wherever it can be read. */
export interface LogEpoch {
  readonly number: number;
  readonly source: LogSource;
  /** All that ever signed its checkpoints. */
  readonly keys: readonly VerifierKey[];
}

export interface PublishOptions {
  /** Without the entries: their bundles are left as they are. */
  readonly hashesOnly: boolean;
  /** Hears how many tiles there are, and how many are done. */
  readonly watch: { total(count: number): void; at(count: number): void };
}

export interface Published {
  readonly origin: string;
  /** Of the tree, now and before; before is 0 in a new folder. */
  readonly size: number;
  readonly before: number;
  /** The first index whose entry is published. */
  readonly minimumIndex: number;
}

/**
 * Publishes all epochs, the present one last, writing only what the folder does not have. Throws UnprocessableEntity
 * where the folder holds something else, or the log is not what its checkpoint says; the checkpoint is then as it was.
 */
export async function publish(
  epochs: readonly LogEpoch[],
  folder: string,
  options: PublishOptions,
): Promise<Published> {
  const present = epochs.at(-1);
  if (present === undefined) throw unprocessable('The log has no published checkpoint yet.');
  const heads = new Map<LogEpoch, Head>();
  for (const epoch of epochs) heads.set(epoch, await headOf(epoch));
  await mkdir(folder, { recursive: true });
  await putOldEpochAside(folder, present, heads);
  let published: Published | null = null;
  for (const [epoch, head] of heads) {
    const place = epoch === present ? folder : join(folder, 'epochs', String(epoch.number));
    const texts = epoch === present ? textsOf(epochs, head) : {};
    published = await publishEpoch({ ...head, source: epoch.source, folder: place, ...options }, texts);
  }
  assert(published !== null, 'the present epoch was published');
  return published;
}

interface Head {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** The checkpoint of an epoch, believed only if it is signed and the tree has its root. */
async function headOf({ source, keys }: LogEpoch): Promise<Head> {
  const note = await source.checkpoint();
  const checkpoint = opened(note, keys, source.name);
  const { size, root } = checkpoint;
  const read = nodesFrom(size, (tile) => source.tile(tile));
  if (sameHash(await treeRoot(size, read), root)) return { note, checkpoint };
  throw unprocessable(
    `The tree of ${source.name} is not the one that its checkpoint of ${size} entries signs: nothing is published.`,
  );
}

function opened(note: string, keys: readonly VerifierKey[], name: string): Checkpoint {
  try {
    return openCheckpoint(note, keys);
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof NoteRefused)) throw error;
    throw unprocessable(`The checkpoint of ${name} is not to be believed: ${error.message}.`);
  }
}

/** What was published of an older epoch at the top of the folder goes below, where older epochs are. */
async function putOldEpochAside(
  folder: string,
  present: LogEpoch,
  heads: ReadonlyMap<LogEpoch, Head>,
): Promise<void> {
  const earlier = await publishedIn(folder);
  if (earlier === null) return refuseForeignFiles(folder);
  if (earlier.origin === heads.get(present)?.checkpoint.origin) return;
  const older = [...heads].find(([, { checkpoint }]) => checkpoint.origin === earlier.origin)?.[0];
  if (older === undefined) {
    throw unprocessable(`${folder} holds another log, ${earlier.origin}: name another folder.`);
  }
  const aside = join(folder, 'epochs', String(older.number));
  await mkdir(aside, { recursive: true });
  // The checkpoint last: until it is moved, whoever starts again does the same.
  for (const name of ['tile', 'minimum-index', 'checkpoint']) {
    await rename(join(folder, name), join(aside, name)).catch(unlessMissing);
  }
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

async function publishedIn(folder: string): Promise<Checkpoint | null> {
  const note = await directorySource(folder).checkpoint().catch(nullIf('missing'));
  try {
    return note === null ? null : checkpointIn(note);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw unprocessable(`${join(folder, 'checkpoint')} is no checkpoint: name another folder.`);
  }
}

/** A folder without a checkpoint is empty, or holds what a publication left that was cut off. */
async function refuseForeignFiles(folder: string): Promise<void> {
  const foreign = (await readdir(folder)).find((name) => !publishedNames.includes(name));
  if (foreign === undefined) return;
  throw unprocessable(`${folder} holds something else than a log (${foreign}): name another folder.`);
}

interface Writing extends Head, PublishOptions {
  readonly source: LogSource;
  readonly folder: string;
}

async function publishEpoch(writing: Writing, texts: Readonly<Record<string, string>>): Promise<Published> {
  const { folder, source, note, watch } = writing;
  const { origin, size } = writing.checkpoint;
  const earlier = await publishedIn(folder);
  if (earlier !== null) await checkBeginning(writing, earlier);
  const before = earlier?.size ?? 0;
  const minimumIndex = await source.minimumIndex();
  const write = (tile: Tile): Promise<void> => writeTile(writing, tile, before, minimumIndex);
  watch.total(tileCount(size));
  let done = 0;
  for await (const _ of readAhead(tilesOf(size), write, limits.readsAhead)) {
    done += 1;
    watch.at(done);
  }
  await replaceFile(join(folder, 'minimum-index'), `${minimumIndex}\n`);
  for (const [name, text] of Object.entries(texts)) await replaceFile(join(folder, name), text);
  const meanwhile = await publishedIn(folder);
  if (meanwhile !== null && meanwhile.size !== before) {
    throw unprocessable(`Somebody else published to ${folder} at the same time: start again.`);
  }
  await replaceFile(join(folder, 'checkpoint'), note);
  return { origin, size, before, minimumIndex };
}

/** The earlier publication must be the beginning of this one. */
async function checkBeginning({ source, checkpoint, folder }: Writing, earlier: Checkpoint): Promise<void> {
  const { origin, size, root } = checkpoint;
  const refused = (why: string): Error =>
    unprocessable(`${folder} is left as it is: it holds ${why}. Keep it, and name another folder.`);
  if (earlier.origin !== origin) throw refused(`another log, ${earlier.origin}`);
  if (earlier.size > size) {
    throw refused(
      `${earlier.size} entries of this log, which has only ${size}: it was put back to an older copy`,
    );
  }
  const read = nodesFrom(size, (tile) => source.tile(tile));
  const proof = await consistencyProof(earlier.size, size, read);
  if (!verifyConsistency(earlier.size, earlier.root, size, root, proof)) {
    throw refused(`${earlier.size} entries that are not the first of this log: one of the two was changed`);
  }
}

/** Writes a tile, and the bundle below one of level 0, where the folder does not have them. */
async function writeTile(writing: Writing, tile: Tile, before: number, minimumIndex: number): Promise<void> {
  const { source, folder } = writing;
  const wasPublished = tileIn(tile.level, tile.index, before)?.width === tile.width;
  const path = join(folder, tilePath(tile));
  const length = tile.width * hashBytes;
  const hashes = wasPublished && (await isWhole(path, length)) ? null : await source.tile(tile);
  if (hashes !== null) await replaceFile(path, hashes);
  if (!wasPublished) await removePartial(path, tile.width);
  if (tile.level === 0 && !writing.hashesOnly) {
    await writeBundle(writing, { ...tile, hashes, wasPublished, minimumIndex });
  }
}

interface BundleToWrite {
  readonly index: number;
  readonly width: number;
  /** Of the tile of its leaves, where that has just been read. */
  readonly hashes: Uint8Array | null;
  readonly wasPublished: boolean;
  readonly minimumIndex: number;
}

async function writeBundle({ source, folder }: Writing, bundle: BundleToWrite): Promise<void> {
  const { index, width, wasPublished, minimumIndex } = bundle;
  const path = join(folder, entriesPath(index, width));
  const end = index * tileWidth + width;
  if (end <= minimumIndex) return rm(path, { force: true });
  if (wasPublished && (await isWhole(path))) return;
  const entries = await source.entries(index, width).catch(async (error: unknown) => {
    const isDisposedOf = error instanceof SourceFailure && end <= (await source.minimumIndex());
    if (isDisposedOf) return null;
    throw error;
  });
  if (entries === null) return;
  const hashes = bundle.hashes ?? (await source.tile({ level: 0, index, width }));
  await replaceFile(
    path,
    encodeBundle(entries.map((entry, at) => checked(entry, at, index, hashes, source))),
  );
  if (!wasPublished) await removePartial(path, width);
}

/** An entry that is there and has the hash of its leaf. */
function checked(
  entry: Uint8Array | null,
  at: number,
  index: number,
  hashes: Uint8Array,
  { name }: LogSource,
): Uint8Array {
  const hash = hashes.subarray(at * hashBytes, (at + 1) * hashBytes);
  if (entry !== null && sameHash(leafHash(entry), hash)) return entry;
  const what = entry === null ? 'is missing' : 'is not what was sealed';
  throw unprocessable(
    `Entry ${index * tileWidth + at} of ${name} ${what}: the checkpoint is not published. "hansard verify" tells more.`,
  );
}

/** Once the full tile is there, nobody needs its partial ones any more (tlog-tiles, section Partial Tiles). */
async function removePartial(path: string, width: number): Promise<void> {
  if (width === tileWidth) await rm(`${path}.p`, { recursive: true, force: true });
}

/** How many tiles `tilesOf` gives. */
function tileCount(size: number): number {
  let count = 0;
  for (let hashes = size; hashes > 0; hashes = Math.floor(hashes / tileWidth)) {
    count += Math.ceil(hashes / tileWidth);
  }
  return count;
}

function textsOf(epochs: readonly LogEpoch[], { checkpoint }: Head): Record<string, string> {
  const keys = epochs.toReversed().flatMap((epoch) => epoch.keys.map(formatVerifierKey));
  return { 'keys.txt': keys.map((key) => `${key}\n`).join(''), 'README.txt': readmeText(checkpoint.origin) };
}
