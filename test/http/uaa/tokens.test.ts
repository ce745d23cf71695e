import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { systemRandom } from '../../../src/core/guid.ts';
import { generateSecret, newClient } from '../../../src/identity/client.ts';
import { systemDoer } from '../../../src/identity/principal.ts';
import { type Reply, startServer, type TestServer } from '../../harness.ts';

let server: TestServer;
const { secret, secretHash } = generateSecret(systemRandom);
before(async () => {
  server = await startServer();
  const doer = systemDoer({ absent: 'a test' });
  const authorities = ['cloud_controller.read', 'uaa.resource'];
  const client = newClient({ id: 'collector', secretHash, authorities });
  await server.running.services.doors.run('client.create', { doer, client });
  const body = { userName: 'bob', password: 'secret of bob' };
  assert.equal((await server.call('POST', '/Users', { body })).status, 201);
});
after(() => server.stop());

const cf = 'Basic Y2Y6';

function form(fields: Record<string, string>, authorization: string | null = cf, query = ''): Promise<Reply> {
  return server.call('POST', `/oauth/token${query}`, {
    token: null,
    body: new URLSearchParams(fields).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization !== null && { authorization }),
    },
  });
}

const bob = { grant_type: 'password', username: 'bob', password: 'secret of bob' };

function refused(reply: Reply, status: number, error: string, description: string | RegExp) {
  assert.equal(reply.status, status, reply.text);
  assert.equal(reply.json.error, error);
  if (typeof description === 'string') assert.equal(reply.json.error_description, description);
  else assert.match(reply.json.error_description, description);
}

test('the password grant of cf auth', async () => {
  const reply = await form(bob);
  assert.equal(reply.status, 200);
  const { access_token, refresh_token, ...rest } = reply.json;
  assert.deepEqual(rest, {
    token_type: 'bearer',
    expires_in: 599,
    scope: 'openid cloud_controller.read cloud_controller.write password.write uaa.user',
    jti: decodeJwt(access_token).jti,
  });
  assert.equal(typeof refresh_token, 'string');
  assert.equal(reply.headers.get('cache-control'), 'no-store');
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(decodeJwt(access_token).user_name, 'bob');
});

test('an empty scope is none, and a client in the form beside the header does no harm', async () => {
  assert.equal((await form({ ...bob, scope: '' })).status, 200);
  assert.equal((await form({ ...bob, client_id: 'cf' })).status, 200);
  assert.equal((await form({ ...bob, client_id: 'cf', client_secret: '' }, null)).status, 200);
});

test('bad credentials', async () => {
  refused(await form({ ...bob, password: 'wrong' }), 401, 'unauthorized', 'Bad credentials');
  refused(await form({ ...bob, username: 'nobody' }), 401, 'unauthorized', 'Bad credentials');
  refused(await form({ grant_type: 'password' }), 401, 'unauthorized', 'Bad credentials');
});

test('the origin that is hinted at must be uaa', async () => {
  const hint = (origin: string) => `?login_hint=${encodeURIComponent(JSON.stringify({ origin }))}`;
  assert.equal((await form(bob, cf, hint('uaa'))).status, 200);
  assert.equal((await form({ ...bob, login_hint: '{"origin":"uaa"}' })).status, 200);
  const unknown = 'The origin provided in the login hint is invalid.';
  refused(await form(bob, cf, hint('ldap')), 401, 'unauthorized', unknown);
  refused(await form({ ...bob, login_hint: '{"origin":"ldap"}' }), 401, 'unauthorized', unknown);
  refused(await form(bob, cf, '?login_hint=x'), 401, 'unauthorized', unknown);
});

test('one-time passcodes are refused in words', async () => {
  refused(
    await form({ grant_type: 'password', passcode: 'abc' }),
    400,
    'invalid_request',
    /passcodes .* not supported/,
  );
});

test('requests that are none', async () => {
  refused(await form({}), 400, 'invalid_request', 'Missing grant type');
  for (const type of ['authorization_code', 'toString', 'PASSWORD']) {
    refused(await form({ grant_type: type }), 400, 'unsupported_grant_type', 'Unsupported grant type');
  }
  refused(
    await form({ grant_type: 'refresh_token' }),
    400,
    'invalid_request',
    'A refresh token must be given.',
  );
});

test('password and user name count in the form alone', async () => {
  const query = `?${new URLSearchParams(bob)}`;
  refused(await form({}, cf, query), 400, 'invalid_request', 'Missing grant type');
});

