// A failure as the answer that the dialect has for it. What is answered comes from the catalogue; what nobody
// foresaw is answered as the original's UnknownError and its detail goes to the log alone.
import type { AppError } from '../core/error.ts';
import { uaaError, v2Error, v2UnknownError, v3Errors, v3UnknownError } from '../wire/errors.ts';
import type { Answer, Dialect } from './route.ts';

/** The answer to an error that a caller can understand. */
export function refusal(error: AppError, dialect: Dialect): Answer {
  const retry = error.retryAfterSeconds;
  const headers = retry === undefined ? {} : { 'retry-after': String(retry) };
  return { status: error.status, body: envelope(error, dialect), headers };
}

/** The answer to a defect. */
export function unknownFailure(dialect: Dialect): Answer {
  if (dialect === 'uaa') return { status: 500, body: uaaError('server_error', 'An unknown error occurred.') };
  return { status: 500, body: speaksV3(dialect) ? v3UnknownError : v2UnknownError };
}

/** The dialect of a path that no route has. `url` may be absolute, as a proxy is asked. */
export function dialectOf(url: string): Dialect {
  const path = url.replace(/^https?:\/\/[^/]*/i, '');
  if (path.startsWith('/v3')) return 'v3';
  if (path.startsWith('/api') || /^\/log(?![^/?#])/.test(path)) return 'api';
  if (/^\/(oauth|login|Users|Groups|userinfo|check_token|token_key)/.test(path)) return 'uaa';
  return 'v2';
}

function envelope(error: AppError, dialect: Dialect): object {
  if (dialect === 'uaa') return uaaError(uaaName(error.status), error.message);
  return speaksV3(dialect) ? v3Errors(error) : v2Error(error);
}

function speaksV3(dialect: Dialect): boolean {
  return dialect === 'v3' || dialect === 'api';
}

function uaaName(status: number): string {
  const names: Record<number, string> = { 401: 'unauthorized', 403: 'access_denied', 404: 'not_found' };
  return names[status] ?? (status < 500 ? 'invalid_request' : 'server_error');
}
