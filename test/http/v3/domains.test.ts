// `/v3/domains`: shared and private ones, with whom they are shared, who may claim which name, and what the log tells.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type Person, refused, type World } from './world.ts';

let world: World;
let organization: string;
let manager: Person;

before(async () => {
  world = await openWorld();
  organization = await world.organization('owner');
  manager = await world.person('manager');
  await world.give('organization_manager', manager.guid, organization);
});

after(() => world.stop());

const collection = '/v3/domains';
const many = (...guids: string[]) => ({ data: guids.map((guid) => ({ guid })) });
const inOrganization = (guid: string) => ({ relationships: { organization: { data: { guid } } } });
const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];
const domainNotFound = [404, 'CF-ResourceNotFound', 'Domain not found'];

async function make(body: object, token = world.adminToken) {
  return expectStatus(await world.call('POST', collection, { body, token }), 201).json;
}

async function names(path: string, token = world.adminToken): Promise<string[]> {
  const reply = expectStatus(await world.call('GET', path, { token }), 200);
  return reply.json.resources.map((domain: { name: string }) => domain.name);
}

test('two shared domains are there from the beginning', async () => {
  const [apps, internal] = (await world.call('GET', collection)).json.resources;
  const { guid, created_at: _, updated_at: __, ...shown } = apps;
  assert.deepEqual(shown, {
    name: 'apps.localhost',
    internal: false,
    router_group: null,
    supported_protocols: ['http'],
    relationships: { organization: { data: null }, shared_organizations: { data: [] } },
    metadata: { labels: {}, annotations: {} },
    links: {
      self: { href: `${world.url}${collection}/${guid}` },
      route_reservations: { href: `${world.url}${collection}/${guid}/route_reservations` },
    },
  });
  assert.deepEqual([internal.name, internal.internal], ['apps.internal', true]);
  const free = await world.call('GET', `${collection}/${guid}/route_reservations?host=h1`);
  assert.deepEqual(expectStatus(free, 200).json, { matching_route: false });
});

test('a private domain is made, labelled, shared, unshared and deleted, each an event', async () => {
  const [friend, other] = [await world.organization('friend'), await world.organization('other')];
  const request = {
    name: 'acme.example',
    relationships: { organization: { data: { guid: organization } }, shared_organizations: many(friend) },
    metadata: { labels: { tier: 'gold' } },
  };
  let guid = '';
  const made = await world.told(async () => {
    const domain = await make(request);
    guid = domain.guid;
    assert.deepEqual(domain.relationships, request.relationships);
    assert.deepEqual(domain.metadata.labels, { tier: 'gold' });
    assert.deepEqual(Object.keys(domain.links), [
      'self',
      'route_reservations',
      'organization',
      'shared_organizations',
    ]);
  });
  const path = `${collection}/${guid}`;
  const shares = `${path}/relationships/shared_organizations`;
  const change = { metadata: { labels: { tier: null } } };
  const changed = await world.told(async () => {
    const domain = expectStatus(await world.call('PATCH', path, { body: change }), 200).json;
    assert.deepEqual(domain.metadata.labels, {});
  });
  const shared = await world.told(async () => {
    const reply = await world.call('POST', shares, { body: many(friend, other) });
    assert.deepEqual(expectStatus(reply, 200).json, {
      ...many(friend, other),
      links: { self: { href: `${world.url}${shares}` } },
    });
  });
  assert.deepEqual(
    await refused(world, 'DELETE', path),
    unprocessable('This domain is shared with other organizations. Unshare before deleting.'),
  );
  const unshared = await world.told(async () => {
    expectStatus(await world.call('DELETE', `${shares}/${other}`), 204);
    expectStatus(await world.call('DELETE', `${shares}/${friend}`), 204);
  });
  assert.deepEqual(
    await refused(world, 'DELETE', `${shares}/${other}`),
    unprocessable(
      "Unable to unshare domain from organization with name 'other'. Ensure the domain is shared to this organization.",
    ),
  );
  const deleted = await world.told(async () => {
    const reply = expectStatus(await world.call('DELETE', path), 202);
    const job = (await world.call('GET', new URL(reply.headers.get('location') ?? '').pathname)).json;
    assert.deepEqual([job.operation, job.state], ['domain.delete', 'COMPLETE']);
  });
  assert.deepEqual(await refused(world, 'GET', path), domainNotFound);
  const event = (verb: string, data: object) => [`audit.domain.${verb}`, guid, organization, data];
  const to = (target_organization_guid: string) => ({ target_organization_guid });
  const told = (events: typeof made) =>
    events.map(({ type, target, organization: place, data }) => [type, target.guid, place, data]);
  assert.deepEqual(told(made), [event('create', { request }), event('share', to(friend))]);
  assert.deepEqual(told(changed), [event('update', { request: change })]);
  assert.deepEqual(told(shared), [event('share', to(other))]);
  assert.deepEqual(told(unshared), [event('unshare', to(other)), event('unshare', to(friend))]);
  assert.deepEqual(told(deleted), [event('delete', {})]);
});

