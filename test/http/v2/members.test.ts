// Roles of V2, under organizations, spaces and users, by guid and by name: what is answered and what is told.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemDoer } from '../../../src/identity/principal.ts';
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

const organizationLists = {
  users: ['organization_user', 'organizations'],
  managers: ['organization_manager', 'managed_organizations'],
  billing_managers: ['organization_billing_manager', 'billing_managed_organizations'],
  auditors: ['organization_auditor', 'audited_organizations'],
} as const;

const spaceLists = {
  developers: ['space_developer', 'spaces'],
  managers: ['space_manager', 'managed_spaces'],
  auditors: ['space_auditor', 'audited_spaces'],
} as const;

/** Guids of what a list shows. */
async function shown(path: string): Promise<string[]> {
  const { resources } = expectStatus(await world.call('GET', path), 200).json;
  return resources.map((resource: { metadata: { guid: string } }) => resource.metadata.guid);
}

for (const [list, [type, places]] of Object.entries(organizationLists)) {
  test(`organization ${list}: from both sides, by guid and by name`, async () => {
    const name = `one of the ${list}`;
    const { guid: user } = await world.person(name);
    const path = `/v2/organizations/${acme}/${list}`;
    const body = { username: name };
    const added = (request: object | null) => [`audit.user.${type}_add`, name, { request }];
    const removed = (request: object | null) => [`audit.user.${type}_remove`, name, { request }];
    const told = await world.told(async () => {
      const one = expectStatus(await world.call('PUT', `${path}/${user}`), 201).json;
      assert.equal(one.metadata.guid, acme);
      expectStatus(await world.call('PUT', path, { body }), 201);
      assert.deepEqual(
        (await shown(path)).filter((guid) => guid === user),
        [user],
      );
      assert.deepEqual(await shown(`/v2/users/${user}/${places}`), [acme]);
      expectStatus(await world.call('DELETE', `${path}/${user}`), 204);
      assert.ok(!(await shown(path)).includes(user));
      const first = expectStatus(await world.call('PUT', `/v2/users/${user}/${places}/${acme}`), 201).json;
      assert.equal(first.metadata.guid, user);
      expectStatus(await world.call('DELETE', path, { body }), 204);
      expectStatus(await world.call('POST', `${path}/remove`, { body: { ...body, origin: 'uaa' } }), 204);
      expectStatus(await world.call('DELETE', `/v2/users/${user}/${places}/${acme}`), 204);
    });
    const relation = { verb: 'remove', relation: list, related_guid: user };
    const request = { [list.slice(0, -1)]: user, ...relation };
    assert.deepEqual(tales(told), [
      added(null),
      added(null),
      ['audit.organization.update', 'acme', { request }],
      removed({}),
      added({}),
      removed(null),
      removed(null),
      removed({}),
    ]);
    assert.ok(told.every((event) => event.organization === acme && event.space === null));
  });
}

for (const [list, [type, places]] of Object.entries(spaceLists)) {
  test(`space ${list}: from both sides, by guid and by name`, async () => {
    const name = `one of the ${list}`;
    const { guid: user } = await world.person(`space ${name}`);
    await world.give('organization_user', user, acme);
    const path = `/v2/spaces/${dev}/${list}`;
    const body = { username: `space ${name}` };
    const event = (verb: string, request: object | null) => [
      `audit.user.${type}_${verb}`,
      body.username,
      { request },
    ];
    const told = await world.told(async () => {
      assert.equal(expectStatus(await world.call('PUT', `${path}/${user}`), 201).json.metadata.guid, dev);
      expectStatus(await world.call('PUT', path, { body }), 201);
      assert.deepEqual(await shown(path), [user]);
      assert.deepEqual(await shown(`/v2/users/${user}/${places}`), [dev]);
      expectStatus(await world.call('DELETE', `${path}/${user}`), 204);
      assert.deepEqual(await shown(path), []);
      expectStatus(await world.call('PUT', `/v2/users/${user}/${places}/${dev}`), 201);
      assert.equal(expectStatus(await world.call('DELETE', path, { body }), 200).json.metadata.guid, dev);
      assert.equal(
        expectStatus(await world.call('POST', `${path}/remove`, { body }), 200).json.entity.name,
        'dev',
      );
      expectStatus(await world.call('DELETE', `/v2/users/${user}/${places}/${dev}`), 204);
    });
    assert.deepEqual(tales(told), [
      event('add', null),
      event('add', null),
      event('remove', null),
      event('add', {}),
      event('remove', null),
      event('remove', null),
      event('remove', {}),
    ]);
    assert.ok(told.every((each) => each.organization === acme && each.space === dev));
  });
}

