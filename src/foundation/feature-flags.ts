// Feature flags as operations ask for them.
import type { Transaction } from '../store/contract.ts';
import { featureFlagTable } from './table/feature-flags.ts';

/** The flags that operations ask for, with the original's defaults. */
const defaults = { user_org_creation: false } as const;

/** Whether a flag is on at this moment. */
export function flagEnabled(tx: Transaction, name: keyof typeof defaults): boolean {
  const row = tx.get(featureFlagTable, { name });
  return row === undefined ? defaults[name] : row.enabled === true;
}
