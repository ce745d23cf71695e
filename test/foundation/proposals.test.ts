// What takes two people waits for the second, and every step of it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { grant, type Permit } from '../../src/identity/permit.ts';
import type { Standing } from '../../src/identity/role.ts';
import { adminPermit, doerNamed, type Rig } from '../log/disposal-rig.ts';
import { approve, kept, proposed, rigOf, setPolicy, waiting, withdraw } from './two-people.ts';

const day = 86_400_000_000;

/** Changes an account, `two` unless named. */
const change = (rig: Rig, by: string, changes: object, guid = 'two') =>
  rig.store.run('account.update', { doer: doerNamed(by), guid, changes });

test('shorter waits for a second person, and every step is told', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  assert.equal(proposal.actsAt, null);
  assert.equal(await kept(rig), 30);
  await approve(rig, 'two', proposal);
  assert.equal(await kept(rig), 20);
  assert.equal(await waiting(rig), 0);
  const told = (await rig.told('audit.log.')).map(({ type }) => type);
  assert.deepEqual(told.slice(-3), [
    'audit.log.retention_propose',
    'audit.log.proposal_approve',
    'audit.log.retention_change',
  ]);
  const [change] = await rig.told('audit.log.retention_change');
  assert.deepEqual([change?.data.proposal, change?.data.proposed_by], [proposal.guid, 'one']);
});

test('a proposal is refused by everybody who may not decide it', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  await rig.addAdmin('former', { active: false });
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  await assert.rejects(approve(rig, 'one', proposal), /You proposed this yourself/);
  await assert.rejects(approve(rig, 'former', proposal), /approved by a person/);
  await assert.rejects(approve(rig, 'a-client', proposal), /approved by a person/);
  await assert.rejects(approve(rig, 'two', { guid: 'unknown' }), { entry: 'ResourceNotFound' });
  await assert.rejects(setPolicy(rig, 'a-client', { keptMonths: 19 }), /proposed by a person/);
  await assert.rejects(setPolicy(rig, 'two', { keptMonths: 20 }), /proposed already/);
  const plain: Standing = { userGuid: 'two', global: null, write: true, roles: [] };
  assert.throws(() => grant(plain, 'proposal.approve', { organizationGuid: '', spaceGuid: '' }), {
    entry: 'NotAuthorized',
  });
  const forged = { ...adminPermit('two', 'proposal.approve'), global: null } as Permit<'proposal.approve'>;
  const input = { guid: proposal.guid, backups: [] };
  await assert.rejects(rig.perform('proposal.approve', forged, doerNamed('two'), input), {
    entry: 'NotAuthorized',
  });
  assert.equal(await kept(rig), 30);
  await approve(rig, 'two', proposal);
  await assert.rejects(approve(rig, 'two', proposal), { entry: 'ResourceNotFound' });
  await assert.rejects(withdraw(rig, 'two', proposal), { entry: 'ResourceNotFound' });
});

test('nobody approves with an account that the proposer has had in their hands', async (t) => {
  const grips: Readonly<Record<string, (rig: Rig, by: string) => Promise<unknown>>> = {
    password: (rig, by) =>
      rig.store.run('account.password', { doer: doerNamed(by), guid: 'two', passwordHash: 'another' }),
    active: async (rig, by) => {
      await change(rig, by, { active: false });
      await change(rig, by, { active: true });
    },
    scopes: (rig, by) => change(rig, by, { scopes: ['cloud_controller.admin', 'scim.read'] }),
  };
  for (const [what, grip] of Object.entries(grips)) {
    const rig = await rigOf(t);
    await rig.addAdmin('two');
    await rig.addAdmin('three');
    const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
    await grip(rig, 'one');
    await assert.rejects(
      approve(rig, 'two', proposal),
      /Whoever proposed this made your account, or changed its password or rights, within the last 30 days/,
      what,
    );
    await withdraw(rig, 'one', proposal);
    await grip(rig, 'three');
    await change(rig, 'three', { email: 'new@example.org' });
    const other = await proposed(setPolicy(rig, 'two', { keptMonths: 20 }));
    await change(rig, 'two', { email: 'one@example.org' }, 'one');
    await approve(rig, 'one', other);
    assert.equal(await kept(rig), 20, what);
  }
});

