import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { expectStatus, inOrganization, openWorld, refused, type World } from './world.ts';

let world: World;
let acme: string;

before(async () => {
  world = await openWorld();
  acme = await world.organization('acme');
});

after(() => world.stop());

const unprocessable = (detail: string) => [422, 'CF-UnprocessableEntity', detail];
const spaceNotFound = [404, 'CF-ResourceNotFound', 'Space not found'];

test('creation answers the whole resource and tells of it with the body as sent', async () => {
  const body = { name: 'dev', ...inOrganization(acme), metadata: { labels: { tier: 'one' } } };
  let reply = await world.call('GET', '/v3/spaces');
  const told = await world.told(async () => {
    reply = expectStatus(await world.call('POST', '/v3/spaces', { body }), 201);
  });
  const made = reply.json;
  const self = `${world.url}/v3/spaces/${made.guid}`;
  assert.deepEqual(made, {
    guid: made.guid,
    created_at: made.created_at,
    updated_at: made.created_at,
    name: 'dev',
    relationships: { organization: { data: { guid: acme } }, quota: { data: null } },
    metadata: { labels: { tier: 'one' }, annotations: {} },
    links: {
      self: { href: self },
      organization: { href: `${world.url}/v3/organizations/${acme}` },
      features: { href: `${self}/features` },
      apply_manifest: { href: `${self}/actions/apply_manifest`, method: 'POST' },
    },
  });
  assert.deepEqual((await world.call('GET', `/v3/spaces/${made.guid}`)).json, made);
  assert.deepEqual(
    told.map(({ actor: _, ...event }) => event),
    [
      {
        type: 'audit.space.create',
        target: { type: 'space', guid: made.guid, name: 'dev' },
        space: made.guid,
        organization: acme,
        data: { request: body },
      },
    ],
  );
});

test('names are unique within an organization, whatever the case of their letters', async () => {
  await world.space('twin', acme);
  const taken = unprocessable('Name must be unique per organization');
  const body = { name: 'TWIN', ...inOrganization(acme) };
  assert.deepEqual(await refused(world, 'POST', '/v3/spaces', { body }), taken);
  const other = await world.organization('another');
  const twin = await world.space('twin', other);
  const third = await world.space('third', other);
  assert.deepEqual(await refused(world, 'PATCH', `/v3/spaces/${third}`, { body: { name: 'Twin' } }), taken);
  expectStatus(await world.call('PATCH', `/v3/spaces/${twin}`, { body: { name: 'Twin' } }), 200);
});

test('the organization must exist and be seen', async () => {
  const invalid = unprocessable(
    'Invalid organization. Ensure the organization exists and you have access to it.',
  );
  const wilma = await world.person('wilma');
  const nowhere = { name: 'x', ...inOrganization('no-such-guid') };
  assert.deepEqual(await refused(world, 'POST', '/v3/spaces', { body: nowhere }), invalid);
  const body = { name: 'x', ...inOrganization(acme) };
  assert.deepEqual(await refused(world, 'POST', '/v3/spaces', { body, token: wilma.token }), invalid);
  const empty = { name: 'x', relationships: { organization: { data: null } } };
  assert.deepEqual(await refused(world, 'POST', '/v3/spaces', { body: empty }), invalid);
});

test('an update changes what it names and tells of the body', async () => {
  const guid = await world.space('to be changed', acme);
  const body = { name: 'changed', metadata: { annotations: { note: 'text' } } };
  const told = await world.told(async () => {
    const changed = expectStatus(await world.call('PATCH', `/v3/spaces/${guid}`, { body }), 200).json;
    assert.equal(changed.name, 'changed');
    assert.deepEqual(changed.metadata.annotations, { note: 'text' });
  });
  assert.deepEqual(
    told.map(({ type, target, space, data }) => [type, target.name, space, data]),
    [['audit.space.update', 'changed', guid, { request: body }]],
  );
});

