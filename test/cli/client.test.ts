import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { request, startServer, type TestServer } from '../harness.ts';
import { newHome, type Ran } from './command.ts';

interface Stage {
  readonly server: TestServer;
  readonly client: (args: readonly string[], more?: { input?: string; token?: string }) => Promise<Ran>;
}

async function setUp(t: TestContext): Promise<Stage> {
  const server = await startServer();
  t.after(() => server.stop());
  const home = newHome(t);
  return {
    server,
    client: (args, { input = '', token = server.adminToken } = {}) =>
      home.hansard(['client', ...args], { env: { HANSARD_URL: server.url, HANSARD_TOKEN: token }, input }),
  };
}

const authority = ['--authority', 'cloud_controller.global_auditor'] as const;

/** The answer to a client that asks for a token of its own. */
async function token(url: string, id: string, secret: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const reply = await request(url, 'POST', '/oauth/token', { headers, body: body.toString() });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.access_token;
}

test('a client is added with a secret that is shown once, and reads what it was given', async (t) => {
  const { server, client } = await setUp(t);
  const added = await client(['add', 'reporter', ...authority]);
  assert.equal(added.code, 0, added.err);
  const [, secret = ''] =
    /^Client reporter added\.\nIts secret, shown only now: (hansard_secret_\S{43})\n$/.exec(added.out) ?? [];
  const granted = await token(server.url, 'reporter', secret);
  const events = await server.call('GET', '/v3/audit_events?types=audit.log.client_create', {
    token: granted,
  });
  assert.deepEqual(events.json.resources[0].data, {
    grants: ['client_credentials'],
    scopes: [],
    authorities: ['cloud_controller.global_auditor'],
  });
  assert.equal(events.json.resources[0].actor.name, 'admin');
  const listed = await client(['list', '--json']);
  assert.ok(!listed.out.includes(secret));
  assert.deepEqual(JSON.parse(listed.out).at(-1), {
    id: 'reporter',
    grants: ['client_credentials'],
    authorities: ['cloud_controller.global_auditor'],
    scopes: [],
  });
  assert.match(
    (await client(['list'])).out,
    /^id +grants +authorities +scopes\ncf +password refresh_token +- +\(all\)\nreporter +client_credentials +cloud_controller\.global_auditor +-\n$/,
  );
});

test('for scripts: a secret of one’s own, and one that was made up, as JSON', async (t) => {
  const { server, client } = await setUp(t);
  const own = await client(['add', 'a', ...authority, '--secret-stdin', '--json'], {
    input: 's3cret of a\n',
  });
  assert.deepEqual(JSON.parse(own.out).secret, undefined);
  await token(server.url, 'a', 's3cret of a');
  const made = await client(['add', 'b', ...authority, '--json']);
  await token(server.url, 'b', JSON.parse(made.out).secret);
  const users = ['--grant', 'password', '--scope', 'openid', '--scope', 'cloud_controller.read'];
  const portal = JSON.parse((await client(['add', 'portal', ...users, '--json'])).out);
  assert.deepEqual(
    [portal.grants, portal.scopes],
    [
      ['password', 'refresh_token'],
      ['openid', 'cloud_controller.read'],
    ],
  );
});

test('what cannot be added or deleted is refused with a sentence', async (t) => {
  const { client } = await setUp(t);
  const cases = [
    [['add', 'x', '--authority', 'god'], '', 2, /There is no scope "god"/],
    [
      ['add', 'x', '--grant', 'implicit'],
      '',
      1,
      /implicit is not an allowed grant type\. Must be one of: \[/,
    ],
    [['add', 'x y', ...authority], '', 1, /A client id consists of/],
    [['add', 'cf', ...authority], '', 1, /Client already exists: cf/],
    [['add', 'x', ...authority, '--secret-stdin'], '', 1, /needs a secret/],
    [['add', 'x', '--secret-stdin'], 'a\nb', 2, /more than one line/],
    [['add', 'x', ...authority, '--secret-stdin'], 'x'.repeat(1_025), 1, /at most 1024 characters/],
    [['delete', 'cf', '-f'], '', 1, /is built in and stays/],
    [['delete', 'nobody', '-f'], '', 1, /No such client: nobody/],
    [['delete', 'cf'], '', 2, /-f does it without/],
  ] as const;
  for (const [args, input, code, err] of cases) {
    const ran = await client(args, { input });
    assert.equal(ran.code, code, ran.err);
    assert.match(ran.err, err);
  }
  assert.equal(JSON.parse((await client(['list', '--json'])).out).length, 1);
});

test('a deleted client has lost its tokens', async (t) => {
  const { server, client } = await setUp(t);
  await client(['add', 'gone', ...authority, '--secret-stdin'], { input: 's' });
  const granted = await token(server.url, 'gone', 's');
  assert.deepEqual(await client(['delete', 'gone', '-f']), {
    code: 0,
    out: 'Client gone deleted.\n',
    err: '',
  });
  assert.equal((await server.call('GET', '/v3/audit_events', { token: granted })).status, 401);
});

test('whoever has no right to keep clients is told so, exit code 3', async (t) => {
  const { server, client } = await setUp(t);
  await server.call('POST', '/Users', { body: { userName: 'fay', password: 'p' } });
  const fay = await server.login('fay', 'p');
  for (const args of [['list'], ['add', 'x'], ['delete', 'cf', '-f']]) {
    const ran = await client(args, { token: fay });
    assert.deepEqual([ran.code, ran.out], [3, ''], ran.err);
    assert.match(ran.err, /Insufficient scope/);
  }
});

test('in a data folder, while no server has it open', async (t) => {
  const first = await startServer();
  await first.stop({ keep: true });
  const home = newHome(t);
  const offline = (args: readonly string[], input = '') =>
    home.hansard(['client', ...args, '--data', first.directory], { input });
  assert.equal((await offline(['add', 'gone', ...authority])).code, 0);
  const added = await offline(['add', 'collector', ...authority, '--json']);
  assert.equal(added.code, 0, added.err);
  assert.match((await offline(['add', 'x', '--grant', 'magic'])).err, /magic is not an allowed grant type/);
  assert.equal((await offline(['delete', 'gone', '-f'])).code, 0);
  assert.match((await offline(['delete', 'gone', '-f'])).err, /Client not found/);
  assert.match((await offline(['list'])).out, /\ncollector +client_credentials/);

  const second = await startServer({ directory: first.directory });
  t.after(() => second.stop());
  await token(second.url, 'collector', JSON.parse(added.out).secret);
});
