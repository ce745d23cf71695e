// What a foundation has from its first start. It runs inside the writer's transaction of that start, after the
// accounts have been seeded, and its one event tells of everything.
import { newGuid, type Random, systemRandom } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { accountTable } from '../identity/account.ts';
import type { Transaction } from '../store/contract.ts';
import { every } from '../store/table.ts';
import { defaultQuotaName } from './organization-quotas.ts';
import { organizationQuotaTable } from './table/organization-quotas.ts';
import { userTable } from './table/users.ts';

/** What was seeded, for the data of the event. */
export interface SeededFoundation {
  readonly organization_quotas: readonly { readonly guid: string; readonly name: string }[];
  /** Those of the seeded accounts, as users who can have roles. */
  readonly user_guids: readonly string[];
}

/** Makes the default quota, and a user of each account that there is. */
export function seedFoundation(
  tx: Transaction,
  at: Instant,
  random: Random = systemRandom,
): SeededFoundation {
  const times = { created_at: at, updated_at: at };
  const quota = { guid: newGuid(Math.floor(at / 1000), random), name: defaultQuotaName };
  tx.insert(organizationQuotaTable, { ...quota, ...times });
  const guids = tx.find(accountTable, { where: every }).map((account) => String(account.guid));
  for (const guid of guids) tx.insert(userTable, { guid, ...times });
  return { organization_quotas: [quota], user_guids: guids };
}
