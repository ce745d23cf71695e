// What real clients do though no standard asks for it (cf-cli.md, section 5): taken as it is meant.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../harness.ts';
import { type Answered, type Asked, exchange } from './exchange.ts';

describe('tolerance', () => {
  let server: TestServer;
  let guid: string;
  before(async () => {
    server = await startServer();
    guid = (await server.call('POST', '/v3/organizations', { body: { name: 'one' } })).json.guid;
  });
  after(() => server.stop());

  const ask = (asked: Asked, scheme = 'bearer'): Promise<Answered> =>
    exchange(server.url, {
      ...asked,
      headers: { authorization: `${scheme} ${server.adminToken}`, ...asked.headers },
    });
  const json = { 'content-type': 'application/json' };

  it('a JSON content type without a body, on every method', async () => {
    for (const [method, path, status] of [
      ['GET', '/v3/organizations', 200],
      ['GET', '/v2/events', 200],
      ['HEAD', '/v3/organizations', 200],
      ['PUT', '/v2/events/x', 405],
      ['DELETE', '/v2/events/x', 405],
      ['DELETE', '/v3/organizations/none', 404],
      ['POST', '/v3/organizations', 422],
    ] as const) {
      const answer = await ask({ method, path, headers: json });
      assert.equal(answer.status, status, `${method} ${path}: ${answer.body}`);
      const empty = await ask({ method, path, headers: { ...json, 'transfer-encoding': 'chunked' } });
      assert.equal(empty.status, status, `${method} ${path}, in chunks: ${empty.body}`);
    }
  });

  it('a DELETE with a JSON body', async () => {
    const { guid: gone } = (await server.call('POST', '/v3/organizations', { body: { name: 'gone' } })).json;
    const path = `/v3/organizations/${gone}`;
    const answer = await ask({ method: 'DELETE', path, headers: json, body: '{"username":"admin"}' });
    assert.equal(answer.status, 202, answer.body);
    assert.match(String(answer.headers.location), /^http:\/\/.*\/v3\/jobs\/[0-9a-f-]{36}$/);
  });

  it('JSON under any content type, or none', async () => {
    const types = [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json; charset=x',
      '/',
      'é',
      '',
    ];
    for (const [index, type] of types.entries()) {
      const body = JSON.stringify({ name: `typed ${index}` });
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
      const answer = await ask({ method: 'POST', path: '/v3/organizations', headers, body });
      assert.equal(answer.status, 201, `${type}: ${answer.body}`);
    }
  });

  it('a question mark at the end, and filters without a value', async () => {
    for (const path of [
      '/v2/events?',
      '/v2/events?&&',
      '/v3/audit_events?',
      '/v3/audit_events?space_guids=',
      `/v3/audit_events?order_by=-created_at&organization_guids=${guid}&space_guids=`,
      '/v3/organizations?guids=',
      '/v3/organizations?names=&page=1&per_page=1',
      '/v3/spaces?organization_guids=',
      '/v3/organizations?per_page=5000',
    ]) {
      const answer = await ask({ method: 'GET', path });
      assert.equal(answer.status, 200, `${path}: ${answer.body}`);
    }
  });

  it('raw characters that ought to be encoded, and both ways to write a blank', async () => {
    const totals = [];
    for (const path of [
      '/v2/events?q=timestamp%3E2020-01-01T00%3A00%3A00Z%3Btype%3Aaudit.organization.create',
      '/v2/events?q=type+IN+audit.organization.create,audit.none&results-per-page=2',
      '/v2/events?q=type%20IN%20audit.organization.create%2Caudit.none',
      '/v2/events?q=type:audit.organization.create&q=timestamp>2020-01-01T00:00:00Z',
      '/v2/events?q=type:audit.organization.create&x=\'"<>{}|\\^`',
    ]) {
      const answer = await ask({ method: 'GET', path });
      assert.equal(answer.status, 200, `${path}: ${answer.body}`);
      totals.push(JSON.parse(answer.body).total_results);
    }
    assert.deepEqual(new Set(totals).size, 1, `all ask the same: ${totals}`);
    assert.ok(totals[0] > 0);
  });

  it('the word bearer in any letters, and more blanks than one', async () => {
    for (const scheme of ['bearer', 'Bearer', 'BEARER', 'bEaReR', 'bearer  ']) {
      const answer = await ask({ method: 'GET', path: '/v3/organizations' }, scheme);
      assert.equal(answer.status, 200, `${scheme}: ${answer.body}`);
    }
  });

  it('an Authorization header that is there and empty, where none is needed', async () => {
    for (const path of ['/', '/v3', '/login', '/v2/info', '/info']) {
      const answer = await ask({ method: 'GET', path, headers: { authorization: '' } });
      assert.equal(answer.status, 200, `${path}: ${answer.body}`);
    }
  });

  it('no token, no word, another word, a broken token: 401 with the code that tells which', async () => {
    const cases: readonly (readonly [string, number])[] = [
      ['', 10002],
      ['Basic Y2Y6', 10002],
      [server.adminToken, 10002],
      ['bearer', 1000],
      ['bearer x', 1000],
      [`bearer ${server.adminToken.slice(0, -9)}`, 1000],
      [`bearer ${server.adminToken} ${server.adminToken}`, 1000],
    ];
    for (const [authorization, code] of cases) {
      const v3 = await ask({ method: 'GET', path: '/v3/organizations', headers: { authorization } });
      assert.equal(v3.status, 401, authorization);
      assert.equal(JSON.parse(v3.body).errors[0].code, code, `${authorization.slice(0, 20)}: ${v3.body}`);
      const v2 = await ask({ method: 'GET', path: '/v2/events', headers: { authorization } });
      assert.equal(v2.status, 401, authorization);
      assert.equal(JSON.parse(v2.body).code, code);
    }
  });

  it('bad input is named in the sentence about it', async () => {
    for (const [path, value] of [
      ['/v3/audit_events?colour=blue', 'colour'],
      ['/v3/spaces?include=colours', 'colours'],
      ['/v2/events?q=colour:blue', 'colour'],
      ['/v2/events?results-per-page=many', 'many'],
      ['/v2/events?order-direction=upwards', 'upwards'],
      ['/v2/events?q=timestamp>yesterday', 'yesterday'],
      ['/v2/events/no-such-event', 'no-such-event'],
      ['/v2/spaces/no-such-space/events', 'no-such-space'],
      ['/api/import?origin=a%20b', 'a b'],
    ] as const) {
      const method = path.startsWith('/api') ? 'POST' : 'GET';
      const answer = await ask({ method, path });
      assert.ok(answer.status === 400 || answer.status === 404, `${path}: ${answer.status}`);
      assert.ok(answer.body.includes(value), `${path}: ${answer.body}`);
    }
  });
});
