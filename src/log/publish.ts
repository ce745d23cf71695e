// The whole log as a folder that any static web server can serve (C2SP tlog-tiles). Nothing is believed of what is
// written: the tree must have the checkpoint's root, entries the hashes of their leaves, and an earlier publication in
// the same folder must be the beginning of this one. A checkpoint is replaced last, when all that it covers is there.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, unprocessable } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { type Checkpoint, openCheckpoint } from '../merkle/checkpoint.ts';
import { hashBytes, leafHash, sameHash } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { formatVerifierKey, NoteRefused, parseVerifierKey, type VerifierKey } from '../merkle/note.ts';
import { treeRoot } from '../merkle/proof.ts';
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
import { type LogSource, SourceFailure } from '../verify/source.ts';
import { originParts } from './epoch.ts';
import { makeFolder } from './folder.ts';
import { contentOf } from './key-file.ts';
import { type Layout, layoutOf, type Place, publishedIn, type SignedEpoch } from './publication.ts';
import {
  epochPlace,
  exchangeTrees,
  hasEntries,
  isWhole,
  placesBelow,
  readmeText,
  replaceFile,
} from './published-file.ts';

/** One tree of the log, from wherever it can be read. */
export interface LogEpoch {
  readonly number: number;
  readonly source: LogSource;
  /** All that ever signed its checkpoints. */
  readonly keys: readonly VerifierKey[];
}

export interface PublishOptions {
  /** Without the entries; refused where a folder has some. */
  readonly hashesOnly: boolean;
  /** Hears how many tiles there are, and how many are done. */
  readonly watch: { total(count: number): void; at(count: number): void };
}

export interface Published {
  readonly origin: string;
  /** Of the present tree, now and before; before is 0 where it is new in the folder. */
  readonly size: number;
  readonly before: number;
  /** The first index whose entry is published. */
  readonly minimumIndex: number;
  /** How many bundles of entries were written, of all epochs. */
  readonly bundles: number;
  /** The number of the epoch that was at the top before and is below now; null where the top stays the same tree. */
  readonly laidAside: number | null;
}

interface Head extends LogEpoch, SignedEpoch {
  readonly note: string;
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
  const heads: Head[] = [];
  for (const epoch of epochs) heads.push(await headOf(epoch));
  const present = heads.at(-1);
  if (present === undefined) throw unprocessable('The log has no published checkpoint yet.');
  await makeFolder(folder);
  const layout = await layoutOf(folder, heads, present);
  if (options.hashesOnly) await refuseEntries(folder);
  const texts = await textsOf(folder, heads, present, options, layout);
  let written: Written | null = null;
  let bundles = 0;
  for (const place of layout.places) {
    // The log was put back to an older copy: what it lost stays published.
    if ((place.earlier?.size ?? 0) > place.epoch.checkpoint.size) {
      await removeDisposed(place);
      continue;
    }
    const isDone = place.epoch === present && layout.leaving === null;
    written = await publishEpoch({ ...place, ...options }, isDone ? texts : {});
    bundles += written.bundles;
  }
  assert(written !== null, 'the present epoch was published');
  if (layout.leaving !== null) await changeEpoch(folder, layout, layout.leaving, present, texts);
  const { origin, size } = present.checkpoint;
  return { origin, size, ...written, bundles, laidAside: layout.leaving };
}

