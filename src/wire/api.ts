// An event as Hansard's own API answers it: everything that is known of it, also what the original has no place for.
import { microsText } from '../core/instant.ts';
import type { StoredEvent } from '../event/event.ts';

/** The JSON text of one event; `data` is written as it is stored. Times have microseconds. */
export function apiEvent(event: StoredEvent): string {
  const { particulars } = event;
  const head = JSON.stringify({
    guid: event.guid,
    origin: event.origin,
    type: event.type,
    audience: event.audience,
    outcome: event.outcome,
    occurred_at: microsText(event.occurredAt),
    recorded_at: microsText(event.recordedAt),
    actor: {
      guid: event.actor.guid,
      type: event.actor.type,
      name: particulars.actor_name ?? null,
      username: particulars.actor_username ?? null,
    },
    target: {
      guid: event.target.guid,
      type: event.target.type,
      name: particulars.target_name ?? null,
    },
    space_guid: event.spaceGuid === '' ? null : event.spaceGuid,
    organization_guid: event.organizationGuid === '' ? null : event.organizationGuid,
    context: particulars.context ?? null,
    sealed: event.sealed,
    erased: event.erased,
  });
  return `${head.slice(0, -1)},"data":${event.data}}`;
}
