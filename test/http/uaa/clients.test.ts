import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../../src/core/limits.ts';
import { type Reply, request, startServer, type TestServer } from '../../harness.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const authorities = ['cloud_controller.read'];

async function create(client_id: string, more: object = {}): Promise<Reply> {
  const usual = { client_secret: `secret of ${client_id}`, authorized_grant_types: ['client_credentials'] };
  return server.call('POST', '/oauth/clients', { body: { client_id, authorities, ...usual, ...more } });
}

async function tokenOf(client_id: string, client_secret = `secret of ${client_id}`): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const reply = await request(server.url, 'POST', '/oauth/token', { headers, body: body.toString() });
  if (reply.status !== 200) throw new Error(reply.text);
  return reply.json.access_token;
}

function refused(reply: Reply, status: number, error: string, description: string | RegExp) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.json.error, error);
  if (typeof description === 'string') assert.equal(reply.json.error_description, description);
  else assert.match(reply.json.error_description, description);
}

test('a client is registered, found, and removed with its sessions', async () => {
  const created = await create('scraper', {
    name: 'ignored',
    access_token_validity: 60,
    scope: ['uaa.none'],
  });
  assert.equal(created.status, 201, created.text);
  const { lastModified, ...rest } = created.json;
  assert.ok(Number.isInteger(lastModified) && lastModified > 1_700_000_000_000, lastModified);
  assert.deepEqual(rest, {
    client_id: 'scraper',
    name: 'scraper',
    scope: ['uaa.none'],
    authorities,
    authorized_grant_types: ['client_credentials'],
    resource_ids: ['none'],
    autoapprove: [],
  });
  assert.deepEqual((await server.call('GET', '/oauth/clients/scraper')).json, created.json);
  const token = await tokenOf('scraper');
  assert.equal((await server.call('GET', '/v3/audit_events', { token })).status, 200);
  const removed = await server.call('DELETE', '/oauth/clients/scraper');
  assert.deepEqual([removed.status, removed.json], [200, created.json]);
  assert.equal((await server.call('GET', '/v3/audit_events', { token })).status, 401);
  for (const method of ['GET', 'DELETE']) {
    const gone = await server.call(method, '/oauth/clients/scraper');
    refused(gone, 404, 'not_found', 'No such client: scraper');
  }
});

test('a client that is there already, in UAA’s words', async () => {
  await create('twice');
  refused(await create('twice'), 409, 'invalid_client', 'Client already exists: twice');
  refused(await create('cf'), 409, 'invalid_client', 'Client already exists: cf');
});

