// The OpenAPI document is true of what the running server answers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openApiOf } from '../../src/http/openapi/document.ts';
import { exampleOf } from '../../src/http/openapi/example.ts';
import { nameOf } from '../../src/http/openapi/schema.ts';
import { routes } from '../../src/http/routes.ts';
import { type Reply, request } from '../harness.ts';
import { faultsOf, operationAt, operations, parametersOf, responses, schemas } from './described.ts';
import { expectStatus, openWorld, refusalOf, type World } from './v3/world.ts';

describe('a running server', () => {
  let world: World;
  let organization: string;
  let space: string;
  let person: string;

  before(async () => {
    world = await openWorld();
    organization = await world.organization('acme');
    space = await world.space('dev', organization);
    person = (await world.person('ann')).guid;
    await world.give('organization_auditor', person, organization);
  });

  after(() => world.stop());

  /** Checks an answer against what the document says of the operation and the status. */
  function fulfils(reply: Reply, method: string, path: string): void {
    const operation = operationAt(method, path);
    const named = operation.responses[String(reply.status)] ?? operation.responses.default;
    const response = named?.$ref === undefined ? named : (responses[nameOf(named.$ref)] as typeof named);
    const media = Object.entries(response?.content ?? {})[0];
    assert.ok(response, `${method} ${path} answers ${reply.status}, which is not described`);
    if (media === undefined) {
      assert.equal(reply.text, '');
      return;
    }
    assert.ok(
      reply.headers.get('content-type')?.startsWith(media[0]),
      reply.headers.get('content-type') ?? '',
    );
    const value: unknown = media[0] === 'application/json' ? reply.json : reply.text;
    assert.equal(faultsOf(media[1].schema, value), '', `${method} ${path}: ${reply.text.slice(0, 2000)}`);
  }

  it('is described by its own document', async () => {
    const reply = expectStatus(await request(world.url, 'GET', '/openapi.json'), 200);
    assert.deepEqual(reply.json, JSON.parse(JSON.stringify(openApiOf(routes, world.url))));
    assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(reply.json.servers[0].url, world.url);
  });

  it('takes the examples of requests, and answers as described', async () => {
    const bodies: readonly [string, string, string, string][] = [
      ['POST', '/v3/organizations', '/v3/organizations', 'NewOrganization'],
      ['POST', '/v3/organization_quotas', '/v3/organization_quotas', 'NewOrganizationQuota'],
      ['POST', '/v3/domains', '/v3/domains', 'NewDomain'],
      ['POST', '/v3/isolation_segments', '/v3/isolation_segments', 'NewIsolationSegment'],
      ['POST', '/v3/security_groups', '/v3/security_groups', 'NewSecurityGroup'],
      ['PATCH', `/v3/organizations/${organization}`, '/v3/organizations/:guid', 'OrganizationChanges'],
      ['PATCH', `/v3/spaces/${space}`, '/v3/spaces/:guid', 'SpaceChanges'],
      ['PATCH', `/v3/users/${person}`, '/v3/users/:guid', 'UserChanges'],
    ];
    await world.call('PATCH', `/v3/organizations/${organization}`, { body: { name: 'first' } });
    for (const [method, path, described, schema] of bodies) {
      const body = exampleOf(schemas[schema] ?? {}, schemas, 'least') as object;
      const reply = await world.call(method, path, { body });
      assert.ok(reply.status < 300, reply.text);
      fulfils(reply, method, described);
    }
  });

  it('answers every list and the first of what it lists as described', async () => {
    const lists = routes.filter(
      ({ method, path, access }) => method === 'GET' && access !== 'public' && !/[:*]/.test(path),
    );
    assert.ok(lists.length >= 10);
    for (const { path } of lists) {
      const reply = expectStatus(await world.call('GET', path), 200);
      fulfils(reply, 'GET', path);
      if (!reply.headers.get('content-type')?.startsWith('application/json')) continue;
      const [first] = reply.json.resources ?? [];
      const one = routes.find(
        (route) =>
          route.method === 'GET' &&
          /^:(guid|name|id)$/.test(route.path.slice(path.length + 1)) &&
          route.path.startsWith(`${path}/`),
      );
      const key = first?.guid ?? first?.metadata?.guid ?? first?.name;
      if (one === undefined || key === undefined) continue;
      fulfils(expectStatus(await world.call('GET', `${path}/${key}`), 200), 'GET', one.path);
    }
  });

  it('answers what belongs to a place as described', async () => {
    for (const part of [
      'users',
      'usage_summary',
      'relationships/isolation_segment',
      'features',
      'features/ssh',
    ]) {
      const described = `/v3/spaces/:guid/${part.replace('features/ssh', 'features/:name')}`;
      fulfils(expectStatus(await world.call('GET', `/v3/spaces/${space}/${part}`), 200), 'GET', described);
    }
  });

  it('answers the log and its proofs as described', async () => {
    await world.running.services.log.sealer.now();
    const [{ guid }] = (await world.call('GET', '/v3/audit_events?per_page=1')).json.resources;
    for (const [path, described] of [
      ['/log/tile/0/000.p/1', '/log/tile/*'],
      ['/log/tile/entries/000.p/1', '/log/tile/entries/*'],
      ['/log/epochs/1/checkpoint', '/log/epochs/:number/checkpoint'],
      ['/log/epochs/1/minimum-index', '/log/epochs/:number/minimum-index'],
      ['/log/epochs/1/tile/0/000.p/1', '/log/epochs/:number/tile/*'],
      ['/log/epochs/1/tile/entries/000.p/1', '/log/epochs/:number/tile/entries/*'],
      [`/log/proof/${guid}`, '/log/proof/:guid'],
    ] as const) {
      fulfils(expectStatus(await world.call('GET', path), 200), 'GET', described);
    }
    const announced = await world.call('POST', '/api/exports', { body: { format: 'csv' } });
    fulfils(expectStatus(announced, 201), 'POST', '/api/exports');
    const body = { export: announced.json.id, guids: [guid] };
    fulfils(expectStatus(await world.call('POST', '/api/evidence', { body }), 200), 'POST', '/api/evidence');
  });

  it('answers events in V2 and V3 as described', async () => {
    const v3 = expectStatus(await world.call('GET', '/v3/audit_events?per_page=2'), 200);
    fulfils(v3, 'GET', '/v3/audit_events');
    const { guid } = v3.json.resources[0];
    fulfils(await world.call('GET', `/v3/audit_events/${guid}`), 'GET', '/v3/audit_events/:guid');
    const v2 = expectStatus(await world.call('GET', '/v2/events?orphan-relations=1'), 200);
    fulfils(v2, 'GET', '/v2/events');
    fulfils(await world.call('GET', `/v2/events/${guid}`), 'GET', '/v2/events/:guid');
    fulfils(await world.call('GET', `/v2/spaces/${space}/events`), 'GET', '/v2/spaces/:guid/events');
  });

  it('answers a deletion with the address of a job that is as described', async () => {
    const gone = await world.organization('gone');
    const reply = await world.call('DELETE', `/v3/organizations/${gone}`);
    fulfils(expectStatus(reply, 202), 'DELETE', '/v3/organizations/:guid');
    const job = await world.call('GET', new URL(reply.headers.get('location') ?? '').pathname);
    fulfils(expectStatus(job, 200), 'GET', '/v3/jobs/:guid');
  });

  it('answers what is open to all as described', async () => {
    for (const path of [
      '/',
      '/v2/info',
      '/v3',
      '/v3/info',
      '/healthz',
      '/readyz',
      '/login',
      '/info',
      '/token_keys',
      '/docs',
      '/docs/events',
    ]) {
      fulfils(expectStatus(await request(world.url, 'GET', path), 200), 'GET', path);
    }
  });

  it('answers log-in and accounts as described', async () => {
    const body = new URLSearchParams({
      grant_type: 'password',
      username: 'admin',
      password: world.adminPassword,
    });
    const headers = { authorization: 'Basic Y2Y6', 'content-type': 'application/x-www-form-urlencoded' };
    fulfils(
      await request(world.url, 'POST', '/oauth/token', { headers, body: body.toString() }),
      'POST',
      '/oauth/token',
    );
    const wrong = await request(world.url, 'POST', '/oauth/token', { headers, body: 'grant_type=password' });
    assert.ok(wrong.status >= 400);
    fulfils(wrong, 'POST', '/oauth/token');
    fulfils(await world.call('GET', '/Users'), 'GET', '/Users');
    fulfils(await world.call('GET', `/Users/${person}`), 'GET', '/Users/:id');
    fulfils(await world.call('GET', '/userinfo'), 'GET', '/userinfo');
  });

  it('answers failures in the envelopes that are described', async () => {
    const cases: readonly [string, string, string, number, string | null | undefined][] = [
      ['GET', '/v3/organizations/none', '/v3/organizations/:guid', 404, undefined],
      ['GET', '/v3/organizations?nonsense=1', '/v3/organizations', 400, undefined],
      ['GET', '/v3/organizations', '/v3/organizations', 401, null],
      ['POST', '/v3/organizations', '/v3/organizations', 422, undefined],
      ['GET', '/v2/events?q=nonsense:1', '/v2/events', 400, undefined],
      ['GET', '/v2/events', '/v2/events', 401, null],
      ['GET', '/v2/events/none', '/v2/events/:guid', 404, undefined],
      ['DELETE', '/v2/events/none', '/v2/events/:guid', 405, undefined],
      ['GET', '/Users', '/Users', 401, null],
    ];
    for (const [method, path, described, status, token] of cases) {
      const options = token === undefined ? {} : { token };
      const reply = await world.call(method, path, method === 'POST' ? { body: {}, ...options } : options);
      fulfils(expectStatus(reply, status), method, described);
    }
  });

  it('takes exactly the parameters of V3 lists that are described', async () => {
    const lists = operations.filter(
      ({ path, operation }) =>
        path.startsWith('/v3/') &&
        !path.includes('{') &&
        parametersOf(operation).some(({ name }) => name === 'per_page'),
    );
    assert.ok(lists.length >= 5);
    for (const { path, operation } of lists) {
      const [, , sentence] = refusalOf(expectStatus(await world.call('GET', `${path}?nonsense=1`), 400));
      const taken = [...(sentence.split('Valid parameters are: ')[1] ?? '').matchAll(/'(\w+)'/g)].map(
        ([, name]) => name,
      );
      const said = parametersOf(operation).map(({ name }) => name.replace(/\[.*/, ''));
      const own = routes.find((route) => route.path === path && route.method === 'GET')?.about?.list;
      const known = [...new Set(said)].filter((name) => name !== 'cursor');
      assert.deepEqual(
        known.filter((name) => !taken.includes(name)),
        [],
        `${path} does not take what is described`,
      );
      if (own) assert.deepEqual(known.sort(), taken.sort(), path);
    }
  });

  it('takes every value of order_by and include that is described', async () => {
    for (const list of ['/v3/organizations', '/v3/spaces', '/v3/roles', '/v3/users', '/v3/audit_events']) {
      for (const { name, schema } of parametersOf(operationAt('GET', list))) {
        const values = name === 'order_by' ? schema.enum : name === 'include' ? schema.items?.enum : [];
        for (const value of values ?? []) {
          const reply = await world.call('GET', `${list}?${name}=${encodeURIComponent(String(value))}`);
          fulfils(expectStatus(reply, 200), 'GET', list);
        }
      }
    }
  });
});
