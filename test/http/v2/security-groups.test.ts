// `/v2/security_groups`, which hold everywhere, and which in a space, as cf 6 asks for them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';

let world: World;
let organization: string;
let space: string;

before(async () => {
  world = await openWorld();
  organization = await world.organization('owner');
  space = await world.space('guarded', organization);
});

after(() => world.stop());

const collection = '/v2/security_groups';
const rules = [{ protocol: 'tcp', destination: '10.0.0.1', ports: '443' }];

async function names(path: string, token = world.adminToken): Promise<string[]> {
  const reply = expectStatus(await world.call('GET', path, { token }), 200);
  return reply.json.resources.map((group: { entity: { name: string } }) => group.entity.name);
}

test('what holds everywhere is listed for every space, as cf space reads it', async () => {
  const everywhere = ['public_networks', 'dns'];
  for (const path of [
    collection,
    '/v2/config/running_security_groups',
    '/v2/config/staging_security_groups',
    `/v2/spaces/${space}/security_groups`,
    `/v2/spaces/${space}/staging_security_groups`,
  ]) {
    assert.deepEqual(await names(path), everywhere, path);
  }
  const [open] = (await world.call('GET', `${collection}?q=name:public_networks`)).json.resources;
  const { rules: given, ...entity } = open.entity;
  const self = `${collection}/${open.metadata.guid}`;
  assert.deepEqual(entity, {
    name: 'public_networks',
    running_default: true,
    staging_default: true,
    spaces_url: `${self}/spaces`,
    staging_spaces_url: `${self}/staging_spaces`,
  });
  assert.equal(given.length, 5);
});

test('V2 changes groups, where they hold, and each is an event', async () => {
  let guid = '';
  const told = await world.told(async () => {
    const body = { name: 'office', rules, space_guids: [space] };
    const made = expectStatus(await world.call('POST', collection, { body }), 201).json;
    guid = made.metadata.guid;
    const path = `${collection}/${guid}`;
    assert.deepEqual(await names(`/v2/spaces/${space}/security_groups?q=name:office`), ['office']);
    const changed = await world.call('PUT', path, { body: { name: 'hq' } });
    assert.deepEqual(expectStatus(changed, 201).json.entity.rules, rules);
    expectStatus(await world.call('PUT', `${path}/staging_spaces/${space}`), 201);
    assert.equal((await world.call('GET', `${path}/staging_spaces`)).json.resources[0].metadata.guid, space);
    expectStatus(await world.call('DELETE', `${path}/spaces/${space}`), 204);
    const everywhere = `/v2/config/running_security_groups/${guid}`;
    for (const _ of ['once', 'again']) {
      const held = expectStatus(await world.call('PUT', everywhere), 200).json;
      assert.deepEqual([held.entity.running_default, held.metadata.url], [true, everywhere]);
    }
    expectStatus(await world.call('DELETE', everywhere), 204);
    expectStatus(await world.call('DELETE', path), 204);
  });
  assert.deepEqual(
    told.map(({ type, target, space: where, data }) => [
      type.replace('audit.security_group.', ''),
      target.guid,
      where,
      data,
    ]),
    [
      ['create', guid, null, { request: { name: 'office', rules, space_guids: [space] } }],
      ['bind_running_space', guid, space, { space_guid: space }],
      ['update', guid, null, { request: { name: 'hq' } }],
      ['bind_staging_space', guid, space, { space_guid: space }],
      ['unbind_running_space', guid, space, { space_guid: space }],
      ['enable_running', guid, null, {}],
      ['disable_running', guid, null, {}],
      ['unbind_staging_space', guid, space, { space_guid: space }],
      ['delete', guid, null, {}],
    ],
  );
});

test('who sees and who changes', async () => {
  const made = await world.call('POST', collection, { body: { name: 'inner', rules } });
  const path = `${collection}/${expectStatus(made, 201).json.metadata.guid}`;
  const manager = await world.person('manager');
  const { token } = manager;
  assert.equal((await world.call('GET', path, { token })).status, 403);
  assert.deepEqual(await names(collection, token), ['public_networks', 'dns']);
  await world.give('organization_user', manager.guid, organization);
  await world.give('space_manager', manager.guid, space);
  expectStatus(await world.call('PUT', `${path}/spaces/${space}`), 201);
  assert.equal((await world.call('GET', path, { token })).status, 200);
  assert.equal((await world.call('PUT', path, { token, body: { name: 'mine' } })).status, 403);
  expectStatus(await world.call('DELETE', `${path}/spaces/${space}`, { token }), 204);
});

test('what is wrong is answered with the errors of V2', async () => {
  const failure = async (method: string, path: string, body?: object) => {
    const reply = await world.call(method, path, body === undefined ? {} : { body });
    return [reply.status, reply.json.error_code, reply.json.description];
  };
  assert.deepEqual(await failure('POST', collection, { name: 'dns' }), [
    400,
    'CF-SecurityGroupNameTaken',
    'The security group name is taken: dns',
  ]);
  assert.deepEqual(await failure('POST', collection, { name: 'x', rules: [{ protocol: 'all' }] }), [
    400,
    'CF-SecurityGroupInvalid',
    'The security group is invalid: Rules[0]: destination must be a valid CIDR, IP address, or IP address range',
  ]);
  assert.deepEqual(await failure('GET', `${collection}/x`), [
    404,
    'CF-SecurityGroupNotFound',
    'The security group could not be found: x',
  ]);
});

test('a space takes and loses groups from its side, told of as the original does besides', async () => {
  const { guid } = expectStatus(
    await world.call('POST', collection, { body: { name: 'from the space', rules } }),
    201,
  ).json.metadata;
  const manager = await world.person('manager of the space');
  await world.give('organization_user', manager.guid, organization);
  for (const [relation, member, lifecycle] of [
    ['security_groups', 'security_group', 'running'],
    ['staging_security_groups', 'staging_security_group', 'staging'],
  ] as const) {
    const path = `/v2/spaces/${space}/${relation}/${guid}`;
    const told = await world.told(async () => {
      const bound = expectStatus(await world.call('PUT', path), 201).json;
      assert.equal(bound.metadata.guid, space);
      assert.deepEqual(await names(`/v2/spaces/${space}/${relation}?q=name:from the space`), [
        'from the space',
      ]);
      expectStatus(await world.call('PUT', path), 201);
      expectStatus(await world.call('DELETE', path), 204);
    });
    const update = (verb: string) => {
      const request = { [member]: guid, related_guid: guid, verb, relation };
      return ['audit.space.update', space, { request }];
    };
    const hold = (verb: string) => [
      `audit.security_group.${verb}_${lifecycle}_space`,
      guid,
      { space_guid: space },
    ];
    assert.deepEqual(
      told.map(({ type, target, data }) => [type, target.guid, data]),
      [hold('bind'), update('add'), update('add'), hold('unbind'), update('remove')],
    );
    const foreign = await world.call('PUT', path, { token: manager.token });
    assert.equal(foreign.json.error_code, 'CF-NotAuthorized');
  }
  const unknown = await world.call('PUT', `/v2/spaces/${space}/security_groups/none`);
  assert.equal(unknown.json.error_code, 'CF-SecurityGroupNotFound');
  expectStatus(await world.call('DELETE', `/v2/spaces/${space}/unmapped_routes`), 204);
  assert.equal((await world.call('DELETE', '/v2/spaces/none/unmapped_routes')).status, 404);
});
