// The scheduled verification of the whole log: in a process of its own at the lowest priority, so that nobody waits for
// it. Its result is an event and a metric, and a failure is told on standard error each time.
import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Clock } from './core/clock.ts';
import { microsPerSecond } from './core/instant.ts';
import { limits } from './core/limits.ts';
import type { StoredEvent } from './event/event.ts';
import type { Happening } from './log/append.ts';
import type { Verified } from './log/log-services.ts';

export interface VerificationParts {
  readonly directory: string;
  /** The command that verifies, as a file for Node to run. */
  readonly command: URL;
  /** 0: never. */
  readonly everyMs: number;
  /** The last one that the log tells of; null where there was none. */
  readonly last: () => Promise<Verified | null>;
  readonly record: (happening: Happening) => Promise<unknown>;
  readonly now: Clock;
  /** Hears of a failure. */
  readonly report: (sentence: string) => void;
}

export interface VerificationSchedule {
  /** The last one, also of an earlier process; null before the first. */
  verified(): Verified | null;
  /** Verifies now; resolves when the result is in the log. */
  run(): Promise<Verified>;
  stop(): Promise<void>;
}

/** Looks now and then whether a verification is due. */
export async function scheduleVerification(parts: VerificationParts): Promise<VerificationSchedule> {
  let latest = await parts.last();
  let running: Promise<unknown> = Promise.resolve();
  const ending = new AbortController();
  const run = async (): Promise<Verified> => {
    const verified = await verifyApart(parts, ending.signal);
    latest = verified;
    if (!verified.isSound) parts.report(`The log does not verify: ${verified.reason}`);
    await parts.record(happeningOf(verified));
    return verified;
  };
  const look = async (): Promise<void> => {
    const last = latest;
    if (last !== null && parts.now() - last.at < parts.everyMs * 1_000) return;
    await run();
  };
  let isLooking = false;
  const tick = (): void => {
    // One that takes longer than until the next look is waited for, not queued behind.
    if (isLooking || ending.signal.aborted) return;
    isLooking = true;
    running = running
      .then(look)
      .catch((error) => {
        if (!ending.signal.aborted) parts.report(`The log could not be verified: ${error}`);
      })
      .finally(() => {
        isLooking = false;
      });
  };
  const lookMs = Math.min(parts.everyMs, limits.verificationLookMs);
  const timer = parts.everyMs === 0 ? undefined : setInterval(tick, lookMs).unref();
  return {
    verified: () => latest,
    run: () => {
      const own = running.then(run);
      running = own.catch(() => undefined);
      return own;
    },
    stop: async () => {
      clearInterval(timer);
      ending.abort();
      await running;
    },
  };
}

function happeningOf({ isSound, seconds, reason }: Verified): Happening {
  return {
    type: isSound ? 'audit.log.verify' : 'audit.log.verify_failed',
    target: { type: 'log', guid: 'hansard' },
    targetName: 'Hansard',
    outcome: isSound ? 'success' : 'failure',
    data: { seconds, ...(reason !== null && { reason }) },
  };
}

/** What such an event tells. */
export function verifiedIn({ type, occurredAt, data }: StoredEvent): Verified {
  const told: unknown = JSON.parse(data);
  const member = (name: string): unknown =>
    typeof told === 'object' ? Reflect.get(told ?? {}, name) : undefined;
  const isSound = type === 'audit.log.verify';
  const reason = isSound ? null : String(member('reason') ?? '');
  return { at: occurredAt, isSound, seconds: Number(member('seconds') ?? 0), reason };
}

/** Runs the command that verifies a data folder. Rejects where it could not run to its end. */
async function verifyApart(
  { directory, command, now }: VerificationParts,
  signal: AbortSignal,
): Promise<Verified> {
  const at = now();
  const args = [fileURLToPath(command), 'verify', '--data', directory];
  // Nothing of the environment that it does not need: keys and passwords may be in there.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = spawn(process.execPath, args, { signal, env, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      told = (told + text).slice(0, limits.verificationOutputMax);
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const seconds = Math.round((now() - at) / 1_000) / (microsPerSecond / 1_000);
  if (code === 0) return { at, isSound: true, seconds, reason: null };
  if (code === 1) return { at, isSound: false, seconds, reason: told.trim() };
  throw new Error(`the verification ended with ${code ?? 'a signal'}: ${told.trim()}`);
}
