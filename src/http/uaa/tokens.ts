// Tokens: granting, checking and revoking them, and the keys that they are verified with.
import { AppError } from '../../core/error.ts';
import { member, readJson, stringOf } from '../../core/json.ts';
import { accountOrigin } from '../../identity/account.ts';
import type { GrantType } from '../../identity/client.ts';
import { badRequest, Denied } from '../../identity/denied.ts';
import type { Granted, GrantRequest } from '../../identity/grant.ts';
import type { Answer, Route } from '../route.ts';
import { noStore, uaaRoute, type Visit, visitorOf } from './dialect.ts';
import { clientCredentials, type Form, readForm, scopeList } from './form.ts';

export const routes: readonly Route[] = [
  uaaRoute({ method: 'POST', path: '/oauth/token', summary: 'Grant an access token' }, grantToken),
  uaaRoute({ method: 'POST', path: '/check_token', summary: 'Tell what a token says' }, checkToken),
  uaaRoute(
    { method: 'GET', path: '/token_key', summary: 'The key that verifies tokens' },
    ({ services }) => ({
      status: 200,
      body: services.tokens.jwks().keys[0] ?? {},
    }),
  ),
  uaaRoute(
    { method: 'GET', path: '/token_keys', summary: 'All keys that verify tokens' },
    ({ services }) => ({
      status: 200,
      body: services.tokens.jwks(),
    }),
  ),
  uaaRoute(
    {
      method: 'DELETE',
      path: '/oauth/token/revoke/:jti',
      summary: 'Revoke the token that is sent, and its session',
    },
    revokeToken,
  ),
];

type Grant = (visit: Visit, form: Form, request: GrantRequest) => Promise<Granted>;

const grants: Readonly<Record<GrantType, Grant>> = {
  password: ({ services, query }, form, request) => {
    if (form('passcode') !== '') {
      throw badRequest(
        'One-time passcodes (--sso) are not supported here: log in with a user name and a password.',
      );
    }
    return services.doors.byPassword(request, form('username'), form('password'), originHint(query, form));
  },
  refresh_token: ({ services }, form, request) => {
    if (form('refresh_token') === '') throw badRequest('A refresh token must be given.');
    return services.doors.byRefreshToken(request, form('refresh_token'));
  },
  client_credentials: ({ services }, _form, request) => services.doors.byClientCredentials(request),
};

async function grantToken(visit: Visit): Promise<Answer> {
  const { body, headers, context, services } = visit;
  const form = readForm(body);
  const type = form('grant_type');
  if (type === '') throw badRequest('Missing grant type');
  if (!isGrantType(type)) throw new Denied(400, 'unsupported_grant_type', 'Unsupported grant type');
  const client = await services.doors.authenticate(
    clientCredentials(headers.authorization, form),
    type,
    context,
  );
  const granted = await grants[type](visit, form, { client, scopes: scopeList(form('scope')), context });
  return { status: 200, headers: noStore, body: tokenAnswer(granted) };
}

function isGrantType(text: string): text is GrantType {
  return Object.hasOwn(grants, text);
}

/** `bearer` in lower case: old command lines take no other. */
function tokenAnswer({ accessToken, refreshToken, expiresInSeconds, scopes, jti }: Granted): object {
  return {
    access_token: accessToken,
    token_type: 'bearer',
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    expires_in: expiresInSeconds,
    scope: scopes.join(' '),
    jti,
  };
}

/**
 * `login_hint={"origin":"ldap"}`, in the query or the form, names the identity provider. What cannot be read names none
 * that there is.
 */
function originHint(query: string, form: Form): string {
  const hint = new URLSearchParams(query).get('login_hint') ?? form('login_hint');
  if (hint === '') return accountOrigin;
  try {
    return stringOf(member(readJson(hint), 'origin')) ?? accountOrigin;
  } catch {
    return hint;
  }
}

async function checkToken({ body, headers, context, services }: Visit): Promise<Answer> {
  const form = readForm(body);
  const credentials = clientCredentials(headers.authorization, form);
  const client = await services.doors.authenticate(credentials, null, context);
  if (!client.authorities.includes('uaa.resource'))
    throw new Denied(403, 'access_denied', 'Access is denied');
  if (form('token') === '') throw badRequest('A token must be given.');
  try {
    const { claims, principal } = await services.tokens.read(form('token'));
    return { status: 200, headers: noStore, body: { ...claims, scope: principal.scopes } };
  } catch (error) {
    if (!(error instanceof AppError) || error.entry !== 'InvalidAuthToken') throw error;
    throw new Denied(400, 'invalid_token', 'The token expired, was revoked, or the token ID is incorrect.');
  }
}

async function revokeToken(visit: Visit): Promise<Answer> {
  const { jti, session, doer } = await visitorOf(visit);
  if (visit.params.jti !== jti) {
    throw new Denied(404, 'not_found', 'Only the token that is sent can be revoked.');
  }
  await visit.services.doors.run('session.close', { doer, guid: session });
  return { status: 200, headers: noStore };
}
