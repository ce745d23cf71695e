// Lists of V3: one mechanism for every collection of the foundation. A collection says as data what it can be
// filtered and ordered by, what it can include and how its rows are shown; the rest is the same for all.
import { AppError } from '../../core/error.ts';
import type { LabelledType } from '../../foundation/table/labels.ts';
import { commonParameters, parseV3List, type V3List, type V3ListSpec } from '../../query/v3-list.ts';
import type { TimeRanges } from '../../query/v3-times.ts';
import { all, any, oneOf, type Row, type RowFilter, type Table } from '../../store/table.ts';
import type { About } from '../openapi/about.ts';
import type { Answer, Call, Services } from '../route.ts';
import { labelFilter } from './labels.ts';

/** Shows rows as resources, all at once, so that what belongs to them is read in a few questions. */
export type Show = (rows: readonly Row[], services: Services) => Promise<object[]>;

/** What `include` can add to a list: the member of `included`, and the resources for some rows. */
export interface Include {
  readonly member: string;
  readonly show: Show;
}

export interface Collection {
  readonly table: Table;
  /** List parameters beside `guids`, in the order in which the sentence about unknown ones names them. */
  readonly filters: Readonly<Record<string, (values: readonly string[]) => RowFilter>>;
  /** What `order_by` takes beside the two times, and the column that it stands for. */
  readonly orders: Readonly<Record<string, string>>;
  /** Whose labels `label_selector` looks at; null: it is no parameter here. */
  readonly labels: LabelledType | null;
  readonly includes: Readonly<Record<string, Include>>;
  /** What is wrong with parameters that are right one by one. */
  readonly rules?: (list: V3List) => readonly string[];
  readonly show: Show;
}

/** Answers one page of the rows that a reader may see. `path` is where the list is asked for. */
export async function answerList(
  call: Call,
  services: Services,
  collection: Collection,
  path: string,
  seen: RowFilter,
): Promise<Answer> {
  const { table, rules } = collection;
  const list = parseV3List(call.query, specOf(collection));
  const problems = rules?.(list) ?? [];
  if (problems.length > 0) throw new AppError('BadQueryParameter', [problems.join(', ')]);
  const { rows, total } = await services.store.rowPage(table, {
    where: all(seen, filterOf(collection, list)),
    order: [orderOf(collection, list)],
    limit: list.perPage,
    offset: Math.min((list.page - 1) * list.perPage, Number.MAX_SAFE_INTEGER),
  });
  const [resources, included] = await Promise.all([
    collection.show(rows, services),
    includedIn(collection, list.include, rows, services),
  ]);
  return { status: 200, body: { ...envelope(list, services.url, path, total), resources, ...included } };
}

/** What `include` asks of a single resource. Throws BadQueryParameter. */
export async function includedInOne(
  call: Call,
  services: Services,
  collection: Collection,
  row: Row,
): Promise<object> {
  const spec = { parameters: ['include'], lists: [], orderBy: [], include: Object.keys(collection.includes) };
  return includedIn(collection, parseV3List(call.query, spec).include, [row], services);
}

/** Describes a route that answers a list of a collection, for the OpenAPI document. */
export function listed(collection: Collection): About {
  return { list: specOf(collection) };
}

/** Describes a route that answers one of a collection and takes `include`. */
export function including({ includes }: Collection): About {
  return { include: Object.keys(includes) };
}

/** The distinct texts of a column. */
export function distinct(rows: readonly Row[], column: string): string[] {
  return [...new Set(rows.map((row) => String(row[column])))];
}

function specOf({ filters, orders, labels, includes }: Collection): V3ListSpec {
  const include = Object.keys(includes);
  const names = Object.keys(filters);
  return {
    parameters: [
      ...commonParameters,
      ...(labels === null ? [] : ['label_selector']),
      ...names,
      ...(include.length === 0 ? [] : ['include']),
    ],
    lists: ['guids', ...names].map((name) => ({ name })),
    orderBy: ['created_at', 'updated_at', ...Object.keys(orders)],
    include,
  };
}

function filterOf({ filters, labels }: Collection, list: V3List): RowFilter {
  const lists = [...list.lists].map(([name, { values }]) => {
    return filters[name]?.(values) ?? oneOf('guid', values);
  });
  const selector = labels === null || list.labelSelector === null ? [] : list.labelSelector;
  return all(
    ...lists,
    timeFilter('created_at', list.createdAts),
    timeFilter('updated_at', list.updatedAts),
    ...(labels === null ? [] : [labelFilter(labels, selector)]),
  );
}

function orderOf({ orders }: Collection, { orderBy }: V3List) {
  if (orderBy === null) return { column: 'created_at', direction: 'asc' } as const;
  return { column: orders[orderBy.column] ?? orderBy.column, direction: orderBy.direction };
}

function timeFilter(column: string, ranges: TimeRanges): RowFilter {
  const within = (alternatives: TimeRanges[number]) =>
    any(
      ...alternatives.map(({ from, until }) =>
        all(
          ...(from === null ? [] : [{ kind: 'compare', column, op: '>=', value: from } as const]),
          ...(until === null ? [] : [{ kind: 'compare', column, op: '<', value: until } as const]),
        ),
      ),
    );
  return all(...ranges.map(within));
}

async function includedIn(
  { includes }: Collection,
  names: readonly string[],
  rows: readonly Row[],
  services: Services,
): Promise<object> {
  if (names.length === 0) return {};
  const shown = names.map(async (name) => {
    const include = includes[name];
    return include === undefined ? [] : [include.member, await include.show(rows, services)];
  });
  return { included: Object.fromEntries(await Promise.all(shown)) };
}

/** What every list begins with. */
export function envelope(list: V3List, url: string, path: string, total: number) {
  const totalPages = Math.max(1, Math.ceil(total / list.perPage));
  const link = (page: number) => ({ href: list.link(url, path, page, null) });
  return {
    pagination: {
      total_results: total,
      total_pages: totalPages,
      first: link(1),
      last: link(totalPages),
      next: list.page < totalPages ? link(list.page + 1) : null,
      previous: list.page > 1 ? link(list.page - 1) : null,
    },
  };
}