test('a client that is none', async () => {
  refused(await form(bob, 'Basic Y2Y6eA=='), 401, 'invalid_client', 'Bad credentials');
  refused(await form(bob, null), 401, 'invalid_client', 'Bad credentials');
  const wrong = { grant_type: 'client_credentials', client_id: 'collector', client_secret: 'x' };
  const reply = await form(wrong, null);
  refused(reply, 401, 'invalid_client', 'Bad credentials');
  assert.match(reply.headers.get('www-authenticate') ?? '', /^Basic /);
});

test('client credentials, in the form as cf sends them and in the header as others do', async () => {
  const grant_type = 'client_credentials';
  const basic = `Basic ${Buffer.from(`collector:${secret}`).toString('base64')}`;
  const replies = [
    await form({ grant_type, client_id: 'collector', client_secret: secret }, null),
    await form({ grant_type }, basic),
  ];
  for (const reply of replies) {
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.refresh_token, undefined);
    assert.equal(decodeJwt(reply.json.access_token).client_id, 'collector');
    const answer = await server.call('GET', '/v3/audit_events', { token: reply.json.access_token });
    assert.equal(answer.status, 200, answer.text);
  }
  refused(await form({ ...bob }, basic), 401, 'unauthorized_client', 'Unauthorized grant type: password');
});

test('a refresh, with and without the empty scope of old command lines', async () => {
  const { refresh_token } = (await form(bob)).json;
  for (const more of [{}, { scope: '' }]) {
    const reply = await form({ grant_type: 'refresh_token', refresh_token, ...more });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.json.refresh_token, refresh_token);
    assert.equal(reply.json.token_type, 'bearer');
    assert.equal(decodeJwt(reply.json.access_token).user_name, 'bob');
  }
  const wrong = await form({ grant_type: 'refresh_token', refresh_token: 'x' });
  refused(wrong, 401, 'invalid_token', /expired, was revoked/);
});

test('cf logout ends the session: the access token, its sisters and the refresh token', async () => {
  const first = (await form(bob)).json;
  const { refresh_token } = first;
  const second = (await form({ grant_type: 'refresh_token', refresh_token })).json;
  const token = second.access_token;
  const elsewhere = await server.call('DELETE', `/oauth/token/revoke/${first.jti}`, { token });
  assert.equal(elsewhere.status, 404);
  const revoked = await server.call('DELETE', `/oauth/token/revoke/${second.jti}`, { token });
  assert.equal(revoked.status, 200);
  for (const dead of [first.access_token, token]) {
    const reply = await server.call('GET', '/v3/organizations', { token: dead });
    assert.equal(reply.status, 401);
    assert.equal(reply.json.errors[0].title, 'CF-InvalidAuthToken');
  }
  refused(await form({ grant_type: 'refresh_token', refresh_token }), 401, 'invalid_token', /revoked/);
  const again = await server.call('DELETE', `/oauth/token/revoke/${second.jti}`, { token });
  refused(again, 401, 'invalid_token', /revoked/);
  const events = await server.call('GET', '/v3/audit_events?types=audit.log.logout');
  assert.equal(events.json.resources.at(-1).actor.guid, decodeJwt(token).user_id);
});

test('a token is explained to clients that may ask', async () => {
  const { access_token: token } = (await form(bob)).json;
  const check = (authorization: string, fields: Record<string, string>) =>
    server.call('POST', '/check_token', {
      token: null,
      body: new URLSearchParams(fields).toString(),
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    });
  const basic = `Basic ${Buffer.from(`collector:${secret}`).toString('base64')}`;
  const good = await check(basic, { token });
  assert.equal(good.status, 200);
  assert.equal(good.json.user_name, 'bob');
  assert.deepEqual(good.json, decodeJwt(token));
  refused(await check(basic, { token: 'x' }), 400, 'invalid_token', /revoked/);
  refused(await check(basic, {}), 400, 'invalid_request', 'A token must be given.');
  refused(await check(cf, { token }), 403, 'access_denied', 'Access is denied');
  refused(await check('Basic Y2Y6eA==', { token }), 401, 'invalid_client', 'Bad credentials');
});

test('the keys are public', async () => {
  const one = await server.call('GET', '/token_key', { token: null });
  const all = await server.call('GET', '/token_keys', { token: null });
  assert.deepEqual(all.json.keys, [one.json]);
  assert.deepEqual(Object.keys(one.json).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use', 'value']);
});

test('what a client asks before it logs in', async () => {
  for (const path of ['/login', '/info']) {
    for (const headers of [{}, { authorization: '' }, { authorization: 'bearer x' }]) {
      const { status, json } = await server.call('GET', path, { token: null, headers });
      assert.equal(status, 200);
      assert.deepEqual(json.prompts, { username: ['text', 'Email'], password: ['password', 'Password'] });
      assert.deepEqual(json.links, { uaa: server.url, login: server.url });
      assert.match(json.app.version, /^\d+\.\d+\.\d+$/);
    }
  }
});
