// `/v3/isolation_segments`: who is entitled, what can be isolated then, and what the log tells.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, refused, type World } from './world.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const collection = '/v3/isolation_segments';
const sharedGuid = '933b4c58-120b-499a-b85d-4b6fc9e2903b';
const many = (...guids: string[]) => ({ data: guids.map((guid) => ({ guid })) });
const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];

async function make(body: object): Promise<string> {
  return expectStatus(await world.call('POST', collection, { body }), 201).json.guid;
}

async function names(query: string, token = world.adminToken): Promise<string[]> {
  const reply = expectStatus(await world.call('GET', `${collection}?${query}`, { token }), 200);
  return reply.json.resources.map((segment: { name: string }) => segment.name);
}

test('the shared segment is there and stays as it is', async () => {
  const path = `${collection}/${sharedGuid}`;
  const { created_at: _, updated_at: __, ...segment } = (await world.call('GET', path)).json;
  assert.deepEqual(segment, {
    guid: sharedGuid,
    name: 'shared',
    metadata: { labels: {}, annotations: {} },
    links: {
      self: { href: `${world.url}${path}` },
      organizations: { href: `${world.url}${path}/organizations` },
    },
  });
  assert.deepEqual(
    await refused(world, 'PATCH', path, { body: { name: 'mine' } }),
    unprocessable('Cannot update the shared Isolation Segment'),
  );
  assert.deepEqual(
    await refused(world, 'DELETE', path),
    unprocessable('Cannot delete the shared Isolation Segment'),
  );
});

test('from its making to its end, a segment leaves an event for each step', async () => {
  const organization = await world.organization('isolated');
  const space = await world.space('isolated space', organization);
  const request = { name: 'Segment', metadata: { annotations: { owner: 'ops' } } };
  let guid = '';
  const made = await world.told(async () => {
    guid = await make(request);
  });
  const path = `${collection}/${guid}`;
  const entitlements = `${path}/relationships/organizations`;
  const links = {
    self: { href: `${world.url}${entitlements}` },
    related: { href: `${world.url}${path}/organizations` },
  };
  const changed = await world.told(async () => {
    const segment = await world.call('PATCH', path, { body: { name: 'renamed' } });
    assert.equal(expectStatus(segment, 200).json.name, 'renamed');
  });

  const default_ = `/v3/organizations/${organization}/relationships/default_isolation_segment`;
  const own = `/v3/spaces/${space}/relationships/isolation_segment`;
  const isolation = { data: { guid } };
  const advice = 'Ensure it has been entitled to the organization';
  const unable = `Unable to assign isolation segment with guid '${guid}'. ${advice}`;
  assert.deepEqual(await refused(world, 'PATCH', default_, { body: isolation }), unprocessable(`${unable}.`));
  assert.deepEqual(
    await refused(world, 'PATCH', own, { body: isolation }),
    unprocessable(`${unable} that this space belongs to.`),
  );

  const entitled = await world.told(async () => {
    for (const _ of ['once', 'again']) {
      const reply = await world.call('POST', entitlements, { body: many(organization) });
      assert.deepEqual(expectStatus(reply, 200).json, { ...many(organization), links });
    }
  });
  const isolated = await world.told(async () => {
    const answer = (self: string) => ({
      ...isolation,
      links: { self: { href: `${world.url}${self}` }, related: { href: `${world.url}${path}` } },
    });
    for (const each of [default_, own]) {
      const reply = await world.call('PATCH', each, { body: isolation });
      assert.deepEqual(expectStatus(reply, 200).json, answer(each));
      assert.deepEqual((await world.call('GET', each)).json, answer(each));
    }
  });
  assert.deepEqual((await world.call('GET', `${path}/relationships/spaces`)).json, {
    ...many(space),
    links: { self: { href: `${world.url}${path}/relationships/spaces` } },
  });
  const organizations = (await world.call('GET', `${path}/organizations`)).json.resources;
  assert.deepEqual(
    organizations.map((each: { name: string }) => each.name),
    ['isolated'],
  );

  const revocation = `${entitlements}/${organization}`;
  const cannot = 'Cannot remove the entitlement while this Isolation Segment is assigned';
  assert.deepEqual(
    await refused(world, 'DELETE', revocation),
    unprocessable(`${cannot} as the Default Isolation Segment for the Organization.`),
  );
  await world.call('PATCH', default_, { body: { data: null } });
  assert.deepEqual(
    await refused(world, 'DELETE', revocation),
    unprocessable(`${cannot} to any Spaces. Currently assigned to: ['isolated space']`),
  );
  await world.call('PATCH', own, { body: { data: null } });
  const entitledStill = 'Revoke the Organization entitlements for your Isolation Segment.';
  assert.deepEqual(await refused(world, 'DELETE', path), unprocessable(entitledStill));
  const revoked = await world.told(async () => {
    for (const _ of ['once', 'again']) expectStatus(await world.call('DELETE', revocation), 204);
  });
  const deleted = await world.told(async () => {
    expectStatus(await world.call('DELETE', path), 204);
  });
  const told = (events: typeof made) =>
    events.map(({ type, target, organization: place, data }) => [type, target.name, place, data]);
  const whom = { organization_guid: organization, organization_name: 'isolated' };
  assert.deepEqual(told(made), [['audit.isolation_segment.create', 'Segment', null, { request }]]);
  assert.deepEqual(told(changed), [
    ['audit.isolation_segment.update', 'renamed', null, { request: { name: 'renamed' } }],
  ]);
  assert.deepEqual(told(entitled), [['audit.isolation_segment.entitle', 'renamed', organization, whom]]);
  assert.deepEqual(told(isolated), [
    ['audit.organization.default_isolation_segment_update', 'isolated', organization, { request: isolation }],
    ['audit.space.update', 'isolated space', organization, { request: isolation }],
  ]);
  assert.deepEqual(told(revoked), [['audit.isolation_segment.revoke', 'renamed', organization, whom]]);
  assert.deepEqual(told(deleted), [['audit.isolation_segment.delete', 'renamed', null, {}]]);
});

