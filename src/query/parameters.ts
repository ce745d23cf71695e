// The query part of a URL as the original's web server reads it: names and values in order, percent codes and
// `+` decoded, `name[x]` and `name[]` nested. What a parameter means is a matter of v2-list and v3-list.
//
// Promises: whatever comes out is well-formed text without NUL; anything else is a 400 that says what is
// wrong.
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';

/** A name with its value; null where the name stood without `=`. */
export type Parameter = readonly [name: string, value: string | null];

/** A parameter after `name[]` and `name[x]` have been gathered. */
export type Value =
  | { readonly kind: 'text'; readonly text: string | null }
  | { readonly kind: 'list'; readonly items: readonly (string | null)[] }
  | { readonly kind: 'map'; readonly members: ReadonlyMap<string, Value> };

type Building =
  | { readonly kind: 'text'; readonly text: string | null }
  | { readonly kind: 'list'; readonly items: (string | null)[] }
  | { readonly kind: 'map'; readonly members: Map<string, Building> };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The 400 that every malformed query is answered with. */
export function badQuery(sentence: string): AppError {
  return new AppError('BadQueryParameter', [sentence]);
}

/**
 * The parameters in their order. `&;` is how the original reads `q`: a bare `;` ends it (events-api.md
 * A.3.2).
 * @param rawQuery what follows `?`, as Node hands it over: bytes above 127 are Latin-1 characters.
 * @throws AppError BadQueryParameter
 */
export function readParameters(rawQuery: string, separators: '&' | '&;' = '&'): Parameter[] {
  if (rawQuery.length > limits.urlBytesMax) {
    throw badQuery(`the query is longer than ${limits.urlBytesMax} bytes`);
  }
  return rawQuery
    .split(separators === '&' ? '&' : /[&;]/)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 0) return [decoded(pair), null];
      return [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
    });
}

/** Gathers `name[x]=` and `name[]=` into trees; of a repeated plain name the last one wins. */
export function nestParameters(parameters: readonly Parameter[]): ReadonlyMap<string, Value> {
  const top = new Map<string, Building>();
  for (const [name, text] of parameters) {
    if (name !== '') place(top, name, text);
  }
  return top;
}

/** The values of a text cut at commas, as a list parameter has them, percent-decoded once more. */
export function commaList(text: string): string[] {
  return text.split(/,[ \t\r\n\f\v]*/).map(decodedAgain);
}

/** The opposite of `commaList`: what its items' own commas, percent signs and leading blanks must become. */
export function commaText(items: readonly string[]): string {
  return items
    .map((item, index) => {
      const safe = item.replaceAll('%', '%25').replaceAll(',', '%2C');
      return index === 0 ? safe : safe.replace(/^[ \t\r\n\f\v]/, (blank) => percentCode(blank));
    })
    .join(',');
}

/** The text that Ruby makes of a value; the original looks for it literally where a plain text was meant. */
export function rubyText(value: Value): string {
  if (value.kind === 'text') return value.text ?? '';
  if (value.kind === 'map') return '{}';
  return `[${value.items.map((item) => (item === null ? 'nil' : JSON.stringify(item))).join(', ')}]`;
}

/** A short quotation of what a client sent, for error sentences. */
export function quoted(text: string): string {
  return text.length <= 100 ? `'${text}'` : `'${text.slice(0, 100).toWellFormed()}...'`;
}

function place(top: Map<string, Building>, name: string, text: string | null): void {
  const path = pathOf(name);
  const isList = path.length > 1 && path.at(-1) === '';
  const keys = isList ? path.slice(0, -1) : path;
  if (keys.includes('') || keys.length > limits.jsonDepthMax) {
    throw badQuery(`the parameter ${quoted(name)} is nested in a way that is not understood`);
  }
  let members = top;
  for (const key of keys.slice(0, -1)) {
    const inner: Building = members.get(key) ?? { kind: 'map', members: new Map() };
    if (inner.kind !== 'map') throw mixed(name);
    members.set(key, inner);
    members = inner.members;
  }
  const key = keys.at(-1) ?? '';
  if (!isList) {
    members.set(key, { kind: 'text', text });
    return;
  }
  const list: Building = members.get(key) ?? { kind: 'list', items: [] };
  if (list.kind !== 'list') throw mixed(name);
  list.items.push(text);
  members.set(key, list);
}

/** `a[b][]` becomes `a`, `b`, ''. A name with brackets in other places is taken as it stands. */
function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) return [name];
  return [match[1], ...match[2].slice(1, -1).split('][')];
}

function mixed(name: string): AppError {
  return badQuery(`the parameter ${quoted(name)} is given in two forms that exclude each other`);
}

function decoded(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) {
    throw badQuery(`a percent sign in ${quoted(text)} is not followed by two hexadecimal digits`);
  }
  return textOf(bytesOf(text.replaceAll('+', ' ')), text);
}

/** Decodes the percent codes of an item that was decoded before; what is no code stays. */
function decodedAgain(item: string): string {
  return item.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => textOf(bytesOf(codes), item));
}

/** Percent codes and Latin-1 characters become bytes, one character each. */
function bytesOf(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function textOf(bytes: string, source: string): string {
  const text = wellFormed(bytes);
  if (text === null) throw badQuery(`${quoted(source.toWellFormed())} is not valid UTF-8`);
  if (text.includes('\0')) throw badQuery(`${quoted(source)} holds a NUL character`);
  return text;
}

function wellFormed(bytes: string): string | null {
  if (/[^\0-\xff]/.test(bytes)) return null;
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
}

function percentCode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
