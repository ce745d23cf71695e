// What takes two people waits for the second, and every step of it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { grant, type Permit } from '../../src/identity/permit.ts';
import type { Standing } from '../../src/identity/role.ts';
import { adminPermit, doerNamed } from '../log/disposal-rig.ts';
import { approve, kept, proposed, rigOf, setPolicy, waiting, withdraw } from './two-people.ts';

const day = 86_400_000_000;

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
