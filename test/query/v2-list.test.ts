import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeCursor } from '../../src/query/cursor.ts';
import { parseV2Events, parseV2SpaceEvents } from '../../src/query/v2-events.ts';
import { parseV2List, type V2ListSpec } from '../../src/query/v2-list.ts';
import { noon } from './in-memory.ts';
import { refused } from './refused.ts';

const spec: V2ListSpec = {
  path: '/v2/organizations',
  attributes: ['name', 'space_guid'],
  orderBy: ['name', 'id'],
  linksRelations: true,
};
const parse = (rawQuery: string) => parseV2List(rawQuery, spec);
/** A `?` may stand in q too, unencoded. */
const afterMark = (link: string) => link.slice(link.indexOf('?') + 1);

test('what is not given has the defaults of the original', () => {
  const { link, ...list } = parse('');
  assert.deepEqual(list, {
    conditions: [],
    page: 1,
    perPage: 50,
    direction: 'asc',
    orderBy: null,
    relationsDepth: 0,
    orphans: false,
    cursor: null,
  });
  assert.equal(link(2, null), '/v2/organizations?order-direction=asc&page=2&results-per-page=50');
});

test('the last of a repeated parameter counts, names alone and unknown ones are ignored', () => {
  const list = parse('page=2&page=0x3&results-per-page&foo=1&per_page=x&q&q=&q[]=a:b&q[x]=y&order-by=name');
  assert.equal(list.page, 3);
  assert.equal(list.perPage, 50);
  assert.equal(list.orderBy, 'name');
  assert.deepEqual(list.conditions, []);
});

test('q is read from every occurrence and ends at a bare semicolon', () => {
  const list = parse('q=name:a;name:b&q=name:c;q=name:d');
  assert.deepEqual(
    list.conditions.map(({ value }) => value),
    ['a', 'c', 'd'],
  );
});

test('refusals name the parameter and its value', () => {
  const cases: Record<string, RegExp> = {
    'page=abc': /^page must be a whole number but was 'abc'$/,
    'page=': /^page must be a whole number but was ''$/,
    'page=0': /^page must be 1 or more but was '0'$/,
    'page=9007199254740992': /^page must be at most 9007199254740991$/,
    'page[]=1': /^page takes one plain value, not 'page\[\]'$/,
    'results-per-page=-1': /^results-per-page must be 1 or more but was '-1'$/,
    'results-per-page=101': /^results_per_page must be <= 100$/,
    'inline-relations-depth=3': /^inline_relations_depth must be <= 2$/,
    'inline-relations-depth=x': /^inline-relations-depth must be a whole number/,
    'orphan-relations=x': /^orphan-relations must be a whole number/,
    'order-direction=': /^order_direction must be 'asc' or 'desc' but was ''$/,
    'order-by=guid': /^order-by cannot be 'guid'; it takes one of 'name', 'id'$/,
    'order-by[]=name': /^order-by takes one plain value/,
    'cursor=x': /^cursor 'x' is not one that a page link/,
    'q=guid:x': /^guid$/,
    'q=name:%ff': /not valid UTF-8/,
    'q=name:%00': /NUL/,
  };
  for (const [query, message] of Object.entries(cases))
    assert.match(
      refused(() => parse(query)),
      message,
    );
});

test('a negative depth is taken as none, orphans are asked for by 1', () => {
  assert.equal(parse('inline-relations-depth=-1').relationsDepth, 0);
  assert.equal(parse('inline-relations-depth=2').relationsDepth, 2);
  assert.equal(parse('orphan-relations=1').orphans, true);
  assert.equal(parse('orphan-relations=2').orphans, false);
});

test('links repeat everything, sorted by name', () => {
  const query =
    'q=name:b%3Bspace_guid:c&q=name:a&results-per-page=7&orphan-relations=0x1&include-relations=x' +
    '&order-by=name' +
    '&exclude-relations=a,b&inline-relations-depth=1&order-direction=desc';
  assert.equal(
    parse(query).link(3, 'abc'),
    '/v2/organizations?cursor=abc&exclude-relations=a&exclude-relations=b&include-relations=x' +
      '&inline-relations-depth=1&order-by=name&order-direction=desc&orphan-relations=1&page=3' +
      '&q=name:b%3Bspace_guid:c&q=name:a&results-per-page=7',
  );
});

test('inside q the characters of the original stay raw, all others are encoded', () => {
  const raw = `aZ09:,/?@!$'()*~_-.=`;
  const encoded: Record<string, string> = {
    ...{ ' ': '%20', '<': '%3C', '>': '%3E', '+': '%2B', '&': '%26', '%': '%25', '#': '%23', '[': '%5B' },
    ...{ ']': '%5D', ä: '%C3%A4', '"': '%22', '{': '%7B', '|': '%7C', '\\': '%5C', '^': '%5E' },
  };
  const value = raw + Object.keys(encoded).join('');
  assert(
    parse(`q=name:${encodeURIComponent(value)}`)
      .link(1, null)
      .includes(`&q=name:${raw}${Object.values(encoded).join('')}&`),
  );
});

test('a link, followed, asks the same', () => {
  const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(
      fc.array(value),
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom('asc', 'desc'),
      fc.constantFrom('', '&inline-relations-depth=1', '&orphan-relations=1&order-by=id'),
      (values, perPage, direction, more) => {
        const qs = values.map((each) => `q=name:${encodeURIComponent(each.replaceAll(';', ';;'))}`);
        const list = parse(
          [...qs, `results-per-page=${perPage}&order-direction=${direction}${more}`].join('&'),
        );
        const { link, ...again } = parse(afterMark(list.link(list.page, null)));
        assert.deepEqual({ ...again, link: list.link }, list);
        assert.equal(link(2, null), list.link(2, null));
      },
    ),
  );
});

test('a cursor that a link carries comes back', () => {
  const cursor = {
    position: { kind: 'after' as const, key: { occurredAt: noon, id: 4 } },
    ...{ page: 2, perPage: 50, direction: 'asc' as const, bound: 9, total: 8, digest: 'd' },
  };
  const wish = parseV2Events('', noon);
  const link = wish.link(2, encodeCursor(cursor));
  assert.deepEqual(parseV2Events(afterMark(link), noon).cursor, cursor);
});

test('events of a space: its own path, its own filter, order only where it was given', () => {
  const events = parseV2SpaceEvents(
    'page=1&orphan-relations=1&exclude-relations=a&results-per-page=1',
    's1',
    noon,
  );
  assert.deepEqual(events.filter, { kind: 'in', field: 'space', values: ['s1'] });
  assert.equal(events.orphans, true);
  assert.equal(events.link(2, null), '/v2/spaces/s1/events?order-direction=asc&page=2&results-per-page=1');
  const sorted = parseV2SpaceEvents('order-by=actee_name&q=type:a', 's1', noon);
  assert.deepEqual(sorted.filter, {
    kind: 'and',
    all: [
      { kind: 'in', field: 'space', values: ['s1'] },
      { kind: 'in', field: 'type', values: ['a'] },
    ],
  });
  assert.match(sorted.link(2, null), /events\?order-by=actee_name&order-direction=asc/);
  assert.match(
    refused(() => parseV2SpaceEvents('order-by=foo', 's1', noon)),
    /order-by cannot be 'foo'/,
  );
});
