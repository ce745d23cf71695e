// `/api/holds` over HTTP: for those who may see everything, and nobody else.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../../harness.ts';
import { addPerson } from './people.ts';

describe('/api/holds', () => {
  let server: TestServer;
  let second: string;
  let auditor: string;
  let stranger: string;
  let organization: string;
  before(async () => {
    server = await startServer();
    second = (await addPerson(server, 'second', ['cloud_controller.admin'])).token;
    auditor = (await addPerson(server, 'auditor', ['cloud_controller.global_auditor'])).token;
    stranger = (await addPerson(server, 'stranger')).token;
    organization = (await server.call('POST', '/v3/organizations', { body: { name: 'acme' } })).json.guid;
  });
  after(() => server.stop());

  const list = (token = server.adminToken) => server.call('GET', '/api/holds', { token });
  const create = (body: object, token = server.adminToken) =>
    server.call('POST', '/api/holds', { body, token });

  it('is made with a name, a reason and conditions, and tells how many events it covers', async () => {
    const body = {
      name: 'case-7',
      reason: 'Litigation',
      organization_guid: organization,
      types: ['audit.organization.*'],
      from: '2020-01-01T00:00:00Z',
    };
    const { status, json } = await create(body);
    assert.equal(status, 201);
    assert.deepEqual(json.scope, {
      organization_guid: organization,
      types: ['audit.organization.*'],
      from: '2020-01-01T00:00:00.000000Z',
    });
    assert.deepEqual(
      [json.name, json.reason, json.created_by.name, json.events],
      ['case-7', 'Litigation', 'admin', 1],
    );
    assert.deepEqual((await list(auditor)).json.resources, [json]);
  });

  it('is unknown to those who do not see the whole log, also where its release waits', async () => {
    assert.equal((await list(stranger)).status, 403);
    assert.equal((await create({ name: 'mine', reason: 'r' }, stranger)).status, 403);
    assert.equal((await create({ name: 'mine', reason: 'r' }, auditor)).status, 403);
    const [hold] = (await list()).json.resources;
    const release = (body: object, token = server.adminToken) =>
      server.call('POST', `/api/holds/${hold.guid}/release`, { body, token });
    assert.equal((await release({ reason: 'r' }, auditor)).status, 403);
    assert.equal((await release({})).status, 422);
    const answer = await release({ reason: 'settled' });
    assert.equal(answer.status, 202);
    const [seen] = (await server.call('GET', '/api/retention', { token: stranger })).json.proposals;
    const { guid: _, lapses_at, ...rest } = seen;
    assert.deepEqual(rest, {
      kind: null,
      subject: null,
      reason: null,
      proposed_at: null,
      proposed_by: null,
      acts_at: null,
    });
    assert.match(lapses_at, /Z$/);
    assert.deepEqual(answer.json.proposal.subject, {
      kind: 'release',
      hold_guid: hold.guid,
      hold_name: 'case-7',
    });
    const { guid } = answer.json.proposal;
    const approved = await server.call('POST', `/api/retention/proposals/${guid}/approve`, { token: second });
    assert.equal(approved.status, 200);
    assert.deepEqual((await list()).json.resources, []);
    const none = await server.call('POST', `/api/holds/${hold.guid}/release`, { body: { reason: 'again' } });
    assert.equal(none.status, 404);
  });

  it('covers what it names, in whatever case a guid is typed', async () => {
    const covered = async (body: object) => (await create({ reason: 'r', ...body })).json.events;
    const upper = { organization_guid: organization.toUpperCase() };
    assert.equal(await covered({ name: 'lower', organization_guid: organization }), 1);
    assert.equal(await covered({ name: 'upper', ...upper }), 1);
    const admin = (await server.call('GET', '/api/events?per_page=1&types=audit.organization.create')).json
      .resources[0].actor.guid;
    assert.equal(await covered({ name: 'actor', actor_guid: admin.toUpperCase(), ...upper }), 1);
    for (const name of ['lower', 'upper', 'actor']) {
      const hold = (await list()).json.resources.find((one: { name: string }) => one.name === name);
      const release = { body: { reason: 'a test' } };
      const { proposal } = (await server.call('POST', `/api/holds/${hold.guid}/release`, release)).json;
      await server.call('POST', `/api/retention/proposals/${proposal.guid}/approve`, { token: second });
    }
  });

  it('goes on when its organization is deleted', async () => {
    await create({ name: 'stays', reason: 'r', organization_guid: organization });
    await server.call('DELETE', `/v3/organizations/${organization}`);
    const [hold] = (await list()).json.resources;
    assert.equal(hold.name, 'stays');
    assert.ok(hold.events >= 2);
  });

  it('refuses what it cannot read, and says what is right', async () => {
    const good = { name: 'n', reason: 'r' };
    const refused: readonly (readonly [object, RegExp])[] = [
      [{ reason: 'r' }, /name must be a text/],
      [{ name: ' ', reason: 'r' }, /name must be a text/],
      [{ name: 'x'.repeat(256), reason: 'r' }, /1 to 255/],
      [{ name: 'n' }, /A reason must be given/],
      [{ ...good, types: [] }, /types must be 1 to 100/],
      [{ ...good, types: 'audit' }, /types must be 1 to 100/],
      [{ ...good, types: ['a*b'] }, /may end in \*/],
      [{ ...good, types: ['*'] }, /may end in \*/],
      [{ ...good, actor_guid: '' }, /actor_guid must be a guid/],
      [{ ...good, space_guid: 5 }, /space_guid must be a guid/],
      [{ ...good, until: 'soon' }, /until must be a time like/],
      [{ ...good, from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' }, /begin before it ends/],
      [{ ...good, organization: 'x' }, /Unknown field\(s\): 'organization'/],
    ];
    for (const [body, sentence] of refused) {
      const { status, json } = await create(body);
      assert.equal(status, 422, JSON.stringify(body));
      assert.match(json.errors[0].detail, sentence);
    }
  });
});
