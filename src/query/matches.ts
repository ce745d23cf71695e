// The reference evaluator: what a filter and a visibility mean for one event, in the plainest words. Every
// store must answer as it does; the suite in test/contract/ holds them to it.
import type { Instant } from '../core/instant.ts';
import type { EventKey, Particulars, StoredEvent } from '../event/event.ts';
import type { Comparison, Direction, Filter, TextField } from './ast.ts';
import type { NarrowedQuery, Place } from './narrow.ts';

/** Whether a narrowed query finds an event: filter, audience and visibility. */
export function finds(query: NarrowedQuery, event: StoredEvent): boolean {
  return visible(query, event) && matches(query.filter, event);
}

/** Whether the reader of a query may see an event in its answer, whatever the filter says. */
export function visible(query: NarrowedQuery, event: StoredEvent): boolean {
  if (query.audience !== null && query.audience !== event.audience) return false;
  const { visibility } = query;
  if (visibility.kind === 'all') return true;
  const stands = (guid: string) => (place: Place) => place.origin === event.origin && place.guid === guid;
  return (
    visibility.organizations.some(stands(event.organizationGuid)) ||
    visibility.spaces.some(stands(event.spaceGuid))
  );
}

/** Whether a filter lets an event through. A name that is absent or null equals no text. */
export function matches(filter: Filter, event: StoredEvent): boolean {
  switch (filter.kind) {
    case 'everything':
      return true;
    case 'nothing':
      return false;
    case 'and':
      return filter.all.every((part) => matches(part, event));
    case 'or':
      return filter.any.some((part) => matches(part, event));
    case 'not':
      return !matches(filter.of, event);
    case 'in':
      return filter.values.includes(textOf(event, filter.field));
    case 'prefix':
      return event.type.startsWith(filter.prefix);
    case 'text':
      return holds(compareText(textOf(event, filter.field), filter.value), filter.op);
    case 'time':
      return holds(compareInstants(event.occurredAt, filter.value), filter.op);
    case 'name':
      return namesOf(event.particulars, filter.of).some((name) => filter.values.includes(name));
  }
}

/** Texts by the bytes of their UTF-8 form: negative, zero or positive. */
export function compareText(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** The one order of the log, ascending: time, then intake. */
export function compareKeys(one: EventKey, other: EventKey): number {
  return compareInstants(one.occurredAt, other.occurredAt) || one.id - other.id;
}

/** A sort function for a list's direction. */
export function inDirection(direction: Direction): (one: EventKey, other: EventKey) => number {
  return direction === 'asc' ? compareKeys : (one, other) => compareKeys(other, one);
}

function compareInstants(one: Instant, other: Instant): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function holds(order: number, op: Comparison): boolean {
  switch (op) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function textOf(event: StoredEvent, field: TextField): string {
  switch (field) {
    case 'guid':
      return event.guid;
    case 'type':
      return event.type;
    case 'actor':
      return event.actor.guid;
    case 'target':
      return event.target.guid;
    case 'space':
      return event.spaceGuid;
    case 'organization':
      return event.organizationGuid;
    case 'origin':
      return event.origin;
    case 'outcome':
      return event.outcome;
  }
}

function namesOf(particulars: Particulars, of: 'actor' | 'target'): string[] {
  const { actor_name, actor_username, target_name } = particulars;
  const names = of === 'actor' ? [actor_name, actor_username] : [target_name];
  return names.filter((name) => typeof name === 'string');
}
