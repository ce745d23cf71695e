// What a narrowed query says at its top level, as numbers of the dictionaries: the conditions that can lead an
// index. What is not said at the top level stays with the predicate.
import type { Instant } from '../../core/instant.ts';
import type { Filter } from '../../query/ast.ts';
import type { NarrowedQuery, Place } from '../../query/narrow.ts';
import type { Bounded } from '../../query/plan.ts';
import type { Connection } from './database.ts';
import { audiences } from './dictionary.ts';

/** Both ends included. */
export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

export interface BoundedQuery {
  readonly bounded: Bounded;
  readonly window: Window;
  /** What indexes and window do not hold already; `in` conditions on indexed fields are kept apart by field. */
  readonly rest: readonly Filter[];
  readonly indexed: ReadonlyMap<IndexedField, readonly Filter[]>;
}

export type IndexedField = 'type' | 'organization' | 'space' | 'target' | 'actor';

const indexedFields: readonly IndexedField[] = ['type', 'organization', 'space', 'target', 'actor'];

const always: Window = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

export function boundsOf(connection: Connection, query: NarrowedQuery): BoundedQuery {
  const parts = query.filter.kind === 'and' ? query.filter.all : [query.filter];
  const indexed = new Map<IndexedField, Filter[]>();
  const rest: Filter[] = [];
  let window = always;
  for (const part of parts) {
    const field = indexedField(part);
    const hull = part.kind === 'time' ? null : hullOf(part);
    if (hull !== null) window = { from: Math.max(window.from, hull.from), to: Math.min(window.to, hull.to) };
    if (part.kind === 'time') window = narrowed(window, part);
    else if (field === undefined) rest.push(part);
    else indexed.set(field, [...(indexed.get(field) ?? []), part]);
  }
  const audienceNumbers = audiences.flatMap((audience, number) =>
    query.audience === null || query.audience === audience ? [number] : [],
  );
  const numbersOf = (field: IndexedField): number[] | null => {
    const filters = indexed.get(field);
    return filters === undefined ? null : common(filters.map((filter) => resolve(connection, field, filter)));
  };
  const types = numbersOf('type');
  const bounded = {
    audiences: audienceNumbers,
    types: types === null ? null : ofAudiences(connection, types, audienceNumbers),
    organizations: numbersOf('organization'),
    spaces: numbersOf('space'),
    targets: numbersOf('target'),
    actors: numbersOf('actor'),
    byGuid: rest.some((part) => part.kind === 'in' && part.field === 'guid'),
    visible: visiblePlaces(connection, query),
  };
  return { bounded, window, rest, indexed };
}

function indexedField(filter: Filter): IndexedField | undefined {
  if (filter.kind === 'prefix') return 'type';
  return filter.kind === 'in' ? indexedFields.find((field) => field === filter.field) : undefined;
}

/** The window around all alternatives of a list of times; the list itself stays with the predicate. */
function hullOf(filter: Filter): Window | null {
  if (filter.kind === 'time') return narrowed(always, filter);
  const parts = filter.kind === 'and' ? filter.all : filter.kind === 'or' ? filter.any : [];
  const hulls = parts.map(hullOf).filter((hull) => hull !== null);
  if (filter.kind === 'and' && hulls.length > 0) {
    return { from: Math.max(...hulls.map(({ from }) => from)), to: Math.min(...hulls.map(({ to }) => to)) };
  }
  if (filter.kind !== 'or' || hulls.length === 0 || hulls.length < parts.length) return null;
  return { from: Math.min(...hulls.map(({ from }) => from)), to: Math.max(...hulls.map(({ to }) => to)) };
}

function narrowed(window: Window, { op, value }: Filter & { kind: 'time' }): Window {
  switch (op) {
    case '<':
      return { ...window, to: Math.min(window.to, value - 1) };
    case '<=':
      return { ...window, to: Math.min(window.to, value) };
    case '>':
      return { ...window, from: Math.max(window.from, value + 1) };
    case '>=':
      return { ...window, from: Math.max(window.from, value) };
  }
}

const lookups: Record<IndexedField, string> = {
  type: 'SELECT id FROM type WHERE name IN (SELECT value FROM json_each(?))',
  organization: 'SELECT id FROM place WHERE guid IN (SELECT value FROM json_each(?))',
  space: 'SELECT id FROM place WHERE guid IN (SELECT value FROM json_each(?))',
  target: 'SELECT id FROM party WHERE guid IN (SELECT value FROM json_each(?))',
  actor: 'SELECT id FROM party WHERE guid IN (SELECT value FROM json_each(?))',
};

function resolve(connection: Connection, field: IndexedField, filter: Filter): number[] {
  if (filter.kind === 'prefix') {
    const sql = 'SELECT id FROM type WHERE substr(name, 1, length(?)) = ?';
    return connection.all(sql, [filter.prefix, filter.prefix]).map((row) => Number(row.id));
  }
  if (filter.kind !== 'in') return [];
  return connection.all(lookups[field], [JSON.stringify(filter.values)]).map((row) => Number(row.id));
}

function ofAudiences(
  connection: Connection,
  types: readonly number[],
  audienceNumbers: readonly number[],
): number[] {
  const sql =
    'SELECT id FROM type WHERE id IN (SELECT value FROM json_each(?)) AND audience IN (SELECT value FROM json_each(?))';
  const params = [JSON.stringify(types), JSON.stringify(audienceNumbers)];
  return connection.all(sql, params).map((row) => Number(row.id));
}

function visiblePlaces(connection: Connection, { visibility }: NarrowedQuery): Bounded['visible'] {
  if (visibility.kind === 'all') return null;
  return {
    organizations: placeNumbers(connection, visibility.organizations),
    spaces: placeNumbers(connection, visibility.spaces),
  };
}

function placeNumbers(connection: Connection, places: readonly Place[]): number[] {
  const sql =
    "SELECT place.id FROM json_each(?) AS seen JOIN origin ON origin.name = seen.value ->> 'origin' JOIN place ON place.guid = seen.value ->> 'guid' AND place.origin = origin.id WHERE place.id <> 0";
  return connection.all(sql, [JSON.stringify(places)]).map((row) => Number(row.id));
}

function common(lists: readonly number[][]): number[] {
  const [first = [], ...others] = lists;
  return first.filter((number) => others.every((list) => list.includes(number)));
}
