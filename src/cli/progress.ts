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

/** Progress counted in `unit` (a plural). */
export async function startProgress(unit: string): Promise<Progress> {
  return process.stderr.isTTY ? bar(unit) : lines(unit);
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
  let isStarted = false;
  return {
    total(count) {
      total = count;
      if (isStarted) single.setTotal(count);
    },
    at(count) {
      if (!isStarted) single.start(Math.max(total, count), 0);
      isStarted = true;
      single.update(count);
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
