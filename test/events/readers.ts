// A platform with an event at every kind of place, and one reader for every role: what the table of
// visibility.test.ts is about.
import assert from 'node:assert/strict';
import { newClient } from '../../src/identity/client.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { request, type TestServer } from '../harness.ts';
import { expectStatus, openWorld, roleBody, type World } from '../http/v3/world.ts';
import { importAll, told, v2Resource } from './told.ts';

/** Where an event can have happened, as seen from the readers' own organization and space. */
export const places = [
  'organization',
  'space',
  'sibling space',
  'deleted space',
  'other organization',
  'other space',
  'deleted organization',
  'nowhere',
  'imported here',
  'imported nowhere',
] as const;

export type PlaceName = (typeof places)[number];

export const organizationRoles = [
  'organization_manager',
  'organization_billing_manager',
  'organization_auditor',
  'organization_user',
] as const;
export const spaceRoles = ['space_manager', 'space_developer', 'space_auditor', 'space_supporter'] as const;
export const globalScopes = ['admin', 'admin_read_only', 'global_auditor'] as const;

/** An event as the questions of the test look at it. */
export interface Entry {
  readonly guid: string;
  readonly type: string;
  readonly target: string;
  readonly space: string;
  readonly organization: string;
  readonly place: PlaceName;
}

export interface Platform {
  readonly world: World;
  readonly organization: { readonly own: string; readonly other: string; readonly deleted: string };
  readonly space: {
    readonly own: string;
    readonly sibling: string;
    readonly deleted: string;
    readonly other: string;
  };
  /** Access tokens of the readers by name. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Every event of the platform audience, in the log's order. */
  readonly entries: readonly Entry[];
}

const password = 'a password for readers';

export async function openPlatform(): Promise<Platform> {
  const world = await openWorld();
  const organization = {
    own: await world.organization('own'),
    other: await world.organization('other'),
    deleted: await world.organization('deleted'),
  };
  const space = {
    own: await world.space('own', organization.own),
    sibling: await world.space('sibling', organization.own),
    deleted: await world.space('deleted', organization.own),
    other: await world.space('other', organization.other),
  };
  const inDeleted = await world.space('in the deleted organization', organization.deleted);
  const tokens = new Map<string, string>();
  for (const role of organizationRoles) {
    const guid = await account(world, role);
    for (const place of [organization.own, organization.deleted]) await join(world, guid, place, role);
    tokens.set(role, await world.login(role, password));
  }
  for (const role of spaceRoles) {
    const guid = await account(world, role);
    for (const place of [organization.own, organization.deleted]) await join(world, guid, place);
    for (const place of [space.own, space.deleted, inDeleted]) await world.give(role, guid, place);
    tokens.set(role, await world.login(role, password));
  }
  await account(world, 'stranger');
  tokens.set('stranger', await world.login('stranger', password));
  await addScopedReaders(world, tokens);
  await addClients(world, space.own, organization.own, tokens);
  for (const path of [`/v3/spaces/${space.deleted}`, `/v3/organizations/${organization.deleted}`]) {
    expectStatus(await world.call('DELETE', path), 202);
  }
  const { nowhere, here } = await importForeign(world, organization.own, space.own);
  const platform = { world, organization, space, tokens };
  return { ...platform, entries: await entriesOf(platform, nowhere, here) };
}

/** An account made as an administrator makes it; answers its guid. */
async function account(world: World, name: string): Promise<string> {
  const body = { userName: name, password, emails: [{ value: `${name}@example.org` }] };
  return expectStatus(await world.call('POST', '/Users', { body }), 201).json.id;
}

async function join(world: World, guid: string, place: string, role = 'organization_user'): Promise<void> {
  await world.give('organization_user', guid, place);
  if (role !== 'organization_user') await world.give(role, guid, place);
}

