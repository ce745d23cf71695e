// What the fuzzer plays with: a server with one of everything, the guids of it all, and what a request to each route
// looks like when it is nearly right.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { routes } from '../../src/http/routes.ts';
import type { TestServer } from '../harness.ts';
import { nearly, nearlyObject, text, value } from './nasty.ts';

export interface Grounds {
  readonly url: string;
  /** Authorization headers of an administrator, somebody else, and of nobody in many ways. */
  readonly admin: string;
  readonly user: string;
  readonly nobody: readonly string[];
  /** Guids and names of what exists. */
  readonly known: readonly string[];
  /** Those of one collection, by its path. */
  readonly byCollection: ReadonlyMap<string, readonly string[]>;
}

/** One organization with a space, a user with a role, whatever else can be made by its name, and the events of it. */
export async function newGrounds(server: TestServer): Promise<Grounds> {
  const { url, call, login, adminToken } = server;
  const tag = randomUUID();
  const made = async (path: string, body: object): Promise<string> => {
    const reply = await call('POST', path, { body });
    if (reply.status !== 201) throw new Error(`${path}: ${reply.status} ${reply.text}`);
    return reply.json.guid ?? reply.json.id;
  };
  const organization = await made('/v3/organizations', { name: tag, metadata: { labels: { a: 'b' } } });
  const inOrganization = { organization: { data: { guid: organization } } };
  await made('/v3/spaces', { name: tag, relationships: inOrganization });
  const password = 'only for this test';
  const account = await made('/Users', { userName: tag, password, emails: [{ value: `${tag}@x` }] });
  const user = { data: { guid: account } };
  await made('/v3/roles', { type: 'organization_manager', relationships: { ...inOrganization, user } });
  for (const { method, path } of routes) {
    if (method !== 'POST' || !/^\/v3\/\w+$/.test(path)) continue;
    const named = { name: `${tag}.org` };
    const placed = await call('POST', path, { body: { ...named, relationships: inOrganization } });
    if (placed.status === 422) await call('POST', path, { body: named });
  }
  const deleted = await made('/v3/organizations', { name: `${tag} deleted` });
  const job = (await call('DELETE', `/v3/organizations/${deleted}`)).headers.get('location') ?? '';
  const self = (await call('GET', '/userinfo')).json.user_id;
  const byCollection = await collectionsOf(server, self);
  byCollection.set('/v3/jobs', [job.slice(-36)]);
  byCollection.set('/v3/spaces/:guid/features', ['ssh']);
  return {
    url,
    admin: `bearer ${adminToken}`,
    user: `Bearer ${await login(tag, password)}`,
    nobody: ['', 'bearer', 'bearer ', 'bearer x', 'Basic Y2Y6', 'Basic', `${adminToken}`, 'Digest x', 'null'],
    known: [...new Set([...[...byCollection.values()].flat(), deleted, tag, 'cf', 'ssh'])],
    byCollection,
  };
}

/**
 * What every list answers, the newest first where it can be asked for; without what nothing works without: who asks,
 * and the default quota.
 */
async function collectionsOf({ call }: TestServer, self: string): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const { method, path } of routes) {
    if (method !== 'GET' || !/^\/(v2|v3|Users|Groups|oauth)\b[^:]*$/.test(path)) continue;
    const reply = await call(
      'GET',
      `${path}${path.startsWith('/v3/') ? '?order_by=-created_at&per_page=5' : ''}`,
    );
    const resources: readonly Resource[] = (reply.status === 200 && reply.json.resources) || [];
    const guids = resources
      .filter(({ name, entity }) => (entity?.name ?? name) !== 'default')
      .map(({ guid, id, name, metadata }) => guid ?? id ?? metadata?.guid ?? name ?? '');
    found.set(path, guids.filter((guid) => guid !== self).slice(0, 5));
  }
  return found;
}

interface Resource {
  readonly guid?: string;
  readonly id?: string;
  readonly name?: string;
  readonly metadata?: { readonly guid?: string };
  readonly entity?: { readonly name?: string };
}

