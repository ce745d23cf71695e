// How a token is come by: a client names itself, then a password, a refresh token or the client's own secret
// is checked, and the log-in is recorded before the token exists. Failures are counted, locked out and noted
// here.
import { createHmac } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/error.ts';
import type { Random } from '../core/guid.ts';
import { limits } from '../core/limits.ts';
import type { Context } from '../event/event.ts';
import type { Doer } from '../log/append.ts';
import { failedLogins, lockedOut, type NoteKind, type Notes } from '../log/notes.ts';
import type { Readers } from '../store/contract.ts';
import { type Account, accountByGuid, accountByName, accountOrigin, nameKey, scopesOf } from './account.ts';
import { type Client, clientById, type GrantType, isSecretOf } from './client.ts';
import { accountLocked, badClient, badCredentials, badToken, Denied, unknownOrigin } from './denied.ts';
import type { Lockout } from './lockout.ts';
import type { Passwords } from './password.ts';
import { commonScopes } from './scope.ts';
import { newRefreshToken, refreshHashOf, sessionByRefreshToken } from './session.ts';
import type { Tokens } from './token.ts';
import type { IdentityRun } from './work.ts';

/** How a client names itself. `secrets`: what was sent, and what it is if it was sent URL-encoded. */
export interface ClientCredentials {
  readonly id: string;
  readonly secrets: readonly string[];
}

/** What every grant needs to know of its request. `scopes` is empty where none were asked for. */
export interface GrantRequest {
  readonly client: Client;
  readonly scopes: readonly string[];
  readonly context: Context;
}

export interface Granted {
  readonly accessToken: string;
  /** null where the grant or the client has none. */
  readonly refreshToken: string | null;
  readonly expiresInSeconds: number;
  readonly scopes: readonly string[];
  readonly jti: string;
}

/** All of them throw Denied, or ServiceUnavailable where too much is going on or nothing can be recorded. */
export interface Grants {
  /** The client, if the secret is its own and the grant type allowed to it. */
  authenticate(credentials: ClientCredentials, grant: GrantType | null, context: Context): Promise<Client>;
  byPassword(request: GrantRequest, username: string, password: string, origin: string): Promise<Granted>;
  byRefreshToken(request: GrantRequest, refreshToken: string): Promise<Granted>;
  byClientCredentials(request: GrantRequest): Promise<Granted>;
  /** Looks at somebody's password once more, before it is changed. Counts towards the lock-out. */
  confirmPassword(account: Account, password: string, context: Context): Promise<void>;
  /** The same for a client's secret. */
  confirmSecret(client: Client, secret: string, context: Context): Promise<void>;
}

interface Parts {
  readonly store: Readers;
  readonly run: IdentityRun;
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly lockout: Lockout;
  readonly notes: Notes;
  readonly now: Clock;
  readonly random: Random;
  /** Key of the digest that stands for user names that nobody has: what was typed may be a password. */
  readonly digestKey: string;
}

/**
 * Who somebody says to be. Where there is no such account or client, only a digest of what was typed is
 * known.
 */
interface Claimant {
  readonly kind: 'user' | 'client';
  readonly guid: string;
  readonly name: string;
  readonly digest: string | null;
  readonly client: string;
  readonly grant: string;
  readonly context: Context;
}

/** Failures are told of somebody unknown: whoever typed a name has not shown to be its owner. */
const unknownActor = { type: 'unknown', guid: 'unknown' } as const;

