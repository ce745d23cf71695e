// What the doors of the log work with: its keys, its sealer, its witnesses and the checkpoints that it shows. Put
// together once by sealing.ts of the floor above all.
import type { Instant } from '../core/instant.ts';
import type { Epoch } from './epoch.ts';
import type { LogKeys } from './keys.ts';
import type { Sealer } from './seal.ts';
import type { Witnesses } from './witness.ts';

/** One verification of the whole log. */
export interface Verified {
  readonly at: Instant;
  readonly isSound: boolean;
  readonly seconds: number;
  /** What was found first, in a sentence; null where nothing was. */
  readonly reason: string | null;
}

export interface LogServices {
  readonly sealer: Sealer;
  readonly keys: LogKeys;
  readonly witnesses: Witnesses | null;
  /** Every epoch in its order, the present one last. */
  epochs(): Promise<readonly Epoch[]>;
  /** What `/log/checkpoint` answers: the newest note, with a witness policy the newest that meets it. */
  published(): string | null;
  /** Our own newest note. */
  latest(): string | null;
  /** The last note of an epoch, also an older one. */
  last(epoch: number): Promise<string | null>;
  /** Why nothing is written or sealed; null while all is well. */
  halted(): string | null;
  /** Whether checkpoint and tiles are open to those who have no token. */
  readonly isPublic: boolean;
}
