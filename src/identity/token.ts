// Access tokens: JSON Web Tokens signed with RS256 (RFC 7519, RFC 9068), with the claims that UAA writes and
// the cf CLI reads. A token is worth what its session, its account or client and their scopes are worth at
// the moment of the request; looking that up again is spared until something of it has changed.
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  exportJWK,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/error.ts';
import type { Random } from '../core/guid.ts';
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { keptKey } from '../log/key-file.ts';
import type { Readers, Store } from '../store/contract.ts';
import { type Account, accountByGuid, accountOrigin, accountTable, scopesOf } from './account.ts';
import { clientById, clientTable } from './client.ts';
import type { Principal } from './principal.ts';
import { audienceOf, commonScopes } from './scope.ts';
import { type Session, sessionByGuid, sessionTable } from './session.ts';

/** What a token is made for. */
export interface AccessGrant {
  readonly session: Session;
  /** null where a client speaks for itself. */
  readonly account: Account | null;
  readonly scopes: readonly string[];
  readonly grant: string;
}

export interface AccessToken {
  readonly token: string;
  readonly jti: string;
  readonly expiresInSeconds: number;
}

/** UAA answers the PEM text beside the JWK's own members. */
export type PublicKey = JWK & { readonly value: string };

/** A token that was found good, with all that it says. */
export interface KnownToken {
  readonly principal: Principal;
  readonly claims: JWTPayload;
  readonly jti: string;
  /** Guid of its session. */
  readonly session: string;
}

export interface Tokens {
  sign(grant: AccessGrant): Promise<AccessToken>;
  /**
   * Who asks, by the Authorization header of a Cloud Controller request. Throws NotAuthenticated where it is
   * missing or not `bearer` (in any case of letters), InvalidAuthToken where the token is not good for this
   * server.
   * @param at when the token had to be unexpired: a request that takes long is judged by its beginning, while
   * sessions, accounts and scopes are always those of now.
   */
  verify(authorization: string | undefined, at?: Instant): Promise<Principal>;
  /** The same for a bare token and any audience: UAA's own endpoints go by scopes alone. */
  read(token: string): Promise<KnownToken>;
  /** The public keys, as `/token_keys` answers them. */
  jwks(): { readonly keys: readonly PublicKey[] };
}

/**
 * Whose tokens are believed. Today there is one, ourselves; another UAA would be a second one in the map
 * below, with its JWKS for keys and, since its sessions are not ours to know, the token's own scopes.
 */
interface Issuer {
  readonly keys: JWTVerifyGetKey;
  /** The scopes that the token has at this moment; null where it has lost its worth. */
  readonly scopesNow: (claims: Claims) => Promise<readonly string[] | null>;
}

interface Claims {
  readonly payload: JWTPayload;
  readonly userGuid: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly session: string;
  readonly expiresAt: Instant;
}

interface Cached {
  readonly claims: Claims;
  readonly known: KnownToken;
  /** The state of accounts, clients and sessions that the token was last compared with. */
  readonly generation: number;
}

const keyBits = 2048;
const algorithm = 'RS256';
/** Cloud Controller takes only tokens that are meant for it. */
const controller = 'cloud_controller';

/** Makes the key on the first start; every later start finds it, so that tokens outlive a restart. */
export async function createTokens(options: {
  readonly keyFile: string;
  /** `iss`: the address of this server's token endpoint. */
  readonly issuer: string;
  readonly store: Store;
  readonly now: Clock;
  readonly random: Random;
}): Promise<Tokens> {
  const { issuer, store, now, random } = options;
  const privateKey = createPrivateKey(await keptKey(options.keyFile, random, newKey));
  const publicJwk = await publicJwkOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const own: Issuer = {
    keys: createLocalJWKSet({ keys: [publicJwk] }),
    scopesNow: (claims) => scopesNow(store, claims, now()),
  };
  const read = tokenReader(new Map([[issuer, own]]), store, now);
  return {
    read,
    jwks: () => ({ keys: [publicJwk] }),
    async sign(grant) {
      const jti = Buffer.from(random(16)).toString('hex');
      const issuedAt = Math.floor(now() / microsPerSecond);
      const sessionEnd = Math.floor(grant.session.expiresAt / microsPerSecond);
      const expiresAt = Math.min(issuedAt + limits.accessTokenSeconds, sessionEnd);
      const claims = { ...claimsOf(grant), jti, iss: issuer, iat: issuedAt, exp: expiresAt };
      const header = { alg: algorithm, typ: 'JWT', kid: publicJwk.kid ?? '' };
      const token = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey);
      return { token, jti, expiresInSeconds: Math.max(expiresAt - issuedAt - 1, 0) };
    },
    async verify(authorization, at) {
      const bearer = /^bearer(.*)$/is.exec(authorization ?? '');
      if (bearer === null) throw new AppError('NotAuthenticated');
      const { principal, claims } = await read((bearer[1] ?? '').trim(), at);
      if (![claims.aud].flat().includes(controller)) throw new AppError('InvalidAuthToken');
      return principal;
    },
  };
}

