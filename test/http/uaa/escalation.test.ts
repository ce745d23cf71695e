// Nobody gets more than they were given: not through their own account, not through others', not through a client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { type Reply, startServer, type TestServer } from '../../harness.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

interface Person {
  readonly id: string;
  readonly token: string;
}

/** Somebody with an account, logged in with the scopes that were given to them. */
async function person(userName: string, ...scopes: string[]): Promise<Person> {
  const { json } = await server.call('POST', '/Users', { body: { userName, password: secretOf(userName) } });
  for (const scope of scopes) {
    const reply = await server.call('POST', `/Groups/${scope}/members`, { body: { value: json.id } });
    assert.equal(reply.status, 201, reply.text);
  }
  return { id: json.id, token: await server.login(userName, secretOf(userName)) };
}

const secretOf = (userName: string) => `secret of ${userName}`;

function grant(fields: Record<string, string>, authorization?: string): Promise<Reply> {
  return server.call('POST', '/oauth/token', {
    token: null,
    body: new URLSearchParams(fields).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization !== undefined && { authorization }),
    },
  });
}

async function groupsOf(id: string): Promise<string[]> {
  const { json } = await server.call('GET', `/Users/${id}`);
  return json.groups.map((group: { value: string }) => group.value);
}

async function adminGuid(): Promise<string> {
  return (await server.call('GET', '/Users?filter=userName+eq+%22admin%22')).json.resources[0].id;
}

const isForbidden = ({ status, text }: Reply) => assert.equal(status, 403, text);

test('nobody changes their own account, or reads another', async () => {
  const { id, token } = await person('mallory');
  const body = {
    userName: 'mallory',
    active: true,
    groups: [{ value: 'uaa.admin', display: 'uaa.admin', type: 'DIRECT' }],
    scopes: ['uaa.admin'],
  };
  for (const method of ['PUT', 'PATCH'])
    isForbidden(await server.call(method, `/Users/${id}`, { token, body }));
  for (const path of ['/Users', '/Users?filter=userName+eq+%22admin%22', `/Users/${await adminGuid()}`]) {
    isForbidden(await server.call('GET', path, { token }));
  }
  isForbidden(await server.call('DELETE', `/Users/${id}`, { token }));
  const mine = await server.call('GET', `/Users/${id}`, { token });
  assert.equal(mine.json.userName, 'mallory');
  assert.ok(!(await groupsOf(id)).includes('uaa.admin'));
});

test('groups in the body of a user give nothing, whoever sends them', async () => {
  const groups = [{ value: 'uaa.admin' }];
  const created = await server.call('POST', '/Users', {
    body: { userName: 'nora', password: 'p', groups, scopes: ['uaa.admin'] },
  });
  const path = `/Users/${created.json.id}`;
  await server.call('PUT', path, { body: { userName: 'nora', groups } });
  await server.call('PATCH', path, { body: { groups } });
  assert.deepEqual(
    (await groupsOf(created.json.id)).filter((scope) => scope === 'uaa.admin'),
    [],
  );
});

test('whoever keeps users cannot touch administrators', async () => {
  const keeper = await person('keeper', 'scim.read', 'scim.write');
  const second = await person('second-admin', 'uaa.admin');
  const { token } = keeper;
  const path = `/Users/${second.id}`;
  for (const body of [{ active: false }, { userName: 'x' }, { emails: [{ value: 'me@example.org' }] }]) {
    isForbidden(await server.call('PATCH', path, { token, body }));
  }
  isForbidden(await server.call('DELETE', path, { token }));
  isForbidden(await server.call('PUT', `${path}/password`, { token, body: { password: 'mine now' } }));
  isForbidden(await server.call('POST', '/Groups/uaa.admin/members', { token, body: { value: keeper.id } }));
  const plain = await person('plain');
  const changed = await server.call('PATCH', `/Users/${plain.id}`, { token, body: { active: false } });
  assert.equal(changed.status, 200, changed.text);
});