test('whoever is given a first role becomes a user, and that is told of too', async () => {
  const told = await world.told(async () => {
    expectStatus(await world.call('PUT', `/v2/organizations/${acme}/auditors/exporter`), 201);
  });
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target.guid, data]),
    [
      ['audit.user.create', 'exporter', { request: null }],
      ['audit.user.organization_auditor_add', 'exporter', { request: null }],
    ],
  );
});

test('unknown users, places and relations are refused in the original’s words, and leave nothing', async () => {
  const { guid } = await world.person('outsider');
  const unrelated = [400, 'CF-InvalidRelation', 1002];
  const unknown = 'Could not find VCAP::CloudController::User with guid: nobody';
  const named = (username: string, origin?: string) => ({
    body: { username, ...(origin === undefined ? {} : { origin }) },
  });
  const nobody = [404, 'CF-UserNotFound', 20003, 'The user could not be found: nobody'];
  const foreign = "The user could not be found, username: 'outsider', origin: 'ldap'";
  const cases = [
    ['PUT', `/v2/organizations/${acme}/managers`, named('nobody'), nobody],
    ['DELETE', `/v2/spaces/${dev}/managers`, named('nobody'), nobody],
    ['PUT', `/v2/organizations/${acme}/managers`, { body: {} }, [404, 'CF-UserNotFound', 20003]],
    [
      'PUT',
      `/v2/organizations/${acme}/managers`,
      named('outsider', 'ldap'),
      [404, 'CF-UserWithOriginNotFound', 20007, foreign],
    ],
    ['PUT', `/v2/spaces/${dev}/developers/${guid}`, {}, unrelated],
    ['PUT', `/v2/spaces/${dev}/developers`, named('outsider'), unrelated],
    ['PUT', `/v2/users/${guid}/spaces/${dev}`, {}, unrelated],
    ['DELETE', `/v2/organizations/${acme}/users/nobody`, {}, [...unrelated, unknown]],
    ['DELETE', `/v2/spaces/${dev}/auditors/nobody`, {}, [...unrelated, unknown]],
    ['PUT', `/v2/organizations/gone/users/${guid}`, {}, [404, 'CF-OrganizationNotFound', 30003]],
    ['PUT', `/v2/spaces/gone/auditors/${guid}`, {}, [404, 'CF-SpaceNotFound', 40004]],
    ['PUT', `/v2/users/nobody/organizations/${acme}`, {}, [404, 'CF-UserNotFound', 20003]],
    ['PUT', `/v2/users/${guid}/organizations/gone`, {}, [404, 'CF-OrganizationNotFound', 30003]],
    ['DELETE', `/v2/users/${guid}/spaces/gone`, {}, [404, 'CF-SpaceNotFound', 40004]],
    ['PUT', `/v2/organizations/${acme}/users`, { body: '{' }, [400, 'CF-MessageParseError', 1001]],
  ] as const;
  const told = await world.told(async () => {
    for (const [method, path, options, refusal] of cases) {
      const answer = refusedV2(await world.call(method, path, options));
      assert.deepEqual(answer.slice(0, refusal.length), refusal, `${method} ${path}`);
    }
  });
  assert.deepEqual(told, []);
});

test('an account without a user is nobody to take a role from', async () => {
  const { doors } = world.running.services;
  const passwordHash = await doors.passwords.hash('a password for tests only');
  const account = { username: 'ghost', email: '', givenName: '', familyName: '', active: true, scopes: [] };
  await doors.run('account.create', {
    doer: systemDoer({ absent: 'a test' }),
    account: { ...account, passwordHash },
  });
  const body = { username: 'ghost' };
  const reply = await world.call('DELETE', `/v2/organizations/${acme}/managers`, { body });
  assert.deepEqual(refusedV2(reply), [404, 'CF-UserNotFound', 20003, 'The user could not be found: ghost']);
});

