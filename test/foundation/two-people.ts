// What the tests of terms, holds, proposals and erasures have in common: people who propose and approve.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Proposal } from '../../src/log/proposal.ts';
import { readRetention } from '../../src/log/retention.ts';
import { proposalTable } from '../../src/log/retention-table.ts';
import { every } from '../../src/store/table.ts';
import { adminPermit, doerNamed, openRig, type Rig } from '../log/disposal-rig.ts';

/** Conditions of a hold on everything. */
export const scope = {
  organizationGuid: '',
  spaceGuid: '',
  actorGuid: '',
  targetGuid: '',
  types: [],
  from: null,
  until: null,
};

/** A rig with one administrator, `one`. */
export async function rigOf(t: TestContext): Promise<Rig> {
  const rig = await openRig(t);
  await rig.addAdmin('one');
  return rig;
}

export const setPolicy = (rig: Rig, by: string, input: { keptMonths?: number; searchableMonths?: number }) =>
  rig.perform('retention.update', adminPermit(by, 'retention.update'), doerNamed(by), {
    ...input,
    reason: 'r',
  });
export const approve = (rig: Rig, by: string, { guid }: { guid: string }) =>
  rig.perform('proposal.approve', adminPermit(by, 'proposal.approve'), doerNamed(by), { guid, backups: [] });
export const withdraw = (rig: Rig, by: string, { guid }: { guid: string }) =>
  rig.perform('proposal.withdraw', adminPermit(by, 'proposal.withdraw'), doerNamed(by), { guid });
export const kept = async (rig: Rig) => (await readRetention(rig.store)).policy.keptMonths;
export const waiting = async (rig: Rig) => (await rig.store.rows(proposalTable, { where: every })).length;

export async function proposed(change: Promise<Proposal | null>): Promise<Proposal> {
  const proposal = await change;
  assert.ok(proposal !== null, 'it waits for a second person');
  return proposal;
}
