// The plainest possible list of events: the reference evaluator over an array. What the parsers, the paging
// and the wire formats are tried on.
import fc from 'fast-check';
import type { StoredEvent } from '../../src/event/event.ts';
import { finds, inDirection } from '../../src/query/matches.ts';
import type { NarrowedQuery } from '../../src/query/narrow.ts';
import type { EventPage, PageRequest } from '../../src/query/page.ts';

export const second = 1_000_000;
export const noon = Date.UTC(2018, 1, 1, 12) * 1000;

/** An event with everything that a test does not care about. */
export function event(changes: Partial<StoredEvent> = {}): StoredEvent {
  return {
    id: 1,
    origin: '',
    guid: '00000000-0000-7000-8000-000000000001',
    type: 'audit.app.create',
    audience: 'platform',
    occurredAt: noon,
    recordedAt: noon,
    actor: { type: 'user', guid: 'u1' },
    target: { type: 'app', guid: 'app-1' },
    spaceGuid: 's1',
    organizationGuid: 'o1',
    outcome: 'success',
    data: '{}',
    particulars: {},
    sealed: null,
    erased: [],
    ...changes,
  };
}

/** What a store would answer. */
export function page(rows: readonly StoredEvent[], query: NarrowedQuery, request: PageRequest): EventPage {
  const bound = request.bound ?? Math.max(0, ...rows.map((row) => row.id));
  const order = inDirection(request.direction);
  const found = rows.filter((row) => row.id <= bound && finds(query, row)).toSorted(order);
  const { start, limit } = request;
  const after = (key: { occurredAt: number; id: number }) =>
    found.filter((row) => order(row, key) <= 0).length;
  const before = (key: { occurredAt: number; id: number }) =>
    found.filter((row) => order(row, key) < 0).length;
  const end = start.kind === 'before' ? before(start.key) : undefined;
  const begin =
    start.kind === 'skip'
      ? start.rows
      : start.kind === 'after'
        ? after(start.key)
        : Math.max(0, (end ?? 0) - limit);
  const events = found.slice(begin, end ?? begin + limit);
  return {
    events,
    total: request.total ?? found.length,
    bound,
    before: begin > 0 && found.length > 0,
    after: begin + events.length < found.length,
  };
}

/** Texts that sort differently by bytes, by UTF-16 units and by any language. */
export const texts = fc.constantFrom('', 'a', 'B', 'audit.app.create', 'ä', '\uffee', '😀', 's1', 'o1');

const party = fc.record({ type: texts, guid: texts }, { noNullPrototype: true });

export const events: fc.Arbitrary<StoredEvent> = fc
  .record({
    id: fc.nat(1000),
    origin: fc.constantFrom('', 'import'),
    guid: fc.uuid(),
    type: texts,
    audience: fc.constantFrom('platform' as const, 'log' as const),
    occurredAt: fc.integer({ min: noon, max: noon + 3 * second }),
    actor: party,
    target: party,
    spaceGuid: fc.constantFrom('', 's1', 's2'),
    organizationGuid: fc.constantFrom('', 'o1', 'o2'),
    outcome: fc.constantFrom('success' as const, 'failure' as const, 'unknown' as const),
    data: fc.constantFrom('{}', '{"n":1.50,"request":{"name":"x"}}'),
    particulars: fc.record(
      {
        actor_name: fc.option(texts),
        actor_username: fc.option(texts),
        target_name: fc.option(texts),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  })
  .map(event);
