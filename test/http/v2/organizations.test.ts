import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, type World } from '../v3/world.ts';
import { refusedV2, tales } from './told.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const post = (body: object | string, token?: string) =>
  world.call('POST', '/v2/organizations', { body, ...(token === undefined ? {} : { token }) });
const path = (guid: string) => `/v2/organizations/${guid}`;

async function made(name: string, more: object = {}): Promise<string> {
  return expectStatus(await post({ name, ...more }), 201).json.metadata.guid;
}

test('an organization is created, shown with every address, and told of with the defaults', async () => {
  let reply = await world.call('GET', '/v2/info');
  const told = await world.told(async () => {
    reply = await post({ name: 'acme', flavour: 'unknown', quota_definition_guid: null });
  });
  expectStatus(reply, 201);
  const { metadata, entity } = reply.json;
  const self = path(metadata.guid);
  assert.equal(reply.headers.get('location'), self);
  assert.deepEqual(Object.keys(metadata), ['guid', 'url', 'created_at', 'updated_at']);
  assert.equal(metadata.url, self);
  assert.match(metadata.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(Object.entries(entity), [
    ['name', 'acme'],
    ['billing_enabled', false],
    ['quota_definition_guid', entity.quota_definition_guid],
    ['status', 'active'],
    ['default_isolation_segment_guid', null],
    ['quota_definition_url', `/v2/quota_definitions/${entity.quota_definition_guid}`],
    ['spaces_url', `${self}/spaces`],
    ['domains_url', `${self}/domains`],
    ['private_domains_url', `${self}/private_domains`],
    ['users_url', `${self}/users`],
    ['managers_url', `${self}/managers`],
    ['billing_managers_url', `${self}/billing_managers`],
    ['auditors_url', `${self}/auditors`],
    ['app_events_url', `${self}/app_events`],
    ['space_quota_definitions_url', `${self}/space_quota_definitions`],
  ]);
  assert.deepEqual((await world.call('GET', self)).json, reply.json);
  const request = { name: 'acme', billing_enabled: false, status: 'active' };
  assert.deepEqual(tales(told), [['audit.organization.create', 'acme', { request }]]);
  assert.equal(told[0]?.organization, metadata.guid);
});

test('members come with an organization, in the original’s order and with its request', async () => {
  const [ann, ben] = [await world.person('ann'), await world.person('ben')];
  const body = {
    name: 'with members',
    manager_guids: [ann.guid],
    user_guids: [ann.guid, ben.guid],
    auditor_guids: [ben.guid],
    billing_manager_guids: [ann.guid],
    billing_enabled: true,
  };
  const request = { ...body, status: 'active' };
  const told = await world.told(() => made('with members', body));
  assert.deepEqual(tales(told), [
    ['audit.organization.create', 'with members', { request }],
    ['audit.user.organization_user_add', 'ann', { request }],
    ['audit.user.organization_user_add', 'ben', { request }],
    ['audit.user.organization_auditor_add', 'ben', { request }],
    ['audit.user.organization_billing_manager_add', 'ann', { request }],
    ['audit.user.organization_manager_add', 'ann', { request }],
  ]);
});

test('what cannot be created is refused in the original’s words, and leaves nothing', async () => {
  await made('Taken');
  const parse = (text: string) => [
    400,
    'CF-MessageParseError',
    1001,
    `Request invalid due to parse error: ${text}`,
  ];
  const invalid = (text: string) => [
    400,
    'CF-OrganizationInvalid',
    30001,
    `The organization info is invalid: ${text}`,
  ];
  const unknownUser = 'Could not find VCAP::CloudController::User with guid: nobody';
  const unknownQuota = 'Could not find VCAP::CloudController::QuotaDefinition with guid: nothing';
  const cases = [
    [{ name: 'taken' }, [400, 'CF-OrganizationNameTaken', 30002, 'The organization name is taken: taken']],
    [{}, parse('Field: name, Error: Missing field name')],
    ['', parse('Field: name, Error: Missing field name')],
    [{ name: null }, parse('Field: name, Error: Missing field name')],
    ['{', parse('invalid request body')],
    ['[]', parse('invalid request body')],
    [{ name: 7 }, parse('Field: name, Error: Expected instance of String, given an instance of Integer')],
    [
      { name: 'x', user_guids: 'ann', billing_enabled: 'no' },
      parse(
        'Field: user_guids, Error: Expected instance of Array, given an instance of String, ' +
          'Field: billing_enabled, Error: Expected instance of true or false, given "no"',
      ),
    ],
    [
      { name: 'x', user_guids: ['a', null] },
      parse(
        'Field: user_guids, Error: At index 1: Expected instance of String, given an instance of NilClass',
      ),
    ],
    [{ name: ' ' }, invalid('name presence')],
    [{ name: 'a\nb' }, invalid('name format')],
    [{ name: 'x'.repeat(256) }, invalid('name max_length')],
    [{ name: 'x', status: 'asleep' }, invalid('status inclusion')],
    [{ name: 'x', manager_guids: ['nobody'] }, [400, 'CF-InvalidRelation', 1002, unknownUser]],
    [{ name: 'x', quota_definition_guid: 'nothing' }, [400, 'CF-InvalidRelation', 1002, unknownQuota]],
  ] as const;
  const told = await world.told(async () => {
    for (const [body, refusal] of cases) assert.deepEqual(refusedV2(await post(body)), refusal);
  });
  assert.deepEqual(told, []);
});

test('JSON is read whatever the content type says', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = JSON.stringify({ name: 'sent as a form' });
  expectStatus(await world.call('POST', '/v2/organizations', { headers, body }), 201);
});

