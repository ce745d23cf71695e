// Reads a foreign resource as an event: one decoder for both forms, which differ in where a member stands and in
// which they have at all.
import type { Json } from '../core/json.ts';
import type { EventDraft } from '../event/event.ts';
import {
  optionalName,
  optionalObject,
  placeGuid,
  requiredGuid,
  requiredInstant,
  requiredText,
  requiredType,
} from './members.ts';

/** Dotted paths of the members of a form. */
export interface EventPaths {
  readonly guid: string;
  readonly type: string;
  readonly time: string;
  readonly actor: { readonly type: string; readonly guid: string };
  readonly target: { readonly type: string; readonly guid: string };
  readonly space: string;
  readonly organization: string;
  readonly data: string;
  /** Where the form keeps each name that it has. */
  readonly names: Partial<Record<'actor_name' | 'actor_username' | 'target_name', string>>;
}

/**
 * Reads one resource. Names that are missing stay missing, which is not the same as null.
 * @throws NotAnEvent
 */
export function readDraft(json: Json, paths: EventPaths): EventDraft {
  const { instant, precision } = requiredInstant(json, paths.time);
  const names = Object.entries(paths.names).map(([name, path]) => [name, optionalName(json, path)] as const);
  return {
    guid: requiredGuid(json, paths.guid),
    type: requiredType(json, paths.type),
    occurredAt: instant,
    precision,
    actor: { type: requiredText(json, paths.actor.type), guid: requiredText(json, paths.actor.guid) },
    target: { type: requiredText(json, paths.target.type), guid: requiredText(json, paths.target.guid) },
    spaceGuid: placeGuid(json, paths.space),
    organizationGuid: placeGuid(json, paths.organization),
    particulars: Object.fromEntries(names.filter(([, value]) => value !== undefined)),
    data: optionalObject(json, paths.data),
    outcome: 'unknown',
  };
}