test('an account that the proposer made cannot approve', async (t) => {
  const rig = await rigOf(t);
  const names = { username: 'two', email: '', givenName: '', familyName: '', passwordHash: null };
  const account = { ...names, active: true, scopes: ['cloud_controller.admin'] };
  const { guid } = (await rig.store.run('account.create', { doer: doerNamed('one'), account })) as {
    guid: string;
  };
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  await assert.rejects(approve(rig, guid, proposal), /made your account/);
  await withdraw(rig, 'one', proposal);
  await approve(rig, 'one', await proposed(setPolicy(rig, guid, { keptMonths: 20 })));
  assert.equal(await kept(rig), 20);
});

test('whoever is no administrator any more neither proposes nor approves, whatever their token says', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  await change(rig, 'three', { scopes: [] });
  await assert.rejects(approve(rig, 'two', proposal), /approved by a person who is an administrator now/);
  await assert.rejects(
    setPolicy(rig, 'two', { keptMonths: 21 }),
    /proposed by a person who is an administrator/,
  );
});

test('any administrator may withdraw, and then nobody approves', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  await withdraw(rig, 'two', proposal);
  await assert.rejects(approve(rig, 'two', proposal), { entry: 'ResourceNotFound' });
  assert.equal(await kept(rig), 30);
  assert.equal((await rig.told('audit.log.proposal_withdraw')).length, 1);
});

test('where nobody else could approve, it acts after seven days, to the microsecond, and says so', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('former', { active: false });
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  assert.equal(proposal.actsAt, proposal.proposedAt + 7 * day);
  rig.at(proposal.proposedAt + 7 * day - 1);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 0 });
  rig.at(proposal.proposedAt + 7 * day);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 1, lapsed: 0 });
  assert.equal(await kept(rig), 20);
  assert.equal((await rig.told('audit.log.retention_change'))[0]?.data.proposal, proposal.guid);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 0 });
});

test('where others could approve again by then, it does not act by itself', async (t) => {
  const steps: Readonly<Record<string, readonly object[]>> = {
    'they are back': [{ active: true }],
    'they are back, and gone again for the moment': [{ active: true }, { active: false }],
    'they have lost their rights again': [{ active: true }, { scopes: [] }],
  };
  for (const [what, changes] of Object.entries(steps)) {
    const rig = await rigOf(t);
    await rig.addAdmin('two');
    await change(rig, 'one', { active: false });
    const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
    assert.notEqual(proposal.actsAt, null);
    for (const one of changes) await change(rig, 'one', one);
    rig.at(proposal.proposedAt + 8 * day);
    assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 0 }, what);
    assert.equal(await waiting(rig), 1, what);
    rig.at(proposal.proposedAt + 91 * day);
    assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 1 }, what);
  }
});

test('a second administrator who comes meanwhile may approve earlier, or withdraw', async (t) => {
  const rig = await rigOf(t);
  const first = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  const second = await proposed(setPolicy(rig, 'one', { keptMonths: 25 }));
  await rig.addAdmin('two');
  await approve(rig, 'two', first);
  await withdraw(rig, 'two', second);
  assert.equal(await kept(rig), 20);
  rig.at(first.proposedAt + 8 * day);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 0 });
});

test('what nobody decides lapses after ninety days, with an event', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const proposal = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  rig.at(proposal.proposedAt + 90 * day - 1);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 0 });
  rig.at(proposal.proposedAt + 90 * day);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 0, lapsed: 1 });
  assert.equal((await rig.told('audit.log.proposal_expire')).length, 1);
  assert.equal(await kept(rig), 30);
  await assert.rejects(approve(rig, 'two', proposal), { entry: 'ResourceNotFound' });
});

test('only so many proposals wait', async (t) => {
  const rig = await rigOf(t);
  await setPolicy(rig, 'one', { keptMonths: 1_200 });
  for (let months = 1; months <= limits.proposalsMax; months += 1)
    await proposed(setPolicy(rig, 'one', { keptMonths: 100 + months }));
  await assert.rejects(setPolicy(rig, 'one', { keptMonths: 50 }), /100 proposals wait already/);
});