test('who sees a private domain, and in which list', async () => {
  const borrower = await world.organization('borrower');
  const relationships = {
    organization: { data: { guid: organization } },
    shared_organizations: many(borrower),
  };
  const { guid } = await make({ name: 'seen.example', relationships, metadata: { labels: { a: 'b' } } });
  assert.deepEqual(await names(`${collection}?names=SEEN.example`), ['seen.example']);
  assert.deepEqual(await names(`${collection}?label_selector=a=b`), ['seen.example']);
  assert.deepEqual(await names(`${collection}?organization_guids=${borrower}`), []);
  const ofBorrower = `/v3/organizations/${borrower}/domains`;
  assert.deepEqual(await names(ofBorrower), ['apps.localhost', 'apps.internal', 'seen.example']);

  const auditor = await world.person('auditor');
  await world.give('organization_auditor', auditor.guid, borrower);
  const seen = (await world.call('GET', `${collection}/${guid}`, { token: auditor.token })).json;
  assert.deepEqual(seen.relationships.shared_organizations, many(borrower));
  const accountant = await world.person('accountant');
  await world.give('organization_billing_manager', accountant.guid, borrower);
  const call = { token: accountant.token };
  assert.deepEqual(await refused(world, 'GET', `${collection}/${guid}`, call), domainNotFound);
  assert.deepEqual(await names(ofBorrower, accountant.token), ['apps.localhost', 'apps.internal']);
});

test('either side ends a sharing', async () => {
  const guest = await world.organization('guest');
  const host = await world.person('host');
  await world.give('organization_manager', host.guid, guest);
  const relationships = { organization: { data: { guid: organization } }, shared_organizations: many(guest) };
  const { guid } = await make({ name: 'ended.example', relationships });
  const path = `${collection}/${guid}/relationships/shared_organizations/${guest}`;
  const told = await world.told(async () => {
    expectStatus(await world.call('DELETE', path, { token: host.token }), 204);
  });
  assert.deepEqual(
    told.map(({ type, actor }) => [type, actor]),
    [['audit.domain.unshare', host.guid]],
  );
});

test('neither a suspended owner nor a suspended guest ends a sharing, but for admins', async () => {
  const guest = await world.organization('guest for long');
  const owner = await world.organization('owner for long');
  for (const place of [guest, owner]) await world.give('organization_manager', manager.guid, place);
  const relationships = { organization: { data: { guid: owner } }, shared_organizations: many(guest) };
  const { guid } = await make({ name: 'kept.example', relationships });
  const path = `${collection}/${guid}/relationships/shared_organizations/${guest}`;
  const as = { token: manager.token };
  const suspend = (place: string, suspended: boolean) =>
    world.call('PATCH', `/v3/organizations/${place}`, { body: { suspended } });
  const refusal = [403, 'CF-OrgSuspended', 'The organization is suspended'];
  for (const place of [guest, owner]) {
    expectStatus(await suspend(place, true), 200);
    assert.deepEqual(await refused(world, 'DELETE', path, as), refusal);
    expectStatus(await suspend(place, false), 200);
  }
  expectStatus(await suspend(guest, true), 200);
  expectStatus(await world.call('DELETE', path), 204);
});

test('a domain is shared only with organizations that its sharer manages', async () => {
  const { guid } = await make({ name: 'mine.example', ...inOrganization(organization) }, manager.token);
  const [unknown, seen] = [await world.organization('unknown'), await world.organization('merely seen')];
  await world.give('organization_user', manager.guid, seen);
  const shares = `${collection}/${guid}/relationships/shared_organizations`;
  const form =
    'Data must have the structure "data": [{"guid": shared_org_guid_1}, {"guid": shared_org_guid_2}]';
  for (const [body, detail] of [
    [{}, form],
    [{ data: [{}] }, form],
    [many(unknown), `Organization with guid '${unknown}' does not exist, or you do not have access to it.`],
    [many(seen), "You do not have sufficient permissions for organization 'merely seen' to share domain."],
    [many(organization), 'Domain cannot be shared with owning organization.'],
  ] as const) {
    assert.deepEqual(
      await refused(world, 'POST', shares, { body, token: manager.token }),
      unprocessable(detail),
    );
  }
  const [apps] = (await world.call('GET', `${collection}?names=apps.localhost`)).json.resources;
  const ofShared = `${collection}/${apps.guid}/relationships/shared_organizations`;
  assert.deepEqual(
    await refused(world, 'POST', ofShared, { body: many(seen) }),
    unprocessable(
      'Domains cannot be shared with other organizations unless they are scoped to an organization.',
    ),
  );
});

