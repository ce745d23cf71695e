import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type Person, refusalOf, refused, type World } from './world.ts';

let world: World;
let manager: Person;

before(async () => {
  world = await openWorld();
  manager = await world.person('manager');
});

after(() => world.stop());

const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];
const organizationNotFound = [404, 'CF-ResourceNotFound', 'Organization not found'];
const notAuthorized = [403, 'CF-NotAuthorized', 'You are not authorized to perform the requested action'];

test('creation answers the whole resource and tells of it with the body as sent', async () => {
  const body = {
    name: 'Acme',
    suspended: false,
    metadata: { labels: { env: 'prod' }, annotations: { a: 'b' } },
  };
  let made: { guid: string; created_at: string } | undefined;
  const told = await world.told(async () => {
    const reply = expectStatus(await world.call('POST', '/v3/organizations', { body }), 201);
    made = reply.json;
  });
  assert.ok(made);
  const { guid, created_at } = made;
  const self = `${world.url}/v3/organizations/${guid}`;
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const quota = (await world.call('GET', `/v3/organizations/${guid}`)).json.relationships.quota.data.guid;
  assert.deepEqual(made, {
    guid,
    created_at,
    updated_at: created_at,
    name: 'Acme',
    suspended: false,
    relationships: { quota: { data: { guid: quota } } },
    metadata: body.metadata,
    links: {
      self: { href: self },
      domains: { href: `${self}/domains` },
      default_domain: { href: `${self}/domains/default` },
      quota: { href: `${world.url}/v3/organization_quotas/${quota}` },
    },
  });
  assert.deepEqual((await world.call('GET', `/v3/organizations/${guid}`)).json, made);
  const { principal } = await actorOf();
  assert.deepEqual(told, [
    {
      type: 'audit.organization.create',
      target: { type: 'organization', guid, name: 'Acme' },
      space: null,
      organization: guid,
      actor: principal,
      data: { request: body },
    },
  ]);
});

test('names are unique whatever the case of their letters', async () => {
  await world.organization('Unique');
  const taken = unprocessable("Organization 'UNIQUE' already exists.");
  const told = await world.told(async () => {
    assert.deepEqual(await refused(world, 'POST', '/v3/organizations', { body: { name: 'UNIQUE' } }), taken);
  });
  assert.deepEqual(told, [], 'a refused operation is no operation');
  const other = await world.organization('other than unique');
  const path = `/v3/organizations/${other}`;
  assert.deepEqual(
    await refused(world, 'PATCH', path, { body: { name: 'unique' } }),
    unprocessable('Name must be unique'),
  );
  const own = await world.call('PATCH', path, { body: { name: 'OTHER than unique' } });
  assert.equal(expectStatus(own, 200).json.name, 'OTHER than unique');
});

test('bodies are judged before anything is done', async () => {
  const parseError = 'Request invalid due to parse error: invalid request body';
  assert.deepEqual(await refused(world, 'POST', '/v3/organizations', { body: '{' }), [
    400,
    'CF-MessageParseError',
    parseError,
  ]);
  assert.deepEqual(
    await refused(world, 'POST', '/v3/organizations', { body: { foo: 1 } }),
    unprocessable("Unknown field(s): 'foo', Name can't be blank"),
  );
});

test('nobody but admins creates organizations unless the platform allows it', async () => {
  const call = { token: manager.token, body: { name: 'mine' } };
  assert.deepEqual(await refused(world, 'POST', '/v3/organizations', call), notAuthorized);
});

test('an update changes what it names and tells of the body', async () => {
  const guid = await world.organization('to be changed');
  const path = `/v3/organizations/${guid}`;
  const body = { name: 'changed', metadata: { labels: { a: '1', b: '2' } } };
  const told = await world.told(async () => {
    const changed = expectStatus(await world.call('PATCH', path, { body }), 200).json;
    assert.equal(changed.name, 'changed');
    assert.deepEqual(changed.metadata.labels, { a: '1', b: '2' });
  });
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target.name, data]),
    [['audit.organization.update', 'changed', { request: body }]],
  );
  const less = { metadata: { labels: { a: null, b: '3' }, annotations: { note: 'n' } } };
  const after = expectStatus(await world.call('PATCH', path, { body: less }), 200).json;
  assert.deepEqual(after.metadata, { labels: { b: '3' }, annotations: { note: 'n' } });
  assert.equal(after.name, 'changed');
});

