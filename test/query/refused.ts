import assert from 'node:assert/strict';
import { AppError } from '../../src/core/error.ts';

/** What a refused query is told, without the catalogue's words around it. */
export function refused(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert(error instanceof AppError, `${error}`);
    assert.equal(error.entry, 'BadQueryParameter');
    assert.equal(error.status, 400);
    return error.args.join();
  }
  return assert.fail('not refused');
}
