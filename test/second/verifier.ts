// An independent verifier of a published log: a folder laid out as C2SP tlog-tiles says, or one entry with
// its tlog-proof. It follows the definitions word for word and shares nothing with the program, so that the
// two can be held against each other.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkLeaf } from './leaf.ts';
import {
  base64Of,
  type Checkpoint,
  decimalOf,
  keyOf,
  openCheckpoint,
  utf8Of,
  type VerifierKey,
} from './note.ts';
import { leafHash, root, rootOfInclusion } from './tree.ts';

/** Something wrong, and the first entry it touches; null where no single entry can be named. */
export interface Wrong {
  readonly ok: false;
  readonly index: number | null;
  readonly reason: string;
}

/** `root` in lower-case hex. */
export type Verdict = { readonly ok: true; readonly size: number; readonly root: string } | Wrong;

export type ProofVerdict =
  | { readonly ok: true; readonly index: number; readonly size: number; readonly root: string }
  | Wrong;

/** Hashes in a full tile, entries in a full bundle. */
const fullWidth = 256;

const hashBytes = 32;

function wrong(index: number | null, reason: string): Wrong {
  return { ok: false, index, reason };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `checkpoint` of a folder, or what is wrong with it. */
function checkpointIn(folder: string, verifierKeys: readonly VerifierKey[]): Checkpoint | Wrong {
  try {
    return openCheckpoint(utf8Of(readFileSync(join(folder, 'checkpoint'))), verifierKeys);
  } catch (error) {
    return wrong(null, `checkpoint: ${sentence(error)}`);
  }
}

/** 1234067 is x001/x234/067. */
export function indexPath(n: number): string {
  const last = String(n % 1000).padStart(3, '0');
  const parents = (rest: number): string =>
    rest === 0 ? '' : `${parents(Math.floor(rest / 1000))}x${String(rest % 1000).padStart(3, '0')}/`;
  return parents(Math.floor(n / 1000)) + last;
}

/** A tile or bundle as a folder holds it: the one that the tree's size asks for, and older, narrower ones. */
interface Stored {
  /** The bytes that must be there; undefined where they are not. */
  readonly needed: Buffer | undefined;
  /** The needed file is full although the tree asks for less: the log has grown since. */
  readonly grown: boolean;
  readonly older: readonly { readonly width: number; readonly bytes: Buffer | undefined }[];
}

function readOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Reads everything under `tile/<kind>/<n>` that a tree with `width` members there answers for. */
function storedIn(folder: string, kind: string, n: number, width: number): Stored {
  const full = join(folder, 'tile', kind, indexPath(n));
  const exact = readOf(width === fullWidth ? full : join(`${full}.p`, String(width)));
  const older = namesIn(`${full}.p`)
    .filter((name) => /^[1-9][0-9]{0,2}$/.test(name) && Number(name) < width)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => ({ width: Number(name), bytes: readOf(join(`${full}.p`, name)) }));
  return { needed: exact ?? readOf(full), grown: exact === undefined && width < fullWidth, older };
}

/** The entries of a bundle, and what follows them: nothing, or less than the next length prefix promises. */
function bundleOf(bytes: Buffer): { readonly entries: readonly Buffer[]; readonly rest: Buffer } {
  const entries: Buffer[] = [];
  let rest = bytes;
  while (rest.length >= 2) {
    const end = 2 + rest.readUInt16BE(0);
    if (rest.length < end) break;
    entries.push(rest.subarray(2, end));
    rest = rest.subarray(end);
  }
  return { entries, rest };
}

/** What a tile or bundle must be: its first leaf, leaves a member, members, whether more may follow. */
interface Shape {
  readonly start: number;
  readonly span: number;
  readonly width: number;
  readonly grown: boolean;
}

/** The entries that could be read from bundles, in order, and whatever is wrong with them. */
interface Read {
  readonly entries: readonly Buffer[];
  readonly wrongs: readonly Wrong[];
}

function readBundle(path: string, bytes: Buffer | undefined, { start, width, grown }: Shape): Read {
  if (bytes === undefined) return { entries: [], wrongs: [wrong(start, `${path} is missing`)] };
  const { entries, rest } = bundleOf(bytes);
  const count = entries.length;
  const wrongs: Wrong[] = [];
  if (count < width) wrongs.push(wrong(start + count, `${path} has ${count} whole entries, not ${width}`));
  else if (!grown && (count > width || rest.length > 0)) {
    wrongs.push(wrong(start + width, `${path} goes on after its ${width} entries`));
  }
  return { entries: entries.slice(0, width), wrongs };
}

