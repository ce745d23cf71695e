// Questions to a person. Secrets are not echoed; where standard input is no terminal, its lines are the answers.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { limits } from '../core/limits.ts';
import { CliFailure, wrongUsage } from './failure.ts';

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

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

/** Asks for something that is chosen now, twice, so that a slip of the finger is seen. */
export async function chosenSecret(prompt: Prompt, label: string): Promise<string> {
  const first = await prompt.secret(label);
  if (first === (await prompt.secret(`${label}, again`))) return first;
  throw new CliFailure('These were not the same: nothing was changed.');
}

/** Asks before something is gone. Throws CliFailure unless the answer is yes; `force` is the answer of a script. */
export async function confirm(question: string, force: boolean): Promise<void> {
  if (force) return;
  if (!canAsk()) throw wrongUsage('Nobody is there to be asked: -f does it without.');
  const prompt = openPrompt();
  try {
    const answer = await prompt.line(`${question} (y/N)`);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliFailure('Nothing was changed.');
  } finally {
    prompt.close();
  }
}

/** The lines of standard input, where a script hands secrets over. Throws CliFailure for what can be none. */
export async function inputLines(): Promise<string[]> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of process.stdin) {
    length += piece.length;
    if (length > limits.secretInputBytesMax) throw new CliFailure('Standard input is too long for a secret.');
    pieces.push(piece);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces));
    return text.replace(/\r?\n$/, '').split(/\r?\n/);
  } catch {
    throw new CliFailure('Standard input is no UTF-8 text.');
  }
}
