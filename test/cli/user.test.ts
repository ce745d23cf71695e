import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isGuid } from '../../src/core/guid.ts';
import { adminPassword, startServer, type TestServer } from '../harness.ts';
import { newHome, type Ran } from './command.ts';
import { startPlatform } from './foreign-platform.ts';

interface Stage {
  readonly server: TestServer;
  /** Runs `hansard user` as the administrator, or with another token. */
  readonly user: (args: readonly string[], more?: { input?: string; token?: string }) => Promise<Ran>;
}

async function setUp(t: TestContext): Promise<Stage> {
  const server = await startServer();
  t.after(() => server.stop());
  const home = newHome(t);
  return {
    server,
    user: (args, { input = '', token = server.adminToken } = {}) =>
      home.hansard(['user', ...args], { env: { HANSARD_URL: server.url, HANSARD_TOKEN: token }, input }),
  };
}

const fromInput = '--password-stdin';

async function typesOf(server: TestServer, types: string): Promise<string[]> {
  const { json } = await server.call('GET', `/v3/audit_events?types=${types}`);
  return json.resources.map(
    (one: { type: string; target: { name: string } }) => `${one.type} ${one.target.name}`,
  );
}

test('a user is added with a password from a script, and is a user of the platform too', async (t) => {
  const { server, user } = await setUp(t);
  const added = await user(['add', 'ann', '--email', 'ann@example.org', '--given-name', 'Ann', fromInput], {
    input: 'secret of ann\n',
  });
  assert.deepEqual(added, { code: 0, out: 'User ann added.\n', err: '' });
  await server.login('ann', 'secret of ann');
  const { json } = await server.call('GET', '/v3/users?usernames=ann');
  const [platformUser] = json.resources;
  const [account] = (await server.call('GET', '/Users?filter=userName+eq+%22ann%22')).json.resources;
  assert.equal(platformUser.guid, account.id);
  assert.deepEqual(account.name, { givenName: 'Ann', familyName: '' });
  assert.deepEqual(account.emails, [{ value: 'ann@example.org', primary: true }]);
  assert.deepEqual(await typesOf(server, 'audit.user.create,audit.log.account_create'), [
    'audit.log.account_create ann',
    'audit.user.create ann',
  ]);
});

test('scopes are given, and listed with the rest', async (t) => {
  const { server, user } = await setUp(t);
  const scopes = ['--scope', 'openid', '--scope', 'cloud_controller.global_auditor'];
  const args = ['add', ...scopes, 'eve', '--json', fromInput];
  const added = await user(args, { input: 'p' });
  assert.equal(added.code, 0, added.err);
  const eve = JSON.parse(added.out);
  assert.ok(isGuid(eve.guid));
  const expected = {
    guid: eve.guid,
    username: 'eve',
    email: 'eve',
    givenName: '',
    familyName: '',
    active: true,
    scopes: ['cloud_controller.global_auditor'],
  };
  assert.deepEqual(eve, expected);
  const token = await server.login('eve', 'p');
  assert.equal((await server.call('GET', '/v3/audit_events', { token })).status, 200);
  const listed = JSON.parse((await user(['list', '--json'])).out);
  assert.deepEqual(
    listed.map((one: { username: string }) => one.username),
    ['admin', 'eve'],
  );
  assert.deepEqual(listed[1], expected);
  const table = await user(['list']);
  assert.match(
    table.out,
    /^name +e-mail +active +scopes\nadmin +admin +yes +cloud_controller\.admin .*\neve +eve +yes +cloud_controller\.global_auditor\n$/,
  );
});

