// What takes two people (log/proposal.ts), permitted: who may propose, approve and withdraw. A person is an active
// account; a program with the rights of an administrator is not a second one.
import { AppError, unprocessable } from '../core/error.ts';
import { newGuid } from '../core/guid.ts';
import { microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { accountTable } from '../identity/account.ts';
import type { Action } from '../identity/role.ts';
import type { Done, Happening } from '../log/append.ts';
import {
  act,
  type Backup,
  type Proposal,
  proposalOf,
  proposalRow,
  proposalTold,
  type Subject,
} from '../log/proposal.ts';
import { proposalTable } from '../log/retention-table.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals, every, type RowFilter } from '../store/table.ts';
import { type Hands, operation } from './operation.ts';
import { claim } from './rows.ts';

const dayMicros = 86_400 * microsPerSecond;

export interface Approval {
  readonly guid: string;
  /** Copies that were made of the log: what the event of an erasure names. */
  readonly backups: readonly Backup[];
}

/** Begins a proposal. Throws UnprocessableEntity where no person asks, and where the same is proposed already. */
export function propose(hands: Hands<Action>, subject: Subject, reason: string): Done<Proposal> {
  const { tx, permit, doer, at, scene } = hands;
  requirePerson(tx, permit.userGuid, 'proposed');
  if (tx.count(proposalTable, every) >= limits.proposalsMax)
    throw unprocessable(
      `${limits.proposalsMax} proposals wait already: approve or withdraw some of them first.`,
    );
  const isAlone = othersWhoMayApprove(tx, permit.userGuid) === 0;
  const proposal: Proposal = {
    guid: newGuid(Math.floor(at / 1000), scene.random),
    subject,
    reason,
    proposedAt: at,
    proposedBy: { guid: permit.userGuid, name: doer.username ?? '' },
    actsAt: isAlone ? at + limits.proposalWaitDays * dayMicros : null,
    lapsesAt: at + limits.proposalLapseDays * dayMicros,
  };
  claim('This is proposed already: somebody else must approve it.', () =>
    tx.insert(proposalTable, proposalRow(proposal)),
  );
  return { events: [proposalTold('retention_propose', proposal)], result: proposal };
}

/** proposal.approve: the proposal acts at once. */
export const approveProposal = operation<'proposal.approve', Approval, Proposal>(
  ({ tx, permit, doer, at }, { guid, backups }) => {
    const proposal = proposalIn(tx, guid);
    if (at >= proposal.lapsesAt) throw unprocessable('This proposal has lapsed: propose it again.');
    if (proposal.proposedBy.guid === permit.userGuid)
      throw unprocessable('You proposed this yourself: somebody else must approve it.');
    requirePerson(tx, permit.userGuid, 'approved');
    tx.remove(proposalTable, { guid });
    const ground = { reason: proposal.reason, proposal, backups };
    const approved: Happening = proposalTold('proposal_approve', proposal);
    return { events: [approved, ...act(tx, proposal.subject, doer, at, ground)], result: proposal };
  },
);

/** proposal.withdraw, by whoever may administer, not only by whoever proposed. */
export const withdrawProposal = operation<'proposal.withdraw', { readonly guid: string }, Proposal>(
  ({ tx }, { guid }) => {
    const proposal = proposalIn(tx, guid);
    tx.remove(proposalTable, { guid });
    return { events: [proposalTold('proposal_withdraw', proposal)], result: proposal };
  },
);

function proposalIn(tx: Transaction, guid: string): Proposal {
  const row = tx.get(proposalTable, { guid });
  if (row !== undefined) return proposalOf(row);
  const sentence = `No proposal ${guid} waits: it was decided or withdrawn, has lapsed, or never was`;
  throw new AppError('ResourceNotFound', [sentence]);
}

function requirePerson(tx: Transaction, userGuid: string, done: 'proposed' | 'approved'): void {
  if (tx.count(accountTable, all(equals('guid', userGuid), equals('active', true))) > 0) return;
  throw unprocessable(`This can only be ${done} by a person: log in with an account instead of a client.`);
}

/** How many people beside this one have an administrator's rights at this moment. */
function othersWhoMayApprove(tx: Transaction, userGuid: string): number {
  const isAdmin: RowFilter = { kind: 'contains', column: 'scopes', part: '"cloud_controller.admin"' };
  const isOther: RowFilter = { kind: 'not', of: equals('guid', userGuid) };
  return tx.count(accountTable, all(equals('active', true), isAdmin, isOther));
}