test('names can be switched off, but for admins; guids go on working', async () => {
  const manager = await world.person('manager');
  const { guid: user } = await world.person('named');
  await world.give('organization_manager', manager.guid, acme);
  const { token } = manager;
  const path = `/v2/organizations/${acme}/auditors`;
  const body = { username: 'named' };
  const flag = async (name: string, enabled: boolean) =>
    expectStatus(await world.call('PATCH', `/v3/feature_flags/${name}`, { body: { enabled } }), 200);
  for (const [name, method] of [
    ['set_roles_by_username', 'PUT'],
    ['unset_roles_by_username', 'DELETE'],
  ] as const) {
    await flag(name, false);
    assert.deepEqual(refusedV2(await world.call(method, path, { body, token })), [
      403,
      'CF-FeatureDisabled',
      330002,
      `Feature Disabled: ${name}`,
    ]);
    assert.ok((await world.call(method, path, { body })).status < 300, 'an admin');
    assert.ok((await world.call(method, `${path}/${user}`, { token })).status < 300, 'by guid');
    await flag(name, true);
    assert.ok((await world.call(method, path, { body, token })).status < 300);
  }
});

test('a user who has roles in spaces stays, unless recursive=true takes them all', async () => {
  const full = await world.organization('full');
  const space = await world.space('stage', full);
  const { guid } = await world.person('busy');
  const settle = async () => {
    await world.give('organization_user', guid, full);
    await world.give('organization_manager', guid, full);
    await world.give('space_developer', guid, space);
  };
  await settle();
  const path = `/v2/organizations/${full}/users`;
  const stays = [
    400,
    'CF-AssociationNotEmpty',
    10006,
    'Please delete the user associations for your spaces in the org.',
  ];
  assert.deepEqual(refusedV2(await world.call('DELETE', `${path}/${guid}`)), stays);
  const body = { username: 'busy' };
  assert.deepEqual(refusedV2(await world.call('DELETE', path, { body })), stays);
  const lost = (type: string, request: object | null = {}) => [
    `audit.user.${type}_remove`,
    'busy',
    { request },
  ];
  const byGuid = await world.told(async () => {
    expectStatus(await world.call('DELETE', `${path}/${guid}?recursive=true`), 204);
  });
  const request = { user: guid, verb: 'remove', relation: 'users', related_guid: guid };
  assert.deepEqual(tales(byGuid), [
    lost('space_developer'),
    lost('organization_manager'),
    ['audit.organization.update', 'full', { request }],
    lost('organization_user'),
  ]);
  await settle();
  const byName = await world.told(async () => {
    expectStatus(await world.call('DELETE', `${path}?recursive=true`, { body }), 204);
  });
  assert.deepEqual(tales(byName), [
    lost('space_developer'),
    lost('organization_manager'),
    lost('organization_user', null),
  ]);
  assert.deepEqual(await shown(`/v2/users/${guid}/organizations`), []);
});

test('everybody may give up a role of their own, and nothing else', async () => {
  const home = await world.organization('home');
  const room = await world.space('room', home);
  const me = await world.person('me');
  const other = await world.person('other');
  for (const { guid } of [me, other]) {
    await world.give('organization_user', guid, home);
    await world.give('organization_auditor', guid, home);
    await world.give('space_developer', guid, room);
  }
  const { token } = me;
  const remove = async (path: string) => (await world.call('DELETE', path, { token })).status;
  const organization = `/v2/organizations/${home}`;
  assert.equal(await remove(`${organization}/auditors/${other.guid}`), 403);
  assert.equal(await remove(`/v2/spaces/${room}/developers/${other.guid}`), 403);
  assert.equal(await remove(`/v2/users/${other.guid}/spaces/${room}`), 403);
  assert.equal(await remove(`${organization}/managers/${me.guid}`), 403, 'a role that one does not have');
  assert.equal(await remove(`/v2/organizations/${acme}/users/${me.guid}`), 403, 'a place of others');
  const told = await world.told(async () => {
    assert.equal(await remove(`${organization}/auditors/${me.guid}`), 204);
    assert.equal(await remove(`/v2/spaces/${room}/developers/${me.guid}`), 204);
    assert.equal(await remove(`/v2/users/${me.guid}/organizations/${home}`), 204);
  });
  const relation = { verb: 'remove', relation: 'auditors', related_guid: me.guid };
  assert.deepEqual(tales(told), [
    ['audit.organization.update', 'home', { request: { auditor: me.guid, ...relation } }],
    ['audit.user.organization_auditor_remove', 'me', { request: {} }],
    ['audit.user.space_developer_remove', 'me', { request: null }],
    ['audit.user.organization_user_remove', 'me', { request: {} }],
  ]);
  assert.ok(told.every((event) => event.actor === me.guid));
});

