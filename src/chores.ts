// What a server does unasked, beside answering: takes up notices, has the log verified, asks the witnesses. None of it
// ever holds up a request, and each tells by itself what goes wrong.
import { systemClock, systemTimer } from './core/clock.ts';
import type { Guid } from './core/guid.ts';
import { limits } from './core/limits.ts';
import { audienceOf } from './event/catalog.ts';
import type { Doer } from './log/append.ts';
import { type Disposer, startDisposer } from './log/dispose.ts';
import type { Verified } from './log/log-services.ts';
import { type Notice, takeNotices } from './notices.ts';
import { narrow } from './query/narrow.ts';
import type { Sealing } from './sealing.ts';
import type { Store } from './store/contract.ts';
import { scheduleVerification, type VerificationSchedule, verifiedIn } from './verification-schedule.ts';

export interface Chores {
  readonly verification: VerificationSchedule;
  readonly disposer: Disposer;
  stop(): Promise<void>;
}

export interface ChoreOptions {
  readonly directory: string;
  /** The `hansard` command as a file for Node to run. */
  readonly command: URL;
  readonly verifyEveryMs: number;
  /** Hansard itself. */
  readonly doer: Doer;
}

export async function startChores({ store, log }: Sealing, options: ChoreOptions): Promise<Chores> {
  const { directory, command, verifyEveryMs, doer } = options;
  const notices = await repeated(
    async () => {
      if (log.halted() !== null) return;
      const record = (guid: Guid, notice: Notice) => store.run('log.notice', { doer, guid, notice });
      await takeNotices(directory, record, (sentence) => process.emitWarning(sentence));
    },
    limits.noticeMs,
    'A notice could not be recorded',
  );
  const verification = await scheduleVerification({
    directory,
    command,
    everyMs: verifyEveryMs,
    last: () => lastVerification(store),
    record: (happening) => store.run('note.record', { doer, happening }),
    now: systemClock,
    report: (sentence) => process.emitWarning(sentence),
  });
  const disposer = await startDisposer({
    store,
    now: systemClock,
    timer: systemTimer,
    everyMs: limits.disposalEveryMs,
    doer,
    checkpoint: () => log.latest(),
    takeNotices: notices.now,
    report: (error) => process.emitWarning(`What is past its term could not be disposed of: ${error}`),
  });
  log.witnesses?.start();
  return {
    verification,
    disposer,
    stop: async () => {
      await Promise.all([verification.stop(), notices.stop(), disposer.stop(), log.witnesses?.stop()]);
    },
  };
}

/** Does something now, every so often, and once more at the end; one at a time. */
async function repeated(
  chore: () => Promise<void>,
  everyMs: number,
  failing: string,
): Promise<{ now(): Promise<void>; stop(): Promise<void> }> {
  const attempt = (): Promise<void> => chore().catch((error) => process.emitWarning(`${failing}: ${error}`));
  let running = attempt();
  await running;
  const now = (): Promise<void> => {
    running = running.then(attempt);
    return running;
  };
  const timer = setInterval(now, everyMs).unref();
  return {
    now,
    stop: () => {
      clearInterval(timer);
      return now();
    },
  };
}

/** How the last verification ended, by the log's own events. */
async function lastVerification(store: Pick<Store, 'page'>): Promise<Verified | null> {
  const types = ['audit.log.verify', 'audit.log.verify_failed'];
  const query = narrow({ kind: 'in', field: 'type', values: types }, { kind: 'all' }, 'all', audienceOf);
  const page = await store.page(query, {
    direction: 'desc',
    start: { kind: 'skip', rows: 0 },
    limit: 1,
    bound: null,
    total: null,
  });
  const event = page.events[0];
  return event === undefined ? null : verifiedIn(event);
}