test('who may not found organizations is refused until the flag is on, and then manages what they found', async () => {
  const founder = await world.person('founder');
  assert.deepEqual(refusedV2(await post({ name: 'mine' }, founder.token)), [
    403,
    'CF-NotAuthorized',
    10003,
    'You are not authorized to perform the requested action',
  ]);
  const flag = '/v3/feature_flags/user_org_creation';
  expectStatus(await world.call('PATCH', flag, { body: { enabled: true } }), 200);
  for (const more of [{ status: 'suspended' }, { billing_enabled: true }]) {
    expectStatus(await post({ name: 'mine', ...more }, founder.token), 403);
  }
  const told = await world.told(async () => {
    expectStatus(await post({ name: 'mine' }, founder.token), 201);
  });
  const request = { name: 'mine', billing_enabled: false, status: 'active' };
  assert.deepEqual(tales(told), [
    ['audit.organization.create', 'mine', { request }],
    ['audit.user.organization_user_add', 'founder', { request }],
    ['audit.user.organization_manager_add', 'founder', { request }],
  ]);
  const other = await world.person('co-founder');
  const user_guids = [other.guid, founder.guid];
  const withOthers = await world.told(async () => {
    expectStatus(await post({ name: 'ours', user_guids }, founder.token), 201);
  });
  assert.deepEqual(
    tales(withOthers).map(([type, name]) => [type, name]),
    [
      ['audit.organization.create', 'ours'],
      ['audit.user.organization_user_add', 'founder'],
      ['audit.user.organization_user_add', 'co-founder'],
      ['audit.user.organization_manager_add', 'founder'],
    ],
  );
  expectStatus(await world.call('PATCH', flag, { body: { enabled: false } }), 200);
});

test('a change answers 201 and is told of with what was sent', async () => {
  const guid = await made('before');
  const body = { name: 'after', billing_enabled: true, status: 'suspended', unknown: 1 };
  const told = await world.told(async () => {
    const { entity } = expectStatus(await world.call('PUT', path(guid), { body }), 201).json;
    assert.deepEqual([entity.name, entity.billing_enabled, entity.status], ['after', true, 'suspended']);
  });
  const request = { name: 'after', billing_enabled: true, status: 'suspended' };
  assert.deepEqual(tales(told), [['audit.organization.update', 'after', { request }]]);
  await made('another');
  const taken = await world.call('PUT', path(guid), { body: { name: 'ANOTHER' } });
  assert.deepEqual(refusedV2(taken), [
    400,
    'CF-OrganizationNameTaken',
    30002,
    'The organization name is taken: ANOTHER',
  ]);
  const gone = await world.call('PUT', path('gone'), { body: {} });
  assert.deepEqual(refusedV2(gone), [
    404,
    'CF-OrganizationNotFound',
    30003,
    'The organization could not be found: gone',
  ]);
});