/** Older, narrower bundles must tell the same entries as the one that the tree's size asks for. */
function checkOlder(
  path: string,
  older: Stored['older'],
  start: number,
  entries: readonly Buffer[],
): Wrong[] {
  return older.flatMap(({ width, bytes }) => {
    const name = `${path}.p/${width}`;
    const past = readBundle(name, bytes, { start, span: 1, width, grown: false });
    const at = past.entries.findIndex((entry, i) => entries[i]?.equals(entry) === false);
    return at < 0 ? past.wrongs : [...past.wrongs, wrong(start + at, `${name} tells another entry`)];
  });
}

/** All entries of the log, up to the first that cannot be read. */
function readEntries(folder: string, size: number): Read {
  const entries: Buffer[] = [];
  const wrongs: Wrong[] = [];
  while (entries.length < size) {
    const start = entries.length;
    const width = Math.min(fullWidth, size - start);
    const n = start / fullWidth;
    const path = `tile/entries/${indexPath(n)}`;
    const { needed, grown, older } = storedIn(folder, 'entries', n, width);
    const bundle = readBundle(path, needed, { start, span: 1, width, grown });
    entries.push(...bundle.entries);
    wrongs.push(...bundle.wrongs, ...checkOlder(path, older, start, bundle.entries));
    if (bundle.entries.length < width) break;
  }
  return { entries, wrongs };
}

/** Compares the bytes of one tile with the hashes that the definition gives for it. */
function checkTile(
  path: string,
  bytes: Buffer | undefined,
  expected: readonly (Buffer | undefined)[],
  { start, span, width, grown }: Shape,
): Wrong[] {
  if (bytes === undefined) return [wrong(start, `${path} is missing`)];
  const wrongs: Wrong[] = [];
  const at = expected
    .slice(0, Math.min(width, Math.floor(bytes.length / hashBytes)))
    .findIndex((hash, i) => hash?.equals(bytes.subarray(i * hashBytes, (i + 1) * hashBytes)) === false);
  if (at >= 0) wrongs.push(wrong(start + at * span, `${path} has another hash ${at} than its entries give`));
  const length = width * hashBytes;
  if (grown ? bytes.length < length : bytes.length !== length) {
    const whole = Math.min(width, Math.floor(bytes.length / hashBytes));
    wrongs.push(wrong(start + whole * span, `${path} has ${bytes.length} bytes, not ${length}`));
  }
  return wrongs;
}

/**
 * MTH(D[start : start + span]) for each place of a tile. Undefined where not all these entries could be read,
 * and where one of several is known to be wrong: that the hash above it differs then tells nothing new.
 */
function hashesOf(
  { entries, wrongs }: Read,
  { start, span, width }: Pick<Shape, 'start' | 'span' | 'width'>,
): (Buffer | undefined)[] {
  return Array.from({ length: width }, (_, i) => {
    const from = start + i * span;
    const to = from + span;
    if (to > entries.length) return undefined;
    const isKnown = ({ index }: Wrong) => index !== null && from <= index && index < to;
    return span > 1 && wrongs.some(isKnown) ? undefined : root(entries.slice(from, to));
  });
}

/** Every tile of one level that begins within what could be read; `read` is as the levels below left it. */
function checkLevel(folder: string, level: number, read: Read, size: number): Wrong[] {
  const span = fullWidth ** level;
  const total = Math.floor(size / span);
  const wrongs: Wrong[] = [];
  for (let n = 0; n * fullWidth < total && n * fullWidth * span < read.entries.length; n += 1) {
    const width = Math.min(fullWidth, total - n * fullWidth);
    const start = n * fullWidth * span;
    const expected = hashesOf(read, { start, span, width });
    const path = `tile/${level}/${indexPath(n)}`;
    const { needed, grown, older } = storedIn(folder, String(level), n, width);
    wrongs.push(...checkTile(path, needed, expected, { start, span, width, grown }));
    for (const past of older) {
      const shape = { start, span, width: past.width, grown: false };
      wrongs.push(...checkTile(`${path}.p/${past.width}`, past.bytes, expected, shape));
    }
  }
  return wrongs;
}

