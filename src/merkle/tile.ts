// The tree as static files (C2SP tlog-tiles): tiles of up to 256 hashes, entry bundles, their paths, and a
// reader of nodes over tiles from anywhere. Levels between those that tiles show are hashed anew.
import { assert } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { type Hash, hashBytes } from './hash.ts';
import { Malformed } from './malformed.ts';
import type { ReadNodes } from './proof.ts';
import { CompactRange, type Node } from './tree.ts';

/** Hashes of a full tile, entries of a full bundle. */
export const tileWidth = 256;

/** Levels of the tree that one tile spans: 2 ** 8 is its width. */
const tileHeight = 8;

/** Hashes [index * 256, index * 256 + width) of the tree's level 8 * level. `width` is 1 to 256. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/**
 * What a path names: a tile of hashes, or the bundle of entries under the tile of level 0 with that index.
 */
export type Resource =
  | { readonly kind: 'tile'; readonly tile: Tile }
  | { readonly kind: 'entries'; readonly index: number; readonly width: number };

/** Reads a tile: width * 32 bytes. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>;

/** As in `tile/0/x001/x234/067.p/5`: without a slash before it; no suffix where the tile is full. */
export function tilePath(tile: Tile): string {
  return `tile/${tile.level}/${indexPath(tile.index)}${widthSuffix(tile.width)}`;
}

/** As in `tile/entries/x001/x234/067.p/5`. */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${indexPath(index)}${widthSuffix(width)}`;
}

const resourcePath = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/;

/** What a path names; null where it is not exactly as `tilePath` or `entriesPath` would write it. */
export function parseResource(path: string): Resource | null {
  const [, kind, digits = '', partial] = resourcePath.exec(path) ?? [];
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? tileWidth : Number(partial);
  if (kind === undefined || !Number.isSafeInteger(index)) return null;
  if (width < 1 || width > tileWidth) return null;
  if (kind === 'entries') return entriesPath(index, width) === path ? { kind, index, width } : null;
  const tile = { level: Number(kind), index, width };
  return tile.level < 64 && tilePath(tile) === path ? { kind: 'tile', tile } : null;
}

/** The tile as it stands in a tree of this size; null where the tree has no hash of it. */
export function tileIn(level: number, index: number, size: number): Tile | null {
  const width = Math.min(hashesAt(level, size) - index * tileWidth, tileWidth);
  return width > 0 ? { level, index, width } : null;
}

/** Every tile of a tree of this size, the full ones and the partial one of each level; level 0 first. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0; hashesAt(level, size) > 0; level += 1) {
    for (let index = 0; ; index += 1) {
      const tile = tileIn(level, index, size);
      if (tile === null) break;
      yield tile;
    }
  }
}

/**
 * Reads nodes of the tree of this size from its tiles: each tile that is needed once for each call, at the
 * same time. Rejects with Malformed where a tile has another length than asked for.
 */
export function nodesFrom(size: number, readTile: ReadTile): ReadNodes {
  return async (nodes) => {
    const read = new Map<string, Promise<Uint8Array>>();
    const tileBytes = (tile: Tile): Promise<Uint8Array> => {
      const path = tilePath(tile);
      const bytes = read.get(path) ?? readChecked(tile, readTile);
      read.set(path, bytes);
      return bytes;
    };
    return await Promise.all(nodes.map((node) => readNode(node, size, tileBytes)));
  };
}

/** The bytes of a bundle: each entry after its length, a big-endian uint16. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.alloc(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let offset = 0;
  for (const entry of entries) {
    assert(entry.length <= limits.logEntryBytesMax, 'the length of an entry fits into 16 bits');
    offset = bytes.writeUInt16BE(entry.length, offset);
    bytes.set(entry, offset);
    offset += entry.length;
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The entries of a bundle, as views of it. Throws Malformed unless it holds exactly `width` of them. */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const start = offset + 2;
    const end = start > bytes.length ? start : start + view.getUint16(offset);
    if (end > bytes.length) {
      throw new Malformed(
        `the entry bundle ends within its entry ${entries.length}, at byte ${bytes.length}`,
      );
    }
    if (entries.length === width) throw new Malformed(`the entry bundle holds more than ${width} entries`);
    entries.push(bytes.subarray(start, end));
    offset = end;
  }
  if (entries.length < width) {
    throw new Malformed(`the entry bundle holds ${entries.length} entries, not ${width}`);
  }
  return entries;
}

async function readNode(node: Node, size: number, read: ReadTile): Promise<Hash> {
  const level = Math.floor(node.level / tileHeight);
  const count = 2 ** (node.level % tileHeight);
  const first = node.index * count;
  const tile = tileIn(level, Math.floor(first / tileWidth), size);
  const from = first % tileWidth;
  assert(
    tile !== null && from + count <= tile.width,
    `node ${node.level}/${node.index} stands in a tree of ${size}`,
  );
  const bytes = await read(tile);
  const subtree = new CompactRange();
  for (let at = from; at < from + count; at += 1) {
    subtree.add(bytes.subarray(at * hashBytes, (at + 1) * hashBytes));
  }
  return subtree.root();
}

async function readChecked(tile: Tile, readTile: ReadTile): Promise<Uint8Array> {
  const bytes = await readTile(tile);
  const expected = tile.width * hashBytes;
  if (bytes.length === expected) return bytes;
  throw new Malformed(`${tilePath(tile)} has ${bytes.length} bytes, not ${expected}`);
}

/** Hashes that the tiles of a level show: the full tiles below, or the leaves. */
function hashesAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** Three digits to a part; all but the last begin with an x, so that no file has the name of a folder. */
function indexPath(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  return padded.replaceAll(/\d{3}(?=\d)/g, 'x$&/');
}

function widthSuffix(width: number): string {
  return width === tileWidth ? '' : `.p/${width}`;
}