test('whoever owns a name decides about all that ends in it', async () => {
  const rival = await world.organization('rival');
  await make({ name: 'owned.example', ...inOrganization(organization) });
  await make({ name: 'sub.owned.example', ...inOrganization(organization) });
  await make({ name: 'deep.below.example', ...inOrganization(rival) });
  const reserved = (name: string, by: string) =>
    unprocessable(
      `The domain name "${name}" cannot be created because "${by}" is already reserved by another domain`,
    );
  for (const [body, refusal] of [
    [
      { name: 'OWNED.example', ...inOrganization(rival) },
      unprocessable('The domain name "OWNED.example" is already in use'),
    ],
    [{ name: 'x.owned.example', ...inOrganization(rival) }, reserved('x.owned.example', 'owned.example')],
    [{ name: 'x.owned.example' }, reserved('x.owned.example', 'owned.example')],
    [
      { name: 'below.example', ...inOrganization(organization) },
      reserved('below.example', 'deep.below.example'),
    ],
  ] as const) {
    const told = await world.told(async () => {
      assert.deepEqual(await refused(world, 'POST', collection, { body }), refusal);
    });
    assert.deepEqual(told, []);
  }
  await make({ name: 'below.example' });
  await make({ name: 'own.apps.localhost', ...inOrganization(rival) });
});

test('the quota of an organization bounds its private domains', async () => {
  const guid = await world.organization('bounded');
  const relationships = { organizations: many(guid) };
  const quota = { name: 'one domain', domains: { total_domains: 1 }, relationships };
  expectStatus(await world.call('POST', '/v3/organization_quotas', { body: quota }), 201);
  await make({ name: 'first.bounded.example', ...inOrganization(guid) });
  const second = { name: 'second.bounded.example', ...inOrganization(guid) };
  assert.deepEqual(
    await refused(world, 'POST', collection, { body: second }),
    unprocessable('The number of private domains exceeds the quota for organization "bounded"'),
  );
  const usage = (await world.call('GET', `/v3/organizations/${guid}/usage_summary`)).json;
  assert.equal(usage.usage_summary.domains, 1);
});

test('without private_domain_creation only admins make private domains', async () => {
  const flag = '/v3/feature_flags/private_domain_creation';
  const set = (body: object) => world.call('PATCH', flag, { body });
  expectStatus(await set({ enabled: false }), 200);
  const body = { name: 'flagged.example', ...inOrganization(organization) };
  const call = { body, token: manager.token };
  const disabled = (text: string) => [403, 'CF-FeatureDisabled', `Feature Disabled: ${text}`];
  assert.deepEqual(await refused(world, 'POST', collection, call), disabled('private_domain_creation'));
  expectStatus(await set({ enabled: false, custom_error_message: 'Ask the desk' }), 200);
  assert.deepEqual(await refused(world, 'POST', collection, call), disabled('Ask the desk'));
  await make(body);
  expectStatus(await set({ enabled: true }), 200);
});

test('domains go with their organization, each told of', async () => {
  const guid = await world.organization('doomed');
  const lender = { organization: { data: { guid: organization } }, shared_organizations: many(guid) };
  const own = { organization: { data: { guid } }, shared_organizations: many(organization) };
  const { guid: borrowed } = await make({ name: 'borrowed.example', relationships: lender });
  const { guid: owned } = await make({ name: 'doomed.example', relationships: own });
  const told = await world.told(async () => {
    expectStatus(await world.call('DELETE', `/v3/organizations/${guid}`), 202);
  });
  assert.deepEqual(
    told.map(({ type, target }) => [type, target.guid]),
    [
      ['audit.domain.unshare', borrowed],
      ['audit.domain.unshare', owned],
      ['audit.domain.delete', owned],
      ['audit.organization.delete-request', guid],
    ],
  );
  assert.deepEqual(await refused(world, 'GET', `${collection}/${owned}`), domainNotFound);
});

test('what is wrong is said in the words of the original', async () => {
  const blank =
    "Name can't be blank, Name must be a string, Name is too short (minimum is 3 characters), " +
    'Name does not comply with RFC 1035 standards, Name must contain at least one "."';
  const odd =
    'Name does not comply with RFC 1035 standards, Name must contain at least one ".", ' +
    'Name subdomains must each be at most 63 characters, Name must consist of alphanumeric characters and hyphens';
  const owner = inOrganization(organization);
  for (const [body, refusal] of [
    [{}, unprocessable(blank)],
    [{ name: `${'f'.repeat(63)}$` }, unprocessable(odd)],
    [{ name: 'a.b', internal: 'yes' }, unprocessable('Internal must be a boolean')],
    [
      { name: 'a.b', internal: true, ...owner },
      unprocessable('Cannot associate an internal domain with an organization'),
    ],
    [
      { name: 'a.b', relationships: { shared_organizations: many() } },
      unprocessable('Relationships cannot contain shared_organizations without an owning organization.'),
    ],
    [
      { name: 'a.b', ...inOrganization('no-such') },
      unprocessable("Organization with guid 'no-such' does not exist or you do not have access to it."),
    ],
    [{ name: 'a.b', router_group: 1 }, unprocessable('Router group must be an object')],
    [
      { name: 'a.b', router_group: { guid: 'g' } },
      [503, 'CF-ServiceUnavailable', 'The Routing API is disabled.'],
    ],
  ] as const) {
    assert.deepEqual(await refused(world, 'POST', collection, { body }), refusal);
  }
});