test('lists of members are brought to what was sent: the difference is told of, before the change', async () => {
  const [cat, dan, eve] = [await world.person('cat'), await world.person('dan'), await world.person('eve')];
  const guid = await made('lists', { user_guids: [cat.guid, dan.guid], auditor_guids: [cat.guid] });
  const request = {
    user_guids: [dan.guid, eve.guid],
    auditor_guids: [],
    manager_guids: [eve.guid],
  };
  const told = await world.told(async () => {
    expectStatus(await world.call('PUT', path(guid), { body: request }), 201);
  });
  assert.deepEqual(tales(told), [
    ['audit.user.organization_manager_add', 'eve', { request }],
    ['audit.user.organization_auditor_remove', 'cat', { request }],
    ['audit.user.organization_user_add', 'eve', { request }],
    ['audit.user.organization_user_remove', 'cat', { request }],
    ['audit.organization.update', 'lists', { request }],
  ]);
  const space = await world.space('dev', guid);
  await world.give('space_developer', eve.guid, space);
  assert.deepEqual(refusedV2(await world.call('PUT', path(guid), { body: { user_guids: [] } })), [
    400,
    'CF-AssociationNotEmpty',
    10006,
    'Please delete the user associations for your spaces in the org.',
  ]);
});

test('quota, billing and suspension are no manager’s matter; the name is', async () => {
  const manager = await world.person('manager of quotas');
  const guid = await made('managed', { manager_guids: [manager.guid] });
  const { entity } = (await world.call('GET', path(guid))).json;
  const put = (body: object) => world.call('PUT', path(guid), { body, token: manager.token });
  const quota = entity.quota_definition_guid;
  for (const body of [{ status: 'suspended' }, { billing_enabled: true }, { quota_definition_guid: quota }]) {
    assert.equal((await put(body)).status, 403, JSON.stringify(body));
  }
  expectStatus(await put({ name: 'managed well' }), 201);
  const other = await world.call('POST', '/v3/organization_quotas', { body: { name: 'large' } });
  const body = { quota_definition_guid: other.json.guid };
  const changed = expectStatus(await world.call('PUT', path(guid), { body }), 201).json;
  assert.equal(changed.entity.quota_definition_guid, other.json.guid);
});

test('an isolation segment is set for those who are entitled, and taken away with an event', async () => {
  const guid = await made('isolated');
  const set = (segment: string) =>
    world.call('PUT', path(guid), { body: { default_isolation_segment_guid: segment } });
  assert.deepEqual(refusedV2(await set('none')).slice(0, 3), [404, 'CF-ResourceNotFound', 10010]);
  const segment = (await world.call('POST', '/v3/isolation_segments', { body: { name: 'apart' } })).json.guid;
  assert.deepEqual(refusedV2(await set(segment)), [
    400,
    'CF-InvalidRelation',
    1002,
    `Could not find Isolation Segment with guid: ${segment}`,
  ]);
  const entitled = `/v3/isolation_segments/${segment}/relationships/organizations`;
  await world.call('POST', entitled, { body: { data: [{ guid }] } });
  const answer = expectStatus(await set(segment), 201).json;
  assert.equal(answer.entity.default_isolation_segment_guid, segment);
  assert.equal(answer.entity.isolation_segment_url, `${path(guid)}/isolation_segments`);
  const told = await world.told(async () => {
    const cleared = await world.call('DELETE', `${path(guid)}/default_isolation_segment`);
    assert.equal(expectStatus(cleared, 200).json.entity.default_isolation_segment_guid, null);
  });
  assert.deepEqual(tales(told), [
    ['audit.organization.default_isolation_segment_update', 'isolated', { request: { data: null } }],
  ]);
});

