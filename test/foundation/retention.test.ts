// Who may keep longer, and who shorter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNewUser } from '../../src/http/v3/users.ts';
import { grant, type Permit } from '../../src/identity/permit.ts';
import type { Action, Standing } from '../../src/identity/role.ts';
import { readRetention } from '../../src/log/retention.ts';
import { adminPermit, doerNamed } from '../log/disposal-rig.ts';
import { approve, kept, proposed, rigOf, setPolicy } from './two-people.ts';

test('longer holds at once and is told of with what was before; the same again changes nothing', async (t) => {
  const rig = await rigOf(t);
  assert.equal(await setPolicy(rig, 'one', { keptMonths: 72 }), null);
  assert.equal(await setPolicy(rig, 'one', { keptMonths: 72 }), null);
  const { policy } = await readRetention(rig.store);
  assert.deepEqual([policy.preset, policy.searchableMonths, policy.keptMonths], ['custom', 12, 72]);
  assert.deepEqual(policy.setBy, { guid: 'one', name: 'name of one' });
  const told = await rig.told('audit.log.retention_');
  assert.deepEqual(
    told.map(({ type, data }) => [type, data]),
    [
      [
        'audit.log.retention_change',
        {
          before: { preset: 'default', searchable_months: 12, kept_months: 30 },
          after: { preset: 'custom', searchable_months: 12, kept_months: 72 },
          reason: 'r',
        },
      ],
    ],
  );
});

test('searchable for a shorter time is shorter too, and so is a preset that keeps less of either', async (t) => {
  const rig = await rigOf(t);
  await proposed(setPolicy(rig, 'one', { searchableMonths: 6 }));
  await proposed(setPolicy(rig, 'one', { searchableMonths: 6, keptMonths: 72 }));
  const permit = adminPermit('one', 'retention.update');
  await proposed(
    rig.perform('retention.update', permit, doerNamed('one'), { preset: 'm-26-14', reason: '' }),
  );
  assert.equal(await kept(rig), 30);
});

test('months that make no sense are refused with the right ones', async (t) => {
  const rig = await rigOf(t);
  await assert.rejects(setPolicy(rig, 'one', { keptMonths: 0 }), /1 to 1200 whole months, not 0/);
  await assert.rejects(setPolicy(rig, 'one', { keptMonths: 1_201 }), /not 1201/);
  await assert.rejects(setPolicy(rig, 'one', { searchableMonths: 31 }), /31 of 30 months/);
  await assert.rejects(setPolicy(rig, 'one', { searchableMonths: -1 }), /not -1/);
});

test('an organization keeps longer by its manager, shorter only by two administrators', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  await rig.store.run('start.first', {
    adminPasswordHash: 'none',
    version: '0',
    origin: 'log.test/0123456789abcdef/1',
  });
  const metadata = { labels: [], annotations: [] };
  const create = adminPermit('one', 'organization.create');
  const input = { name: 'acme', suspended: false, metadata, request: {} };
  const { resource } = await rig.perform('organization.create', create, doerNamed('one'), input);
  const where = { organizationGuid: resource.guid, spaceGuid: '' };
  const role = { type: 'organization_manager', organizationGuid: resource.guid, spaceGuid: '' } as const;
  const manager: Standing = { userGuid: 'ann', global: null, write: true, roles: [role] };
  await rig.perform(
    'user.create',
    adminPermit('one', 'user.create'),
    doerNamed('one'),
    parseNewUser({ guid: 'ann' }),
  );
  await rig.perform(
    'organization_role.create',
    adminPermit('one', 'organization_role.create', where),
    doerNamed('one'),
    { type: 'organization_manager', user: { guid: 'ann' }, request: {} },
  );
  const prolong = (permit: Permit<'retention.prolong'>, keptMonths: number | null, by: string) =>
    rig.perform('retention.prolong', permit, doerNamed(by), { keptMonths, reason: '' });
  const own = grant(manager, 'retention.prolong', where);
  assert.equal(await prolong(own, 72, 'ann'), null);
  assert.equal(await prolong(own, 72, 'ann'), null);
  await assert.rejects(prolong(own, 60, 'ann'), { entry: 'NotAuthorized' });
  await assert.rejects(prolong(own, null, 'ann'), { entry: 'NotAuthorized' });
  await assert.rejects(prolong(own, 12, 'ann'), /cannot keep less than the policy: 12 months/);
  assert.throws(() => grant(manager, 'retention.prolong', { organizationGuid: 'other', spaceGuid: '' }));
  const admin = adminPermit('one', 'retention.prolong', where);
  const proposal = await proposed(prolong(admin, null, 'one'));
  assert.equal((await readRetention(rig.store)).prolongations[0]?.keptMonths, 72);
  await approve(rig, 'two', proposal);
  assert.deepEqual((await readRetention(rig.store)).prolongations, []);
  const elsewhere = { organizationGuid: 'nowhere', spaceGuid: '' };
  await assert.rejects(prolong(adminPermit('one', 'retention.prolong', elsewhere), 72, 'one'), {
    entry: 'ResourceNotFound',
  });
  const imported = { organizationGuid: '0b0c0d0e-0000-4000-8000-00000000000a', spaceGuid: '' };
  assert.equal(await prolong(adminPermit('one', 'retention.prolong', imported), 36, 'one'), null);
  // The term outlives the organization.
  await prolong(admin, 48, 'one');
  await rig.perform(
    'organization.delete',
    adminPermit('one', 'organization.delete', where),
    doerNamed('one'),
    {
      recursive: true,
    },
  );
  const { prolongations } = await readRetention(rig.store);
  assert.deepEqual(
    new Map(prolongations.map(({ organizationGuid, keptMonths }) => [organizationGuid, keptMonths])),
    new Map([
      [imported.organizationGuid, 36],
      [resource.guid, 48],
    ]),
  );
  assert.ok((await rig.told('audit.log.retention_change')).length >= 3);
});

test('every action about keeping is an administrator’s, but for the longer term of one’s own organization', () => {
  const role = { type: 'organization_manager', organizationGuid: 'o', spaceGuid: '' } as const;
  const standings: readonly Standing[] = [
    { userGuid: 'u', global: null, write: true, roles: [role] },
    { userGuid: 'u', global: 'admin_read_only', write: true, roles: [] },
    { userGuid: 'u', global: 'global_auditor', write: true, roles: [] },
  ];
  const actions: readonly Action[] = [
    'retention.update',
    'hold.create',
    'hold.release',
    'event.erase',
    'proposal.approve',
    'proposal.withdraw',
    'disposal.run',
  ];
  for (const standing of standings)
    for (const action of actions)
      assert.throws(() => grant(standing, action, { organizationGuid: 'o', spaceGuid: '' }), {
        entry: 'NotAuthorized',
      });
});