async function addScopedReaders(world: World, tokens: Map<string, string>): Promise<void> {
  const { doors } = world.running.services;
  const doer = systemDoer({ absent: 'a test' });
  tokens.set('admin', world.adminToken);
  for (const scope of globalScopes.slice(1)) {
    const guid = await account(world, scope);
    await doors.run('account.update', { doer, guid, changes: { scopes: [`cloud_controller.${scope}`] } });
    tokens.set(scope, await world.login(scope, password));
  }
  const wanted = { username: 'space_developer', password, scope: 'cloud_controller.write' };
  tokens.set('space_developer without the read scope', await grant(world, 'cf:', 'password', wanted));
}

async function addClients(
  world: World,
  space: string,
  organization: string,
  tokens: Map<string, string>,
): Promise<void> {
  const { doors } = world.running.services;
  const doer = systemDoer({ absent: 'a test' });
  const secretHash = await doors.passwords.hash('secret');
  const authorities = { 'client without scopes': [], 'client with a role': ['cloud_controller.read'] };
  for (const [name, scopes] of Object.entries(authorities)) {
    const id = name.replaceAll(' ', '-');
    await doors.run('client.create', { doer, client: newClient({ id, secretHash, authorities: scopes }) });
    tokens.set(name, await grant(world, `${id}:secret`, 'client_credentials', {}));
    if (scopes.length === 0) continue;
    expectStatus(await world.call('POST', '/v3/users', { body: { guid: id } }), 201);
    await join(world, id, organization);
    await world.give('space_auditor', id, space);
  }
}

async function grant(server: TestServer, client: string, type: string, more: Record<string, string>) {
  const reply = await request(server.url, 'POST', '/oauth/token', {
    headers: {
      authorization: `Basic ${Buffer.from(client).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: type, ...more }).toString(),
  });
  return String(expectStatus(reply, 200).json.access_token);
}

/** Events of another platform: some without a place, some whose places happen to have the guids of ours. */
async function importForeign(world: World, organization: string, space: string) {
  const broker = { type: 'audit.service_broker.create', targetType: 'service_broker' };
  const nowhere = [1, 2, 3].map((number) => told(number, { ...broker, organization: '', space: '' }));
  const here = [4, 5, 6].map((number) => told(number, { organization, space: number === 4 ? '' : space }));
  await importAll(world, [...nowhere, ...here].map(v2Resource));
  const guids = (events: readonly { guid: string }[]) => new Set(events.map(({ guid }) => guid));
  return { nowhere: guids(nowhere), here: guids(here) };
}

type Known = Pick<Platform, 'world' | 'organization' | 'space'>;

async function entriesOf(
  { world, organization, space }: Known,
  nowhere: ReadonlySet<string>,
  here: ReadonlySet<string>,
): Promise<Entry[]> {
  const reply = expectStatus(await world.call('GET', '/v3/audit_events?per_page=5000'), 200);
  const byOrganization: Record<string, PlaceName> = {
    [organization.own]: 'organization',
    [organization.other]: 'other organization',
    [organization.deleted]: 'deleted organization',
  };
  const bySpace: Record<string, PlaceName> = {
    [space.own]: 'space',
    [space.sibling]: 'sibling space',
    [space.deleted]: 'deleted space',
    [space.other]: 'other space',
  };
  // biome-ignore lint/suspicious/noExplicitAny: an answer is read as it comes
  const entries = reply.json.resources.map((event: any): Entry => {
    const [inSpace, inOrganization] = [event.space?.guid ?? '', event.organization?.guid ?? ''];
    const own = bySpace[inSpace] ?? byOrganization[inOrganization] ?? 'nowhere';
    const place = here.has(event.guid) ? 'imported here' : own;
    return {
      guid: event.guid,
      type: event.type,
      target: event.target.guid,
      space: inSpace,
      organization: inOrganization,
      place: nowhere.has(event.guid) ? 'imported nowhere' : place,
    };
  });
  for (const place of places) {
    assert.ok(
      entries.some((entry: Entry) => entry.place === place),
      `an event ${place}`,
    );
  }
  return entries;
}

/** Gives a role and answers how to take it away again. */
export async function lend(world: World, type: string, user: string, place: string) {
  const body = roleBody(type, { guid: user }, place);
  const { guid } = expectStatus(await world.call('POST', '/v3/roles', { body }), 201).json;
  return async () => expectStatus(await world.call('DELETE', `/v3/roles/${guid}`), 202);
}
