// One shape for an event to be handed out, whichever of the two APIs it came from. What the resource said is kept
// beside it as text, so that the JSON forms hand out exactly what the server told.
import { fieldAt, isObject, parsed, textAt } from './field.ts';

/** Somebody or something in an event; '' stands for whatever the source did not say. */
export interface ExportParty {
  readonly guid: string;
  readonly type: string;
  /** E-mail or other display name. */
  readonly name: string;
}

export interface ExportActor extends ExportParty {
  /** Log-in name: V2 tells it, V3 does not. */
  readonly username: string;
}

export interface ExportRecord {
  readonly guid: string;
  /** The time as it was served: V2 `timestamp`, V3 `created_at`. */
  readonly timestamp: string;
  readonly type: string;
  readonly actor: ExportActor;
  readonly target: ExportParty;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  /** V2 `metadata`, V3 `data`, read as JSON. */
  readonly data: unknown;
  /** The resource as served, compact. */
  readonly source: string;
}

/** Decodes one resource of `/v2/events` or `/v3/audit_events`; null where the text is neither. */
export function recordOf(source: string): ExportRecord | null {
  const resource = parsed(source);
  const record = isObject(fieldAt(resource, 'entity')) ? fromV2(resource, source) : fromV3(resource, source);
  return record.type === '' || record.timestamp === '' ? null : record;
}

function fromV2(resource: unknown, source: string): ExportRecord {
  const entity = fieldAt(resource, 'entity');
  return {
    guid: textAt(resource, 'metadata', 'guid'),
    timestamp: textAt(entity, 'timestamp'),
    type: textAt(entity, 'type'),
    actor: {
      guid: textAt(entity, 'actor'),
      type: textAt(entity, 'actor_type'),
      name: textAt(entity, 'actor_name'),
      username: textAt(entity, 'actor_username'),
    },
    target: {
      guid: textAt(entity, 'actee'),
      type: textAt(entity, 'actee_type'),
      name: textAt(entity, 'actee_name'),
    },
    organizationGuid: textAt(entity, 'organization_guid'),
    spaceGuid: textAt(entity, 'space_guid'),
    data: fieldAt(entity, 'metadata') ?? {},
    source,
  };
}

function fromV3(resource: unknown, source: string): ExportRecord {
  return {
    guid: textAt(resource, 'guid'),
    timestamp: textAt(resource, 'created_at'),
    type: textAt(resource, 'type'),
    actor: {
      guid: textAt(resource, 'actor', 'guid'),
      type: textAt(resource, 'actor', 'type'),
      name: textAt(resource, 'actor', 'name'),
      username: textAt(resource, 'actor', 'username'),
    },
    target: {
      guid: textAt(resource, 'target', 'guid'),
      type: textAt(resource, 'target', 'type'),
      name: textAt(resource, 'target', 'name'),
    },
    organizationGuid: textAt(resource, 'organization', 'guid'),
    spaceGuid: textAt(resource, 'space', 'guid'),
    data: fieldAt(resource, 'data') ?? {},
    source,
  };
}
