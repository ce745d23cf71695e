// Global readers who have roles beside: they see everything, and may change what their roles let them change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Principal } from '../../src/identity/principal.ts';
import { allowed, type Role } from '../../src/identity/role.ts';
import { visibilityOf } from '../../src/identity/visibility.ts';
import { request } from '../harness.ts';
import { openWorld, type World } from '../http/v3/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.stop());

const readers = ['cloud_controller.global_auditor', 'cloud_controller.admin_read_only'] as const;

async function narrowToken(username: string, scope: string): Promise<string> {
  const fields = { grant_type: 'password', username, password: 'a password for tests only', scope };
  const reply = await request(world.url, 'POST', '/oauth/token', {
    headers: { authorization: 'Basic Y2Y6', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.access_token;
}

for (const scope of readers) {
  test(`${scope} who manages an organization reads everything and changes that organization`, async () => {
    const { name, guid, token } = await world.person(`reader ${scope}`, [scope]);
    const own = await world.organization(`own of ${scope}`);
    const other = await world.organization(`other of ${scope}`);
    const rename = (place: string, asker = token) =>
      world.call('PATCH', `/v3/organizations/${place}`, { token: asker, body: { name: `new ${place}` } });
    assert.equal((await rename(own)).status, 403, 'without the role');
    await world.give('organization_manager', guid, own);
    assert.equal((await rename(own)).status, 200);
    assert.equal((await rename(other)).status, 403);
    assert.equal((await world.call('GET', `/v3/organizations/${other}`, { token })).status, 200);
    const seen = await world.call('GET', `/v3/audit_events?organization_guids=${other}`, { token });
    const all = await world.call('GET', `/v3/audit_events?organization_guids=${other}`);
    assert.ok(all.json.pagination.total_results > 0);
    assert.equal(seen.json.pagination.total_results, all.json.pagination.total_results);
    const readOnly = await narrowToken(name, `${scope} cloud_controller.read`);
    assert.equal((await rename(own, readOnly)).status, 403, 'a token that may not write');
  });
}

test('roles are read for everybody but admins, and what global readers see stays everything', async () => {
  const { guid } = await world.person('olga');
  const organization = await world.organization('of olga');
  await world.give('organization_manager', guid, organization);
  const standing = (...scopes: string[]) => {
    const principal: Principal = { kind: 'user', guid, username: '', email: '', client: 'cf', scopes };
    return world.running.services.standing(principal);
  };
  const manager: Role = { type: 'organization_manager', organizationGuid: organization, spaceGuid: '' };
  const where = { organizationGuid: organization, spaceGuid: '' };
  assert.deepEqual((await standing('cloud_controller.admin')).roles, []);
  for (const scope of readers) {
    const reader = await standing(scope, 'cloud_controller.write');
    assert.deepEqual(reader.roles, [manager]);
    assert.deepEqual(visibilityOf(reader, ['']), { kind: 'all' });
    assert.ok(allowed(reader, 'organization.update', where));
    assert.ok(!allowed(reader, 'organization.suspend', where));
    assert.ok(!allowed(await standing(scope), 'organization.update', where));
  }
});
