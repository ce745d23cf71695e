// A backup is taken while the server works, and starts as a server of its own.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { backupOf } from '../../src/compose.ts';
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

  it('says why it cannot', () => {
    assert.match(backupOf('/nonexistent', `${server.directory}/x`) ?? '', /not a data folder/);
    assert.match(backupOf(server.directory, server.directory) ?? '', /exists already/);
  });
});
