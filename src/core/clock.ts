// The only place that asks the machine for the time. Everything else is given a Clock.
import type { Instant } from './instant.ts';

/** Answers the present instant in microseconds. */
export type Clock = () => Instant;

/** How far the timer may part from the wall clock before it is taken for a correction of the latter. */
const driftMsMax = 2;

/**
 * A clock that tells the wall clock's time with the timer's fine digits. It follows the wall clock: whenever
 * that has been set, or the timer has drifted, by more than two milliseconds, it begins anew from there.
 * @param wallMs milliseconds since 1970, as synchronized by the machine. @param timerMs a monotonic timer.
 */
export function wallClock(wallMs: () => number, timerMs: () => number): Clock {
  let offset = wallMs() - timerMs();
  return () => {
    const [wall, timer] = [wallMs(), timerMs()];
    if (Math.abs(offset + timer - wall) > driftMsMax) offset = wall - timer;
    return Math.floor((offset + timer) * 1000);
  };
}

/** The machine's clock. */
export const systemClock: Clock = wallClock(
  () => Date.now(),
  () => performance.now(),
);

/** The machine's timer, in microseconds from no time in particular: nobody sets it. */
export const systemTimer: Clock = () => Math.floor(performance.now() * 1000);

/** Never answers the same or an earlier instant than before: what `occurred_at` of our own events needs. */
export function monotonicClock(clock: Clock, after: Instant = 0): Clock {
  let last = after;
  return () => {
    last = Math.max(clock(), last + 1);
    return last;
  };
}
