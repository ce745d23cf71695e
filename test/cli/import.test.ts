import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PageTally } from '../../src/cli/import-pages.ts';
import { linesOfEvents } from '../../src/cli/import-source.ts';
import { itemsAt, numberAt, parsed, textAt } from '../../src/export/field.ts';
import { startServer, type TestServer } from '../harness.ts';
import { type Home, newHome, type Ran } from './command.ts';
import { startPlatform } from './foreign-platform.ts';

function v2Event(number: number, more: object = {}): object {
  const guid = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  return {
    metadata: { guid, url: `/v2/events/${guid}`, created_at: '2018-02-05T19:36:19Z', updated_at: null },
    entity: {
      type: 'audit.user.space_developer_add',
      actor: '77777777-7777-4777-8777-777777777777',
      actor_type: 'user',
      actor_name: 'jo@example.gov',
      actor_username: 'jo',
      actee: '88888888-8888-4888-8888-888888888888',
      actee_type: 'user',
      actee_name: 'sam@example.gov',
      timestamp: `2018-02-05T19:36:${String(number).padStart(2, '0')}Z`,
      metadata: { request: null },
      space_guid: '99999999-9999-4999-8999-999999999999',
      organization_guid: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
      ...more,
    },
  };
}

function v2Page(...numbers: number[]): object {
  return {
    total_results: numbers.length,
    next_url: null,
    resources: numbers.map((number) => v2Event(number)),
  };
}

interface Stage {
  readonly server: TestServer;
  readonly home: Home;
  readonly hansard: (args: readonly string[], input?: string) => Promise<Ran>;
}

async function setUp(t: TestContext): Promise<Stage> {
  const server = await startServer();
  t.after(() => server.stop());
  const home = newHome(t);
  const env = { HANSARD_URL: server.url, HANSARD_TOKEN: server.adminToken };
  return { server, home, hansard: (args, input = '') => home.hansard(args, { env, input }) };
}

test('pages as cf prints them are taken once, and are there to be exported', async (t) => {
  const { home, hansard } = await setUp(t);
  const pages = [v2Page(1, 2), v2Page(3)].map((page) => JSON.stringify(page, null, 3)).join('\n');
  writeFileSync(join(home.folder, 'pages.json'), pages);
  assert.deepEqual(await hansard(['import', 'pages.json', '--origin', 'cloud.gov']), {
    code: 0,
    out: '3 new under origin cloud.gov, 0 known, 0 refused.\n',
    err: '',
  });
  const again = await hansard(['import', 'pages.json', '--origin', 'cloud.gov']);
  assert.equal(again.out, '0 new under origin cloud.gov, 3 known, 0 refused.\n');

  const csv = await hansard(['export', 'user-access', '--since', '2018-01-01', '--until', '2019-01-01']);
  assert.equal(csv.code, 0, csv.err);
  assert.equal(
    csv.out.split('\r\n')[1],
    '2018-02-05T19:36:01Z,jo@example.gov,audit.user.space_developer_add,sam@example.gov',
  );
  assert.match(csv.err, /^3 rows, from 2018-02-05T19:36:01Z to 2018-02-05T19:36:03Z\.\n$/);
});

test('what is exported as NDJSON or JSON is taken back as known', async (t) => {
  const { hansard } = await setUp(t);
  await hansard(['import', '-'], [1, 2, 3].map((number) => JSON.stringify(v2Event(number))).join('\n'));
  for (const format of ['ndjson', 'json']) {
    const { out } = await hansard(['export', '--format', format, '--until', '2019-01-01']);
    assert.equal(
      (await hansard(['import', '-'], out)).out,
      '0 new under origin import, 3 known, 0 refused.\n',
    );
  }
});

