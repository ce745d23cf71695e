// Finds the events in whatever people have saved: single resources, list pages as `cf curl` prints them, arrays,
// NDJSON, several documents one after the other. Holds one event at a time, however long the page it stands in, and
// gives it out compact but otherwise untouched. Whether an event is well made is for its receiver to judge.
import { limits } from '../core/limits.ts';

export type Found =
  /** One event: compact JSON text, and the line on which it begins, counted from 1. */
  | { readonly kind: 'event'; readonly text: string; readonly line: number }
  /** The end of a list page: its other members, with `resources` emptied. */
  | { readonly kind: 'envelope'; readonly text: string; readonly line: number }
  /** Something that is no event; reading goes on with the next one, or at the next line that opens a document. */
  | { readonly kind: 'refused'; readonly reason: string; readonly line: number };

type Expected = 'document' | 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma';

interface Piece {
  readonly line: number;
  text: string;
  tooLarge: boolean;
}

// Bytes are scanned as Latin-1 text, one character a byte: all that matters to the scan is ASCII, pieces of a
// character are never cut, lengths are bytes, and text that is not UTF-8 costs one event and not the file.
const plainRun = /[^"\\\u0000-\u001f]*/y;
const scalarRun = /[-+.0-9A-Za-z]*/y;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads all documents of a byte stream. Never throws for what stands in it. */
export async function* readDocuments(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Found> {
  const scanner = new Scanner();
  let head = '';
  let begun = false;
  for await (const chunk of bytes) {
    let text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    if (!begun) {
      head += text;
      if (head.length < 3) continue;
      begun = true;
      if (head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff')) {
        yield refused(1, 'the text is UTF-16: save it as UTF-8');
        return;
      }
      text = withoutMark(head);
    }
    yield* scanner.scan(text);
  }
  if (!begun) yield* scanner.scan(head);
  yield* scanner.end();
}

function withoutMark(head: string): string {
  return head.startsWith('\xef\xbb\xbf') ? head.slice(3) : head;
}

class Scanner {
  #found: Found[] = [];
  #line = 1;
  #lineStart = true;
  #mode: 'structure' | 'string' | 'escape' | 'scalar' | 'skip' = 'structure';
  #expected: Expected = 'document';
  #stack: string[] = [];
  /** The document being read and how many arrays stand around it. */
  #document: Piece | null = null;
  #documentDepth = 0;
  /** The depth of the open `resources`; 0 outside it. */
  #listDepth = 0;
  #isPage = false;
  /** The item of `resources` being read. */
  #item: Piece | null = null;
  #inKey = false;
  #key = '';
  /** After a broken document, what stood around it no longer counts. */
  #recovered = false;

  scan(chunk: string): Found[] {
    let at = 0;
    while (at < chunk.length) at = this.#step(chunk, at);
    return this.#take();
  }

  end(): Found[] {
    if (this.#mode === 'scalar') this.#valueDone();
    if (this.#document !== null || this.#stack.length > 0) this.#broken('the text ends too early');
    return this.#take();
  }

  #take(): Found[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  /** Takes at least one character or changes the mode; answers where to go on. */
  #step(chunk: string, at: number): number {
    switch (this.#mode) {
      case 'string':
        return this.#stringRun(chunk, at);
      case 'escape':
        this.#mode = 'string';
        if (chunk.charCodeAt(at) < 32) return at;
        this.#append(chunk.charAt(at));
        return at + 1;
      case 'scalar':
        return this.#scalarRun(chunk, at);
      case 'skip':
        return this.#skipLine(chunk, at);
      case 'structure':
        return this.#structure(chunk.charAt(at)) ? at + 1 : at;
    }
  }

  #stringRun(chunk: string, at: number): number {
    const run = matched(plainRun, chunk, at);
    this.#append(run);
    const stop = chunk.charAt(at + run.length);
    if (stop === '') return chunk.length;
    if (stop !== '"' && stop !== '\\') {
      this.#broken('a control character in a string');
      return at + run.length;
    }
    this.#append(stop);
    if (stop === '\\') this.#mode = 'escape';
    else this.#stringDone();
    return at + run.length + 1;
  }

  #stringDone(): void {
    this.#mode = 'structure';
    if (!this.#inKey) {
      this.#valueDone();
      return;
    }
    this.#inKey = false;
    this.#expected = 'colon';
  }

  #scalarRun(chunk: string, at: number): number {
    const run = matched(scalarRun, chunk, at);
    this.#append(run);
    if (at + run.length < chunk.length) {
      this.#mode = 'structure';
      this.#valueDone();
    }
    return at + run.length;
  }

  #skipLine(chunk: string, at: number): number {
    const first = chunk.charAt(at);
    if (this.#lineStart && (first === '{' || first === '[')) {
      this.#mode = 'structure';
      return at;
    }
    const end = chunk.indexOf('\n', at);
    this.#lineStart = end >= 0;
    if (end < 0) return chunk.length;
    this.#line += 1;
    return end + 1;
  }

  /** Handles one character outside strings and scalars; false where it is still to be handled. */
  #structure(character: string): boolean {
    if (character === '\n') {
      this.#line += 1;
      this.#lineStart = true;
      return true;
    }
    if (character === ' ' || character === '\r' || character === '\t') {
      this.#lineStart = false;
      return true;
    }
    const taken = this.#token(character);
    if (taken) this.#lineStart = false;
    return taken;
  }

  #token(character: string): boolean {
    switch (this.#expected) {
      case 'document':
        if (this.#recovered && (character === ',' || character === ']')) return true;
        return this.#valueStart(character);
      case 'value':
        return this.#valueStart(character);
      case 'value-or-end':
        return character === ']' ? this.#close(character) : this.#valueStart(character);
      case 'key-or-end':
        return character === '}' ? this.#close(character) : this.#keyStart(character);
      case 'key':
        return this.#keyStart(character);
      case 'colon':
        if (character !== ':') return this.#broken('a colon was expected');
        this.#append(character);
        this.#expected = 'value';
        return true;
      case 'comma':
        return this.#commaOrClose(character);
    }
  }

  #keyStart(character: string): boolean {
    if (character !== '"') return this.#broken('a member name was expected');
    this.#mode = 'string';
    this.#inKey = true;
    this.#key = '';
    this.#append(character);
    return true;
  }

  #valueStart(character: string): boolean {
    const opens = character === '{' || character === '[';
    if (this.#document === null) {
      if (!opens) return this.#broken('an event is a JSON object');
      if (character === '{') {
        this.#document = newPiece(this.#line);
        this.#documentDepth = this.#stack.length;
      }
    } else if (this.#listDepth > 0 && this.#item === null) {
      this.#item = newPiece(this.#line);
    }
    if (opens) return this.#open(character);
    if (character === '"') {
      this.#mode = 'string';
      this.#append(character);
      return true;
    }
    if (matched(scalarRun, character, 0) === '') return this.#broken('not JSON');
    this.#mode = 'scalar';
    return false;
  }

  #open(character: string): boolean {
    // One level for the page and one for its list stand around an event.
    if (this.#stack.length > limits.jsonDepthMax + 2) return this.#broken('nested too deep');
    this.#append(character);
    const isMember = this.#document !== null && this.#stack.length === this.#documentDepth + 1;
    this.#stack.push(character);
    this.#expected = character === '{' ? 'key-or-end' : 'value-or-end';
    if (isMember && character === '[' && this.#listDepth === 0 && this.#key === '"resources"') {
      this.#listDepth = this.#stack.length;
      this.#isPage = true;
    }
    return true;
  }

  #commaOrClose(character: string): boolean {
    const inside = this.#stack.at(-1);
    if (character === ',') {
      if (!this.#betweenItems()) this.#append(character);
      this.#expected = inside === '{' ? 'key' : 'value';
      return true;
    }
    if (character !== (inside === '{' ? '}' : ']'))
      return this.#broken('a comma or a closing bracket was expected');
    return this.#close(character);
  }

  #close(character: string): boolean {
    if (this.#betweenItems()) this.#listDepth = 0;
    this.#append(character);
    this.#stack.pop();
    this.#valueDone();
    return true;
  }

  #betweenItems(): boolean {
    return this.#listDepth > 0 && this.#item === null && this.#stack.length === this.#listDepth;
  }

  #valueDone(): void {
    const depth = this.#stack.length;
    if (this.#item !== null && depth === this.#listDepth) {
      this.#found.push(foundIn(this.#item, 'event'));
      this.#item = null;
    } else if (this.#document !== null && depth === this.#documentDepth) {
      this.#found.push(foundIn(this.#document, this.#isPage ? 'envelope' : 'event'));
      this.#document = null;
      this.#isPage = false;
    }
    this.#expected = depth === 0 ? 'document' : 'comma';
  }

  #append(text: string): void {
    if (this.#inKey && this.#item === null && this.#key.length < 20) this.#key += text;
    const piece = this.#item ?? this.#document;
    if (piece === null || piece.tooLarge) return;
    if (piece.text.length + text.length > limits.importLineBytesMax) {
      piece.tooLarge = true;
      piece.text = '';
      return;
    }
    piece.text += text;
  }

  /** Refuses the document, forgets what surrounds it and goes on at the next line that opens one. */
  #broken(reason: string): false {
    const line = (this.#item ?? this.#document)?.line ?? this.#line;
    const where = line === this.#line ? '' : ` on line ${this.#line}`;
    this.#found.push({ kind: 'refused', reason: `${reason}${where}`, line });
    this.#mode = 'skip';
    this.#expected = 'document';
    this.#stack = [];
    this.#document = null;
    this.#item = null;
    this.#listDepth = 0;
    this.#isPage = false;
    this.#inKey = false;
    this.#recovered = true;
    return false;
  }
}

function newPiece(line: number): Piece {
  return { line, text: '', tooLarge: false };
}

function foundIn(piece: Piece, kind: 'event' | 'envelope'): Found {
  const { line } = piece;
  if (piece.tooLarge) return refused(line, `larger than ${limits.importLineBytesMax} bytes`);
  if (kind === 'event' && !piece.text.startsWith('{')) return refused(line, 'an event is a JSON object');
  try {
    return { kind, text: utf8.decode(Buffer.from(piece.text, 'latin1')), line };
  } catch {
    return refused(line, 'the text is not UTF-8');
  }
}

function refused(line: number, reason: string): Found {
  return { kind: 'refused', reason, line };
}

function matched(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