/** Reads tokens, and remembers the good ones until they expire. */
function tokenReader(
  issuers: ReadonlyMap<string, Issuer>,
  store: Store,
  now: Clock,
): (token: string, at?: Instant) => Promise<KnownToken> {
  const cache = new Map<string, Cached>();
  let generation = 0;
  const watched = [accountTable, clientTable, sessionTable].map((table) => table.name);
  store.onCommit(({ tables }) => {
    if (tables.some((name) => watched.includes(name))) generation += 1;
  });
  return async (token, at = now()) => {
    const cached = cache.get(token);
    if (cached !== undefined && cached.claims.expiresAt > at && cached.generation === generation) {
      return cached.known;
    }
    cache.delete(token);
    const compared = generation;
    const issuer = issuers.get(issuerOf(token));
    if (issuer === undefined) throw new AppError('InvalidAuthToken');
    const fresh = cached !== undefined && cached.claims.expiresAt > at;
    const claims = fresh ? cached.claims : await verifiedClaims(token, issuer, at);
    const scopes = await issuer.scopesNow(claims);
    if (scopes === null) throw new AppError('InvalidAuthToken');
    const known = knownToken(claims, scopes);
    cache.set(token, { claims, known, generation: compared });
    if (cache.size > limits.tokenCacheMax) cache.delete(cache.keys().next().value ?? '');
    return known;
  };
}

function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? '';
  } catch {
    throw new AppError('InvalidAuthToken');
  }
}

async function verifiedClaims(token: string, issuer: Issuer, at: Instant): Promise<Claims> {
  try {
    const currentDate = new Date(at / 1000);
    const { payload } = await jwtVerify(token, issuer.keys, {
      algorithms: [algorithm],
      currentDate,
      requiredClaims: ['exp', 'jti', 'aud'],
    });
    return readClaims(payload);
  } catch {
    throw new AppError('InvalidAuthToken');
  }
}

function readClaims(payload: JWTPayload): Claims {
  const scopes = payload.scope;
  return {
    payload,
    userGuid: textOf(payload.user_id),
    clientId: textOf(payload.client_id),
    scopes: Array.isArray(scopes) ? scopes.map(textOf) : [],
    session: textOf(payload.sid),
    expiresAt: (payload.exp ?? 0) * microsPerSecond,
  };
}

/**
 * What is left of the token's scopes: those that its account or client still has, while its session lasts.
 */
async function scopesNow(store: Readers, claims: Claims, at: Instant): Promise<readonly string[] | null> {
  const { userGuid, clientId } = claims;
  if (clientId === '') return null;
  const session = await sessionByGuid(store, claims.session);
  if (session === null || session.expiresAt <= at) return null;
  if (session.accountGuid !== userGuid || session.clientId !== clientId) return null;
  if (userGuid === '') {
    const client = await clientById(store, clientId);
    return client === null ? null : commonScopes(claims.scopes, client.authorities);
  }
  const account = await accountByGuid(store, userGuid);
  return account?.active ? commonScopes(claims.scopes, scopesOf(account)) : null;
}

function knownToken({ payload, userGuid, clientId, session }: Claims, scopes: readonly string[]): KnownToken {
  const ofUser = userGuid !== '';
  const principal: Principal = {
    kind: ofUser ? 'user' : 'client',
    guid: ofUser ? userGuid : clientId,
    username: ofUser ? textOf(payload.user_name) : '',
    email: ofUser ? textOf(payload.email) : '',
    client: clientId,
    scopes,
  };
  return { principal, claims: payload, jti: textOf(payload.jti), session };
}

/** `revocable` makes `cf logout` come back and end the session; without it a log-out is never heard of. */
function claimsOf({ session, account, scopes, grant }: AccessGrant): JWTPayload {
  const { clientId } = session;
  const shared = {
    sid: session.guid,
    scope: scopes,
    client_id: clientId,
    cid: clientId,
    azp: clientId,
    revocable: true,
    grant_type: grant,
    zid: accountOrigin,
    aud: audienceOf(scopes, clientId),
  };
  if (account === null) return { ...shared, sub: clientId, authorities: scopes };
  return {
    ...shared,
    sub: account.guid,
    user_id: account.guid,
    origin: account.origin,
    user_name: account.username,
    email: account.email,
  };
}

async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: keyBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function publicJwkOf(privatePem: string): Promise<PublicKey> {
  const publicKey = createPublicKey(privatePem);
  const jwk = await exportJWK(publicKey);
  const value = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: algorithm, use: 'sig', value };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
