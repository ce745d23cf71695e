// The files of an export, read row by row: the resources in NDJSON and JSON as `hansard export` writes them, and the
// number of rows in CSV. Holds one row at a time.
import { extname } from 'node:path';
import { limits } from '../core/limits.ts';
import { Malformed } from '../merkle/malformed.ts';
import { piecesOf } from './regular-file.ts';
import { utf8Text } from './utf8.ts';

export interface Row {
  /** Counted from 1 in the file. */
  readonly line: number;
  readonly text: string;
}

/** The lines of a file, without their ends. Rejects with Malformed where one is too long or not UTF-8. */
export async function* linesOf(path: string): AsyncGenerator<Row> {
  let line = 1;
  let rest: Uint8Array[] = [];
  const taken = (last: Uint8Array): Row => {
    const text = utf8Text(Buffer.concat([...rest, last]));
    if (text === null) throw new Malformed(`line ${line} is not UTF-8`);
    rest = [];
    line += 1;
    return { line: line - 1, text };
  };
  let restBytes = 0;
  for await (const bytes of piecesOf(path)) {
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      yield taken(bytes.subarray(start, end));
      start = end + 1;
      restBytes = 0;
    }
    rest.push(bytes.subarray(start));
    restBytes += bytes.length - start;
    if (restBytes > limits.evidenceLineBytesMax) {
      throw new Malformed(`line ${line} is longer than ${limits.evidenceLineBytesMax} bytes`);
    }
  }
  if (restBytes > 0) yield taken(new Uint8Array());
}

/** Whether rows of a file can be read as resources: by its name. */
export function hasResources(name: string): boolean {
  return ['.ndjson', '.json'].includes(extensionOf(name));
}

/** Whether the rows of a file can be counted and no more, again by its name. */
export function isCsv(name: string): boolean {
  return extensionOf(name) === '.csv';
}

function extensionOf(name: string): string {
  return extname(name).toLowerCase();
}

/** The resources in a file, as text. Rejects with Malformed where it is not written as exports are. */
export function resourcesOf(path: string): AsyncGenerator<Row> {
  return extensionOf(path) === '.json' ? arrayItems(path) : linesOf(path);
}

/** The items of an array with one item a line, its brackets on lines of their own, or `[]`. */
async function* arrayItems(path: string): AsyncGenerator<Row> {
  let state: 'start' | 'first' | 'item' | 'end' = 'start';
  for await (const { line, text } of linesOf(path)) {
    if (state === 'start' && text === '[]') state = 'end';
    else if (state === 'start' && text === '[') state = 'first';
    else if (state === 'item' && text === ']') state = 'end';
    else if (state === 'first' || state === 'item') {
      state = 'item';
      yield { line, text: text.endsWith(',') ? text.slice(0, -1) : text };
    } else throw new Malformed(`line ${line} is not part of an array with one event a line`);
  }
  if (state !== 'end') throw new Malformed('the array does not end');
}

/** The rows of a CSV (RFC 4180) below its header; a line break within quotes ends no row. */
export async function csvRows(path: string): Promise<number> {
  let [ends, quoted, open] = [0, false, false];
  for await (const bytes of piecesOf(path)) {
    for (const byte of bytes) {
      if (byte === 0x22) quoted = !quoted;
      open = byte !== 0x0a || quoted;
      if (!open) ends += 1;
    }
  }
  if (quoted) throw new Malformed('the CSV ends within quotes');
  return Math.max(0, ends + (open ? 1 : 0) - 1);
}
