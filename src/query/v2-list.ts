// What every V2 collection reads from its query: paging, order, relations and `q` (events-api.md A.3, A.5),
// and the page links that say the same again (A.6). Input that the original answers with 500 is a 400 with a
// sentence here.
import { limits } from '../core/limits.ts';
import type { Direction } from './ast.ts';
import { type Cursor, decodeCursor } from './cursor.ts';
import { badQuery, type Parameter, quoted, readParameters } from './parameters.ts';
import { rubyInteger } from './ruby-number.ts';
import { type Condition, parseQ } from './v2-q.ts';

export interface V2ListSpec {
  /** Of the collection, as page links name it. */
  readonly path: string;
  /** Names that `q` takes. */
  readonly attributes: readonly string[];
  /** Names that `order-by` takes. */
  readonly orderBy: readonly string[] | 'any';
  /** What page links say about the order whatever the request said; without it they repeat the request. */
  readonly linkedOrder?: readonly string[];
  /** Whether page links repeat the parameters about relations. */
  readonly linksRelations: boolean;
}

export interface V2List {
  readonly conditions: readonly Condition[];
  readonly page: number;
  readonly perPage: number;
  readonly direction: Direction;
  /** The column that the request asked for. */
  readonly orderBy: string | null;
  readonly relationsDepth: number;
  /** Whether the answer has a member `orphans`. */
  readonly orphans: boolean;
  readonly cursor: Cursor | null;
  /** The path and query of another page of this list. */
  link(page: number, cursor: string | null): string;
}

/**
 * Reads the query of a V2 list.
 * @param rawQuery what follows `?`, undecoded.
 * @throws AppError BadQueryParameter
 */
export function parseV2List(rawQuery: string, spec: V2ListSpec): V2List {
  const text = plainValues(readParameters(rawQuery));
  const page = positive(text, 'page') ?? 1;
  const perPage = positive(text, 'results-per-page') ?? limits.perPageDefault;
  const depth = whole(text, 'inline-relations-depth');
  const orphans = whole(text, 'orphan-relations');
  const qs = readParameters(rawQuery, '&;').flatMap(([name, value]) =>
    name === 'q' && value ? [value] : [],
  );
  const conditions = parseQ(qs, spec.attributes);
  checkSizes(perPage, depth ?? 0n);
  const direction = directionOf(text('order-direction') ?? 'asc');
  const orderBy = orderByOf(text('order-by'), spec);
  const cursor = text('cursor');
  const linked: LinkParameter[] = [
    ...relationParameters(text, spec, depth, orphans),
    ...(spec.linkedOrder ?? (orderBy === null ? [] : [orderBy])).map(parameter('order-by')),
    ['order-direction', direction],
    ...qs.map(parameter('q')),
    ['results-per-page', String(perPage)],
  ];
  return {
    conditions,
    page,
    perPage,
    direction,
    orderBy,
    relationsDepth: Math.max(0, Number(depth ?? 0)),
    orphans: orphans === 1n,
    cursor: cursor === null ? null : decodeCursor(cursor),
    link: (to, at) =>
      linkText(spec.path, [...linked, ['page', String(to)], ...(at ? [at] : []).map(parameter('cursor'))]),
  };
}

type LinkParameter = readonly [name: string, value: string];
/** Answers the value of a plain parameter, null where it is not given; of a repeated one the last counts. */
type PlainValues = (name: string) => string | null;

function plainValues(parameters: readonly Parameter[]): PlainValues {
  return (name) => {
    const nested = parameters.find(([other]) => other.startsWith(`${name}[`));
    if (nested !== undefined) throw badQuery(`${name} takes one plain value, not ${quoted(nested[0])}`);
    return parameters.findLast(([other]) => other === name)?.[1] ?? null;
  };
}

function whole(text: PlainValues, name: string): bigint | null {
  const value = text(name);
  if (value === null) return null;
  const number = rubyInteger(value);
  if (number === null) throw badQuery(`${name} must be a whole number but was ${quoted(value)}`);
  return number;
}

function positive(text: PlainValues, name: string): number | null {
  const number = whole(text, name);
  if (number === null) return null;
  if (number < 1n) throw badQuery(`${name} must be 1 or more but was ${quoted(String(number))}`);
  if (number > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw badQuery(`${name} must be at most ${Number.MAX_SAFE_INTEGER}`);
  }
  return Number(number);
}

function checkSizes(perPage: number, depth: bigint): void {
  if (perPage > limits.v2PerPageMax) throw badQuery(`results_per_page must be <= ${limits.v2PerPageMax}`);
  if (depth > BigInt(limits.inlineRelationsDepthMax)) {
    throw badQuery(`inline_relations_depth must be <= ${limits.inlineRelationsDepthMax}`);
  }
}

function directionOf(text: string): Direction {
  if (text === 'asc' || text === 'desc') return text;
  throw badQuery(`order_direction must be 'asc' or 'desc' but was '${text}'`);
}

function orderByOf(column: string | null, spec: V2ListSpec): string | null {
  if (column === null || spec.orderBy === 'any' || spec.orderBy.includes(column)) return column;
  const known = spec.orderBy.map((name) => `'${name}'`).join(', ');
  throw badQuery(`order-by cannot be ${quoted(column)}; it takes one of ${known}`);
}

function relationParameters(
  text: PlainValues,
  spec: V2ListSpec,
  depth: bigint | null,
  orphans: bigint | null,
): LinkParameter[] {
  const depths: LinkParameter[] = depth === null ? [] : [['inline-relations-depth', String(depth)]];
  if (!spec.linksRelations) return depths;
  const names = (name: string) => (text(name) ?? '').split(',').filter((relation) => relation !== '');
  return [
    ...names('exclude-relations').map(parameter('exclude-relations')),
    ...names('include-relations').map(parameter('include-relations')),
    ...depths,
    ...(orphans === null ? [] : [String(orphans)]).map(parameter('orphan-relations')),
  ];
}

function parameter(name: string): (value: string) => LinkParameter {
  return (value) => [name, value];
}

/** Sorted by name; values of one name keep their order. */
function linkText(path: string, parameters: readonly LinkParameter[]): string {
  const sorted = parameters.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  return `${path}?${sorted.map(([name, value]) => `${name}=${encoded(value)}`).join('&')}`;
}

/** The characters that the original leaves as they are, beyond those that `encodeURIComponent` does. */
function encoded(value: string): string {
  return encodeURIComponent(value).replace(/%(?:3A|2C|2F|3F|40|24|3D)/g, decodeURIComponent);
}
