// What operations of all nouns do with rows: make new ones, compare names without letter case, claim unique keys.
import { AppError } from '../core/error.ts';
import { newGuid } from '../core/guid.ts';
import type { Action } from '../identity/role.ts';
import { UniqueViolation } from '../store/contract.ts';
import type { Hands } from './operation.ts';

/** The columns of a row that comes to be now. */
export function newRow({ at, scene }: Pick<Hands<Action>, 'at' | 'scene'>) {
  return { guid: newGuid(Math.floor(at / 1000), scene.random), created_at: at, updated_at: at };
}

/** The form in which names are compared and ordered: the original's columns ignore letter case. */
export function foldName(name: string): string {
  return name.toLowerCase();
}

/** Runs a change; where it finds a unique key taken, the caller is answered 422 with the text given. */
export function claim<T>(takenText: string, change: () => T): T {
  try {
    return change();
  } catch (failure) {
    if (failure instanceof UniqueViolation) throw new AppError('UnprocessableEntity', [takenText]);
    throw failure;
  }
}
