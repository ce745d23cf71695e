// How long events are kept: one policy for the whole log, longer terms for organizations, and what follows from them
// and from the holds for the disposer. Months are calendar months in UTC; a term counts from the later of the two
// times of an event.
import type { Instant } from '../core/instant.ts';
import { everything, type Filter, or } from '../query/ast.ts';
import type { Expiry, Readers, Transaction } from '../store/contract.ts';
import { every, type Row } from '../store/table.ts';
import { type Hold, holdFilter, holdOf } from './hold.ts';
import { holdTable, termTable } from './retention-table.ts';

/** `searchable` is a promise of at most `kept`: here whatever is kept can be searched. */
export interface Months {
  readonly searchableMonths: number;
  readonly keptMonths: number;
}

/**
 * Where the months come from: OMB M-26-14, appendix B; OMB M-21-31 (rescinded, still in contracts); FedRAMP Rev5 AU-11;
 * NARA GRS 3.2 (cybersecurity logging records). `default` covers all of them.
 */
export const presets = {
  default: { searchableMonths: 12, keptMonths: 30 },
  'm-26-14': { searchableMonths: 6, keptMonths: 12 },
  'm-21-31-legacy': { searchableMonths: 12, keptMonths: 30 },
  'fedramp-rev5-legacy': { searchableMonths: 3, keptMonths: 12 },
  'nara-grs-3.2': { searchableMonths: 0, keptMonths: 30 },
} as const satisfies Record<string, Months>;

export type Preset = keyof typeof presets | 'custom';

export function isPreset(name: string): name is keyof typeof presets {
  return Object.hasOwn(presets, name);
}

/** A rule as it was set. */
export interface Rule extends Months {
  readonly preset: Preset;
  /** null: from the beginning of the log. */
  readonly since: Instant | null;
  readonly setBy: { readonly guid: string; readonly name: string } | null;
}

/** The longer term of an organization; it counts only as far as it is longer than the policy. */
export interface Prolongation extends Rule {
  readonly organizationGuid: string;
}

export interface Retention {
  readonly policy: Rule;
  readonly prolongations: readonly Prolongation[];
  readonly holds: readonly Hold[];
}

const firstPolicy: Rule = { preset: 'default', ...presets.default, since: null, setBy: null };

/**
 * Types that explain the log itself, its disposals and its holds: their data outlives every term, and a segment
 * that has any of them is kept at least six years after it.
 */
const explaining: readonly string[] = [
  'audit.log.dispose',
  'audit.log.epoch',
  'audit.log.erase',
  'audit.log.hold_',
  'audit.log.key_',
  'audit.log.proposal_',
  'audit.log.retention_',
  'audit.log.started',
];
const explainingMonths = 72;
const isExplaining: Filter = or(
  ...explaining.map((prefix) => ({ kind: 'prefix', field: 'type', prefix }) as const),
);

export function explains(type: string): boolean {
  return explaining.some((prefix) => type.startsWith(prefix));
}

/** What is in force now. */
export async function readRetention(store: Pick<Readers, 'rows'>): Promise<Retention> {
  const terms = await store.rows(termTable, { where: every });
  return retentionOf(terms, await store.rows(holdTable, { where: every }));
}

/** The same, inside the writer. */
export function retentionIn(tx: Pick<Transaction, 'find'>): Retention {
  return retentionOf(tx.find(termTable, { where: every }), tx.find(holdTable, { where: every }));
}

function retentionOf(terms: readonly Row[], holds: readonly Row[]): Retention {
  const rules = terms.map(prolongationOf);
  return {
    policy: rules.find(({ organizationGuid }) => organizationGuid === '') ?? firstPolicy,
    prolongations: rules.filter(({ organizationGuid }) => organizationGuid !== ''),
    holds: holds.map(holdOf),
  };
}

function prolongationOf(row: Row): Prolongation {
  return {
    organizationGuid: String(row.organization_guid),
    preset: String(row.preset) as Preset,
    searchableMonths: Number(row.searchable_months),
    keptMonths: Number(row.kept_months),
    since: Number(row.since),
    setBy: { guid: String(row.set_by), name: String(row.set_by_name) },
  };
}

/** Whether anything would be kept or searchable for a shorter time than before. */
export function isShorter(after: Months, before: Months): boolean {
  return after.keptMonths < before.keptMonths || after.searchableMonths < before.searchableMonths;
}

/** What single events say that need no longer be kept at this instant. */
export function eventExpiry({ policy, prolongations, holds }: Retention, at: Instant): Expiry {
  const organizations = new Map<number, string[]>();
  for (const { organizationGuid, keptMonths } of prolongations) {
    if (keptMonths <= policy.keptMonths) continue;
    organizations.set(keptMonths, [...(organizations.get(keptMonths) ?? []), organizationGuid]);
  }
  const longer = [...organizations].map(([months, values]) => ({
    filter: { kind: 'in', field: 'organization', values } as const,
    before: monthsBefore(at, months),
  }));
  const never = { filter: isExplaining, before: Number.MIN_SAFE_INTEGER };
  const others = { filter: everything, before: monthsBefore(at, policy.keptMonths) };
  return { terms: [never, ...longer, others], held: holds.map(holdFilter) };
}

/** Whole segments that need no longer be kept at this instant: nothing in them is within anybody's term. */
export function segmentExpiry({ policy, prolongations, holds }: Retention, at: Instant): Expiry {
  const months = Math.max(policy.keptMonths, ...prolongations.map(({ keptMonths }) => keptMonths));
  return {
    terms: [
      { filter: isExplaining, before: monthsBefore(at, Math.max(months, explainingMonths)) },
      { filter: everything, before: monthsBefore(at, months) },
    ],
    held: holds.map(holdFilter),
  };
}

/** The same time of day so many calendar months earlier (UTC); on the last day of a month that is too short. */
export function monthsBefore(at: Instant, months: number): Instant {
  const date = new Date(Math.floor(at / 1000));
  const month = date.getUTCMonth() - months;
  const days = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(date.getUTCDate(), days);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) * 1000;
  return Date.UTC(date.getUTCFullYear(), month, day) * 1000 + (at - midnight);
}
