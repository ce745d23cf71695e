// Bodies of V3 requests: read once, and judged by small rules that answer the original's own sentences. A rule answers
// what it finds wrong; a noun's parser joins the rules in the original's order and refuses all at once.
import { AppError } from '../../core/error.ts';
import { JsonRefused, readJson } from '../../core/json.ts';
import { limits } from '../../core/limits.ts';
import type { Call } from '../route.ts';

/** An object that somebody sent, whatever is in it. */
export type Body = Readonly<Record<string, unknown>>;

/** The body of a request; an empty one is an object without members. Throws MessageParseError (400). */
export function readBody(call: Pick<Call, 'body'>): Body {
  if (call.body.trim() === '') return {};
  const body = parse(call.body);
  if (!isObject(body)) throw new AppError('MessageParseError', ['invalid request body']);
  return body;
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Answers 422 with everything that is wrong, unless nothing is. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw unprocessable(problems.join(', '));
}

export function unprocessable(sentence: string): AppError {
  return new AppError('UnprocessableEntity', [sentence]);
}

export function unknownFields(body: Body, known: readonly string[]): string[] {
  const unknown = Object.keys(body).filter((name) => !known.includes(name));
  return unknown.length === 0 ? [] : [`Unknown field(s): '${unknown.join("', '")}'`];
}

/** A name that must be there. */
export function newName(value: unknown): string[] {
  if (isBlank(value) && typeof value !== 'string') return ["Name can't be blank"];
  return [...(isBlank(value) ? ["Name can't be blank"] : []), ...nameText(value)];
}

/** A name that may be left out. */
export function changedName(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return [...(value === '' ? ['Name is too short (minimum is 1 character)'] : []), ...nameText(value)];
}

/** The shorter names of quotas and security groups, where they must be there. */
export function newShortName(value: unknown): string[] {
  const blank = isBlank(value) ? ["Name can't be blank"] : [];
  return [...string('Name', value), ...blank, ...shortText('Name', value)];
}

/** The same, where they may be left out. */
export function changedShortName(body: Body): string[] {
  if (!('name' in body)) return [];
  const { name } = body;
  const short = name === '' || name === null ? ['Name is too short (minimum is 1 character)'] : [];
  return [...string('Name', name), ...short, ...shortText('Name', name)];
}

/** A text within the bound of short names; what is no text is another rule's matter. */
export function shortText(label: string, value: unknown): string[] {
  const most = limits.shortNameCharactersMax;
  const long = typeof value === 'string' && [...value].length > most;
  return long ? [`${label} is too long (maximum is ${most} characters)`] : [];
}

export function boolean(label: string, value: unknown): string[] {
  return typeof value === 'boolean' ? [] : [`${label} must be a boolean`];
}

export function optional(value: unknown, rule: (value: unknown) => string[]): string[] {
  return value === undefined || value === null ? [] : rule(value);
}

export function guid(label: string, value: unknown): string[] {
  const long = `${label} must be between 1 and 200 characters`;
  if (typeof value !== 'string') return [`${label} must be a string`, long];
  return value.length >= 1 && [...value].length <= 200 ? [] : [long];
}

export function string(label: string, value: unknown): string[] {
  return typeof value === 'string' ? [] : [`${label} must be a string`];
}

/** The member `relationships`, whose own rules are given; each sentence names it first. */
export function relationships(value: unknown, rules: (relationships: Body) => string[]): string[] {
  const problems = (): string[] => {
    if (!isObject(value)) return ["'relationships' is not an object"];
    if (Object.keys(value).length > 0) return rules(value);
    return ["'relationships' must include one or more valid relationships"];
  };
  return problems().map((problem) => `Relationships ${problem}`);
}

/** `{"data": {"guid": ...}}` or `{"data": null}`. */
export function toOne(name: string, value: unknown): string[] {
  const label = labelOf(name);
  const form = `${label} must be structured like this: "${name}: {"data": {"guid": "valid-guid"}}"`;
  if (!isObject(value) || Object.keys(value).join() !== 'data') return [form];
  if (value.data === null) return [];
  if (!isObject(value.data) || Object.keys(value.data).join() !== 'guid') return [form];
  return guid(`${label} guid`, value.data.guid);
}

