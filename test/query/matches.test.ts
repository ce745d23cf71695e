import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEvent } from '../../src/event/event.ts';
import { and, type Filter, or, type TextField } from '../../src/query/ast.ts';
import { compareKeys, compareText, finds, inDirection, matches, visible } from '../../src/query/matches.ts';
import { narrow, type Visibility } from '../../src/query/narrow.ts';
import { event, events, noon, second, texts } from './in-memory.ts';

const field = fc.constantFrom<TextField>(
  ...(['guid', 'type', 'actor', 'target', 'space', 'organization', 'origin', 'outcome'] as const),
);
const op = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const);
const time = fc.integer({ min: noon, max: noon + 3 * second });

const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Filter>({ kind: 'everything' }, { kind: 'nothing' }),
    fc.record({ kind: fc.constant('in' as const), field, values: fc.array(texts) }),
    fc.record({ kind: fc.constant('prefix' as const), field: fc.constant('type' as const), prefix: texts }),
    fc.record({ kind: fc.constant('text' as const), field, op, value: texts }),
    fc.record({ kind: fc.constant('time' as const), op, value: time }),
    fc.record({
      kind: fc.constant('name' as const),
      of: fc.constantFrom('actor' as const, 'target' as const),
      values: fc.array(texts),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('filter') }),
    fc.array(tie('filter'), { maxLength: 3 }).map((all): Filter => ({ kind: 'and', all })),
    fc.array(tie('filter'), { maxLength: 3 }).map((any): Filter => ({ kind: 'or', any })),
  ),
})).filter;

/** The same meaning in another way: sets of events, and code points, whose order is that of UTF-8. */
function select(filter: Filter, rows: ReadonlySet<StoredEvent>): ReadonlySet<StoredEvent> {
  const where = (test: (row: StoredEvent) => boolean) => new Set([...rows].filter(test));
  switch (filter.kind) {
    case 'everything':
      return rows;
    case 'nothing':
      return new Set();
    case 'and':
      return filter.all.reduce((left, part) => left.intersection(select(part, rows)), rows);
    case 'or':
      return filter.any.reduce<ReadonlySet<StoredEvent>>(
        (found, part) => found.union(select(part, rows)),
        new Set(),
      );
    case 'not':
      return rows.difference(select(filter.of, rows));
    case 'in':
      return where((row) => filter.values.some((value) => value === columns(row)[filter.field]));
    case 'prefix':
      return where((row) => row.type.slice(0, filter.prefix.length) === filter.prefix);
    case 'text':
      return where((row) =>
        compares(codePoints(columns(row)[filter.field]), filter.op, codePoints(filter.value)),
      );
    case 'time':
      return where((row) => compares([row.occurredAt], filter.op, [filter.value]));
    case 'name':
      return where((row) => namesOf(row, filter.of).some((name) => new Set(filter.values).has(name)));
  }
}

function namesOf({ particulars }: StoredEvent, of: 'actor' | 'target'): string[] {
  if (of === 'target') return [particulars.target_name ?? []].flat();
  return [particulars.actor_name ?? [], particulars.actor_username ?? []].flat();
}

function columns(row: StoredEvent): Record<TextField, string> {
  const { guid, type, actor, target, spaceGuid, organizationGuid, origin, outcome } = row;
  return {
    ...{ guid, type, origin, outcome, space: spaceGuid, organization: organizationGuid },
    ...{ actor: actor.guid, target: target.guid },
  };
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

function compares(left: readonly number[], op: string, right: readonly number[]): boolean {
  const at = left.findIndex((unit, index) => unit !== right[index]);
  const isEqual = at < 0 && left.length === right.length;
  const isLess = at < 0 ? left.length < right.length : (left[at] ?? 0) < (right[at] ?? -1);
  if (op.endsWith('=') && isEqual) return true;
  return op.startsWith('<') ? isLess : !isLess && !isEqual;
}

test('the evaluator agrees with a second formulation on any filter and any events', () => {
  fc.assert(
    fc.property(filters, fc.array(events, { maxLength: 8 }), (filter, rows) => {
      const all = new Set(rows);
      assert.deepEqual(
        rows.filter((row) => matches(filter, row)),
        [...rows].filter((row) => select(filter, all).has(row)),
      );
    }),
    { numRuns: 500 },
  );
});

test('and, or and double negation keep the meaning', () => {
  fc.assert(
    fc.property(filters, filters, events, (one, other, row) => {
      const [left, right] = [matches(one, row), matches(other, row)];
      assert.equal(matches(and(one, other), row), left && right);
      assert.equal(matches(or(one, other), row), left || right);
      assert.equal(matches({ kind: 'not', of: { kind: 'not', of: one } }, row), left);
    }),
  );
});

test('texts are ordered by their UTF-8 bytes, not by UTF-16 units', () => {
  assert(compareText('\uffee', '😀') < 0);
  assert('\uffee' > '😀');
  assert(compareText('B', 'a') < 0);
  assert.equal(compareText('ä', 'ä'), 0);
});

test('keys are ordered by time, then by intake', () => {
  const key = (occurredAt: number, id: number) => ({ occurredAt, id });
  assert(compareKeys(key(1, 9), key(2, 1)) < 0);
  assert(compareKeys(key(1, 9), key(1, 10)) < 0);
  assert.equal(compareKeys(key(1, 9), key(1, 9)), 0);
  assert(inDirection('desc')(key(1, 9), key(1, 10)) > 0);
});

test('places are pairs of origin and guid; an organization includes its spaces', () => {
  const seen = (visibility: Visibility, changes: Partial<StoredEvent>) =>
    visible(
      narrow({ kind: 'everything' }, visibility, 'all', () => 'platform'),
      event(changes),
    );
  const inSpace: Visibility = { kind: 'places', organizations: [], spaces: [{ origin: '', guid: 's1' }] };
  assert(seen(inSpace, { spaceGuid: 's1' }));
  assert(!seen(inSpace, { spaceGuid: 's1', origin: 'import' }));
  assert(!seen(inSpace, { spaceGuid: 's2' }));
  assert(!seen(inSpace, { spaceGuid: '', organizationGuid: 's1' }));
  const inOrganization: Visibility = {
    kind: 'places',
    organizations: [{ origin: '', guid: 'o1' }],
    spaces: [],
  };
  assert(seen(inOrganization, { spaceGuid: '', organizationGuid: 'o1' }));
  assert(seen(inOrganization, { spaceGuid: 's9', organizationGuid: 'o1' }));
  assert(!seen(inOrganization, { spaceGuid: 'o1', organizationGuid: '' }));
  assert(!seen({ kind: 'places', organizations: [], spaces: [] }, {}));
  assert(seen({ kind: 'all' }, { origin: 'import', spaceGuid: '', organizationGuid: '' }));
});

test('log events stay out of the compatible APIs unless their type is named', () => {
  const audienceOf = (type: string) => (type === 'audit.log.read' ? 'log' : 'platform');
  const entry = event({ type: 'audit.log.read', audience: 'log' });
  const named: Filter = { kind: 'in', field: 'type', values: ['audit.log.read'] };
  assert(!finds(narrow({ kind: 'everything' }, { kind: 'all' }, 'platform', audienceOf), entry));
  assert(finds(narrow({ kind: 'everything' }, { kind: 'all' }, 'all', audienceOf), entry));
  assert(finds(narrow(named, { kind: 'all' }, 'platform', audienceOf), entry));
  assert(!finds(narrow(named, { kind: 'all' }, 'platform', audienceOf), event()));
});
