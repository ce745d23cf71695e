// What is told of the log's keys: one event for each that was made and one for each whose end was set. The guid of
// such an event follows from what it tells, so that a change which a stop cut off is told once however often it is tried.
import { derivedGuid, type Guid } from '../core/guid.ts';
import { microsText } from '../core/instant.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { append, type Doer, type Happening } from './append.ts';
import { fingerprintOf, type RingKey } from './key-ring.ts';

export interface KeyChanges {
  readonly made: readonly RingKey[];
  /** Keys whose end was set. */
  readonly retired: readonly RingKey[];
}

/** What has changed from one state of the ring to the next. */
export function changesBetween(before: readonly RingKey[], after: readonly RingKey[]): KeyChanges {
  const known = new Map(before.map((key) => [key.number, key]));
  return {
    made: after.filter(({ number }) => !known.has(number)),
    retired: after.filter(
      ({ number, retiresAt }) => retiresAt !== null && retiresAt !== known.get(number)?.retiresAt,
    ),
  };
}

/** Work: records changes of the log's keys, each once. */
export function recordKeys(
  tx: Transaction,
  { doer, made, retired }: KeyChanges & { readonly doer: Doer },
  scene: Scene,
): null {
  const all = [...made.map(creation), ...retired.map(retirement)];
  const events = all.filter(({ guid }) => tx.event('', guid) === undefined);
  return append(tx, scene, doer, () => ({ events, result: null }));
}

type Told = Happening & { readonly guid: Guid };

function creation(key: RingKey): Told {
  return told('audit.log.key_create', key, {});
}

function retirement(key: RingKey): Told {
  return told('audit.log.key_retire', key, { retires_at: microsText(key.retiresAt ?? 0) });
}

function told(type: string, key: RingKey, more: object): Told {
  const { number, algorithm } = key;
  const fingerprint = fingerprintOf(key);
  const data = { number, algorithm, fingerprint, ...more };
  return {
    guid: derivedGuid([type, data]),
    type,
    target: { type: 'key', guid: fingerprint },
    targetName: `log key ${number}`,
    data,
  };
}
