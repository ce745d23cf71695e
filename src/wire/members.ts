// Reads members of foreign JSON by dotted path, and refuses with a sentence that names the wrong one.
import { type Guid, isGuid } from '../core/guid.ts';
import { type ParsedInstant, parseInstant } from '../core/instant.ts';
import { type Json, type JsonObject, member } from '../core/json.ts';

/** A document, or a part of one, that tells no event. */
export class NotAnEvent extends Error {
  /** Dotted path of the wrong member; '' for the document itself. */
  readonly member: string;

  constructor(path: string, fault: string) {
    super(`${path === '' ? 'the document' : path} ${fault}`);
    this.name = 'NotAnEvent';
    this.member = path;
  }
}

/** The member at a dotted path. */
export function at(json: Json, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((inner, name) => member(inner, name), json);
}

/** A text that must be there; it may be empty. */
export function requiredText(json: Json, path: string): string {
  const value = at(json, path);
  if (value === undefined) throw new NotAnEvent(path, 'is missing');
  if (value.kind !== 'string') throw new NotAnEvent(path, `must be a text but is ${describe(value)}`);
  return value.value;
}

/** A name: undefined where the member is missing, which is not the same as null. */
export function optionalName(json: Json, path: string): string | null | undefined {
  const value = at(json, path);
  if (value === undefined || value.kind === 'string') return value?.value;
  if (value.kind === 'null') return null;
  throw new NotAnEvent(path, `must be a text or null but is ${describe(value)}`);
}

/** The guid of a place; '' where the member is missing or null. */
export function placeGuid(json: Json, path: string): string {
  return optionalName(json, path) ?? '';
}

export function requiredGuid(json: Json, path: string): Guid {
  const text = requiredText(json, path);
  if (!isGuid(text)) throw new NotAnEvent(path, `must be a UUID but is ${JSON.stringify(text)}`);
  return text.toLowerCase();
}

export function requiredType(json: Json, path: string): string {
  const text = requiredText(json, path);
  if (text === '') throw new NotAnEvent(path, 'is empty');
  return text;
}

export function requiredInstant(json: Json, path: string): ParsedInstant {
  const text = requiredText(json, path);
  const parsed = parseInstant(text);
  if (parsed !== null) return parsed;
  const wanted = 'must be a time like 2018-02-01T10:00:00Z';
  throw new NotAnEvent(path, `${wanted} but is ${JSON.stringify(text.slice(0, 100).toWellFormed())}`);
}

/** The object at a path; an empty one where the member is missing or null. */
export function optionalObject(json: Json, path: string): JsonObject {
  const value = at(json, path);
  if (value?.kind === 'object') return value;
  if (value === undefined || value.kind === 'null') return { kind: 'object', members: [] };
  throw new NotAnEvent(path, `must be an object but is ${describe(value)}`);
}

function describe(value: Json): string {
  if (value.kind === 'null') return 'null';
  return value.kind === 'array' || value.kind === 'object' ? `an ${value.kind}` : `a ${value.kind}`;
}