test('an organization that is not empty is left alone unless recursive=true', async () => {
  const guid = await made('full');
  await world.space('dev', guid);
  assert.deepEqual(refusedV2(await world.call('DELETE', path(guid))), [
    400,
    'CF-AssociationNotEmpty',
    10006,
    'Please delete the spaces associations for your organizations.',
  ]);
  const told = await world.told(async () => {
    const reply = await world.call('DELETE', `${path(guid)}?recursive=true`);
    assert.deepEqual([reply.status, reply.text], [204, '']);
  });
  assert.deepEqual(tales(told), [
    ['audit.space.delete-request', 'dev', { request: { recursive: true } }],
    ['audit.organization.delete-request', 'full', { request: null }],
  ]);
  expectStatus(await world.call('GET', path(guid)), 404);
});

test('async=true answers a job that has already finished', async () => {
  const guid = await made('short-lived');
  const reply = expectStatus(await world.call('DELETE', `${path(guid)}?async=true&recursive=true`), 202);
  const { metadata, entity } = reply.json;
  assert.deepEqual(entity, { guid: metadata.guid, status: 'finished' });
  assert.equal(metadata.url, `/v2/jobs/${metadata.guid}`);
  assert.deepEqual((await world.call('GET', metadata.url)).json, reply.json);
  expectStatus(await world.call('GET', path(guid)), 404);
  const unknown = expectStatus(await world.call('GET', '/v2/jobs/unknown'), 200).json;
  assert.deepEqual(unknown, {
    metadata: { guid: '0', created_at: '1970-01-01T00:00:00Z', url: '/v2/jobs/0' },
    entity: { guid: '0', status: 'finished' },
  });
});

test('a query that cannot be read is refused before anything is changed', async () => {
  const guid = await made('steady');
  const told = await world.told(async () => {
    const put = await world.call('PUT', `${path(guid)}?inline-relations-depth=3`, { body: { name: 'gone' } });
    assert.deepEqual(refusedV2(put).slice(0, 2), [400, 'CF-BadQueryParameter']);
    const user = await world.call('DELETE', '/v2/users/whoever?async=%');
    assert.deepEqual(refusedV2(user).slice(0, 2), [400, 'CF-BadQueryParameter']);
  });
  assert.deepEqual(told, []);
  const query = '?async=true&inline-relations-depth=1&q=ignored';
  const { entity } = expectStatus(await world.call('PUT', `${path(guid)}${query}`, { body: {} }), 201).json;
  assert.deepEqual([entity.name, entity.spaces], ['steady', []]);
});

test('summaries and usage count what is here', async () => {
  const guid = await made('summed up');
  const space = await world.space('dev', guid);
  assert.deepEqual((await world.call('GET', `${path(guid)}/summary`)).json, {
    guid,
    name: 'summed up',
    status: 'active',
    spaces: [
      { guid: space, name: 'dev', service_count: 0, app_count: 0, mem_dev_total: 0, mem_prod_total: 0 },
    ],
  });
  const usage = async (of: string) => (await world.call('GET', `${path(guid)}/${of}`)).json;
  assert.deepEqual(await usage('memory_usage'), { memory_usage_in_mb: 0 });
  assert.deepEqual(await usage('instance_usage'), { instance_usage: 0 });
});

test('a space is added where it is already, and nowhere else', async () => {
  const [guid, other] = [await made('home'), await made('elsewhere')];
  const space = await world.space('dev', guid);
  const told = await world.told(async () => {
    expectStatus(await world.call('PUT', `${path(guid)}/spaces/${space}`), 201);
  });
  const request = { space, verb: 'add', relation: 'spaces', related_guid: space };
  assert.deepEqual(tales(told), [['audit.organization.update', 'home', { request }]]);
  assert.deepEqual(refusedV2(await world.call('PUT', `${path(other)}/spaces/${space}`)), [
    400,
    'CF-OrganizationAlreadySet',
    30007,
    'Cannot change organization',
  ]);
  expectStatus(await world.call('PUT', `${path(guid)}/spaces/nothing`), 404);
});
