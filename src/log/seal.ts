// Sealing: committed events get their places in the tree, and the tree a signed checkpoint, within a second.
// The steps of a round, each durable before the next, and what a crash leaves for the start that follows:
//   1 leaves    are put into the tree     before it: unsealed events, as after any commit
//   2 sign      the tree's root           a tree that is larger than its last checkpoint: signed anew from step 2
//   3 keep      the note in the store     the same; what was signed is signed again, byte for byte
//   4 remember  it outside of the store   remembered by the next start, before anything is signed
//   5 publish   it to whoever asks        everybody learns it from the store
// A start runs the same functions from step 2. It refuses to sign where the store is behind what is remembered.
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from '../merkle/checkpoint.ts';
import { type Hash, sameHash } from '../merkle/hash.ts';
import { formatNote, parseNote, type Signer } from '../merkle/note.ts';
import { treeRoot } from '../merkle/proof.ts';
import { nodesFrom } from '../merkle/tile.ts';
import type { Store, Tree } from '../store/contract.ts';
import { equals } from '../store/table.ts';
import {
  checkpointTable,
  type Epoch,
  type EpochOpening,
  isSameLog,
  originParts,
  type SignedCheckpoint,
} from './epoch.ts';
import type { Remembered } from './remembered.ts';

export interface Sealer {
  /** The newest published checkpoint of the present epoch: a whole note. Null before the first. */
  checkpoint(): string | null;
  /** Seals and signs everything that is committed at this moment; resolves with the checkpoint that covers it. */
  now(): Promise<string | null>;
  onCheckpoint(listener: (note: string) => void): void;
  /** Ends the rounds; what is committed by then is sealed and signed. */
  stop(): Promise<void>;
}

export interface SealerParts {
  readonly store: Pick<Store, 'tree' | 'tile' | 'seal' | 'rows' | 'run' | 'onCommit'>;
  readonly epoch: Epoch;
  readonly signers: (origin: string) => readonly Signer[];
  readonly remembered: Remembered;
  /** A monotonic time in milliseconds. */
  readonly elapsed: Clock;
  /** Hears why a round failed; the next one tries again. */
  readonly report: (error: unknown) => void;
}

/** The root of the first `size` leaves of an epoch, from the tiles as they stand in the store. */
export function rootOf(store: Pick<Store, 'tile'>, epoch: number, size: number): Promise<Hash> {
  return treeRoot(
    size,
    nodesFrom(size, (tile) => store.tile(epoch, tile)),
  );
}

/** The newest checkpoint that the store keeps of an epoch, or null. */
export async function newestCheckpoint(store: Pick<Store, 'rows'>, epoch: number): Promise<string | null> {
  const [row] = await store.rows(checkpointTable, {
    where: equals('epoch', epoch),
    order: [{ column: 'size', direction: 'desc' }],
    limit: 1,
  });
  return row === undefined ? null : String(row.note);
}

/** Begins to seal: first what an earlier process left, then whatever is committed. */
export async function startSealer(parts: SealerParts): Promise<Sealer> {
  const sealer = new RunningSealer(parts, await newestCheckpoint(parts.store, parts.epoch.number));
  await sealer.resume();
  parts.store.onCommit(({ lastEventId }) => sealer.committed(lastEventId));
  return sealer;
}

class RunningSealer implements Sealer {
  readonly #parts: SealerParts;
  readonly #listeners: ((note: string) => void)[] = [];
  /** The newest note that the store keeps, and how many leaves it is of. */
  #kept: string | null;
  #size: number;
  #published: string | null = null;
  #committedTo = 0;
  /** The one round at a time; whoever wants another waits for its end. */
  #round: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #isFailing = false;

  constructor(parts: SealerParts, kept: string | null) {
    this.#parts = parts;
    this.#kept = kept;
    this.#size = kept === null ? 0 : checkpointOf(kept).size;
  }

  checkpoint(): string | null {
    return this.#published;
  }

  onCheckpoint(listener: (note: string) => void): void {
    this.#listeners.push(listener);
  }

  committed(lastEventId: number): void {
    // A commit that only seals brings no event.
    if (lastEventId <= this.#committedTo) return;
    this.#committedTo = lastEventId;
    this.#plan(limits.sealDelayMs);
  }

  /** What an earlier process had kept but not remembered, or the other way round, and leaves that it had not signed. */
  async resume(): Promise<void> {
    const { remembered, epoch, store } = this.#parts;
    const note = remembered.read();
    const known = note === null ? null : checkpointOf(note);
    if (note !== null && known?.origin === epoch.origin && known.size > this.#size)
      await this.#keep(note, known.size);
    await this.#sign(await store.tree());
    this.#plan(0);
  }

  now(): Promise<string | null> {
    return this.#next(async () => {
      const { newestEventId } = await this.#parts.store.tree();
      let tree: Tree;
      do tree = await this.#seal();
      while (tree.lastEventId < newestEventId);
      await this.#sign(tree);
      return this.#published;
    });
  }

