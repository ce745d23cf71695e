// The disposer: once a day, lets what is past its term go, slice by slice in short transactions, and leaves one
// certificate of each run that disposed of anything. Killed at any point it goes on where it was: each slice is whole,
// what was disposed of is counted with it, and what a segment left on the disk is found again.
import type { Clock } from '../core/clock.ts';
import { type AppError, unprocessable } from '../core/error.ts';
import { newGuid } from '../core/guid.ts';
import { type Instant, microsText } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { parseCheckpoint } from '../merkle/checkpoint.ts';
import { parseNote } from '../merkle/note.ts';
import { and } from '../query/ast.ts';
import { narrow } from '../query/narrow.ts';
import type { Readers, Scene, SegmentDrop, Store, Transaction } from '../store/contract.ts';
import { every } from '../store/table.ts';
import { append, type Doer } from './append.ts';
import { ClockCheck, lastKnownTime } from './clock-check.ts';
import {
  type Backup,
  backupTold,
  type DueProposal,
  dueAt,
  eraseAdditions,
  monthsTold,
  type Passed,
  proposalOf,
} from './proposal.ts';
import { eventExpiry, type Retention, readRetention, retentionIn, segmentExpiry } from './retention.ts';
import { proposalTable, tallyTable } from './retention-table.ts';
import { endTally, type Part, readTally, type Tally, tallyDropped, tallyErased, tallyOf } from './tally.ts';

export interface Disposer {
  /**
   * Does everything that is due now; a run that is in progress is waited for, and then another begins. Throws
   * UnprocessableEntity, and does nothing, while the clock is not believed.
   */
  run(): Promise<DisposalReport>;
  /** Copies of the log, the newest, those included that a command has only just told of or is making. */
  backups(): Promise<Backup[]>;
  /** What a run would do now, without doing anything. */
  plan(): Promise<DisposalPlan>;
  /** Ends after the step that is in progress. */
  stop(): Promise<void>;
}

export interface DisposerParts {
  readonly store: Store;
  readonly now: Clock;
  /** Counts microseconds, whatever the clock is set to. */
  readonly timer: Clock;
  readonly everyMs: number;
  /** Whoever the events of a run name: Hansard itself. */
  readonly doer: Doer;
  /** The newest checkpoint, as a whole note. */
  readonly checkpoint: () => string | null;
  /** Makes events of what commands did to the data folder, such as copying it. */
  readonly takeNotices: () => Promise<void>;
  /** Hears why a run broke off; the next one goes on. */
  readonly report: (error: unknown) => void;
}

export interface Spared {
  readonly hold_guid: string;
  readonly name: string;
  readonly events: number;
}

export interface DisposalReport {
  /** The event that certifies the run; null where nothing was disposed of. */
  readonly certificate: string | null;
  readonly erased: number;
  readonly dropped: number;
  readonly spared: readonly Spared[];
  readonly proposals: { readonly acted: number; readonly lapsed: number };
}

export interface DisposalPlan {
  /** Events whose data and names would be erased. */
  readonly erased: number;
  /** Events of the oldest segment, where it could go as a whole. */
  readonly dropped: number;
  readonly spared: readonly Spared[];
}

export async function startDisposer(parts: DisposerParts): Promise<Disposer> {
  const { store, now, timer } = parts;
  const clock = new ClockCheck(now, timer, await lastKnownTime(store, now()));
  const disposer = new RunningDisposer(parts, clock);
  disposer.begin();
  return disposer;
}

