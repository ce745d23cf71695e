// The permission to do one thing at one place, as a value: an operation cannot be called without one, and only
// `grant` makes one. It travels to the writer, which looks again (foundation/operation.ts) before anything changes.
import { AppError } from '../core/error.ts';
import { type Action, allowed, type Standing, type Where } from './role.ts';

declare const granted: unique symbol;

/** What was allowed, to whom, where. */
export interface Permit<A extends Action> {
  readonly [granted]: true;
  readonly action: A;
  readonly where: Where;
  readonly userGuid: string;
  readonly global: Standing['global'];
  readonly write: boolean;
}

/** Mints the permit, or throws NotAuthorized (403). */
export function grant<A extends Action>(standing: Standing, action: A, where: Where): Permit<A> {
  if (!allowed(standing, action, where)) throw new AppError('NotAuthorized');
  const { userGuid, global, write } = standing;
  return { action, where, userGuid, global, write } as Permit<A>;
}
