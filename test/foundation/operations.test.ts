// Operations as the writer sees them: what no request can reach, because handlers look before they ask.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { AppError } from '../../src/core/error.ts';
import { type Operations, operationsOf } from '../../src/foundation/operations.ts';
import { foundationTables } from '../../src/foundation/tables.ts';
import { grant } from '../../src/identity/permit.ts';
import { doerOf, type Principal } from '../../src/identity/principal.ts';
import { anywhere, type Role, type Standing } from '../../src/identity/role.ts';
import { everything } from '../../src/query/ast.ts';
import { narrow } from '../../src/query/narrow.ts';
import type { Store } from '../../src/store/contract.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { firstPage } from '../first-page.ts';

let directory: string;
let store: Store;
let perform: Operations;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hansard-foundation-'));
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

const principal = (guid: string): Principal => ({
  kind: 'user',
  guid,
  username: guid,
  email: '',
  client: 'cf',
  scopes: [],
});
const admin: Standing = { userGuid: 'root', global: 'admin', write: true, roles: [] };
const doer = doerOf(principal('root'), {});
const noMetadata = { labels: [], annotations: [] };
const newOrganization = (name: string) => ({
  name,
  suspended: false,
  metadata: noMetadata,
  request: { name },
});

async function organization(name: string): Promise<string> {
  const permit = grant(admin, 'organization.create', anywhere);
  return (await perform('organization.create', permit, doer, newOrganization(name))).resource.guid;
}

/** Types and targets of the newest events, oldest first. */
async function newest(count: number): Promise<string[][]> {
  const query = narrow(everything, { kind: 'all' }, 'all', () => 'platform');
  const { events } = await firstPage(store, query, count, 'desc');
  return events.toReversed().map((event) => [event.type, event.target.guid]);
}

test('a permit is looked at again: a role that was lost meanwhile counts no more', async () => {
  const guid = await organization('one');
  const where = { organizationGuid: guid, spaceGuid: '' };
  const role: Role = { type: 'organization_manager', organizationGuid: guid, spaceGuid: '' };
  const stale: Standing = { userGuid: 'former', global: null, write: true, roles: [role] };
  const permit = grant(stale, 'organization.update', where);
  const input = { name: 'mine', metadata: noMetadata, request: {} };
  await assert.rejects(perform('organization.update', permit, doer, input), { entry: 'NotAuthorized' });
});

test('a permit to rename is no permit to suspend', async () => {
  const where = { organizationGuid: await organization('two'), spaceGuid: '' };
  const permit = grant(admin, 'organization.update', where);
  const input = { suspended: true, metadata: noMetadata, request: {} };
  await assert.rejects(perform('organization.update', permit, doer, input), { entry: 'NotAuthorized' });
});

test('what went away between the look and the deed is not found', async () => {
  const nowhere = { organizationGuid: 'gone', spaceGuid: 'gone' };
  const notFound = { entry: 'ResourceNotFound' };
  const input = { metadata: noMetadata, request: {} };
  const may = grant(admin, 'organization.update', nowhere);
  await assert.rejects(perform('organization.update', may, doer, input), notFound);
  const remove = grant(admin, 'organization.delete', nowhere);
  await assert.rejects(perform('organization.delete', remove, doer, {}), notFound);
  const update = grant(admin, 'space.update', nowhere);
  await assert.rejects(perform('space.update', update, doer, input), notFound);
  const user = grant(admin, 'user.delete', anywhere);
  await assert.rejects(perform('user.delete', user, doer, { guid: 'gone' }), notFound);
  const here = { organizationGuid: await organization('three'), spaceGuid: '' };
  const role = grant(admin, 'organization_role.delete', here);
  await assert.rejects(perform('role.delete', role, doer, { guid: 'gone' }), notFound);
});

test('a permit for one organization moves nothing in another', async () => {
  const [mine, yours] = [await organization('mine'), await organization('yours')];
  const inYours = { organizationGuid: yours, spaceGuid: '' };
  const give = grant(admin, 'organization_role.create', inYours);
  const request = { type: 'organization_auditor' as const, user: { guid: 'u' }, request: {} };
  const { guid } = await perform('organization_role.create', give, doer, request);
  const take = grant(admin, 'organization_role.delete', { organizationGuid: mine, spaceGuid: '' });
  await assert.rejects(perform('role.delete', take, doer, { guid }), { entry: 'ResourceNotFound' });
});

test('with user_org_creation anybody founds organizations, and manages what was founded', async () => {
  const founder: Standing = { userGuid: 'founder', global: null, write: true, roles: [] };
  const permit = grant(founder, 'organization.create_own', anywhere);
  const input = newOrganization('founded');
  const create = () => perform('organization.create', permit, doerOf(principal('founder'), {}), input);
  await assert.rejects(create(), { entry: 'NotAuthorized' });
  await store.run('test.enableFlag', 'user_org_creation');
  const { resource } = await create();
  assert.deepEqual(await newest(4), [
    ['audit.organization.create', resource.guid],
    ['audit.user.create', 'founder'],
    ['audit.user.organization_user_add', 'founder'],
    ['audit.user.organization_manager_add', 'founder'],
  ]);
  const where = { organizationGuid: resource.guid, spaceGuid: '' };
  const role: Role = { type: 'organization_manager', organizationGuid: resource.guid, spaceGuid: '' };
  const rename = grant({ ...founder, roles: [role] }, 'organization.update', where);
  const changes = { name: 'refounded', metadata: noMetadata, request: {} };
  const renamed = await perform('organization.update', rename, doer, changes);
  assert.equal(renamed.resource.name, 'refounded');
  assert.throws(
    () => grant({ ...founder, write: false }, 'organization.create_own', anywhere),
    (failure) => failure instanceof AppError && failure.entry === 'NotAuthorized',
  );
});

test('accounts of other origins are named with their origin', async () => {
  await store.run('test.bringAccount', { guid: 'a', username: 'Twin', origin: 'ldap' });
  await store.run('test.bringAccount', { guid: 'b', username: 'twin', origin: 'saml' });
  const where = { organizationGuid: await organization('four'), spaceGuid: '' };
  const permit = grant(admin, 'organization_role.create', where);
  const give = (origin: string | null) =>
    perform('organization_role.create', permit, doer, {
      type: 'organization_user',
      user: { username: 'twin', origin },
      request: {},
    });
  await assert.rejects(give(null), {
    message:
      "Ambiguous user. User with username 'twin' exists in the following origins: ldap, saml. Specify an origin to disambiguate.",
  });
  assert.equal((await give('saml')).userGuid, 'b');
  const create = (origin: string) => {
    const user = { username: 'twin', origin };
    const input = { user, metadata: noMetadata, request: {} };
    return perform('user.create', grant(admin, 'user.create', anywhere), doer, input);
  };
  assert.equal((await create('ldap')).resource.guid, 'a');
  await assert.rejects(create('ldap'), {
    message: "User with username 'twin' and origin 'ldap' already exists.",
  });
  await assert.rejects(create('oidc'), {
    message: "No user exists with the username 'twin' and origin 'oidc'.",
  });
});

test('every table has its times or is a list of entries, and only jobs change without an event', () => {
  assert.deepEqual(
    foundationTables.filter((table) => table.bookkeeping).map((table) => table.name),
    ['job'],
  );
  for (const { name, columns, key, unique, indexes } of foundationTables) {
    for (const column of [...key, ...unique.flat(), ...indexes.flat()]) {
      assert.ok(column in columns, `${name} has no column ${column}`);
    }
  }
});