function checkEntries(entries: readonly Buffer[], check: (entry: Buffer) => void): Wrong[] {
  return entries.flatMap((entry, index) => {
    try {
      check(entry);
      return [];
    } catch (error) {
      return [wrong(index, `entry ${index}: ${sentence(error)}`)];
    }
  });
}

/** The one that names the lowest index; those that name none come last. */
function first(wrongs: readonly Wrong[]): Wrong | undefined {
  const at = (it: Wrong): number => it.index ?? Number.POSITIVE_INFINITY;
  return wrongs.toSorted((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)))[0];
}

/**
 * Checks a published folder: the checkpoint's signature, every entry, every tile of every level (older
 * partial ones too, where they are still there), and the root.
 *
 * What lies beyond the checkpoint's size is not looked at: a log writes its tiles before it signs.
 * `checkEntry` says what an entry must be; give a function that does nothing for logs of other entries.
 * Throws only where a verifier key is malformed.
 */
export function verifyDirectory(
  folder: string,
  verifierKeys: readonly string[],
  checkEntry: (entry: Buffer) => void = checkLeaf,
): Verdict {
  const checkpoint = checkpointIn(folder, verifierKeys.map(keyOf));
  if ('ok' in checkpoint) return checkpoint;
  const { size } = checkpoint;
  const { entries, wrongs: unread } = readEntries(folder, size);
  let wrongs = [...unread, ...checkEntries(entries, checkEntry)];
  for (let level = 0; fullWidth ** level <= size; level += 1) {
    wrongs = [...wrongs, ...checkLevel(folder, level, { entries, wrongs }, size)];
  }
  if (!root(entries).equals(checkpoint.root)) {
    wrongs.push(wrong(null, 'the entries give another root than the checkpoint signs'));
  }
  return first(wrongs) ?? { ok: true, size, root: checkpoint.root.toString('hex') };
}

interface Proof {
  readonly index: number;
  readonly path: readonly Buffer[];
  /** The checkpoint's note, as it stands in the proof. */
  readonly note: string;
}

/** Takes a tlog-proof apart: header, extra data (if any), index, path, an empty line, the checkpoint. */
function proofOf(text: string): Proof {
  const blank = text.indexOf('\n\n');
  if (blank < 0) throw new Error('the proof has no empty line before its checkpoint');
  const [header, ...lines] = text.slice(0, blank).split('\n');
  if (header !== 'c2sp.org/tlog-proof@v1') throw new Error(`not a proof that is known here: ${header}`);
  if (lines[0]?.startsWith('extra ')) base64Of(lines.shift()?.slice('extra '.length) ?? '', 'the extra data');
  const [index = '', ...hashes] = lines;
  if (!index.startsWith('index ')) throw new Error(`the proof names no index: ${index}`);
  const path = hashes.map((line) => base64Of(line, 'a hash of the proof'));
  if (path.some((hash) => hash.length !== hashBytes)) throw new Error('a hash of the proof has not 32 bytes');
  return { index: decimalOf(index.slice('index '.length), 'the index'), path, note: text.slice(blank + 2) };
}

/**
 * Checks that `entry` stands in the log where the proof (C2SP tlog-proof) says. Cosignatures are not asked
 * for: see `cosignedBy` in note.ts, which takes what follows the first empty line of the proof.
 * Throws only where a verifier key is malformed.
 */
export function verifyProof(
  proofText: string,
  entry: Uint8Array,
  verifierKeys: readonly string[],
): ProofVerdict {
  const keys = verifierKeys.map(keyOf);
  try {
    const { index, path, note } = proofOf(proofText);
    const { size, root: signed } = openCheckpoint(note, keys);
    const found = rootOfInclusion(leafHash(entry), index, size, path);
    if (found === undefined)
      return wrong(index, `a path of ${path.length} does not lead from ${index} to ${size}`);
    if (!found.equals(signed)) return wrong(index, 'the entry and its path give another root than is signed');
    return { ok: true, index, size, root: signed.toString('hex') };
  } catch (error) {
    return wrong(null, sentence(error));
  }
}
