import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { organizationRoles, spaceRoles } from '../../../src/identity/role.ts';
import { expectStatus, openWorld, refused, roleBody, type World } from './world.ts';

let world: World;
let acme: string;
let dev: string;

before(async () => {
  world = await openWorld();
  acme = await world.organization('acme');
  dev = await world.space('dev', acme);
});

after(() => world.stop());

const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];
const outsider = unprocessable(
  "Users cannot be assigned roles in a space if they do not have a role in that space's organization.",
);
const post = (type: string, user: object, place: string) =>
  world.call('POST', '/v3/roles', { body: roleBody(type, user, place) });

for (const type of [...organizationRoles, ...spaceRoles]) {
  test(`${type}: given and taken away, with an event for each`, async () => {
    const name = `user of ${type}`;
    const { guid: user } = await world.person(name);
    const inSpace = type.startsWith('space');
    const place = inSpace ? dev : acme;
    if (inSpace) await world.give('organization_user', user, acme);
    const body = roleBody(type, { guid: user }, place);
    let reply = await world.call('GET', '/v3/roles');
    const added = await world.told(async () => {
      reply = expectStatus(await world.call('POST', '/v3/roles', { body }), 201);
    });
    const made = reply.json;
    const self = `${world.url}/v3/roles/${made.guid}`;
    assert.deepEqual(made, {
      guid: made.guid,
      created_at: made.created_at,
      updated_at: made.created_at,
      type,
      relationships: {
        user: { data: { guid: user } },
        organization: { data: inSpace ? null : { guid: acme } },
        space: { data: inSpace ? { guid: dev } : null },
      },
      links: {
        self: { href: self },
        user: { href: `${world.url}/v3/users/${user}` },
        ...(inSpace
          ? { space: { href: `${world.url}/v3/spaces/${dev}` } }
          : { organization: { href: `${world.url}/v3/organizations/${acme}` } }),
      },
    });
    assert.deepEqual((await world.call('GET', `/v3/roles/${made.guid}`)).json, made);
    const removed = await world.told(async () => {
      const answer = expectStatus(await world.call('DELETE', `/v3/roles/${made.guid}`), 202);
      const job = await world.call('GET', new URL(answer.headers.get('location') ?? '').pathname);
      assert.deepEqual([job.json.operation, job.json.state], ['role.delete', 'COMPLETE']);
    });
    const common = {
      target: { type: 'user', guid: user, name },
      space: inSpace ? dev : null,
      organization: acme,
    };
    assert.deepEqual(
      [...added, ...removed].map(({ actor: _, ...event }) => event),
      [
        { type: `audit.user.${type}_add`, ...common, data: { request: body } },
        { type: `audit.user.${type}_remove`, ...common, data: { request: {} } },
      ],
    );
    const gone = [404, 'CF-ResourceNotFound', 'Role not found'];
    assert.deepEqual(await refused(world, 'GET', `/v3/roles/${made.guid}`), gone);
    assert.deepEqual(await refused(world, 'DELETE', `/v3/roles/${made.guid}`), gone);
  });
}

test('a duplicate is refused in the words that clients match, and leaves no event', async () => {
  const bob = await world.person('bob');
  await world.give('organization_auditor', bob.guid, acme);
  await world.give('space_auditor', bob.guid, dev);
  const told = await world.told(async () => {
    assert.deepEqual(
      await refused(world, 'POST', '/v3/roles', {
        body: roleBody('organization_auditor', { guid: bob.guid }, acme),
      }),
      unprocessable("User 'bob' already has 'organization_auditor' role in organization 'acme'."),
    );
    assert.deepEqual(
      await refused(world, 'POST', '/v3/roles', {
        body: roleBody('space_auditor', { username: 'bob' }, dev),
      }),
      unprocessable("User 'bob' already has 'space_auditor' role in space 'dev'."),
    );
  });
  assert.deepEqual(told, []);
});

test('a user is found by name, with or without the origin', async () => {
  const carl = await world.person('Carl');
  const first = expectStatus(await post('organization_user', { username: 'carl' }, acme), 201).json;
  assert.equal(first.relationships.user.data.guid, carl.guid);
  const named = { username: 'Carl', origin: 'uaa' };
  expectStatus(await post('space_developer', named, dev), 201);
  const body = (user: object, type = 'organization_user', place = acme) => ({
    body: roleBody(type, user, place),
  });
  assert.deepEqual(
    await refused(world, 'POST', '/v3/roles', body({ username: 'nobody' })),
    unprocessable("No user exists with the username 'nobody'."),
  );
  assert.deepEqual(
    await refused(world, 'POST', '/v3/roles', body({ username: 'carl', origin: 'ldap' })),
    unprocessable("No user exists with the username 'carl' and origin 'ldap'."),
  );
  assert.deepEqual(
    await refused(world, 'POST', '/v3/roles', body({ username: 'nobody' }, 'space_auditor', dev)),
    outsider,
  );
});

test('a role in a space needs a role in its organization', async () => {
  const olga = await world.person('olga');
  const ask = { body: roleBody('space_developer', { guid: olga.guid }, dev) };
  assert.deepEqual(await refused(world, 'POST', '/v3/roles', ask), outsider);
  await world.give('organization_billing_manager', olga.guid, acme);
  expectStatus(await world.call('POST', '/v3/roles', ask), 201);
});

