// The only place that asks the machine for the time. Everything else is given a Clock.
import type { Instant } from './instant.ts';

/** Answers the present instant in microseconds. */
export type Clock = () => Instant;

/** The machine's clock: wall time at start, advanced by the monotonic timer, so that it has microseconds. */
export const systemClock: Clock = () => Math.floor((performance.timeOrigin + performance.now()) * 1000);

/** Never answers the same or an earlier instant than before: what `occurred_at` of our own events needs. */
export function monotonicClock(clock: Clock, after: Instant = 0): Clock {
  let last = after;
  return () => {
    last = Math.max(clock(), last + 1);
    return last;
  };
}
