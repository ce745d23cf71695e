import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Home, newHome } from './command.ts';
import { organizationGuid, type Platform, password, spaceGuid, startPlatform } from './foreign-platform.ts';

async function setUp(
  t: TestContext,
  ...more: Parameters<typeof startPlatform>
): Promise<{ platform: Platform; home: Home }> {
  const platform = await startPlatform(...more);
  t.after(() => platform.close());
  return { platform, home: newHome(t) };
}

const sessionFile = (home: Home): string => join(home.folder, '.config/hansard/session.json');

test('log in with a password, set the target, look places up, log out', async (t) => {
  const { platform, home } = await setUp(t);
  const login = await home.hansard(['login', platform.url, '-u', 'jo', '-p', password]);
  assert.deepEqual(login, { code: 0, out: `Logged in to ${platform.url} as jo.\n`, err: '' });

  const target = await home.hansard(['target', '-o', 'my-org', '-s', 'prod']);
  assert.equal(target.code, 0, target.err);
  assert.match(target.out, /Organization: +my-org\nSpace: +prod\n/);
  assert.match(
    (await home.hansard(['target'])).out,
    /User: +jo\nOrganization: +my-org\nSpace: +prod\nSession of: +hansard\n/,
  );

  assert.equal((await home.hansard(['org', 'my-org', '--guid'])).out, `${organizationGuid}\n`);
  assert.equal((await home.hansard(['space', 'prod', '--guid'])).out, `${spaceGuid}\n`);
  const missing = await home.hansard(['org', 'nosuch', '--guid']);
  assert.deepEqual(missing, {
    code: 1,
    out: '',
    err: 'There is no organization "nosuch" that you can see.\n',
  });

  assert.equal((await home.hansard(['logout'])).out, 'Logged out.\n');
  assert.equal(existsSync(sessionFile(home)), false);
  assert.equal((await home.hansard(['target'])).code, 3);
});

test('the password may come from standard input or the environment, and is never printed', async (t) => {
  const { platform, home } = await setUp(t);
  const asked = await home.hansard(['login', platform.url], { input: `jo\n${password}\n` });
  assert.deepEqual([asked.code, asked.err], [0, 'User: Password: \n']);
  const env = { HANSARD_URL: platform.url, HANSARD_USER: 'jo', HANSARD_PASSWORD: password };
  assert.equal((await home.hansard(['login'], { env })).code, 0);
  assert.deepEqual((await home.hansard(['login', platform.url])).code, 1);
});

test('a client logs in with its secret, a person with a passcode', async (t) => {
  const { platform, home } = await setUp(t);
  const client = await home.hansard(['login', platform.url, '--client', 'auditor', '--secret', 's3cret']);
  assert.equal(client.code, 0, client.err);
  assert.doesNotMatch(readFileSync(sessionFile(home), 'utf8'), /s3cret/);
  assert.equal((await home.hansard(['login', platform.url, '--passcode', 'code'])).code, 0);
});

test('wrong credentials are refused in one sentence', async (t) => {
  const { platform, home } = await setUp(t);
  const login = await home.hansard(['login', platform.url, '-u', 'jo', '-p', 'wrong']);
  assert.deepEqual(login, { code: 3, out: '', err: 'The user or password is wrong.\n' });
  assert.equal(existsSync(sessionFile(home)), false);
});

test('a server out of reach is exit code 4', async (t) => {
  const { platform, home } = await setUp(t);
  await platform.close();
  const login = await home.hansard(['login', platform.url, '-u', 'jo', '-p', password]);
  assert.deepEqual(login, {
    code: 4,
    out: '',
    err: `Cannot reach ${platform.url}: nothing listens there.\n`,
  });
});

test("an expiring token is renewed and kept, in Hansard's own file alone", async (t) => {
  const { platform, home } = await setUp(t, { tokenSeconds: 30 });
  await home.hansard(['login', platform.url, '-u', 'jo', '-p', password]);
  const before = readFileSync(sessionFile(home), 'utf8');
  assert.equal((await home.hansard(['org', 'my-org', '--guid'])).code, 0);
  assert.notEqual(readFileSync(sessionFile(home), 'utf8'), before);

  home.cf({
    Target: platform.url,
    AccessToken: `bearer ${platform.newToken()}`,
    RefreshToken: 'renew-me',
    UaaEndpoint: platform.url,
  });
  const cfFile = join(home.folder, '.cf/config.json');
  const [ownBefore, cfBefore] = [readFileSync(sessionFile(home), 'utf8'), readFileSync(cfFile, 'utf8')];
  platform.requests.length = 0;
  assert.equal((await home.hansard(['org', 'my-org', '--guid', '--cf'])).code, 0);
  assert.equal(platform.requests[0], 'POST /oauth/token');
  assert.deepEqual(
    [readFileSync(sessionFile(home), 'utf8'), readFileSync(cfFile, 'utf8')],
    [ownBefore, cfBefore],
  );
});