class RunningDisposer implements Disposer {
  readonly #parts: DisposerParts;
  readonly #clock: ClockCheck;
  #timer: NodeJS.Timeout | null = null;
  #run: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(parts: DisposerParts, clock: ClockCheck) {
    this.#parts = parts;
    this.#clock = clock;
  }

  /** A server that is started anew every day runs it all the same. */
  begin(waitMs: number = limits.disposalFirstMs): void {
    this.#timer = setTimeout(() => {
      this.begin(this.#parts.everyMs);
      this.run().catch(this.#parts.report);
    }, waitMs).unref();
  }

  run(): Promise<DisposalReport> {
    const run = this.#run.then(() => this.#once());
    this.#run = run.catch(() => undefined);
    return run;
  }

  async plan(): Promise<DisposalPlan> {
    const { store, now } = this.#parts;
    const at = now();
    const erased = await this.#walk(at, async (ids) => ids.length);
    const drop = await store.expiredSegment(segmentExpiry(await readRetention(store), at));
    return { erased: erased.events, dropped: drop?.events ?? 0, spared: erased.spared };
  }

  async backups(): Promise<Backup[]> {
    await this.#parts.takeNotices();
    return backupsSince(this.#parts.store, null);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#run;
  }

  async #once(): Promise<DisposalReport> {
    const { store, now, doer, checkpoint, takeNotices } = this.#parts;
    const ahead = this.#clock.doubt();
    if (ahead !== null) throw notBelieved(ahead);
    const at = now();
    const proposals = await this.#passTime(at);
    const { events: erased, spared } = await this.#walk(at, (ids) => this.#erase(at, ids));
    const dropped = await this.#drop(at);
    await takeNotices();
    const backups = await backupsSince(store, await oldestDisposed(store));
    const order: CertificateOrder = { doer, at, checkpoint: checkpoint(), spared, backups };
    const certificate = (await store.run('log.certify', order)) as string | null;
    while (!this.#isStopped && (await store.run('log.sweep', null)) === true);
    // Also where nothing went now: an earlier run, or an approval, may have had to leave the files as they were.
    if (!this.#isStopped) await store.purge();
    return { certificate, erased, dropped, spared, proposals };
  }

  /** Proposals whose waiting time is over. One that cannot act any more waits on until it lapses. */
  async #passTime(at: Instant): Promise<DisposalReport['proposals']> {
    const { store, doer, report } = this.#parts;
    const passed = { acted: 0, lapsed: 0 };
    const due = (await store.rows(proposalTable, { where: every }))
      .map(proposalOf)
      .filter((proposal) => dueAt(proposal, at) !== null);
    for (const { guid, subject } of due) {
      const backups = subject.kind === 'erase' ? await this.backups() : [];
      const order: DueProposal = { doer, guid, at, backups };
      try {
        const what = (await store.run('proposal.passTime', order)) as Passed;
        if (what !== null) passed[what] += 1;
      } catch (error) {
        report(error);
      }
    }
    return passed;
  }

  /** Looks at the whole log, and hands what is past its term over, some at a time. */
  async #walk(
    at: Instant,
    take: (ids: readonly number[]) => Promise<number>,
  ): Promise<{ events: number; spared: Spared[] }> {
    const { store } = this.#parts;
    const counts = new Map<string, Spared>();
    let events = 0;
    for (let after = 0; !this.#isStopped; ) {
      const retention = await readRetention(store);
      const found = await store.expired(eventExpiry(retention, at), after);
      if (found.ids.length > 0) events += await take(found.ids);
      retention.holds.forEach(({ guid, name }, index) => {
        const more = (found.spared[index] ?? 0) + (counts.get(guid)?.events ?? 0);
        if (more > 0) counts.set(guid, { hold_guid: guid, name, events: more });
      });
      if (found.isLast) break;
      after = found.reached;
    }
    return { events, spared: [...counts.values()] };
  }

  async #erase(at: Instant, ids: readonly number[]): Promise<number> {
    let events = 0;
    for (let rest = ids; rest.length > 0; ) {
      const slice = (await this.#parts.store.run('log.dispose', { at, ids: rest })) as DisposedSlice;
      rest = rest.filter((id) => id > slice.reached);
      events += slice.events;
    }
    return events;
  }

  async #drop(at: Instant): Promise<number> {
    const { store } = this.#parts;
    let events = 0;
    while (!this.#isStopped) {
      const retention = await readRetention(store);
      const drop = await store.expiredSegment(segmentExpiry(retention, at));
      if (drop === null) break;
      if ((await store.run('log.drop', { at, drop, judgedBy: retention })) === true) events += drop.events;
    }
    return events;
  }
}

function notBelieved(ahead: number): AppError {
  const hours = Math.floor(ahead / 3_600_000_000);
  return unprocessable(
    `The clock went forward by ${hours} hours: nothing is disposed of until the next daily run agrees`,
  );
}

export interface DisposedSlice {
  readonly events: number;
  /** Ids up to this one were dealt with. */
  readonly reached: number;
}

/** Work: erases those of the events that are past their term by the rules of this moment. */
export function disposeSlice(
  tx: Transaction,
  { at, ids }: { readonly at: Instant; readonly ids: readonly number[] },
): DisposedSlice {
  const retention = retentionIn(tx);
  const disposal = tx.dispose(eventExpiry(retention, at), ids);
  for (const event of disposal.events) if (event.isSupplemented) eraseAdditions(tx, event, retention.holds);
  tallyErased(tx, disposal.events);
  return { events: disposal.events.length, reached: disposal.reached };
}

