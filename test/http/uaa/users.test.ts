import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isGuid } from '../../../src/core/guid.ts';
import { limits } from '../../../src/core/limits.ts';
import { type Reply, startServer, type TestServer } from '../../harness.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

async function create(userName: string, password = `secret of ${userName}`): Promise<string> {
  const reply = await server.call('POST', '/Users', { body: { userName, password, origin: '' } });
  assert.equal(reply.status, 201, reply.text);
  return reply.json.id;
}

function refused(reply: Reply, status: number, error: string, description: string | RegExp) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.json.error, error);
  if (typeof description === 'string') assert.equal(reply.json.error_description, description);
  else assert.match(reply.json.error_description, description);
}

const find = (query: string) => server.call('GET', `/Users?${query}`);
const filter = (text: string) => find(new URLSearchParams({ filter: text }).toString());

test('the account that cf create-user makes', async () => {
  const reply = await server.call('POST', '/Users', {
    body: {
      userName: 'bob',
      password: 'pw',
      origin: '',
      name: { familyName: 'bob', givenName: 'bob' },
      emails: [{ value: 'bob', primary: true }],
    },
  });
  assert.equal(reply.status, 201);
  const { id, meta, groups, passwordLastModified, ...rest } = reply.json;
  assert.ok(isGuid(id));
  assert.match(meta.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(passwordLastModified, meta.created);
  assert.ok(groups.some((group: { display: string }) => group.display === 'cloud_controller.read'));
  assert.deepEqual(rest, {
    userName: 'bob',
    name: { givenName: 'bob', familyName: 'bob' },
    emails: [{ value: 'bob', primary: true }],
    approvals: [],
    active: true,
    verified: true,
    origin: 'uaa',
    zoneId: 'uaa',
    schemas: ['urn:scim:schemas:core:1.0'],
  });
  await server.login('bob', 'pw');
  const again = await server.call('POST', '/Users', { body: { userName: 'BOB', password: 'pw' } });
  refused(again, 409, 'scim_resource_already_exists', 'Username already in use: BOB');
});

test('accounts that cannot be made', async () => {
  const post = (body: object | string) => server.call('POST', '/Users', { body });
  refused(await post({ password: 'x' }), 400, 'invalid_scim_resource', 'A user name must be given.');
  refused(await post({ userName: 'x' }), 400, 'invalid_password', 'A password must not be empty.');
  const endless = 'x'.repeat(limits.passwordCharactersMax + 1);
  refused(await post({ userName: 'x', password: endless }), 400, 'invalid_password', /at most 1024/);
  refused(
    await post({ userName: 'x', password: 'x', origin: 'ldap' }),
    400,
    'invalid_scim_resource',
    /"uaa"/,
  );
  refused(
    await post({ userName: 'a\nb', password: 'x' }),
    400,
    'invalid_scim_resource',
    /control characters/,
  );
  refused(await post('{'), 400, 'invalid_scim_resource', /cannot be read as JSON/);
});

test('look-ups of the command lines', async () => {
  const id = await create('carol');
  const eight = await filter('userName eq "carol" and origin eq "uaa"');
  assert.deepEqual(
    [eight.json.totalResults, eight.json.resources[0].id, eight.json.resources[0].origin],
    [1, id, 'uaa'],
  );
  const six = await find('attributes=id,userName&filter=userName+Eq+%22CAROL%22');
  assert.deepEqual(six.json, {
    resources: [{ id, userName: 'carol' }],
    startIndex: 1,
    itemsPerPage: 100,
    totalResults: 1,
    schemas: ['urn:scim:schemas:core:1.0'],
  });
  assert.equal((await filter('userName eq "nobody"')).json.totalResults, 0);
  refused(await filter('userName is "x"'), 400, 'scim', /Invalid filter expression/);
});

test('pages and orders', async () => {
  for (const name of ['page-c', 'page-a', 'page-b']) await create(name);
  const names = async (query: string) => {
    const { json } = await find(`filter=userName+sw+%22page-%22&${query}`);
    assert.equal(json.totalResults, 3);
    return json.resources.map((user: { userName: string }) => user.userName);
  };
  assert.deepEqual(await names(''), ['page-c', 'page-a', 'page-b']);
  assert.deepEqual(await names('sortBy=userName'), ['page-a', 'page-b', 'page-c']);
  assert.deepEqual(await names('sortBy=userName&sortOrder=descending&count=1'), ['page-c']);
  assert.deepEqual(await names('sortBy=userName&startIndex=2&count=1'), ['page-b']);
  assert.deepEqual(await names('startIndex=0&count=x'), ['page-c', 'page-a', 'page-b']);
  assert.deepEqual(await names('count=0'), []);
});

test('a changed account', async () => {
  const id = await create('dave');
  const path = `/Users/${id}`;
  const patched = await server.call('PATCH', path, { body: { emails: [{ value: 'dave@example.org' }] } });
  assert.equal(patched.json.emails[0].value, 'dave@example.org');
  const put = await server.call('PUT', path, {
    body: { userName: 'dave', name: { givenName: 'D', familyName: 'E' } },
  });
  assert.deepEqual(put.json.name, { givenName: 'D', familyName: 'E' });
  assert.equal(put.json.emails[0].value, 'dave@example.org');
  refused(
    await server.call('PUT', path, { body: {} }),
    400,
    'invalid_scim_resource',
    'A user name must be given.',
  );
  const taken = await server.call('PATCH', path, { body: { userName: 'Admin' } });
  refused(taken, 409, 'scim_resource_already_exists', 'Username already in use: Admin');
  assert.equal((await server.call('GET', path)).json.userName, 'dave');
});

test('a deactivated account is out at once, and in again when it is active', async () => {
  const id = await create('erin');
  const token = await server.login('erin', 'secret of erin');
  await server.call('PATCH', `/Users/${id}`, { body: { active: false } });
  assert.equal((await server.call('GET', '/v3/organizations', { token })).status, 401);
  await assert.rejects(server.login('erin', 'secret of erin'), /Bad credentials/);
  await server.call('PATCH', `/Users/${id}`, { body: { active: true } });
  await server.login('erin', 'secret of erin');
});

test('a deleted account is answered once more and then gone, with its tokens', async () => {
  const id = await create('frank');
  const token = await server.login('frank', 'secret of frank');
  const deleted = await server.call('DELETE', `/Users/${id}`);
  assert.deepEqual([deleted.status, deleted.json.userName], [200, 'frank']);
  refused(
    await server.call('DELETE', `/Users/${id}`),
    404,
    'scim_resource_not_found',
    `User ${id} does not exist`,
  );
  refused(
    await server.call('GET', `/Users/${id}`),
    404,
    'scim_resource_not_found',
    `User ${id} does not exist`,
  );
  assert.equal((await server.call('GET', '/v3/organizations', { token })).status, 401);
  await create('frank');
});

test('who may do what', async () => {
  const id = await create('grace');
  const token = await server.login('grace', 'secret of grace');
  const body = { userName: 'grace', password: 'x' };
  const forbidden = [
    ['GET', '/Users', 'scim.read scim.write uaa.admin'],
    ['GET', '/Users/01890000-0000-7000-8000-000000000000', 'scim.read scim.write uaa.admin'],
    ['POST', '/Users', 'scim.write uaa.admin'],
    ['PUT', `/Users/${id}`, 'scim.write uaa.admin'],
    ['PATCH', `/Users/${id}`, 'scim.write uaa.admin'],
    ['DELETE', `/Users/${id}`, 'scim.write uaa.admin'],
    ['PUT', '/Users/01890000-0000-7000-8000-000000000000/password', 'uaa.admin'],
    ['GET', '/oauth/clients/cf', 'clients.read clients.admin uaa.admin'],
  ] as const;
  for (const [method, path, scope] of forbidden) {
    const call = method === 'GET' || method === 'DELETE' ? { token } : { token, body };
    const reply = await server.call(method, path, call);
    refused(reply, 403, 'insufficient_scope', 'Insufficient scope for this resource');
    assert.equal(reply.json.scope, scope);
    const { token: _, ...without } = call;
    const nobody = await server.call(method, path, { ...without, token: null });
    refused(nobody, 401, 'unauthorized', 'Full authentication is required to access this resource');
    const stale = await server.call(method, path, { ...without, token: 'a.b.c' });
    refused(stale, 401, 'invalid_token', /revoked/);
  }
  assert.equal((await server.call('GET', `/Users/${id}`, { token })).json.userName, 'grace');
});

test('a refusal is recorded with who, what and why', async () => {
  const id = await create('heidi');
  const token = await server.login('heidi', 'secret of heidi');
  await server.call('DELETE', `/Users/${id}`, { token });
  const { json } = await server.call('GET', '/v3/audit_events?types=audit.log.refused&order_by=-created_at');
  const event = json.resources.find((one: { actor: { guid: string } }) => one.actor.guid === id);
  assert.deepEqual(event.data, {
    method: 'DELETE',
    path: `/Users/${id}`,
    status: 403,
    reason: 'insufficient_scope',
    attempts: 1,
  });
});

test('one’s own password, with the old one', async () => {
  const id = await create('ivan');
  const token = await server.login('ivan', 'secret of ivan');
  const change = (body: object) => server.call('PUT', `/Users/${id}/password`, { token, body });
  refused(await change({ password: 'new' }), 401, 'unauthorized', 'Old password is incorrect');
  refused(
    await change({ oldPassword: 'wrong', password: 'new' }),
    401,
    'unauthorized',
    'Old password is incorrect',
  );
  refused(await change({ oldPassword: 'secret of ivan', password: '' }), 400, 'invalid_password', /empty/);
  const same = await change({ oldPassword: 'secret of ivan', password: 'secret of ivan' });
  refused(same, 422, 'invalid_password', /cannot be the same/);
  const changed = await change({ oldPassword: 'secret of ivan', password: 'new' });
  assert.deepEqual([changed.status, changed.json], [200, { status: 'ok', message: 'password updated' }]);
  assert.equal(
    (await change({ oldPassword: 'new', password: 'newer' })).status,
    401,
    'the session has ended',
  );
  await server.login('ivan', 'new');
});

test('guesses at an old password are locked out like log-ins', async () => {
  const id = await create('judy');
  const token = await server.login('judy', 'secret of judy');
  const guess = (oldPassword: string) =>
    server.call('PUT', `/Users/${id}/password`, { token, body: { oldPassword, password: 'new' } });
  for (let n = 0; n < limits.lockoutFailuresMax; n += 1) assert.equal((await guess(`${n}`)).status, 401);
  refused(await guess('secret of judy'), 401, 'unauthorized', /has been locked/);
});

test('an administrator sets anybody’s password', async () => {
  const id = await create('kim');
  const reply = await server.call('PUT', `/Users/${id}/password`, { body: { password: 'given' } });
  assert.equal(reply.status, 200);
  await server.login('kim', 'given');
});

test('who the token belongs to', async () => {
  const id = await create('leo');
  const token = await server.login('leo', 'secret of leo');
  const { json } = await server.call('GET', '/userinfo', { token });
  assert.deepEqual([json.user_id, json.sub, json.user_name, json.email], [id, id, 'leo', 'leo']);
});

test('a client is looked up by cf set-org-role --client', async () => {
  const { status, json } = await server.call('GET', '/oauth/clients/cf');
  assert.equal(status, 200);
  assert.equal(json.client_id, 'cf');
  assert.deepEqual(json.authorized_grant_types, ['password', 'refresh_token']);
  assert.deepEqual(
    Object.keys(json).filter((name) => /secret|hash/.test(name)),
    [],
  );
  const missing = await server.call('GET', '/oauth/clients/nobody');
  refused(missing, 404, 'not_found', 'No such client: nobody');
});

test('no hash leaves the server', async () => {
  const list = await find('');
  assert.ok(!/argon2|hash|\$/.test(list.text));
});