test('clients that cannot be registered', async () => {
  const cases = [
    [{ authorized_grant_types: [] }, /^An authorized grant type must be provided\. Must be one of: \[/],
    [{ authorized_grant_types: ['implicit'] }, /^implicit is not an allowed grant type\. Must be one of: \[/],
    [{ authorized_grant_types: 7 }, 'authorized_grant_types must be a list of texts.'],
    [{ authorities: ['cloud_controller.god'] }, /^There is no scope "cloud_controller\.god"/],
    [{ authorities: [1] }, 'authorities must be a list of texts.'],
    [{ client_secret: '' }, 'A client that speaks for itself needs a secret.'],
    [{ client_secret: undefined }, 'A client that speaks for itself needs a secret.'],
    [{ client_secret: 5 }, 'client_secret must be a text.'],
    [
      { client_secret: 'x'.repeat(limits.passwordCharactersMax + 1) },
      'A secret may have at most 1024 characters.',
    ],
    [{ client_id: '' }, /^A client id consists of/],
    [{ client_id: 'a:b' }, /^A client id consists of/],
  ] as const;
  for (const [more, description] of cases) {
    refused(await create('impossible', more), 400, 'invalid_client', description);
  }
  const broken = await server.call('POST', '/oauth/clients', { body: '{' });
  refused(broken, 400, 'invalid_client', /cannot be read as JSON/);
  assert.equal((await server.call('GET', '/oauth/clients/impossible')).status, 404);
});

test('lists may be one text, and whoever logs users in can keep them logged in', async () => {
  const more = { authorized_grant_types: 'password', scope: 'openid,cloud_controller.read', authorities: '' };
  const { json } = await create('portal', more);
  assert.deepEqual(json.authorized_grant_types, ['password', 'refresh_token']);
  assert.deepEqual(json.scope, ['openid', 'cloud_controller.read']);
  assert.deepEqual(json.authorities, ['uaa.none']);
});

test('lists are filtered, sorted and paged', async () => {
  for (const id of ['list-b', 'list-a', 'list-c']) await create(id);
  const list = async (query: string) => (await server.call('GET', `/oauth/clients?${query}`)).json;
  const ids = async (query: string) =>
    (await list(`filter=client_id+sw+%22list-%22&${query}`)).resources.map(
      (one: { client_id: string }) => one.client_id,
    );
  assert.deepEqual(await ids(''), ['list-a', 'list-b', 'list-c']);
  assert.deepEqual(await ids('sortOrder=descending&count=2'), ['list-c', 'list-b']);
  assert.deepEqual(await ids('startIndex=3&sortBy=client_id'), ['list-c']);
  const one = await list('filter=client_id+eq+%22list-b%22&attributes=client_id');
  assert.deepEqual(one, {
    resources: [{ client_id: 'list-b' }],
    startIndex: 1,
    itemsPerPage: 100,
    totalResults: 1,
    schemas: ['http://cloudfoundry.org/schema/scim/oauth-clients-1.0'],
  });
  const wrong = await server.call('GET', '/oauth/clients?filter=userName+eq+%22x%22');
  refused(wrong, 400, 'scim', /the attributes are client_id/);
});

test('another secret ends the sessions of the old one, and is told without being told', async () => {
  await create('rotated');
  const token = await tokenOf('rotated');
  const body = { clientId: 'rotated', secret: 'a new one' };
  const changed = await server.call('PUT', '/oauth/clients/rotated/secret', { body });
  assert.deepEqual([changed.status, changed.json], [200, { status: 'ok', message: 'secret updated' }]);
  assert.equal((await server.call('GET', '/v3/audit_events', { token })).status, 401);
  await assert.rejects(tokenOf('rotated'), /Bad credentials/);
  await tokenOf('rotated', 'a new one');
  const events = await server.call('GET', '/v3/audit_events?types=audit.log.secret_change');
  const [event] = events.json.resources;
  assert.deepEqual([event.target.guid, event.data], ['rotated', { sessions: 1 }]);
});

test('a secret that cannot be set', async () => {
  await create('kept');
  const put = (id: string, body: object) => server.call('PUT', `/oauth/clients/${id}/secret`, { body });
  refused(await put('kept', {}), 400, 'invalid_client', 'A secret must be given.');
  refused(await put('kept', { secret: 'x', changeMode: 'ADD' }), 400, 'invalid_client', /one secret here/);
  refused(await put('cf', { secret: 'x' }), 400, 'invalid_client', /keeps its empty secret/);
  refused(await put('nobody', { secret: 'x' }), 404, 'not_found', 'No such client: nobody');
  await tokenOf('kept');
});

test('a client changes its own secret with the old one, and no other client’s', async () => {
  const own = { authorities: ['clients.secret'] };
  await create('own', own);
  await create('other', own);
  const token = await tokenOf('own');
  const put = (id: string, body: object) =>
    server.call('PUT', `/oauth/clients/${id}/secret`, { token, body });
  const theirs = await put('other', { oldSecret: 'secret of other', secret: 'x' });
  refused(theirs, 400, 'invalid_client', "Bad request. Not permitted to change another client's secret");
  const previous = 'Previous secret is required and must be valid';
  refused(await put('own', { secret: 'x' }), 400, 'invalid_client', previous);
  refused(await put('own', { oldSecret: 'wrong', secret: 'x' }), 400, 'invalid_client', previous);
  assert.equal((await put('own', { oldSecret: 'secret of own', secret: 'x' })).status, 200);
  await tokenOf('own', 'x');
});

test('who may do what', async () => {
  await server.call('POST', '/Users', { body: { userName: 'grace', password: 'p' } });
  const token = await server.login('grace', 'p');
  const read = 'clients.read clients.admin uaa.admin';
  const write = 'clients.write clients.admin uaa.admin';
  const secret = 'clients.secret clients.admin uaa.admin';
  for (const [method, path, scope] of [
    ['GET', '/oauth/clients', read],
    ['GET', '/oauth/clients/cf', read],
    ['POST', '/oauth/clients', write],
    ['DELETE', '/oauth/clients/cf', write],
    ['PUT', '/oauth/clients/cf/secret', secret],
  ] as const) {
    const body = method === 'POST' || method === 'PUT' ? { body: {} } : {};
    const reply = await server.call(method, path, { token, ...body });
    refused(reply, 403, 'insufficient_scope', 'Insufficient scope for this resource');
    assert.equal(reply.json.scope, scope);
    assert.equal((await server.call(method, path, { token: null, ...body })).status, 401);
  }
});

test('no answer holds a secret or its hash', async () => {
  await create('quiet');
  const answers = [
    await server.call('GET', '/oauth/clients'),
    await server.call('GET', '/oauth/clients/quiet'),
    await server.call('DELETE', '/oauth/clients/quiet'),
  ];
  for (const { text } of answers) assert.doesNotMatch(text, /secret of|hash|argon2|\$/);
});
