// Feature flags: changed by admins, asked by operations.
import { AppError } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Transaction } from '../store/contract.ts';
import { type Hands, operation } from './operation.ts';
import { type FeatureFlag, type FlagName, featureFlagOf, featureFlagTable } from './table/feature-flags.ts';

export interface FlagChange {
  readonly name: FlagName;
  readonly enabled: boolean;
  /** null takes the message away; without it, it stays. */
  readonly errorMessage?: string | null;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

/** feature_flag.update. A flag that is set to its default is no longer a default: it was decided. */
export const updateFeatureFlag = operation<'feature_flag.update', FlagChange, FeatureFlag>(
  ({ tx, at }, { name, enabled, errorMessage, request }) => {
    const message = errorMessage === undefined ? {} : { error_message: errorMessage };
    const changes = { enabled, ...message, updated_at: at };
    if (tx.update(featureFlagTable, { name }, changes) === 0)
      tx.insert(featureFlagTable, { name, ...changes });
    const target = { type: 'feature_flag', guid: name };
    const event = { type: 'audit.feature_flag.update', target, targetName: name, data: { request } };
    return { events: [event], result: readFlag(tx, name) };
  },
);

/** Whether a flag is on at this moment. */
export function flagEnabled(tx: Transaction, name: FlagName): boolean {
  return readFlag(tx, name).enabled;
}

/** Refuses whoever is no admin what a flag has not opened. Throws FeatureDisabled (403). */
export function requireFlag({ tx, permit }: Hands<Action>, name: FlagName): void {
  const { enabled, errorMessage } = readFlag(tx, name);
  if (!enabled && permit.global !== 'admin') throw new AppError('FeatureDisabled', [errorMessage ?? name]);
}

function readFlag(tx: Transaction, name: FlagName): FeatureFlag {
  return featureFlagOf(name, tx.get(featureFlagTable, { name }));
}
