// What takes two people: shortening a period, releasing a hold, erasing an event. A proposal waits for somebody else;
// where nobody else could approve it, for a week that everybody sees. Who may propose and approve is decided on the
// floors above; here is what a proposal is, and what happens when its time has come.
import { AppError, pushback } from '../core/error.ts';
import type { Guid } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { microsText } from '../core/instant.ts';
import type { Erasable, StoredEvent } from '../event/event.ts';
import type { Transaction } from '../store/contract.ts';
import type { Row } from '../store/table.ts';
import type { Doer, Happening } from './append.ts';
import { type Hold, holdOf, holdOn } from './hold.ts';
import {
  explains,
  type Months,
  type Preset,
  type Prolongation,
  type Retention,
  retentionIn,
} from './retention.ts';
import { holdTable, termTable } from './retention-table.ts';

export type Subject =
  /** '' for the policy; null takes the longer term of an organization away. */
  | { readonly kind: 'shorten'; readonly organizationGuid: string; readonly rule: ProposedRule | null }
  | { readonly kind: 'release'; readonly holdGuid: string; readonly holdName: string }
  | {
      readonly kind: 'erase';
      readonly origin: string;
      readonly guid: Guid;
      readonly parts: readonly Erasable[];
    };

export interface ProposedRule extends Months {
  readonly preset: Preset;
}

export interface Proposal {
  readonly guid: string;
  readonly subject: Subject;
  readonly reason: string;
  readonly proposedAt: Instant;
  readonly proposedBy: { readonly guid: string; readonly name: string };
  /** When it acts without anybody else; null: never. */
  readonly actsAt: Instant | null;
  readonly lapsesAt: Instant;
}

/** A copy of the log that may still hold what is erased here. */
export interface Backup {
  readonly name: string;
  readonly at: Instant;
}

/** How something came to be done: what its event says beside what was done. */
export interface Ground {
  readonly reason: string;
  readonly proposal?: Proposal;
  readonly backups?: readonly Backup[];
}

export function proposalOf(row: Row): Proposal {
  return {
    guid: String(row.guid),
    subject: JSON.parse(String(row.subject)),
    reason: String(row.reason),
    proposedAt: Number(row.proposed_at),
    proposedBy: { guid: String(row.proposed_by), name: String(row.proposed_by_name) },
    actsAt: row.acts_at == null ? null : Number(row.acts_at),
    lapsesAt: Number(row.lapses_at),
  };
}

export function proposalRow(proposal: Proposal): Row {
  return {
    guid: proposal.guid,
    kind: proposal.subject.kind,
    subject: JSON.stringify(proposal.subject),
    reason: proposal.reason,
    proposed_at: proposal.proposedAt,
    proposed_by: proposal.proposedBy.guid,
    proposed_by_name: proposal.proposedBy.name,
    acts_at: proposal.actsAt,
    lapses_at: proposal.lapsesAt,
  };
}

/** An event about a proposal itself. */
export function proposalTold(what: string, proposal: Proposal, more: object = {}): Happening {
  const { subject, reason, actsAt, lapsesAt, proposedBy } = proposal;
  return {
    type: `audit.log.${what}`,
    target: { type: 'proposal', guid: proposal.guid },
    targetName: subject.kind,
    data: {
      subject: subjectTold(subject),
      reason,
      proposed_by: proposedBy.guid,
      acts_at: actsAt === null ? null : microsText(actsAt),
      lapses_at: microsText(lapsesAt),
      ...more,
    },
  };
}

/** A subject as events and answers tell it. */
export function subjectTold(subject: Subject): object {
  switch (subject.kind) {
    case 'shorten': {
      const { organizationGuid, rule } = subject;
      return { kind: 'shorten', organization_guid: organizationGuid || null, rule: rule && monthsTold(rule) };
    }
    case 'release':
      return { kind: 'release', hold_guid: subject.holdGuid, hold_name: subject.holdName };
    case 'erase':
      return { kind: 'erase', origin: subject.origin, event_guid: subject.guid, parts: subject.parts };
  }
}

export function monthsTold({ preset, searchableMonths, keptMonths }: ProposedRule): object {
  return { preset, searchable_months: searchableMonths, kept_months: keptMonths };
}

/** Does what was proposed, and answers what is to be told. Throws AppError where it cannot be done any more. */
export function act(tx: Transaction, subject: Subject, doer: Doer, at: Instant, ground: Ground): Happening[] {
  switch (subject.kind) {
    case 'shorten':
      return [setTerm(tx, subject.organizationGuid, subject.rule, doer, at, ground)];
    case 'release':
      return [releaseHold(tx, subject.holdGuid, ground)];
    case 'erase':
      return [eraseEvent(tx, subject, ground)];
  }
}

/** Sets the policy ('') or the term of an organization; null takes the latter away. */
export function setTerm(
  tx: Transaction,
  organizationGuid: string,
  rule: ProposedRule | null,
  doer: Doer,
  at: Instant,
  ground: Ground,
): Happening {
  const before = ruleIn(retentionIn(tx), organizationGuid);
  tx.remove(termTable, { organization_guid: organizationGuid });
  if (rule !== null) {
    tx.insert(termTable, {
      organization_guid: organizationGuid,
      preset: rule.preset,
      searchable_months: rule.searchableMonths,
      kept_months: rule.keptMonths,
      since: at,
      set_by: doer.actor.guid,
      set_by_name: doer.username ?? '',
    });
  }
  return {
    type: 'audit.log.retention_change',
    target: { type: 'log', guid: 'hansard' },
    targetName: 'Hansard',
    organizationGuid,
    data: { before: before && monthsTold(before), after: rule && monthsTold(rule), ...groundTold(ground) },
  };
}

