// Lists of V2: filters, order, pages, relations. What `q` may look like in general stands in test/query/v2-q.test.ts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Reply } from '../../harness.ts';
import { expectStatus, openWorld, type Person, type World } from '../v3/world.ts';
import { refusedV2 } from './told.ts';

let world: World;
let ann: Person;
/** Guids by name. */
const organizations = new Map<string, string>();
const spaces = new Map<string, string>();

const guidOf = (name: string) => organizations.get(name) ?? spaces.get(name) ?? '';

before(async () => {
  world = await openWorld();
  ann = await world.person('ann');
  for (const name of ['beta', 'Alpha', 'gamma']) organizations.set(name, await world.organization(name));
  for (const [name, organization] of [
    ['dev', 'beta'],
    ['stage', 'beta'],
    ['dev2', 'Alpha'],
  ] as const) {
    spaces.set(name, await world.space(name, guidOf(organization)));
  }
  await world.give('organization_user', ann.guid, guidOf('beta'));
  await world.give('organization_manager', ann.guid, guidOf('beta'));
  await world.give('organization_auditor', ann.guid, guidOf('gamma'));
  await world.give('space_developer', ann.guid, guidOf('dev'));
  const suspended = { body: { status: 'suspended' } };
  expectStatus(await world.call('PUT', `/v2/organizations/${guidOf('gamma')}`, suspended), 201);
});

after(() => world.stop());

function namesIn(reply: Reply): string[] {
  return expectStatus(reply, 200).json.resources.map(
    (each: { entity: { name: string } }) => each.entity.name,
  );
}

const names = async (path: string, token?: string) =>
  namesIn(await world.call('GET', path, token === undefined ? {} : { token }));

test('organizations by every attribute', async () => {
  const beta = guidOf('beta');
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', ['beta', 'Alpha', 'gamma']],
    ['q=name:BETA', ['beta']],
    ['q=name:be', []],
    ['q=name', []],
    ['q=name IN alpha,gamma,nothing', ['Alpha', 'gamma']],
    ['q=name IN ', []],
    ['q=name>b', ['beta', 'gamma']],
    [`q=space_guid:${guidOf('dev2')}`, ['Alpha']],
    [`q=user_guid:${ann.guid}`, ['beta']],
    [`q=manager_guid:${ann.guid}`, ['beta']],
    [`q=billing_manager_guid:${ann.guid}`, []],
    [`q=auditor_guid:${ann.guid}`, ['gamma']],
    ['q=status:suspended', ['gamma']],
    ['q=status:active', ['beta', 'Alpha']],
    ['q=status IN active,suspended', ['beta', 'Alpha', 'gamma']],
    ['q=status:asleep', []],
    [`q=status:active&q=manager_guid:${ann.guid}`, ['beta']],
    [`q=status:active%3Bname:alpha`, ['Alpha']],
    [`q=status:active%3Bmanager_guid:${beta}`, []],
  ];
  for (const [query, expected] of cases) {
    const path = `/v2/organizations?${query.replaceAll(' ', '+')}`;
    assert.deepEqual(await names(path), expected, query);
  }
});

test('spaces by every attribute', async () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', ['dev', 'stage', 'dev2']],
    [`q=name:dev&q=organization_guid:${guidOf('beta')}`, ['dev']],
    [`q=organization_guid IN ${guidOf('beta')},${guidOf('Alpha')}`, ['dev', 'stage', 'dev2']],
    [`q=developer_guid:${ann.guid}`, ['dev']],
    ['q=app_guid:anything', []],
    ['q=isolation_segment_guid:anything', []],
  ];
  for (const [query, expected] of cases) {
    assert.deepEqual(await names(`/v2/spaces?${query.replaceAll(' ', '+')}`), expected, query);
  }
});

test('users by their places', async () => {
  const found = async (query: string) =>
    expectStatus(await world.call('GET', `/v2/users?q=${query}`), 200).json.total_results;
  assert.equal(await found(`organization_guid:${guidOf('beta')}`), 1);
  assert.equal(await found(`managed_organization_guid:${guidOf('beta')}`), 1);
  assert.equal(await found(`audited_organization_guid:${guidOf('beta')}`), 0);
  assert.equal(await found(`billing_managed_organization_guid:${guidOf('beta')}`), 0);
  assert.equal(await found(`space_guid:${guidOf('dev')}`), 1);
  assert.equal(await found(`managed_space_guid:${guidOf('dev')}`), 0);
  assert.equal(await found(`audited_space_guid:${guidOf('dev')}`), 0);
});

test('order is by age, or by name without letter case, in both directions', async () => {
  assert.deepEqual(await names('/v2/organizations?order-by=name'), ['Alpha', 'beta', 'gamma']);
  assert.deepEqual(await names('/v2/organizations?order-by=name&order-direction=desc'), [
    'gamma',
    'beta',
    'Alpha',
  ]);
  assert.deepEqual(await names('/v2/organizations?order-direction=desc'), ['gamma', 'Alpha', 'beta']);
  assert.deepEqual(await names('/v2/spaces?order-by=id&order-direction=desc'), ['dev2', 'stage', 'dev']);
});

test('pages are linked by paths that say the same again', async () => {
  const first = (await world.call('GET', '/v2/organizations?results-per-page=2&order-by=name&q=name>A')).json;
  const link = (page: number) =>
    `/v2/organizations?order-by=name&order-direction=asc&page=${page}&q=name%3EA&results-per-page=2`;
  assert.deepEqual(
    [first.total_results, first.total_pages, first.prev_url, first.next_url],
    [3, 2, null, link(2)],
  );
  const second = (await world.call('GET', first.next_url)).json;
  assert.deepEqual([second.prev_url, second.next_url, second.resources.length], [link(1), null, 1]);
  const beyond = (await world.call('GET', '/v2/organizations?page=9')).json;
  assert.deepEqual(beyond.resources, []);
  assert.deepEqual(Object.keys(first), ['total_results', 'total_pages', 'prev_url', 'next_url', 'resources']);
});

