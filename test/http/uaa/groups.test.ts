import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { knownScopes } from '../../../src/identity/scope.ts';
import { type Reply, startServer, type TestServer } from '../../harness.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

async function create(userName: string): Promise<string> {
  const reply = await server.call('POST', '/Users', {
    body: { userName, password: `secret of ${userName}` },
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.json.id;
}

function refused(reply: Reply, status: number, error: string, description: string | RegExp) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.json.error, error);
  assert.match(reply.json.error_description, new RegExp(description));
}

const members = '/Groups/cloud_controller.global_auditor/members';

test('every scope is a group, found by its name', async () => {
  const all = await server.call('GET', '/Groups');
  const names = all.json.resources.map((group: { displayName: string }) => group.displayName);
  assert.deepEqual(names, knownScopes);
  assert.equal(all.json.totalResults, knownScopes.length);
  const [first, second] = (await server.call('GET', '/Groups?startIndex=2&count=2')).json.resources;
  assert.deepEqual([first.id, second.id], knownScopes.slice(1, 3));
  const filter = (text: string) => server.call('GET', `/Groups?${new URLSearchParams({ filter: text })}`);
  assert.equal((await filter('displayName eq "scim.write"')).json.resources[0].id, 'scim.write');
  assert.equal((await filter('displayName Eq "nothing"')).json.totalResults, 0);
  refused(await filter('members.value eq "x"'), 400, 'scim', 'Invalid filter expression');
});

test('a scope is given and taken away, and counts from that moment on', async () => {
  const id = await create('ann');
  const token = await server.login('ann', 'secret of ann');
  const given = await server.call('POST', members, { body: { value: id, type: 'USER', origin: 'uaa' } });
  assert.deepEqual([given.status, given.json], [201, { value: id, origin: 'uaa', type: 'USER' }]);
  assert.deepEqual((await server.call('GET', members)).json, [given.json]);
  const auditor = await server.login('ann', 'secret of ann');
  const seen = await server.call('GET', '/v3/users', { token: auditor });
  assert.ok(seen.json.resources.length >= 1, seen.text);

  const taken = await server.call('DELETE', `${members}/${id}`);
  assert.equal(taken.status, 200);
  assert.deepEqual((await server.call('GET', members)).json, []);
  for (const held of [token, auditor]) {
    assert.deepEqual((await server.call('GET', '/v3/users', { token: held })).json.resources, []);
  }
  const events = await server.call(
    'GET',
    `/v3/audit_events?types=audit.log.account_update&target_guids=${id}`,
  );
  assert.deepEqual(
    events.json.resources.map((event: { data: object }) => event.data),
    [
      { changed: ['scopes'], active: true, scopes: ['cloud_controller.global_auditor'] },
      { changed: ['scopes'], active: true, scopes: [] },
    ],
  );
});

test('scopes that are given at the same time are all kept', async () => {
  const id = await create('bob');
  const scopes = ['scim.read', 'clients.read', 'uaa.resource'];
  const body = { value: id };
  await Promise.all(scopes.map((scope) => server.call('POST', `/Groups/${scope}/members`, { body })));
  const { json } = await server.call('GET', `/Users/${id}`);
  const groups = json.groups.map((group: { value: string }) => group.value);
  for (const scope of scopes) assert.ok(groups.includes(scope), scope);
});

test('what cannot be given or taken', async () => {
  const id = await create('carl');
  const give = (path: string, value: string) => server.call('POST', path, { body: { value } });
  refused(await give('/Groups/god/members', id), 404, 'scim_resource_not_found', 'Group god does not exist');
  refused(await give(members, 'nobody'), 404, 'scim_resource_not_found', 'User nobody does not exist');
  refused(await give('/Groups/openid/members', id), 409, 'member_already_exists', 'already');
  await give(members, id);
  refused(await give(members, id), 409, 'member_already_exists', 'already');
  const take = (path: string) => server.call('DELETE', `${path}/${id}`);
  refused(await take('/Groups/scim.read/members'), 404, 'member_not_found', 'not made a member');
  refused(await take('/Groups/openid/members'), 404, 'member_not_found', 'not made a member');
});

test('keeping users is not enough to give scopes', async () => {
  const id = await create('dora');
  await server.call('POST', '/Groups/scim.write/members', { body: { value: id } });
  const token = await server.login('dora', 'secret of dora');
  assert.equal((await server.call('GET', '/Groups', { token })).status, 200);
  for (const [method, path] of [
    ['POST', '/Groups/uaa.admin/members'],
    ['DELETE', `/Groups/scim.write/members/${id}`],
  ] as const) {
    const body = method === 'POST' ? { body: { value: id } } : {};
    const reply = await server.call(method, path, { token, ...body });
    refused(reply, 403, 'insufficient_scope', 'Insufficient scope');
    assert.equal(reply.json.scope, 'uaa.admin');
  }
});