export interface DropOrder {
  readonly at: Instant;
  readonly drop: SegmentDrop;
  /** The rules by which the segment was found to be past its term. */
  readonly judgedBy: Retention;
}

/** Work: takes a segment out, unless the rules have changed since it was judged; answers whether it did. */
export function dropOldest(tx: Transaction, { drop, judgedBy }: DropOrder): boolean {
  if (JSON.stringify(retentionIn(tx)) !== JSON.stringify(judgedBy)) return false;
  tx.dropSegment(drop);
  tallyDropped(tx, drop);
  return true;
}

/** Work: one step of clearing away what dropped segments left. */
export function sweepStep(tx: Transaction): boolean {
  return tx.sweep();
}

export interface CertificateOrder {
  readonly doer: Doer;
  readonly at: Instant;
  readonly checkpoint: string | null;
  readonly spared: readonly Spared[];
  readonly backups: readonly Backup[];
}

/** Work: certifies what was disposed of since the last certificate; answers the event's guid, null for nothing. */
export function certify(tx: Transaction, order: CertificateOrder, scene: Scene): string | null {
  const { doer, at, checkpoint, spared, backups } = order;
  return append(tx, scene, doer, (now) => {
    const { erased, dropped } = readTally(tx);
    if (erased === null && dropped === null) return { events: [], result: null };
    endTally(tx);
    const { policy, prolongations } = retentionIn(tx);
    const guid = newGuid(Math.floor(now / 1000), scene.random);
    const data = {
      judged_at: microsText(at),
      rule: { ...monthsTold(policy), prolonged_organizations: prolongations.length },
      ...(erased && { erased: partTold(erased) }),
      ...(dropped && { dropped: { segments: dropped.segments, ...partTold(dropped) } }),
      checkpoint: checkpoint === null ? null : checkpointTold(checkpoint),
      spared,
      backups: backups.map(backupTold),
    };
    const target = { type: 'log', guid: 'hansard' };
    return {
      events: [{ guid, type: 'audit.log.dispose', target, targetName: 'Hansard', data }],
      result: guid,
    };
  });
}

function partTold({ events, organizations, more, first, last, from, to }: Part): object {
  return {
    events,
    organizations: Object.entries(organizations).map(([guid, count]) => ({
      organization_guid: guid === '' ? null : guid,
      events: count,
    })),
    ...(more > 0 && { more }),
    first,
    last,
    from: microsText(from),
    to: microsText(to),
  };
}

function checkpointTold(note: string): object {
  const { origin, size, root } = parseCheckpoint(parseNote(note).text);
  return { origin, size, root: Buffer.from(root).toString('base64') };
}

/** The time of the oldest event that was disposed of since the last certificate; null for none. */
async function oldestDisposed(store: Pick<Readers, 'rows'>): Promise<Instant | null> {
  const [row] = await store.rows(tallyTable, { where: every, limit: 1 });
  const { erased, dropped }: Tally = tallyOf(row);
  const times = [erased, dropped].flatMap((part) => (part === null ? [] : [part.from]));
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * Copies of the log that were made after an instant, or at all: the newest, a bounded number. Of one that was told of
 * when it began and when it was done, the latter. What a restored log came from, and what it replaced, is a copy too.
 */
async function backupsSince(store: Pick<Readers, 'page'>, since: Instant | null): Promise<Backup[]> {
  const type = { kind: 'in', field: 'type', values: ['audit.log.backup', 'audit.log.restore'] } as const;
  const filter = since === null ? type : and(type, { kind: 'time', op: '>=', value: since });
  const query = narrow(filter, { kind: 'all' }, 'all', () => 'log');
  const { events } = await store.page(query, {
    direction: 'desc',
    start: { kind: 'skip', rows: 0 },
    limit: limits.certificateBackupsMax,
    bound: null,
    total: null,
  });
  const told = events.map((event) => ({ ...event, data: JSON.parse(event.data) as CopyTold }));
  const begun = new Set(told.map(({ data }) => data.begun));
  return told
    .filter(({ guid }) => !begun.has(guid))
    .flatMap(({ particulars, data, occurredAt }) =>
      [particulars.target_name ?? '', data.replaced ?? []].flat().map((name) => ({ name, at: occurredAt })),
    );
}

interface CopyTold {
  /** Of a copy that is done: the event that told when it began. */
  readonly begun?: string;
  /** Of a restore: the folder that was there before. */
  readonly replaced?: string | null;
}
