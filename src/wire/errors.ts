// The envelopes in which failures are answered: V2's, V3's (events-api.md H) and UAA's. Plain objects,
// members in the original's order.
import type { AppError } from '../core/error.ts';

export interface V2Error {
  readonly description: string;
  readonly error_code: string;
  readonly code: number;
}

export interface V3Error {
  readonly detail: string;
  readonly title: string;
  readonly code: number;
}

export interface UaaError {
  readonly error: string;
  readonly error_description: string;
}

export function v2Error(error: AppError): V2Error {
  return { description: error.message, error_code: `CF-${error.entry}`, code: error.code };
}

/** V3 can answer several errors at once. */
export function v3Errors(...errors: readonly AppError[]): { readonly errors: readonly V3Error[] } {
  return {
    errors: errors.map((error) => ({
      detail: error.message,
      title: `CF-${error.entry}`,
      code: error.code,
    })),
  };
}

/** V2's answer to a failure that nobody foresaw; other order of members, no `CF-`, as the original. */
export const v2UnknownError: V2Error = {
  error_code: 'UnknownError',
  description: 'An unknown error occurred.',
  code: 10001,
};

/** V3's answer to a failure that nobody foresaw. */
export const v3UnknownError: { readonly errors: readonly V3Error[] } = {
  errors: [{ title: 'UnknownError', detail: 'An unknown error occurred.', code: 10001 }],
};

/** UAA's, for the token endpoint: `uaaError('unauthorized', 'Bad credentials')`. */
export function uaaError(error: string, description: string): UaaError {
  return { error, error_description: description };
}
