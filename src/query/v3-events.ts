// `/v3/audit_events`: its parameters and what they mean (events-api.md B.1), and `/api/events`, which takes the same
// and some more. An event has one time, so created_ats and updated_ats filter, and both columns of order_by sort, by
// the same.
import { and, type Direction, everything, type Filter, or, type TextField } from './ast.ts';
import type { PageWish } from './paging.ts';
import { rangeFilter } from './time-range.ts';
import { commonParameters, type ListValues, parseV3List, type V3ListSpec } from './v3-list.ts';
import type { TimeRanges } from './v3-times.ts';

/** A V3 question about events: what to find, which page, and how to link to others. */
export interface V3Events extends PageWish {
  readonly filter: Filter;
  /** @param base scheme and authority, as in `https://api.example.org`. */
  link(base: string, page: number, cursor: string | null): string;
}

/** What the list can be asked for. */
export const v3EventsSpec: V3ListSpec = {
  parameters: [...commonParameters, 'types', 'target_guids', 'space_guids', 'organization_guids'],
  lists: [
    { name: 'guids' },
    { name: 'target_guids', negatable: true },
    { name: 'types' },
    { name: 'space_guids' },
    { name: 'organization_guids' },
  ],
  orderBy: ['created_at', 'updated_at'],
  include: [],
};

/** The same, and what the compatible APIs do not filter by. */
export const apiEventsSpec: V3ListSpec = {
  ...v3EventsSpec,
  parameters: [...v3EventsSpec.parameters, 'actor_guids', 'outcomes', 'origins'],
  lists: [...v3EventsSpec.lists, { name: 'actor_guids' }, { name: 'outcomes' }, { name: 'origins' }],
};

const fields: readonly (readonly [string, TextField])[] = [
  ['guids', 'guid'],
  ['types', 'type'],
  ['target_guids', 'target'],
  ['space_guids', 'space'],
  ['organization_guids', 'organization'],
  ['actor_guids', 'actor'],
  ['outcomes', 'outcome'],
  ['origins', 'origin'],
];

/**
 * Reads the query of `/v3/audit_events`.
 * @throws AppError BadQueryParameter
 */
export function parseV3Events(rawQuery: string): V3Events {
  return parseEvents(rawQuery, v3EventsSpec, '/v3/audit_events');
}

/**
 * Reads the query of `/api/events`.
 * @throws AppError BadQueryParameter
 */
export function parseApiEvents(rawQuery: string): V3Events {
  return parseEvents(rawQuery, apiEventsSpec, '/api/events');
}

function parseEvents(rawQuery: string, spec: V3ListSpec, path: string): V3Events {
  const list = parseV3List(rawQuery, spec);
  const direction: Direction = list.orderBy?.direction ?? 'asc';
  return {
    filter: and(
      ...fields.map(([name, field]) => listFilter(field, list.lists.get(name))),
      ...timeFilters(list.createdAts),
      ...timeFilters(list.updatedAts),
    ),
    page: list.page,
    perPage: list.perPage,
    direction,
    cursor: list.cursor,
    link: (base, page, cursor) => list.link(base, path, page, cursor),
  };
}

/** An empty value asks for events that have none: '' is what they hold (events-api.md B.1). */
function listFilter(field: TextField, list: ListValues | undefined): Filter {
  if (list === undefined) return everything;
  const among: Filter = { kind: 'in', field, values: list.values };
  return list.not ? { kind: 'not', of: among } : among;
}

function timeFilters(times: TimeRanges): Filter[] {
  return times.map((alternatives) => or(...alternatives.map(rangeFilter)));
}
