// The OpenAPI document: whole, and valid.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openApiOf, operationId } from '../../src/http/openapi/document.ts';
import { exampleOf } from '../../src/http/openapi/example.ts';
import { operations as described } from '../../src/http/openapi/operations.ts';
import { singular, templateOf } from '../../src/http/openapi/parameters.ts';
import { nameOf } from '../../src/http/openapi/schema.ts';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import {
  ajv,
  closed,
  document,
  faultsOf,
  objectsIn,
  operationAt,
  operations,
  parametersOf,
  responses,
  schemas,
  url,
} from './described.ts';

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
