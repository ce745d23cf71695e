// Epochs and checkpoints as the store keeps them. The log is a chain of epochs, each a tree of its own under an origin
// line of its own; normally there is one. A next one begins only where the store fell behind what was signed
// before: its first leaf holds the last checkpoints of both (design, section 7).
import { newGuid, type Random } from '../core/guid.ts';
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { parseNote } from '../merkle/note.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { equals, every, type Row, type Table } from '../store/table.ts';
import { append, type Doer } from './append.ts';

export const epochTable: Table = {
  name: 'epoch',
  columns: { number: 'integer', origin: 'text', opened_at: 'instant' },
  key: ['number'],
  unique: [['origin']],
  indexes: [],
  bookkeeping: false,
};

/** Every checkpoint that was signed lately, and of older ones the first of each hour. */
export const checkpointTable: Table = {
  name: 'checkpoint',
  columns: { epoch: 'integer', size: 'integer', note: 'text', at: 'instant' },
  key: ['epoch', 'size'],
  unique: [],
  indexes: [],
  bookkeeping: true,
};

export interface Epoch {
  readonly number: number;
  /** The origin line of its checkpoints. */
  readonly origin: string;
  readonly openedAt: Instant;
}

export function epochOf(row: Row): Epoch {
  return { number: Number(row.number), origin: String(row.origin), openedAt: Number(row.opened_at) };
}

/** `<log name>/<16 random hex>/<epoch>`: no two logs share it, whatever they are called. */
export function originLine(name: string, random: Random): string {
  return nextOrigin(`${name}/${hex(random, 4)}`, 1, random);
}

/**
 * The first half of the hex digits is the log's, the second the epoch's own: of two copies of one backup that go on apart,
 * neither signs in the other's name.
 */
function nextOrigin(log: string, epoch: number, random: Random): string {
  return `${log}${hex(random, 4)}/${epoch}`;
}

function hex(random: Random, bytes: number): string {
  return Buffer.from(random(bytes)).toString('hex');
}

/** The number at the end of an origin line and what all epochs of its log share; null for a line that is none of ours. */
export function originParts(origin: string): { readonly log: string; readonly epoch: number } | null {
  const match = /^(.+\/[0-9a-f]{8})[0-9a-f]{8}\/([1-9][0-9]{0,8})$/.exec(origin);
  return match === null ? null : { log: match[1] ?? '', epoch: Number(match[2]) };
}

/** Whether two origin lines are of epochs of one log. */
export function isSameLog(one: string, other: string): boolean {
  const log = originParts(one)?.log;
  return one === other || (log !== undefined && log === originParts(other)?.log);
}

/** Begins the first epoch; part of the first start, whose event tells of it. */
export function openFirstEpoch(tx: Transaction, origin: string, at: Instant): void {
  tx.insert(epochTable, { number: 1, origin, opened_at: at });
}

export interface EpochOpening {
  readonly doer: Doer;
  /** The newest checkpoint that this store has; null where it has none. */
  readonly stored: string | null;
  /** The newest that is known to have been signed: remembered outside of the store, or told by a witness. */
  readonly known: string | null;
  /** The number of the epoch that `known` belongs to; 0 where there is none. */
  readonly knownEpoch: number;
  readonly reason: string;
}

/** Work: begins the next epoch; its opening event becomes the first leaf of a tree of its own. */
export function openEpoch(
  tx: Transaction,
  { doer, stored, known, knownEpoch, reason }: EpochOpening,
  scene: Scene,
): Epoch {
  const previous = newestEpoch(tx);
  const parts = originParts(previous.origin);
  if (parts === null) throw new Error(`the origin line ${previous.origin} has no epoch`);
  const number = Math.max(previous.number, knownEpoch) + 1;
  const origin = nextOrigin(parts.log, number, scene.random);
  const guid = newGuid(Math.floor(scene.now() / 1000), scene.random);
  const epoch = append(tx, scene, doer, (at) => {
    tx.insert(epochTable, { number, origin, opened_at: at });
    const data = { epoch: number, origin, previous_checkpoint: stored, known_checkpoint: known, reason };
    const target = { type: 'log', guid: 'hansard' };
    return {
      events: [{ guid, type: 'audit.log.epoch', target, targetName: origin, data }],
      result: { number, origin, openedAt: at },
    };
  });
  const opening = tx.event('', guid);
  if (opening === undefined) throw new Error('the event that opens an epoch is not in the log');
  tx.beginTree(number, opening.id);
  return epoch;
}

export interface SignedCheckpoint {
  readonly epoch: number;
  readonly size: number;
  readonly note: string;
}

/**
 * Work: keeps a signed checkpoint, thins out those of long ago, and answers the note that may be published: where one of
 * this size was kept before, that one. Throws where that has another root.
 */
export function keepCheckpoint(
  tx: Transaction,
  { epoch, size, note }: SignedCheckpoint,
  scene: Scene,
): string {
  const kept = tx.get(checkpointTable, { epoch, size });
  if (kept !== undefined) return sameText(String(kept.note), note);
  tx.insert(checkpointTable, { epoch, size, note, at: scene.now() });
  const [old, older] = tx.find(checkpointTable, {
    where: equals('epoch', epoch),
    order: [{ column: 'size', direction: 'desc' }],
    offset: limits.checkpointsKept,
    limit: 2,
  });
  if (old !== undefined && older !== undefined && hourOf(old) === hourOf(older))
    tx.remove(checkpointTable, { epoch, size: Number(old.size) });
  return note;
}

/** Signatures may differ, of other keys or made with randomness; what is signed may not. */
function sameText(kept: string, note: string): string {
  const [before, now] = [kept, note].map((signed) => parseNote(signed).text);
  if (before === now) return kept;
  throw new Error(`the store keeps another checkpoint of the same size: ${before}`);
}

function hourOf({ at }: Row): number {
  return Math.floor(Number(at) / (3_600 * microsPerSecond));
}

function newestEpoch(tx: Transaction): Epoch {
  const [row] = tx.find(epochTable, {
    where: every,
    order: [{ column: 'number', direction: 'desc' }],
    limit: 1,
  });
  if (row === undefined) throw new Error('the log has no epoch: its first start has not run');
  return epochOf(row);
}
