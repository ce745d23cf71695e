// A file to be imported, as the lines that are sent: read once from front to back, one event in memory at a time.
// What is no event never leaves here; it is counted and told with the line on which it stands.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Found, readDocuments } from '../export/documents.ts';
import { fieldAt, itemsAt, parsed, textAt } from '../export/field.ts';
import { CliFailure, reasonOf } from './failure.ts';
import type { PageTally } from './import-pages.ts';

export interface SourceRefusal {
  readonly line: number;
  readonly reason: string;
}

type FoundEvent = Extract<Found, { kind: 'event' }>;

/** The name under which standard input is a file. */
export const standardInput = '-';

export class ImportSource {
  readonly refusals: SourceRefusal[] = [];
  /** How many were refused here; `refusals` holds the first of them. */
  refused = 0;
  /** Events given out so far. */
  sent = 0;
  readonly #found: AsyncGenerator<Found>;
  readonly #hash = createHash('sha256');
  readonly #refusalsMax: number;
  readonly #onBytes: (count: number) => void;
  readonly #path: string;
  readonly #pages: PageTally;
  #onPage = 0;
  #next: FoundEvent | null = null;

  /** `onBytes` is told how many bytes have been read. */
  constructor(path: string, refusalsMax: number, pages: PageTally, onBytes: (count: number) => void) {
    this.#path = path;
    this.#pages = pages;
    this.#refusalsMax = refusalsMax;
    this.#onBytes = onBytes;
    this.#found = eventsIn(this.#hashed(bytesOf(path)));
  }

  /** Whether an event is left. */
  async hasMore(): Promise<boolean> {
    while (this.#next === null) {
      const { done, value } = await this.#found.next();
      if (done === true) return false;
      if (value.kind === 'event') this.#next = value;
      if (value.kind === 'refused') this.#refuse(value);
      if (value.kind !== 'envelope') {
        this.#onPage += 1;
        continue;
      }
      this.#pages.add(this.#path, parsed(value.text), this.#onPage);
      this.#onPage = 0;
    }
    return true;
  }

  /** Events as lines without their ends, up to about `bytesMax`; the rest stays for the next call. */
  async *lines(bytesMax: number): AsyncGenerator<string> {
    let bytes = 0;
    while (await this.hasMore()) {
      const event = this.#next;
      if (event === null || (bytes > 0 && bytes + event.text.length * 3 >= bytesMax)) return;
      this.#next = null;
      this.sent += 1;
      bytes += Buffer.byteLength(event.text) + 1;
      yield event.text;
    }
  }

  /** The SHA-256 of what has been read, in hex; asked once, at the end. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  #refuse({ line, reason }: SourceRefusal): void {
    this.refused += 1;
    if (this.refusals.length < this.#refusalsMax) this.refusals.push({ line, reason });
  }

  async *#hashed(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let count = 0;
    for await (const chunk of bytes) {
      this.#hash.update(chunk);
      count += chunk.length;
      this.#onBytes(count);
      yield chunk;
    }
  }
}

/**
 * The lines on which events stand, by their place among the events of a file, from 1. Files are read again for it,
 * so that nothing has to be remembered about events that were taken.
 */
export async function linesOfEvents(path: string, places: ReadonlySet<number>): Promise<Map<number, number>> {
  const lines = new Map<number, number>();
  if (path === standardInput || places.size === 0) return lines;
  let place = 0;
  for await (const found of eventsIn(bytesOf(path))) {
    if (found.kind !== 'event') continue;
    place += 1;
    if (places.has(place)) lines.set(place, found.line);
    if (lines.size === places.size) break;
  }
  return lines;
}

/** What stands in a file; an answer by which a platform refused is no event, and says why there are none. */
async function* eventsIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Found> {
  for await (const found of readDocuments(bytes)) {
    const said = found.kind === 'event' ? refusalIn(found.text) : '';
    if (said === '') yield found;
    else {
      const reason = `this is an error answer of the platform: ${said}`;
      yield { kind: 'refused', reason, line: found.line };
    }
  }
}

/** What a V3, V2 or UAA error says, '' for anything else. Only what begins like one is read twice. */
function refusalIn(text: string): string {
  if (!/^\{"(errors|description|error_code|code|error|error_description)":/.test(text)) return '';
  const json = parsed(text);
  if (fieldAt(json, 'guid') !== undefined || fieldAt(json, 'metadata') !== undefined) return '';
  return (
    textAt(itemsAt(json, 'errors')[0], 'detail') ||
    textAt(json, 'description') ||
    textAt(json, 'error_description')
  );
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const stream = path === standardInput ? process.stdin : createReadStream(path, { highWaterMark: 262_144 });
  try {
    yield* stream;
  } catch (error) {
    throw new CliFailure(`${path} cannot be read: ${reasonOf(error)}.`);
  }
}
