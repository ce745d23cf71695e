// `/v2/shared_domains`, `/v2/private_domains` and `/v2/domains`, as cf 6 asks for them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';

let world: World;
let organization: string;

before(async () => {
  world = await openWorld();
  organization = await world.organization('owner');
});

after(() => world.stop());

async function names(path: string, token = world.adminToken): Promise<string[]> {
  const reply = expectStatus(await world.call('GET', path, { token }), 200);
  return reply.json.resources.map((domain: { entity: { name: string } }) => domain.entity.name);
}

async function failure(method: string, path: string, body?: object) {
  const reply = await world.call(method, path, body === undefined ? {} : { body });
  const { error_code, description } = reply.json;
  return [reply.status, error_code, description];
}

test('shared domains, by name and by guid', async () => {
  const list = (await world.call('GET', '/v2/shared_domains')).json;
  assert.deepEqual([list.total_results, list.next_url], [2, null]);
  const [apps] = list.resources;
  assert.deepEqual(apps.entity, {
    name: 'apps.localhost',
    internal: false,
    router_group_guid: null,
    router_group_type: null,
  });
  assert.equal(apps.metadata.url, `/v2/shared_domains/${apps.metadata.guid}`);
  assert.deepEqual((await world.call('GET', apps.metadata.url)).json, apps);
  assert.deepEqual(await names('/v2/shared_domains?q=name+IN+apps.internal,x'), ['apps.internal']);
  assert.deepEqual(await names('/v2/shared_domains?inline-relations-depth=1&q=name:APPS.internal'), [
    'apps.internal',
  ]);
});

test('a private domain is made, listed wherever it belongs, and deleted, each an event', async () => {
  const space = await world.space('home', organization);
  const body = { name: 'acme.example', owning_organization_guid: organization };
  let guid = '';
  const told = await world.told(async () => {
    const made = expectStatus(await world.call('POST', '/v2/private_domains', { body }), 201).json;
    guid = made.metadata.guid;
    assert.deepEqual(made.entity, {
      name: 'acme.example',
      owning_organization_guid: organization,
      owning_organization_url: `/v2/organizations/${organization}`,
      shared_organizations_url: `/v2/private_domains/${guid}/shared_organizations`,
    });
  });
  assert.deepEqual(
    told.map(({ type, target, organization: place, data }) => [type, target.guid, place, data]),
    [['audit.domain.create', guid, organization, { request: body }]],
  );
  const friend = await world.organization('friend');
  const shares = `/v3/domains/${guid}/relationships/shared_organizations`;
  expectStatus(await world.call('POST', shares, { body: { data: [{ guid: friend }] } }), 200);
  const everything = ['apps.localhost', 'apps.internal', 'acme.example'];
  assert.deepEqual(await names(`/v2/organizations/${organization}/private_domains`), ['acme.example']);
  assert.deepEqual(await names(`/v2/organizations/${friend}/private_domains`), ['acme.example']);
  assert.deepEqual(await names(`/v2/organizations/${organization}/domains`), everything);
  assert.deepEqual(await names(`/v2/spaces/${space}/domains`), everything);
  assert.deepEqual(await names('/v2/domains'), everything);
  const lent = (await world.call('GET', `/v2/private_domains/${guid}/shared_organizations`)).json;
  assert.equal(lent.resources[0].metadata.guid, friend);
  const inline = (await world.call('GET', `/v2/spaces/${space}?inline-relations-depth=1`)).json.entity;
  assert.deepEqual(
    inline.domains.map((domain: { entity: { name: string } }) => domain.entity.name),
    everything,
  );
  const notShared = [404, 'CF-DomainNotFound', `The domain could not be found: ${guid}`];
  assert.deepEqual(await failure('GET', `/v2/shared_domains/${guid}`), notShared);
  assert.equal((await world.call('GET', `/v2/private_domains/${guid}`)).status, 200);
  expectStatus(await world.call('DELETE', `${shares}/${friend}`), 204);
  const deleted = await world.told(async () => {
    expectStatus(await world.call('DELETE', `/v2/private_domains/${guid}`), 204);
  });
  assert.deepEqual(
    deleted.map(({ type, target }) => [type, target.guid]),
    [['audit.domain.delete', guid]],
  );
});

test('private domains are seen from their organization alone', async () => {
  const body = { name: 'hidden.example', owning_organization_guid: organization };
  const made = expectStatus(await world.call('POST', '/v2/private_domains', { body }), 201).json;
  const stranger = await world.person('stranger');
  const { token } = stranger;
  assert.deepEqual(await names('/v2/private_domains', token), []);
  assert.deepEqual(await names('/v2/domains', token), ['apps.localhost', 'apps.internal']);
  const path = `/v2/private_domains/${made.metadata.guid}`;
  assert.equal((await world.call('GET', path, { token })).status, 403);
  await world.give('organization_auditor', stranger.guid, organization);
  assert.equal((await world.call('GET', path, { token })).status, 200);
  assert.equal((await world.call('DELETE', path, { token })).status, 403);
  assert.equal((await world.call('POST', '/v2/private_domains', { body, token })).status, 403);
});

test('shared domains are made by admins, and what is wrong is answered with the errors of V2', async () => {
  const shared = '/v2/shared_domains';
  const made = await world.call('POST', shared, { body: { name: 'all.example', internal: true } });
  assert.equal(expectStatus(made, 201).json.entity.internal, true);
  const { token } = await world.person('nobody');
  assert.equal((await world.call('POST', shared, { body: { name: 'my.example' }, token })).status, 403);
  assert.deepEqual(await failure('POST', shared, { name: 'ALL.example' }), [
    400,
    'CF-DomainNameTaken',
    'The domain name is taken: ALL.example',
  ]);
  assert.deepEqual(await failure('POST', shared, { name: 'nodots' }), [
    400,
    'CF-DomainInvalid',
    'The domain is invalid: Name does not comply with RFC 1035 standards',
  ]);
  assert.deepEqual(await failure('POST', shared, { name: 'tcp.example', router_group_guid: 'g' }), [
    400,
    'CF-DomainInvalid',
    "The domain is invalid: router group guid 'g' not found",
  ]);
});

test('an organization borrows and returns a private domain from its side', async () => {
  const [lender, borrower] = [await world.organization('lender'), await world.organization('borrower')];
  const body = { name: 'lent.example', owning_organization_guid: lender };
  const made = expectStatus(await world.call('POST', '/v2/private_domains', { body }), 201).json;
  const { guid } = made.metadata;
  const path = `/v2/organizations/${borrower}/private_domains/${guid}`;
  const host = await world.person('host of the borrower');
  await world.give('organization_manager', host.guid, borrower);
  assert.equal((await world.call('PUT', path, { token: host.token })).json.error_code, 'CF-NotAuthorized');
  const told = await world.told(async () => {
    assert.equal(expectStatus(await world.call('PUT', path), 201).json.metadata.guid, borrower);
    expectStatus(await world.call('DELETE', path, { token: host.token }), 204);
  });
  const to = { target_organization_guid: borrower };
  const request = { private_domain: guid, related_guid: guid, verb: 'remove', relation: 'private_domains' };
  assert.deepEqual(
    told.map(({ type, target, organization, data }) => [type, target.guid, organization, data]),
    [
      ['audit.domain.share', guid, lender, to],
      ['audit.domain.unshare', guid, lender, to],
      ['audit.organization.update', borrower, borrower, { request }],
    ],
  );
});