test('an organization keeps its last manager, billing manager and user, but for admins', async () => {
  const last = await world.organization('last');
  const me = await world.person('the last one');
  for (const role of ['user', 'manager', 'billing_manager'] as const) {
    await world.give(`organization_${role}`, me.guid, last);
  }
  const remove = async (list: string, token?: string) =>
    world.call(
      'DELETE',
      `/v2/organizations/${last}/${list}/${me.guid}`,
      token === undefined ? {} : { token },
    );
  const lastManager = [403, 'CF-LastManagerInOrg', 30004, 'Cannot remove last Org Manager in org'];
  const lastBilling = [403, 'CF-LastBillingManagerInOrg', 30005, 'Cannot remove last Billing Manager in org'];
  assert.deepEqual(refusedV2(await remove('managers', me.token)), lastManager);
  assert.deepEqual(refusedV2(await remove('billing_managers', me.token)), lastBilling);
  assert.deepEqual(refusedV2(await remove('users', me.token)), lastManager);
  const side = `/v2/users/${me.guid}/managed_organizations/${last}`;
  assert.deepEqual(refusedV2(await world.call('DELETE', side, { token: me.token })), lastManager);
  expectStatus(await remove('managers'), 204);
  assert.deepEqual(refusedV2(await remove('users', me.token)), lastBilling);
  expectStatus(await remove('billing_managers'), 204);
  assert.deepEqual(refusedV2(await remove('users', me.token)), [
    403,
    'CF-LastUserInOrg',
    30006,
    'Cannot remove last User in org',
  ]);
  expectStatus(await remove('users'), 204);
});

test('user_roles names everybody with all roles of the place', async () => {
  const place = await world.organization('place');
  const space = await world.space('room', place);
  const zoe = await world.person('zoe');
  for (const role of ['billing_manager', 'auditor', 'manager', 'user']) {
    await world.give(`organization_${role}`, zoe.guid, place);
  }
  await world.call('PUT', `/v2/organizations/${place}/users/machine`);
  for (const role of ['auditor', 'manager', 'developer']) {
    await world.give(`space_${role}`, zoe.guid, space);
  }
  const inOrganization = await world.call('GET', `/v2/organizations/${place}/user_roles`);
  const [first, second] = expectStatus(inOrganization, 200).json.resources;
  const self = `/v2/users/${zoe.guid}`;
  assert.deepEqual(Object.entries(first.entity), [
    ['admin', false],
    ['active', true],
    ['default_space_guid', null],
    ['username', 'zoe'],
    ['organization_roles', ['org_user', 'org_manager', 'org_auditor', 'billing_manager']],
    ['spaces_url', `${self}/spaces`],
    ['organizations_url', `${self}/organizations`],
    ['managed_organizations_url', `${self}/managed_organizations`],
    ['billing_managed_organizations_url', `${self}/billing_managed_organizations`],
    ['audited_organizations_url', `${self}/audited_organizations`],
    ['managed_spaces_url', `${self}/managed_spaces`],
    ['audited_spaces_url', `${self}/audited_spaces`],
  ]);
  assert.deepEqual([second.entity.active, second.entity.organization_roles], [false, ['org_user']]);
  assert.ok(!('username' in second.entity), 'nobody knows the name of a client');
  const filtered = await world.call('GET', `/v2/organizations/${place}/user_roles?q=user_guid:machine`);
  assert.deepEqual(
    filtered.json.resources.map((each: { metadata: { guid: string } }) => each.metadata.guid),
    ['machine'],
  );
  const inSpace = (await world.call('GET', `/v2/spaces/${space}/user_roles`)).json.resources;
  assert.deepEqual(
    inSpace.map((each: { entity: { space_roles: string[] } }) => each.entity.space_roles),
    [['space_developer', 'space_manager', 'space_auditor']],
  );
});
