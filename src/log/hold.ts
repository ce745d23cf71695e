// Legal holds: while one stands, nothing that it covers is disposed of or erased, whatever the policy says.
import type { Instant } from '../core/instant.ts';
import type { StoredEvent } from '../event/event.ts';
import { and, everything, type Filter, or, type TextField } from '../query/ast.ts';
import { matches } from '../query/matches.ts';
import type { Row } from '../store/table.ts';

/** What a hold covers: events for which all of it holds. '', null and an empty list stand for "whatever". */
export interface HoldScope {
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  readonly actorGuid: string;
  readonly targetGuid: string;
  /** One of these; with `*` at the end, whatever begins so. */
  readonly types: readonly string[];
  /** Of `occurred_at`: from included, until excluded. */
  readonly from: Instant | null;
  readonly until: Instant | null;
}

export interface Hold extends HoldScope {
  readonly guid: string;
  readonly name: string;
  readonly reason: string;
  readonly createdAt: Instant;
  readonly createdBy: { readonly guid: string; readonly name: string };
}

export function holdOf(row: Row): Hold {
  const instant = (value: unknown): Instant | null => (value == null ? null : Number(value));
  return {
    guid: String(row.guid),
    name: String(row.name),
    reason: String(row.reason),
    organizationGuid: String(row.organization_guid),
    spaceGuid: String(row.space_guid),
    actorGuid: String(row.actor_guid),
    targetGuid: String(row.target_guid),
    types: JSON.parse(String(row.types)),
    from: instant(row.occurred_from),
    until: instant(row.occurred_until),
    createdAt: Number(row.created_at),
    createdBy: { guid: String(row.created_by), name: String(row.created_by_name) },
  };
}

/**
 * The events that a hold covers, in whatever origin: of two that share a guid, both are held. A guid may have been typed
 * in upper case, and some platform may have written it so.
 */
export function holdFilter(hold: HoldScope): Filter {
  const one = (field: TextField, value: string): Filter =>
    value === '' ? everything : { kind: 'in', field, values: [...new Set([value, value.toLowerCase()])] };
  return and(
    one('organization', hold.organizationGuid),
    one('space', hold.spaceGuid),
    one('actor', hold.actorGuid),
    one('target', hold.targetGuid),
    typesFilter(hold.types),
    hold.from === null ? everything : { kind: 'time', op: '>=', value: hold.from },
    hold.until === null ? everything : { kind: 'time', op: '<', value: hold.until },
  );
}

function typesFilter(types: readonly string[]): Filter {
  if (types.length === 0) return everything;
  const exact = types.filter((type) => !type.endsWith('*'));
  const prefixes = types.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1));
  return or(
    ...(exact.length === 0 ? [] : [{ kind: 'in', field: 'type', values: exact } as const]),
    ...prefixes.map((prefix) => ({ kind: 'prefix', field: 'type', prefix }) as const),
  );
}

/** A hold that covers the event, or undefined. */
export function holdOn(holds: readonly Hold[], event: StoredEvent): Hold | undefined {
  return holds.find((hold) => matches(holdFilter(hold), event));
}
