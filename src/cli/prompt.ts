// Questions to a person. Secrets are not echoed; where standard input is no terminal, its lines are the answers.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliFailure } from './failure.ts';

export interface Prompt {
  line(label: string): Promise<string>;
  secret(label: string): Promise<string>;
  close(): void;
}

/** Opens standard input for questions; `close` gives it back. */
export function openPrompt(): Prompt {
  const isTerminal = process.stdin.isTTY === true;
  let isMuted = false;
  const output = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (!isMuted && isTerminal) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal: isTerminal });
  const lines: string[] = [];
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let isOver = false;
  reader.on('line', (line) => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next.resolve(line);
  });
  reader.on('SIGINT', () => reader.close());
  reader.on('close', () => {
    isOver = true;
    for (const next of waiting.splice(0)) next.reject(new CliFailure('Stopped: no answer was given.'));
  });

  const question = async (label: string): Promise<string> => {
    process.stderr.write(`${label}: `);
    const line = lines.shift();
    if (line !== undefined) return line;
    if (isOver) throw new CliFailure('Stopped: no answer was given.');
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };

  return {
    line: question,
    async secret(label) {
      isMuted = true;
      try {
        return await question(label);
      } finally {
        isMuted = false;
        process.stderr.write('\n');
      }
    },
    close: () => reader.close(),
  };
}
