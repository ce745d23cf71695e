// Events in V2's shape (events-api.md A.6), both ways: what http/ answers is what collect/ reads. Text out,
// member by member in the original's order; `data` is spliced in as it was stored.
import { secondsText } from '../core/instant.ts';
import type { Json } from '../core/json.ts';
import type { EventDraft, StoredEvent } from '../event/event.ts';
import { type EventPaths, readDraft } from './draft.ts';
import { at } from './members.ts';

/** The head of a V2 list page. */
export interface V2Page {
  readonly total: number;
  readonly totalPages: number;
  readonly previous: string | null;
  readonly next: string | null;
  /** Whether the page ends with an empty member `orphans`. */
  readonly orphans: boolean;
}

/** The JSON text of one resource. */
export function v2Event(event: StoredEvent): string {
  const { guid, actor, target, particulars } = event;
  const time = secondsText(event.occurredAt);
  const metadata = { guid, url: `/v2/events/${guid}`, created_at: time, updated_at: time };
  const head = JSON.stringify({
    type: event.type,
    actor: actor.guid,
    actor_type: actor.type,
    actor_name: particulars.actor_name ?? null,
    actor_username: particulars.actor_username ?? null,
    actee: target.guid,
    actee_type: target.type,
    actee_name: particulars.target_name ?? '',
    timestamp: time,
  });
  const places = JSON.stringify({ space_guid: event.spaceGuid, organization_guid: event.organizationGuid });
  const entity = `${head.slice(0, -1)},"metadata":${event.data},${places.slice(1)}`;
  return `{"metadata":${JSON.stringify(metadata)},"entity":${entity}}`;
}

/** The JSON text of a list page of any V2 collection; each resource is JSON text. */
export function v2Page(page: V2Page, resources: readonly string[]): string {
  const head = JSON.stringify({
    total_results: page.total,
    total_pages: page.totalPages,
    prev_url: page.previous,
    next_url: page.next,
  });
  const orphans = page.orphans ? ',"orphans":{}' : '';
  return `${head.slice(0, -1)},"resources":[${resources.join(',')}]${orphans}}`;
}

/** Whether a document has the shape of one V2 resource. */
export function isV2Event(json: Json): boolean {
  return at(json, 'entity') !== undefined;
}

const paths: EventPaths = {
  guid: 'metadata.guid',
  type: 'entity.type',
  time: 'entity.timestamp',
  actor: { type: 'entity.actor_type', guid: 'entity.actor' },
  target: { type: 'entity.actee_type', guid: 'entity.actee' },
  space: 'entity.space_guid',
  organization: 'entity.organization_guid',
  data: 'entity.metadata',
  names: {
    actor_name: 'entity.actor_name',
    actor_username: 'entity.actor_username',
    target_name: 'entity.actee_name',
  },
};

/**
 * Reads one resource; old events have no actor_username.
 * @throws NotAnEvent
 */
export function v2Draft(json: Json): EventDraft {
  return readDraft(json, paths);
}
