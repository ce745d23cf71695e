// `/v2/quota_definitions` and `/v2/space_quota_definitions`: what V3 calls quotas, with -1 for no limit.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const quotas = '/v2/quota_definitions';
const spaceQuotas = '/v2/space_quota_definitions';

/** What a request must name. */
const least = {
  name: 'small',
  non_basic_services_allowed: false,
  total_services: 1,
  total_routes: 2,
  memory_limit: 512,
};

async function failure(method: string, path: string, body?: object) {
  const reply = await world.call(method, path, body === undefined ? {} : { body });
  const { error_code, description } = reply.json;
  return [reply.status, error_code, description];
}

test('the default quota, as cf org reads it', async () => {
  const guid = await world.organization('acme');
  const { entity } = (await world.call('GET', `/v2/organizations/${guid}`)).json;
  const quota = expectStatus(await world.call('GET', entity.quota_definition_url), 200).json;
  assert.deepEqual(quota.entity, {
    name: 'default',
    non_basic_services_allowed: true,
    total_services: 100,
    total_routes: 1000,
    total_private_domains: -1,
    memory_limit: 10240,
    trial_db_allowed: false,
    instance_memory_limit: -1,
    app_instance_limit: -1,
    app_task_limit: -1,
    total_service_keys: -1,
    total_reserved_route_ports: 0,
  });
  assert.equal(quota.metadata.url, `${quotas}/${entity.quota_definition_guid}`);
  const list = (await world.call('GET', `${quotas}?q=name:DEFAULT`)).json;
  assert.deepEqual([list.total_results, list.resources[0].metadata.guid], [1, quota.metadata.guid]);
  const inline = (await world.call('GET', '/v2/organizations?q=name:acme&inline-relations-depth=1')).json;
  assert.equal(inline.resources[0].entity.quota_definition.entity.name, 'default');
});

test('V2 changes quotas of organizations with the events of V3', async () => {
  let guid = '';
  const told = await world.told(async () => {
    const made = expectStatus(await world.call('POST', quotas, { body: { ...least, odd: 1 } }), 201).json;
    guid = made.metadata.guid;
    assert.deepEqual(
      [made.entity.memory_limit, made.entity.app_task_limit, made.entity.non_basic_services_allowed],
      [512, -1, false],
    );
    const body = { memory_limit: -1, total_private_domains: 3 };
    const changed = expectStatus(await world.call('PUT', `${quotas}/${guid}`, { body }), 201).json;
    assert.deepEqual(
      [changed.entity.memory_limit, changed.entity.total_private_domains, changed.entity.total_routes],
      [-1, 3, 2],
    );
    expectStatus(await world.call('DELETE', `${quotas}/${guid}`), 204);
  });
  const request = {
    ...least,
    total_service_keys: -1,
    total_private_domains: -1,
    instance_memory_limit: -1,
    app_instance_limit: -1,
    app_task_limit: -1,
    total_reserved_route_ports: 0,
  };
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target.guid, data]),
    [
      ['audit.organization_quota.create', guid, { request }],
      ['audit.organization_quota.update', guid, { request: { memory_limit: -1, total_private_domains: 3 } }],
      ['audit.organization_quota.delete', guid, {}],
    ],
  );
});

test('V2 changes, applies and takes off quotas of spaces with the events of V3', async () => {
  const organization = await world.organization('owner');
  const space = await world.space('bounded', organization);
  let guid = '';
  const told = await world.told(async () => {
    const body = { ...least, organization_guid: organization };
    const made = expectStatus(await world.call('POST', spaceQuotas, { body }), 201).json;
    guid = made.metadata.guid;
    assert.deepEqual(made.entity, {
      name: 'small',
      organization_guid: organization,
      non_basic_services_allowed: false,
      total_services: 1,
      total_routes: 2,
      memory_limit: 512,
      instance_memory_limit: -1,
      app_instance_limit: -1,
      app_task_limit: 5,
      total_service_keys: -1,
      total_reserved_route_ports: -1,
      organization_url: `/v2/organizations/${organization}`,
      spaces_url: `${spaceQuotas}/${guid}/spaces`,
    });
    const spaces = `${spaceQuotas}/${guid}/spaces`;
    expectStatus(await world.call('PUT', `${spaces}/${space}`), 201);
    assert.equal((await world.call('GET', spaces)).json.resources[0].metadata.guid, space);
    const { entity } = (await world.call('GET', `/v2/spaces/${space}`)).json;
    assert.equal(entity.space_quota_definition_url, `${spaceQuotas}/${guid}`);
    for (const _ of ['once', 'again']) expectStatus(await world.call('DELETE', `${spaces}/${space}`), 204);
    expectStatus(await world.call('PUT', `${spaces}/${space}`), 201);
    expectStatus(await world.call('PUT', `${spaceQuotas}/${guid}`, { body: { name: 'smaller' } }), 201);
    expectStatus(await world.call('DELETE', `${spaceQuotas}/${guid}`), 204);
  });
  assert.deepEqual(
    told.map(({ type, target, space: where }) => [type, target.guid, where]),
    [
      ['audit.space_quota.create', guid, null],
      ['audit.space_quota.apply', guid, space],
      ['audit.space_quota.remove', guid, space],
      ['audit.space_quota.apply', guid, space],
      ['audit.space_quota.update', guid, null],
      ['audit.space_quota.remove', guid, space],
      ['audit.space_quota.delete', guid, null],
    ],
  );
  const ofOrganization = `/v2/organizations/${organization}/space_quota_definitions`;
  assert.equal((await world.call('GET', ofOrganization)).json.total_results, 0);
});