test('whoever keeps users changes nobody who may do more than they', async () => {
  const { id, token } = await person('house-keeper', 'scim.write');
  const scopes = ['cloud_controller.admin', 'cloud_controller.global_auditor', 'clients.write'];
  for (const [index, scope] of scopes.entries()) {
    const { id: stronger } = await person(`stronger-${index}`, 'scim.write', scope);
    const path = `/Users/${stronger}`;
    const before = (await server.call('GET', path)).json;
    const attempts = [
      server.call('PATCH', path, { token, body: { active: false } }),
      server.call('PATCH', path, { token, body: { userName: `renamed-${index}` } }),
      server.call('PUT', path, { token, body: { userName: `renamed-${index}` } }),
      server.call('DELETE', path, { token }),
    ];
    for (const reply of await Promise.all(attempts)) isForbidden(reply);
    assert.deepEqual((await server.call('GET', path)).json, before);
  }
  const equal = await person('equal-keeper', 'scim.write');
  for (const guid of [equal.id, id]) {
    const body = { name: { givenName: 'K' } };
    assert.equal((await server.call('PATCH', `/Users/${guid}`, { token, body })).status, 200);
  }
  const able = await person('able-keeper', 'scim.write', 'clients.write');
  const stronger = (await server.call('GET', '/Users?filter=userName+eq+%22stronger-2%22')).json.resources[0];
  const body = { active: false };
  const done = await server.call('PATCH', `/Users/${stronger.id}`, { token: able.token, body });
  assert.equal(done.status, 200, 'who has the same scopes may');
});

test('the last administrator can be neither deleted, deactivated nor demoted', async (t) => {
  const alone = await startServer();
  t.after(() => alone.stop());
  const find = 'filter=userName+eq+%22admin%22';
  const { id } = (await alone.call('GET', `/Users?${find}`)).json.resources[0];
  const deactivate = (guid: string, token = alone.adminToken) =>
    alone.call('PATCH', `/Users/${guid}`, { token, body: { active: false } });
  const attempts = () => [
    alone.call('DELETE', `/Users/${id}`),
    deactivate(id),
    alone.call('DELETE', `/Groups/uaa.admin/members/${id}`),
  ];
  const isRefused = ({ status, text, json }: Reply) => {
    assert.equal(status, 400, text);
    assert.equal(json.error, 'invalid_scim_resource');
    assert.match(json.error_description, /^This is the last active account with the scope uaa\.admin: /);
  };
  for (const reply of await Promise.all(attempts())) isRefused(reply);

  const body = { userName: 'deputy', password: 'p' };
  const deputy = (await alone.call('POST', '/Users', { body })).json.id;
  await alone.call('POST', '/Groups/uaa.admin/members', { body: { value: deputy } });
  assert.equal((await deactivate(deputy)).status, 200);
  for (const reply of await Promise.all(attempts())) isRefused(reply);

  await alone.call('PATCH', `/Users/${deputy}`, { body: { active: true } });
  const token = await alone.login('deputy', 'p');
  const replies = await Promise.all([deactivate(id, token), deactivate(deputy)]);
  const done = replies.filter((reply) => reply.status === 200);
  assert.equal(done.length, 1, 'of the last two that go at the same time, one stays');
});

test('a password is changed with the old one, in whatever other way it is tried', async () => {
  await server.call('POST', '/Users', { body: { userName: 'olga', password: secretOf('olga') } });
  const { id } = (await server.call('GET', '/Users?filter=userName+eq+%22olga%22')).json.resources[0];
  const token = await server.login('olga', secretOf('olga'));
  const password = 'another';
  const put = (body: object) => server.call('PUT', `/Users/${id}/password`, { token, body });
  for (const body of [{ password }, { password, oldPassword: '' }, { password, oldPassword: null }]) {
    assert.equal((await put(body)).status, 401);
  }
  isForbidden(await server.call('PATCH', `/Users/${id}`, { token, body: { password } }));
  await server.call('PATCH', `/Users/${id}`, { body: { password } });
  await server.login('olga', secretOf('olga'));
  const admin = `/Users/${await adminGuid()}/password`;
  const own = await server.call('PUT', admin, {
    token: await server.login('admin', server.adminPassword),
    body: { password },
  });
  assert.equal(own.status, 401, 'an administrator’s own needs the old one too');
});

test('a token with few scopes cannot do what its owner could', async () => {
  const fields = { grant_type: 'password', username: 'admin', password: server.adminPassword };
  const { json } = await grant({ ...fields, scope: 'openid password.write' }, 'Basic Y2Y6');
  const token = json.access_token;
  assert.deepEqual(decodeJwt(token).aud, ['cf', 'password']);
  isForbidden(await server.call('GET', '/Users', { token }));
  assert.equal((await server.call('GET', '/userinfo', { token })).status, 200);
  const controller = await server.call('GET', '/v3/organizations', { token });
  assert.equal(controller.status, 401, 'not meant for the controller');
  assert.equal(controller.json.errors[0].title, 'CF-InvalidAuthToken');
});

