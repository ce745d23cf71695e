// Requests made to break something in particular: names that every JavaScript object has, lists beyond what a
// database takes in one expression, documents that grow or nest, tokens that are none.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Dialect } from '../../src/http/route.ts';
import { type CallOptions, startServer, type TestServer } from '../harness.ts';
import { judge } from './judge.ts';

interface Poison {
  readonly what: string;
  readonly dialect: Dialect;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly options?: CallOptions;
}

const times = (count: number, make: (index: number) => string, sign: string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(sign);
const filter = (text: string): string => `/Users?filter=${encodeURIComponent(text)}`;
const get = (what: string, dialect: Dialect, path: string, status: number): Poison => ({
  what,
  dialect,
  method: 'GET',
  path,
  status,
});
const isoSecond = (index: number): string =>
  new Date(1_600_000_000_000 + index * 1000).toISOString().slice(0, 19);

const questions: readonly Poison[] = [
  ...['constructor', '__proto__', 'hasOwnProperty'].map((name) =>
    get(`a SCIM filter by ${name}`, 'uaa', filter(`${name} eq "x"`), 400),
  ),
  get('a SCIM order by constructor', 'uaa', '/Users?sortBy=constructor', 200),
  get(
    'a SCIM filter nested 3000 times',
    'uaa',
    filter(`${'('.repeat(3000)}id eq "x"${')'.repeat(3000)}`),
    400,
  ),
  get(
    'two thousand names at once',
    'v3',
    `/v3/users?partial_usernames=${times(2000, (i) => `user${i}`, ',')}`,
    200,
  ),
  get(
    'two thousand times of rows',
    'v3',
    `/v3/spaces?created_ats=${times(2000, (i) => `${isoSecond(i)}Z`, ',')}`,
    400,
  ),
  get(
    'a hundred times of rows',
    'v3',
    `/v3/spaces?created_ats=${times(100, (i) => `${isoSecond(i)}Z`, ',')}`,
    200,
  ),
  get(
    'two thousand times of events',
    'v3',
    `/v3/audit_events?created_ats=${times(2000, (i) => `${isoSecond(i)}Z`, ',')}`,
    400,
  ),
  get(
    'a hundred times of events',
    'v3',
    `/v3/audit_events?created_ats=${times(100, (i) => `${isoSecond(i)}Z`, ',')}`,
    200,
  ),
  get(
    'a thousand ranges',
    'v3',
    `/v3/roles?${times(1000, () => 'created_ats[gt]=2020-01-01T00:00:00Z', '&')}`,
    200,
  ),
  get('a thousand conditions', 'v2', `/v2/events?${times(1000, (i) => `q=actee:${i}`, '&')}`, 400),
  get('a hundred conditions', 'v2', `/v2/events?${times(100, (i) => `q=actee:${i}`, '&')}`, 200),
  get(
    'a hundred times in V2',
    'v2',
    `/v2/events?${times(100, (i) => `q=timestamp>${isoSecond(i)}Z`, '&')}`,
    200,
  ),
  get('four thousand types', 'v3', `/v3/audit_events?types=${times(4000, (i) => `a.b.${i}`, ',')}`, 200),
  get('a thousand labels', 'v3', `/v3/spaces?label_selector=${times(1000, (i) => `k${i}=v`, ',')}`, 400),
  get('the last page that there can be', 'v2', '/v2/events?page=9007199254740991&results-per-page=100', 200),
  get('a page beyond', 'v3', '/v3/audit_events?page=9007199254740991&per_page=5000', 400),
  get('a cursor that nobody made', 'v3', '/v3/audit_events?cursor=eyJhIjoxfQ', 400),
  get('a NUL in a path', 'v3', '/v3/users/%00', 404),
];

const bytes = 1_048_576;
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const bodies: readonly (readonly [what: string, body: string])[] = [
  ['__proto__ as a member', '{"name":"a","__proto__":{"suspended":true}}'],
  ['__proto__ as a label', '{"name":"a","metadata":{"labels":{"__proto__":"x"}}}'],
  ['constructor as a member', '{"constructor":{"prototype":1}}'],
  ['nesting to the bound', deep(63)],
  ['nesting beyond the bound', deep(100_000)],
  ['a body of exactly the bound', `{"name":"${'x'.repeat(bytes - 11)}"}`],
  ['numbers that grow', `{"name":[${'1e20,'.repeat(200_000)}1]}`],
  ['a number beyond all numbers', '{"name":1e400}'],
  ['a member twice', '{"name":"one","name":"two"}'],
  ['half a surrogate pair', '{"name":"\\ud800"}'],
  ['a NUL', '{"name":"\\u0000"}'],
  ['a list', '[]'],
  ['a text', '"name"'],
  ['null', 'null'],
];

describe('poisoned requests', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  async function ask({ what, dialect, method, path, status, options }: Poison): Promise<void> {
    const reply = await server.call(method, path, options);
    const headers = Object.fromEntries(reply.headers);
    judge({ status: reply.status, headers, body: reply.text }, dialect, what);
    assert.equal(reply.status, status, `${what}: ${reply.text.slice(0, 300)}`);
  }

  for (const question of questions) it(`${question.what}: ${question.status}`, () => ask(question));

  for (const [what, body] of bodies) {
    it(`${what}, wherever a body is taken: refused`, async () => {
      for (const path of ['/v3/organizations', '/v3/spaces', '/v3/roles', '/v3/users', '/Users']) {
        const reply = await server.call('POST', path, { body });
        const dialect = path === '/Users' ? 'uaa' : 'v3';
        const headers = Object.fromEntries(reply.headers);
        judge({ status: reply.status, headers, body: reply.text }, dialect, `${path} ${what}`);
        assert.ok(reply.status >= 400, `${path}: ${reply.text.slice(0, 300)}`);
      }
    });
  }

  for (const [what, more] of [
    ['nests to the bound', deep(60)],
    ['grows when it is written again', `[${'1e20,'.repeat(200_000)}1]`],
    ['is as large as a body may be', `"${'x'.repeat(bytes - 400)}"`],
  ] as const) {
    it(`a request that is kept in its event and ${what}: taken or refused`, async () => {
      const { guid } = (await server.call('POST', '/v3/organizations', { body: { name: what } })).json;
      const organization = `{"data":{"guid":"${guid}"}}`;
      const user = `{"data":{"username":"admin","more":${more}}}`;
      const relationships = `{"organization":${organization},"user":${user}}`;
      const body = `{"type":"organization_user","relationships":${relationships}}`;
      const reply = await server.call('POST', '/v3/roles', { body });
      const headers = Object.fromEntries(reply.headers);
      judge({ status: reply.status, headers, body: reply.text }, 'v3', what);
      assert.equal((await server.call('GET', '/v3/audit_events')).status, 200);
    });
  }

  const part = (json: string): string => Buffer.from(json).toString('base64url');
  for (const [what, token] of [
    ['without a signature', `${part('{"alg":"none"}')}.${part('{"iss":"http://localhost/oauth/token"}')}.`],
    ['whose issuer is no text', `${part('{"alg":"RS256"}')}.${part('{"iss":{"a":1}}')}.AAAA`],
    ['with a critical extension', `${part('{"alg":"RS256","crit":["x"]}')}.${part('{"exp":1}')}.AAAA`],
    [
      'of another algorithm',
      `${part('{"alg":"HS256"}')}.${part('{"iss":"http://localhost/oauth/token"}')}.AAAA`,
    ],
    ['that is a file name', '../../keys/token.pem'],
    ['of dots', '..'],
    ['of 60,000 characters', 'x'.repeat(60_000)],
  ] as const) {
    it(`a token ${what}: 401`, async () => {
      for (const [path, dialect] of [
        ['/v3/organizations', 'v3'],
        ['/v2/events', 'v2'],
        ['/userinfo', 'uaa'],
      ] as const) {
        await ask({ what, dialect, method: 'GET', path, status: 401, options: { token } });
      }
    });
  }

  const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
  const basic = (text: string) => ({
    ...asForm,
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  });
  for (const [what, status, headers, body] of [
    ['a hundred thousand fields', 401, asForm, `grant_type=password&${times(100_000, (i) => `a${i}=`, '&')}`],
    ['a client with odd characters', 401, basic('\0:%zz'), 'grant_type=client_credentials'],
    ['a client without a colon', 400, basic('cf'), 'grant_type=client_credentials'],
    [
      'a password beyond the bound',
      401,
      basic('cf:'),
      `grant_type=password&username=admin&password=${'x'.repeat(9_000)}`,
    ],
    ['a grant that every object has', 400, basic('cf:'), 'grant_type=constructor'],
    ['no form', 400, basic('cf:'), '{"grant_type":"password"}'],
  ] as const) {
    it(`${what} at the token endpoint: ${status}`, async () => {
      const options = { token: null, headers, body };
      await ask({ what, dialect: 'uaa', method: 'POST', path: '/oauth/token', status, options });
    });
  }
});
