// Recomputes a whole tree while its tiles and entries stream by, and notes wherever what is read and what is computed
// part. Memory does not grow with the log: a compact range, one tile of each higher level, a few reads ahead.
import { limits } from '../core/limits.ts';
import { NotALeaf, readLeaf } from '../event/leaf.ts';
import type { Checkpoint } from '../merkle/checkpoint.ts';
import { type Hash, hashBytes, leafHash, sameHash } from '../merkle/hash.ts';
import { nodesFrom, tileIn, tilePath, tileWidth } from '../merkle/tile.ts';
import { CompactRange, type Node, rootNodes } from '../merkle/tree.ts';
import type { Findings } from './finding.ts';
import { readAhead } from './read-ahead.ts';
import { attempt, type LogSource, nullIf, SourceFailure } from './source.ts';
import { utf8Text } from './utf8.ts';

/** A checkpoint that must lie on the tree. */
export interface Known {
  readonly size: number;
  readonly root: Hash;
  /** For people, with an article: "the checkpoint of 5 leaves known from earlier". */
  readonly name: string;
  /** Whether it is kept by the log itself: whoever signs another history signs those anew too. */
  readonly isOwn: boolean;
}

/** A known checkpoint that does not lie on the tree. */
interface Parted {
  readonly known: Known;
  /** The size of the last one before it that does. */
  readonly innocent: number;
  /** The same of those that the log does not keep itself. */
  readonly vouched: number;
}

/** Leaves [first, first + width) as they were read, or why they could not be. */
interface Chunk {
  readonly first: number;
  readonly width: number;
  readonly hashes: readonly Hash[] | SourceFailure;
  readonly entries: readonly (Uint8Array | null)[] | SourceFailure;
}

export interface Walk {
  /** Leaves whose hashes were put together, those below `from` included. */
  readonly leaves: number;
  /** Leaves before this one are gone with their hashes: the tiles' word was taken for them. */
  readonly from: number;
  /** Entries that were read and hashed. */
  readonly entries: number;
  /** Entries below the minimum index that are gone. */
  readonly disposed: number;
  readonly minimumIndex: number;
  /** Whether entries were read; not everybody may. */
  readonly hasEntries: boolean;
  /** Known checkpoints whose root came out. */
  readonly held: readonly Known[];
}

/** How many levels of the tree a tile spans. */
const tileHeight = 8;

/** What is walked, and by what. */
export interface WalkPlan {
  readonly source: LogSource;
  readonly checkpoint: Checkpoint;
  /** With sizes up to the checkpoint's. */
  readonly known: readonly Known[];
  /** Entries are not asked for. */
  readonly hashesOnly?: boolean;
  /** Hears of leaves done, of all. */
  readonly onProgress?: (done: number, of: number) => void;
}

/**
 * Walks the tree of a checkpoint from its first leaf to its last. Rejects with SourceFailure where the source is out of
 * reach, or its tiles may not be read.
 */
export async function walkTree(plan: WalkPlan, findings: Findings): Promise<Walk> {
  const walker = new Walker(plan, findings);
  await walker.walk(plan.onProgress ?? (() => undefined));
  return walker;
}

class Walker implements Walk {
  from = 0;
  entries = 0;
  disposed = 0;
  minimumIndex = 0;
  hasEntries: boolean;
  readonly held: Known[] = [];
  readonly #parted: Parted[] = [];
  readonly #source: LogSource;
  readonly #size: number;
  readonly #root: Hash;
  readonly #findings: Findings;
  /** Known checkpoints ahead, smallest last. */
  readonly #ahead: Known[];
  readonly #tiles = new Map<number, { readonly index: number; readonly bytes: Uint8Array | null }>();
  #range = new CompactRange();

  constructor(
    { source, checkpoint: { size, root }, known, hashesOnly = false }: WalkPlan,
    findings: Findings,
  ) {
    this.#source = source;
    this.#size = size;
    this.#root = root;
    this.hasEntries = !hashesOnly;
    this.#findings = findings;
    this.#ahead = known.toSorted((a, b) => b.size - a.size);
  }

  get leaves(): number {
    return this.#range.size;
  }

