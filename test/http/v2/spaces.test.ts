import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';
import { refusedV2, tales } from './told.ts';

let world: World;
let acme: string;

before(async () => {
  world = await openWorld();
  acme = await world.organization('acme');
});

after(() => world.stop());

const post = (body: object) => world.call('POST', '/v2/spaces', { body });
const path = (guid: string) => `/v2/spaces/${guid}`;

async function made(name: string, more: object = {}): Promise<string> {
  return expectStatus(await post({ name, organization_guid: acme, ...more }), 201).json.metadata.guid;
}

async function member(name: string): Promise<string> {
  const { guid } = await world.person(name);
  await world.give('organization_user', guid, acme);
  return guid;
}

test('a space is created, shown with every address, and told of with the defaults', async () => {
  let reply = await world.call('GET', '/v2/info');
  const told = await world.told(async () => {
    reply = await post({ name: 'dev', organization_guid: acme, isolation_segment_guid: null, colour: 'red' });
  });
  const { metadata, entity } = expectStatus(reply, 201).json;
  const self = path(metadata.guid);
  assert.equal(reply.headers.get('location'), self);
  assert.deepEqual(Object.entries(entity), [
    ['name', 'dev'],
    ['organization_guid', acme],
    ['space_quota_definition_guid', null],
    ['isolation_segment_guid', null],
    ['allow_ssh', true],
    ['organization_url', `/v2/organizations/${acme}`],
    ['developers_url', `${self}/developers`],
    ['managers_url', `${self}/managers`],
    ['auditors_url', `${self}/auditors`],
    ['apps_url', `${self}/apps`],
    ['routes_url', `${self}/routes`],
    ['domains_url', `${self}/domains`],
    ['service_instances_url', `${self}/service_instances`],
    ['app_events_url', `${self}/app_events`],
    ['events_url', `${self}/events`],
    ['security_groups_url', `${self}/security_groups`],
    ['staging_security_groups_url', `${self}/staging_security_groups`],
  ]);
  assert.deepEqual((await world.call('GET', self)).json, reply.json);
  const request = { name: 'dev', organization_guid: acme, allow_ssh: true };
  assert.deepEqual(tales(told), [['audit.space.create', 'dev', { request }]]);
  assert.deepEqual([told[0]?.space, told[0]?.organization], [metadata.guid, acme]);
});

test('members come with a space, in the original’s order, if they are users of the organization', async () => {
  const [ann, ben] = [await member('ann'), await member('ben')];
  const body = { developer_guids: [ann, ben], manager_guids: [ann], auditor_guids: [ben], allow_ssh: false };
  const request = { name: 'staffed', organization_guid: acme, ...body };
  const told = await world.told(() => made('staffed', body));
  assert.deepEqual(tales(told), [
    ['audit.space.create', 'staffed', { request }],
    ['audit.user.space_manager_add', 'ann', { request }],
    ['audit.user.space_auditor_add', 'ben', { request }],
    ['audit.user.space_developer_add', 'ann', { request }],
    ['audit.user.space_developer_add', 'ben', { request }],
  ]);
  const { guid: stranger } = await world.person('stranger');
  const refused = await post({ name: 'strange', organization_guid: acme, auditor_guids: [stranger] });
  assert.deepEqual(refusedV2(refused), [
    400,
    'CF-InvalidRelation',
    1002,
    `The user with guid ${stranger} is not a user of the organization that the space is in`,
  ]);
});

test('what cannot be created is refused in the original’s words, and leaves nothing', async () => {
  await made('Taken');
  const missing = 'Field: name, Error: Missing field name, Field: organization_guid, Error: Missing field';
  const here = { organization_guid: acme };
  const unknown = 'Could not find VCAP::CloudController::Organization with guid: nowhere';
  const cases = [
    [{ name: 'taken', ...here }, [400, 'CF-SpaceNameTaken', 40002, 'The app space name is taken: taken']],
    [
      {},
      [400, 'CF-MessageParseError', 1001, `Request invalid due to parse error: ${missing} organization_guid`],
    ],
    [{ name: '', ...here }, [400, 'CF-SpaceInvalid', 40001, 'The app space info is invalid: name presence']],
    [{ name: 'x', organization_guid: 'nowhere' }, [400, 'CF-InvalidRelation', 1002, unknown]],
    [
      { name: 'x', ...here, space_quota_definition_guid: 'none' },
      [
        400,
        'CF-InvalidRelation',
        1002,
        'Could not find VCAP::CloudController::SpaceQuotaDefinition with guid: none',
      ],
    ],
  ] as const;
  const told = await world.told(async () => {
    for (const [body, refusal] of cases) assert.deepEqual(refusedV2(await post(body)), refusal);
  });
  assert.deepEqual(told, []);
});

