import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import { matches } from '../../src/query/matches.ts';
import { eventAttributes, eventFilter, listItems, parseQ } from '../../src/query/v2-q.ts';
import { event, noon, second } from './in-memory.ts';
import { refused } from './refused.ts';

function conditions(...qs: string[]): string[] {
  return parseQ(qs, eventAttributes).map(
    ({ attribute, operator, value }) => `${attribute}|${operator ?? 'none'}|${value}`,
  );
}

test('segments are cut at semicolons, two stand for one', () => {
  assert.deepEqual(conditions('type:a;actee:b', 'space_guid:c'), ['type|:|a', 'actee|:|b', 'space_guid|:|c']);
  assert.deepEqual(conditions('type:a;;b;'), ['type|:|a;b']);
  assert.deepEqual(conditions('type:a;;;actee:b'), ['type|:|a;', 'actee|:|b']);
  assert.deepEqual(conditions(';'), []);
  assert.deepEqual(conditions('type'), ['type|none|']);
});

test('a leading empty segment is a wrong, empty name', () => {
  assert.equal(
    refused(() => conditions(';type:a')),
    '',
  );
  assert.equal(
    refused(() => conditions('type:a; ;actee:b')),
    ' ',
  );
});

test('the leftmost operator counts, the longer one at one place', () => {
  assert.deepEqual(conditions('type<>x'), ['type|<|>x']);
  assert.deepEqual(conditions('type>=x:y'), ['type|>=|x:y']);
  assert.deepEqual(conditions('type IN a, b IN c'), ['type| IN |a, b IN c']);
  assert.deepEqual(conditions('type:a IN b'), ['type|:|a IN b']);
});

test('what is no operator belongs to the name, and names are exact', () => {
  for (const name of ['type in a', 'type=a', 'type LIKE a', 'Type', ' type', 'actor_name', 'metadata']) {
    assert.equal(
      refused(() => conditions(name)),
      name,
    );
  }
  assert.equal(
    refused(() => conditions('Type:a')),
    'Type',
  );
});

test('lists keep blanks and inner empty items, and drop trailing ones', () => {
  assert.deepEqual(listItems('a, b,,c,,'), ['a', ' b', '', 'c']);
  assert.deepEqual(listItems(','), []);
  assert.match(
    refused(() => listItems('a,'.repeat(limits.filterValuesMax + 1))),
    /at most 5000 values/,
  );
});

function finds(q: string, changes: Parameters<typeof event>[0]): boolean {
  return matches(eventFilter(parseQ([q], eventAttributes), noon), event(changes));
}

test('text conditions', () => {
  assert(finds('type:a', { type: 'a' }));
  assert(!finds('type:A', { type: 'a' }));
  assert(finds('type>B', { type: 'a' }));
  assert(finds('type IN a,b', { type: 'b' }));
  assert(!finds('type IN ', { type: '' }));
  assert(!finds('type', { type: '' }));
  assert(finds('space_guid:', { spaceGuid: '' }));
  assert(!finds('organization_guid:', { organizationGuid: 'o1' }));
});

test('whole seconds, exactly: a second reaches 0.99999 s', () => {
  const t = 'timestamp%2018-02-01T12:00:00Z';
  const at = (operator: string, micros: number) =>
    finds(t.replace('%', operator), { occurredAt: noon + micros });
  assert.deepEqual([at('<', -1), at('<', 0)], [true, false]);
  assert.deepEqual([at('>=', -1), at('>=', 0)], [false, true]);
  assert.deepEqual([at('<=', 999_990), at('<=', 999_991)], [true, false]);
  assert.deepEqual([at('>', 999_990), at('>', 999_991), at('>', second)], [false, true, true]);
  assert.deepEqual(
    [-1, 0, 999_990, 999_991].map((micros) => at(':', micros)),
    [false, true, true, false],
  );
  assert.deepEqual(
    [-1, 0, 999_990, 999_991].map((micros) => at(' IN ', micros)),
    [false, true, true, false],
  );
});

test("a client's own fraction is kept", () => {
  const q = 'timestamp:2018-02-01T12:00:01.5Z';
  const at = (micros: number) => finds(q, { occurredAt: noon + micros });
  assert.deepEqual([1_499_999, 1_500_000, 2_499_990, 2_499_991].map(at), [false, true, true, false]);
});

test('empty times find nothing, wrong ones are refused and named', () => {
  for (const q of ['timestamp:', 'timestamp>', 'timestamp IN ', 'timestamp IN ,']) assert(!finds(q, {}));
  assert.match(
    refused(() => finds('timestamp>wed', {})),
    /timestamp cannot be 'wed'.*2018-02-01T10:00:00Z/,
  );
  assert.match(
    refused(() => finds('timestamp IN 2018-02-01,x', {})),
    /'x'/,
  );
  assert.match(
    refused(() => finds('timestamp', {})),
    /needs an operator/,
  );
});

test('too many conditions are refused', () => {
  assert.match(
    refused(() => conditions('type:a;'.repeat(limits.queryConditionsMax + 1))),
    /at most 100/,
  );
});

test('several bounds on one text let through what each of them does', () => {
  const value = fc.constantFrom('a', 'b', 'ä', '𝔸', 'ﬀ', '');
  const operator = fc.constantFrom('<', '<=', '>', '>=');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(operator, value), { minLength: 1, maxLength: 8 }),
      value,
      (bounds, guid) => {
        const parsed = parseQ(
          bounds.map(([op, text]) => `actee${op}${text}`),
          ['actee'],
        );
        const one = event({ target: { type: 'app', guid } });
        const each = parsed.map((condition) => eventFilter([condition], 0));
        const together = eventFilter(parsed, 0);
        assert.equal(
          matches(together, one),
          each.every((filter) => matches(filter, one)),
        );
        assert.ok(together.kind !== 'and' || together.all.length <= 2);
      },
    ),
  );
});

test('too many timestamps in one list are refused', () => {
  const time = '2018-02-01T10:00:00Z,';
  assert.match(
    refused(() =>
      eventFilter(parseQ([`timestamp IN ${time.repeat(limits.filterTimesMax + 1)}`], ['timestamp']), 0),
    ),
    /at most 100 of them/,
  );
});

test('what is joined with doubled semicolons comes apart again', () => {
  const value = fc.string({ unit: fc.constantFrom('a', ';', ':', ' ', '<', ',') });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const q = values.map((each) => `type:${each.replaceAll(';', ';;')}`).join(';');
      // A literal at the end of one value and the separator after it are three in a row, read from the left.
      assert.deepEqual(
        parseQ([q], ['type']).map((each) => each.value),
        values,
      );
    }),
  );
});
