// `/v3/organization_quotas`: limits as they are asked for and shown, to whom they apply, and what the log tells.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, refused, type World } from './world.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const collection = '/v3/organization_quotas';
const many = (...guids: string[]) => ({ data: guids.map((guid) => ({ guid })) });
const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];

async function make(body: object) {
  return expectStatus(await world.call('POST', collection, { body }), 201).json;
}

test('the default quota has the limits of the original', async () => {
  const { pagination, resources } = (await world.call('GET', `${collection}?names=DEFAULT`)).json;
  assert.equal(pagination.total_results, 1);
  const [{ guid, created_at, updated_at, ...quota }] = resources;
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(updated_at, created_at);
  assert.deepEqual(quota, {
    name: 'default',
    apps: {
      total_memory_in_mb: 10240,
      per_process_memory_in_mb: null,
      total_instances: null,
      per_app_tasks: null,
      log_rate_limit_in_bytes_per_second: null,
    },
    services: { paid_services_allowed: true, total_service_instances: 100, total_service_keys: null },
    routes: { total_routes: 1000, total_reserved_ports: 0 },
    domains: { total_domains: null },
    relationships: { organizations: { data: [] } },
    links: { self: { href: `${world.url}${collection}/${guid}` } },
  });
  const organization = await world.organization('unasked');
  const { relationships } = (await world.call('GET', `/v3/organizations/${organization}`)).json;
  assert.equal(relationships.quota.data.guid, guid);
});

test('a quota is made, applied at once, changed and deleted, each an event', async () => {
  const [one, two] = [await world.organization('one'), await world.organization('two')];
  const request = {
    name: 'small',
    apps: { total_memory_in_mb: 512, log_rate_limit_in_bytes_per_second: 1024 },
    services: { paid_services_allowed: false },
    domains: { total_domains: 2 },
    relationships: { organizations: many(one) },
  };
  let guid = '';
  const made = await world.told(async () => {
    const quota = await make(request);
    guid = quota.guid;
    assert.equal(quota.apps.total_memory_in_mb, 512);
    assert.equal(quota.apps.total_instances, null);
    assert.equal(quota.services.paid_services_allowed, false);
    assert.equal(quota.domains.total_domains, 2);
    assert.deepEqual(quota.relationships.organizations, many(one));
  });
  const target = { type: 'organization_quota', guid, name: 'small' };
  const told = (events: typeof made) =>
    events.map(({ type, target: of, space, organization, data }) => [type, of, space, organization, data]);
  assert.deepEqual(told(made), [
    ['audit.organization_quota.create', target, null, null, { request }],
    [
      'audit.organization_quota.apply',
      target,
      null,
      one,
      { organization_guid: one, organization_name: 'one' },
    ],
  ]);

  const path = `${collection}/${guid}`;
  const applied = await world.told(async () => {
    const reply = await world.call('POST', `${path}/relationships/organizations`, { body: many(two) });
    assert.deepEqual(expectStatus(reply, 200).json, {
      ...many(one, two),
      links: { self: { href: `${world.url}${path}/relationships/organizations` } },
    });
  });
  assert.deepEqual(told(applied), [
    [
      'audit.organization_quota.apply',
      target,
      null,
      two,
      { organization_guid: two, organization_name: 'two' },
    ],
  ]);
  const found = (await world.call('GET', `${collection}?organization_guids=${two},nobody`)).json.resources;
  assert.deepEqual(
    found.map((quota: { name: string }) => quota.name),
    ['small'],
  );

  const change = {
    name: 'smaller',
    apps: { total_memory_in_mb: null },
    services: { paid_services_allowed: null },
  };
  const changed = await world.told(async () => {
    const quota = expectStatus(await world.call('PATCH', path, { body: change }), 200).json;
    assert.equal(quota.apps.total_memory_in_mb, null);
    assert.equal(quota.apps.log_rate_limit_in_bytes_per_second, 1024);
    assert.equal(quota.services.paid_services_allowed, true);
  });
  const renamed = { ...target, name: 'smaller' };
  assert.deepEqual(told(changed), [
    ['audit.organization_quota.update', renamed, null, null, { request: change }],
  ]);

  const inUse =
    'This quota is applied to one or more organizations. Apply different quotas to those organizations before deleting.';
  assert.deepEqual(await refused(world, 'DELETE', path), unprocessable(inUse));
  const [standard] = (await world.call('GET', `${collection}?names=default`)).json.resources;
  const back = `${collection}/${standard.guid}/relationships/organizations`;
  expectStatus(await world.call('POST', back, { body: many(one, two) }), 200);
  const deleted = await world.told(async () => {
    const reply = expectStatus(await world.call('DELETE', path), 202);
    const job = (await world.call('GET', new URL(reply.headers.get('location') ?? '').pathname)).json;
    assert.deepEqual([job.operation, job.state], ['organization_quota.delete', 'COMPLETE']);
  });
  assert.deepEqual(told(deleted), [['audit.organization_quota.delete', renamed, null, null, {}]]);
  const gone = [404, 'CF-ResourceNotFound', 'Organization quota not found'];
  assert.deepEqual(await refused(world, 'GET', path), gone);
});