test('a change answers 201; members that come and go are told of before it', async () => {
  const [cat, dan] = [await member('cat'), await member('dan')];
  const guid = await made('before', { developer_guids: [cat], manager_guids: [dan] });
  const request = { name: 'after', allow_ssh: false, developer_guids: [dan], manager_guids: [dan] };
  const told = await world.told(async () => {
    const { entity } = expectStatus(await world.call('PUT', path(guid), { body: request }), 201).json;
    assert.deepEqual([entity.name, entity.allow_ssh], ['after', false]);
  });
  assert.deepEqual(tales(told), [
    ['audit.user.space_developer_add', 'dan', { request }],
    ['audit.user.space_developer_remove', 'cat', { request }],
    ['audit.space.update', 'after', { request }],
  ]);
  await made('another');
  assert.deepEqual(refusedV2(await world.call('PUT', path(guid), { body: { name: 'Another' } })), [
    400,
    'CF-SpaceNameTaken',
    40002,
    'The app space name is taken: Another',
  ]);
  const elsewhere = { organization_guid: await world.organization('elsewhere') };
  const moved = refusedV2(await world.call('PUT', path(guid), { body: elsewhere }));
  assert.deepEqual(moved, [400, 'CF-OrganizationAlreadySet', 30007, 'Cannot change organization']);
  expectStatus(await world.call('PUT', path(guid), { body: { organization_guid: acme } }), 201);
  assert.deepEqual(refusedV2(await world.call('PUT', path('gone'), { body: {} })), [
    404,
    'CF-SpaceNotFound',
    40004,
    'The app space could not be found: gone',
  ]);
});

test('an isolation segment is the matter of those who manage the organization', async () => {
  const manager = await world.person('manager of a space');
  await world.give('organization_user', manager.guid, acme);
  const guid = await made('isolated', { manager_guids: [manager.guid] });
  const set = (segment: string, token?: string) =>
    world.call('PUT', path(guid), {
      body: { isolation_segment_guid: segment },
      ...(token === undefined ? {} : { token }),
    });
  assert.deepEqual(refusedV2(await set('none')), [
    404,
    'CF-ResourceNotFound',
    10010,
    'Isolation Segment not found',
  ]);
  const segment = (await world.call('POST', '/v3/isolation_segments', { body: { name: 'apart' } })).json.guid;
  assert.deepEqual(refusedV2(await set(segment)).slice(0, 3), [400, 'CF-UnableToPerform', 10009]);
  const entitled = `/v3/isolation_segments/${segment}/relationships/organizations`;
  await world.call('POST', entitled, { body: { data: [{ guid: acme }] } });
  assert.equal((await set(segment, manager.token)).status, 403);
  const { entity } = expectStatus(await set(segment), 201).json;
  assert.deepEqual(
    [entity.isolation_segment_guid, entity.isolation_segment_url],
    [segment, `/v3/isolation_segments/${segment}`],
  );
  const told = await world.told(async () => {
    const cleared = await world.call('DELETE', `${path(guid)}/isolation_segment`);
    assert.equal(expectStatus(cleared, 200).json.entity.isolation_segment_guid, null);
  });
  assert.deepEqual(tales(told), [['audit.space.update', 'isolated', { request: { data: null } }]]);
});

test('a space is deleted at once or by a job, with the roles in it', async () => {
  const [eve] = [await member('eve')];
  const guid = await made('short-lived', { developer_guids: [eve] });
  const told = await world.told(async () => {
    const reply = await world.call('DELETE', path(guid));
    assert.deepEqual([reply.status, reply.text], [204, '']);
  });
  assert.deepEqual(tales(told), [
    ['audit.user.space_developer_remove', 'eve', { request: {} }],
    ['audit.space.delete-request', 'short-lived', { request: { recursive: true } }],
  ]);
  const other = await made('by a job');
  const job = expectStatus(await world.call('DELETE', `${path(other)}?async=true&recursive=true`), 202).json;
  assert.equal((await world.call('GET', job.metadata.url)).json.entity.status, 'finished');
  expectStatus(await world.call('GET', path(other)), 404);
});

test('what does not exist here yet is empty, and judged all the same', async () => {
  const guid = await made('empty');
  assert.deepEqual((await world.call('GET', `${path(guid)}/summary`)).json, {
    guid,
    name: 'empty',
    apps: [],
    services: [],
  });
  const nothing = { total_results: 0, total_pages: 1, prev_url: null, next_url: null, resources: [] };
  const lists = [
    `${path(guid)}/apps?q=name:a1&inline-relations-depth=1`,
    `${path(guid)}/routes?inline-relations-depth=1`,
    `${path(guid)}/services?q=label:svc`,
    `${path(guid)}/service_instances?return_user_provided_service_instances=true&q=name:si1`,
    `/v2/organizations/${acme}/services`,
    `/v2/apps?q=space_guid:${guid}`,
    '/v2/services',
  ];
  for (const list of lists) {
    assert.deepEqual(expectStatus(await world.call('GET', list), 200).json, nothing, list);
  }
  const wrong = await world.call('GET', `${path(guid)}/apps?q=colour:red`);
  assert.deepEqual(refusedV2(wrong), [
    400,
    'CF-BadQueryParameter',
    10005,
    'The query parameter is invalid: colour',
  ]);
  expectStatus(await world.call('GET', `${path('gone')}/apps`), 404);
});
