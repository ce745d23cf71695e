// The very first start of a store: the user `admin`, the client `cf` and what every foundation has from the
// beginning, all of it one event.
import { seedFoundation } from './foundation/seed.ts';
import { systemDoer } from './identity/principal.ts';
import { seedIdentity } from './identity/seed.ts';
import { append } from './log/append.ts';
import { openFirstEpoch } from './log/epoch.ts';
import type { Scene, Transaction } from './store/contract.ts';

export interface FirstStart {
  /** The origin line of the first epoch's checkpoints. */
  readonly origin: string;
  readonly adminPasswordHash: string;
  readonly version: string;
}

/** Work of the writer: seeds an empty store. The caller has seen that it is empty. */
export function firstStart(
  tx: Transaction,
  { origin, adminPasswordHash, version }: FirstStart,
  scene: Scene,
): null {
  const doer = systemDoer({ interface: 'start', absent: 'not a request' });
  return append(tx, scene, doer, (at) => {
    const identity = seedIdentity(tx, at, { adminPasswordHash, random: scene.random });
    const foundation = seedFoundation(tx, at);
    openFirstEpoch(tx, origin, at);
    const event = {
      type: 'audit.log.started',
      target: { type: 'log', guid: 'hansard' },
      targetName: 'Hansard',
      data: { version, origin, seeded: { ...identity, ...foundation } },
    };
    return { events: [event], result: null };
  });
}
