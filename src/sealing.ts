// The parts of the log that prove it, put together: its keys, its present epoch, its sealer, its witnesses. Decides
// whether the store goes on from what was signed before; where it does not, reads go on and writing is refused until
// somebody accepts the restore, which begins the next epoch.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './core/clock.ts';
import { AppError, unprocessable } from './core/error.ts';
import type { Random } from './core/guid.ts';
import { restoredMark } from './data-folder.ts';
import type { Doer } from './log/append.ts';
import { type Epoch, type EpochOpening, epochOf, epochTable, originParts } from './log/epoch.ts';
import { type LogKeys, openKeys } from './log/keys.ts';
import type { LogServices } from './log/log-services.ts';
import { canDoWithout, type WitnessPolicy } from './log/policy-file.ts';
import { consistencyOf } from './log/prove.ts';
import { type Remembered, rememberedIn } from './log/remembered.ts';
import { newestCheckpoint, type Sealer, type Standing, standingOf, startSealer } from './log/seal.ts';
import { createWitnesses, type Witnesses } from './log/witness.ts';
import { readCosignatures } from './log/witness-table.ts';
import { parseCheckpoint } from './merkle/checkpoint.ts';
import { Malformed } from './merkle/malformed.ts';
import { parseNote } from './merkle/note.ts';
import type { Store } from './store/contract.ts';
import { every } from './store/table.ts';

export interface SealingOptions {
  readonly directory: string;
  /** PEM text of the log's key where the environment brings it; null: it is a file. */
  readonly environmentKey: string | null;
  /** Whether a store that fell behind what was signed may begin the next epoch. */
  readonly acceptRestore: boolean;
  readonly isPublic: boolean;
  /** Null: no witness is asked. */
  readonly witnessPolicy: WitnessPolicy | null;
  /** Who accepts, and who records what Hansard does by itself. */
  readonly doer: Doer;
  readonly now: Clock;
  readonly random: Random;
  /** Hears, in a sentence, what must not be overlooked. */
  readonly report: (sentence: string) => void;
}

export interface Sealing {
  readonly log: LogServices;
  /** The store, which refuses to be written while the log is halted. */
  readonly store: Store;
  /** Seals and signs what is committed, then closes the store. */
  close(): Promise<void>;
}

/** What reading needs: who reads must log in, and that they read is recorded. */
const whileHalted: readonly string[] = ['session.open', 'session.close', 'note.record'];

/** Puts the parts together over a store whose first start has run. */
export async function openSealing(store: Store, options: SealingOptions): Promise<Sealing> {
  const { directory, now, random, doer } = options;
  const remembered = rememberedIn(join(directory, 'remembered', 'checkpoint'), random);
  const gate = gated(store);
  const judge = async (behind: Behind | null): Promise<void> => {
    if (behind === null) return;
    if (options.acceptRestore) await acceptRestore(store, behind, doer, restoredMark(directory));
    else gate.halt(haltedBecause(behind));
  };
  await judge(await behindOf(store, directory, remembered));
  const keys = await openKeys({
    folder: join(directory, 'keys'),
    environmentKey: options.environmentKey,
    now,
    random,
    record: (changes, by) => gate.store.run('log.keys', { ...changes, doer: by ?? doer }),
  });
  if (gate.halted() === null) await judge(await seenAhead(store, keys, options));
  const epoch = await presentEpoch(store);
  const sealer =
    gate.halted() === null
      ? await startSealer({
          store,
          epoch,
          signers: (origin) => keys.signers(origin),
          remembered,
          elapsed: () => performance.now(),
          report: (error) => options.report(`The log could not be sealed: ${error}`),
        })
      : idleSealer(await newestCheckpoint(store, epoch.number));
  const witnesses = await witnessesOf(store, keys, epoch, () => sealer.checkpoint(), options);
  const log: LogServices = {
    sealer,
    keys,
    witnesses,
    epochs: () => epochsOf(store),
    published: () => (witnesses === null ? sealer.checkpoint() : witnesses.published()),
    latest: () => sealer.checkpoint(),
    last: (number) => newestCheckpoint(store, number),
    halted: gate.halted,
    isPublic: options.isPublic,
  };
  const close = async (): Promise<void> => {
    try {
      await witnesses?.stop();
      await sealer.stop();
    } finally {
      await store.close();
    }
  };
  return { log, store: gate.store, close };
}

/** A store that can be halted: then all that it still takes is what reading needs. */
function gated(store: Store): { readonly store: Store; halted(): string | null; halt(reason: string): void } {
  let halted: string | null = null;
  const run: Store['run'] = (name, input) => {
    if (halted === null || whileHalted.includes(name)) return store.run(name, input);
    return Promise.reject(new AppError('ServiceUnavailable', [halted]));
  };
  return {
    store: { ...store, run },
    halted: () => halted,
    halt: (reason) => {
      halted = reason;
    },
  };
}