/** `{"data": [{"guid": ...}, ...]}`. */
export function toMany(name: string, value: unknown): string[] {
  const label = labelOf(name);
  const example = '{"guid": "valid-guid"},{"guid": "valid-guid"}';
  const form = `${label} must be structured like this: "${name}: {"data": [${example}]}"`;
  if (!isObject(value) || Object.keys(value).join() !== 'data' || !Array.isArray(value.data)) return [form];
  const items: readonly unknown[] = value.data;
  const inForm = items.every((item) => isObject(item) && Object.keys(item).join() === 'guid');
  if (!inForm) return [form];
  return items.flatMap((item, index) => guid(`${label} guid ${index}`, isObject(item) ? item.guid : null));
}

/** The guids that a relationship to many names. */
export function relatedGuids(value: unknown): string[] {
  const items: readonly unknown[] = isObject(value) && Array.isArray(value.data) ? value.data : [];
  return items.flatMap((item) => (isObject(item) && typeof item.guid === 'string' ? [item.guid] : []));
}

/** The body of an addition to a relationship to many: the guids. Throws UnprocessableEntity. */
export function parseRelatedMany(body: Body): string[] {
  const items: readonly unknown[] = Array.isArray(body.data) ? body.data : [];
  const wrong = items.flatMap((item, index) =>
    isObject(item) && typeof item.guid === 'string' ? [] : [index],
  );
  refuse([
    ...unknownFields(body, ['data']),
    ...(isBlank(body.data) ? ["Data can't be blank"] : []),
    ...(Array.isArray(body.data) ? [] : ['Data must be an array']),
    ...wrong.map((index) => `Invalid data type: Data[${index}] guid should be a string.`),
  ]);
  return relatedGuids(body);
}

/** The guid that a relationship names, or null. */
export function relatedGuid(value: unknown): string | null {
  return isObject(value) && isObject(value.data) ? textOf(value.data.guid) : null;
}

/** The body of a change of a to-one relationship: the guid, or null. Throws UnprocessableEntity. */
export function parseRelated(body: Body): string | null {
  refuse([...unknownFields(body, ['data']), ...optional(body.data, relatedData)]);
  return relatedGuid(body);
}

/** A member's name as sentences have it: `total_memory_in_mb` becomes `Total memory in mb`. */
export function labelOf(name: string): string {
  return (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ');
}

/** The text, where it is one. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** What Rails counts as missing. */
export function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false;
}

function relatedData(data: unknown): string[] {
  const blank = isBlank(data) ? ["Data can't be blank"] : [];
  if (!isObject(data)) return [...blank, 'Data must be an object'];
  const { guid } = data;
  return [
    ...blank,
    ...(Object.keys(data).length === 1 ? [] : ['Data can only accept one key']),
    ...('guid' in data ? [] : ["Data can only accept key 'guid'"]),
    ...(isBlank(guid) || typeof guid === 'string' ? [] : [`Data ${JSON.stringify(guid)} must be a string`]),
  ];
}

function nameText(value: unknown): string[] {
  if (typeof value !== 'string') return ['Name must be a string'];
  const most = limits.nameCharactersMax;
  return [
    ...([...value].length > most ? [`Name is too long (maximum is ${most} characters)`] : []),
    ...(printable.test(value) ? [] : ['Name must not contain escaped characters']),
  ];
}

const printable = /^[^\p{Cc}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]+$/u;

function parse(text: string): unknown {
  try {
    // The strict reader refuses what could not be stored faithfully; JSON.parse then makes plain values of the rest.
    readJson(text);
    return JSON.parse(text);
  } catch (failure) {
    if (failure instanceof JsonRefused) throw new AppError('MessageParseError', ['invalid request body']);
    throw failure;
  }
}