test('what cannot be added is refused with a sentence, before anything is changed', async (t) => {
  const { server, user } = await setUp(t);
  const unknown = await user(['add', 'x', '--scope', 'cloud_controller.god', fromInput], { input: 'p' });
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /^There is no scope "cloud_controller\.god"\. The scopes are openid, /);
  const cases = [
    [['add', 'x', fromInput], '', 1, /A password must not be empty\./],
    [['add', 'x', fromInput], 'one\ntwo\n', 2, /more than one line/],
    [['add', 'x'], 'p', 2, /use --password-stdin/],
    [['add', 'admin', fromInput], 'p', 1, /Username already in use: admin/],
    [['add', 'x', fromInput], 'x'.repeat(10_000), 1, /too long for a secret/],
    [['delete', 'nobody', '-f'], '', 1, /There is no user "nobody"\./],
    [['password', 'nobody', fromInput], 'p', 1, /There is no user "nobody"\./],
    [['delete', 'admin'], '', 2, /-f does it without/],
  ] as const;
  for (const [args, input, code, err] of cases) {
    const ran = await user(args, { input });
    assert.equal(ran.code, code, ran.err);
    assert.match(ran.err, err);
  }
  assert.deepEqual(JSON.parse((await user(['list', '--json'])).out).length, 1);
  assert.deepEqual(await typesOf(server, 'audit.log.account_create'), []);
});

test('a deleted user has lost account, roles and log-in, each told with the name', async (t) => {
  const { server, user } = await setUp(t);
  await user(['add', 'bob', fromInput], { input: 'p' });
  const token = await server.login('bob', 'p');
  const organization = await server.call('POST', '/v3/organizations', { body: { name: 'o' } });
  const relationships = {
    organization: { data: { guid: organization.json.guid } },
    user: { data: { username: 'bob' } },
  };
  const role = { type: 'organization_user', relationships };
  assert.equal((await server.call('POST', '/v3/roles', { body: role })).status, 201);
  assert.deepEqual(await user(['delete', 'bob', '-f']), { code: 0, out: 'User bob deleted.\n', err: '' });
  assert.equal((await server.call('GET', '/v3/organizations', { token })).status, 401);
  assert.equal((await server.call('GET', '/v3/users?usernames=bob')).json.resources.length, 0);
  const types = ['audit.log.account_delete', 'audit.user.delete', 'audit.user.organization_user_remove'];
  assert.deepEqual(
    (await typesOf(server, types.join())).sort(),
    types.map((type) => `${type} bob`),
  );
});

test('the last administrator stays as they are', async (t) => {
  const { server, user } = await setUp(t);
  const refused = await user(['delete', 'admin', '-f']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /last active account with the scope uaa\.admin/);
  await server.login('admin', server.adminPassword);
});

test('an administrator sets a password, and its owner changes it with the old one', async (t) => {
  const { server, user } = await setUp(t);
  await user(['add', 'carl', fromInput], { input: 'first' });
  const set = await user(['password', 'carl', fromInput], { input: 'second\n' });
  assert.deepEqual([set.code, set.err], [0, '']);
  assert.match(set.out, /^The password of carl is changed/);
  const token = await server.login('carl', 'second');
  const wrong = await user(['password', 'Carl', fromInput], { token, input: 'no\nthird\n' });
  assert.deepEqual([wrong.code, wrong.err], [3, 'The server answered 401: Old password is incorrect\n']);
  assert.equal((await user(['password', 'carl', fromInput], { token, input: 'third\n' })).code, 2);
  const own = await user(['password', 'carl', fromInput], { token, input: 'second\nthird\n' });
  assert.deepEqual([own.code, own.err], [0, '']);
  await server.login('carl', 'third');
});

test('a wrong old password is sent once, also where the session could be renewed', async (t) => {
  const { server, user } = await setUp(t);
  await user(['add', 'dora', fromInput], { input: 'p' });
  const home = newHome(t);
  await home.hansard(['login', server.url, '-u', 'dora'], { env: { HANSARD_PASSWORD: 'p' } });
  const wrong = await home.hansard(['user', 'password', 'dora', fromInput], { input: 'no\nnew' });
  assert.equal(wrong.code, 3, wrong.err);
  await server.running.services.doors.notes.flush();
  const { json } = await server.call('GET', '/v3/audit_events?types=audit.log.login_failed');
  assert.deepEqual(
    json.resources.map((one: { data: { attempts: number } }) => one.data.attempts),
    [1],
  );
});

test('whoever has no right to keep users is told so, exit code 3', async (t) => {
  const { server, user } = await setUp(t);
  await user(['add', 'fay', fromInput], { input: 'p' });
  const token = await server.login('fay', 'p');
  for (const args of [['list'], ['add', 'x', fromInput], ['delete', 'admin', '-f']]) {
    const ran = await user(args, { token, input: 'p' });
    assert.deepEqual([ran.code, ran.out], [3, ''], ran.err);
    assert.match(ran.err, /Insufficient scope for this resource/);
  }
});

