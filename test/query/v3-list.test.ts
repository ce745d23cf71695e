import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matches } from '../../src/query/matches.ts';
import { parseV3Events } from '../../src/query/v3-events.ts';
import { commonParameters, parseV3List, type V3ListSpec } from '../../src/query/v3-list.ts';
import { event, noon, second } from './in-memory.ts';
import { refused } from './refused.ts';

const spec: V3ListSpec = {
  parameters: [...commonParameters, 'label_selector', 'names', 'organization_guids', 'include'],
  lists: [{ name: 'guids' }, { name: 'names', negatable: true }, { name: 'organization_guids' }],
  orderBy: ['created_at', 'updated_at', 'name'],
  include: ['org', 'space'],
};
const base = 'https://api.example.org';
const parse = (rawQuery: string) => parseV3List(rawQuery, spec);
const linked = (rawQuery: string) => parse(rawQuery).link(base, '/v3/spaces', 2, null).split('?')[1];

test('what is not given has the defaults of the original', () => {
  const { link, ...list } = parse('');
  assert.deepEqual(list, {
    page: 1,
    perPage: 50,
    orderBy: null,
    createdAts: [],
    updatedAts: [],
    lists: new Map(),
    include: [],
    labelSelector: null,
    cursor: null,
  });
  assert.equal(link(base, '/v3/spaces', 2, 'abc'), `${base}/v3/spaces?cursor=abc&page=2&per_page=50`);
});

test('names without an equals sign count as not given, whatever begins with a bracket as unknown', () => {
  const list = parse('page&per_page&names&created_ats&include&order_by=');
  assert.equal(list.page, 1);
  assert.equal(list.lists.size, 0);
  assert.deepEqual(list.createdAts, []);
  assert.match(
    refused(() => parse('[x]=1')),
    /Unknown query parameter\(s\): '\[x\]'/,
  );
});

test('lists: a comma separates, a second decoding gives literal ones, not excludes', () => {
  assert.deepEqual(
    parse('names=a, b%252Cc&guids=').lists,
    new Map([
      ['guids', { values: [''], not: false }],
      ['names', { values: ['a', 'b,c'], not: false }],
    ]),
  );
  assert.deepEqual(parse('names[not]=a,b').lists.get('names'), { values: ['a', 'b'], not: true });
  assert.deepEqual(parse('names[]=a&names[]=b').lists.get('names')?.values, ['["a"', '"b"]']);
});

test('messages stand in the order of the original', () => {
  const message = refused(() =>
    parse(
      'zap=1&include=foo&label_selector=%21&organization_guids[a]=b&names[foo]=a&updated_ats[foo]=x' +
        '&created_ats=x,y' +
        '&order_by=zz&per_page=6000&page=0&zip[a]=b',
    ),
  );
  const format = "has an invalid timestamp format. Timestamps should be formatted as 'YYYY-MM-DDThh:mm:ssZ'";
  assert.equal(
    message,
    [
      'Page must be a positive integer',
      'Per page must be between 1 and 5000',
      "Order by can only be: 'created_at', 'updated_at', 'name'",
      `Created ats ${format}`,
      `Created ats ${format}`,
      "Updated ats Invalid relational operator: 'foo'",
      `Updated ats ${format}`,
      'Names names has an invalid operator',
      'Organization guids must be an array',
      'Invalid label_selector value',
      "Invalid included resource: 'foo'. Valid included resources are: 'org', 'space'",
      "Unknown query parameter(s): 'zap', 'zip'. Valid parameters are: 'page', 'per_page', 'order_by', " +
        "'created_ats', 'updated_ats', 'guids', 'label_selector', 'names', 'organization_guids', 'include'",
    ].join(', '),
  );
});

test('single refusals', () => {
  const cases: Record<string, string> = {
    'page[]=1': 'Page must be a positive integer',
    'page[a]=1': 'Page must be a positive integer',
    'page=9007199254740992': 'Page must be at most 9007199254740991',
    'order_by[]=name': "Order by can only be: 'created_at', 'updated_at', 'name'",
    'order_by=+name': "Order by can only be: 'created_at', 'updated_at', 'name'",
    'names[not][x]=a': 'Names names must be an array',
    'names[not]': 'Names names has an invalid operator',
    'guids[not]=a': 'Guids must be an array',
    'include=org,org': "Duplicate included resource: 'org'",
    'include[a]=org': 'Include must be an array',
    label_selector: 'Missing label_selector value',
    'label_selector[]=a': 'Invalid label_selector value',
    'created_ats[gt]=2018-02-01T00:00:00Z,2018-02-02T00:00:00Z':
      'Created ats only accepts one value when using a relational operator',
    'created_ats[constructor]=2018-02-01T00:00:00Z': "Created ats Invalid relational operator: 'constructor'",
    'created_ats=2018-13-01T00:00:00Z':
      "Created ats names a time that does not exist: '2018-13-01T00:00:00Z'",
    'names=a&names[not]=b': "the parameter 'names[not]' is given in two forms that exclude each other",
  };
  for (const [query, message] of Object.entries(cases))
    assert.equal(
      refused(() => parse(query)),
      message,
    );
  assert.match(
    refused(() => parse('cursor=x')),
    /^cursor 'x'/,
  );
  for (const [name, most] of [
    ['Created ats', 100],
    ['Include', 5000],
  ] as const) {
    const query = `${name.toLowerCase().replace(' ', '_')}=${','.repeat(5000)}`;
    assert.equal(
      refused(() => parse(query)),
      `${name} takes at most ${most} values`,
    );
  }
  assert.match(
    refused(() => parse(`names=${','.repeat(5000)}`)),
    /^Names takes at most 5000 values$/,
  );
});

