import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type Person, refused, type World } from './world.ts';

let world: World;
let acme: string;
let ann: Person;

before(async () => {
  world = await openWorld();
  acme = await world.organization('acme');
  ann = await world.person('ann');
});

after(() => world.stop());

const userNotFound = [404, 'CF-ResourceNotFound', 'User not found'];
const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];
const names = (reply: { json: { resources: { presentation_name: string }[] } }) =>
  reply.json.resources.map((user) => user.presentation_name);

test('a user of an account has its name; one of a guid alone is called by the guid', async () => {
  const shown = (await world.call('GET', `/v3/users/${ann.guid}`)).json;
  assert.deepEqual(shown, {
    guid: ann.guid,
    created_at: shown.created_at,
    updated_at: shown.updated_at,
    username: 'ann',
    presentation_name: 'ann',
    origin: 'uaa',
    metadata: { labels: {}, annotations: {} },
    links: { self: { href: `${world.url}/v3/users/${ann.guid}` } },
  });
  const body = { guid: 'some/client', metadata: { labels: { kind: 'robot' } } };
  let reply = await world.call('GET', '/v3/users');
  const told = await world.told(async () => {
    reply = expectStatus(await world.call('POST', '/v3/users', { body }), 201);
  });
  const made = reply.json;
  assert.deepEqual(
    [made.username, made.origin, made.presentation_name, made.metadata.labels],
    [null, null, 'some/client', { kind: 'robot' }],
  );
  assert.equal(made.links.self.href, `${world.url}/v3/users/some%2Fclient`);
  assert.deepEqual(
    told.map(({ type, target, space, organization, data }) => [type, target, space, organization, data]),
    [['audit.user.create', { type: 'user', guid: 'some/client', name: '' }, null, null, { request: body }]],
  );
});

test('the same user cannot be created twice', async () => {
  assert.deepEqual(
    await refused(world, 'POST', '/v3/users', { body: { guid: ann.guid } }),
    unprocessable(`User with guid '${ann.guid}' already exists.`),
  );
});

test('an update changes labels and tells of the body', async () => {
  const body = { metadata: { labels: { team: 'red' } } };
  const told = await world.told(async () => {
    const changed = await world.call('PATCH', `/v3/users/${ann.guid}`, { body });
    assert.deepEqual(expectStatus(changed, 200).json.metadata.labels, { team: 'red' });
  });
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target.name, data]),
    [['audit.user.update', 'ann', { request: body }]],
  );
});

test('deletion tells of every role that is lost', async () => {
  const dora = await world.person('dora');
  const space = await world.space('dev', acme);
  await world.give('organization_user', dora.guid, acme);
  await world.give('space_developer', dora.guid, space);
  const told = await world.told(async () => {
    const reply = expectStatus(await world.call('DELETE', `/v3/users/${dora.guid}`), 202);
    const job = await world.call('GET', new URL(reply.headers.get('location') ?? '').pathname);
    assert.deepEqual([job.json.operation, job.json.state], ['user.delete', 'COMPLETE']);
  });
  assert.deepEqual(
    told.map(({ type, target, space: at, organization, data }) => [
      type,
      target.name,
      at,
      organization,
      data,
    ]),
    [
      ['audit.user.space_developer_remove', 'dora', space, acme, { request: {} }],
      ['audit.user.organization_user_remove', 'dora', null, acme, { request: {} }],
      ['audit.user.delete', 'dora', null, null, { request: {} }],
    ],
  );
  assert.deepEqual(await refused(world, 'GET', `/v3/users/${dora.guid}`), userNotFound);
  assert.deepEqual(await refused(world, 'DELETE', `/v3/users/${dora.guid}`), userNotFound);
});

test('people see themselves and those of their organizations; only admins change anybody', async () => {
  const [bea, cleo] = [await world.person('bea'), await world.person('cleo')];
  const { token } = bea;
  assert.deepEqual(names(await world.call('GET', '/v3/users', { token })), ['bea']);
  assert.deepEqual(await refused(world, 'GET', `/v3/users/${cleo.guid}`, { token }), userNotFound);
  await world.give('organization_user', bea.guid, acme);
  await world.give('organization_auditor', cleo.guid, acme);
  assert.deepEqual(names(await world.call('GET', '/v3/users', { token })).sort(), ['bea', 'cleo']);
  const path = `/v3/users/${cleo.guid}`;
  expectStatus(await world.call('GET', path, { token }), 200);
  for (const [method, to, body] of [
    ['PATCH', path, { metadata: {} }],
    ['DELETE', path, {}],
    ['POST', '/v3/users', { guid: 'x' }],
  ] as const) {
    assert.equal((await refused(world, method, to, { token, body }))[0], 403, `${method} ${to}`);
  }
});

test('lists are filtered by names, parts of names, origins, guids and labels', async () => {
  const hans = await world.person('Hans.Huber');
  const find = async (query: string) => names(await world.call('GET', `/v3/users?${query}`));
  assert.deepEqual(await find('usernames=hans.huber'), ['Hans.Huber'], 'user names ignore letter case');
  assert.deepEqual(await find('usernames=hans'), []);
  assert.deepEqual(await find('partial_usernames=HUB,nobody'), ['Hans.Huber']);
  assert.deepEqual(await find('usernames=Hans.Huber&origins=uaa'), ['Hans.Huber']);
  assert.deepEqual(await find('usernames=Hans.Huber&origins=ldap'), []);
  assert.deepEqual(await find(`guids=${hans.guid}`), ['Hans.Huber']);
  await world.call('PATCH', `/v3/users/${hans.guid}`, { body: { metadata: { labels: { desk: '7' } } } });
  assert.deepEqual(await find('label_selector=desk%3D7'), ['Hans.Huber']);
  const bad = 'The query parameter is invalid: ';
  assert.deepEqual(await refused(world, 'GET', '/v3/users?origins=uaa'), [
    400,
    'CF-BadQueryParameter',
    `${bad}Origins filter cannot be provided without usernames or partial_usernames filter.`,
  ]);
  assert.equal((await refused(world, 'GET', '/v3/users?usernames=a&partial_usernames=b'))[0], 400);
});