test('lists show what the organizations of a reader may use', async () => {
  const organization = await world.organization('reading');
  const guid = await make({ name: 'Readable', metadata: { labels: { zone: 'a' } } });
  await world.call('POST', `${collection}/${guid}/relationships/organizations`, {
    body: many(organization),
  });
  const reader = await world.person('reader');
  assert.deepEqual(await names('', reader.token), []);
  await world.give('organization_user', reader.guid, organization);
  assert.deepEqual(await names('', reader.token), ['Readable']);
  assert.deepEqual(await names(`organization_guids=${organization}`), ['Readable']);
  assert.deepEqual(await names('names=READABLE'), ['Readable']);
  assert.deepEqual(await names('label_selector=zone%3Da'), ['Readable']);
  assert.deepEqual(await names('organization_guids=nobody'), []);
  assert.equal((await names('order_by=-name'))[0], 'shared');
  const told = await world.told(async () => {
    await world.call('DELETE', `/v3/organizations/${organization}`);
  });
  assert.deepEqual(
    told.map(({ type }) => type),
    [
      'audit.isolation_segment.revoke',
      'audit.user.organization_user_remove',
      'audit.organization.delete-request',
    ],
  );
});

test('what is wrong is said in the words of the original', async () => {
  const guid = await make({ name: 'taken' });
  const printable = 'Isolation Segment names can only contain non-blank unicode characters';
  for (const [body, detail] of [
    [{}, 'Name must be a string'],
    [{ name: ' ' }, printable],
    [{ name: 'a\u0007' }, printable],
    [{ name: 'TAKEN' }, 'Isolation Segment names are case insensitive and must be unique'],
    [{ name: 'x', colour: 1 }, "Unknown field(s): 'colour'"],
  ] as const) {
    assert.deepEqual(await refused(world, 'POST', collection, { body }), unprocessable(detail));
  }
  const entitlements = `${collection}/${guid}/relationships/organizations`;
  const unable = "Unable to entitle organizations ['a', 'b'] for the isolation segment.";
  assert.deepEqual(
    await refused(world, 'POST', entitlements, { body: many('a', 'b') }),
    unprocessable(`${unable} Ensure the organizations exist.`),
  );
  const notFound = (noun: string) => [404, 'CF-ResourceNotFound', `${noun} not found`];
  assert.deepEqual(await refused(world, 'DELETE', `${entitlements}/a`), notFound('Org'));
  assert.deepEqual(await refused(world, 'GET', `${collection}/no-such`), notFound('Isolation segment'));
});