test('a deactivated account has no way in', async () => {
  const { id, token } = await person('peter', 'cloud_controller.global_auditor');
  const fields = { grant_type: 'password', username: 'peter', password: secretOf('peter') };
  const { refresh_token } = (await grant(fields, 'Basic Y2Y6')).json;
  await server.call('PATCH', `/Users/${id}`, { body: { active: false } });
  assert.equal((await server.call('GET', '/v3/audit_events', { token })).status, 401);
  assert.equal((await server.call('GET', `/Users/${id}`, { token })).status, 401);
  assert.equal((await grant({ grant_type: 'refresh_token', refresh_token }, 'Basic Y2Y6')).status, 401);
  const denied = await grant(fields, 'Basic Y2Y6');
  assert.deepEqual([denied.status, denied.json.error_description], [401, 'Bad credentials']);
});

test('`active` is true or false, so that nobody stays in by a slip', async () => {
  const { id } = await person('quinn');
  const reply = await server.call('PATCH', `/Users/${id}`, { body: { active: 'false' } });
  assert.deepEqual([reply.status, reply.json.error_description], [400, 'active must be true or false.']);
});

test('a client is granted its authorities and nothing else', async () => {
  const client = { client_id: 'small', client_secret: 's', authorized_grant_types: ['client_credentials'] };
  const authorities = ['cloud_controller.read'];
  const scope = ['cloud_controller.admin'];
  await server.call('POST', '/oauth/clients', { body: { ...client, authorities, scope } });
  const fields = { grant_type: 'client_credentials', client_id: 'small', client_secret: 's' };
  const { json } = await grant(fields);
  assert.deepEqual(decodeJwt(json.access_token).scope, authorities);
  const more = await grant({ ...fields, scope: 'cloud_controller.admin uaa.admin' });
  assert.deepEqual([more.status, more.json.error], [400, 'invalid_scope']);
  const some = await grant({ ...fields, scope: 'cloud_controller.admin cloud_controller.read' });
  assert.equal(some.json.scope, 'cloud_controller.read');
  const cf = await grant({ grant_type: 'client_credentials', scope: 'uaa.admin' }, 'Basic Y2Y6');
  assert.deepEqual([cf.status, cf.json.error], [401, 'unauthorized_client']);
});

test('whoever keeps clients cannot make, take over or remove one that may do more than they', async () => {
  const { token } = await person('rita', 'clients.read', 'clients.write', 'clients.admin', 'clients.secret');
  const client = { client_secret: 's', authorized_grant_types: ['client_credentials'] };
  const post = (client_id: string, authorities: string[], asked: string | null = token) =>
    server.call('POST', '/oauth/clients', { token: asked, body: { ...client, client_id, authorities } });
  for (const scope of [
    'uaa.admin',
    'cloud_controller.admin',
    'scim.write',
    'cloud_controller.global_auditor',
  ]) {
    const refused = await post('grown', [scope]);
    assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_client']);
    assert.match(refused.json.error_description, new RegExp(`^${scope} is not an allowed authority`));
  }
  assert.equal((await post('like-me', ['clients.read', 'cloud_controller.read'])).status, 201);
  assert.equal((await post('strong', ['uaa.admin'], server.adminToken)).status, 201);
  const secret = await server.call('PUT', '/oauth/clients/strong/secret', {
    token,
    body: { secret: 'mine' },
  });
  assert.equal(secret.status, 400);
  assert.equal((await server.call('DELETE', '/oauth/clients/strong', { token })).status, 400);
  assert.equal((await server.call('DELETE', '/oauth/clients/like-me', { token })).status, 200);
});

/** Gives the client or user of an id a role in a new organization, which it answers. */
async function giveRole(id: string): Promise<string> {
  const organization = await server.call('POST', '/v3/organizations', { body: { name: `of ${id}` } });
  const { guid } = organization.json;
  const relationships = { user: { data: { guid: id } }, organization: { data: { guid } } };
  const body = { type: 'organization_manager', relationships };
  await server.call('POST', '/v3/users', { body: { guid: id } });
  const given = await server.call('POST', '/v3/roles', { body });
  assert.equal(given.status, 201, given.text);
  return guid;
}

