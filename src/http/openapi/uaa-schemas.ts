// What UAA's dialect sends and answers, each described once: tokens, accounts, groups, clients.
import { grantTypes } from '../../identity/client.ts';
import { knownScopes } from '../../identity/scope.ts';
import {
  address,
  anything,
  arrayOf,
  flag,
  guid,
  mapOf,
  object,
  ref,
  type Schema,
  type Schemas,
  text,
  time,
  whole,
  word,
} from './schema.ts';

const example = 'https://api.example.org';
const scopes = arrayOf(text('A scope', { examples: ['cloud_controller.read'] }));
const schemas = arrayOf(text('Name of a schema'), 'What kind of resource it is');

/** Members of an account that a request may set; a request that replaces must have the user name. */
const accountMembers: Schemas = {
  userName: text('Log-in name', { examples: ['ann'] }),
  name: object({ givenName: text('Given name'), familyName: text('Family name') }, [
    'givenName',
    'familyName',
  ]),
  emails: arrayOf(
    object(
      {
        value: text('An e-mail address', { examples: ['ann@example.org'] }),
        primary: flag('Whether it is the one'),
      },
      ['primary'],
    ),
  ),
  active: flag('Whether the user may log in'),
};

const page: Schemas = {
  startIndex: whole('Number of the first resource', { minimum: 1 }),
  itemsPerPage: whole('How many are answered at most'),
  totalResults: whole('How many there are'),
  schemas,
};

export const uaaSchemas: Schemas = {
  TokenRequest: object(
    {
      grant_type: word('What is shown for the token', grantTypes),
      username: text('With grant type password', { examples: ['ann'] }),
      password: text('With grant type password', { examples: ['secret'] }),
      refresh_token: text('With grant type refresh_token'),
      scope: text('Scopes wanted, with blanks between them; empty: all'),
      client_id: text('The client, where there is no Basic header'),
      client_secret: text('Its secret'),
      login_hint: text('JSON object with the member `origin`'),
    },
    ['username', 'password', 'refresh_token', 'scope', 'client_id', 'client_secret', 'login_hint'],
    { examples: [{ grant_type: 'password', username: 'ann', password: 'secret' }] },
  ),
  Token: object(
    {
      access_token: text('Send it as `Authorization: bearer TOKEN`'),
      token_type: text('Always `bearer`', { const: 'bearer' }),
      refresh_token: text('For a new token without the password'),
      expires_in: whole('Seconds that the token is good for'),
      scope: text('Scopes of the token, with blanks between them'),
      jti: text('Id of the token'),
    },
    ['refresh_token'],
  ),
  TokenQuestion: object({ token: text('The token in question') }),
  TokenClaims: object({ scope: scopes }, [], {
    description: 'All claims of the token (RFC 7519)',
    additionalProperties: true,
  }),
  Key: object(
    {
      kty: text('Kind of key', { examples: ['RSA'] }),
      alg: text('Algorithm', { examples: ['RS256'] }),
      use: text('What for', { examples: ['sig'] }),
      kid: text('Id of the key'),
      n: text('Modulus'),
      e: text('Exponent', { examples: ['AQAB'] }),
      value: text('The same key as PEM'),
    },
    [],
    { description: 'A JSON Web Key (RFC 7517)' },
  ),
  KeySet: object({ keys: arrayOf(ref('Key')) }),
  LoginInfo: object({
    app: object({ version: text('Version of UAA that clients compare with') }),
    links: object({
      uaa: address('Where accounts are', example),
      login: address('Where to log in', example),
    }),
    zone_name: text('Always `uaa`'),
    entityID: text('Address of this server'),
    idpDefinitions: mapOf(anything, 'Nothing here'),
    timestamp: time('Now'),
    prompts: mapOf(arrayOf(text('Kind and label')), 'What to ask the user for'),
  }),
  Account: object(
    {
      id: guid('the account, and of the user'),
      meta: object({
        version: whole('Always 0'),
        created: time('When it was made'),
        lastModified: time('When it was last changed'),
      }),
      ...accountMembers,
      groups: arrayOf(
        object({ value: text('A scope'), display: text('The same'), type: text('Always `DIRECT`') }),
        'Its scopes',
      ),
      approvals: arrayOf(anything, 'Nothing here'),
      verified: flag('Always true'),
      origin: text('Identity provider', { examples: ['uaa'] }),
      zoneId: text('Always `uaa`'),
      passwordLastModified: time('When the password was last changed'),
      schemas,
    },
    ['passwordLastModified'],
  ),
  NewAccount: object(
    { ...accountMembers, password: text('Password'), origin: text('Only `uaa`, or nothing') },
    ['name', 'emails', 'active', 'origin'],
    {
      examples: [{ userName: 'ann', password: 'a long pass phrase', emails: [{ value: 'ann@example.org' }] }],
    },
  ),
  AccountChanges: object(accountMembers, Object.keys(accountMembers), { examples: [{ active: false }] }),
  PasswordChange: object(
    { password: text('The new password'), oldPassword: text('The old one, for one’s own') },
    ['oldPassword'],
  ),
  Done: object({ status: text('ok'), message: text('What was done') }),
  UserInfo: object({
    user_id: guid('the user'),
    sub: guid('the user'),
    user_name: text('Log-in name'),
    given_name: text('Given name'),
    family_name: text('Family name'),
    name: text('Both names'),
    email: text('E-mail address'),
    email_verified: flag('Always true'),
  }),
  Group: object({
    id: word('Id of the group: the scope', knownScopes),
    displayName: word('The scope', knownScopes),
    description: text('A sentence, or empty'),
    zoneId: text('Always `uaa`'),
    meta: object({ version: whole('Always 0') }),
    schemas,
  }),
  GroupMember: object({
    value: guid('the account'),
    origin: text('Identity provider'),
    type: text('Always `USER`'),
  }),
  NewGroupMember: object({ value: guid('the account') }),
  OAuthClient: object({
    client_id: text('Id of the client', { examples: ['reporter'] }),
    name: text('The same'),
    scope: scopes,
    authorities: scopes,
    authorized_grant_types: arrayOf(word('A grant type', grantTypes)),
    resource_ids: arrayOf(text('Always `none`')),
    autoapprove: arrayOf(anything, 'Nothing here'),
    lastModified: whole('Milliseconds since 1970'),
  }),
  NewOAuthClient: object(
    {
      client_id: text('Id of the client', { examples: ['reporter'] }),
      client_secret: text('Its secret'),
      scope: scopes,
      authorities: scopes,
      authorized_grant_types: arrayOf(word('A grant type', grantTypes)),
    },
    ['client_secret', 'scope', 'authorities', 'authorized_grant_types'],
  ),
  SecretChange: object({ secret: text('The new secret'), oldSecret: text('The old one, for one’s own') }, [
    'oldSecret',
  ]),
  UaaError: object(
    {
      error: text('Name of the error', { examples: ['unauthorized'] }),
      error_description: text('What is wrong, in a sentence', { examples: ['Bad credentials'] }),
      scope: text('The scopes of which one is needed'),
    },
    ['scope'],
  ),
};

/** A page of a list of UAA. */
export function scimPageOf(schema: string): Schema {
  return object({ resources: arrayOf(ref(schema)), ...page });
}
