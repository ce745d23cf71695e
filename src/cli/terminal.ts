// What is written for people. Names in events were chosen by others: nothing of theirs may steer the terminal.
import { stripVTControlCharacters } from 'node:util';

/** Control characters, and those that turn the direction of writing. */
const steering = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with everything that steers a terminal made visible. */
export function visible(text: string): string {
  return text.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for a document: its lines stay lines. */
export function visibleLines(text: string): string {
  return text.replace(/[^\r\n]+|\r(?!\n)/g, visible);
}

/** A sentence to people beside the output: standard error. */
export function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

/** A line of output; the promise is kept when the reader has taken it. */
export function say(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether standard output is a terminal, and colours were not declined (no-color.org). */
function hasColours(): boolean {
  return process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '';
}

/** Emphasis for a header. */
export function bold(text: string): string {
  return hasColours() ? `\x1b[1m${text}\x1b[22m` : text;
}

/** Less emphasis for what is seldom needed. */
export function dim(text: string): string {
  return hasColours() ? `\x1b[2m${text}\x1b[22m` : text;
}

/** Columns aligned by blanks; the last one is left as long as it is. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** `1,234`, and the noun in its number. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
