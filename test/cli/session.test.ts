import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CliFailure } from '../../src/cli/failure.ts';
import {
  cfPath,
  chosenSession,
  type Environment,
  environmentSession,
  forgetSession,
  keepSession,
  ownSession,
  serverUrl,
  sessionPath,
} from '../../src/cli/session.ts';
import { newHome } from './command.ts';

function home(t: TestContext): Environment & { HOME: string } {
  const HOME = mkdtempSync(join(tmpdir(), 'hansard-session-'));
  t.after(() => rmSync(HOME, { recursive: true }));
  return { HOME };
}

const cfConfig = {
  Target: 'https://api.cf.example',
  AccessToken: 'bearer a.b.c',
  RefreshToken: 'r',
  UaaEndpoint: 'https://uaa.cf.example',
  OrganizationFields: { GUID: 'o1', Name: 'my-org' },
  SpaceFields: { GUID: '', Name: '' },
  SSLDisabled: true,
};

test('files stand where their owners look for them', () => {
  assert.equal(sessionPath({ HOME: '/h' }), '/h/.config/hansard/session.json');
  assert.equal(sessionPath({ HOME: '/h', XDG_CONFIG_HOME: '/x' }), '/x/hansard/session.json');
  assert.equal(cfPath({ HOME: '/h' }), '/h/.cf/config.json');
  assert.equal(cfPath({ HOME: '/h', CF_HOME: '/c' }), '/c/.cf/config.json');
});

test('addresses are read as people write them', () => {
  assert.equal(serverUrl('api.example.org'), 'https://api.example.org');
  assert.equal(serverUrl('http://127.0.0.1:8080/'), 'http://127.0.0.1:8080');
  assert.equal(serverUrl('https://example.org/cf//'), 'https://example.org/cf');
  for (const wrong of ['ftp://x', 'https://', 'https://user@x.org', 'a b']) {
    assert.throws(() => serverUrl(wrong), CliFailure, wrong);
  }
});

test("a kept session comes back, readable by its owner alone, without the client's secret", async (t) => {
  const env = home(t);
  const session = {
    ...environmentSession('https://a.example', 'a.b.c'),
    refreshToken: 'r',
    clientSecret: 'secret',
  };
  await keepSession({ ...session, organization: { guid: 'o1', name: 'my-org' } }, env);
  assert.equal(statSync(sessionPath(env)).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(sessionPath(env), 'utf8'), /secret/i);
  const kept = await ownSession(env);
  assert.deepEqual(
    [kept?.url, kept?.accessToken, kept?.organization?.name, kept?.source],
    ['https://a.example', 'a.b.c', 'my-org', 'own'],
  );
  assert.equal(await forgetSession(env), true);
  assert.equal(await forgetSession(env), false);
  assert.equal(await ownSession(env), null);
});

test('an old file with looser rights is replaced by a tight one', async (t) => {
  const env = home(t);
  await keepSession(environmentSession('https://a.example', 'x'), env);
  writeFileSync(sessionPath(env), '{}', { mode: 0o644 });
  await keepSession(environmentSession('https://a.example', 'x'), env);
  assert.equal(statSync(sessionPath(env)).mode & 0o777, 0o600);
});

test("the cf command's session is understood", async (t) => {
  const { folder, cf } = newHome(t);
  cf(cfConfig);
  const session = await chosenSession({}, { HOME: folder });
  assert.deepEqual(session, {
    source: 'cf',
    url: 'https://api.cf.example',
    uaa: 'https://uaa.cf.example',
    client: 'cf',
    clientSecret: '',
    accessToken: 'a.b.c',
    refreshToken: 'r',
    organization: { guid: 'o1', name: 'my-org' },
    space: null,
    insecure: true,
  });
});

test("own session wins over cf's unless cf's is asked for", async (t) => {
  const { folder, cf } = newHome(t);
  const env = { HOME: folder };
  cf(cfConfig);
  await keepSession(environmentSession('https://own.example', 'own'), env);
  assert.equal((await chosenSession({}, env)).url, 'https://own.example');
  assert.equal((await chosenSession({ cf: true }, env)).url, 'https://api.cf.example');
  assert.equal((await chosenSession({ url: 'api.cf.example' }, env)).source, 'cf');
});

test('a token is never used for another server than its own', async (t) => {
  const { folder, cf } = newHome(t);
  cf(cfConfig);
  await assert.rejects(chosenSession({ url: 'https://other.example' }, { HOME: folder }), { exitCode: 3 });
  await assert.rejects(chosenSession({}, { HOME: folder, HANSARD_URL: 'https://other.example' }), {
    exitCode: 3,
  });
});

test('scripts bring address and token in the environment', async (t) => {
  const env = { ...home(t), HANSARD_URL: 'https://a.example', HANSARD_TOKEN: 'Bearer x.y.z' };
  const session = await chosenSession({}, env);
  assert.deepEqual(
    [session.source, session.url, session.accessToken],
    ['environment', 'https://a.example', 'x.y.z'],
  );
  await assert.rejects(chosenSession({}, { ...home(t), HANSARD_TOKEN: 'x' }), { exitCode: 2 });
});

test('nobody logged in, and a broken file, are told apart', async (t) => {
  const { folder, cf } = newHome(t);
  await assert.rejects(chosenSession({}, { HOME: folder }), { exitCode: 3, message: /not logged in/ });
  cf({});
  writeFileSync(cfPath({ HOME: folder }), '{');
  await assert.rejects(chosenSession({}, { HOME: folder }), { exitCode: 1, message: /is not JSON/ });
});
