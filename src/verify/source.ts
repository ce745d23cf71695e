// Where a log is read from: any place that holds the resources of C2SP tlog-tiles. A source believes nothing that it
// reads; it holds lengths to what they must be and says why something could not be had.
import { limits } from '../core/limits.ts';
import { hashBytes } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { decodeBundle, entriesPath, type Tile, tilePath, tileWidth } from '../merkle/tile.ts';
import { utf8Text } from './utf8.ts';

/** Resources of one log. All reject with SourceFailure; any number may be asked for at the same time. */
export interface LogSource {
  /** For people: a folder, an address. */
  readonly name: string;
  /** The newest checkpoint: a whole signed note. */
  checkpoint(): Promise<string>;
  /** Exactly width * 32 bytes. */
  tile(tile: Tile): Promise<Uint8Array>;
  /** Exactly `width` entries of the bundle; null for one that is missing or was disposed of. */
  entries(index: number, width: number): Promise<(Uint8Array | null)[]>;
  /** The first index whose entry is still published (tlog-tiles, section Pruning). */
  minimumIndex(): Promise<number>;
  /** A resource that goes beyond a tree of this size, for people; null where there is none. Not all can tell. */
  beyond?(size: number): Promise<string | null>;
}

/** `broken`: it is there and cannot be what it should be. The sentence names the resource. */
export type SourceProblem = 'missing' | 'broken' | 'forbidden' | 'unreachable';

/** Why a resource could not be had. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  readonly problem: SourceProblem;
  /** Of a broken bundle: the entries before the break. */
  readonly entries: readonly Uint8Array[];

  constructor(problem: SourceProblem, sentence: string, entries: readonly Uint8Array[] = []) {
    super(sentence);
    this.problem = problem;
    this.entries = entries;
  }
}

/** A failure to read is turned into null where it is of this kind. */
export function nullIf(problem: SourceProblem): (error: unknown) => null {
  return (error) => {
    if (error instanceof SourceFailure && error.problem === problem) return null;
    throw error;
  };
}

/** A failure of these kinds, which says something about the log, becomes an answer; others are thrown. */
export async function attempt<R>(
  asked: Promise<R>,
  problems: readonly SourceProblem[] = ['missing', 'broken'],
): Promise<R | SourceFailure> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof SourceFailure && problems.includes(error.problem)) return error;
    throw error;
  }
}

/** Reads the bytes at a path below a log's prefix, at most `bytesMax`. Rejects with SourceFailure. */
export type ReadResource = (path: string, bytesMax: number) => Promise<Uint8Array>;

/** The bytes of a tile. A partial one may be gone once the full one is there, and is then cut from that. */
export async function readTile(read: ReadResource, tile: Tile): Promise<Uint8Array> {
  const exactly = async (wanted: Tile): Promise<Uint8Array> => {
    const [path, length] = [tilePath(wanted), wanted.width * hashBytes];
    const bytes = await read(path, length);
    if (bytes.length === length) return bytes;
    throw new SourceFailure('broken', `${path} has ${bytes.length} bytes, not ${length}.`);
  };
  const found = await orFull(tile.width, (width) => exactly({ ...tile, width }));
  return found.subarray(0, tile.width * hashBytes);
}

/** The entries of a bundle; a partial one may be cut from the full one too. */
export async function readEntries(read: ReadResource, index: number, width: number): Promise<Uint8Array[]> {
  const found = await orFull(width, async (asked) => {
    const path = entriesPath(index, asked);
    const bytes = await read(path, asked * (2 + limits.logEntryBytesMax));
    return entriesIn(bytes, asked, path);
  });
  return found.slice(0, width);
}

/** Reads at the width asked for; where that is missing, at the full one. */
async function orFull<R>(width: number, read: (width: number) => Promise<R>): Promise<R> {
  try {
    return await read(width);
  } catch (error) {
    if (!(error instanceof SourceFailure) || error.problem !== 'missing' || width === tileWidth) throw error;
    const full = await read(tileWidth).catch(nullIf('missing'));
    if (full === null) throw error;
    return full;
  }
}

function entriesIn(bytes: Uint8Array, width: number, path: string): Uint8Array[] {
  try {
    return decodeBundle(bytes, width);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new SourceFailure('broken', `${path}: ${error.message}.`, entriesBefore(bytes, width));
  }
}

/** The first entries of broken bytes: as many as there are, at most `width`. */
function entriesBefore(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let start = 2; start <= bytes.length && entries.length < width; ) {
    const end = start + view.getUint16(start - 2);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(start, end));
    start = end + 2;
  }
  return entries;
}

/** The number in a `minimum-index` resource. Throws SourceFailure (broken) where it is none. */
export function readMinimumIndex(text: string): number {
  const value = /^(?:0|[1-9]\d{0,15})\n$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new SourceFailure('broken', 'minimum-index does not hold one number in decimal and a newline.');
}

/** The text of a resource. Throws SourceFailure (broken) where it is not UTF-8. */
export function textOf(bytes: Uint8Array, what: string): string {
  const text = utf8Text(bytes);
  if (text === null) throw new SourceFailure('broken', `${what} is not UTF-8.`);
  return text;
}