test('refused events are told with their lines and reasons, and the others are kept', async (t) => {
  const { home, hansard } = await setUp(t);
  const lines = [
    JSON.stringify(v2Event(1)),
    '{"guid": 1}',
    '{"cut',
    JSON.stringify(v2Event(2, { timestamp: 'yesterday' })),
    JSON.stringify(v2Event(3)),
  ];
  writeFileSync(join(home.folder, 'mixed.ndjson'), lines.join('\n'));
  const told = await hansard(['import', 'mixed.ndjson']);
  assert.deepEqual([told.code, told.out], [1, '2 new under origin import, 0 known, 3 refused.\n']);
  for (const line of [2, 3, 4]) assert.match(told.err, new RegExp(`mixed\\.ndjson, line ${line}: .+`));

  const json = await hansard(['import', 'mixed.ndjson', '--json']);
  const report: unknown = parsed(json.out);
  assert.equal(numberAt(report, 'known'), 2);
  assert.deepEqual(
    itemsAt(report, 'refusals').map((item) => [textAt(item, 'file'), numberAt(item, 'line')]),
    [3, 2, 4].map((line) => ['mixed.ndjson', line]),
  );
  const piped = await hansard(['import', '-'], lines.join('\n'));
  assert.match(piped.err, /-, event 2: /);
  assert.match(piped.err, /-, line 3: a control character/);
});

test('only so many refusals are told unless all are asked for', async (t) => {
  const { hansard } = await setUp(t);
  const bad = Array.from({ length: 25 }, (_, index) => `{"guid":${index}}`).join('\n');
  const { err } = await hansard(['import', '-'], bad);
  assert.equal(err.split('\n').filter((line) => line.startsWith('-, ')).length, 20);
  assert.match(err, /\.\.\. and 5 more refusals: --json tells them all\./);
  const { out } = await hansard(['import', '-', '--json'], bad);
  assert.equal(out.split('"reason"').length - 1, 25);
});

test('files that are not there or hold nothing', async (t) => {
  const { home, hansard } = await setUp(t);
  writeFileSync(join(home.folder, 'empty.json'), '');
  const empty = await hansard(['import', 'empty.json']);
  assert.deepEqual(empty, {
    code: 1,
    out: '0 new under origin import, 0 known, 0 refused.\n',
    err: 'No event was found in empty.json.\n',
  });
  const missing = await hansard(['import', 'missing.json']);
  assert.deepEqual(
    [missing.code, missing.err],
    [1, 'missing.json cannot be read: there is no such file or folder.\n'],
  );
  assert.equal((await hansard(['import', '-', '-'])).code, 2);
  assert.equal((await hansard(['import', '-', '--origin', 'no name!'], JSON.stringify(v2Event(1)))).code, 1);
});

test('whoever may not import is told so', async (t) => {
  const { server, home } = await setUp(t);
  const env = { HANSARD_URL: server.url, HANSARD_TOKEN: 'nonsense' };
  const refused = await home.hansard(['import', '-'], { env, input: JSON.stringify(v2Event(1)) });
  assert.equal(refused.code, 3, refused.err);
});

test('a foreign platform takes no events', async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.close());
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
  const { code, err } = await newHome(t).hansard(['import', '-'], { env, input: JSON.stringify(v2Event(1)) });
  assert.deepEqual(
    [code, err],
    [1, `${platform.url} is not a Hansard: it has no place for events from elsewhere.\n`],
  );
});

test('--data goes straight into the store, and through its server while that has it open', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-data-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'data'));
  const data = join(folder, 'data');
  const home = newHome(t);
  const input = [1, 2].map((number) => JSON.stringify(v2Event(number))).join('\n');
  const offline = await home.hansard(['import', '-', '--data', data], { input });
  assert.deepEqual([offline.code, offline.out], [0, '2 new under origin import, 0 known, 0 refused.\n']);
  assert.match(offline.err, /the first start.+shown only now:\s+\S{24}\s/s);
  const again = await home.hansard(['import', '-', '--data', data], { input });
  assert.deepEqual(again, { code: 0, out: '0 new under origin import, 2 known, 0 refused.\n', err: '' });

  const { server, hansard } = await setUp(t);
  const through = await hansard(['import', '-', '--data', server.directory], input);
  assert.deepEqual([through.code, through.out], [0, '2 new under origin import, 0 known, 0 refused.\n']);
  assert.match(through.err, /A server has .+ open: going through http/);
});

