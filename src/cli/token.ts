// Tokens from a UAA: by password, by a client's own secret, by renewing. The dialect is UAA's own, as cf speaks it.

import { limits } from '../core/limits.ts';
import { fieldAt, numberAt, parsed, textAt } from '../export/field.ts';
import { ask, refusalSentence, textOf } from './exchange.ts';
import { CliFailure, exitCodes, unauthorized } from './failure.ts';
import { bareToken, type Session } from './session.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Who asks for a token: the public client `cf` unless another is named. */
export interface Client {
  readonly id: string;
  readonly secret: string;
}

export const cfClient: Client = { id: 'cf', secret: '' };

/** One token request. Throws CliFailure (unauthorized) with UAA's own words where it is refused. */
export async function grantedTokens(
  uaa: string,
  client: Client,
  form: Readonly<Record<string, string>>,
): Promise<Tokens> {
  const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64');
  const answer = await ask(new URL(`${uaa}/oauth/token`), {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const body = await textOf(answer);
  const json = parsed(body);
  if (answer.status === 400 || answer.status === 401) {
    const isWrong = form.username !== undefined && textAt(json, 'error_description') === 'Bad credentials';
    throw unauthorized(isWrong ? 'The user or password is wrong.' : refusalSentence(answer.status, body));
  }
  const accessToken = bareToken(textAt(json, 'access_token'));
  if (!answer.ok || accessToken === '') {
    throw new CliFailure(`No token from ${uaa}. ${refusalSentence(answer.status, body)}`);
  }
  return { accessToken, refreshToken: textAt(json, 'refresh_token') };
}

/** The second since 1970 at which a token ends; null where the token does not say. */
function expiryOf(accessToken: string): number | null {
  return numberAt(claimsOf(accessToken), 'exp');
}

/** Whom a token speaks for, as its claims tell; never trusted, only shown. */
export function userOf(accessToken: string): string {
  const claims = claimsOf(accessToken);
  return textAt(claims, 'user_name') || textAt(claims, 'email') || textAt(claims, 'client_id');
}

/** The guid of whom a token speaks for; '' for a client's. */
export function userGuidOf(accessToken: string): string {
  return textAt(claimsOf(accessToken), 'user_id');
}

function claimsOf(accessToken: string): unknown {
  const payload = accessToken.split('.')[1] ?? '';
  return parsed(Buffer.from(payload, 'base64url').toString('utf8'));
}

/** Whether a session's token should be renewed before it is used again. */
export function isStale(session: Session, nowSeconds: number): boolean {
  const expiry = expiryOf(session.accessToken);
  // A token that cannot be renewed is good to its end.
  const early = session.refreshToken === '' ? 0 : limits.tokenRenewSeconds;
  return expiry !== null && expiry - nowSeconds <= early;
}

/** The session with a new access token. Throws CliFailure (unauthorized) when it cannot be renewed any more. */
export async function renewed(session: Session): Promise<Session> {
  const login = session.source === 'cf' ? 'cf login' : `hansard login ${session.url}`;
  if (session.source === 'environment' && session.refreshToken === '') {
    throw unauthorized('The token in HANSARD_TOKEN has ended.');
  }
  const ended = `Your session with ${session.url} has ended: run "${login}".`;
  if (session.refreshToken === '' || session.uaa === '') throw unauthorized(ended);
  try {
    const client = { id: session.client, secret: session.clientSecret };
    const form = { grant_type: 'refresh_token', refresh_token: session.refreshToken };
    const tokens = await grantedTokens(session.uaa, client, form);
    return {
      ...session,
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken || session.refreshToken,
    };
  } catch (error) {
    if (error instanceof CliFailure && error.exitCode === exitCodes.unauthorized) throw unauthorized(ended);
    throw error;
  }
}

/** Where a server's tokens come from: its root document, else V2's, else itself. */
export async function uaaOf(url: string): Promise<string> {
  const root = await documentAt(`${url}/`);
  const links = fieldAt(root, 'links');
  const linked = textAt(links, 'uaa', 'href') || textAt(links, 'login', 'href');
  if (linked !== '') return linked.replace(/\/+$/, '');
  const info = await documentAt(`${url}/v2/info`);
  const told = textAt(info, 'token_endpoint') || textAt(info, 'authorization_endpoint');
  if (told === '' && root === undefined) throw new CliFailure(`${url} is no Cloud Foundry API.`);
  return (told || url).replace(/\/+$/, '');
}

async function documentAt(address: string): Promise<unknown> {
  const answer = await ask(new URL(address));
  const body = await textOf(answer);
  return answer.ok ? parsed(body) : undefined;
}
