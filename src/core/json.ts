// A JSON reader that loses nothing: member order and number text stay as they came, and what cannot be kept
// faithfully (duplicate keys, lone surrogates, NUL, broken UTF-8 upstream, too deep nesting) is refused with
// a reason. Used wherever a document from outside becomes stored bytes; `JSON.parse` loses or changes these.
import { limits } from './limits.ts';

/** A number keeps its text, an object its members in order. */
export type Json =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly Json[] }
  | JsonObject;

export interface JsonObject {
  readonly kind: 'object';
  readonly members: readonly (readonly [string, Json])[];
}

/** Why a text is not taken; `position` counts UTF-16 units from 0. */
export class JsonRefused extends Error {
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason} at character ${position + 1}`);
    this.name = 'JsonRefused';
    this.position = position;
  }
}

const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blank = /[ \t\n\r]*/y;
const plainText = /[^"\\\u0000-\u001f]*/y;
const escapes: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Reads one JSON document. Throws JsonRefused. */
export function readJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** The compact text: no blanks, members in their order, numbers as they came. */
export function jsonText(json: Json): string {
  switch (json.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return json.value ? 'true' : 'false';
    case 'number':
      return json.text;
    case 'string':
      return JSON.stringify(json.value);
    case 'array':
      return `[${json.items.map(jsonText).join(',')}]`;
    case 'object':
      return `{${json.members.map(memberText).join(',')}}`;
  }
}

function memberText([name, value]: readonly [string, Json]): string {
  return `${JSON.stringify(name)}:${jsonText(value)}`;
}

/** The member of an object, or undefined where there is none or the value is no object. */
export function member(json: Json | undefined, name: string): Json | undefined {
  if (json?.kind !== 'object') return undefined;
  return json.members.find(([key]) => key === name)?.[1];
}

/** The value of a JSON string; undefined for anything else. */
export function stringOf(json: Json | undefined): string | undefined {
  return json?.kind === 'string' ? json.value : undefined;
}

/** A plain JavaScript value becomes a tree; for values that the program itself has made. */
export function jsonOf(value: unknown): Json {
  return readJson(JSON.stringify(value));
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Json {
    this.#skip(blank);
    const first = this.#text[this.#at];
    if ((first === '{' || first === '[') && depth >= limits.jsonDepthMax) {
      throw this.#refused(`nested deeper than ${limits.jsonDepthMax} levels`);
    }
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return { kind: 'string', value: this.#string() };
    if (this.#word('null')) return { kind: 'null' };
    if (this.#word('true')) return { kind: 'boolean', value: true };
    if (this.#word('false')) return { kind: 'boolean', value: false };
    const text = this.#skip(numberText);
    if (text === '') throw this.#refused(first === undefined ? 'the text ends too early' : 'not JSON');
    return { kind: 'number', text };
  }

  end(): void {
    this.#skip(blank);
    if (this.#at < this.#text.length) throw this.#refused('something follows the JSON document');
  }

  #object(depth: number): JsonObject {
    const members: [string, Json][] = [];
    const names = new Set<string>();
    this.#list('}', () => {
      this.#skip(blank);
      const at = this.#at;
      if (this.#text[at] !== '"') throw this.#refused('a member name was expected');
      const name = this.#string();
      if (names.has(name)) throw new JsonRefused(`the member ${JSON.stringify(name)} stands twice`, at);
      names.add(name);
      this.#skip(blank);
      if (this.#text[this.#at] !== ':') throw this.#refused('a colon was expected');
      this.#at += 1;
      members.push([name, this.value(depth + 1)]);
    });
    return { kind: 'object', members };
  }

  #array(depth: number): Json {
    const items: Json[] = [];
    this.#list(']', () => items.push(this.value(depth + 1)));
    return { kind: 'array', items };
  }

  #list(close: string, item: () => void): void {
    this.#at += 1;
    this.#skip(blank);
    if (this.#text[this.#at] === close) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      this.#skip(blank);
      const next = this.#text[this.#at];
      if (next !== ',' && next !== close) throw this.#refused(`a comma or ${close} was expected`);
      this.#at += 1;
      if (next === close) return;
    }
  }

  #string(): string {
    const start = this.#at;
    let value = '';
    this.#at += 1;
    for (;;) {
      value += this.#skip(plainText);
      const stop = this.#text[this.#at];
      if (stop === '"') break;
      if (stop !== '\\') {
        throw this.#refused(
          stop === undefined ? 'the text ends inside a string' : 'a control character in a string',
        );
      }
      value += this.#escape();
    }
    this.#at += 1;
    if (!value.isWellFormed()) throw new JsonRefused('a lone surrogate in a string', start);
    if (value.includes('\0')) throw new JsonRefused('a NUL character in a string', start);
    return value;
  }

  #escape(): string {
    const name = this.#text[this.#at + 1] ?? '';
    if (name === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#refused('a broken \\u escape');
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const plain = escapes[name];
    if (plain === undefined) throw this.#refused('an unknown escape');
    this.#at += 2;
    return plain;
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #refused(reason: string): JsonRefused {
    return new JsonRefused(reason, this.#at);
  }
}