test('places that do not exist are named', async () => {
  const user = { guid: 'whoever' };
  assert.deepEqual(
    await refused(world, 'POST', '/v3/roles', { body: roleBody('organization_user', user, 'nowhere') }),
    unprocessable('Invalid organization. Ensure that the organization exists and you have access to it.'),
  );
  assert.deepEqual(
    await refused(world, 'POST', '/v3/roles', { body: roleBody('space_auditor', user, 'nowhere') }),
    unprocessable('Invalid space. Ensure that the space exists and you have access to it.'),
  );
});

test('a client that is nobody yet becomes a user with its first role', async () => {
  const body = roleBody('organization_user', { guid: 'exporter' }, acme);
  const told = await world.told(() => world.call('POST', '/v3/roles', { body }));
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target.guid, data]),
    [
      ['audit.user.create', 'exporter', { request: null }],
      ['audit.user.organization_user_add', 'exporter', { request: body }],
    ],
  );
});

test('membership of an organization outlives no role in its spaces', async () => {
  const mia = await world.person('mia');
  const member = await world.give('organization_user', mia.guid, acme);
  const developer = await world.give('space_developer', mia.guid, dev);
  assert.deepEqual(
    await refused(world, 'DELETE', `/v3/roles/${member}`),
    unprocessable(
      'Cannot delete organization_user role while user has roles in spaces in that organization.',
    ),
  );
  expectStatus(await world.call('DELETE', `/v3/roles/${developer}`), 202);
  expectStatus(await world.call('DELETE', `/v3/roles/${member}`), 202);
});

test('a role counts no more from the moment at which its removal was answered', async () => {
  const ria = await world.person('ria');
  const role = await world.give('organization_manager', ria.guid, acme);
  const path = `/v3/organizations/${acme}`;
  expectStatus(await world.call('GET', path, { token: ria.token }), 200);
  expectStatus(await world.call('DELETE', `/v3/roles/${role}`), 202);
  expectStatus(await world.call('GET', path, { token: ria.token }), 404);
});

test('lists are filtered by place, user and type, and include what they point to', async () => {
  const other = await world.organization('other');
  const stage = await world.space('stage', other);
  const zoe = await world.person('zoe');
  await world.give('organization_user', zoe.guid, other);
  await world.give('organization_manager', zoe.guid, other);
  await world.give('space_manager', zoe.guid, stage);
  const types = async (query: string): Promise<string[]> =>
    (await world.call('GET', `/v3/roles?${query}`)).json.resources.map((role: { type: string }) => role.type);
  assert.deepEqual(await types(`organization_guids=${other}`), ['organization_user', 'organization_manager']);
  assert.deepEqual(await types(`space_guids=${stage}`), ['space_manager']);
  assert.deepEqual(await types(`user_guids=${zoe.guid}&types=organization_user,space_manager`), [
    'organization_user',
    'space_manager',
  ]);
  assert.deepEqual(await types(`user_guids=${zoe.guid}&order_by=-created_at&per_page=1`), ['space_manager']);
  assert.deepEqual(await types('space_guids='), [], 'roles in organizations are in no space');
  const query = `user_guids=${zoe.guid}&include=user,organization,space`;
  const { included } = (await world.call('GET', `/v3/roles?${query}`)).json;
  assert.deepEqual(
    included.users.map((user: { presentation_name: string }) => user.presentation_name),
    ['zoe'],
  );
  assert.deepEqual(
    [included.organizations, included.spaces].map((all) => all.map((each: { name: string }) => each.name)),
    [['other'], ['stage']],
  );
  const { token } = zoe;
  const seen = (await world.call('GET', '/v3/roles', { token })).json.resources;
  assert.equal(seen.length, 3, 'a manager sees the roles in the organization and its spaces');
});

test('names can be switched off, but for admins; guids go on working', async () => {
  const place = await world.organization('nameless');
  const manager = await world.person('nameless manager');
  const named = await world.person('nameless user');
  await world.give('organization_manager', manager.guid, place);
  const { token } = manager;
  const by = (type: string, user: object, where = place) => ({ token, body: roleBody(type, user, where) });
  const flag = (enabled: boolean) =>
    world.call('PATCH', '/v3/feature_flags/set_roles_by_username', { body: { enabled } });
  expectStatus(await flag(false), 200);
  const space = await world.space('nameless', place);
  const disabled = [403, 'CF-FeatureDisabled', 'Feature Disabled: set_roles_by_username'];
  const username = { username: named.name };
  const auditor = by('organization_auditor', username);
  assert.deepEqual(await refused(world, 'POST', '/v3/roles', auditor), disabled);
  const nobodysName = by('organization_auditor', { username: 'of nobody' });
  assert.deepEqual(await refused(world, 'POST', '/v3/roles', nobodysName), disabled);
  expectStatus(await world.call('POST', '/v3/roles', by('organization_user', { guid: named.guid })), 201);
  const developer = by('space_developer', username, space);
  assert.deepEqual(await refused(world, 'POST', '/v3/roles', developer), disabled);
  expectStatus(await world.call('POST', '/v3/roles', { body: auditor.body }), 201);
  expectStatus(await flag(true), 200);
  expectStatus(await world.call('POST', '/v3/roles', developer), 201);
});