test('a resource has at most 50 labels', async () => {
  const labels = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']));
  const guid = await world.organization('labelled');
  const path = `/v3/organizations/${guid}`;
  expectStatus(await world.call('PATCH', path, { body: { metadata: { labels } } }), 200);
  const change = (more: object) => world.call('PATCH', path, { body: { metadata: { labels: more } } });
  assert.deepEqual(
    refusalOf(await change({ x: '1', y: '2' })),
    unprocessable('Failed to add 2 labels because it would exceed maximum of 50'),
  );
  expectStatus(await change({ k0: 'other' }), 200);
  expectStatus(await change({ k0: null, x: '1' }), 200);
});

test('a suspended organization is changed by admins alone', async () => {
  const guid = await world.organization('to be suspended');
  await world.give('organization_manager', manager.guid, guid);
  const space = await world.space('inside', guid);
  const path = `/v3/organizations/${guid}`;
  const asManager = (method: string, to: string, body: object) =>
    world.call(method, to, { token: manager.token, body });
  expectStatus(await asManager('PATCH', path, { name: 'still active' }), 200);
  assert.deepEqual(refusalOf(await asManager('PATCH', path, { suspended: true })), notAuthorized);
  expectStatus(await world.call('PATCH', path, { body: { suspended: true } }), 200);
  const suspended = [403, 'CF-OrgSuspended', 'The organization is suspended'];
  const inside = { relationships: { organization: { data: { guid } } } };
  const role = {
    type: 'organization_auditor',
    relationships: { organization: { data: { guid } }, user: { data: { guid: manager.guid } } },
  };
  for (const [method, to, body] of [
    ['PATCH', path, { name: 'renamed' }],
    ['PATCH', `${path}/relationships/default_isolation_segment`, { data: null }],
    ['POST', '/v3/spaces', { name: 's', ...inside }],
    ['PATCH', `/v3/spaces/${space}`, { name: 'renamed' }],
    ['PATCH', `/v3/spaces/${space}/relationships/isolation_segment`, { data: null }],
    ['POST', '/v3/roles', role],
  ] as const) {
    assert.deepEqual(refusalOf(await asManager(method, to, body)), suspended, `${method} ${to}`);
  }
  expectStatus(await world.call('POST', '/v3/spaces', { body: { name: 's', ...inside } }), 201);
  expectStatus(await world.call('PATCH', path, { body: { suspended: false } }), 200);
  expectStatus(await asManager('PATCH', path, { name: 'renamed' }), 200);
});

test('deletion takes everything along and tells of each part in order', async () => {
  const guid = await world.organization('doomed');
  const [one, two] = [await world.space('one', guid), await world.space('two', guid)];
  const dora = await world.person('dora');
  await world.give('organization_user', dora.guid, guid);
  await world.give('space_developer', dora.guid, one);
  await world.give('space_auditor', dora.guid, two);
  await world.give('organization_auditor', dora.guid, guid);
  const path = `/v3/organizations/${guid}`;
  await world.call('PATCH', path, { body: { metadata: { labels: { doomed: 'yes' } } } });
  const told = await world.told(async () => {
    const reply = expectStatus(await world.call('DELETE', path), 202);
    assert.equal(reply.text, '');
    const location = reply.headers.get('location') ?? '';
    assert.ok(location.startsWith(`${world.url}/v3/jobs/`), location);
    const job = expectStatus(await world.call('GET', new URL(location).pathname), 200).json;
    assert.equal(job.state, 'COMPLETE');
    assert.equal(job.operation, 'organization.delete');
  });
  const recursive = { request: { recursive: true } };
  assert.deepEqual(
    told.map(({ type, target, space, organization, data }) => [type, target.name, space, organization, data]),
    [
      ['audit.user.space_developer_remove', 'dora', one, guid, { request: {} }],
      ['audit.space.delete-request', 'one', one, guid, recursive],
      ['audit.user.space_auditor_remove', 'dora', two, guid, { request: {} }],
      ['audit.space.delete-request', 'two', two, guid, recursive],
      ['audit.user.organization_auditor_remove', 'dora', null, guid, { request: {} }],
      ['audit.user.organization_user_remove', 'dora', null, guid, { request: {} }],
      ['audit.organization.delete-request', 'doomed', null, guid, recursive],
    ],
  );
  assert.deepEqual(await refused(world, 'GET', path), organizationNotFound);
  assert.deepEqual(await refused(world, 'DELETE', path), organizationNotFound);
  const left = await world.call('GET', `/v3/roles?user_guids=${dora.guid}`);
  assert.equal(left.json.pagination.total_results, 0);
  const again = await world.call('POST', '/v3/organizations', { body: { name: 'doomed' } });
  assert.deepEqual(expectStatus(again, 201).json.metadata.labels, {});
});

