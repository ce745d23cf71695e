import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';
import { refusedV2, tales } from './told.ts';

let world: World;
let acme: string;
let dev: string;

before(async () => {
  world = await openWorld();
  acme = await world.organization('acme');
  dev = await world.space('dev', acme);
});

after(() => world.stop());

const path = (guid: string) => `/v2/users/${guid}`;

test('a user is made of a guid, once', async () => {
  let reply = await world.call('GET', '/v2/info');
  const told = await world.told(async () => {
    reply = await world.call('POST', '/v2/users', { body: { guid: 'machine' } });
  });
  const { metadata, entity } = expectStatus(reply, 201).json;
  assert.equal(reply.headers.get('location'), '/v2/users/machine');
  assert.deepEqual([metadata.guid, metadata.url], ['machine', '/v2/users/machine']);
  assert.deepEqual([entity.admin, entity.active, entity.default_space_guid], [false, false, null]);
  assert.deepEqual(tales(told), [['audit.user.create', '', { request: { guid: 'machine' } }]]);
  const again = await world.call('POST', '/v2/users', { body: { guid: 'machine' } });
  assert.deepEqual(refusedV2(again), [400, 'CF-UaaIdTaken', 20002, 'The UAA ID is taken: machine']);
  const parse = 'Request invalid due to parse error: Field: guid, Error: Missing field guid';
  assert.deepEqual(refusedV2(await world.call('POST', '/v2/users', { body: {} })), [
    400,
    'CF-MessageParseError',
    1001,
    parse,
  ]);
  assert.deepEqual(refusedV2(await world.call('POST', '/v2/users', { body: { guid: ' ' } })), [
    400,
    'CF-UserInvalid',
    20001,
    'The user info is invalid: guid presence',
  ]);
});

test('an admin is shown as one, with the name of the account', async () => {
  const { resources } = expectStatus(await world.call('GET', '/v2/users'), 200).json;
  const admin = resources.find((each: { entity: { username?: string } }) => each.entity.username === 'admin');
  assert.deepEqual([admin.entity.admin, admin.entity.active], [true, true]);
});

test('lists of places bring the roles of a user to what was sent, each told of', async () => {
  const { guid } = await world.person('ann');
  const space = await world.space('stage', acme);
  const first = { organization_guids: [acme], space_guids: [dev], default_space_guid: dev };
  const given = await world.told(async () => {
    const { entity } = expectStatus(await world.call('PUT', path(guid), { body: first }), 201).json;
    assert.deepEqual([entity.default_space_guid, entity.default_space_url], [dev, `/v2/spaces/${dev}`]);
  });
  assert.deepEqual(tales(given), [
    ['audit.user.organization_user_add', 'ann', { request: first }],
    ['audit.user.space_developer_add', 'ann', { request: first }],
    ['audit.user.update', 'ann', { request: first }],
  ]);
  const second = { space_guids: [space], managed_space_guids: [space], audited_organization_guids: [] };
  const changed = await world.told(() => world.call('PUT', path(guid), { body: second }));
  assert.deepEqual(tales(changed), [
    ['audit.user.space_manager_add', 'ann', { request: second }],
    ['audit.user.space_developer_add', 'ann', { request: second }],
    ['audit.user.space_developer_remove', 'ann', { request: second }],
    ['audit.user.update', 'ann', { request: second }],
  ]);
  for (const [body, model] of [
    [{ space_guids: ['none'] }, 'Space'],
    [{ organization_guids: ['none'] }, 'Organization'],
    [{ default_space_guid: 'none' }, 'Space'],
  ] as const) {
    assert.deepEqual(refusedV2(await world.call('PUT', path(guid), { body })), [
      400,
      'CF-InvalidRelation',
      1002,
      `Could not find VCAP::CloudController::${model} with guid: none`,
    ]);
  }
});

test('the default space goes with the space', async () => {
  const room = await world.space('room', acme);
  const body = { guid: 'tenant', default_space_guid: room };
  expectStatus(await world.call('POST', '/v2/users', { body }), 201);
  expectStatus(await world.call('DELETE', `/v2/spaces/${room}`), 204);
  const { entity } = (await world.call('GET', path('tenant'))).json;
  assert.equal(entity.default_space_guid, null);
  assert.ok(!('default_space_url' in entity));
});

test('a user goes at once or by a job; every role is told of', async () => {
  const { guid } = await world.person('ben');
  await world.give('organization_user', guid, acme);
  await world.give('space_auditor', guid, dev);
  const told = await world.told(async () => {
    const job = expectStatus(await world.call('DELETE', `${path(guid)}?async=true`), 202).json;
    assert.equal(job.entity.status, 'finished');
  });
  assert.deepEqual(tales(told), [
    ['audit.user.space_auditor_remove', 'ben', { request: {} }],
    ['audit.user.organization_user_remove', 'ben', { request: {} }],
    ['audit.user.delete', 'ben', { request: {} }],
  ]);
  assert.deepEqual(refusedV2(await world.call('DELETE', path(guid))), [
    404,
    'CF-UserNotFound',
    20003,
    `The user could not be found: ${guid}`,
  ]);
  expectStatus(await world.call('POST', '/v2/users', { body: { guid: 'brief' } }), 201);
  expectStatus(await world.call('DELETE', path('brief')), 204);
});

test('users know themselves; all of them only admins and those who read like them', async () => {
  const [cat, dan] = [await world.person('cat'), await world.person('dan')];
  const reader = await world.person('reader', ['cloud_controller.admin_read_only']);
  const auditor = await world.person('global auditor', ['cloud_controller.global_auditor']);
  const status = async (of: string, token: string) => (await world.call('GET', of, { token })).status;
  for (const below of ['', '/summary', '/organizations', '/managed_spaces']) {
    assert.equal(await status(`${path(cat.guid)}${below}`, cat.token), 200);
    assert.equal(await status(`${path(cat.guid)}${below}`, dan.token), 403);
    assert.equal(await status(`${path(cat.guid)}${below}`, reader.token), 200);
    assert.equal(await status(`${path(cat.guid)}${below}`, auditor.token), 403);
  }
  assert.equal(await status('/v2/users', cat.token), 403);
  assert.equal(await status('/v2/users', reader.token), 200);
});

test('a summary holds every place of a user, and what is in the organizations', async () => {
  const home = await world.organization('home');
  const room = await world.space('room', home);
  const eve = await world.person('eve');
  await world.give('organization_user', eve.guid, home);
  await world.give('organization_manager', eve.guid, home);
  await world.give('space_developer', eve.guid, room);
  const { metadata, entity } = (await world.call('GET', `${path(eve.guid)}/summary`)).json;
  assert.deepEqual(Object.keys(metadata), ['guid', 'created_at', 'updated_at']);
  assert.deepEqual(Object.keys(entity), [
    'organizations',
    'managed_organizations',
    'billing_managed_organizations',
    'audited_organizations',
    'spaces',
    'managed_spaces',
    'audited_spaces',
  ]);
  const [organization] = entity.organizations;
  assert.deepEqual(entity.managed_organizations, [organization]);
  assert.deepEqual(entity.audited_organizations, []);
  const { name, billing_enabled: billing, status, spaces, managers } = organization.entity;
  assert.deepEqual([name, billing, status], ['home', false, 'active']);
  assert.deepEqual(
    [spaces, managers].map((all) => all.map((each: { metadata: { guid: string } }) => each.metadata.guid)),
    [[room], [eve.guid]],
  );
  assert.equal(managers[0].entity.username, 'eve');
  assert.deepEqual(entity.spaces, spaces);
});