test('organizations that a reader does not see are not shown', async () => {
  const hidden = await world.organization('hidden');
  const shown = await world.organization('shown');
  const { guid } = await make({ name: 'seen', relationships: { organizations: many(hidden, shown) } });
  const reader = await world.person('reader');
  await world.give('organization_user', reader.guid, shown);
  const quota = (await world.call('GET', `${collection}/${guid}`, { token: reader.token })).json;
  assert.deepEqual(quota.relationships.organizations, many(shown));
  const byHidden = await world.call('GET', `${collection}?organization_guids=${hidden}`, {
    token: reader.token,
  });
  assert.deepEqual(byHidden.json.resources, []);
});

test('what is wrong is said in the words of the original', async () => {
  const { guid } = await make({ name: 'Taken' });
  const cases: readonly (readonly [body: object, detail: string])[] = [
    [{}, "Name must be a string, Name can't be blank"],
    [{ name: 'taken' }, "Organization Quota 'taken' already exists."],
    [{ name: 'n'.repeat(251) }, 'Name is too long (maximum is 250 characters)'],
    [{ name: 'x', colour: 1 }, "Unknown field(s): 'colour'"],
    [{ name: 'x', apps: 7 }, 'Apps must be an object'],
    [{ name: 'x', apps: { memory: 1 } }, "Apps Unknown field(s): 'memory'"],
    [
      { name: 'x', apps: { total_instances: -1, per_app_tasks: 1.5, total_memory_in_mb: '1' } },
      'Apps Total memory in mb is not a number, Apps Total instances must be greater than or equal to 0, ' +
        'Apps Per app tasks must be an integer',
    ],
    [
      { name: 'x', routes: { total_routes: 2 ** 31 } },
      'Routes Total routes must be less than or equal to 2147483647',
    ],
    [
      { name: 'x', services: { paid_services_allowed: 'yes' } },
      'Services Paid services allowed must be a boolean',
    ],
    [
      { name: 'x', routes: { total_routes: 1, total_reserved_ports: 2 } },
      'Total reserved ports must be -1, 0, or a positive integer, and must be less than or equal to total routes.',
    ],
    [
      { name: 'x', relationships: { organizations: many('no-such') } },
      'Organizations with guids ["no-such"] do not exist, or you do not have access to them.',
    ],
    [
      { name: 'x', relationships: { organizations: { data: {} } } },
      'Relationships Organizations must be structured like this: ' +
        '"organizations: {"data": [{"guid": "valid-guid"},{"guid": "valid-guid"}]}"',
    ],
  ];
  for (const [body, detail] of cases) {
    const told = await world.told(async () => {
      assert.deepEqual(await refused(world, 'POST', collection, { body }), unprocessable(detail));
    });
    assert.deepEqual(told, []);
  }
  const apply = `${collection}/${guid}/relationships/organizations`;
  const applications: readonly (readonly [body: object, detail: string])[] = [
    [{}, "Data can't be blank, Data must be an array"],
    [{ data: [{ guid: 1 }] }, 'Invalid data type: Data[0] guid should be a string.'],
    [many('no-such'), 'Organizations with guids ["no-such"] do not exist'],
  ];
  for (const [body, detail] of applications) {
    assert.deepEqual(await refused(world, 'POST', apply, { body }), unprocessable(detail));
  }
  const path = `${collection}/${guid}`;
  for (const [body, detail] of [
    [{ name: '' }, 'Name is too short (minimum is 1 character)'],
    [{ name: null }, 'Name must be a string, Name is too short (minimum is 1 character)'],
    [{ name: 'default' }, "Organization Quota 'default' already exists."],
  ] as const) {
    assert.deepEqual(await refused(world, 'PATCH', path, { body }), unprocessable(detail));
  }
});

test('without a default quota no organization is made', async () => {
  const [quota] = (await world.call('GET', `${collection}?names=default`)).json.resources;
  const path = `${collection}/${quota.guid}`;
  expectStatus(await world.call('PATCH', path, { body: { name: 'formerly default' } }), 200);
  const [status] = await refused(world, 'POST', '/v3/organizations', { body: { name: 'orphan' } });
  assert.equal(status, 404);
  expectStatus(await world.call('PATCH', path, { body: { name: 'default' } }), 200);
  await world.organization('orphan');
});
