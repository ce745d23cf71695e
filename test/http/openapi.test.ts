// The OpenAPI document: whole, valid, and true of what the running server answers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OpenApi, Operation } from '../../src/http/openapi/document.ts';
import { openApiOf, operationId } from '../../src/http/openapi/document.ts';
import { exampleOf } from '../../src/http/openapi/example.ts';
import { operations as described } from '../../src/http/openapi/operations.ts';
import { type Parameter, singular, templateOf } from '../../src/http/openapi/parameters.ts';
import { nameOf, type Schema } from '../../src/http/openapi/schema.ts';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { type Reply, request } from '../harness.ts';
import { expectStatus, openWorld, refusalOf, type World } from './v3/world.ts';

const url = 'http://127.0.0.1:1';
const document = openApiOf(routes, url);
const { schemas, parameters, responses } = document.components;

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

function operationAt(method: string, path: string, within: OpenApi = document): Operation {
  const operation = within.paths[templateOf(path)]?.[method.toLowerCase()];
  assert.ok(operation, `${method} ${path} is not described`);
  return operation;
}

function parametersOf(operation: Operation): Parameter[] {
  return operation.parameters.map((parameter) => {
    const found = '$ref' in parameter ? parameters[nameOf(parameter.$ref)] : parameter;
    assert.ok(found);
    return found;
  });
}

/** Every object within a value, with the place where it stands. */
function* objectsIn(value: unknown, place = '#'): Generator<[string, Readonly<Record<string, unknown>>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [place, value as Record<string, unknown>];
  for (const [name, inner] of Object.entries(value)) yield* objectsIn(inner, `${place}/${name}`);
}

describe('the document', () => {
  it('has every route of the table, and nothing else', () => {
    const wanted = routes.map(({ method, path }) => `${method} ${templateOf(path)}`);
    const found = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    assert.deepEqual(found.sort(), wanted.sort());
  });

  it('says of every route what its author said: summary, access', () => {
    for (const { method, path, summary, access, dialect } of routes) {
      const operation = operationAt(method, path);
      assert.equal(operation.summary, summary);
      assert.notEqual(operation['x-caller'], '');
      if (dialect !== 'uaa') assert.equal(operation.security.length === 0, access === 'public', path);
    }
  });

  it('declares every parameter of a path, once, as required', () => {
    for (const { path, operation } of operations) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = parametersOf(operation).filter((parameter) => parameter.in === 'path');
      assert.deepEqual(
        inPath.map(({ name }) => name),
        wanted,
        path,
      );
      assert.ok(inPath.every(({ required }) => required === true));
    }
  });

  it('names no parameter of an operation twice', () => {
    for (const { path, method, operation } of operations) {
      const names = parametersOf(operation).map((parameter) => `${parameter.in} ${parameter.name}`);
      assert.equal(new Set(names).size, names.length, `${method} ${path}: ${names.join(', ')}`);
    }
  });

  it('resolves every reference', () => {
    for (const [place, { $ref }] of objectsIn(document)) {
      if ($ref === undefined) continue;
      const parts = String($ref).split('/');
      assert.equal(parts.shift(), '#', place);
      let found: unknown = document;
      for (const part of parts) found = (found as Record<string, unknown> | undefined)?.[part];
      assert.ok(found, `${place}: ${String($ref)}`);
    }
  });

  it('has component names that OpenAPI allows, and no schema that nobody refers to', () => {
    const names = Object.values(document.components).flatMap((components) => Object.keys(components));
    for (const name of names) assert.match(name, /^[a-zA-Z0-9._-]+$/);
    const used = new Set([...objectsIn(document)].map(([, { $ref }]) => String($ref)));
    const general = ['Resource', 'V2Resource'];
    const unused = Object.keys(schemas).filter(
      (name) => !general.includes(name) && !used.has(`#/components/schemas/${name}`),
    );
    assert.deepEqual(unused, []);
  });

  it('answers every operation with a success and a failure, each with a description', () => {
    for (const { path, method, operation } of operations) {
      const statuses = Object.keys(operation.responses);
      assert.ok(statuses.length >= 2 && statuses.includes('default'), `${method} ${path}`);
      for (const status of statuses) assert.match(status, /^([1-5]\d\d|default)$/);
      for (const { $ref, description } of Object.values(operation.responses)) {
        assert.ok($ref === undefined ? description : responses[nameOf($ref)], `${method} ${path}`);
      }
    }
  });

  it('has all tags of the operations, once', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    assert.deepEqual(document.tags.map(({ name }) => name).sort(), [...used].sort());
  });

  it('has security requirements of schemes that exist, with scopes that exist', () => {
    const schemes = document.components.securitySchemes as Record<
      string,
      { flows?: { password: { scopes: object } } }
    >;
    for (const requirement of operations.flatMap(({ operation }) => operation.security)) {
      for (const [name, scopes] of Object.entries(requirement)) {
        const known = Object.keys(schemes[name]?.flows?.password.scopes ?? {});
        assert.ok(name in schemes);
        assert.deepEqual(
          scopes.filter((scope) => !known.includes(scope)),
          [],
        );
      }
    }
  });

  it('has no words about a route that is gone', () => {
    const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
    assert.deepEqual(
      Object.keys(described).filter((key) => !known.has(key)),
      [],
    );
  });
});

describe('operation ids', () => {
  it('are unique, and names that programs can have', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[a-z][A-Za-z0-9]*$/);
  });

  it('are made of method and path alone, so that they stay', () => {
    assert.equal(operationId('GET', '/'), 'getRoot');
    assert.equal(operationId('GET', '/v3/audit_events/:guid'), 'getV3AuditEventsByGuid');
    assert.equal(operationId('DELETE', '/oauth/token/revoke/:jti'), 'deleteOauthTokenRevokeByJti');
    assert.equal(operationId('GET', '/openapi.json'), 'getOpenapiJson');
  });
});