test('a token that the server no longer knows is renewed once; without a way to, the session has ended', async (t) => {
  const { platform, home } = await setUp(t);
  await home.hansard(['login', platform.url, '-u', 'jo', '-p', password]);
  platform.tokens.clear();
  assert.equal((await home.hansard(['org', 'my-org', '--guid'])).code, 0);

  const token = platform.newToken();
  platform.tokens.clear();
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: token };
  const ended = await home.hansard(['org', 'my-org', '--guid'], { env });
  assert.deepEqual(ended, { code: 3, out: '', err: 'The server answered 401: Invalid Auth Token\n' });
});

test('scripts need no session: user and password of the environment are enough', async (t) => {
  const { platform, home } = await setUp(t);
  const env = { HANSARD_URL: platform.url, HANSARD_USER: 'jo', HANSARD_PASSWORD: password };
  assert.equal((await home.hansard(['org', 'my-org', '--guid'], { env })).out, `${organizationGuid}\n`);
  assert.equal(existsSync(sessionFile(home)), false);
});

test("setting a target on cf's session begins one of Hansard's own", async (t) => {
  const { platform, home } = await setUp(t, { speaks: ['v2'] });
  home.cf({
    Target: platform.url,
    AccessToken: `bearer ${platform.newToken()}`,
    RefreshToken: 'r',
    UaaEndpoint: platform.url,
  });
  const target = await home.hansard(['target', '-o', 'my-org', '-s', 'prod']);
  assert.equal(target.code, 0, target.err);
  assert.match((await home.hansard(['target'])).out, /my-org.*Session of: +hansard/s);
  assert.match((await home.hansard(['logout'])).out, /The cf command's session with/);
  assert.match((await home.hansard(['target'])).out, /none targeted.*Session of: +cf/s);
});

test('curl sends what it is given and prints what it gets', async (t) => {
  const { platform, home } = await setUp(t);
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
  const plain = await home.hansard(['curl', '/v3/echo', '-d', '{"a":1}'], { env });
  assert.deepEqual(plain, { code: 0, out: '{"method":"POST","body":"{\\"a\\":1}"}', err: '' });
  const full = await home.hansard(['curl', '-i', '-X', 'delete', '/v3/echo'], { env });
  assert.match(full.out, /^HTTP\/1\.1 201 Created\r\n.*x-test: yes\r\n.*\{"method":"DELETE"/s);
  assert.equal((await home.hansard(['curl', '/v3/nothing'], { env })).code, 0);
  assert.deepEqual((await home.hansard(['curl', '-f', '/v3/nothing'], { env })).code, 1);
  assert.deepEqual((await home.hansard(['curl', 'v3'], { env })).code, 2);
  platform.tokens.clear();
  assert.deepEqual((await home.hansard(['curl', '-f', '/v3/echo'], { env })).code, 3);
});

test('without a scheme, this machine is spoken to in HTTP', async (t) => {
  const { platform, home } = await setUp(t);
  const { host } = new URL(platform.url);
  const login = await home.hansard(['login', host, '-u', 'jo', '-p', password]);
  assert.deepEqual([login.code, login.out], [0, `Logged in to ${platform.url} as jo.\n`], login.err);
  const tls = await home.hansard(['login', `https://${host}`, '-u', 'jo', '-p', password]);
  assert.deepEqual(
    [tls.code, tls.err],
    [4, `Cannot reach https://${host}: it does not speak TLS. Is it ${platform.url}?\n`],
  );
});

test('a token from the environment that has ended is named', async (t) => {
  const { platform, home } = await setUp(t, { tokenSeconds: -5 });
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
  const { code, err } = await home.hansard(['events'], { env });
  assert.deepEqual([code, err], [3, 'The token in HANSARD_TOKEN has ended.\n']);
});
