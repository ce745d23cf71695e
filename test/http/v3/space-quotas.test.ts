// `/v3/space_quotas`: quotas that belong to an organization, to which spaces they apply, and what the log tells.
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

const collection = '/v3/space_quotas';
const many = (...guids: string[]) => ({ data: guids.map((guid) => ({ guid })) });
const owned = () => ({ organization: { data: { guid: organization } } });
const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];

async function make(body: object) {
  const call = { body: { relationships: owned(), ...body }, token: manager.token };
  return expectStatus(await world.call('POST', collection, call), 201).json;
}

test('a quota is made, applied, changed, taken off and deleted, each an event', async () => {
  const [one, two] = [await world.space('one', organization), await world.space('two', organization)];
  const request = {
    name: 'small',
    routes: { total_routes: 5, total_reserved_ports: 0 },
    relationships: { ...owned(), spaces: many(one) },
  };
  let guid = '';
  const made = await world.told(async () => {
    const { created_at: _, updated_at: __, ...quota } = await make(request);
    guid = quota.guid;
    assert.deepEqual(quota, {
      guid,
      name: 'small',
      apps: {
        total_memory_in_mb: null,
        per_process_memory_in_mb: null,
        total_instances: null,
        per_app_tasks: null,
        log_rate_limit_in_bytes_per_second: null,
      },
      services: { paid_services_allowed: true, total_service_instances: null, total_service_keys: null },
      routes: { total_routes: 5, total_reserved_ports: 0 },
      relationships: { ...owned(), spaces: many(one) },
      links: {
        self: { href: `${world.url}${collection}/${guid}` },
        organization: { href: `${world.url}/v3/organizations/${organization}` },
      },
    });
  });
  const path = `${collection}/${guid}`;
  const spaces = `${path}/relationships/spaces`;
  const as = { token: manager.token };
  const applied = await world.told(async () => {
    const reply = expectStatus(await world.call('POST', spaces, { ...as, body: many(two) }), 200).json;
    assert.deepEqual(reply, { ...many(one, two), links: { self: { href: `${world.url}${spaces}` } } });
    const space = (await world.call('GET', `/v3/spaces/${two}`)).json;
    assert.deepEqual(space.relationships.quota, { data: { guid } });
    assert.equal(space.links.quota.href, `${world.url}${path}`);
  });
  const change = { apps: { total_instances: 3 } };
  const changed = await world.told(async () => {
    const quota = expectStatus(await world.call('PATCH', path, { ...as, body: change }), 200).json;
    assert.deepEqual([quota.apps.total_instances, quota.routes.total_routes], [3, 5]);
  });
  const inUse =
    'This quota is applied to one or more spaces. Remove this quota from all spaces before deleting.';
  assert.deepEqual(await refused(world, 'DELETE', path, as), unprocessable(inUse));
  const removed = await world.told(async () => {
    expectStatus(await world.call('DELETE', `${spaces}/${one}`, as), 204);
    expectStatus(await world.call('DELETE', `${spaces}/${two}`, as), 204);
  });
  assert.deepEqual(
    await refused(world, 'DELETE', `${spaces}/${two}`, as),
    unprocessable(
      `Unable to remove quota from space with guid '${two}'. Ensure the space quota is applied to this space.`,
    ),
  );
  const deleted = await world.told(async () => {
    expectStatus(await world.call('DELETE', path, as), 202);
  });
  const target = { type: 'space_quota', guid, name: 'small' };
  const event = (verb: string, space: string | null, data: object) => ({
    type: `audit.space_quota.${verb}`,
    target,
    space,
    organization,
    actor: manager.guid,
    data,
  });
  const of = (guid: string, name: string) => ({ space_guid: guid, space_name: name });
  assert.deepEqual(made, [event('create', null, { request }), event('apply', one, of(one, 'one'))]);
  assert.deepEqual(applied, [event('apply', two, of(two, 'two'))]);
  assert.deepEqual(changed, [event('update', null, { request: change })]);
  assert.deepEqual(removed, [event('remove', one, of(one, 'one')), event('remove', two, of(two, 'two'))]);
  assert.deepEqual(deleted, [event('delete', null, {})]);
});

test('a quota that goes with its space or its organization is told of', async () => {
  const guid = await world.organization('doomed');
  const space = await world.space('doomed', guid);
  const relationships = { organization: { data: { guid } }, spaces: many(space) };
  const made = await world.call('POST', collection, { body: { name: 'doomed', relationships } });
  const { guid: quota } = expectStatus(made, 201).json;
  const told = await world.told(async () => {
    expectStatus(await world.call('DELETE', `/v3/organizations/${guid}`), 202);
  });
  assert.deepEqual(
    told.map(({ type, target }) => [type, target.guid]),
    [
      ['audit.space_quota.remove', quota],
      ['audit.space.delete-request', space],
      ['audit.space_quota.delete', quota],
      ['audit.organization.delete-request', guid],
    ],
  );
});

