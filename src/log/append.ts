// The one door to the store's write transaction (design, section 5): whatever changes a table leaves an event in
// the same transaction, unless all that it touched is bookkeeping. Runs in the writer, synchronously.
import { AppError, assert } from '../core/error.ts';
import { type Guid, newGuid, type Random } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { JsonRefused, jsonOf } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import type { Context, EventDraft, EventRow, Outcome, Party } from '../event/event.ts';
import { IntakeRefused, intake } from '../event/intake.ts';
import type { Scene, Transaction } from '../store/contract.ts';

/** Who did it, and where the request came from. */
export interface Doer {
  readonly actor: Party;
  readonly name: string | null;
  readonly username: string | null;
  readonly context: Context;
}

/** One thing that happened, as an operation tells it. `data` is redacted and made text at intake. */
export interface Happening {
  /** Where it follows from what happened, so that the same is told once; a new one otherwise. */
  readonly guid?: Guid;
  readonly type: string;
  readonly target: Party;
  readonly targetName: string;
  readonly organizationGuid?: string;
  readonly spaceGuid?: string;
  readonly data?: object;
  readonly outcome?: Outcome;
  /** The actor where it is not the doer of the whole operation. */
  readonly doer?: Doer;
}

export interface Done<R> {
  readonly events: readonly Happening[];
  readonly result: R;
}

/**
 * Runs `body` and appends the events that it tells, all with one `occurred_at`, in their order. A body that
 * changes anything but bookkeeping and tells no event is a defect and undoes itself.
 */
export function append<R>(tx: Transaction, scene: Scene, doer: Doer, body: (at: Instant) => Done<R>): R {
  const at = scene.now();
  const { events, result } = body(at);
  assert(
    events.length > 0 || tx.touched.size === 0,
    `${[...tx.touched].join(', ')} changed without an event`,
  );
  assert(events.length <= limits.operationEventsMax, 'an operation tells a bounded number of events');
  if (events.length > 0) tx.append(events.map((happening) => rowOf(happening, at, doer, scene.random)));
  return result;
}

function rowOf(happening: Happening, at: Instant, author: Doer, random: Random): EventRow {
  try {
    return intake(draftOf(happening, at, author, random), '', at, random);
  } catch (error) {
    // What a request brought along cannot be kept as it is: the operation is refused, not broken.
    const cannotBeKept = error instanceof IntakeRefused || error instanceof JsonRefused;
    throw cannotBeKept ? new AppError('UnprocessableEntity', [error.message]) : error;
  }
}

function draftOf(happening: Happening, at: Instant, author: Doer, random: Random): EventDraft {
  const doer = happening.doer ?? author;
  return {
    guid: happening.guid ?? newGuid(Math.floor(at / 1000), random),
    type: happening.type,
    occurredAt: at,
    precision: 'fraction',
    actor: doer.actor,
    target: happening.target,
    spaceGuid: happening.spaceGuid ?? '',
    organizationGuid: happening.organizationGuid ?? '',
    particulars: {
      actor_name: doer.name,
      actor_username: doer.username,
      target_name: happening.targetName,
      context: doer.context,
    },
    data: jsonOf(happening.data ?? {}),
    outcome: happening.outcome ?? 'success',
  };
}
