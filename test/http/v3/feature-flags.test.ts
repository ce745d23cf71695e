// `/v3/feature_flags`: the defaults of the original, and what the log tells of changes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, refused, type World } from './world.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const collection = '/v3/feature_flags';

/** Those that are off; all others are on. */
const off = [
  'diego_cnb',
  'diego_docker',
  'hide_marketplace_from_unauthenticated_users',
  'route_sharing',
  'service_instance_sharing',
  'user_org_creation',
];

test('every flag of the original has its default, by name', async () => {
  const { pagination, resources } = (await world.call('GET', collection)).json;
  assert.equal(pagination.total_results, 18);
  const names: string[] = resources.map((flag: { name: string }) => flag.name);
  assert.deepEqual(names, names.toSorted());
  for (const { name, enabled, updated_at, custom_error_message, links } of resources) {
    assert.equal(enabled, !off.includes(name), name);
    assert.deepEqual([updated_at, custom_error_message], [null, null]);
    assert.equal(links.self.href, `${world.url}${collection}/${name}`);
    assert.equal((await world.call('GET', `${collection}/${name}`)).json.enabled, enabled);
  }
  const page = (await world.call('GET', `${collection}?order_by=-name&per_page=2&page=2`)).json;
  assert.deepEqual(
    page.resources.map((flag: { name: string }) => flag.name),
    names.toReversed().slice(2, 4),
  );
  assert.equal(page.pagination.next.href, `${world.url}${collection}?order_by=-name&page=3&per_page=2`);
});

test('a change is told of and remembered', async () => {
  const path = `${collection}/diego_docker`;
  const request = { enabled: true, custom_error_message: 'no docker' };
  const told = await world.told(async () => {
    const flag = expectStatus(await world.call('PATCH', path, { body: request }), 200).json;
    assert.deepEqual([flag.enabled, flag.custom_error_message], [true, 'no docker']);
    assert.match(flag.updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target, data]),
    [
      [
        'audit.feature_flag.update',
        { type: 'feature_flag', guid: 'diego_docker', name: 'diego_docker' },
        { request },
      ],
    ],
  );
  const kept = (await world.call('PATCH', path, { body: { enabled: false } })).json;
  assert.deepEqual([kept.enabled, kept.custom_error_message], [false, 'no docker']);
  const body = { enabled: false, custom_error_message: null };
  assert.equal((await world.call('PATCH', path, { body })).json.custom_error_message, null);
  const changed = (await world.call('GET', `${collection}?updated_ats[gt]=2020-01-01T00:00:00Z`)).json;
  assert.deepEqual(
    changed.resources.map((flag: { name: string }) => flag.name),
    ['diego_docker'],
  );
});

test('what is wrong is said in the words of the original', async () => {
  const path = `${collection}/task_creation`;
  for (const [body, detail] of [
    [{}, 'Enabled must be a boolean'],
    [{ enabled: 'yes' }, 'Enabled must be a boolean'],
    [{ enabled: true, custom_error_message: 1 }, 'Custom error message must be a string'],
    [
      { enabled: true, custom_error_message: 'x'.repeat(251) },
      'Custom error message is too long (maximum is 250 characters)',
    ],
    [{ enabled: true, colour: 1 }, "Unknown field(s): 'colour'"],
  ] as const) {
    assert.deepEqual(await refused(world, 'PATCH', path, { body }), [422, 'CF-UnprocessableEntity', detail]);
  }
  const notFound = [404, 'CF-ResourceNotFound', 'Feature flag not found'];
  const unknown = `${collection}/toString`;
  assert.deepEqual(await refused(world, 'GET', unknown), notFound);
  assert.deepEqual(await refused(world, 'PATCH', unknown, { body: { enabled: true } }), notFound);
  const [status, , detail] = await refused(world, 'GET', `${collection}?order_by=created_at`);
  assert.deepEqual([status, detail], [400, "The query parameter is invalid: Order by can only be: 'name'"]);
});
