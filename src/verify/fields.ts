// Reads documents of this project's own formats member by member: exactly the members that are expected, each once
// and of its kind. Anything else is Malformed, with a sentence that names it.
import { type Json, JsonRefused, readJson } from '../core/json.ts';
import { readDecimal } from '../merkle/field.ts';
import { Malformed, quoted } from '../merkle/malformed.ts';

/** The members of one object. Each throws Malformed where the member is of another kind. */
export interface Fields {
  text(name: string): string;
  textOrNull(name: string): string | null;
  /** A whole number from 0. */
  count(name: string): number;
  items(name: string): readonly Json[];
  texts(name: string): readonly string[];
}

/** Reads a JSON document. `what` names it in refusals. Throws Malformed. */
export function readDocument(text: string, what: string): Json {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonRefused) throw new Malformed(`${what} is not JSON: ${error.message}`);
    throw error;
  }
}

/** The members of an object that must have these and no others. Throws Malformed. */
export function fieldsOf(json: Json, what: string, names: readonly string[]): Fields {
  if (json.kind !== 'object') throw new Malformed(`${what} is not a JSON object`);
  const members = new Map(json.members);
  const missing = names.find((name) => !members.has(name));
  if (missing !== undefined) throw new Malformed(`${what} has no member ${missing}`);
  const unknown = [...members.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Malformed(`${what} has the unknown member ${quoted(unknown)}`);
  const member = (name: string): Json => members.get(name) ?? { kind: 'null' };
  const wrong = (name: string, wanted: string): Malformed =>
    new Malformed(`the member ${name} of ${what} is not ${wanted}`);
  const items = (name: string): readonly Json[] => {
    const value = member(name);
    if (value.kind !== 'array') throw wrong(name, 'an array');
    return value.items;
  };
  return {
    items,
    text(name) {
      const value = member(name);
      if (value.kind !== 'string') throw wrong(name, 'a text');
      return value.value;
    },
    textOrNull(name) {
      const value = member(name);
      if (value.kind !== 'string' && value.kind !== 'null') throw wrong(name, 'a text or null');
      return value.kind === 'null' ? null : value.value;
    },
    count(name) {
      const value = member(name);
      if (value.kind !== 'number') throw wrong(name, 'a whole number');
      return readDecimal(value.text, `the member ${name} of ${what}`);
    },
    texts: (name) =>
      items(name).map((item) => {
        if (item.kind !== 'string') throw wrong(name, 'an array of texts');
        return item.value;
      }),
  };
}
