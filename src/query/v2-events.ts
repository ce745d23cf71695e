// The V2 event lists: `/v2/events` and `/v2/spaces/:guid/events` (events-api.md A.2, A.5, A.8). Their order
// is the one order of the log, whatever `order-by` names.
import type { Instant } from '../core/instant.ts';
import { and, type Filter } from './ast.ts';
import type { PageWish } from './paging.ts';
import { parseV2List, type V2List, type V2ListSpec } from './v2-list.ts';
import { eventAttributes, eventFilter } from './v2-q.ts';

/** A V2 question about events: what to find, which page, and how to link to others. */
export interface V2Events extends PageWish {
  readonly filter: Filter;
  /** Whether the answer has a member `orphans`. */
  readonly orphans: boolean;
  link(page: number, cursor: string | null): string;
}

const eventColumns = [
  'id',
  'guid',
  'created_at',
  'updated_at',
  'timestamp',
  'type',
  'actor',
  'actor_type',
  'actor_name',
  'actor_username',
  'actee',
  'actee_type',
  'actee_name',
  'metadata',
  'space_guid',
  'organization_guid',
];

/** What `/v2/events` can be asked for. */
export const v2EventsSpec: V2ListSpec = {
  path: '/v2/events',
  attributes: eventAttributes,
  orderBy: ['timestamp', 'id'],
  linkedOrder: ['timestamp', 'id'],
  linksRelations: true,
};

/** And the events of a space. */
export const v2SpaceEventsSpec: Omit<V2ListSpec, 'path'> = {
  attributes: eventAttributes,
  orderBy: eventColumns,
  linksRelations: false,
};

/**
 * Reads the query of `/v2/events`.
 * @throws AppError BadQueryParameter
 */
export function parseV2Events(rawQuery: string, now: Instant): V2Events {
  const list = parseV2List(rawQuery, v2EventsSpec);
  return eventsOf(list, eventFilter(list.conditions, now));
}

/**
 * Reads the query of `/v2/spaces/:guid/events`; the space is part of the filter.
 * @throws AppError BadQueryParameter
 */
export function parseV2SpaceEvents(rawQuery: string, spaceGuid: string, now: Instant): V2Events {
  const path = `/v2/spaces/${encodeURIComponent(spaceGuid)}/events`;
  const list = parseV2List(rawQuery, { path, ...v2SpaceEventsSpec });
  const inSpace: Filter = { kind: 'in', field: 'space', values: [spaceGuid] };
  return eventsOf(list, and(inSpace, eventFilter(list.conditions, now)));
}

function eventsOf(list: V2List, filter: Filter): V2Events {
  const { page, perPage, direction, orphans, cursor, link } = list;
  return { filter, page, perPage, direction, orphans, cursor, link };
}
