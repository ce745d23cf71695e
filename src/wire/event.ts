// Tells what a foreign JSON document holds: one event, or a list page of them, in V2's or V3's shape.
import type { Json } from '../core/json.ts';
import type { EventDraft } from '../event/event.ts';
import { at, NotAnEvent } from './members.ts';
import { isV2Event, v2Draft } from './v2.ts';
import { isV3Event, v3Draft } from './v3.ts';

export { NotAnEvent } from './members.ts';

/**
 * The events of a document, unread: the resources of a list page, or the document itself.
 * @throws NotAnEvent for what is neither, such as an error answer that was saved in place of events.
 */
export function eventsOf(document: Json): readonly Json[] {
  const resources = at(document, 'resources');
  if (resources?.kind === 'array') return resources.items;
  if (isV2Event(document) || isV3Event(document)) return [document];
  const complaint = at(document, 'description') ?? firstDetail(document);
  if (complaint?.kind === 'string') {
    throw new NotAnEvent('', `is an error answer: ${complaint.value.slice(0, 200).toWellFormed()}`);
  }
  throw new NotAnEvent('', 'is neither an event nor a list of events in the form of V2 or V3');
}

/**
 * Reads one event, in whichever of the two shapes it has. Members that neither shape has are ignored.
 * @throws NotAnEvent naming the wrong member.
 */
export function draftOf(json: Json): EventDraft {
  if (isV2Event(json)) return v2Draft(json);
  if (isV3Event(json)) return v3Draft(json);
  throw new NotAnEvent('', 'is not an event in the form of V2 or V3');
}

function firstDetail(document: Json): Json | undefined {
  const errors = at(document, 'errors');
  const first = errors?.kind === 'array' ? errors.items[0] : undefined;
  return first && at(first, 'detail');
}
