// `/v2/config/feature_flags`: a bare list, as cf 6 reads it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const collection = '/v2/config/feature_flags';

test('flags are listed and read by everybody', async () => {
  const { token } = await world.person('reader');
  const flags = expectStatus(await world.call('GET', collection, { token }), 200).json;
  assert.equal(flags.length, 18);
  const flag = {
    name: 'set_roles_by_username',
    enabled: true,
    error_message: null,
    url: `${collection}/set_roles_by_username`,
  };
  assert.deepEqual(
    flags.find(({ name }: { name: string }) => name === flag.name),
    flag,
  );
  assert.deepEqual((await world.call('GET', flag.url, { token })).json, flag);
  assert.equal((await world.call('PUT', flag.url, { token, body: { enabled: false } })).status, 403);
});

test('an admin sets a flag and its message, told of once each', async () => {
  const path = `${collection}/diego_docker`;
  const told = await world.told(async () => {
    const body = { enabled: true, error_message: 'no' };
    const flag = expectStatus(await world.call('PUT', path, { body }), 200).json;
    assert.deepEqual([flag.enabled, flag.error_message], [true, 'no']);
    const cleared = await world.call('PUT', path, { body: { enabled: false } });
    assert.deepEqual([cleared.json.enabled, cleared.json.error_message], [false, null]);
  });
  assert.deepEqual(
    told.map(({ type, target, data }) => [type, target.guid, data]),
    [
      ['audit.feature_flag.update', 'diego_docker', { request: { enabled: true, error_message: 'no' } }],
      ['audit.feature_flag.update', 'diego_docker', { request: { enabled: false } }],
    ],
  );
});

test('what is wrong is answered with the errors of V2', async () => {
  const failure = async (method: string, path: string, body?: object) => {
    const reply = await world.call(method, path, body === undefined ? {} : { body });
    return [reply.status, reply.json.error_code, reply.json.description];
  };
  const unknown = [404, 'CF-FeatureFlagNotFound', 'The feature flag could not be found: x'];
  assert.deepEqual(await failure('GET', `${collection}/x`), unknown);
  assert.deepEqual(await failure('PUT', `${collection}/x`, { enabled: true }), unknown);
  assert.deepEqual(await failure('PUT', `${collection}/diego_docker`, {}), [
    400,
    'CF-FeatureFlagInvalid',
    'The feature flag is invalid: enabled presence',
  ]);
});
