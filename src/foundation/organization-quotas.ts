// Organization quotas: for now the one that every organization starts with.
import { assert } from '../core/error.ts';
import type { Transaction } from '../store/contract.ts';
import { organizationQuotaTable } from './table/organization-quotas.ts';

export const defaultQuotaName = 'default';

/** The quota of organizations that are created without one; made at first start. */
export function defaultQuotaGuid(tx: Transaction): string {
  const row = tx.get(organizationQuotaTable, { name: defaultQuotaName });
  assert(row !== undefined, 'the default quota is made at first start');
  return String(row.guid);
}
