import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer } from '../harness.ts';
import { newHome, run } from './command.ts';
import { organizationGuid, startPlatform } from './foreign-platform.ts';

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
const launcher = at('bin/hansard');

const event = {
  guid: '00000000-0000-4000-8000-000000000001',
  type: 'audit.user.organization_manager_add',
  at: '2026-02-01T00:00:00Z',
  actor: 'jo',
  target: 'sam',
  organization: organizationGuid,
};

test('quarterly-access.sh leaves a table, the events and their digests', async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.close());
  platform.events = [event];
  const { folder } = newHome(t);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    HANSARD: launcher,
    HANSARD_URL: platform.url,
    HANSARD_TOKEN: platform.newToken(),
  };
  const args = ['my-org', '2026-01-01', '2026-04-01', join(folder, 'q1')];
  const ran = await run(at('examples/quarterly-access.sh'), args, folder, env);
  assert.equal(ran.code, 0, ran.err);
  assert.match(
    readFileSync(join(folder, 'q1/access.csv'), 'utf8'),
    /^\ufeffTimestamp,.*\r\n2026-02-01T00:00:00Z,jo@example\.org,/,
  );
  assert.equal((await run('sha256sum', ['-c', 'SHA256SUMS'], join(folder, 'q1'), env)).code, 0);
});

test('keep-what-a-platform-forgets.sh hands events of a platform on, once', async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.close());
  platform.events = [event];
  const server = await startServer();
  t.after(() => server.stop());
  const { folder, cf } = newHome(t);
  cf({ Target: platform.url, AccessToken: `bearer ${platform.newToken()}` });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    HANSARD: launcher,
    HANSARD_URL: server.url,
    HANSARD_USER: 'admin',
    HANSARD_PASSWORD: server.adminPassword,
    SINCE: '2026-01-01',
  };
  const script = at('examples/keep-what-a-platform-forgets.sh');
  assert.match(
    (await run(script, ['cloud.gov'], folder, env)).out,
    /^1 new under origin cloud\.gov, 0 known, 0 refused\./,
  );
  assert.match(
    (await run(script, ['cloud.gov'], folder, env)).out,
    /^0 new under origin cloud\.gov, 1 known, 0 refused\./,
  );
  platform.events = [];
  assert.deepEqual((await run(script, ['cloud.gov'], folder, env)).code, 0);
});
