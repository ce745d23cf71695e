import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalSentence, retryAfterSeconds } from '../../src/cli/exchange.ts';
import { type EventQuery, v2Path, v3Path } from '../../src/cli/feed.ts';
import { pointInTime } from '../../src/cli/period.ts';
import { aligned, visible } from '../../src/cli/terminal.ts';
import { civilInstant } from '../../src/core/instant.ts';

const everything: EventQuery = {
  types: [],
  organizationGuid: '',
  spaceGuid: '',
  targetGuid: '',
  since: '',
  until: '',
  newestFirst: false,
  pageEvents: 1000,
};
const narrow: EventQuery = {
  types: ['audit.route.create', 'x;,%y'],
  organizationGuid: 'o1',
  spaceGuid: 's1',
  targetGuid: 't1',
  since: '2026-01-01T00:00:00Z',
  until: '2026-02-01T00:00:00Z',
  newestFirst: true,
  pageEvents: 5,
};

test('a query becomes parameters of V3, with commas and percent signs encoded twice', () => {
  assert.equal(v3Path(everything), '/v3/audit_events?per_page=1000&order_by=created_at');
  assert.equal(
    v3Path(narrow),
    '/v3/audit_events?per_page=5&order_by=-created_at&types=audit.route.create,x%253B%252C%2525y&target_guids=t1' +
      '&organization_guids=o1&space_guids=s1&created_ats[gte]=2026-01-01T00:00:00Z&created_ats[lt]=2026-02-01T00:00:00Z',
  );
});

test('a query becomes filters of V2, with semicolons doubled', () => {
  assert.equal(v2Path(everything), '/v2/events?order-direction=asc&results-per-page=100');
  const url = new URL(v2Path(narrow), 'http://x');
  assert.deepEqual(url.searchParams.getAll('q'), [
    'type IN audit.route.create,x;;,%y',
    'actee:t1',
    'organization_guid:o1',
    'space_guid:s1',
    'timestamp>=2026-01-01T00:00:00Z',
    'timestamp<2026-02-01T00:00:00Z',
  ]);
  assert.equal(url.searchParams.get('order-direction'), 'desc');
  assert.doesNotMatch(url.search, /[<> ]/);
  assert.match(v2Path({ ...everything, types: ['a.b'] }), /q=type%3Aa\.b/);
});

const now = civilInstant(2026, 11, 22, 10, 0, 0) ?? 0;

for (const [text, expected] of [
  ['30m', '2026-11-22T09:30:00Z'],
  ['24h', '2026-11-21T10:00:00Z'],
  ['7d', '2026-11-15T10:00:00Z'],
  ['2w', '2026-11-08T10:00:00Z'],
  ['2026-01-01', '2026-01-01T00:00:00Z'],
  ['2026-01-01T09:30:00+02:00', '2026-01-01T07:30:00Z'],
] as const) {
  test(`the point in time ${text}`, () => assert.equal(pointInTime(text, now, 'down'), expected));
}

test('fractions round outwards, so that nothing falls out of a period', () => {
  assert.equal(pointInTime('2026-01-01T00:00:00.5Z', now, 'down'), '2026-01-01T00:00:00Z');
  assert.equal(pointInTime('2026-01-01T00:00:00.5Z', now, 'up'), '2026-01-01T00:00:01Z');
  assert.equal(pointInTime('2026-01-01', now, 'up'), '2026-01-01T00:00:00Z');
});

for (const text of [
  '',
  'yesterday',
  '7',
  'd',
  '-7d',
  '2026-02-30',
  '2026-13-01',
  '2026-01-01T10:00',
  '9999999d',
]) {
  test(`"${text}" is no point in time`, () =>
    assert.throws(() => pointInTime(text, now, 'down'), { exitCode: 2, message: /is no point in time/ }));
}

test('refusals of V2, V3 and UAA become one sentence', () => {
  const v2 = '{"description":"Unknown request","error_code":"CF-NotFound","code":10000}';
  const v3 = '{"errors":[{"code":1,"title":"a","detail":"First"},{"code":2,"title":"b","detail":"Second"}]}';
  const uaa = '{"error":"unauthorized","error_description":"Bad credentials"}';
  assert.equal(refusalSentence(404, v2), 'The server answered 404: Unknown request');
  assert.equal(refusalSentence(422, v3), 'The server answered 422: First; Second');
  assert.equal(refusalSentence(401, uaa), 'The server answered 401: Bad credentials');
  for (const other of ['', '<html>', '{}', '[1]'])
    assert.equal(refusalSentence(502, other), 'The server answered 502.');
});

test('Retry-After is seconds, a date, or the end of the window', () => {
  assert.equal(retryAfterSeconds('7', 1_800_000_000), 7);
  assert.equal(retryAfterSeconds('1800000030', 1_800_000_000), 30);
  assert.equal(retryAfterSeconds(new Date(1_800_000_005_000).toUTCString(), 1_800_000_000), 5);
  assert.equal(retryAfterSeconds('1799999999', 1_800_000_000), 0);
  assert.equal(retryAfterSeconds(null, 1_800_000_000), 1);
  assert.equal(retryAfterSeconds('soon', 1_800_000_000), 1);
});

test('nothing in a name steers the terminal', () => {
  assert.equal(visible('a\x1b[2Jb\r\n\u202ec\x9b'), 'a\\u001b[2Jb\\u000d\\u000a\\u202ec\\u009b');
  assert.equal(visible('jürgen 名前'), 'jürgen 名前');
});

test('columns are as wide as their widest cell', () => {
  assert.deepEqual(
    aligned([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
    ['a    bb  c', 'aaa  b'],
  );
});
