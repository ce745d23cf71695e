// `/v3/security_groups`: rules as they are asked for and shown, where groups hold, and what the log tells.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { rulesProblems } from '../../../src/http/v3/security-group-body.ts';
import { expectStatus, openWorld, refused, type World } from './world.ts';

let world: World;
let organization: string;
let space: string;

before(async () => {
  world = await openWorld();
  organization = await world.organization('owner');
  space = await world.space('guarded', organization);
});

after(() => world.stop());

const collection = '/v3/security_groups';
const many = (...guids: string[]) => ({ data: guids.map((guid) => ({ guid })) });
const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];

async function make(body: object) {
  return expectStatus(await world.call('POST', collection, { body }), 201).json;
}

async function names(path: string, token = world.adminToken): Promise<string[]> {
  const reply = expectStatus(await world.call('GET', path, { token }), 200);
  return reply.json.resources.map((group: { name: string }) => group.name);
}

test('two groups hold everywhere from the beginning', async () => {
  const [open, dns] = (await world.call('GET', collection)).json.resources;
  const { guid, created_at: _, updated_at: __, rules, ...group } = open;
  assert.deepEqual(group, {
    name: 'public_networks',
    globally_enabled: { running: true, staging: true },
    relationships: { running_spaces: { data: [] }, staging_spaces: { data: [] } },
    links: { self: { href: `${world.url}${collection}/${guid}` } },
  });
  assert.equal(rules.length, 5);
  assert.deepEqual(rules[0], { protocol: 'all', destination: '0.0.0.0-9.255.255.255' });
  assert.deepEqual(rulesProblems(rules), []);
  assert.deepEqual(dns.rules, [
    { protocol: 'tcp', destination: '0.0.0.0/0', ports: '53' },
    { protocol: 'udp', destination: '0.0.0.0/0', ports: '53' },
  ]);
  for (const lifecycle of ['running', 'staging']) {
    const here = await names(`/v3/spaces/${space}/${lifecycle}_security_groups`);
    assert.deepEqual(here, ['public_networks', 'dns']);
  }
});

test('from its making to its end, a group leaves an event for each step', async () => {
  const rules = [{ protocol: 'tcp', destination: '10.0.0.0/8', ports: '443,8443', log: true }];
  const request = { name: 'office', rules, relationships: { running_spaces: many(space) } };
  let guid = '';
  const made = await world.told(async () => {
    const group = await make(request);
    guid = group.guid;
    assert.deepEqual([group.rules, group.globally_enabled], [rules, { running: false, staging: false }]);
    assert.deepEqual(group.relationships, { running_spaces: many(space), staging_spaces: many() });
  });
  const path = `${collection}/${guid}`;
  const change = { name: 'hq', globally_enabled: { staging: true } };
  const changed = await world.told(async () => {
    const group = expectStatus(await world.call('PATCH', path, { body: change }), 200).json;
    assert.deepEqual(
      [group.name, group.rules, group.globally_enabled],
      ['hq', rules, { running: false, staging: true }],
    );
  });
  const staging = `${path}/relationships/staging_spaces`;
  const bound = await world.told(async () => {
    for (const _ of ['once', 'again']) {
      const reply = await world.call('POST', staging, { body: many(space) });
      assert.deepEqual(expectStatus(reply, 200).json, {
        ...many(space),
        links: { self: { href: `${world.url}${staging}` } },
      });
    }
  });
  assert.deepEqual(await names(`/v3/spaces/${space}/running_security_groups?names=hq`), ['hq']);
  const unbound = await world.told(async () => {
    expectStatus(await world.call('DELETE', `${staging}/${space}`), 204);
  });
  const notBound = `Unable to unbind security group from space with guid '${space}'.`;
  assert.deepEqual(
    await refused(world, 'DELETE', `${staging}/${space}`),
    unprocessable(`${notBound} Ensure the space is bound to this security group.`),
  );
  const deleted = await world.told(async () => {
    const reply = expectStatus(await world.call('DELETE', path), 202);
    const job = (await world.call('GET', new URL(reply.headers.get('location') ?? '').pathname)).json;
    assert.deepEqual([job.operation, job.state], ['security_group.delete', 'COMPLETE']);
  });
  const told = (events: typeof made) =>
    events.map(({ type, target, space: where, data }) => [
      type.replace('audit.security_group.', ''),
      target.name,
      where,
      data,
    ]);
  const inSpace = { space_guid: space };
  assert.deepEqual(told(made), [
    ['create', 'office', null, { request }],
    ['bind_running_space', 'office', space, inSpace],
  ]);
  assert.deepEqual(told(changed), [
    ['update', 'hq', null, { request: change }],
    ['enable_staging', 'hq', null, {}],
  ]);
  assert.deepEqual(told(bound), [['bind_staging_space', 'hq', space, inSpace]]);
  assert.deepEqual(told(unbound), [['unbind_staging_space', 'hq', space, inSpace]]);
  assert.deepEqual(told(deleted), [
    ['unbind_running_space', 'hq', space, inSpace],
    ['delete', 'hq', null, {}],
  ]);
});