test('a foreign platform is no place for it', async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.close());
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
  const { code, err } = await newHome(t).hansard(['user', 'list'], { env });
  assert.deepEqual([code, err], [1, `${platform.url} is not a Hansard: it keeps no users and clients.\n`]);
});

test('in a data folder, while no server has it open', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-offline-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const home = newHome(t);
  const offline = (args: readonly string[], input = '') =>
    home.hansard(['user', ...args, '--data', folder], { input });
  const empty = await offline(['list']);
  assert.deepEqual([empty.code, empty.err], [1, `${folder} is not a data folder: it has no hansard.db\n`]);

  const first = await startServer({ directory: folder });
  const busy = await offline(['list']);
  assert.equal(busy.code, 1);
  assert.match(busy.err, /^A server has .* open: leave --data out/);
  await first.stop({ keep: true });

  const added = await offline(['add', 'ann', '--scope', 'uaa.admin', '--json', fromInput], 'p\n');
  assert.equal(added.code, 0, added.err);
  assert.deepEqual(JSON.parse(added.out).scopes, ['uaa.admin']);
  assert.match((await offline(['add', 'x', fromInput], '')).err, /must not be empty/);
  assert.match((await offline(['list'])).out, /\nann +ann +yes +uaa\.admin\n/);
  assert.equal((await offline(['password', 'admin', fromInput], 'another')).code, 0);
  assert.equal((await offline(['password', 'admin', fromInput], adminPassword)).code, 0);
  assert.equal((await offline(['add', 'bob', fromInput], 'p')).code, 0);
  assert.deepEqual(await offline(['delete', 'bob', '-f']), { code: 0, out: 'User bob deleted.\n', err: '' });
  assert.equal((await offline(['delete', 'ann', '-f'])).code, 0);
  assert.match((await offline(['delete', 'admin', '-f'])).err, /last active account/);

  const second = await startServer({ directory: folder });
  t.after(() => second.stop({ keep: true }));
  const types = await typesOf(second, 'audit.user.create,audit.user.delete,audit.log.password_change');
  assert.deepEqual(types.sort(), [
    'audit.log.password_change admin',
    'audit.log.password_change admin',
    'audit.user.create ann',
    'audit.user.create bob',
    'audit.user.delete ann',
    'audit.user.delete bob',
  ]);
});

const hasScript = spawnSync('script', ['--version']).status === 0;
const skip = hasScript ? false : 'needs a terminal to type on: script (util-linux)';

/** Types an answer to each question, as it is asked, on a terminal. */
function typed(command: string, env: Record<string, string>, answers: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], { env });
    const waiting = [...answers];
    let shown = '';
    let answered = 0;
    child.stdout.on('data', (piece) => {
      shown += piece;
      const questions = shown.split(': ').length - 1;
      while (answered < questions && waiting.length > 0) {
        answered += 1;
        child.stdin.write(`${waiting.shift()}\r`);
      }
    });
    child.on('error', reject);
    child.on('close', () => resolve(shown));
  });
}

test('on a terminal the password is asked for twice and never shown', { skip }, async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const { folder } = newHome(t);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    HANSARD_URL: server.url,
    HANSARD_TOKEN: server.adminToken,
  };
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const command = `${process.execPath} ${main} user`;
  const slip = await typed(`${command} add ann`, env, ['hidden one', 'hidden two']);
  assert.match(slip, /not the same: nothing was changed/);
  const added = await typed(`${command} add ann`, env, ['hidden one', 'hidden one']);
  assert.match(added, /New password of ann: .*New password of ann, again: .*User ann added\./s);
  for (const shown of [slip, added]) assert.doesNotMatch(shown, /hidden/);
  await server.login('ann', 'hidden one');
  assert.match(await typed(`${command} delete ann`, env, ['n']), /Nothing was changed/);
  assert.match(await typed(`${command} delete ann`, env, ['y']), /User ann deleted/);
});
