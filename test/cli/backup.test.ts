// A backup is taken while the server works, and starts as a server of its own.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backupOf, importOffline } from '../../src/compose.ts';
import { startServer, type TestServer } from '../harness.ts';

describe('backup', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it('copies what was acknowledged, keys included, and nothing half-done', async () => {
    const create = (name: string) => server.call('POST', '/v3/organizations', { body: { name } });
    assert.equal((await create('before')).status, 201);
    const during = Promise.all(Array.from({ length: 20 }, (_, index) => create(`during-${index}`)));
    const target = `${server.directory}/copy`;
    assert.equal(backupOf(server.directory, target), null);
    await during;
    assert.equal((await stat(`${target}/hansard.db`)).mode & 0o777, 0o600);
    assert.equal((await stat(`${target}/keys`)).mode & 0o777, 0o700);

    const copy = await startServer({ directory: target });
    const organizations = (await copy.call('GET', '/v3/organizations?per_page=100')).json.resources;
    const events = (await copy.call('GET', '/v3/audit_events?types=audit.organization.create')).json
      .resources;
    assert.ok(organizations.some((one: { name: string }) => one.name === 'before'));
    assert.deepEqual(
      events.map((one: { target: { guid: string } }) => one.target.guid).sort(),
      organizations.map((one: { guid: string }) => one.guid).sort(),
    );
    assert.equal((await copy.call('GET', '/v3/organizations', { token: server.adminToken })).status, 200);
    await copy.stop({ keep: true });
  });

  it('copies a folder that no server has made keys for, and leaves nothing of what failed', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'hansard-backup-'));
    t.after(() => rm(folder, { recursive: true }));
    const data = join(folder, 'data');
    mkdirSync(data);
    await importOffline(data, (async function* () {})(), 'import', () => '0', {
      chosen: 'a password of its own',
      announce: () => undefined,
    });
    const target = join(folder, 'copies', 'first');
    assert.equal(backupOf(data, `${target}/`), null);
    assert.ok(existsSync(`${target}/hansard.db`) && !existsSync(`${target}/keys`));
    assert.equal((await stat(target)).mode & 0o777, 0o700);

    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'hansard.db'), 'no store');
    const second = join(folder, 'second');
    assert.throws(() => backupOf(broken, second));
    assert.ok(!existsSync(second) && !existsSync(`${second}.part`));
    mkdirSync(`${second}.part`);
    assert.match(backupOf(data, second) ?? '', /second\.part is another copy in the making, or broke off/);
    rmSync(`${second}.part`, { recursive: true });
    assert.equal(backupOf(data, second), null);
  });

  it('says why it cannot', () => {
    assert.match(backupOf('/nonexistent', `${server.directory}/x`) ?? '', /not a data folder/);
    assert.match(backupOf(server.directory, server.directory) ?? '', /exists already/);
  });
});
