// A refusal in UAA's words. Thrown by the doors of identity/ and by the UAA dialect, and caught in one place:
// http/uaa/dialect.ts makes the answer of it. Nothing that a caller has typed stands in one.

export class Denied extends Error {
  readonly status: number;
  /** UAA's `error`, a word that clients match on. */
  readonly error: string;
  /** More members of the answer (`scope` of insufficient_scope). */
  readonly more: Readonly<Record<string, string>>;

  constructor(
    status: number,
    error: string,
    description: string,
    more: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.name = 'Denied';
    this.status = status;
    this.error = error;
    this.more = more;
  }
}

/** Wrong password, unknown user, deactivated account: the answer tells none of them from another. */
export function badCredentials(): Denied {
  return new Denied(401, 'unauthorized', 'Bad credentials');
}

/** The identity provider that was hinted at is none of this server's; the cf CLI matches on the sentence. */
export function unknownOrigin(): Denied {
  return new Denied(401, 'unauthorized', 'The origin provided in the login hint is invalid.');
}

/** Too many failures from this source (lockout.ts); the cf CLI matches on the sentence. */
export function accountLocked(): Denied {
  return new Denied(
    401,
    'unauthorized',
    'Your account has been locked because of too many failed attempts to login.',
  );
}

/** The client is unknown or its secret is wrong. */
export function badClient(): Denied {
  return new Denied(401, 'invalid_client', 'Bad credentials');
}

/** A refresh or access token that is not, or no longer, valid. */
export function badToken(
  description = 'The token expired, was revoked, or the token ID is incorrect.',
): Denied {
  return new Denied(401, 'invalid_token', description);
}

/** A request that cannot be understood. */
export function badRequest(description: string): Denied {
  return new Denied(400, 'invalid_request', description);
}