export const parameterNames = [
  ...['page', 'per_page', 'order_by', 'guids', 'names', 'types', 'created_ats', 'updated_ats', 'include'],
  ...['label_selector', 'organization_guids', 'space_guids', 'target_guids', 'user_guids', 'usernames'],
  ...['partial_usernames', 'origins', 'cursor', 'q', 'results-per-page', 'order-by', 'order-direction'],
  ...['inline-relations-depth', 'orphan-relations', 'exclude-relations', 'include-relations', 'origin'],
  ...[
    'filter',
    'startIndex',
    'count',
    'sortBy',
    'sortOrder',
    'attributes',
    'login_hint',
    'recursive',
    'async',
  ],
];

export const parameterValues = [
  ...['1', '2', '50', '100', '5000', '5001', 'created_at', '-created_at', 'name', '-name', 'asc', 'desc'],
  ...['organization', 'space', 'user', 'org', 'a=b', 'a!=b', 'a in (b)', 'a notin (b', '!a', 'a,b'],
  ...['audit.organization.create', 'organization_manager', 'type:audit.app.create', 'type IN a,b'],
  ...['timestamp>2020-01-01T00:00:00Z', 'timestamp<=x', 'actee:a;space_guid:b', 'actee IN', 'actor!', 'q'],
  ...[
    'userName eq "admin"',
    'id eq "x" or (email co "y")',
    'constructor eq "x"',
    'userName',
    'not (id eq "1")',
  ],
  ...['{"origin":"uaa"}', '{"origin":', 'id,userName', 'descending', 'true'],
];

/** Where the guids of a path's second parameter are listed. */
const collections: Readonly<Record<string, string>> = {
  ':space_guid': '/v3/spaces',
  ':org_guid': '/v3/organizations',
  ':user_guid': '/v3/users',
  ':place_guid': '/v3/organizations',
  ':member': '/v3/users',
};

/** What may stand for a parameter of a path, for the most part something that exists. */
export function segmentOf(grounds: Grounds, path: string, parameter: string): Guid {
  const collection = collections[parameter] ?? path.slice(0, path.indexOf(`/${parameter}`));
  return fc.oneof({ weight: 8, arbitrary: knownOf(grounds, collection) }, { weight: 1, arbitrary: text });
}

/** Mostly the guids of a collection, sometimes others. */
function knownOf({ byCollection, known }: Grounds, collection: string): Guid {
  const own = byCollection.get(collection) ?? [];
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...(own.length > 0 ? own : known)) },
    { weight: 1, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.uuid() },
  );
}

/** Bodies that a route takes, nearly right; of any route that is not named here, an object at random. */
export function jsonFor(path: string, grounds: Grounds): fc.Arbitrary<unknown> {
  const [, make] = bodies.find(([shape]) => shape.test(path)) ?? [];
  const guids = {
    organization: knownOf(grounds, '/v3/organizations'),
    space: knownOf(grounds, '/v3/spaces'),
    user: knownOf(grounds, '/v3/users'),
  };
  return make === undefined ? nearlyObject({ name: text, data: guids.space }) : make(guids);
}

type Guid = fc.Arbitrary<string>;
type Guids = Readonly<Record<'organization' | 'space' | 'user', Guid>>;

const oddKeys = fc.constantFrom('a', 'x.org/b', 'é', '__proto__', '/');
const entries = nearly(fc.dictionary(oddKeys, nearly(text), { maxKeys: 3 }));
const metadata = nearlyObject({ labels: entries, annotations: entries });
const data = (guid: Guid) => nearlyObject({ data: nearlyObject({ guid }) });
const account = nearlyObject({
  userName: text,
  password: text,
  origin: fc.constantFrom('uaa', 'ldap', ''),
  active: fc.boolean(),
  name: nearlyObject({ givenName: text, familyName: text }),
  emails: nearly(fc.array(nearlyObject({ value: text, primary: fc.boolean() }), { maxLength: 2 })),
});

