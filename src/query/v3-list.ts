// What every V3 collection reads from its query (events-api.md B.1), the original's messages in the
// original's order (B.2), and page links that say the same again. A collection describes itself by a
// V3ListSpec.
import { limits } from '../core/limits.ts';
import type { Direction } from './ast.ts';
import { type Cursor, decodeCursor } from './cursor.ts';
import { type LabelRequirement, parseLabelSelector } from './label-selector.ts';
import {
  badQuery,
  commaList,
  commaText,
  nestParameters,
  readParameters,
  rubyText,
  type Value,
} from './parameters.ts';
import { leadingInteger } from './ruby-number.ts';
import { readTimes, type TimeRanges } from './v3-times.ts';

export interface ListParameter {
  readonly name: string;
  /** Whether `name[not]=` excludes. */
  readonly negatable?: boolean;
}

export interface V3ListSpec {
  /** Every parameter, in the order of the sentence about unknown ones. */
  readonly parameters: readonly string[];
  /** Those that are lists of texts, in the order in which they are checked. */
  readonly lists: readonly ListParameter[];
  /** Columns that `order_by` takes. */
  readonly orderBy: readonly string[];
  /** Resources that `include` takes, where it is a parameter at all. */
  readonly include: readonly string[];
}

export interface ListValues {
  readonly values: readonly string[];
  /** Whether the values are excluded. */
  readonly not: boolean;
}

export interface V3List {
  readonly page: number;
  readonly perPage: number;
  readonly orderBy: { readonly column: string; readonly direction: Direction } | null;
  readonly createdAts: TimeRanges;
  readonly updatedAts: TimeRanges;
  /** The list parameters that were given. */
  readonly lists: ReadonlyMap<string, ListValues>;
  readonly include: readonly string[];
  /** null: not given. */
  readonly labelSelector: readonly LabelRequirement[] | null;
  readonly cursor: Cursor | null;
  /** The URL of another page of this list. */
  link(base: string, path: string, page: number, cursor: string | null): string;
}

/** The parameters that every V3 list has, in the original's order. */
export const commonParameters: readonly string[] = [
  'page',
  'per_page',
  'order_by',
  'created_ats',
  'updated_ats',
  'guids',
];

/** Taken by every list and named by none: it stands in links only. */
const cursorParameter = 'cursor';
const pagination: readonly string[] = ['page', 'per_page', 'order_by', cursorParameter];
/** `page * per_page` of the original, whose configuration leaves it at the largest 64-bit integer. */
const resultMax = 2n ** 63n - 1n;

/**
 * Reads the query of a V3 list.
 * @param rawQuery what follows `?`, undecoded.
 * @throws AppError BadQueryParameter with all messages joined, as the original does.
 */
export function parseV3List(rawQuery: string, spec: V3ListSpec): V3List {
  const all = nestParameters(readParameters(rawQuery));
  const given = new Map([...all].filter(([name]) => spec.parameters.includes(name)));
  const messages: string[] = [];
  const { page, perPage } = readPaging(given, messages);
  const orderBy = readOrder(given.get('order_by'), spec, messages);
  const createdAts = readTimesOf(given, 'created_ats', messages);
  const updatedAts = readTimesOf(given, 'updated_ats', messages);
  const lists = readLists(given, spec, messages);
  const labelSelector = readLabels(given.get('label_selector'), messages);
  const include = readInclude(given.get('include'), spec, messages);
  checkNames([...all.keys()], spec, messages);
  if (messages.length > 0) throw badQuery(messages.join(', '));
  const fixed = [
    ...[...given]
      .filter(([name]) => !pagination.includes(name))
      .flatMap(([name, value]) => echo(name, value)),
    encodedPair('per_page', String(perPage)),
    ...(orderBy ? [encodedPair('order_by', (orderBy.direction === 'asc' ? '+' : '-') + orderBy.column)] : []),
  ];
  return {
    page,
    perPage,
    orderBy,
    createdAts,
    updatedAts,
    lists,
    include,
    labelSelector,
    cursor: readCursor(all.get(cursorParameter)),
    link: (base, path, to, cursor) => {
      const own = cursor === null ? [] : [encodedPair(cursorParameter, cursor)];
      return `${base}${path}?${[...fixed, ...own, encodedPair('page', String(to))].toSorted().join('&')}`;
    },
  };
}

type Given = ReadonlyMap<string, Value>;

function readPaging(given: Given, messages: string[]): { page: number; perPage: number } {
  const page = readNumber(given.get('page')) ?? 1n;
  const perPage = readNumber(given.get('per_page')) ?? BigInt(limits.perPageDefault);
  if (page <= 0n) messages.push('Page must be a positive integer');
  if (perPage <= 0n) messages.push('Per page must be a positive integer');
  if (perPage > BigInt(limits.v3PerPageMax)) {
    messages.push(`Per page must be between 1 and ${limits.v3PerPageMax}`);
  }
  if (page * perPage > resultMax) {
    messages.push(`Maximum result (page * per_page) must be less than ${resultMax}`);
  } else if (page > BigInt(Number.MAX_SAFE_INTEGER)) {
    messages.push(`Page must be at most ${Number.MAX_SAFE_INTEGER}`);
  }
  return { page: Number(page), perPage: Number(perPage) };
}

