// The tree in the embedded store. A batch of leaves is made by reading alone, off the writer; the writer only puts it
// in, and only where the tree still has the size from which the batch was made: of two batches made at the same time
// one is refused, and no position is ever given twice.
import { AppError } from '../../core/error.ts';
import { type Hash, hashBytes, leafHash, nodeHash } from '../../merkle/hash.ts';
import { type Tile, tileWidth } from '../../merkle/tile.ts';
import { CompactRange, type Node, rootNodes } from '../../merkle/tree.ts';
import type { Tree } from '../contract.ts';
import { countEvents } from './counts.ts';
import type { Connection } from './database.ts';
import { entriesBetween } from './entries.ts';
import { newestId } from './events.ts';

/** Leaves for the next events, and the subtrees that they complete. Crosses from a reading thread to the writer. */
export interface LeafBatch {
  readonly epoch: number;
  /** The size that the tree must have. */
  readonly size: number;
  /** Events up to this id are sealed with it. */
  readonly lastEventId: number;
  readonly events: readonly number[];
  /** 32 bytes for each event. */
  readonly hashes: Uint8Array;
  readonly subtrees: readonly { readonly level: number; readonly number: number; readonly hash: Hash }[];
}

export function treeOf(connection: Connection): Tree {
  const { tree } = state(connection);
  return { ...tree, newestEventId: newestId(connection) };
}

/** Makes the next batch of at most `max` leaves; null where everything is sealed. */
export function nextLeaves(connection: Connection, max: number): LeafBatch | null {
  const { tree, opening } = state(connection);
  const newest = newestId(connection);
  // An epoch begins with the event that opens it, before events that were left unsealed by the one before.
  const opens = opening > 0 && tree.size === 0;
  const from = opens ? opening : tree.lastEventId + 1;
  const to = opens ? opening : Math.min(newest, tree.lastEventId + max);
  if (to < from) return null;
  const entries = entriesBetween(connection, from, to);
  const hashes = new Uint8Array(hashBytes * entries.size);
  const events: number[] = [];
  const subtrees: LeafBatch['subtrees'][number][] = [];
  const range = rangeOf(connection, tree.epoch, tree.size);
  const completed = ({ level, index }: Node, hash: Hash): void => {
    if (level % 8 === 0) subtrees.push({ level: level / 8, number: index, hash });
  };
  for (let id = from; id <= to; id += 1) {
    if (id === opening && !opens) continue;
    const hash = leafHash(Buffer.from(entries.get(id) ?? lost(id)));
    hashes.set(hash, hashBytes * events.length);
    events.push(id);
    range.add(hash, completed);
  }
  const lastEventId = opens ? tree.lastEventId : to;
  const made = hashes.subarray(0, hashBytes * events.length);
  return { epoch: tree.epoch, size: tree.size, lastEventId, events, hashes: made, subtrees };
}

/** Puts a batch in; the caller holds the write transaction. Throws where the tree has moved since it was made. */
export function putLeaves(connection: Connection, batch: LeafBatch): void {
  const { epoch, size, lastEventId, events, hashes, subtrees } = batch;
  const { tree } = state(connection);
  const moved = connection.run('UPDATE tree SET size = ?, event = ? WHERE epoch = ? AND size = ?', [
    size + events.length,
    lastEventId,
    epoch,
    size,
  ]);
  if (moved !== 1) throw new Error(`leaves for a tree of ${size} came to one of ${tree.size}`);
  events.forEach((event, at) => {
    const hash = hashes.subarray(hashBytes * at, hashBytes * (at + 1));
    connection.run('INSERT INTO leaf VALUES (?, ?, ?, ?)', [epoch, size + at, event, hash]);
  });
  for (const { level, number, hash } of subtrees)
    connection.run('INSERT INTO subtree VALUES (?, ?, ?, ?)', [epoch, level, number, hash]);
  countEvents(connection, tree.lastEventId, lastEventId);
}

/** Begins the tree of the next epoch, whose first leaf will be the given event. */
export function beginTree(connection: Connection, epoch: number, opening: number): void {
  connection.run('UPDATE tree SET epoch = ?, size = 0, opening = ?', [epoch, opening]);
}