/** A role in an organization, or in a space, of somebody known by guid or by name. */
function role({ organization, space, user }: Guids): fc.Arbitrary<unknown> {
  const who = nearlyObject({
    data: nearly(
      fc.oneof(fc.record({ guid: user }), fc.record({ username: text, origin: text, more: value })),
    ),
  });
  const inOrganization = nearlyObject({
    type: fc.constantFrom('organization_user', 'organization_manager'),
    relationships: nearlyObject({ organization: data(organization), user: who }),
  });
  const inSpace = nearlyObject({
    type: fc.constantFrom('space_developer', 'space_manager'),
    relationships: nearlyObject({ space: data(space), user: who }),
  });
  return fc.oneof(inOrganization, inSpace);
}

/** An event in V3's form. */
function event({ organization, space, user }: Guids): fc.Arbitrary<unknown> {
  return nearlyObject({
    guid: fc.uuid(),
    created_at: fc.constant('2020-01-01T00:00:00Z'),
    type: fc.constantFrom('audit.app.create', 'audit.user.create', 'made.up'),
    actor: nearlyObject({ guid: user, type: text, name: text }),
    target: nearlyObject({ guid: user, type: text, name: text }),
    data: fc.jsonValue({ maxDepth: 4 }),
    space: nearlyObject({ guid: space }),
    organization: nearlyObject({ guid: organization }),
  });
}

const bodies: readonly (readonly [RegExp, (guids: Guids) => fc.Arbitrary<unknown>])[] = [
  [
    /\/exports$/,
    () => {
      const format = fc.constantFrom('csv', 'ndjson', 'json', 'xml');
      return nearlyObject({ format, recipe: text, filters: fc.array(text), evidence: fc.boolean() });
    },
  ],
  [/\/evidence$/, ({ space }) => nearlyObject({ export: space, guids: fc.array(fc.oneof(space, text)) })],
  [/relationships\/\w+$/, ({ organization }) => data(organization)],
  [
    /features\/:name$|feature_flags/,
    () => nearlyObject({ enabled: fc.boolean(), custom_error_message: text }),
  ],
  [
    /^\/v3\/spaces/,
    ({ organization }) =>
      nearlyObject({
        name: text,
        relationships: nearlyObject({ organization: data(organization) }),
        metadata,
      }),
  ],
  [/^\/v3\/roles/, role],
  [/^\/v3\/users/, ({ user }) => nearlyObject({ guid: user, username: text, origin: text, metadata })],
  [/^\/v3\/organizations/, () => nearlyObject({ name: text, suspended: fc.boolean(), metadata })],
  [
    /^\/v3\//,
    ({ organization }) => nearlyObject({ name: text, metadata, relationships: data(organization) }),
  ],
  [/password$/, () => nearlyObject({ password: text, oldPassword: text })],
  [/^\/Users/, () => account],
  [/^\/api\/import/, event],
  [
    /^\/v2\//,
    ({ organization, space, user }) =>
      nearlyObject({
        name: text,
        guid: user,
        organization_guid: organization,
        space_guid: space,
        username: text,
      }),
  ],
];

/** Forms of the token endpoint: mostly one that is right but for its password. */
export const form: fc.Arbitrary<string> = fc
  .record(
    {
      grant_type: nearly(fc.constantFrom('password', 'refresh_token', 'client_credentials')),
      username: nearly(fc.constantFrom('admin', 'nobody')),
      password: text,
      refresh_token: text,
      scope: nearly(fc.constantFrom('', 'openid', 'cloud_controller.read x')),
      client_id: nearly(fc.constantFrom('cf', '')),
      client_secret: nearly(fc.constant('')),
      token: text,
      login_hint: nearly(fc.constantFrom('', '{"origin":"uaa"}')),
      passcode: nearly(fc.constant('')),
    },
    { requiredKeys: ['grant_type'] },
  )
  .map((fields) =>
    new URLSearchParams(Object.entries(fields).map(([name, sent]) => [name, plain(sent)])).toString(),
  );

function plain(sent: unknown): string {
  return (typeof sent === 'string' ? sent : (JSON.stringify(sent) ?? '')).toWellFormed();
}