async function rolesOf(id: string): Promise<number> {
  return (await server.call('GET', `/v3/roles?user_guids=${id}`)).json.pagination.total_results;
}

const clientBody = (client_id: string) => ({
  client_id,
  client_secret: 's',
  authorized_grant_types: ['client_credentials'],
  authorities: ['cloud_controller.read'],
});

const hasRoles = ({ status, text, json }: Reply) => {
  assert.equal(status, 400, text);
  assert.equal(json.error, 'invalid_client');
  assert.match(json.error_description, /has roles in organizations or spaces: only an administrator/);
};

test('nobody comes by the roles of an id by making a client of it, but an administrator', async () => {
  const { token } = await person('tess', 'clients.write', 'clients.admin');
  await giveRole('promised');
  hasRoles(await server.call('POST', '/oauth/clients', { token, body: clientBody('promised') }));
  assert.equal((await server.call('GET', '/oauth/clients/promised')).status, 404);
  assert.equal((await server.call('POST', '/oauth/clients', { body: clientBody('promised') })).status, 201);
  assert.equal(await rolesOf('promised'), 1);
});

test('nobody takes over a client with roles by another secret, but an administrator, or itself', async () => {
  const { token } = await person('tom', 'clients.write', 'clients.admin');
  const authorities = ['cloud_controller.read', 'clients.secret'];
  await server.call('POST', '/oauth/clients', { body: { ...clientBody('manager'), authorities } });
  const path = '/oauth/clients/manager/secret';
  const own = async (client_secret: string) =>
    (await grant({ grant_type: 'client_credentials', client_id: 'manager', client_secret })).json
      .access_token;
  const taken = { token: (await person('tim', 'clients.admin', 'clients.secret')).token };
  assert.equal((await server.call('PUT', path, { ...taken, body: { secret: 's' } })).status, 200);
  await giveRole('manager');
  hasRoles(await server.call('PUT', path, { ...taken, body: { secret: 'mine' } }));
  assert.equal((await server.call('PUT', path, { token, body: { secret: 'mine' } })).status, 400);
  const body = { oldSecret: 's', secret: 't' };
  const changed = await server.call('PUT', path, { token: await own('s'), body });
  assert.equal(changed.status, 200, changed.text);
  assert.equal((await server.call('PUT', path, { body: { secret: 'u' } })).status, 200);
  assert.ok(await own('u'));
});

test('the roles of a client go with it, each with its event, and do not come back', async () => {
  const { token } = await person('tara', 'clients.write');
  await server.call('POST', '/oauth/clients', { body: clientBody('robot') });
  const organization = await giveRole('robot');
  assert.equal((await server.call('DELETE', '/oauth/clients/robot', { token })).status, 200);
  assert.equal(await rolesOf('robot'), 0);
  const query = 'types=audit.user.organization_manager_remove&target_guids=robot';
  const [event, ...more] = (await server.call('GET', `/v3/audit_events?${query}`)).json.resources;
  assert.deepEqual(more, []);
  assert.deepEqual(event.target, { type: 'user', guid: 'robot', name: '' });
  assert.deepEqual([event.organization.guid, event.data], [organization, { request: {} }]);
  assert.equal(event.actor.name, 'tara');
  assert.equal(
    (await server.call('POST', '/oauth/clients', { token, body: clientBody('robot') })).status,
    201,
  );
  assert.equal(await rolesOf('robot'), 0);
});

test('no client takes the place of a user', async () => {
  const { id } = await person('sam');
  const body = {
    client_id: id,
    client_secret: 's',
    authorized_grant_types: ['client_credentials'],
    authorities: ['cloud_controller.read', 'cloud_controller.write'],
  };
  const refused = await server.call('POST', '/oauth/clients', { body });
  assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_client']);
});

test('a filter of endless conditions is refused, not a failure', async () => {
  const conditions = (count: number) =>
    Array.from({ length: count }, (_, index) => `id eq "${index}"`).join(' or ');
  const find = (filter: string) => server.call('GET', `/Users?${new URLSearchParams({ filter })}`);
  assert.equal((await find(conditions(500))).status, 200);
  const refused = await find(conditions(501));
  assert.deepEqual([refused.status, refused.json.error], [400, 'scim']);
});