export function createGrants(parts: Parts): Grants {
  const { store, passwords, now } = parts;
  return {
    authenticate: (credentials, grant, context) => authenticate(parts, credentials, grant, context),

    async byPassword({ client, scopes, context }, username, password, origin) {
      const known = origin === accountOrigin;
      const account = known ? await accountByName(store, username) : null;
      const more = { client: client.id, grant: 'password', context };
      const claimant = claimantOf(parts, account, username, more);
      if (!known) return fail(parts, claimant, 'unknown origin', unknownOrigin());
      const check = async () =>
        (await passwords.verify(password, account?.passwordHash ?? null)) && account?.active === true;
      await guarded(parts, claimant, check, badCredentials);
      if (account === null) throw badCredentials();
      const granted = narrowed(commonScopes(scopesOf(account), client.scopes), scopes);
      return open(parts, { client, account, granted, grant: 'password', context });
    },

    async byRefreshToken({ client, scopes, context }, refreshToken) {
      const session = await sessionByRefreshToken(store, refreshToken);
      const account = session === null ? null : await accountByGuid(store, session.accountGuid);
      const good = session !== null && session.clientId === client.id && session.expiresAt > now();
      if (!good || !account?.active) {
        const more = { client: client.id, grant: 'refresh_token', context };
        const claimant: Claimant = {
          ...more,
          kind: 'user',
          guid: account?.guid ?? 'unknown',
          name: account?.username ?? '',
          digest: null,
        };
        await noteFailure(parts, claimant, 'invalid token');
        throw badToken();
      }
      const granted = narrowed(commonScopes(scopesOf(account), session.scopes), scopes);
      const grant = { session, account, scopes: granted, grant: 'password' };
      const { token, jti, expiresInSeconds } = await parts.tokens.sign(grant);
      return { accessToken: token, refreshToken, expiresInSeconds, scopes: granted, jti };
    },

    byClientCredentials({ client, scopes, context }) {
      const granted = narrowed(client.authorities, scopes);
      return open(parts, { client, account: null, granted, grant: 'client_credentials', context });
    },

    async confirmPassword(account, password, context) {
      const more = { client: context.client ?? '', grant: 'password change', context };
      const claimant = claimantOf(parts, account, account.username, more);
      const wrong = () => new Denied(401, 'unauthorized', 'Old password is incorrect');
      await guarded(parts, claimant, () => passwords.verify(password, account.passwordHash), wrong);
    },

    async confirmSecret(client, secret, context) {
      const { id } = client;
      const claimant: Claimant = {
        kind: 'client',
        guid: id,
        name: id,
        digest: null,
        client: id,
        grant: 'secret change',
        context,
      };
      const wrong = () => new Denied(400, 'invalid_client', 'Previous secret is required and must be valid');
      await guarded(parts, claimant, () => isSecretOf(client, secret, passwords), wrong);
    },
  };
}

async function authenticate(
  parts: Parts,
  { id, secrets }: ClientCredentials,
  grant: GrantType | null,
  context: Context,
): Promise<Client> {
  const client = await clientById(parts.store, id);
  const claimant: Claimant = {
    kind: 'client',
    guid: client?.id ?? 'unknown',
    name: client?.id ?? '',
    digest: client === null ? digestOf(parts, id) : null,
    client: client?.id ?? '',
    grant: grant ?? 'none',
    context,
  };
  const check = async () => {
    for (const secret of secrets) {
      if (await isSecretOf(client, secret, parts.passwords)) return true;
    }
    return false;
  };
  if (client?.secretHash === '') {
    // Nothing to guess, and a lock would shut out everybody who comes from the same address.
    if (!(await check())) await fail(parts, claimant, 'bad client credentials', badClient());
  } else {
    await guarded(parts, claimant, check, badClient);
  }
  if (client === null) throw badClient();
  if (grant !== null && !client.grantTypes.includes(grant)) {
    throw new Denied(401, 'unauthorized_client', `Unauthorized grant type: ${grant}`);
  }
  return client;
}

/**
 * Runs a check under the lock-out. It is asked before and after: of guesses that run at the same time, those
 * that end after the lock do not count even when right.
 */
