import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, openWorld, refused, type World } from './world.ts';

let world: World;
let guids: string[];

const names = ['alpha', 'Bravo', 'charlie', 'Delta', 'echo'];

before(async () => {
  world = await openWorld();
  guids = [];
  for (const name of ['charlie', 'alpha', 'echo', 'Bravo', 'Delta'])
    guids.push(await world.organization(name));
  const label = (index: number, labels: object) =>
    world.call('PATCH', `/v3/organizations/${guids[index]}`, { body: { metadata: { labels } } });
  expectStatus(await label(0, { env: 'prod', 'example.com/team': 'red' }), 200);
  expectStatus(await label(1, { env: 'test' }), 200);
  expectStatus(await label(2, { env: 'prod', tier: '' }), 200);
});

after(() => world.stop());

const list = async (query: string) =>
  expectStatus(await world.call('GET', `/v3/organizations?${query}`), 200).json;
const namesOf = async (query: string): Promise<string[]> =>
  (await list(query)).resources.map(({ name }: { name: string }) => name);

test('the order: as created, or by what is named, letter case aside', async () => {
  assert.deepEqual(await namesOf(''), ['charlie', 'alpha', 'echo', 'Bravo', 'Delta']);
  assert.deepEqual(await namesOf('order_by=-created_at'), ['Delta', 'Bravo', 'echo', 'alpha', 'charlie']);
  assert.deepEqual(await namesOf('order_by=name'), names);
  assert.deepEqual(await namesOf('order_by=-name'), names.toReversed());
  assert.deepEqual(await namesOf('order_by=updated_at'), ['Bravo', 'Delta', 'charlie', 'alpha', 'echo']);
});

test('following the links shows everything once, forwards and backwards', async () => {
  const seen: string[] = [];
  let page = await list('order_by=name&per_page=2');
  assert.equal(page.pagination.total_results, 5);
  assert.equal(page.pagination.total_pages, 3);
  assert.equal(page.pagination.previous, null);
  const base = `${world.url}/v3/organizations`;
  assert.equal(page.pagination.first.href, `${base}?order_by=%2Bname&page=1&per_page=2`);
  assert.equal(page.pagination.last.href, `${base}?order_by=%2Bname&page=3&per_page=2`);
  const follow = async (link: { href: string }) => list(new URL(link.href).search.slice(1));
  for (;;) {
    seen.push(...page.resources.map(({ name }: { name: string }) => name));
    if (page.pagination.next === null) break;
    page = await follow(page.pagination.next);
  }
  assert.deepEqual(seen, names);
  page = await follow(page.pagination.previous);
  assert.deepEqual(
    page.resources.map(({ name }: { name: string }) => name),
    ['charlie', 'Delta'],
  );
});

test('beyond the end there is an empty page with a way back', async () => {
  const { pagination, resources } = await list('page=9&per_page=2');
  assert.deepEqual([resources, pagination.next], [[], null]);
  assert.match(pagination.previous.href, /page=8&/);
});

test('filters: names, guids and both', async () => {
  assert.deepEqual(await namesOf('names=ALPHA,echo'), ['alpha', 'echo'], 'names ignore letter case');
  assert.deepEqual(await namesOf(`guids=${guids[3]},${guids[0]}`), ['charlie', 'Bravo']);
  assert.deepEqual(await namesOf(`guids=${guids[3]}&names=alpha`), []);
  assert.deepEqual(await namesOf('names='), []);
  assert.deepEqual(await namesOf('names=alpha&page=1&per_page=1'), ['alpha']);
});

test('filters: times are whole seconds', async () => {
  const created: string = (await list(`guids=${guids[0]}`)).resources[0].created_at;
  assert.ok((await namesOf(`created_ats=${created}`)).includes('charlie'));
  assert.deepEqual(await namesOf(`created_ats[lt]=${created}`), []);
  assert.equal((await namesOf(`created_ats[gte]=${created}`)).length, 5);
  assert.deepEqual(await namesOf('updated_ats[gt]=2200-01-01T00:00:00Z'), []);
  assert.deepEqual(await namesOf('created_ats=2001-01-01T00:00:00Z'), []);
});

test('filters: every form of a label selector', async () => {
  const cases: [string, string[]][] = [
    ['env', ['charlie', 'alpha', 'echo']],
    ['!env', ['Bravo', 'Delta']],
    ['env=prod', ['charlie', 'echo']],
    ['env==prod', ['charlie', 'echo']],
    ['env!=prod', ['alpha', 'Bravo', 'Delta']],
    ['env in (prod,test)', ['charlie', 'alpha', 'echo']],
    ['env notin (prod)', ['alpha', 'Bravo', 'Delta']],
    ['env=prod,!tier', ['charlie']],
    ['tier=', ['echo']],
    ['example.com/team=red', ['charlie']],
    ['team=red', []],
  ];
  for (const [selector, found] of cases) {
    assert.deepEqual(await namesOf(`label_selector=${encodeURIComponent(selector)}`), found, selector);
  }
});

test('what a list does not know is refused with a sentence', async () => {
  const bad = (query: string) => refused(world, 'GET', `/v3/organizations?${query}`);
  const sentence = async (query: string) =>
    (await bad(query))[2].replace('The query parameter is invalid: ', '');
  assert.deepEqual((await bad('foo=1')).slice(0, 2), [400, 'CF-BadQueryParameter']);
  assert.equal(
    await sentence('foo=1'),
    "Unknown query parameter(s): 'foo'. Valid parameters are: 'page', 'per_page', 'order_by', 'created_ats', 'updated_ats', 'guids', 'label_selector', 'names'",
  );
  assert.equal(await sentence('per_page=5001'), 'Per page must be between 1 and 5000');
  assert.equal(await sentence('order_by=guid'), "Order by can only be: 'created_at', 'updated_at', 'name'");
  assert.equal(await sentence('page=0'), 'Page must be a positive integer');
});

test('every collection answers in the same envelope', async () => {
  for (const collection of ['organizations', 'spaces', 'users', 'roles']) {
    const { pagination, resources, included } = (await world.call('GET', `/v3/${collection}`)).json;
    assert.equal(pagination.total_results, resources.length, collection);
    assert.equal(pagination.first.href, `${world.url}/v3/${collection}?page=1&per_page=50`);
    assert.equal(included, undefined);
  }
});

test('spaces: filters and included organizations', async () => {
  const [first = '', second = ''] = guids;
  await world.space('dev', first);
  await world.space('dev', second);
  await world.space('prod', second);
  const spaces = async (query: string) =>
    expectStatus(await world.call('GET', `/v3/spaces?${query}`), 200).json;
  const ofSecond = await spaces(`organization_guids=${second}&order_by=-name`);
  assert.deepEqual(
    ofSecond.resources.map(({ name }: { name: string }) => name),
    ['prod', 'dev'],
  );
  const both = await spaces('names=dev&include=organization');
  assert.equal(both.resources.length, 2);
  assert.deepEqual(both.included.organizations.map(({ name }: { name: string }) => name).sort(), [
    'alpha',
    'charlie',
  ]);
});