/** 0, which nobody may ask for, stands for `page[]=` and the like. */
function readNumber(value: Value | undefined): bigint | null {
  if (value === undefined) return null;
  if (value.kind !== 'text') return 0n;
  return value.text === null ? null : leadingInteger(value.text);
}

function readOrder(value: Value | undefined, spec: V3ListSpec, messages: string[]): V3List['orderBy'] {
  if (value === undefined || (value.kind === 'text' && (value.text ?? '').trim() === '')) return null;
  const text = value.kind === 'text' ? (value.text ?? '') : '';
  const column = text.replace(/^[+-]/, '');
  if (spec.orderBy.includes(column)) return { column, direction: text.startsWith('-') ? 'desc' : 'asc' };
  messages.push(`Order by can only be: ${spec.orderBy.map((name) => `'${name}'`).join(', ')}`);
  return null;
}

function readTimesOf(given: Given, name: string, messages: string[]): TimeRanges {
  const value = given.get(name);
  return value === undefined ? [] : readTimes(value, label(name), messages);
}

function readLists(given: Given, spec: V3ListSpec, messages: string[]): Map<string, ListValues> {
  const lists = new Map<string, ListValues>();
  for (const parameter of spec.lists) {
    const values = readList(given.get(parameter.name), parameter, messages);
    if (values === null) continue;
    if (values.values.length > limits.filterValuesMax) {
      messages.push(`${label(parameter.name)} takes at most ${limits.filterValuesMax} values`);
    }
    lists.set(parameter.name, values);
  }
  return lists;
}

function readList(value: Value | undefined, parameter: ListParameter, messages: string[]): ListValues | null {
  if (isAbsent(value)) return null;
  if (value.kind !== 'map') return { values: commaList(rubyText(value)), not: false };
  const not = parameter.negatable ? value.members.get('not') : undefined;
  if (!isAbsent(not) && not.kind !== 'map') return { values: commaList(rubyText(not)), not: true };
  messages.push(`${label(parameter.name)} ${complaint(parameter, not)}`);
  return null;
}

function complaint({ name, negatable }: ListParameter, not: Value | undefined): string {
  if (!negatable) return 'must be an array';
  return isAbsent(not) ? `${name} has an invalid operator` : `${name} must be an array`;
}

function readLabels(value: Value | undefined, messages: string[]): readonly LabelRequirement[] | null {
  if (value === undefined) return null;
  const selector =
    value.kind === 'text' ? parseLabelSelector(value.text) : { refused: 'Invalid label_selector value' };
  if ('requirements' in selector) return selector.requirements;
  messages.push(selector.refused);
  return null;
}

function readInclude(value: Value | undefined, spec: V3ListSpec, messages: string[]): string[] {
  if (isAbsent(value)) return [];
  if (value.kind === 'map') {
    messages.push('Include must be an array');
    return [];
  }
  const resources = commaList(rubyText(value));
  if (resources.length > limits.filterValuesMax) {
    messages.push(`Include takes at most ${limits.filterValuesMax} values`);
    return [];
  }
  const known = spec.include.map((name) => `'${name}'`).join(', ');
  for (const [index, resource] of resources.entries()) {
    if (!spec.include.includes(resource)) {
      messages.push(`Invalid included resource: '${resource}'. Valid included resources are: ${known}`);
    } else if (index === resources.indexOf(resource) && resources.indexOf(resource, index + 1) > 0) {
      messages.push(`Duplicate included resource: '${resource}'`);
    }
  }
  return resources;
}

function checkNames(names: readonly string[], spec: V3ListSpec, messages: string[]): void {
  const unknown = names.filter((name) => name !== cursorParameter && !spec.parameters.includes(name));
  if (unknown.length === 0) return;
  const list = (each: readonly string[]) => each.map((name) => `'${name}'`).join(', ');
  messages.push(
    `Unknown query parameter(s): ${list(unknown)}. Valid parameters are: ${list(spec.parameters)}`,
  );
}

function readCursor(value: Value | undefined): Cursor | null {
  if (isAbsent(value)) return null;
  return decodeCursor(rubyText(value));
}

/** A name without `=` counts as not given. */
function isAbsent(value: Value | undefined): value is undefined {
  return value === undefined || (value.kind === 'text' && value.text === null);
}

/** `target_guids` becomes `Target guids`. */
function label(name: string): string {
  return (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll('_', ' ');
}

/** What a link says again of a parameter. */
function echo(name: string, value: Value): string[] {
  if (value.kind === 'map') {
    return [...value.members].flatMap(([key, inner]) => echo(`${name}[${key}]`, inner));
  }
  if (isAbsent(value)) return [];
  const isVerbatim = name === 'label_selector' || value.kind === 'list';
  const text = rubyText(value);
  return [encodedPair(name, isVerbatim ? text : commaText(commaList(text)))];
}

/** As Rails writes a query: everything but letters, digits and `_.-~` is encoded, a blank is `+`. */
function encodedPair(name: string, value: string): string {
  return `${encoded(name)}=${encoded(value)}`;
}

function encoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
