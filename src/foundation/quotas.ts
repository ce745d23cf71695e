// What is done alike to the quotas of organizations and to those of spaces; what differs between them is said once,
// as a QuotaKind, in organization-quotas.ts and space-quotas.ts.
import { AppError, type ErrorName } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import type { Row, Table } from '../store/table.ts';
import type { Hands } from './operation.ts';
import { claim, foldName, nameTaken, newRow } from './rows.ts';
import {
  type LimitGroup,
  type Limits,
  limitNames,
  paidServices,
  type Quota,
  quotaOf,
} from './table/quotas.ts';

export interface QuotaKind {
  readonly table: Table;
  /** The target type of events, and the beginning of their types. */
  readonly type: 'organization_quota' | 'space_quota';
  /** `Organization` or `Space`, as sentences name it. */
  readonly of: string;
  readonly groups: readonly LimitGroup[];
  /** Why limits contradict each other, or null. */
  readonly fault: (tx: Transaction, quota: Quota) => string | null;
}

export interface NewQuota {
  readonly name: string;
  /** What is not named is without limit. */
  readonly limits: Limits;
  /** The organizations or spaces to which the quota is applied at once. */
  readonly appliedTo: readonly string[];
  /** The body as it was sent: what the event holds. */
  readonly request: object;
  /** The errors for a name that is taken and for limits that contradict each other, where they are not V3's. */
  readonly taken?: ErrorName;
  readonly invalid?: ErrorName;
}

export interface QuotaChanges {
  readonly guid: string;
  readonly name?: string;
  readonly limits: Limits;
  readonly request: object;
  readonly taken?: ErrorName;
  readonly invalid?: ErrorName;
}

export interface QuotaApplication {
  readonly guid: string;
  /** The organizations or spaces that get the quota. */
  readonly appliedTo: readonly string[];
}

export interface QuotaGuid {
  readonly guid: string;
}

type QuotaWish = Pick<QuotaChanges, 'name' | 'taken' | 'invalid'>;

/** Where a quota's event belongs: a quota of organizations belongs nowhere. */
export interface QuotaPlace {
  readonly organizationGuid?: string;
  readonly spaceGuid?: string;
}

/** The limits of some groups as the original begins with: none at all, and paid services allowed. */
export function unlimited(groups: readonly LimitGroup[]): Limits {
  return Object.fromEntries(limitNames(groups).map((name) => [name, name === paidServices ? true : null]));
}

/** Makes a quota. Throws UnprocessableEntity where the name is taken or the limits contradict each other. */
export function insertQuota(hands: Hands<Action>, kind: QuotaKind, wish: NewQuota, owner: Row): Quota {
  const { name, limits } = wish;
  const row = {
    ...newRow(hands),
    name,
    folded_name: foldName(name),
    ...owner,
    ...unlimited(kind.groups),
    ...limits,
  };
  claim(takenError(kind, wish), () => hands.tx.insert(kind.table, row));
  return checked(hands.tx, kind, quotaOf(row), wish);
}

/** Changes name and limits. Throws as insertQuota does. */
export function changeQuota(hands: Hands<Action>, kind: QuotaKind, wish: QuotaChanges): Quota {
  const { tx, at } = hands;
  const { guid, name, limits } = wish;
  const named = name === undefined ? {} : { name, folded_name: foldName(name) };
  const changes = { ...named, ...limits, updated_at: at };
  claim(takenError(kind, wish), () => tx.update(kind.table, { guid }, changes));
  return checked(tx, kind, quotaAt(tx, kind, { guid }), wish);
}

/** The quota of these columns. Throws ResourceNotFound. */
export function quotaAt(tx: Transaction, kind: QuotaKind, where: Row): Quota {
  const row = tx.get(kind.table, where);
  if (row === undefined) throw new AppError('ResourceNotFound', [`${kind.of} quota not found`]);
  return quotaOf(row);
}

export function quotaEvent(
  kind: QuotaKind,
  verb: 'create' | 'update' | 'delete' | 'apply' | 'remove',
  { guid, name, organizationGuid }: Quota,
  data: object,
  place: QuotaPlace = {},
): Happening {
  return {
    type: `audit.${kind.type}.${verb}`,
    target: { type: kind.type, guid },
    targetName: name,
    organizationGuid,
    ...place,
    data,
  };
}

function takenError({ of }: QuotaKind, { name = '', taken }: QuotaWish): string | AppError {
  return nameTaken(`${of} Quota '${name}' already exists.`, taken, name);
}

function checked(tx: Transaction, kind: QuotaKind, quota: Quota, wish: QuotaWish): Quota {
  const fault = kind.fault(tx, quota);
  if (fault !== null) throw new AppError(wish.invalid ?? 'UnprocessableEntity', [fault]);
  return quota;
}

/** Whether a limit is above another; no limit is above every other. */
export function isAbove(limit: number | null | undefined, other: number | null | undefined): boolean {
  return typeof limit === 'number' && typeof other === 'number' && limit > other;
}