test('lists are filtered, and show only the spaces that a reader sees', async () => {
  const elsewhere = await world.space('elsewhere', await world.organization('another'));
  const relationships = { running_spaces: many(space, elsewhere) };
  await make({ name: 'listed', globally_enabled: { running: false }, relationships });
  assert.deepEqual(await names(`${collection}?running_space_guids=${elsewhere}`), ['listed']);
  assert.deepEqual(await names(`${collection}?staging_space_guids=${elsewhere}`), []);
  assert.deepEqual(await names(`${collection}?globally_enabled_running=false&names=listed`), ['listed']);
  assert.deepEqual(await names(`${collection}?globally_enabled_staging=true`), ['public_networks', 'dns']);
  const developer = await world.person('developer');
  assert.deepEqual(await names(collection, developer.token), ['public_networks', 'dns']);
  await world.give('organization_user', developer.guid, organization);
  await world.give('space_developer', developer.guid, space);
  const seen = (query: string) => names(`${collection}?${query}`, developer.token);
  assert.deepEqual(await seen(`running_space_guids=${elsewhere}`), [], 'tells nothing of an unseen space');
  assert.deepEqual(await seen(`running_space_guids=${elsewhere},${space}`), ['listed']);
  const call = { token: developer.token };
  const [group] = (await world.call('GET', `${collection}?names=listed`, call)).json.resources;
  assert.deepEqual(group.relationships.running_spaces, many(space));
  const [status, , detail] = await refused(world, 'GET', `${collection}?globally_enabled_running=maybe`);
  const wrong = "The query parameter is invalid: Globally enabled running must be 'true' or 'false'";
  assert.deepEqual([status, detail], [400, wrong]);
});

test('who manages one of several spaces binds none of them', async () => {
  const { guid } = await make({ name: 'several', globally_enabled: { running: true } });
  const manager = await world.person('manager');
  await world.give('organization_user', manager.guid, organization);
  await world.give('space_manager', manager.guid, space);
  const other = await world.space('other', organization);
  const path = `${collection}/${guid}/relationships/running_spaces`;
  const told = await world.told(async () => {
    const call = { body: many(space, other), token: manager.token };
    assert.equal((await world.call('POST', path, call)).status, 403);
  });
  assert.deepEqual(told, []);
  expectStatus(await world.call('POST', path, { body: many(space), token: manager.token }), 200);
  const missing = 'Spaces with guids ["x"] do not exist, or you do not have access to them.';
  for (const guids of [many('x'), many(space, 'x')]) {
    assert.deepEqual(await refused(world, 'POST', path, { body: guids }), unprocessable(missing));
  }
});

test('a space that is deleted leaves its groups, told of', async () => {
  const doomed = await world.space('doomed', organization);
  const { guid } = await make({ name: 'left', relationships: { staging_spaces: many(doomed) } });
  const told = await world.told(async () => {
    expectStatus(await world.call('DELETE', `/v3/spaces/${doomed}`), 202);
  });
  assert.deepEqual(
    told.map(({ type, target }) => [type, target.guid]),
    [
      ['audit.security_group.unbind_staging_space', guid],
      ['audit.space.delete-request', doomed],
    ],
  );
});

test('what is wrong is said in the words of the original', async () => {
  await make({ name: 'taken' });
  const one = (rule: unknown) => ({ name: 'x', rules: [rule] });
  const all = { protocol: 'all', destination: '10.0.0.1' };
  const ports =
    'Rules[0]: ports must be a valid single port, comma separated list of ports, or range or ports, formatted as a string';
  const destination = 'Rules[0]: destination must be a valid CIDR, IP address, or IP address range';
  for (const [body, detail] of [
    [{ name: 'taken' }, "Security group with name 'taken' already exists."],
    [
      { name: 'x', globally_enabled: { always: true } },
      "Globally enabled only allows keys 'running' or 'staging'",
    ],
    [{ name: 'x', globally_enabled: { running: 1 } }, 'Globally enabled values must be booleans'],
    [{ name: 'x', rules: {} }, 'Rules must be an array'],
    [one(1), 'Rules[0]: must be an object'],
    [one({ ...all, port: 1 }), 'Rules[0]: unknown field(s): ["port"]'],
    [one({ ...all, protocol: 'ipx' }), "Rules[0]: protocol must be 'tcp', 'udp', 'icmp', or 'all'"],
    [one({ ...all, ports: '1' }), 'Rules[0]: ports are not allowed for protocols of type all'],
    [one({ ...all, protocol: 'tcp', ports: '0' }), ports],
    [one({ ...all, protocol: 'tcp', ports: '9-1' }), ports],
    [
      one({ ...all, protocol: 'icmp', type: 256, code: 0 }),
      'Rules[0]: type must be an integer between -1 and 255 (inclusive)',
    ],
    [one({ protocol: 'all' }), destination],
    [one({ protocol: 'all', destination: '10.0.0.0/33' }), destination],
    [one({ protocol: 'all', destination: '10.0.0.1 ' }), 'Rules[0]: destination must not contain whitespace'],
    [
      one({ protocol: 'all', destination: '10.0.0.1-x' }),
      'Rules[0]: destination IP address range is invalid',
    ],
    [
      one({ protocol: 'all', destination: '10.0.0.2-10.0.0.1' }),
      'Rules[0]: beginning of IP address range is numerically greater than the end of its range (range endpoints are inverted)',
    ],
  ] as const) {
    assert.deepEqual(await refused(world, 'POST', collection, { body }), unprocessable(detail));
  }
  const notFound = [404, 'CF-ResourceNotFound', 'Security group not found'];
  assert.deepEqual(await refused(world, 'GET', `${collection}/no-such`), notFound);
});

test('every range of addresses in order is taken, every one out of order is not', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
      const number = (address: string) =>
        address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
      const wrong = (text: string) => rulesProblems([{ protocol: 'all', destination: text }]).length;
      assert.equal(wrong(`${one}-${other}`), number(one) <= number(other) ? 0 : 1);
      assert.equal(wrong(`${one}/${bits}`), 0);
      assert.equal(wrong(one), 0);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (rules) => {
      assert.ok(Array.isArray(rulesProblems(rules)));
    }),
  );
});