/** The hashes of a tile as it stands in the store. Throws ResourceNotFound beyond the tree. */
export function tileOf(connection: Connection, epoch: number, { level, index, width }: Tile): Uint8Array {
  const hashes = stored(connection, epoch, level, index * tileWidth, width);
  if (hashes.length === width) return Buffer.concat(hashes);
  throw new AppError('ResourceNotFound', [`The tree has no tile ${level}/${index} of ${width} hashes`]);
}

/** Entries of the leaves [from, from + count), by place; null where the event has no row any more. */
export function entriesOf(
  connection: Connection,
  epoch: number,
  from: number,
  count: number,
): (string | null)[] {
  const leaves = connection.all(
    'SELECT position, event FROM leaf WHERE epoch = ? AND position >= ? AND position < ?',
    [epoch, from, from + count],
  );
  const ids = leaves.map(({ event }) => Number(event));
  const ends = runs(ids);
  const entries = new Map(ends.flatMap(([first, last]) => [...entriesBetween(connection, first, last)]));
  const byPlace = new Map(
    leaves.map(({ position, event }) => [Number(position), entries.get(Number(event)) ?? null]),
  );
  return Array.from({ length: count }, (_, at) => byPlace.get(from + at) ?? null);
}

/** The first index of an epoch whose event is still there; its size where none is. */
export function minimumIndex(connection: Connection, epoch: number): number {
  const first = connection.get('SELECT first_id AS id FROM segment ORDER BY number LIMIT 1', []);
  const id = Number(first?.id ?? 1);
  if (id <= 1) return 0;
  const sql =
    'SELECT position FROM leaf INDEXED BY leaf_by_event WHERE event >= ? AND epoch = ? ORDER BY event LIMIT 2';
  const [first_, second] = connection.all(sql, [id, epoch]).map(({ position }) => Number(position));
  // The event that opens an epoch stands before older ones: alone it does not say where the kept ones begin.
  if (first_ === 0 && second !== undefined && second > 1) return second;
  if (first_ !== undefined) return first_;
  const gone = connection.get('SELECT max(position) AS at FROM leaf WHERE epoch = ?', [epoch])?.at;
  return gone === null || gone === undefined ? 0 : Number(gone) + 1;
}

function state(connection: Connection): { tree: Omit<Tree, 'newestEventId'>; opening: number } {
  const row = connection.get('SELECT epoch, size, event, opening FROM tree', []);
  if (row === undefined) throw new Error('the store has no tree: its migrations have not run');
  const tree = { epoch: Number(row.epoch), size: Number(row.size), lastEventId: Number(row.event) };
  return { tree, opening: Number(row.opening) };
}

function rangeOf(connection: Connection, epoch: number, size: number): CompactRange {
  return new CompactRange(
    size,
    rootNodes(size).map((node) => subtreeHash(connection, epoch, node)),
  );
}

/** The hash of any full subtree: from the nearest level that is stored. */
function subtreeHash(connection: Connection, epoch: number, { level, index }: Node): Hash {
  const above = level % 8;
  const width = 2 ** above;
  let hashes = stored(connection, epoch, (level - above) / 8, index * width, width);
  if (hashes.length !== width) throw new Error(`the tree lacks hashes at ${level}/${index}`);
  while (hashes.length > 1) {
    const pairs = hashes;
    hashes = pairs.flatMap((hash, at) => (at % 2 === 0 ? [nodeHash(hash, pairs[at + 1] ?? hash)] : []));
  }
  return hashes[0] as Hash;
}

function stored(connection: Connection, epoch: number, level: number, from: number, count: number): Hash[] {
  const rows =
    level === 0
      ? connection.all(
          'SELECT hash FROM leaf WHERE epoch = ? AND position >= ? AND position < ? ORDER BY position',
          [epoch, from, from + count],
        )
      : connection.all(
          'SELECT hash FROM subtree WHERE epoch = ? AND level = ? AND number >= ? AND number < ? ORDER BY number',
          [epoch, level, from, from + count],
        );
  return rows.map(({ hash }) => hash as Uint8Array);
}

/** Ids as ranges of consecutive ones. */
function runs(ids: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const id of [...ids].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === id - 1) last[1] = id;
    else found.push([id, id]);
  }
  return found;
}

function lost(id: number): never {
  throw new Error(`event ${id} has no row: it cannot be sealed`);
}
