// What no convention tells: the operations of UAA's dialect, of the root and of the log itself, by method and path.
// A test finds entries whose route is gone. A route that says something of itself (`about`) goes before.
import type { About, Caller } from './about.ts';
import { json } from './conventions.ts';
import { arrayOf, ref, type Schema, type Schemas, text, whole } from './schema.ts';
import { scimPageOf } from './uaa-schemas.ts';
import { v2PageOf } from './v2-schemas.ts';
import { v3PageOf } from './v3-schemas.ts';

const accountReaders: Caller = { scopes: ['scim.read', 'scim.write', 'uaa.admin'] };
const accountWriters: Caller = { scopes: ['scim.write', 'uaa.admin'] };
const clientReaders: Caller = { scopes: ['clients.read', 'clients.admin', 'uaa.admin'] };
const clientWriters: Caller = { scopes: ['clients.write', 'clients.admin', 'uaa.admin'] };
const administrators: Caller = { scopes: ['uaa.admin'] };

const scimList: Schemas = {
  filter: text('Comparisons with eq, co and sw, joined by and, or and not'),
  startIndex: whole('Number of the first resource', { minimum: 1, default: 1 }),
  count: whole('How many at most'),
  sortBy: text('Member to order by'),
  sortOrder: text('`descending` turns it round', { default: 'ascending' }),
  attributes: text('Members to answer, with commas; empty: all'),
};

const form = (schema: string) =>
  ({ mediaType: 'application/x-www-form-urlencoded', schema: ref(schema) }) as const;

const lines: Schema = text('One event a line, a V2 or V3 resource as JSON');

const refused: About = {
  status: 405,
  request: null,
  response: 'V2Error',
  description: 'Always refused: an event is never changed or deleted.',
};

const globally: About = { status: 200, request: null, response: 'V2SecurityGroup' };

export const operations: Readonly<Record<string, About>> = {
  'GET /': { response: 'Root' },
  'GET /v2/info': {
    response: 'V2Info',
    description: 'With a good token, the answer names its user.',
  },
  'GET /v3': { response: 'V3Root' },
  'GET /v3/info': { response: 'V3Info' },
  'GET /healthz': { response: 'Health' },
  'GET /readyz': { response: 'Readiness' },

  'PUT /v2/events/:guid': { ...refused },
  'DELETE /v2/events/:guid': { ...refused },
  'GET /v2/events': { examples: { q: ['type:audit.space.create'] } },
  'GET /v3/audit_events': { examples: { types: ['audit.organization.create', 'audit.space.create'] } },
  'GET /v3/roles': { examples: { types: ['organization_manager', 'space_developer'] } },
  'GET /v3/organizations': { examples: { names: ['acme'] } },
  'GET /v3/spaces': { examples: { names: ['dev'] } },
  'GET /v3/users': { examples: { usernames: ['ann'] } },
  'GET /v2/spaces/:guid/events': { tag: 'V2 events' },
  'GET /v2/config/feature_flags': { list: null, response: json(arrayOf(ref('V2FeatureFlag'))) },
  'PUT /v2/config/feature_flags/:name': { status: 200, response: 'V2FeatureFlag' },
  'GET /v2/config/running_security_groups': { response: json(v2PageOf('V2SecurityGroup')) },
  'GET /v2/config/staging_security_groups': { response: json(v2PageOf('V2SecurityGroup')) },
  'PUT /v2/config/running_security_groups/:guid': { ...globally },
  'PUT /v2/config/staging_security_groups/:guid': { ...globally },
  'DELETE /v2/config/running_security_groups/:guid': { status: 204, response: null, also: {} },
  'DELETE /v2/config/staging_security_groups/:guid': { status: 204, response: null, also: {} },
  'GET /v2/jobs/:guid': { response: 'V2Job' },
  'DELETE /v3/isolation_segments/:guid': { status: 204 },
  'GET /v3/domains/:guid/route_reservations': { response: 'RouteReservation' },
  'GET /v3/organizations/:guid/domains/default': { response: 'Domain' },
  'GET /v3/spaces/:guid/running_security_groups': { response: json(v3PageOf('SecurityGroup', false)) },
  'GET /v3/spaces/:guid/staging_security_groups': { response: json(v3PageOf('SecurityGroup', false)) },
  'GET /v3/spaces/:guid/features': { list: null, response: 'FeatureList' },

  'GET /login': { caller: 'anybody', response: 'LoginInfo' },
  'GET /info': { caller: 'anybody', tag: 'UAA log-in and tokens', response: 'LoginInfo' },
  'POST /oauth/token': { caller: 'client', request: form('TokenRequest'), response: 'Token' },
  'POST /check_token': { caller: 'client', request: form('TokenQuestion'), response: 'TokenClaims' },
  'GET /token_key': { caller: 'anybody', response: 'Key' },
  'GET /token_keys': { caller: 'anybody', response: 'KeySet' },
  'DELETE /oauth/token/revoke/:jti': { caller: { scopes: [] }, response: null },
  'GET /userinfo': { caller: { scopes: ['openid'] }, response: 'UserInfo' },

  'GET /Users': { caller: accountReaders, query: scimList, response: json(scimPageOf('Account')) },
  'POST /Users': { caller: accountWriters, status: 201, request: 'NewAccount', response: 'Account' },
  'GET /Users/:id': { caller: { ...accountReaders, or: 'the user itself' }, response: 'Account' },
  'PUT /Users/:id': { caller: accountWriters, request: 'AccountChanges', response: 'Account' },
  'PATCH /Users/:id': { caller: accountWriters, request: 'AccountChanges', response: 'Account' },
  'DELETE /Users/:id': { caller: accountWriters, response: 'Account' },
  'PUT /Users/:id/password': {
    caller: { ...administrators, or: 'the user itself with the scope password.write' },
    request: 'PasswordChange',
    response: 'Done',
  },

  'GET /Groups': { caller: accountReaders, query: scimList, response: json(scimPageOf('Group')) },
  'GET /Groups/:id/members': { caller: accountReaders, response: json(arrayOf(ref('GroupMember'))) },
  'POST /Groups/:id/members': {
    caller: administrators,
    status: 201,
    request: 'NewGroupMember',
    response: 'GroupMember',
  },
  'DELETE /Groups/:id/members/:member': { caller: administrators, response: 'GroupMember' },

  'GET /oauth/clients': { caller: clientReaders, query: scimList, response: json(scimPageOf('OAuthClient')) },
  'POST /oauth/clients': {
    caller: clientWriters,
    status: 201,
    request: 'NewOAuthClient',
    response: 'OAuthClient',
  },
  'GET /oauth/clients/:id': { caller: clientReaders, response: 'OAuthClient' },
  'DELETE /oauth/clients/:id': { caller: clientWriters, response: 'OAuthClient' },
  'PUT /oauth/clients/:id/secret': {
    caller: { scopes: ['clients.secret', 'clients.admin', 'uaa.admin'] },
    request: 'SecretChange',
    response: 'Done',
  },

  'POST /api/import': {
    tag: 'Import',
    query: { origin: text('Name of the source', { default: 'import' }) },
    request: { mediaType: 'application/x-ndjson', schema: lines },
    status: 200,
    response: 'ImportReport',
  },
};
