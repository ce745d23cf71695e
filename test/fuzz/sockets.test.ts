// Bytes that no client library sends, over a bare socket: each is answered, in the envelope of its path, with a
// sentence that says what is wrong; and what is only unusual is taken.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { audienceOf } from '../../src/event/catalog.ts';
import type { Dialect } from '../../src/http/route.ts';
import { narrow } from '../../src/query/narrow.ts';
import { firstPage } from '../first-page.ts';
import { request, startServer, type TestServer } from '../harness.ts';
import { type Answered, exchangeRaw, head } from './exchange.ts';
import { judge } from './judge.ts';

type Pieces = readonly (string | Uint8Array)[];

describe('bare sockets', () => {
  let server: TestServer;
  let auth: Record<string, string>;
  before(async () => {
    server = await startServer();
    auth = { Authorization: `bearer ${server.adminToken}` };
  });
  after(() => server.stop());

  const get = (path: string, headers = {}): Pieces => [head(`GET ${path} HTTP/1.1`, { ...auth, ...headers })];
  const post = (path: string, headers: Record<string, string>, ...body: Pieces): Pieces => [
    head(`POST ${path} HTTP/1.1`, { ...auth, ...headers }),
    ...body,
  ];
  const chunked = { 'Transfer-Encoding': 'chunked' };
  const blanks = (count: number): Buffer => Buffer.alloc(count, ' ');

  const refused: readonly [what: string, Dialect, status: number, sentence: RegExp, () => Pieces][] = [
    ['a raw blank', 'v3', 400, /%20 or \+/, () => get('/v3/audit_events?types=a b')],
    ['a raw blank in V2', 'v2', 400, /%20 or \+/, () => get('/v2/events?q=type IN x')],
    ['a raw NUL', 'v3', 400, /percent-encoded/, () => get('/v3/organizations/\0')],
    ['a raw byte above 127', 'v3', 400, /percent-encoded/, () => get('/v3/organizations?names=\xe9')],
    ['a broken percent code', 'v3', 400, /path is not percent-encoded/, () => get('/v3/organizations/%zz')],
    ['a path that is no UTF-8', 'uaa', 400, /path is not percent-encoded/, () => get('/Users/%ED%A0%80')],
    ['a broken percent code in the query', 'v3', 400, /'%zz'/, () => get('/v3/spaces?names=%zz')],
    ['a doubled slash', 'v2', 404, /Unknown request/, () => get('//v3/organizations')],
    ['a path beyond the bound', 'v3', 400, /65536 bytes/, () => get(`/v3/roles?types=${'x'.repeat(70_000)}`)],
    ['a huge header', 'v2', 431, /131072 bytes/, () => get('/v2/events', { 'X-Huge': 'x'.repeat(200_000) })],
    [
      'thousands of headers',
      'v2',
      431,
      /131072 bytes/,
      () => get('/v2/events', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`X-${i}`, 'x']))),
    ],
    ['a blank in a header name', 'v3', 400, /a header holds/, () => get('/v3/roles', { 'X A': 'x' })],
    ['no Host', 'v3', 400, /Host is missing/, () => ['GET /v3/roles HTTP/1.1\r\nConnection: close\r\n\r\n']],
    ['a method that nobody knows', 'v3', 400, /method/, () => [head('BREW /v3/roles HTTP/1.1')]],
    ['a greeting of TLS', 'v2', 400, /method/, () => ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03']],
    ['lines that end in LF alone', 'v3', 400, /not HTTP/, () => ['GET /v3/roles HTTP/1.1\nHost: x\n\n']],
    ['OPTIONS', 'v3', 404, /Unknown request/, () => [head('OPTIONS /v3/roles HTTP/1.1', auth)]],
    ['OPTIONS *', 'v2', 404, /Unknown request/, () => [head('OPTIONS * HTTP/1.1', auth)]],
    ['TRACE', 'v3', 404, /Unknown request/, () => [head('TRACE /v3/roles HTTP/1.1', auth)]],
    ['a whole URL of nothing', 'v3', 404, /Unknown/, () => get('http://example.org/v3/nothing')],
    [
      'a chunk without a length',
      'v3',
      400,
      /chunks/,
      () => post('/v3/organizations', chunked, 'zz\r\n{}\r\n0\r\n\r\n'),
    ],
    [
      'a chunk longer than it says',
      'v3',
      400,
      /not HTTP/,
      () => post('/v3/organizations', chunked, '5\r\n{"name":"x"}\r\n0\r\n\r\n'),
    ],
    [
      'an import that breaks off',
      'v3',
      400,
      /chunks/,
      () => post('/api/import', chunked, '2\r\n{}\r\nzz\r\n'),
    ],
    [
      'a length beside chunks',
      'v3',
      400,
      /not HTTP/,
      () => post('/v3/organizations', { ...chunked, 'Content-Length': '5' }, '0\r\n\r\n'),
    ],
    ['a negative length', 'v3', 400, /not HTTP/, () => post('/v3/organizations', { 'Content-Length': '-5' })],
    [
      'a body that is no UTF-8',
      'v3',
      400,
      /not UTF-8/,
      () => post('/v3/organizations', { 'Content-Length': '12' }, '{"name":"', Buffer.from([0xff]), '"}'),
    ],
    [
      'a body beyond the bound',
      'v3',
      413,
      /at most 1048576 bytes/,
      () => post('/v3/organizations', { 'Content-Length': '2000000' }, blanks(2_000_000)),
    ],
    [
      'a body beyond the bound, in chunks',
      'v3',
      413,
      /at most 1048576 bytes/,
      () => post('/v3/organizations', chunked, `${(2_000_000).toString(16)}\r\n`, blanks(2_000_000), '\r\n'),
    ],
    [
      'a body beyond the bound that never comes',
      'v3',
      413,
      /at most 1048576 bytes/,
      () => post('/v3/organizations', { 'Content-Length': '99999999999' }, '{'),
    ],
    [
      'a large body of a stranger',
      'v3',
      401,
      /Authentication error/,
      () => [head('POST /v3/spaces HTTP/1.1', { 'Content-Length': '900000' }), blanks(900_000)],
    ],
  ];
  for (const [what, dialect, status, sentence, pieces] of refused) {
    it(`refuses ${what}`, async () => {
      const answer = await exchangeRaw(server.url, ...pieces());
      judge(answer, dialect, what);
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.body, sentence);
    });
  }

  const taken: readonly [what: string, () => Pieces, (answer: Answered) => void][] = [
    ['no User-Agent', () => get('/v3/organizations'), (answer) => assert.equal(answer.status, 200)],
    [
      'HTTP/1.0 without Host',
      () => [`GET /v2/info HTTP/1.0\r\n\r\n`],
      ({ status }) => assert.equal(status, 200),
    ],
    [
      'a whole URL, as a proxy is asked',
      () => get('http://example.org/v3/organizations?per_page=1'),
      ({ status }) => assert.equal(status, 200),
    ],
    [
      'an upgrade that nobody offers',
      () => get('/v3/organizations', { Connection: 'Upgrade, close', Upgrade: 'websocket' }),
      ({ status }) => assert.equal(status, 200),
    ],
    [
      'Expect: 100-continue',
      () => post('/v3/organizations', { Expect: '100-continue', 'Content-Length': '14' }, '{"name":"one"}'),
      ({ status }) => assert.equal(status, 201),
    ],
    [
      'an expectation that nobody knows',
      () => post('/v3/organizations', { Expect: 'wonders', 'Content-Length': '14' }, '{"name":"two"}'),
      ({ status }) => assert.equal(status, 201),
    ],
    [
      'an empty body in chunks under a JSON content type',
      () => [
        head('PUT /v2/events/x HTTP/1.1', { ...auth, ...chunked, 'Content-Type': 'application/json' }),
        '0\r\n\r\n',
      ],
      ({ status }) => assert.equal(status, 405),
    ],
    [
      'a second Authorization header, which does not count',
      () => [
        head('GET /v3/roles HTTP/1.1', auth).replace('\r\n\r\n', '\r\nAuthorization: bearer no\r\n\r\n'),
      ],
      ({ status }) => assert.equal(status, 200),
    ],
  ];
  for (const [what, pieces, check] of taken) {
    it(`takes ${what}`, async () => {
      const answer = await exchangeRaw(server.url, ...pieces());
      judge(answer, answer.status === 405 ? 'v2' : 'v3', what);
      check(answer);
    });
  }

  it('answers a refusal also to a client that keeps its connection, and the next request on it', async () => {
    const large = await request(server.url, 'POST', '/v3/organizations', {
      token: server.adminToken,
      body: ' '.repeat(3_000_000),
    });
    assert.equal(large.status, 413);
    const next = await request(server.url, 'GET', '/v3/organizations', { token: server.adminToken });
    assert.equal(next.status, 200);
  });

  it('an import that breaks off leaves what it took, and an event that tells of it', async () => {
    const lines = Array.from({ length: limits.importBatchLines + 1 }, () => `${importedEvent()}\n`).join('');
    const chunk = `${Buffer.byteLength(lines).toString(16)}\r\n${lines}\r\n`;
    const answer = await exchangeRaw(server.url, ...post('/api/import', chunked, chunk, 'zz\r\n'));
    judge(answer, 'v3', 'a broken import');
    const imports = { kind: 'in', field: 'type', values: ['audit.log.import'] } as const;
    const query = narrow(imports, { kind: 'all' }, 'all', audienceOf);
    const told = () => firstPage(server.running.services.store, query, 10);
    let events = (await told()).events;
    while (events.length === 0) events = (await told()).events;
    assert.equal(events.length, 1);
    assert.equal(events[0]?.outcome, 'failure');
    assert.equal(JSON.parse(events[0]?.data ?? '').new, limits.importBatchLines);
  });

  it('goes on after clients that leave in the middle', async () => {
    const { hostname, port } = new URL(server.url);
    for (const piece of ['', 'GET ', head('GET /v3/roles HTTP/1.1', auth), post('/api/import', chunked)[0]]) {
      const socket = connect(Number(port), hostname);
      await new Promise<void>((resolve) => socket.write(String(piece), () => resolve()));
      socket.destroy();
    }
    assert.equal((await request(server.url, 'GET', '/readyz')).status, 200);
  });
});

function importedEvent(): string {
  const party = { guid: 'a', type: 'user', name: '' };
  const rest = { created_at: '2020-02-02T02:02:02Z', type: 'app.crash', actor: party, target: party };
  return JSON.stringify({ guid: randomUUID(), ...rest, data: {}, space: null, organization: null });
}
