// The lock-out: after a number of failures a user is locked for a while, but only for the source that they
// came from, so that nobody can lock somebody else out. Kept in memory, bounded; a restart forgets it.
import type { Clock } from '../core/clock.ts';
import type { Instant } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import type { Context } from '../event/event.ts';

/** Whose log-in is counted: `who` tells them apart, `name` is the account's, '' if there is none. */
export interface Guarded {
  readonly who: string;
  readonly name: string;
  readonly context: Context;
}

export interface Lockout {
  locked(guarded: Guarded): boolean;
  /** Counts a failure; true where this one has locked the pair. */
  failed(guarded: Guarded): boolean;
  succeeded(guarded: Guarded): void;
}

interface Entry {
  readonly failures: number;
  /** Of the last failure: the lock, or the memory of too few failures, lasts from here. */
  readonly at: Instant;
}

export function createLockout(now: Clock): Lockout {
  const entries = new Map<string, Entry>();
  const keyOf = ({ who, context }: Guarded) => JSON.stringify([who, context.address ?? '']);
  const failuresOf = (key: string): number => {
    const entry = entries.get(key);
    return entry !== undefined && now() - entry.at < limits.lockoutMs * 1000 ? entry.failures : 0;
  };
  return {
    locked: (guarded) => !isSpared(guarded) && failuresOf(keyOf(guarded)) >= limits.lockoutFailuresMax,
    failed(guarded) {
      if (isSpared(guarded)) return false;
      const key = keyOf(guarded);
      const failures = failuresOf(key) + 1;
      entries.delete(key);
      entries.set(key, { failures, at: now() });
      if (entries.size > limits.lockoutEntriesMax) entries.delete(entries.keys().next().value ?? '');
      return failures === limits.lockoutFailuresMax;
    },
    succeeded: (guarded) => {
      entries.delete(keyOf(guarded));
    },
  };
}

/** The administrator always gets in from the machine itself, whatever somebody else does there. */
function isSpared({ name, context }: Guarded): boolean {
  return name === 'admin' && fromThisMachine(context);
}

/** Whether a request came over the loopback interface, and not through a proxy that listens there. */
export function fromThisMachine(context: Context): boolean {
  const address = (context.address ?? '').replace(/^::ffff:/i, '');
  return context.claimed_address === undefined && (address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address));
}
