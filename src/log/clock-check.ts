// Whether the clock can be believed where something irrevocable hangs on it. One wrong step forward must not end terms
// and waiting times: a clock that is days beyond where time can have got to is believed after it has gone on so for a
// day. Time is what the machine's timer counts; from one start to the next, what the log itself was last told.
import type { Clock } from '../core/clock.ts';
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { and } from '../query/ast.ts';
import { narrow } from '../query/narrow.ts';
import type { Readers } from '../store/contract.ts';

const hourMicros = 3_600 * microsPerSecond;
const aheadMax = limits.clockAheadHoursMax * hourMicros;
const doubtful = limits.clockDoubtHours * hourMicros;

export class ClockCheck {
  readonly #read: () => Reading;
  #believed: Reading;
  #doubted: Reading | null = null;

  /** @param timer microseconds that nobody sets. @param lastKnown a time that is past for certain; null: now. */
  constructor(now: Clock, timer: Clock, lastKnown: Instant | null) {
    this.#read = () => ({ clock: now(), timer: timer() });
    const { clock, timer: counted } = this.#read();
    this.#believed = { clock: lastKnown ?? clock, timer: counted };
  }

  /** By how many microseconds the clock is further than is believed; null where it is believed. */
  doubt(): number | null {
    const reading = this.#read();
    const ahead = stepBetween(this.#believed, reading);
    const since = this.#doubted;
    const isConfirmed =
      since !== null && stepBetween(since, reading) <= aheadMax && reading.timer - since.timer >= doubtful;
    if (ahead <= aheadMax || isConfirmed) {
      this.#believed = reading;
      this.#doubted = null;
      return null;
    }
    if (since === null || stepBetween(since, reading) > aheadMax) this.#doubted = reading;
    return ahead;
  }
}

interface Reading {
  readonly clock: Instant;
  readonly timer: number;
}

/** How much further the clock went than the timer. */
function stepBetween(before: Reading, after: Reading): number {
  return after.clock - before.clock - (after.timer - before.timer);
}

/** The newest time that the log told of itself, the last hours left aside: a clock that is wrong may have told them. */
export async function lastKnownTime(store: Pick<Readers, 'page'>, now: Instant): Promise<Instant | null> {
  const filter = and(
    { kind: 'prefix', field: 'type', prefix: 'audit.log.' },
    { kind: 'in', field: 'origin', values: [''] },
    { kind: 'time', op: '<=', value: now - doubtful },
  );
  const { events } = await store.page(
    narrow(filter, { kind: 'all' }, 'all', () => 'log'),
    { direction: 'desc', start: { kind: 'skip', rows: 0 }, limit: 1, bound: null, total: null },
  );
  return events[0]?.occurredAt ?? null;
}