describe('a route whose author said nothing', () => {
  const handle = () => Promise.resolve({ status: 200 });
  const bare = { access: 'read', handle } as const;
  const table: readonly Route[] = [
    { ...bare, method: 'GET', path: '/v3/gadgets', dialect: 'v3', summary: 'List gadgets' },
    { ...bare, method: 'PATCH', path: '/v3/gadgets/:guid', dialect: 'v3', summary: 'Update a gadget' },
    { ...bare, method: 'GET', path: '/v2/gadgets/:guid/parts', dialect: 'v2', summary: 'List the parts' },
    { ...bare, method: 'GET', path: '/api/gadgets/:id', dialect: 'api', summary: 'A gadget' },
    {
      ...bare,
      method: 'GET',
      path: '/v3/gadgets/:guid/relationships/parts',
      dialect: 'v3',
      summary: 'Parts',
    },
  ];
  const plain = openApiOf(table, url);
  const namesOf = (method: string, path: string) =>
    parametersOf(operationAt(method, path, plain)).map(({ name }) => name);

  it('has the parameters of its kind of list', () => {
    assert.ok(
      ['page', 'per_page', 'order_by', 'guids', 'created_ats[gte]'].every((name) =>
        namesOf('GET', '/v3/gadgets').includes(name),
      ),
    );
    assert.deepEqual(namesOf('GET', '/v2/gadgets/:guid/parts').slice(0, 5), [
      'guid',
      'q',
      'order-by',
      'page',
      'results-per-page',
    ]);
  });

  it('has a heading, a caller, parameters of the path, and errors in its envelope', () => {
    const change = operationAt('PATCH', '/v3/gadgets/:guid', plain);
    assert.deepEqual(change.tags, ['V3 gadgets']);
    assert.match(change['x-caller'], /cloud_controller\.read/);
    assert.equal(parametersOf(change)[0]?.description, 'Guid of the gadget');
    assert.deepEqual(Object.keys(change.responses), ['200', '400', '401', '403', '404', '422', 'default']);
    assert.deepEqual(operationAt('GET', '/api/gadgets/:id', plain).tags, ['API gadgets']);
    const many = operationAt('GET', '/v3/gadgets/:guid/relationships/parts', plain).responses['200'];
    assert.equal(many?.content?.['application/json']?.schema.$ref, '#/components/schemas/ToManyRelationship');
  });

  it('says more where the author does, which goes before', () => {
    const route: Route = {
      ...bare,
      method: 'GET',
      path: '/v3/gadgets',
      dialect: 'v3',
      summary: 'List gadgets',
      about: {
        tag: 'Things',
        status: 203,
        list: null,
        response: 'Job',
        query: { colour: { type: 'string' } },
      },
    };
    const operation = operationAt('GET', '/v3/gadgets', openApiOf([route], url));
    assert.deepEqual(operation.tags, ['Things']);
    assert.deepEqual(
      parametersOf(operation).map(({ name }) => name),
      ['colour'],
    );
    assert.equal(
      operation.responses['203']?.content?.['application/json']?.schema.$ref,
      '#/components/schemas/Job',
    );
  });

  it('finds one of a noun', () => {
    const pairs = {
      organizations: 'organization',
      isolation_segments: 'isolation segment',
      policies: 'policy',
      processes: 'process',
      info: 'info',
      access: 'access',
    };
    for (const [plural, one] of Object.entries(pairs)) assert.equal(singular(plural), one);
  });
});

const ajv = new Ajv2020({ strict: true, strictRequired: true, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'all', $defs: closed(schemas) });

/** Schemas as Ajv takes them: references to all of them, members that are not described refused. */
function closed(schema: object): object {
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', 'all#/$defs/');
  return JSON.parse(text, (_name, value) =>
    value?.type === 'object' && value.properties !== undefined
      ? { additionalProperties: false, ...value }
      : value,
  );
}

function faultsOf(schema: Schema, value: unknown): string {
  const validate = ajv.compile(closed(schema));
  return validate(value) ? '' : ajv.errorsText(validate.errors, { separator: '\n' });
}

describe('the schemas', () => {
  it('are JSON Schema 2020-12', () => {
    for (const [name, schema] of Object.entries(schemas)) {
      assert.ok(ajv.validateSchema(closed(schema)), `${name}: ${ajv.errorsText(ajv.errors)}`);
      assert.doesNotThrow(() => ajv.compile(closed(schema)), name);
    }
  });

  it('those of parameters and bodies too, and their examples fulfil them', () => {
    for (const { operation, path } of operations) {
      for (const { schema, example, name } of parametersOf(operation)) {
        assert.doesNotThrow(() => ajv.compile(closed(schema)), `${path} ${name}`);
        if (example !== undefined) assert.equal(faultsOf(schema, example), '', `${path} ${name}`);
      }
      const bodies = [operation.requestBody, ...Object.values(operation.responses)];
      for (const { schema } of bodies.flatMap((body) => Object.values(body?.content ?? {}))) {
        assert.equal(faultsOf(schema, exampleOf(schema, schemas)), '', path);
      }
    }
  });

  it('have examples that fulfil them', () => {
    for (const [name, schema] of Object.entries(schemas)) {
      assert.equal(faultsOf(schema, exampleOf(schema, schemas)), '', name);
    }
  });
});

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
      ({ method, path, access }) => method === 'GET' && access !== 'public' && !path.includes(':'),
    );
    assert.ok(lists.length >= 10);
    for (const { path } of lists) {
      const reply = expectStatus(await world.call('GET', path), 200);
      fulfils(reply, 'GET', path);
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