  async walk(onProgress: (done: number, of: number) => void): Promise<void> {
    const isWhole = (await this.#begin()) && (await this.#follow(onProgress));
    const isSigned = isWhole && sameHash(this.#range.root(), this.#root);
    for (const parted of this.#parted) this.#tellParted(parted, isSigned);
    if (isSigned || !isWhole) return;
    const innocent = this.held.at(-1)?.size ?? 0;
    this.#differs('The leaves give another root than the checkpoint has.', innocent, this.#size);
  }

  /** Whether the hashes of all leaves could be read. */
  async #follow(onProgress: (done: number, of: number) => void): Promise<boolean> {
    const chunks = readAhead(this.#places(), (first) => this.#read(first), limits.readsAhead);
    for await (const chunk of chunks) {
      const hashes = this.#hashesOf(chunk);
      this.#checkEntries(chunk);
      if (hashes === null) {
        this.#findings.add(`What follows leaf ${chunk.first} was not checked.`, chunk.first, this.#size - 1);
        return false;
      }
      await this.#add(hashes);
      onProgress(this.#range.size, this.#size);
    }
    return true;
  }

  /** Where hashes of disposed leaves are gone, the tree is begun from the tiles above them. */
  async #begin(): Promise<boolean> {
    const minimum = await attempt(this.#source.minimumIndex());
    if (minimum instanceof SourceFailure) this.#findings.add(minimum.message);
    else this.minimumIndex = minimum;
    if (this.minimumIndex > this.#size) {
      this.#findings.add(`The minimum index, ${this.minimumIndex}, lies beyond the ${this.#size} leaves.`);
    }
    const kept = Math.min(this.minimumIndex, this.#size);
    const from = kept - (kept % tileWidth);
    const first = from === 0 ? null : await this.#source.tile(firstTile).catch(nullIf('missing'));
    if (from > 0 && first === null) {
      const nodes = rootNodes(from);
      const read = nodesFrom(this.#size, (tile) => this.#source.tile(tile));
      const hashes = await attempt(read(nodes));
      if (hashes instanceof SourceFailure) {
        this.#findings.add(`The hashes before leaf ${from} cannot be read: ${hashes.message}`, 0, from - 1);
        return false;
      }
      this.#range = new CompactRange(from, hashes);
      this.from = from;
      while ((this.#ahead.at(-1)?.size ?? from) < from) this.#ahead.pop();
    }
    this.#compareKnown();
    return true;
  }

  *#places(): Generator<number> {
    for (let first = this.#range.size; first < this.#size; first += tileWidth) yield first;
  }

  async #read(first: number): Promise<Chunk> {
    const index = first / tileWidth;
    const width = Math.min(tileWidth, this.#size - first);
    const [bytes, entries] = await Promise.all([
      attempt(this.#source.tile({ level: 0, index, width })),
      this.hasEntries
        ? attempt(this.#source.entries(index, width), ['missing', 'broken', 'forbidden'])
        : noEntries,
    ]);
    return { first, width, hashes: bytes instanceof SourceFailure ? bytes : hashesIn(bytes), entries };
  }

  /** The hashes of a chunk's leaves: the tile's, or in its absence the entries'. null where neither is whole. */
  #hashesOf({ first, width, hashes, entries }: Chunk): readonly Hash[] | null {
    if (!(hashes instanceof SourceFailure)) return hashes;
    this.#findings.add(hashes.message, first, first + width - 1);
    if (entries instanceof SourceFailure) return null;
    const present = entries.filter((entry) => entry !== null);
    return present.length === width ? present.map(leafHash) : null;
  }

  #checkEntries({ first, width, hashes, entries }: Chunk): void {
    const end = first + width;
    if (entries instanceof SourceFailure && entries.problem === 'forbidden') {
      this.hasEntries = false;
      return;
    }
    const failure = entries instanceof SourceFailure ? entries : null;
    const read = entries instanceof SourceFailure ? entries.entries : entries;
    const stored = hashes instanceof SourceFailure ? [] : hashes;
    for (const [place, entry] of read.entries()) {
      if (entry !== null) this.#checkEntry(first + place, entry, stored[place]);
    }
    if (failure?.problem === 'missing' && end <= this.minimumIndex) this.disposed += width;
    else if (failure !== null)
      this.#findings.add(failure.message, Math.min(first + read.length, end - 1), end - 1);
    this.#countMissing(first, read);
  }

  #checkEntry(index: number, entry: Uint8Array, stored: Hash | undefined): void {
    this.entries += 1;
    if (stored !== undefined && !sameHash(leafHash(entry), stored)) {
      const path = this.#pathOf(0, Math.floor(index / tileWidth));
      this.#findings.add(`Entry ${index} does not have the hash that ${path} holds for it.`, index);
      return;
    }
    const fault = leafFault(entry);
    if (fault !== null) this.#findings.add(`Entry ${index} is not the leaf of an event: ${fault}.`, index);
  }

  /** Entries that are gone: counted below the minimum index, a finding for each run of them above. */
  #countMissing(first: number, entries: readonly (Uint8Array | null)[]): void {
    let run: number | null = null;
    for (let place = 0; place <= entries.length; place += 1) {
      const index = first + place;
      const isMissing = place < entries.length && entries[place] === null;
      if (isMissing && index < this.minimumIndex) this.disposed += 1;
      else if (isMissing) run ??= index;
      else if (run !== null) {
        const range = run === index - 1 ? `Entry ${run} is` : `Entries ${run} to ${index - 1} are`;
        this.#findings.add(`${range} missing.`, run, index - 1);
        run = null;
      }
    }
  }

  async #add(hashes: readonly Hash[]): Promise<void> {
    const done: { readonly node: Node; readonly hash: Hash }[] = [];
    for (const leaf of hashes) {
      this.#range.add(leaf, (node, hash) => {
        if (node.level % tileHeight === 0) done.push({ node, hash });
      });
      this.#compareKnown();
    }
    for (const { node, hash } of done) {
      const level = node.level / tileHeight;
      const stored = await this.#stored(level, node.index);
      if (stored === null || sameHash(stored, hash)) continue;
      const [span, first] = [tileWidth ** level, node.index * tileWidth ** level];
      const path = this.#pathOf(level, Math.floor(node.index / tileWidth));
      const last = first + span - 1;
      this.#findings.add(
        `Leaves ${first} to ${last} give another hash than ${path} has for them.`,
        first,
        last,
      );
    }
  }

  /** A hash of a tile above the leaves; null where that cannot be read. */
  async #stored(level: number, node: number): Promise<Hash | null> {
    const index = Math.floor(node / tileWidth);
    let tile = this.#tiles.get(level);
    if (tile?.index !== index) {
      tile = { index, bytes: await this.#readTile(level, index) };
      this.#tiles.set(level, tile);
    }
    const start = (node % tileWidth) * hashBytes;
    return tile.bytes?.subarray(start, start + hashBytes) ?? null;
  }

  async #readTile(level: number, index: number): Promise<Uint8Array | null> {
    const tile = tileIn(level, index, this.#size);
    const bytes = tile === null ? null : await attempt(this.#source.tile(tile));
    if (!(bytes instanceof SourceFailure)) return bytes;
    const [first, width] = [index * tileWidth, tile?.width ?? 0];
    this.#findings.add(bytes.message, first * tileWidth ** level, (first + width) * tileWidth ** level - 1);
    return null;
  }

  #pathOf(level: number, index: number): string {
    return tilePath(tileIn(level, index, this.#size) ?? { level, index, width: tileWidth });
  }

  #compareKnown(): void {
    for (let known = this.#ahead.at(-1); known?.size === this.#range.size; known = this.#ahead.at(-1)) {
      this.#ahead.pop();
      if (sameHash(known.root, this.#range.root())) this.held.push(known);
      else {
        const innocent = this.held.at(-1)?.size ?? 0;
        const vouched = this.held.findLast(({ isOwn }) => !isOwn)?.size ?? 0;
        this.#parted.push({ known, innocent, vouched });
      }
    }
  }

  /**
   * Where the tree is signed and yet not that of a known checkpoint, somebody signed a second history, and what the log
   * itself keeps may be of it: only checkpoints from elsewhere then say up to where the two are one.
   */
  #tellParted({ known: { name, size }, innocent, vouched }: Parted, isSigned: boolean): void {
    const what =
      size === this.#size
        ? `There are two histories of the same size: ${name} has another root.`
        : `The log is not the one of ${name}: its first leaves give another root.`;
    this.#differs(what, isSigned ? vouched : innocent, size);
  }

  /** A root of the first `size` leaves that did not come out; the first of them, so many, are innocent. */
  #differs(what: string, innocent: number, size: number): void {
    if (innocent < size) this.#findings.add(what, innocent, size - 1);
    else this.#findings.add(what);
  }
}

const firstTile = { level: 0, index: 0, width: tileWidth };

/** In the place of entries that are not asked for any more. */
const noEntries = Promise.resolve(new SourceFailure('forbidden', 'Entries may not be read.'));

function hashesIn(bytes: Uint8Array): Hash[] {
  return Array.from({ length: bytes.length / hashBytes }, (_, place) =>
    bytes.subarray(place * hashBytes, (place + 1) * hashBytes),
  );
}

/** Why an entry is not the leaf of an event, or null. */
function leafFault(entry: Uint8Array): string | null {
  const text = utf8Text(entry);
  if (text === null) return 'it is not UTF-8';
  try {
    readLeaf(text);
    return null;
  } catch (error) {
    if (error instanceof NotALeaf) return error.message;
    throw error;
  }
}