/** An epoch with its checkpoint, believed only if it is signed and the tree has its root. */
async function headOf(epoch: LogEpoch): Promise<Head> {
  const { source, keys } = epoch;
  const note = await source.checkpoint();
  const checkpoint = opened(note, keys, source.name);
  const { size, root } = checkpoint;
  const read = nodesFrom(size, (tile) => source.tile(tile));
  if (sameHash(await treeRoot(size, read), root)) return { ...epoch, note, checkpoint };
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

/** Whoever asks for hashes alone means that no entries are public. */
async function refuseEntries(folder: string): Promise<void> {
  for (const place of ['', ...(await placesBelow(folder))]) {
    if (!(await hasEntries(join(folder, place)))) continue;
    throw unprocessable(
      `${folder} holds entries of an earlier publication: they stay public. ` +
        `Remove ${join(folder, place, 'tile', 'entries')}, or name another folder.`,
    );
  }
}

interface Writing extends Place<Head>, PublishOptions {}

type Written = Pick<Published, 'before' | 'minimumIndex' | 'bundles'>;

async function publishEpoch(writing: Writing, texts: Texts): Promise<Written> {
  const { folder, earlier, watch } = writing;
  const { source, note, checkpoint } = writing.epoch;
  const before = earlier?.size ?? 0;
  const minimumIndex = await source.minimumIndex();
  const write = (tile: Tile): Promise<boolean> => writeTile(writing, tile, before, minimumIndex);
  watch.total(tileCount(checkpoint.size));
  let done = 0;
  let bundles = 0;
  for await (const isBundled of readAhead(tilesOf(checkpoint.size), write, limits.readsAhead)) {
    if (isBundled) bundles += 1;
    done += 1;
    watch.at(done);
  }
  await replaceFile(join(folder, 'minimum-index'), `${minimumIndex}\n`);
  await replaceTexts(folder, texts);
  const meanwhile = await publishedIn(folder);
  if (meanwhile !== null && meanwhile.size !== before) throw notAlone(folder);
  await replaceFile(join(folder, 'checkpoint'), note);
  return { before, minimumIndex, bundles };
}

/** Of a tree that is left as it was, entries go all the same when they are disposed of. */
async function removeDisposed({ folder, epoch: { source } }: Place<Head>): Promise<void> {
  const [before, minimumIndex] = [await directorySource(folder).minimumIndex(), await source.minimumIndex()];
  if (before >= minimumIndex) return;
  for (let index = Math.floor(before / tileWidth); (index + 1) * tileWidth <= minimumIndex; index += 1) {
    await rm(join(folder, entriesPath(index, tileWidth)), { force: true });
  }
  await replaceFile(join(folder, 'minimum-index'), `${minimumIndex}\n`);
}

function notAlone(folder: string): Error {
  return unprocessable(`Somebody else published to ${folder} at the same time: start again.`);
}

/** The present tree is whole below: it takes the place of the older one at the top, which goes below. */
async function changeEpoch(
  folder: string,
  { isAside }: Layout<Head>,
  leaving: number,
  present: Head,
  texts: Texts,
): Promise<void> {
  await replaceTexts(folder, texts);
  const top = await publishedIn(folder);
  if (top === null || top.origin === present.checkpoint.origin) throw notAlone(folder);
  const aside = isAside ? null : epochPlace(leaving);
  await exchangeTrees(folder, { aside, next: epochPlace(present.number) });
}

/**
 * Writes a tile, and the bundle below one of level 0, where the folder does not have them. Answers whether a bundle was
 * written.
 */
async function writeTile(
  writing: Writing,
  tile: Tile,
  before: number,
  minimumIndex: number,
): Promise<boolean> {
  const { folder } = writing;
  const { source } = writing.epoch;
  const wasPublished = tileIn(tile.level, tile.index, before)?.width === tile.width;
  const path = join(folder, tilePath(tile));
  const length = tile.width * hashBytes;
  const hashes = wasPublished && (await isWhole(path, length)) ? null : await source.tile(tile);
  if (hashes !== null) await replaceFile(path, hashes);
  if (!wasPublished) await removePartial(path, tile.width);
  if (tile.level > 0 || writing.hashesOnly) return false;
  return writeBundle(folder, source, { ...tile, hashes, wasPublished, minimumIndex });
}

interface BundleToWrite {
  readonly index: number;
  readonly width: number;
  /** Of the tile of its leaves, where that has just been read. */
  readonly hashes: Uint8Array | null;
  readonly wasPublished: boolean;
  readonly minimumIndex: number;
}

async function writeBundle(folder: string, source: LogSource, bundle: BundleToWrite): Promise<boolean> {
  const { index, width, wasPublished, minimumIndex } = bundle;
  const path = join(folder, entriesPath(index, width));
  const end = index * tileWidth + width;
  if (end <= minimumIndex) {
    await rm(path, { force: true });
    return false;
  }
  if (wasPublished && (await isWhole(path))) return false;
  const entries = await source.entries(index, width).catch(async (error: unknown) => {
    const isDisposedOf = error instanceof SourceFailure && end <= (await source.minimumIndex());
    if (isDisposedOf) return null;
    throw error;
  });
  if (entries === null) return false;
  const hashes = bundle.hashes ?? (await source.tile({ level: 0, index, width }));
  await replaceFile(
    path,
    encodeBundle(entries.map((entry, at) => checked(entry, at, index, hashes, source))),
  );
  if (!wasPublished) await removePartial(path, width);
  return true;
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

type Texts = Readonly<Record<string, string>>;

async function replaceTexts(folder: string, texts: Texts): Promise<void> {
  for (const [name, text] of Object.entries(texts)) await replaceFile(join(folder, name), text);
}

/** What the top of the folder has for people, as it is when all is published. */
async function textsOf(
  folder: string,
  heads: readonly Head[],
  { checkpoint: { origin } }: Head,
  { hashesOnly }: PublishOptions,
  { leaving }: Layout<Head>,
): Promise<Texts> {
  const told = heads.toReversed().flatMap(({ keys }) => keys.map(formatVerifierKey));
  const lines = new Set([...told, ...(await keysBefore(folder, origin))]);
  const hasEpochs = heads.length > 1 || leaving !== null || (await placesBelow(folder)).length > 0;
  return {
    'keys.txt': [...lines].map((line) => `${line}\n`).join(''),
    'README.txt': readmeText(origin, { hasEntries: !hashesOnly, hasEpochs }),
  };
}

/** Keys of this log that were told before: a log that was put back may have forgotten one, and what it signed stays. */
async function keysBefore(folder: string, origin: string): Promise<string[]> {
  const text = contentOf(join(folder, 'keys.txt')) ?? '';
  const log = originParts(origin)?.log;
  return text.split('\n').filter((line) => {
    const name = nameOfKey(line);
    return name !== null && log !== undefined && originParts(name)?.log === log;
  });
}

/** The name in a verifier key; null where a line is none. */
function nameOfKey(line: string): string | null {
  try {
    return parseVerifierKey(line).name;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}
