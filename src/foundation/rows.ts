// What operations of all nouns do with rows: make new ones, compare names without letter case, claim unique keys.
import { AppError, type ErrorName } from '../core/error.ts';
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

/** How a taken name is refused: by the error that the request's own API has for it, else by V3's sentence. */
export function nameTaken(sentence: string, taken?: ErrorName, name = ''): string | AppError {
  return taken === undefined ? sentence : new AppError(taken, [name]);
}

/** Runs a change; where it finds a unique key taken, the caller is answered the error given, or 422 with the text. */
export function claim<T>(taken: string | AppError, change: () => T): T {
  try {
    return change();
  } catch (failure) {
    if (!(failure instanceof UniqueViolation)) throw failure;
    throw typeof taken === 'string' ? new AppError('UnprocessableEntity', [taken]) : taken;
  }
}

/** Guids that are asked for and are not among those found, as the original's sentences quote them. */
export function quotedMissing(wanted: readonly string[], found: readonly string[]): string {
  return `[${wanted
    .filter((guid) => !found.includes(guid))
    .map((guid) => JSON.stringify(guid))
    .join(', ')}]`;
}