async function guarded(
  parts: Parts,
  claimant: Claimant,
  check: () => Promise<boolean>,
  wrong: () => Denied,
): Promise<void> {
  const { lockout } = parts;
  const who = `${claimant.kind} ${claimant.digest ?? claimant.guid}`;
  const name = claimant.kind === 'user' ? nameKey(claimant.name) : '';
  const pair = { who, name, context: claimant.context };
  if (lockout.locked(pair)) await fail(parts, claimant, 'locked out', accountLocked());
  const right = await check();
  if (lockout.locked(pair)) await fail(parts, claimant, 'locked out', accountLocked());
  if (right) return lockout.succeeded(pair);
  const locked = lockout.failed(pair);
  await noteFailure(parts, claimant, 'bad credentials');
  if (locked) {
    const data = { ...told(claimant), seconds: limits.lockoutMs / 1000 };
    await note(parts, lockedOut, claimant, 'too many failures', data);
  }
  throw wrong();
}

async function fail(parts: Parts, claimant: Claimant, reason: string, denied: Denied): Promise<never> {
  await noteFailure(parts, claimant, reason);
  throw denied;
}

function noteFailure(parts: Parts, claimant: Claimant, reason: string): Promise<void> {
  return note(parts, failedLogins, claimant, reason, { reason, ...told(claimant) });
}

/** What every failure tells of who was said to be there. */
function told({ client, grant, digest }: Claimant): object {
  return { client, grant, ...(digest !== null && { name_digest: digest }) };
}

function note(
  { notes }: Parts,
  kind: NoteKind,
  claimant: Claimant,
  reason: string,
  data: object,
): Promise<void> {
  const { context, client, grant } = claimant;
  const who = claimant.digest ?? claimant.guid;
  const doer: Doer = { actor: unknownActor, name: '', username: '', context: { ...context, client } };
  return notes.note({
    kind,
    subject: [context.address ?? '', claimant.kind, who, client, grant, reason],
    doer,
    target: { type: claimant.kind, guid: claimant.guid },
    targetName: claimant.name,
    data,
  });
}

/** Opens a session and signs its first token: the log-in is durable before the token exists. */
async function open(
  { run, tokens, random }: Parts,
  login: {
    readonly client: Client;
    readonly account: Account | null;
    readonly granted: readonly string[];
    readonly grant: string;
    readonly context: Context;
  },
): Promise<Granted> {
  const { client, account, granted, grant } = login;
  const refreshes = account !== null && client.grantTypes.includes('refresh_token');
  const refreshToken = refreshes ? newRefreshToken(random) : null;
  const doer: Doer = {
    actor: { type: 'user', guid: account?.guid ?? client.id },
    name: account?.email ?? '',
    username: account?.username ?? '',
    context: { ...login.context, client: client.id },
  };
  const order = {
    doer,
    account,
    client,
    grant,
    refreshHash: refreshToken === null ? null : refreshHashOf(refreshToken),
    scopes: granted,
    lastsSeconds: refreshes ? limits.refreshTokenSeconds : limits.accessTokenSeconds,
  };
  const session = await run('session.open', order).catch((error: unknown) => {
    if (error instanceof AppError && error.entry === 'InvalidAuthToken') throw badCredentials();
    throw error;
  });
  const { token, jti, expiresInSeconds } = await tokens.sign({ session, account, scopes: granted, grant });
  return { accessToken: token, refreshToken, expiresInSeconds, scopes: granted, jti };
}

/** What was asked for of what may be had; all of it where nothing was asked for. */
function narrowed(scopes: readonly string[], wanted: readonly string[]): readonly string[] {
  if (wanted.length === 0) return scopes;
  const granted = commonScopes(scopes, wanted);
  if (granted.length > 0) return granted;
  throw new Denied(400, 'invalid_scope', 'None of the scopes that were asked for can be granted.');
}

function claimantOf(
  parts: Parts,
  account: Account | null,
  typed: string,
  more: Pick<Claimant, 'client' | 'grant' | 'context'>,
): Claimant {
  if (account === null) {
    return { ...more, kind: 'user', guid: 'unknown', name: '', digest: digestOf(parts, typed) };
  }
  return { ...more, kind: 'user', guid: account.guid, name: account.username, digest: null };
}

/** Tells equal names from different ones without telling them. */
function digestOf({ digestKey }: Parts, typed: string): string {
  return createHmac('sha256', digestKey).update(nameKey(typed)).digest('hex');
}
