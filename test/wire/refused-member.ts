import assert from 'node:assert/strict';
import { NotAnEvent } from '../../src/wire/members.ts';

/** The sentence of a refusal, which begins with the member that it is about. */
export function refusedMember(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert(error instanceof NotAnEvent, `${error}`);
    assert(error.message.startsWith(error.member));
    return error.message;
  }
  return assert.fail('not refused');
}
