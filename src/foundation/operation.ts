// Operations: what changes the foundation. Each is a synchronous function over the writer's transaction that reads,
// decides, writes and tells what happened; this door gives it a permit that was looked at again, and the append.
import { AppError } from '../core/error.ts';
import type { Instant } from '../core/instant.ts';
import type { Permit } from '../identity/permit.ts';
import { type Action, allowed, rolesOf } from '../identity/role.ts';
import { append, type Doer, type Done } from '../log/append.ts';
import type { Scene, Transaction } from '../store/contract.ts';

/** What an operation is called with, as it crosses to the writer. */
export interface Order<A extends Action, I> {
  readonly permit: Permit<A>;
  readonly doer: Doer;
  readonly input: I;
}

/** What an operation works with, beside its input. */
export interface Hands<A extends Action> {
  readonly tx: Transaction;
  readonly permit: Permit<A>;
  readonly doer: Doer;
  /** `occurred_at` of all its events, and the time of its rows. */
  readonly at: Instant;
  readonly scene: Scene;
}

export type Operation<A extends Action, I, R> = (tx: Transaction, order: Order<A, I>, scene: Scene) => R;

/** Makes an operation of a body: the permit is checked again against the roles of this very moment. */
export function operation<A extends Action, I, R>(
  body: (hands: Hands<A>, input: I) => Done<R>,
): Operation<A, I, R> {
  return (tx, { permit, doer, input }, scene) => {
    const { userGuid, global, write, action, where } = permit;
    // As identity/standing.ts does: an admin needs no role.
    const standing = { userGuid, global, write, roles: global === 'admin' ? [] : rolesOf(tx, userGuid) };
    if (!allowed(standing, action, where)) throw new AppError('NotAuthorized');
    return append(tx, scene, doer, (at) => body({ tx, permit, doer, at, scene }, input));
  };
}