test('the lines of events are found again, and asked of files alone', async (t) => {
  const path = join(newHome(t).folder, 'page.json');
  writeFileSync(path, JSON.stringify({ resources: [{ a: 1 }, { b: 2 }, { c: 3 }] }, null, 1));
  assert.deepEqual(
    await linesOfEvents(path, new Set([1, 3])),
    new Map([
      [1, 3],
      [3, 9],
    ]),
  );
  assert.deepEqual(await linesOfEvents('-', new Set([1])), new Map());
});

test('what the earlier files did is told before a later one fails', async (t) => {
  const { home, hansard } = await setUp(t);
  writeFileSync(join(home.folder, 'first.json'), JSON.stringify(v2Page(1, 2)));
  const { code, out, err } = await hansard(['import', 'first.json', 'missing.json']);
  assert.deepEqual([code, out], [1, '2 new under origin import, 0 known, 0 refused.\n']);
  assert.match(err, /^missing\.json cannot be read/);
});

test('an error answer that was saved instead of events is named', async (t) => {
  const { home, hansard } = await setUp(t);
  const v2 = { description: 'Invalid Auth Token', error_code: 'CF-InvalidAuthToken', code: 1000 };
  const v3 = { errors: [{ code: 10002, title: 'CF-NotAuthenticated', detail: 'Authentication error' }] };
  writeFileSync(join(home.folder, 'saved.json'), `${JSON.stringify(v2)}\n${JSON.stringify(v3, null, 2)}\n`);
  const { code, err } = await hansard(['import', 'saved.json']);
  assert.equal(code, 1);
  assert.match(err, /saved\.json, line 1: this is an error answer of the platform: Invalid Auth Token\n/);
});

test('a first page without the others is told, all pages are not', async (t) => {
  const { home, hansard } = await setUp(t);
  const page = (number: number, next: number | null, ...events: number[]): string =>
    JSON.stringify({
      total_results: 3,
      total_pages: 2,
      prev_url: number === 1 ? null : `/v2/events?order-direction=asc&page=${number - 1}`,
      next_url: next === null ? null : `/v2/events?page=${next}&order-direction=asc`,
      resources: events.map((event) => v2Event(event)),
    });
  writeFileSync(join(home.folder, '1.json'), page(1, 2, 1, 2));
  writeFileSync(join(home.folder, '2.json'), page(2, null, 3));
  const first = await hansard(['import', '1.json']);
  assert.deepEqual(
    [first.code, first.err],
    [0, '1.json: this is page 1 of 2: 1 event is not in these files.\n'],
  );
  assert.equal((await hansard(['import', '2.json', '1.json'])).err, '');
});

test('pages of V3 are known by their links', () => {
  const tally = new PageTally();
  const href = 'https://api.example.org/v3/audit_events?page=2&per_page=100';
  tally.add('a.json', { pagination: { total_results: 5000, total_pages: 50, next: { href } } }, 100);
  assert.deepEqual(tally.gaps(), ['a.json: this is page 1 of 50: 4,900 events are not in these files.']);
  // Hansard's own links carry a cursor that is another one on each page.
  const own = new PageTally();
  const link = (page: number): object => ({
    href: `/v3/audit_events?per_page=2&page=${page}&cursor=c${page}`,
  });
  const paging = { total_results: 5, total_pages: 3 };
  own.add('1', { pagination: { ...paging, next: link(2), previous: null } }, 2);
  own.add('3', { pagination: { ...paging, next: null, previous: link(2) } }, 1);
  assert.deepEqual(own.gaps(), ['1: this is 2 of 3 pages: 2 events are not in these files.']);
  own.add('2', { pagination: { ...paging, next: link(3), previous: link(1) } }, 2);
  assert.deepEqual(own.gaps(), []);
});
