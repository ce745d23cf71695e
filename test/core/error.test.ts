import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  AppError,
  type ErrorName,
  errorCatalogue,
  assert as promise,
  pushback,
} from '../../src/core/error.ts';

const entries = Object.keys(errorCatalogue) as ErrorName[];

test('the arguments take the places of their text, in order and unread', () => {
  const argument = fc.string();
  fc.assert(
    fc.property(fc.constantFrom(...entries), argument, argument, (entry, one, two) => {
      const args = [one, two];
      const error = new AppError(entry, args);
      const [head = '', ...tail] = errorCatalogue[entry].text.split('%s');
      assert.equal(error.message, head + tail.map((text, index) => args[index] + text).join(''));
      assert.deepEqual([error.entry, error.args, error.code], [entry, args, errorCatalogue[entry].code]);
      assert.equal(error.status, errorCatalogue[entry].status);
    }),
  );
});

test('an argument with the marks of a replacement is told as it is', () => {
  assert.equal(new AppError('BadRequest', ["$& %s $'"]).message, "Bad request: $& %s $'");
  assert.equal(new AppError('UnableToPerform', ['Bind']).message, 'Bind could not be completed: ');
});

test('every entry has a code of its own and a status of refusal', () => {
  const codes = entries.map((entry) => errorCatalogue[entry].code);
  assert.equal(new Set(codes).size, codes.length);
  for (const entry of entries) assert.ok(errorCatalogue[entry].status >= 400, entry);
});

test('pushback names the wait; a broken promise is no AppError', () => {
  const busy = pushback('too much is waiting', 5);
  assert.deepEqual([busy.status, busy.retryAfterSeconds, busy.message], [503, 5, 'too much is waiting']);
  promise(true, 'holds');
  assert.throws(
    () => promise(false, 'a queue has an end'),
    (error) => !(error instanceof AppError) && String(error).includes('broken promise: a queue has an end'),
  );
});
