import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogOf } from '../../src/event/catalog.ts';
import { generalColumns, recipeNamed, recipes } from '../../src/export/recipes.ts';
import { recordOf } from '../../src/export/record.ts';

const app = '7950afc2-dd7b-4a70-80a0-8f7207fd1382';
const service = 'd613b9a4-a536-47d2-8aa5-b7360c5e2f21';
const user = 'a15b760c-be55-441e-a952-0453597d2fb1';

function v2(type: string, more: object): string {
  return JSON.stringify({
    metadata: { guid: 'e1', url: '/v2/events/e1', created_at: 'x', updated_at: 'x' },
    entity: {
      type,
      actor: 'u1',
      actor_type: 'user',
      actor_name: 'jo@example.gov',
      actor_username: 'jo',
      actee: user,
      actee_type: 'user',
      actee_name: '',
      timestamp: '2018-02-05T19:36:19Z',
      metadata: {},
      space_guid: 's1',
      organization_guid: 'o1',
      ...more,
    },
  });
}

function v3(type: string, more: object): string {
  return JSON.stringify({
    guid: 'e1',
    created_at: '2018-02-05T19:36:19Z',
    updated_at: '2018-02-05T19:36:19Z',
    type,
    actor: { guid: 'u1', type: 'user', name: 'jo@example.gov' },
    target: { guid: user, type: 'user', name: '' },
    data: {},
    space: { guid: 's1' },
    organization: { guid: 'o1' },
    links: {},
    ...more,
  });
}

function row(name: string, source: string): string[] {
  const event = recordOf(source);
  assert.ok(event !== null);
  return recipeNamed(name)?.columns.map(({ cell }) => cell(event)) ?? [];
}

test('both forms of an event become the same record, but for the user name that V3 has not', () => {
  const old = recordOf(v2('audit.app.update', { metadata: { request: { memory: 64 } } }));
  const current = recordOf(v3('audit.app.update', { data: { request: { memory: 64 } } }));
  assert.ok(old !== null && current !== null);
  assert.deepEqual(
    { ...old, source: '' },
    { ...current, actor: { ...current.actor, username: 'jo' }, source: '' },
  );
});

test('what is missing or null in a resource is an empty text', () => {
  const event = recordOf(
    v3('x', { actor: { guid: 'u1', type: 'user', name: null }, space: null, organization: null, data: null }),
  );
  assert.deepEqual(
    [event?.actor.name, event?.spaceGuid, event?.organizationGuid, event?.data],
    ['', '', '', {}],
  );
});

test('what is no event is not taken for one', () => {
  for (const text of [
    '{}',
    '[]',
    'null',
    '1',
    'nonsense',
    '{"errors":[]}',
    '{"entity":{"type":"x"}}',
    '{"type":"x"}',
  ]) {
    assert.equal(recordOf(text), null);
  }
});

test('every type of every recipe stands in the catalog', () => {
  const types = recipes.flatMap((recipe) => [...recipe.types, ...recipe.otherRoleTypes]);
  assert.deepEqual(
    types.filter((type) => catalogOf(type) === undefined),
    [],
  );
});

test("the five recipes and their headings are the guide's", () => {
  const titles = Object.fromEntries(
    recipes.map((recipe) => [recipe.name, recipe.columns.map(({ title }) => title)]),
  );
  const start = ['Timestamp', 'User Performing Action', 'Action Type'];
  assert.deepEqual(titles, {
    'user-access': [...start, 'User'],
    routes: [...start, 'Route', 'App GUID'],
    'service-instances': [...start, 'Service Name'],
    'service-bindings': [...start, 'App GUID', 'Service GUID'],
    services: generalColumns.map(({ title }) => title),
  });
});

test('user-access names who acted and whom it concerned: by name, else by guid', () => {
  const type = 'audit.user.space_manager_add';
  assert.deepEqual(row('user-access', v2(type, { actee_name: 'sam@example.gov' })), [
    '2018-02-05T19:36:19Z',
    'jo',
    type,
    'sam@example.gov',
  ]);
  assert.deepEqual(row('user-access', v2(type, { actor_username: null })).slice(1), [
    'jo@example.gov',
    type,
    user,
  ]);
  assert.deepEqual(row('user-access', v2(type, { actor_username: '', actor_name: '' })).slice(1, 2), ['u1']);
  assert.deepEqual(row('user-access', v3(type, {})).slice(1), ['jo@example.gov', type, user]);
});

test('routes name the app where the source tells it', () => {
  const type = 'audit.route.update';
  const route = { actee: 'r1', actee_type: 'route', actee_name: 'myapproute' };
  assert.deepEqual(row('routes', v2(type, { ...route, metadata: { request: { app: app } } })).slice(3), [
    'myapproute',
    app,
  ]);
  const destinations = [{ app: { guid: app } }, { app: { guid: service } }, { app: { guid: app } }, {}];
  assert.deepEqual(row('routes', v3(type, { data: { request: { destinations } } }))[4], `${app} ${service}`);
  assert.deepEqual(row('routes', v2('audit.route.create', route)).slice(3), ['myapproute', '']);
});

test('service-instances name the instance', () => {
  const made = v2('audit.service_instance.create', { actee_name: 'my-service-name' });
  assert.deepEqual(row('service-instances', made).slice(2), [
    'audit.service_instance.create',
    'my-service-name',
  ]);
});

test('service-bindings name app and service from either form, and the service of a route binding', () => {
  const relationships = { app: { data: { guid: app } }, service_instance: { data: { guid: service } } };
  const created = 'audit.service_binding.create';
  assert.deepEqual(row('service-bindings', v3(created, { data: { request: { relationships } } })).slice(3), [
    app,
    service,
  ]);
  const flat = { app_guid: app, service_instance_guid: service };
  assert.deepEqual(row('service-bindings', v2(created, { metadata: { request: flat } })).slice(3), [
    app,
    service,
  ]);
  const bound = {
    actee: service,
    actee_type: 'service_instance',
    metadata: { request: { route_guid: 'r1' } },
  };
  assert.deepEqual(row('service-bindings', v2('audit.service_instance.bind_route', bound)).slice(3), [
    '',
    service,
  ]);
});