test('deletion tells of the roles that are lost, then of the space', async () => {
  const guid = await world.space('doomed', acme);
  const dora = await world.person('dora');
  await world.give('organization_user', dora.guid, acme);
  await world.give('space_manager', dora.guid, guid);
  const told = await world.told(async () => {
    const reply = expectStatus(await world.call('DELETE', `/v3/spaces/${guid}`), 202);
    const job = await world.call('GET', new URL(reply.headers.get('location') ?? '').pathname);
    assert.deepEqual([job.json.operation, job.json.state], ['space.delete', 'COMPLETE']);
  });
  assert.deepEqual(
    told.map(({ type, target, space, organization, data }) => [type, target.name, space, organization, data]),
    [
      ['audit.user.space_manager_remove', 'dora', guid, acme, { request: {} }],
      ['audit.space.delete-request', 'doomed', guid, acme, { request: { recursive: true } }],
    ],
  );
  assert.deepEqual(await refused(world, 'GET', `/v3/spaces/${guid}`), spaceNotFound);
});

test('SSH is the one feature, and changing it leaves an event', async () => {
  const guid = await world.space('with features', acme);
  const path = `/v3/spaces/${guid}/features`;
  const ssh = { name: 'ssh', description: 'Enable SSHing into apps in the space.', enabled: true };
  assert.deepEqual((await world.call('GET', path)).json, { resources: [ssh] });
  assert.deepEqual((await world.call('GET', `${path}/ssh`)).json, ssh);
  const told = await world.told(async () => {
    const changed = await world.call('PATCH', `${path}/ssh`, { body: { enabled: false } });
    assert.deepEqual(expectStatus(changed, 200).json, { ...ssh, enabled: false });
  });
  assert.deepEqual(
    told.map(({ type, space, data }) => [type, space, data]),
    [['audit.space.feature_update', guid, { request: { name: 'ssh', enabled: false } }]],
  );
  const unknown = [404, 'CF-ResourceNotFound', 'Feature not found'];
  assert.deepEqual(await refused(world, 'GET', `${path}/telnet`), unknown);
  assert.deepEqual(await refused(world, 'PATCH', `${path}/telnet`, { body: { enabled: true } }), unknown);
  assert.deepEqual(
    await refused(world, 'PATCH', `${path}/ssh`, { body: { enabled: 'no' } }),
    unprocessable('Enabled must be a boolean'),
  );
});

test('the isolation segment can be read and cleared', async () => {
  const guid = await world.space('isolated', acme);
  const path = `/v3/spaces/${guid}/relationships/isolation_segment`;
  const nothing = { data: null, links: { self: { href: `${world.url}${path}` } } };
  assert.deepEqual((await world.call('GET', path)).json, nothing);
  const told = await world.told(async () => {
    assert.deepEqual((await world.call('PATCH', path, { body: { data: null } })).json, nothing);
  });
  assert.deepEqual(
    told.map(({ type, data }) => [type, data]),
    [['audit.space.update', { request: { data: null } }]],
  );
  assert.deepEqual(
    await refused(world, 'PATCH', path, { body: { data: { guid: 'x' } } }),
    unprocessable(
      "Unable to assign isolation segment with guid 'x'. Ensure it has been entitled to the organization that this space belongs to.",
    ),
  );
});

test('a space shows its organization where asked, and its users', async () => {
  const guid = await world.space('shown', acme);
  for (const include of ['org', 'organization']) {
    const { included } = (await world.call('GET', `/v3/spaces/${guid}?include=${include}`)).json;
    assert.deepEqual(
      included.organizations.map((organization: { name: string }) => organization.name),
      ['acme'],
    );
  }
  assert.equal((await refused(world, 'GET', `/v3/spaces/${guid}?include=apps`))[0], 400);
  const sam = await world.person('sam');
  await world.give('organization_user', sam.guid, acme);
  await world.give('space_supporter', sam.guid, guid);
  const users = (await world.call('GET', `/v3/spaces/${guid}/users`)).json.resources;
  assert.deepEqual(
    users.map((user: { username: string }) => user.username),
    ['sam'],
  );
  const usage = (await world.call('GET', `/v3/spaces/${guid}/usage_summary`)).json;
  assert.equal(usage.usage_summary.routes, 0);
});

test('an auditor of the organization does not see its spaces', async () => {
  const guid = await world.space('unseen', acme);
  const otto = await world.person('otto');
  await world.give('organization_auditor', otto.guid, acme);
  const { token } = otto;
  assert.deepEqual(await refused(world, 'GET', `/v3/spaces/${guid}`, { token }), spaceNotFound);
  assert.deepEqual((await world.call('GET', '/v3/spaces', { token })).json.resources, []);
});
