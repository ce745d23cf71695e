// What the routes of the UAA dialect have in common: the bearer check, and failures as UAA words them.
// Handlers throw Denied or AppError; both become answers here, so that none of UAA's clients ever sees a
// foreign envelope.
import { AppError, type ErrorName } from '../../core/error.ts';
import { Denied } from '../../identity/denied.ts';
import { doerOf } from '../../identity/principal.ts';
import type { KnownToken } from '../../identity/token.ts';
import type { Doer } from '../../log/append.ts';
import type { Answer, Call, Route, Services } from '../route.ts';

/** A call on its way through one route. */
export interface Visit extends Call {
  readonly services: Services;
  readonly method: string;
  /** The path as asked for, without the query. */
  readonly path: string;
}

/** A visitor whose token is good. */
export interface Visitor extends KnownToken {
  readonly doer: Doer;
}

interface Head {
  readonly method: Route['method'];
  readonly path: string;
  readonly summary: string;
}

/** Answers that hold tokens are kept by nobody on the way (RFC 6749, section 5.1). */
export const noStore = { 'Cache-Control': 'no-store', Pragma: 'no-cache' } as const;

export function uaaRoute(head: Head, handle: (visit: Visit) => Promise<Answer> | Answer): Route {
  return {
    ...head,
    dialect: 'uaa',
    access: 'public',
    handle: async (call, services) => {
      const { method } = head;
      const path = head.path.replace(/:(\w+)/g, (_, name: string) => call.params[name] ?? '');
      try {
        return await handle({ ...call, services, method, path });
      } catch (error) {
        return answerOf(error);
      }
    },
  };
}

/**
 * The holder of a good token that has one of the scopes, or that `own` lets in without. No scopes: any good
 * token. Throws Denied; a refusal for want of scopes is noted.
 */
export async function visitorOf(
  visit: Visit,
  scopes: readonly string[] = [],
  own: (known: KnownToken) => boolean = () => false,
): Promise<Visitor> {
  const { services, method, path, context } = visit;
  const known = await knownToken(visit);
  const doer = doerOf(known.principal, context);
  const has = (scope: string) => known.principal.scopes.includes(scope);
  if (scopes.length === 0 || scopes.some(has) || own(known)) return { ...known, doer };
  await services.doors.refused(doer, { method, path, status: 403, reason: 'insufficient_scope' });
  throw new Denied(403, 'insufficient_scope', 'Insufficient scope for this resource', {
    scope: scopes.join(' '),
  });
}

async function knownToken({ headers, services }: Visit): Promise<KnownToken> {
  const bearer = /^bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '');
  if (bearer === null) {
    throw new Denied(401, 'unauthorized', 'Full authentication is required to access this resource');
  }
  try {
    return await services.tokens.read(bearer[1] ?? '');
  } catch (error) {
    if (!(error instanceof AppError) || error.entry !== 'InvalidAuthToken') throw error;
    throw new Denied(401, 'invalid_token', 'The token expired, was revoked, or the token ID is incorrect.');
  }
}

/** UAA's words for what the floors below throw. */
const uaaErrors: Partial<Record<ErrorName, readonly [status: number, error: string]>> = {
  ResourceNotFound: [404, 'scim_resource_not_found'],
  UniquenessError: [409, 'scim_resource_already_exists'],
  UnprocessableEntity: [400, 'invalid_scim_resource'],
  ServiceUnavailable: [503, 'temporarily_unavailable'],
};

function answerOf(error: unknown): Answer {
  if (error instanceof Denied) {
    const { status, error: word, message, more } = error;
    return failure(status, word, message, more, status === 401 ? challenge(word) : {});
  }
  if (!(error instanceof AppError)) throw error;
  const [status, word] = uaaErrors[error.entry] ?? [error.status, 'server_error'];
  const { retryAfterSeconds: seconds } = error;
  return failure(
    status,
    word,
    error.message,
    {},
    seconds === undefined ? {} : { 'Retry-After': `${seconds}` },
  );
}

function failure(status: number, error: string, description: string, more: object, headers: object): Answer {
  return {
    status,
    headers: { ...noStore, ...headers },
    body: { error, error_description: description, ...more },
  };
}

function challenge(error: string): Readonly<Record<string, string>> {
  if (error === 'invalid_client') return { 'WWW-Authenticate': 'Basic realm="UAA/client"' };
  return { 'WWW-Authenticate': `Bearer realm="UAA/oauth", error="${error}"` };
}