test('what a list does not take is a 400 with a sentence', async () => {
  const bad = async (query: string) => refusedV2(await world.call('GET', `/v2/organizations?${query}`));
  const refusal = (text: string) => [
    400,
    'CF-BadQueryParameter',
    10005,
    `The query parameter is invalid: ${text}`,
  ];
  assert.deepEqual(await bad('q=colour:red'), refusal('colour'));
  assert.deepEqual(await bad('results-per-page=101'), refusal('results_per_page must be <= 100'));
  assert.deepEqual(
    await bad('order-by=colour'),
    refusal("order-by cannot be 'colour'; it takes one of 'id', 'name'"),
  );
  assert.deepEqual(await bad('inline-relations-depth=3'), refusal('inline_relations_depth must be <= 2'));
});

test('lists show what the reader may see, and relations no more than that', async () => {
  assert.deepEqual(await names('/v2/organizations', ann.token), ['beta', 'gamma']);
  assert.deepEqual(await names('/v2/spaces', ann.token), ['dev', 'stage']);
  const ben = await world.person('ben');
  assert.deepEqual(await names('/v2/organizations', ben.token), []);
  await world.give('organization_user', ben.guid, guidOf('beta'));
  await world.give('space_auditor', ben.guid, guidOf('stage'));
  const within = `/v2/organizations/${guidOf('beta')}`;
  assert.deepEqual(await names(`${within}/spaces`, ben.token), ['stage']);
  const inline = await world.call('GET', `${within}?inline-relations-depth=1`, { token: ben.token });
  const inlined = inline.json.entity.spaces;
  assert.deepEqual(
    inlined.map((each: { entity: { name: string } }) => each.entity.name),
    ['stage'],
  );
  expectStatus(await world.call('GET', `/v2/organizations/${guidOf('Alpha')}`, { token: ben.token }), 403);
  expectStatus(await world.call('GET', `/v2/spaces/${guidOf('dev')}/managers`, { token: ben.token }), 403);
  expectStatus(await world.call('GET', '/v2/organizations/unknown', { token: ben.token }), 404);
});

test('a list within a place is filtered like any other', async () => {
  const within = `/v2/organizations/${guidOf('beta')}`;
  assert.deepEqual(await names(`${within}/spaces?q=name:dev&inline-relations-depth=1`), ['dev']);
  assert.deepEqual(await names(`${within}/spaces?order-by=name&order-direction=desc`), ['stage', 'dev']);
  const { next_url: next } = (await world.call('GET', `${within}/spaces?results-per-page=1`)).json;
  assert.equal(next, `${within}/spaces?order-direction=asc&page=2&results-per-page=1`);
  const users = (await world.call('GET', `${within}/managers?q=space_guid:${guidOf('dev')}`)).json;
  assert.equal(users.total_results, 1);
});

test('relations are shown beside their addresses, as deep as asked, and never within themselves', async () => {
  const query = `/v2/organizations?q=name:beta&inline-relations-depth=`;
  const entityOf = async (path: string) => (await world.call('GET', path)).json.resources[0].entity;
  const flat = await entityOf(`${query}0`);
  assert.ok(!('spaces' in flat) && !('managers' in flat));
  const one = await entityOf(`${query}1`);
  const members = Object.keys(one);
  assert.equal(members.indexOf('spaces'), members.indexOf('spaces_url') + 1);
  assert.deepEqual(
    one.spaces.map((each: { entity: { name: string } }) => each.entity.name),
    ['dev', 'stage'],
  );
  assert.deepEqual(
    one.managers.map((each: { entity: { username: string } }) => each.entity.username),
    ['ann'],
  );
  assert.deepEqual(one.private_domains, []);
  assert.ok(!('app_events' in one), 'only the address');
  assert.ok(!('developers' in one.spaces[0].entity), 'no deeper than asked');
  const two = await entityOf(`${query}2`);
  const [dev] = two.spaces;
  assert.equal(dev.entity.developers[0].entity.username, 'ann');
  assert.ok(!('organization' in dev.entity), 'an organization within itself');
  assert.deepEqual(dev.entity.apps, []);
  const space = (await world.call('GET', `/v2/spaces/${guidOf('dev')}?inline-relations-depth=1`)).json.entity;
  assert.equal(space.organization.entity.name, 'beta');
  const user = (await world.call('GET', `/v2/users/${ann.guid}?inline-relations-depth=1`)).json.entity;
  assert.equal(user.audited_organizations[0].entity.name, 'gamma');
});

test('relations can be chosen by name', async () => {
  const path = `/v2/organizations/${guidOf('beta')}?inline-relations-depth=1`;
  const entityOf = async (more: string) => (await world.call('GET', `${path}&${more}`)).json.entity;
  const only = await entityOf('include-relations=spaces');
  assert.ok('spaces' in only && !('users' in only) && 'users_url' in only);
  const without = await entityOf('exclude-relations=spaces,auditors');
  assert.ok(!('spaces' in without) && !('auditors' in without) && 'users' in without);
});

test('where there is more than can be shown, the address alone remains', async () => {
  const crowd = await world.organization('crowd');
  for (let index = 0; index <= 50; index += 1) await world.space(`space ${index}`, crowd);
  const path = `/v2/organizations/${crowd}`;
  const { entity } = (await world.call('GET', `${path}?inline-relations-depth=1`)).json;
  assert.ok('spaces_url' in entity && !('spaces' in entity));
  const { total_results: total } = (await world.call('GET', `${path}/spaces`)).json;
  assert.equal(total, 51);
});