test('lists are filtered by name, organization and space', async () => {
  const space = await world.space('listed', organization);
  const { guid } = await make({ name: 'Listed', relationships: { ...owned(), spaces: many(space) } });
  const guids = async (query: string, token = manager.token) => {
    const reply = expectStatus(await world.call('GET', `${collection}?${query}`, { token }), 200);
    return reply.json.resources.map((quota: { guid: string }) => quota.guid);
  };
  assert.deepEqual(await guids('names=listed'), [guid]);
  assert.deepEqual(await guids(`space_guids=${space}`), [guid]);
  assert.ok((await guids(`organization_guids=${organization}`)).includes(guid));
  assert.deepEqual(await guids('organization_guids=other'), []);
  const developer = await world.person('developer');
  await world.give('organization_user', developer.guid, organization);
  assert.deepEqual(await guids('', developer.token), []);
  await world.give('space_developer', developer.guid, space);
  assert.deepEqual(await guids('', developer.token), [guid]);
  const unseen = await world.space('unseen', organization);
  await world.call('POST', `${collection}/${guid}/relationships/spaces`, { body: many(unseen) });
  assert.deepEqual(await guids(`space_guids=${unseen}`), [guid]);
  assert.deepEqual(await guids(`space_guids=${unseen}`, developer.token), [], 'tells nothing of it');
  assert.deepEqual(await guids(`space_guids=${unseen},${space}`, developer.token), [guid]);
});

test('what is wrong is said in the words of the original', async () => {
  await make({ name: 'Taken' });
  const elsewhere = await world.organization('elsewhere');
  const foreign = await world.space('foreign', elsewhere);
  const cases: readonly (readonly [body: object, detail: string])[] = [
    [{ name: 'x' }, "Relationships 'relationships' is not an object"],
    [
      { name: 'x', relationships: { spaces: many() } },
      'Relationships Organization can\'t be blank, Relationships Organization must be structured like this: "organization: {"data": {"guid": "valid-guid"}}"',
    ],
    [{ name: 'taken', relationships: owned() }, "Space Quota 'taken' already exists."],
    [{ name: 'x', relationships: owned(), domains: {} }, "Unknown field(s): 'domains'"],
    [
      { name: 'x', relationships: { organization: { data: { guid: 'no-such' } } } },
      "Organization with guid 'no-such' does not exist, or you do not have access to it.",
    ],
    [
      { name: 'x', relationships: { ...owned(), spaces: many(foreign) } },
      `Spaces with guids ["${foreign}"] do not exist within the organization specified, or you do not have access to them.`,
    ],
    [
      { name: 'x', relationships: owned(), routes: { total_reserved_ports: 1 } },
      'Total reserved ports must be -1, 0, or a positive integer, must be less than or equal to total routes, ' +
        'and must be less than or equal to total reserved ports for the organization quota.',
    ],
  ];
  for (const [body, detail] of cases) {
    const told = await world.told(async () => {
      const call = { body, token: manager.token };
      assert.deepEqual(await refused(world, 'POST', collection, call), unprocessable(detail));
    });
    assert.deepEqual(told, []);
  }
  const { guid } = await make({ name: 'bound' });
  const spaces = `${collection}/${guid}/relationships/spaces`;
  assert.deepEqual(
    await refused(world, 'POST', spaces, { body: many(foreign) }),
    unprocessable('Space quotas cannot be applied outside of their owning organization.'),
  );
  assert.deepEqual(
    await refused(world, 'POST', spaces, { body: many(foreign), token: manager.token }),
    unprocessable(`Spaces with guids ["${foreign}"] do not exist, or you do not have access to them.`),
  );
  assert.deepEqual(await refused(world, 'GET', `${collection}/no-such`), [
    404,
    'CF-ResourceNotFound',
    'Space quota not found',
  ]);
});

test('in a suspended organization only admins change quotas', async () => {
  const { guid } = await make({ name: 'frozen' });
  const suspend = (suspended: boolean) =>
    world.call('PATCH', `/v3/organizations/${organization}`, { body: { suspended } });
  await suspend(true);
  const path = `${collection}/${guid}`;
  const call = { body: { name: 'thawed' } };
  const suspended = [403, 'CF-OrgSuspended', 'The organization is suspended'];
  assert.deepEqual(await refused(world, 'PATCH', path, { ...call, token: manager.token }), suspended);
  expectStatus(await world.call('PATCH', path, call), 200);
  await suspend(false);
  expectStatus(await world.call('PATCH', path, { ...call, token: manager.token }), 200);
});
