// How far a long command has come: a bar on a terminal, elsewhere a line now and then; always on standard error.
import { systemClock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { tell } from './terminal.ts';

export interface Progress {
  /** The whole, once it is known. */
  total(count: number): void;
  /** How much is done so far. */
  at(count: number): void;
  stop(): void;
}

/** Progress counted in `unit` (a plural). None beside a result that is being written on the same terminal. */
export async function startProgress(unit: string, resultIsShown = false): Promise<Progress> {
  if (!process.stderr.isTTY) return lines(unit);
  return resultIsShown ? { total() {}, at() {}, stop() {} } : bar(unit);
}

async function bar(unit: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const single = new cliProgress.SingleBar({
    format: `{bar} {value} of {total} ${unit}  {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
  });
  let total = 0;
  let done = 0;
  let isStarted = false;
  // Lists grow and shrink while they are read: the whole is never less than what is done.
  const widen = (): void => single.setTotal(Math.max(total, done));
  return {
    total(count) {
      total = count;
      if (isStarted) widen();
    },
    at(count) {
      done = count;
      if (isStarted) widen();
      else single.start(Math.max(total, done), 0);
      isStarted = true;
      single.update(done);
    },
    stop() {
      if (isStarted) single.stop();
    },
  };
}

function lines(unit: string): Progress {
  let total = 0;
  let told = systemClock();
  return {
    total(count) {
      total = count;
    },
    at(count) {
      const now = systemClock();
      if (now - told < limits.progressLineMs * 1000) return;
      told = now;
      const whole = total > 0 ? ` of ${total.toLocaleString('en-US')}` : '';
      tell(`${count.toLocaleString('en-US')}${whole} ${unit}`);
    },
    stop() {},
  };
}