test('the default isolation segment can be read and cleared', async () => {
  const guid = await world.organization('isolated');
  const path = `/v3/organizations/${guid}/relationships/default_isolation_segment`;
  const nothing = { data: null, links: { self: { href: `${world.url}${path}` } } };
  assert.deepEqual((await world.call('GET', path)).json, nothing);
  const told = await world.told(async () => {
    assert.deepEqual((await world.call('PATCH', path, { body: { data: null } })).json, nothing);
  });
  assert.deepEqual(
    told.map(({ type, data }) => [type, data]),
    [['audit.organization.default_isolation_segment_update', { request: { data: null } }]],
  );
  assert.deepEqual(
    await refused(world, 'PATCH', path, { body: { data: { guid: 'x' } } }),
    unprocessable(
      "Unable to assign isolation segment with guid 'x'. Ensure it has been entitled to the organization.",
    ),
  );
});

test('users, domains and usage of an organization', async () => {
  const guid = await world.organization('with parts');
  const path = `/v3/organizations/${guid}`;
  const paula = await world.person('paula');
  await world.give('organization_billing_manager', paula.guid, guid);
  const users = (await world.call('GET', `${path}/users`)).json;
  assert.deepEqual(
    users.resources.map((user: { username: string }) => user.username),
    ['paula'],
  );
  assert.equal(users.pagination.first.href, `${world.url}${path}/users?page=1&per_page=50`);
  const domains = (await world.call('GET', `${path}/domains`)).json;
  const names = domains.resources.map((domain: { name: string }) => domain.name);
  assert.deepEqual(names, ['apps.localhost', 'apps.internal']);
  assert.equal((await world.call('GET', `${path}/domains/default`)).json.name, 'apps.localhost');
  const usage = (await world.call('GET', `${path}/usage_summary`)).json;
  assert.equal(usage.usage_summary.started_instances, 0);
  assert.equal(usage.usage_summary.domains, 0);
  assert.equal(usage.links.organization.href, `${world.url}${path}`);
});

test('what a reader may not see does not exist', async () => {
  const guid = await world.organization('hidden');
  const path = `/v3/organizations/${guid}`;
  for (const [method, to, body] of [
    ['GET', path],
    ['PATCH', path, { name: 'x' }],
    ['DELETE', path],
    ['GET', `${path}/users`],
    ['GET', `${path}/domains`],
    ['GET', `${path}/usage_summary`],
    ['GET', `${path}/relationships/default_isolation_segment`],
  ] as const) {
    const call = { token: manager.token, ...(body === undefined ? {} : { body }) };
    assert.deepEqual(await refused(world, method, to, call), organizationNotFound, `${method} ${to}`);
  }
  assert.deepEqual(await refused(world, 'GET', '/v3/organizations/no-such-guid'), organizationNotFound);
});

async function actorOf(): Promise<{ principal: string }> {
  const users = (await world.call('GET', '/v3/users?usernames=admin')).json.resources;
  return { principal: users[0].guid };
}
