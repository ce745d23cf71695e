// The lock-out: after a number of failures a user is locked for a while, but only for the source that they came
// from, so that nobody can lock somebody else out. Kept in memory, bounded; a restart forgets it.
import type { Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { Context } from '../event/event.ts';

export interface Lockout {
  locked(who: string, context: Context): boolean;
  /** Counts a failure; true where this one has locked the pair. */
  failed(who: string, context: Context): boolean;
  succeeded(who: string, context: Context): void;
}

interface Entry {
  readonly failures: number;
  /** In microseconds; the failures count from here, and so does the lock. */
  readonly at: number;
}

/**
 * @param exempt whoever is never locked out when asking from this machine itself: the administrator, who has to
 * get in whatever somebody behind a proxy does. A request that came through a proxy is not from this machine.
 */
export function createLockout(now: Clock, exempt: (who: string) => boolean): Lockout {
  const entries = new Map<string, Entry>();
  const lastsMicros = limits.lockoutMs * 1000;
  const keyOf = (who: string, context: Context) => JSON.stringify([who, context.address ?? '']);
  const failuresOf = (key: string): number => {
    const entry = entries.get(key);
    return entry !== undefined && now() - entry.at < lastsMicros ? entry.failures : 0;
  };
  const spared = (who: string, context: Context) => exempt(who) && fromThisMachine(context);
  return {
    locked: (who, context) =>
      !spared(who, context) && failuresOf(keyOf(who, context)) >= limits.lockoutFailuresMax,
    failed(who, context) {
      if (spared(who, context)) return false;
      const key = keyOf(who, context);
      const failures = failuresOf(key) + 1;
      entries.delete(key);
      entries.set(key, { failures, at: now() });
      if (entries.size > limits.lockoutEntriesMax) entries.delete(entries.keys().next().value ?? '');
      return failures === limits.lockoutFailuresMax;
    },
    succeeded: (who, context) => {
      entries.delete(keyOf(who, context));
    },
  };
}

/** Whether a request came over the loopback interface and not through a proxy. */
export function fromThisMachine(context: Context): boolean {
  const address = (context.address ?? '').replace(/^::ffff:/i, '');
  return context.claimed_address === undefined && (address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address));
}