test('links say the same again, as Rails writes it', () => {
  assert.equal(linked('order_by=name&names=a,b'), 'names=a%2Cb&order_by=%2Bname&page=2&per_page=50');
  assert.equal(linked('order_by=%2Bname'), 'order_by=%2Bname&page=2&per_page=50');
  assert.equal(linked('order_by=-name&page=9&per_page=3x'), 'order_by=-name&page=2&per_page=3');
  assert.equal(linked('names=a%252Cb'), 'names=a%252Cb&page=2&per_page=50');
  assert.equal(linked("names=a+b*'()!~"), 'names=a+b%2A%27%28%29%21~&page=2&per_page=50');
  assert.equal(linked('names[not]=a,b&names[x]=c'), 'names%5Bnot%5D=a%2Cb&names%5Bx%5D=c&page=2&per_page=50');
  assert.equal(
    linked('created_ats[lt]=2018-02-01T00:00:00Z&created_ats[gt]=2018-01-01T00:00:00Z'),
    'created_ats%5Bgt%5D=2018-01-01T00%3A00%3A00Z&created_ats%5Blt%5D=2018-02-01T00%3A00%3A00Z' +
      '&page=2&per_page=50',
  );
  assert.equal(
    linked('label_selector=%21a,b+in+(c,d)&include=org'),
    'include=org&label_selector=%21a%2Cb+in+%28c%2Cd%29&page=2&per_page=50',
  );
});

test('a link, followed, asks the same', () => {
  const item = fc.string({ unit: fc.constantFrom('a', ',', '%', ' ', '+', '&', 'ä', '25', '[', '"') });
  const items = fc.array(item, { minLength: 1 });
  const list = (values: readonly string[]) =>
    encodeURIComponent(values.map((each) => encodeURIComponent(each)).join(','));
  fc.assert(
    fc.property(
      items,
      items,
      fc.boolean(),
      fc.constantFrom('', '&order_by=-name', '&include=org&per_page=9'),
      (guids, names, not, more) => {
        const query = `guids=${list(guids)}&names${not ? '[not]' : ''}=${list(names)}&names[z]${more}`;
        const first = parse(not ? query : query.replace('&names[z]', ''));
        assert.deepEqual(first.lists.get('names'), { values: names, not });
        assert.deepEqual(first.lists.get('guids'), { values: guids, not: false });
        const second = parse(first.link(base, '', first.page, null).slice(base.length + 1));
        assert.deepEqual({ ...second, link: null }, { ...first, link: null });
        assert.equal(second.link(base, '', 7, null), first.link(base, '', 7, null));
      },
    ),
  );
});

function finds(rawQuery: string, changes: Parameters<typeof event>[0] = {}): boolean {
  return matches(parseV3Events(rawQuery).filter, event(changes));
}

test('events: parameters are ANDed, values of one ORed, empty places mean none', () => {
  assert(finds('types=a,audit.app.create&target_guids=app-1&organization_guids=o1'));
  assert(!finds('types=a,audit.app.create&target_guids=app-2'));
  assert(finds('target_guids[not]=a,b'));
  assert(!finds('target_guids[not]=a,app-1'));
  assert(finds('space_guids=', { spaceGuid: '' }));
  assert(!finds('space_guids='));
  assert(!finds('types='));
  assert(finds('guids=00000000-0000-7000-8000-000000000001'));
});

test('events: whole seconds, exactly: a second reaches 0.999999 s', () => {
  const at = (key: string, micros: number) =>
    finds(`${key}=2018-02-01T12:00:00Z`, { occurredAt: noon + micros });
  for (const name of ['created_ats', 'updated_ats']) {
    assert.deepEqual(
      [-1, 0].map((micros) => at(`${name}[lt]`, micros)),
      [true, false],
    );
    assert.deepEqual(
      [-1, 0].map((micros) => at(`${name}[gte]`, micros)),
      [false, true],
    );
    assert.deepEqual(
      [999_999, second].map((micros) => at(`${name}[lte]`, micros)),
      [true, false],
    );
    assert.deepEqual(
      [999_999, second].map((micros) => at(`${name}[gt]`, micros)),
      [false, true],
    );
    assert.deepEqual(
      [-1, 0, 999_999, second].map((micros) => at(name, micros)),
      [false, true, true, false],
    );
  }
  const range = 'created_ats[gt]=2018-02-01T11:59:59Z&created_ats[lt]=2018-02-01T12:00:01Z';
  assert.deepEqual(
    [-1, 0, second].map((micros) => finds(range, { occurredAt: noon + micros })),
    [false, true, false],
  );
  assert(finds('created_ats=2018-02-01T12:00:00Z,2018-02-02T12:00:00Z'));
});

test('events: direction follows order_by, either column', () => {
  assert.equal(parseV3Events('').direction, 'asc');
  assert.equal(parseV3Events('order_by=-updated_at').direction, 'desc');
  assert.equal(parseV3Events('order_by=created_at').direction, 'asc');
});