/** The rule that stands for the policy ('') or an organization; null where an organization has none of its own. */
export function ruleIn(
  { policy, prolongations }: Retention,
  organizationGuid: string,
): ProposedRule | Prolongation | null {
  if (organizationGuid === '') return policy;
  return prolongations.find((one) => one.organizationGuid === organizationGuid) ?? null;
}

/** The hold of a guid. Throws ResourceNotFound. */
export function holdIn(tx: Transaction, guid: string): Hold {
  const row = tx.get(holdTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', [`There is no hold ${guid}`]);
  return holdOf(row);
}

function releaseHold(tx: Transaction, guid: string, ground: Ground): Happening {
  const hold = holdIn(tx, guid);
  tx.remove(holdTable, { guid });
  return {
    type: 'audit.log.hold_release',
    target: { type: 'hold', guid },
    targetName: hold.name,
    data: { ...groundTold(ground), held_for: hold.reason, since: microsText(hold.createdAt) },
  };
}

/** The event, where it may be erased. Throws ResourceNotFound, UnprocessableEntity. */
export function erasableEvent(
  tx: Transaction,
  origin: string,
  guid: Guid,
  parts: readonly Erasable[],
): StoredEvent {
  const event = tx.event(origin, guid);
  if (event === undefined) throw new AppError('ResourceNotFound', [`There is no event ${guid}`]);
  if (explains(event.type))
    throw refused(`Event ${guid} is kept whole: ${event.type} tells what was done to the log itself`);
  const hold = holdOn(retentionIn(tx).holds, event);
  if (hold !== undefined) throw refused(`Event ${guid} is under the hold "${hold.name}"`);
  if (parts.includes('data')) refuseTelling(tx, event);
  if (parts.every((part) => event.erased.includes(part)))
    throw refused(`Event ${guid} has no ${parts.map((part) => spoken[part]).join(' and no ')} any more`);
  return event;
}

/**
 * What a later source added is shown with the event that it was added to: erasing only what tells of it would leave it
 * there, and the log without an account of it.
 */
function refuseTelling(tx: Transaction, { type, guid, target, data, erased }: StoredEvent): void {
  if (type !== 'audit.log.supplemented' || erased.includes('data')) return;
  const { origin } = JSON.parse(data) as { readonly origin: string };
  const about = tx.event(origin, target.guid);
  if (about === undefined || about.erased.includes('particulars')) return;
  const sentence = `Event ${guid} only tells what was added to event ${target.guid}: erase the names of that event instead, and this goes with them`;
  throw refused(sentence);
}

const spoken: Record<Erasable, string> = { data: 'data', particulars: 'names' };

/** Its event is of no organization: names of copies and the reason are for those who may see the whole log. */
function eraseEvent(tx: Transaction, subject: Subject & { kind: 'erase' }, ground: Ground): Happening {
  const { origin, guid } = subject;
  const event = erasableEvent(tx, origin, guid, subject.parts);
  if (event.sealed === null) throw pushback(`Event ${guid} is not sealed yet`);
  const parts = subject.parts.filter((part) => !event.erased.includes(part));
  tx.erase(event.id, parts);
  if (parts.includes('particulars')) eraseAdditions(tx, event, retentionIn(tx).holds);
  return {
    type: 'audit.log.erase',
    target: { type: 'event', guid },
    targetName: event.type,
    data: { origin, parts, ...event.sealed, ...groundTold(ground), backups: ground.backups?.map(backupTold) },
  };
}

/** What later sources added to the names of an event also stands in the events that tell of it. */
export function eraseAdditions(
  tx: Transaction,
  { origin, guid }: Pick<StoredEvent, 'origin' | 'guid'>,
  holds: readonly Hold[],
): void {
  for (const told of tx.about('audit.log.supplemented', { type: 'event', guid })) {
    const { origin: of } = JSON.parse(told.data) as { readonly origin?: unknown };
    if (of === origin && holdOn(holds, told) === undefined) tx.erase(told.id, ['data']);
  }
}

function groundTold({ reason, proposal }: Ground): object {
  return {
    reason,
    ...(proposal && { proposal: proposal.guid, proposed_by: proposal.proposedBy.guid }),
  };
}

export function backupTold({ name, at }: Backup): object {
  return { name, at: microsText(at) };
}

export interface DueProposal {
  readonly doer: Doer;
  readonly guid: string;
  readonly at: Instant;
  readonly backups: readonly Backup[];
}

/** What the passing of time did: nothing where somebody was quicker. */
export type Passed = 'acted' | 'lapsed' | null;

/** What becomes of a proposal at an instant, if nobody decides. */
export function dueAt({ actsAt, lapsesAt }: Proposal, at: Instant): Passed {
  if (at >= lapsesAt) return 'lapsed';
  return actsAt !== null && at >= actsAt ? 'acted' : null;
}

function refused(sentence: string): AppError {
  return new AppError('UnprocessableEntity', [sentence]);
}
