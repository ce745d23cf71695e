// What becomes of a long command that is told to stop: it leaves nothing half done and the terminal as it was.
import { exitCodes } from './failure.ts';
import { tell } from './terminal.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Does the work. On Ctrl-C or SIGTERM meanwhile, `clean` is called, the sentence told, and the process ends with exit
 * code 130. `clean` does not wait for anything: the work itself would go on while it did.
 */
export async function untilInterrupted<R>(
  work: () => Promise<R>,
  clean: () => void,
  sentence: string,
): Promise<R> {
  const stop = (): never => {
    clean();
    tell(sentence);
    process.exit(exitCodes.stopped);
  };
  for (const signal of signals) process.once(signal, stop);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
