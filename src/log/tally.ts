// What was disposed of since the last certificate, counted in the transactions that dispose: a run that is cut off
// leaves it to the next one, so that nothing goes untold.
import type { Instant } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import type { LeafPlace } from '../event/event.ts';
import type { DisposedEvent, SegmentDrop, Transaction } from '../store/contract.ts';
import type { Row } from '../store/table.ts';
import { tallyTable } from './retention-table.ts';

export interface Tally {
  /** Depth 1: events of which only head and leaf are left. */
  readonly erased: Part | null;
  /** Depth 2: events of whole segments, of which only leaf and identity are left. */
  readonly dropped: Part | null;
}

/** Of the events, times are the later one of each event's two. */
export interface Part {
  readonly events: number;
  /** Events by organization ('' for none), a bounded number of organizations; `more` counts the events of others. */
  readonly organizations: Readonly<Record<string, number>>;
  readonly more: number;
  readonly first: LeafPlace;
  readonly last: LeafPlace;
  readonly from: Instant;
  readonly to: Instant;
  readonly segments: number;
}

export function tallyOf(row: Row | undefined): Tally {
  return row === undefined ? { erased: null, dropped: null } : (JSON.parse(String(row.tally)) as Tally);
}

export function readTally(tx: Pick<Transaction, 'get'>): Tally {
  return tallyOf(tx.get(tallyTable, { one: 1 }));
}

/** Adds events of depth 1. */
export function tallyErased(tx: Transaction, events: readonly DisposedEvent[]): void {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return;
  const organizations: Record<string, number> = {};
  for (const { organizationGuid } of events)
    organizations[organizationGuid] = (organizations[organizationGuid] ?? 0) + 1;
  const times = events.map(({ at }) => at);
  const part: Part = {
    events: events.length,
    organizations,
    more: 0,
    first: first.leaf,
    last: last.leaf,
    from: Math.min(...times),
    to: Math.max(...times),
    segments: 0,
  };
  const tally = readTally(tx);
  keepTally(tx, { ...tally, erased: joined(tally.erased, part) });
}

/** Adds a segment of depth 2. */
export function tallyDropped(tx: Transaction, drop: SegmentDrop): void {
  const told = drop.organizations.reduce((sum, { events }) => sum + events, 0);
  const part: Part = {
    events: drop.events,
    organizations: Object.fromEntries(drop.organizations.map(({ guid, events }) => [guid, events])),
    more: drop.events - told,
    first: drop.first,
    last: drop.last,
    from: drop.from,
    to: drop.to,
    segments: 1,
  };
  const tally = readTally(tx);
  keepTally(tx, { ...tally, dropped: joined(tally.dropped, part) });
}

export function endTally(tx: Transaction): void {
  tx.remove(tallyTable, { one: 1 });
}

function keepTally(tx: Transaction, tally: Tally): void {
  const changes = { tally: JSON.stringify(tally) };
  if (tx.update(tallyTable, { one: 1 }, changes) === 0) tx.insert(tallyTable, { one: 1, ...changes });
}

function joined(before: Part | null, part: Part): Part {
  if (before === null) return part;
  const organizations: Record<string, number> = { ...before.organizations };
  let more = before.more + part.more;
  for (const [guid, events] of Object.entries(part.organizations)) {
    const isListed = Object.hasOwn(organizations, guid);
    const hasRoom = Object.keys(organizations).length < limits.certificateOrganizationsMax;
    if (isListed || hasRoom) organizations[guid] = (organizations[guid] ?? 0) + events;
    else more += events;
  }
  return {
    events: before.events + part.events,
    organizations,
    more,
    first: earlier(before.first, part.first) ? before.first : part.first,
    last: earlier(before.last, part.last) ? part.last : before.last,
    from: Math.min(before.from, part.from),
    to: Math.max(before.to, part.to),
    segments: before.segments + part.segments,
  };
}

function earlier(one: LeafPlace, other: LeafPlace): boolean {
  return one.epoch < other.epoch || (one.epoch === other.epoch && one.index <= other.index);
}
