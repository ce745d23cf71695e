// Events in V3's shape (events-api.md B.3), both ways: what http/ answers is what collect/ reads. Text out,
// member by member in the original's order; `data` is spliced in as it was stored.
import { secondsText } from '../core/instant.ts';
import type { Json } from '../core/json.ts';
import type { EventDraft, Party, StoredEvent } from '../event/event.ts';
import { type EventPaths, readDraft } from './draft.ts';
import { at } from './members.ts';

/** The head of a V3 list page; links are absolute. */
export interface V3Page {
  readonly total: number;
  readonly totalPages: number;
  readonly first: string;
  readonly last: string;
  readonly next: string | null;
  readonly previous: string | null;
}

/**
 * The JSON text of one event.
 * @param base scheme and authority, as in `https://api.example.org`.
 */
export function v3Event(event: StoredEvent, base: string): string {
  const { guid, type, particulars } = event;
  const time = secondsText(event.occurredAt);
  const head = JSON.stringify({
    guid,
    created_at: time,
    updated_at: time,
    type,
    actor: partyOf(event.actor, particulars.actor_name ?? null),
    target: partyOf(event.target, particulars.target_name ?? ''),
  });
  const tail = JSON.stringify({
    space: placeOf(event.spaceGuid),
    organization: placeOf(event.organizationGuid),
    links: { self: { href: `${base}/v3/audit_events/${guid}` } },
  });
  return `${head.slice(0, -1)},"data":${event.data},${tail.slice(1)}`;
}

/**
 * The JSON text of a list page of any V3 collection; each resource is JSON text.
 * @param included the JSON text of the member `included`, where a request asked for one.
 */
export function v3Page(page: V3Page, resources: readonly string[], included?: string): string {
  const pagination = JSON.stringify({
    total_results: page.total,
    total_pages: page.totalPages,
    first: linkOf(page.first),
    last: linkOf(page.last),
    next: linkOf(page.next),
    previous: linkOf(page.previous),
  });
  const tail = included === undefined ? '' : `,"included":${included}`;
  return `{"pagination":${pagination},"resources":[${resources.join(',')}]${tail}}`;
}

/** Whether a document has the shape of one V3 event. */
export function isV3Event(json: Json): boolean {
  return at(json, 'target') !== undefined || at(json, 'actor') !== undefined;
}

const paths: EventPaths = {
  guid: 'guid',
  type: 'type',
  time: 'created_at',
  actor: { type: 'actor.type', guid: 'actor.guid' },
  target: { type: 'target.type', guid: 'target.guid' },
  space: 'space.guid',
  organization: 'organization.guid',
  data: 'data',
  names: { actor_name: 'actor.name', target_name: 'target.name' },
};

/**
 * Reads one event. V3 has no user names, so the draft has none.
 * @throws NotAnEvent
 */
export function v3Draft(json: Json): EventDraft {
  return readDraft(json, paths);
}

function partyOf(party: Party, name: string | null): unknown {
  return { guid: party.guid, type: party.type, name };
}

function placeOf(guid: string): unknown {
  return guid === '' ? null : { guid };
}

function linkOf(href: string | null): unknown {
  return href === null ? null : { href };
}