/** The witnesses of the policy, or null where there is none. */
async function witnessesOf(
  store: Store,
  keys: LogKeys,
  { number, origin }: Epoch,
  checkpoint: () => string | null,
  { witnessPolicy, doer, report }: SealingOptions,
): Promise<Witnesses | null> {
  if (witnessPolicy === null) return null;
  return createWitnesses({
    policy: witnessPolicy,
    epoch: number,
    logKeys: () => keys.verifierKeys(origin),
    checkpoint,
    prove: (from, to) => consistencyOf(store, number, from, to),
    known: await readCosignatures(store, number),
    keep: (cosignature) => store.run('log.cosignature', cosignature),
    tell: (change) => store.run('log.witness', { ...change, doer }),
    report,
  });
}

/**
 * Where witnesses have cosigned more than this store knows of, it is behind, whatever lies beside it. Those decide without
 * whom the quorum cannot be met; fewer are only told of, for one witness must not be able to stop a log.
 */
async function seenAhead(store: Store, keys: LogKeys, options: SealingOptions): Promise<Behind | null> {
  const { witnessPolicy, report } = options;
  if (witnessPolicy === null) return null;
  const epoch = await presentEpoch(store);
  const newest = await newestCheckpoint(store, epoch.number);
  const witnesses = await witnessesOf(store, keys, epoch, () => newest, options);
  const ahead = (await witnesses?.contradicting()) ?? [];
  if (ahead.length === 0) return null;
  const told = ahead.map(({ witness, size }) => `${witness} (${size} leaves)`).join(', ');
  const reason = `another tree than this store's was cosigned by ${told}`;
  const names = ahead.map(({ witness }) => witness);
  if (!canDoWithout(witnessPolicy, names))
    return { kind: 'behind', known: newest, knownEpoch: epoch.number, reason };
  report(`The quorum of the witnesses can be met without them, but ${reason}.`);
  return null;
}

/** What the store itself and what lies beside it say. */
async function behindOf(store: Store, directory: string, remembered: Remembered): Promise<Behind | null> {
  const standing = await standingOf(store, await presentEpoch(store), knownFrom(remembered));
  return standing.kind === 'behind' ? standing : markedRestored(restoredMark(directory), remembered);
}

async function epochsOf(store: Pick<Store, 'rows'>): Promise<Epoch[]> {
  const rows = await store.rows(epochTable, {
    where: every,
    order: [{ column: 'number', direction: 'asc' }],
  });
  return rows.map(epochOf);
}

async function presentEpoch(store: Pick<Store, 'rows'>): Promise<Epoch> {
  const epoch = (await epochsOf(store)).at(-1);
  if (epoch === undefined) throw new Error('the log has no epoch: its first start has not run');
  return epoch;
}

interface Known {
  readonly note: string;
  readonly epoch: number;
  readonly from: string;
}

function knownFrom(remembered: Remembered): Known | null {
  const note = remembered.read();
  if (note === null) return null;
  return { note, epoch: originParts(originOf(note))?.epoch ?? 0, from: 'remembered beside the store' };
}

function originOf(note: string): string {
  try {
    return parseCheckpoint(parseNote(note).text).origin;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw unprocessable(
      `The file remembered/checkpoint of the data folder is no checkpoint: ${error.message}. Put it back from a backup.`,
    );
  }
}

type Behind = Extract<Standing, { kind: 'behind' }>;

/** A folder that was made of a backup says so itself: what came after the backup is nowhere in it. */
function markedRestored(mark: string, remembered: Remembered): Behind | null {
  if (!existsSync(mark)) return null;
  const known = knownFrom(remembered);
  const reason = 'this data folder was restored from a backup';
  return { kind: 'behind', known: known?.note ?? null, knownEpoch: known?.epoch ?? 0, reason };
}

async function acceptRestore(
  store: Store,
  { known, knownEpoch, reason }: Behind,
  doer: Doer,
  mark: string,
): Promise<void> {
  const { number } = await presentEpoch(store);
  const opening: EpochOpening = {
    doer,
    stored: await newestCheckpoint(store, number),
    known,
    knownEpoch,
    reason,
  };
  await store.run('log.epoch', opening);
  rmSync(mark, { force: true });
}

function haltedBecause({ reason }: Behind): string {
  return (
    `The log is halted: ${reason}. The store was put back to an older copy, or changed. Reading goes on; nothing else is ` +
    'written, and nothing signed. If the restore was meant, start once with --accept-restore: a new epoch begins.'
  );
}

/** Of a halted log: signs nothing and shows what was signed. */
function idleSealer(note: string | null): Sealer {
  return {
    checkpoint: () => note,
    now: () => Promise.resolve(note),
    onCheckpoint: () => undefined,
    stop: () => Promise.resolve(),
  };
}
