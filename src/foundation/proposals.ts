// What takes two people (log/proposal.ts), permitted: who may propose, approve and withdraw. A person is an active
// account; a program with the rights of an administrator is not a second one.
import { AppError, unprocessable } from '../core/error.ts';
import { newGuid } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import type { StoredEvent } from '../event/event.ts';
import { accountTable } from '../identity/account.ts';
import type { Action } from '../identity/role.ts';
import { append, type Done, type Happening } from '../log/append.ts';
import {
  act,
  type Backup,
  type DueProposal,
  dueAt,
  type Passed,
  type Proposal,
  proposalOf,
  proposalRow,
  proposalTold,
  type Subject,
} from '../log/proposal.ts';
import { proposalTable } from '../log/retention-table.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { all, equals, every, type Row, type RowFilter } from '../store/table.ts';
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
  const isAlone = !mayOthersApprove(tx, permit.userGuid);
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
    const since = at - limits.accountAloofDays * dayMicros;
    if (isTouched(tx, grips, permit.userGuid, proposal.proposedBy.guid, since))
      throw unprocessable(
        `Whoever proposed this made your account, or changed its password or rights, within the last ${limits.accountAloofDays} days: somebody else must approve it.`,
      );
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

/**
 * Work: lets a proposal act whose waiting time is over, or lapse. Where somebody else could approve it by now, or its
 * proposer has changed others' rights meanwhile, it waits on for approval. Throws as `act`.
 */
export function passTime(tx: Transaction, { doer, guid, at, backups }: DueProposal, scene: Scene): Passed {
  return append<Passed>(tx, scene, doer, (now) => {
    const row = tx.get(proposalTable, { guid });
    const proposal = row && proposalOf(row);
    const what = proposal === undefined ? null : dueAt(proposal, at);
    if (proposal === undefined || what === null || (what === 'acted' && !isStillAlone(tx, proposal)))
      return { events: [], result: null };
    tx.remove(proposalTable, { guid });
    if (what === 'lapsed') return { events: [proposalTold('proposal_expire', proposal)], result: what };
    const ground = { reason: proposal.reason, proposal, backups };
    return { events: act(tx, proposal.subject, doer, now, ground), result: what };
  });
}

function isStillAlone(tx: Transaction, { proposedBy, proposedAt }: Proposal): boolean {
  if (mayOthersApprove(tx, proposedBy.guid)) return false;
  const since = { kind: 'compare', column: 'updated_at', op: '>=', value: proposedAt } as const;
  const limit = limits.accountsLookedThroughMax;
  const changed = tx.find(accountTable, { where: all(isOther(proposedBy.guid), since), limit });
  const hasOtherRights = ({ guid }: Row): boolean =>
    isTouched(tx, ['account_update'], String(guid), proposedBy.guid, proposedAt);
  return changed.length < limit && !changed.some(hasOtherRights);
}

/** The rights are those of the account's row at this moment: a token may have been given for more. */
function requirePerson(tx: Transaction, userGuid: string, done: 'proposed' | 'approved'): void {
  if (tx.count(accountTable, all(equals('guid', userGuid), isAdministrator)) > 0) return;
  throw unprocessable(
    `This can only be ${done} by a person who is an administrator now: log in with such an account.`,
  );
}

const isAdministrator = all(equals('active', true), {
  kind: 'contains',
  column: 'scopes',
  part: '"cloud_controller.admin"',
});

function isOther(userGuid: string): RowFilter {
  return { kind: 'not', of: equals('guid', userGuid) };
}

/** Whether anybody beside this person has an administrator's rights at this moment. */
function mayOthersApprove(tx: Transaction, userGuid: string): boolean {
  return tx.count(accountTable, all(isAdministrator, isOther(userGuid))) > 0;
}

/** What gives somebody the account of another, or lets them give and take its rights. */
const grips = ['account_create', 'account_update', 'password_change'] as const;

/** Whether somebody has done any of this to an account since an instant. */
function isTouched(
  tx: Transaction,
  whats: readonly (typeof grips)[number][],
  userGuid: string,
  byGuid: string,
  since: Instant,
): boolean {
  return whats
    .flatMap((what) => tx.about(`audit.log.${what}`, { type: 'user', guid: userGuid }))
    .some((event) => event.actor.guid === byGuid && event.occurredAt >= since && isAboutRights(event));
}

/** Other changes of an account, such as of a name, make nobody its master. */
function isAboutRights({ type, data, erased }: StoredEvent): boolean {
  if (type !== 'audit.log.account_update' || erased.includes('data')) return true;
  const { changed } = JSON.parse(data) as { readonly changed: readonly string[] };
  return changed.some((member) => member === 'active' || member === 'scopes');
}
