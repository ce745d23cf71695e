// The terms for which events are kept, changed. To keep longer takes one person and holds at once; to keep for a
// shorter time, or to make no more searchable what was, takes two (foundation/proposals.ts).
import { AppError, unprocessable } from '../core/error.ts';
import { isGuid } from '../core/guid.ts';
import { limits } from '../core/limits.ts';
import type { Action } from '../identity/role.ts';
import { type Proposal, type ProposedRule, ruleIn, setTerm } from '../log/proposal.ts';
import { isShorter, presets, retentionIn } from '../log/retention.ts';
import { termTable } from '../log/retention-table.ts';
import { every } from '../store/table.ts';
import { type Hands, operation } from './operation.ts';
import { propose } from './proposals.ts';
import { organizationTable } from './table/organizations.ts';

export type NewPolicy =
  | { readonly preset: keyof typeof presets; readonly reason: string }
  /** What is not named stays as it is. */
  | { readonly searchableMonths?: number; readonly keptMonths?: number; readonly reason: string };

export interface NewProlongation {
  /** null takes the organization's longer term away. */
  readonly keptMonths: number | null;
  readonly reason: string;
}

/** null: it holds at once; otherwise what waits for a second person. */
export type Change = Proposal | null;

/** retention.update: the policy of the whole log. */
export const updatePolicy = operation<'retention.update', NewPolicy, Change>((hands, input) => {
  const { tx, doer, at } = hands;
  const { policy } = retentionIn(tx);
  const rule = ruleOf(input, policy);
  checkMonths(rule);
  if (isSame(rule, policy)) return { events: [], result: null };
  if (isShorter(rule, policy))
    return propose(hands, { kind: 'shorten', organizationGuid: '', rule }, input.reason);
  return { events: [setTerm(tx, '', rule, doer, at, { reason: input.reason })], result: null };
});

/** retention.prolong: the term of the organization that the permit is for. Only an admin may make it shorter again. */
export const prolongOrganization = operation<'retention.prolong', NewProlongation, Change>((hands, input) => {
  const { tx, permit, doer, at } = hands;
  const { organizationGuid } = permit.where;
  const { keptMonths, reason } = input;
  const retention = retentionIn(tx);
  const before = ruleIn(retention, organizationGuid);
  const floor = retention.policy.keptMonths;
  const asked = keptMonths ?? floor;
  if (before === null && keptMonths === null) return { events: [], result: null };
  if (before?.keptMonths === keptMonths) return { events: [], result: null };
  if (asked < floor)
    throw unprocessable(
      `An organization cannot keep less than the policy: ${asked} months, the policy has ${floor}.`,
    );
  const rule: ProposedRule | null =
    keptMonths === null
      ? null
      : { preset: 'custom', searchableMonths: retention.policy.searchableMonths, keptMonths };
  if (rule !== null) checkMonths(rule);
  if (asked < Math.max(before?.keptMonths ?? floor, floor)) {
    if (permit.global !== 'admin') throw new AppError('NotAuthorized');
    return propose(hands, { kind: 'shorten', organizationGuid, rule }, reason);
  }
  if (before === null) checkNew(hands, organizationGuid);
  return { events: [setTerm(tx, organizationGuid, rule, doer, at, { reason })], result: null };
});

function ruleOf(input: NewPolicy, policy: ProposedRule): ProposedRule {
  if ('preset' in input) return { preset: input.preset, ...presets[input.preset] };
  const { searchableMonths = policy.searchableMonths, keptMonths = policy.keptMonths } = input;
  return { preset: 'custom', searchableMonths, keptMonths };
}

function isSame(one: ProposedRule, other: ProposedRule): boolean {
  const { preset, searchableMonths, keptMonths } = one;
  return (
    preset === other.preset && searchableMonths === other.searchableMonths && keptMonths === other.keptMonths
  );
}

function checkMonths({ searchableMonths, keptMonths }: ProposedRule): void {
  const most = limits.keptMonthsMax;
  if (!Number.isInteger(keptMonths) || keptMonths < 1 || keptMonths > most)
    throw unprocessable(`Events are kept for 1 to ${most} whole months, not ${keptMonths}.`);
  if (!Number.isInteger(searchableMonths) || searchableMonths < 0)
    throw unprocessable(`Events are searchable for whole months from 0, not ${searchableMonths}.`);
  if (searchableMonths > keptMonths)
    throw unprocessable(
      `Events cannot be searchable for longer than they are kept: ${searchableMonths} of ${keptMonths} months.`,
    );
}

/** Organizations of other origins are in no table here: an admin may name their guids. */
function checkNew({ tx, permit }: Hands<Action>, organizationGuid: string): void {
  const mayBeElsewhere = permit.global === 'admin' && isGuid(organizationGuid);
  if (!mayBeElsewhere && tx.get(organizationTable, { guid: organizationGuid }) === undefined)
    throw new AppError('ResourceNotFound', ['Organization not found']);
  if (tx.count(termTable, every) >= limits.prolongationsMax)
    throw unprocessable(`At most ${limits.prolongationsMax} organizations can have terms of their own.`);
}
