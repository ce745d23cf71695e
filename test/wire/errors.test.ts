import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../src/core/error.ts';
import { uaaError, v2Error, v2UnknownError, v3Errors, v3UnknownError } from '../../src/wire/errors.ts';

test('envelopes, member by member', () => {
  const error = new AppError('EventNotFound', ['g']);
  const texts: [object, string][] = [
    [
      v2Error(error),
      '{"description":"Event could not be found: g","error_code":"CF-EventNotFound","code":230002}',
    ],
    [
      v3Errors(new AppError('ResourceNotFound', ['Event not found']), error),
      '{"errors":[{"detail":"Event not found","title":"CF-ResourceNotFound","code":10010},' +
        '{"detail":"Event could not be found: g","title":"CF-EventNotFound","code":230002}]}',
    ],
    [v2UnknownError, '{"error_code":"UnknownError","description":"An unknown error occurred.","code":10001}'],
    [
      v3UnknownError,
      '{"errors":[{"title":"UnknownError","detail":"An unknown error occurred.","code":10001}]}',
    ],
    [
      uaaError('unauthorized', 'Bad credentials'),
      '{"error":"unauthorized","error_description":"Bad credentials"}',
    ],
  ];
  for (const [envelope, text] of texts) assert.equal(JSON.stringify(envelope), text);
});
