// V2's ways with roles as the writer sees them: what no request can reach, because handlers look before they ask.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { noMetadataChanges } from '../../src/foundation/labels.ts';
import { type Operations, operationsOf } from '../../src/foundation/operations.ts';
import { grant } from '../../src/identity/permit.ts';
import { doerOf } from '../../src/identity/principal.ts';
import { anywhere, type Role, type Standing, type Where } from '../../src/identity/role.ts';
import type { Store } from '../../src/store/contract.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

let directory: string;
let store: Store;
let perform: Operations;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hansard-members-'));
  store = await openSqliteStore({ directory, work: new URL('./work.ts', import.meta.url) });
  await store.run('start.first', {
    origin: 'log.test/0123456789abcdef/1',
    adminPasswordHash: 'none',
    version: '0',
  });
  perform = operationsOf(store);
});

after(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

const admin: Standing = { userGuid: 'root', global: 'admin', write: true, roles: [] };
const nobody = { kind: 'user', username: '', email: '', client: 'cf', scopes: [] } as const;
const doer = doerOf({ ...nobody, guid: 'root' }, {});

async function organization(name: string): Promise<Where> {
  const permit = grant(admin, 'organization.create', anywhere);
  const input = { name, suspended: false, metadata: noMetadataChanges, request: { name } };
  const { resource } = await perform('organization.create', permit, doer, input);
  return { organizationGuid: resource.guid, spaceGuid: '' };
}

const removal = (guid: string) =>
  ({ type: 'organization_auditor', user: { guid }, request: {}, update: null, recursive: false }) as const;

test('a permit to resign takes no role of somebody else, and none that one does not have', async () => {
  const where = await organization('resigned');
  const give = grant(admin, 'organization_role.create', where);
  for (const guid of ['me', 'other']) {
    const input = { type: 'organization_auditor', user: { guid }, request: null } as const;
    await perform('member.add', give, doer, input);
  }
  const me: Standing = { userGuid: 'me', global: null, write: true, roles: [] };
  const permit = grant(me, 'organization_role.resign', where);
  const refused = { entry: 'NotAuthorized' };
  await assert.rejects(perform('member.remove', permit, doer, removal('other')), refused);
  await perform('member.remove', permit, doer, removal('me'));
  await assert.rejects(perform('member.remove', permit, doer, removal('me')), refused);
});

test('a permit for an organization is none for the roles in its spaces', async () => {
  const permit = grant(admin, 'organization_role.create', await organization('broad'));
  const input = { type: 'space_developer', user: { guid: 'me' }, request: null } as const;
  await assert.rejects(perform('member.add', permit, doer, input), /broken promise/);
});

test('quota, billing and segments need the permits of those whose matter they are', async () => {
  const where = await organization('modest');
  const manager: Role = { type: 'organization_manager', ...where };
  const standing: Standing = { userGuid: 'manager', global: null, write: true, roles: [manager] };
  const rename = grant(admin, 'organization.update', where);
  const common = { metadata: noMetadataChanges, request: {} };
  for (const change of [{ quotaGuid: 'any' }, { billingEnabled: true }, { suspended: false }]) {
    await assert.rejects(perform('organization.update', rename, doer, { ...common, ...change }), {
      entry: 'NotAuthorized',
    });
  }
  assert.throws(() => grant(standing, 'organization.suspend', where));
  const inOrganization = grant(admin, 'space.create', where);
  const { resource } = await perform('space.create', inOrganization, doer, { name: 'dev', ...common });
  const inSpace = grant(admin, 'space.update', { ...where, spaceGuid: resource.guid });
  await assert.rejects(perform('space.update', inSpace, doer, { ...common, segmentGuid: 'any' }), {
    entry: 'NotAuthorized',
  });
});

test('a name that several origins have must come with its origin', async () => {
  await store.run('test.bringAccount', { guid: 'a', username: 'Twin', origin: 'ldap' });
  await store.run('test.bringAccount', { guid: 'b', username: 'twin', origin: 'saml' });
  const permit = grant(admin, 'organization_role.create', await organization('origins'));
  const give = (origin: string | null) => {
    const user = { username: 'twin', origin };
    return perform('member.add', permit, doer, { type: 'organization_user', user, request: null });
  };
  await assert.rejects(give(null), {
    entry: 'UserIsInMultipleOrigins',
    message:
      "The user exists in multiple origins. Specify an origin for the requested user from: 'ldap', 'saml'",
  });
  await give('saml');
  await assert.rejects(give('oidc'), {
    entry: 'UserWithOriginNotFound',
    message: "The user could not be found, username: 'twin', origin: 'oidc'",
  });
});
