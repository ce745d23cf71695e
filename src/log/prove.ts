// Proofs about the log, made from the tiles that the store keeps: that an event stands in it, and that one state of it
// begins another. Whoever checks one needs nothing of this program.
import { limits } from '../core/limits.ts';
import type { LeafPlace } from '../event/event.ts';
import { type Checkpoint, parseCheckpoint } from '../merkle/checkpoint.ts';
import type { Hash } from '../merkle/hash.ts';
import { parseNote } from '../merkle/note.ts';
import { consistencyProof, inclusionProof, type ReadNodes } from '../merkle/proof.ts';
import type { ProofFile } from '../merkle/proof-file.ts';
import { nodesFrom, type ReadTile, tilePath } from '../merkle/tile.ts';
import type { Readers } from '../store/contract.ts';
import { originParts } from './epoch.ts';
import type { LogServices } from './log-services.ts';

type Tiles = Pick<Readers, 'tile'>;

/** A published checkpoint, and the epoch that it is of. */
export interface Head {
  readonly epoch: number;
  readonly origin: string;
  readonly size: number;
  /** The whole note. */
  readonly note: string;
}

/** The published checkpoint of each epoch that has one, oldest first: of older epochs the last. */
export async function headsOf(log: Pick<LogServices, 'epochs' | 'published' | 'last'>): Promise<Head[]> {
  const epochs = await log.epochs();
  const heads = await Promise.all(
    epochs.map(async ({ number, origin }, at) => {
      const note = at === epochs.length - 1 ? log.published() : await log.last(number);
      return note === null ? [] : [{ epoch: number, origin, size: checkpointIn(note).size, note }];
    }),
  );
  return heads.flat();
}

/** The checkpoint of a note that this log itself has signed. Throws Malformed for any other text. */
export function checkpointIn(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

/** The number of the epoch that a checkpoint of this log belongs to. */
export function epochIn({ origin }: Pick<Checkpoint, 'origin'>): number {
  return originParts(origin)?.epoch ?? 0;
}

/** The hashes of an epoch's tree of this size. Tiles are read once, however many proofs are made. */
export function nodesOf(store: Tiles, epoch: number, size: number): ReadNodes {
  return nodesFrom(
    size,
    remembering((tile) => store.tile(epoch, tile)),
  );
}

/** Reads each tile once, as long as there are not too many of them. */
function remembering(read: ReadTile): ReadTile {
  const known = new Map<string, Promise<Uint8Array>>();
  return (tile) => {
    const path = tilePath(tile);
    const bytes = known.get(path) ?? read(tile);
    if (known.size >= limits.proofTilesMax) known.clear();
    known.set(path, bytes);
    return bytes;
  };
}

/** That the leaf stands in the tree of a checkpoint of its epoch, which must cover it. `extra` is left to the caller. */
export async function proofOf(store: Tiles, place: LeafPlace, note: string): Promise<ProofFile> {
  const { size } = checkpointIn(note);
  const hashes = await inclusionProof(place.index, size, nodesOf(store, place.epoch, size));
  return { extra: null, index: place.index, hashes, checkpoint: note };
}

/** That the first `from` leaves of an epoch begin its first `to`. */
export function consistencyOf(store: Tiles, epoch: number, from: number, to: number): Promise<Hash[]> {
  return consistencyProof(from, to, nodesOf(store, epoch, to));
}

/** The one of some checkpoints that a leaf is proved against; undefined where none covers it. */
export function coverOf<H extends Pick<Head, 'epoch' | 'size'>>(
  heads: readonly H[],
  { epoch, index }: LeafPlace,
): H | undefined {
  return heads.find((head) => head.epoch === epoch && index < head.size);
}