  async stop(): Promise<void> {
    try {
      await this.now();
    } finally {
      this.#stopped = true;
      if (this.#timer !== null) clearTimeout(this.#timer);
      await this.#round;
    }
  }

  #plan(delayMs: number): void {
    if (this.#stopped || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#next(() => this.#turn()).then(
        () => {
          this.#isFailing = false;
        },
        (error) => {
          // Of several failures in a row the first is told.
          if (!this.#isFailing) this.#parts.report(error);
          this.#isFailing = true;
          this.#plan(limits.sealRetryMs);
        },
      );
    }, delayMs).unref();
  }

  /** Seals for as long as there is something, but never longer than a checkpoint may be late. */
  async #turn(): Promise<void> {
    const end = this.#parts.elapsed() + limits.checkpointMsMax;
    let tree: Tree;
    do tree = await this.#seal();
    while (tree.lastEventId < tree.newestEventId && this.#parts.elapsed() < end);
    await this.#sign(tree);
    if (tree.lastEventId < tree.newestEventId) this.#plan(0);
  }

  async #seal(): Promise<Tree> {
    return this.#parts.store.seal(limits.sealBatchEvents);
  }

  /** Steps 2 to 5; where an earlier round got as far as keeping a note, the steps that are left. */
  async #sign({ epoch, size }: Tree): Promise<void> {
    if (size !== this.#size) await this.#keep(await this.#signed(epoch, size), size);
    if (this.#kept !== null && this.#kept !== this.#published) await this.#publish(this.#kept);
  }

  async #signed(epoch: number, size: number): Promise<string> {
    const { store, signers, remembered } = this.#parts;
    const { number, origin } = this.#parts.epoch;
    if (epoch !== number) throw new Error(`epoch ${number} cannot sign the tree of epoch ${epoch}`);
    refuseBelow(this.#kept, origin, size);
    refuseBelow(remembered.read(), origin, size);
    const text = formatCheckpoint({ origin, size, root: await rootOf(store, number, size), extensions: [] });
    const note = formatNote({ text, signatures: signers(origin).map((signer) => signer.sign(text)) });
    // What nobody could read is not kept.
    parseNote(note);
    return note;
  }

  async #keep(note: string, size: number): Promise<void> {
    const signed: SignedCheckpoint = { epoch: this.#parts.epoch.number, size, note };
    this.#kept = String(await this.#parts.store.run('log.checkpoint', signed));
    this.#size = size;
  }

  /** Nobody sees a note before it is remembered: a store put back to before it would sign that size once more. */
  async #publish(note: string): Promise<void> {
    await this.#parts.remembered.write(note);
    this.#published = note;
    for (const listener of this.#listeners) listener(note);
  }

  #next<R>(step: () => Promise<R>): Promise<R> {
    const round = this.#round.then(step);
    this.#round = round.catch(() => undefined);
    return round;
  }
}

/** Nothing is ever signed at or below a size that was signed before: of one size there is one tree. */
function refuseBelow(note: string | null, origin: string, size: number): void {
  if (note === null) return;
  const known = checkpointOf(note);
  if (known.origin === origin && size <= known.size)
    throw new Error(`a tree of ${size} leaves is not signed: one of ${known.size} was`);
}

function checkpointOf(note: string): Checkpoint {
  return parseCheckpoint(parseNote(note).text);
}

/** How the store stands to what was signed before. */
export type Standing =
  | { readonly kind: 'continues' }
  | ({ readonly kind: 'behind' } & Pick<EpochOpening, 'known' | 'knownEpoch' | 'reason'>);

/**
 * Whether the store goes on from the checkpoints that it keeps and from one that is known from elsewhere: its tree must
 * contain both. Where it does not, it was put back to an older copy, or its rows were changed.
 */
export async function standingOf(
  store: Pick<Store, 'tree' | 'tile' | 'rows'>,
  { number, origin }: Epoch,
  known: { readonly note: string; readonly epoch: number; readonly from: string } | null,
): Promise<Standing> {
  const tree = await store.tree();
  const behind = (note: string, knownEpoch: number, reason: string): Standing => ({
    kind: 'behind',
    known: note,
    knownEpoch,
    reason,
  });
  const kept = await newestCheckpoint(store, number);
  const notes = [
    ...(kept === null ? [] : [{ note: kept, epoch: number, from: 'in the store' }]),
    ...(known === null || isPast(known.note, origin) ? [] : [known]),
  ];
  for (const { note, epoch, from } of notes) {
    const checkpoint = checkpointOf(note);
    if (!isSameLog(checkpoint.origin, origin))
      return behind(
        note,
        epoch,
        `the checkpoint ${from} is of log ${checkpoint.origin}, the store of ${origin}`,
      );
    if (checkpoint.origin !== origin)
      return behind(
        note,
        epoch,
        `a checkpoint of epoch ${epoch} is known (${from}), the store is at ${number}`,
      );
    if (checkpoint.size > tree.size)
      return behind(
        note,
        epoch,
        `a checkpoint of ${checkpoint.size} leaves is known (${from}), the store has ${tree.size}`,
      );
    if (!sameHash(await rootOf(store, number, checkpoint.size), checkpoint.root))
      return behind(
        note,
        epoch,
        `the first ${checkpoint.size} leaves are not those of the checkpoint ${from}`,
      );
  }
  return { kind: 'continues' };
}

/** Whether a note is of an earlier epoch of the log with this origin line: that tree has ended, another goes on. */
function isPast(note: string, origin: string): boolean {
  const past = checkpointOf(note).origin;
  return isSameLog(past, origin) && (originParts(past)?.epoch ?? 0) < (originParts(origin)?.epoch ?? 0);
}