test('what is wrong is answered with the errors of V2', async () => {
  const organization = await world.organization('refusing');
  const owned = { ...least, organization_guid: organization };
  expectStatus(await world.call('POST', quotas, { body: { ...least, name: 'Taken' } }), 201);
  expectStatus(await world.call('POST', spaceQuotas, { body: { ...owned, name: 'Taken' } }), 201);
  const ports = 'Total reserved ports must be -1, 0, or a positive integer';
  const missing = 'Request invalid due to parse error: Field: name, Error: Missing field name';
  const { name: _, ...nameless } = least;
  const cases: readonly (readonly [path: string, body: object, refusal: readonly unknown[]])[] = [
    [quotas, nameless, [400, 'CF-MessageParseError', missing]],
    [
      quotas,
      { ...least, memory_limit: '1' },
      [
        400,
        'CF-MessageParseError',
        'Request invalid due to parse error: Field: memory_limit, Error: Expected instance of Integer, given an instance of String',
      ],
    ],
    [
      quotas,
      { ...least, name: 'taken' },
      [400, 'CF-QuotaDefinitionNameTaken', 'Quota Definition is taken: taken'],
    ],
    [
      quotas,
      { ...least, memory_limit: -2 },
      [400, 'CF-QuotaDefinitionInvalid', 'Quota Definition is invalid: memory_limit invalid_memory_limit'],
    ],
    [
      quotas,
      { ...least, total_reserved_route_ports: 3 },
      [
        400,
        'CF-QuotaDefinitionInvalid',
        `Quota Definition is invalid: ${ports}, and must be less than or equal to total routes.`,
      ],
    ],
    [
      spaceQuotas,
      { ...owned, name: 'taken' },
      [400, 'CF-SpaceQuotaDefinitionNameTaken', 'The space quota definition name is taken: taken'],
    ],
  ];
  for (const [path, body, refusal] of cases) {
    assert.deepEqual(await failure('POST', path, body), refusal);
  }
  assert.deepEqual(await failure('GET', `${quotas}/x`), [
    404,
    'CF-QuotaDefinitionNotFound',
    'Quota Definition could not be found: x',
  ]);
  assert.deepEqual(await failure('GET', `${spaceQuotas}/x`), [
    404,
    'CF-SpaceQuotaDefinitionNotFound',
    'Space Quota Definition could not be found: x',
  ]);
  const { entity } = (await world.call('GET', `/v2/organizations/${organization}`)).json;
  assert.deepEqual(await failure('DELETE', entity.quota_definition_url), [
    400,
    'CF-AssociationNotEmpty',
    'Please delete the organization associations for your quota definition.',
  ]);
});

test('only admins change quotas of organizations, managers those of their spaces', async () => {
  const organization = await world.organization('managed');
  const manager = await world.person('manager');
  await world.give('organization_manager', manager.guid, organization);
  const token = manager.token;
  assert.equal((await world.call('POST', quotas, { body: { ...least, name: 'mine' }, token })).status, 403);
  assert.equal((await world.call('GET', quotas, { token })).status, 200);
  const body = { ...least, organization_guid: organization };
  const made = expectStatus(await world.call('POST', spaceQuotas, { body, token }), 201).json;
  const stranger = await world.person('stranger');
  const path = `${spaceQuotas}/${made.metadata.guid}`;
  assert.equal((await world.call('GET', path, { token: stranger.token })).status, 403);
  assert.equal((await world.call('GET', spaceQuotas, { token: stranger.token })).json.total_results, 0);
});
