// The event: what was done, to what, by whom, where, when, with what outcome. Types only, and the one rule that
// turns its changeable particulars into stored bytes and back. What a type means stands in the catalog.
import type { Guid } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import type { Json } from '../core/json.ts';

export type Outcome = 'success' | 'failure' | 'unknown';

/** `platform`: organizations, spaces and what is in them. `log`: Hansard itself and its doors. */
export type Audience = 'platform' | 'log';

/** Somebody or something: `guid` need not be a UUID (`system`, a client id). */
export interface Party {
  readonly type: string;
  readonly guid: string;
}

/** What may be erased or supplemented later, and what V2 and V3 know differently: absent is not the same as null. */
export interface Particulars {
  /** E-mail or other display name of the actor (V2 actor_name, V3 actor.name). */
  readonly actor_name?: string | null;
  /** Log-in name of the actor (V2 actor_username; V3 has none). */
  readonly actor_username?: string | null;
  readonly target_name?: string | null;
  readonly context?: Context;
}

/** Where a request came from. A member that is missing is unknown for the stated reason. */
export interface Context {
  readonly address?: string;
  /** What a proxy header claimed; believed only as such. */
  readonly claimed_address?: string;
  readonly user_agent?: string;
  readonly client?: string;
  readonly request_id?: string;
  readonly interface?: 'v2' | 'v3' | 'uaa' | 'api' | 'command' | 'start';
  readonly absent?: string;
}

/** An event as its origin tells it, before redaction: from an operation of our own or decoded from V2 or V3. */
export interface EventDraft {
  readonly guid: Guid;
  readonly type: string;
  readonly occurredAt: Instant;
  /** V2 and V3 print whole seconds; a comparison with a stored event then ignores fractions. */
  readonly precision: 'second' | 'fraction';
  readonly actor: Party;
  readonly target: Party;
  readonly spaceGuid: string;
  readonly organizationGuid: string;
  readonly particulars: Particulars;
  readonly data: Json;
  readonly outcome: Outcome;
}

/** An event as it is stored: made once, by `event/intake.ts`. */
export interface EventRow {
  readonly origin: string;
  readonly guid: Guid;
  readonly type: string;
  readonly audience: Audience;
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
  readonly actor: Party;
  readonly target: Party;
  readonly spaceGuid: string;
  readonly organizationGuid: string;
  readonly outcome: Outcome;
  /** Compact text of a JSON object, redacted. */
  readonly data: string;
  /** Compact text of Particulars. */
  readonly particulars: string;
  /** 32 random bytes each: what makes the commitments of a leaf unguessable (design, section 7). */
  readonly dataSalt: Uint8Array;
  readonly particularsSalt: Uint8Array;
}

/** An event as it is read: with its place in the store's order, and particulars that later sources added. */
export interface StoredEvent extends Omit<EventRow, 'dataSalt' | 'particularsSalt' | 'particulars'> {
  readonly id: number;
  readonly particulars: Particulars;
  /** Its leaf; null while it is not sealed. */
  readonly sealed: LeafPlace | null;
  /** What was disposed of: `data` then reads as `{}`, particulars as none. */
  readonly erased: readonly Erasable[];
}

/** Where a leaf stands: the log is a chain of epochs, each a tree of its own (design, section 7). */
export interface LeafPlace {
  readonly epoch: number;
  /** From 0. */
  readonly index: number;
}

/** The parts of an event that a leaf only commits to. */
export type Erasable = 'data' | 'particulars';

/** The place in the one order of the log: time first, intake second. */
export interface EventKey {
  readonly occurredAt: Instant;
  readonly id: number;
}
