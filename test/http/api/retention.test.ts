// `/api/retention` over HTTP: published to everybody with a token, changed by administrators, two of them to shorten.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../../harness.ts';
import { addAdminClient, addPerson } from './people.ts';

describe('/api/retention', () => {
  let server: TestServer;
  let second: string;
  let manager: string;
  let stranger: string;
  let organization: string;
  let other: string;
  before(async () => {
    server = await startServer();
    second = (await addPerson(server, 'second', ['cloud_controller.admin'])).token;
    stranger = (await addPerson(server, 'stranger')).token;
    const ann = await addPerson(server, 'ann');
    organization = (await server.call('POST', '/v3/organizations', { body: { name: 'acme' } })).json.guid;
    other = (await server.call('POST', '/v3/organizations', { body: { name: 'other' } })).json.guid;
    await server.call('POST', '/v3/users', { body: { guid: ann.guid } });
    const body = {
      type: 'organization_manager',
      relationships: { user: { data: { guid: ann.guid } }, organization: { data: { guid: organization } } },
    };
    assert.equal((await server.call('POST', '/v3/roles', { body })).status, 201);
    manager = ann.token;
  });
  after(() => server.stop());

  const show = async (token = server.adminToken) =>
    (await server.call('GET', '/api/retention', { token })).json;
  const change = (body: object | string, token = server.adminToken) =>
    server.call('PUT', '/api/retention', { body, token });
  const prolong = (guid: string, body: object, token = server.adminToken) =>
    server.call('PUT', `/api/retention/organizations/${guid}`, { body, token });
  const decide = (guid: string, what: string, token: string) =>
    server.call('POST', `/api/retention/proposals/${guid}/${what}`, { token });

  it('tells everybody with a token what is in force', async () => {
    const answer = await show(stranger);
    assert.deepEqual(answer.policy, {
      preset: 'default',
      searchable_months: 12,
      kept_months: 30,
      since: null,
      set_by: null,
    });
    assert.deepEqual([answer.prolongations, answer.proposals], [[], []]);
    assert.ok(answer.presets.some(({ name }: { name: string }) => name === 'm-26-14'));
    assert.equal((await server.call('GET', '/api/retention', { token: null })).status, 401);
  });

  it('keeps longer at once, by an administrator', async () => {
    const { status, json } = await change({ kept_months: 36 });
    assert.deepEqual([status, json], [200, { proposal: null }]);
    const { policy } = await show(stranger);
    assert.deepEqual([policy.preset, policy.kept_months, policy.set_by.name], ['custom', 36, 'admin']);
    assert.match(policy.since, /\.\d{6}Z$/);
    assert.equal((await change({ kept_months: 48 }, stranger)).status, 403);
    assert.equal((await change({ kept_months: 48 }, manager)).status, 403);
  });

  it('keeps shorter when another person approves; everybody sees what waits', async () => {
    const answer = await change({ preset: 'm-26-14', reason: 'as the memo says' });
    assert.equal(answer.status, 202);
    const { guid } = answer.json.proposal;
    const [waiting] = (await show(stranger)).proposals;
    assert.deepEqual(waiting, answer.json.proposal);
    assert.deepEqual(
      [waiting.kind, waiting.reason, waiting.proposed_by.name, waiting.acts_at],
      ['shorten', 'as the memo says', 'admin', null],
    );
    assert.equal((await decide(guid, 'approve', stranger)).status, 403);
    const own = await decide(guid, 'approve', server.adminToken);
    assert.equal(own.status, 422);
    assert.match(own.json.errors[0].detail, /You proposed this yourself/);
    const program = await decide(guid, 'approve', await addAdminClient(server, 'robot'));
    assert.match(program.json.errors[0].detail, /approved by a person/);
    assert.equal((await decide(guid, 'approve', second)).status, 200);
    assert.equal((await decide(guid, 'approve', second)).status, 404);
    assert.deepEqual((await show()).policy.preset, 'm-26-14');
    assert.deepEqual((await show()).proposals, []);
  });

  it('lets any administrator withdraw', async () => {
    const { guid } = (await change({ kept_months: 3, searchable_months: 3 })).json.proposal;
    assert.equal((await decide(guid, 'withdraw', stranger)).status, 403);
    assert.equal((await decide(guid, 'withdraw', second)).status, 200);
    assert.equal((await show()).policy.kept_months, 12);
  });

  it('lets a manager keep the events of their own organization longer, and shows it to its people', async () => {
    assert.equal((await prolong(organization, { kept_months: 72 }, manager)).status, 200);
    assert.equal((await prolong(other, { kept_months: 72 }, manager)).status, 403);
    assert.equal((await prolong(organization, { kept_months: 71 }, manager)).status, 403);
    assert.equal((await prolong(other.toUpperCase(), { kept_months: 24 })).status, 200);
    const seen = async (token: string) =>
      (await show(token)).prolongations.map((one: { organization_guid: string }) => one.organization_guid);
    assert.deepEqual(await seen(manager), [organization]);
    assert.deepEqual(await seen(stranger), []);
    assert.deepEqual(new Set(await seen(server.adminToken)), new Set([organization, other]));
    const shorter = await prolong(other, { kept_months: null, reason: 'none of your business' });
    assert.equal(shorter.status, 202);
    const [hidden] = (await show(manager)).proposals;
    assert.deepEqual([hidden.kind, hidden.subject, hidden.reason], ['shorten', null, null]);
    assert.equal((await show()).proposals[0].subject.organization_guid, other);
    await decide(shorter.json.proposal.guid, 'withdraw', second);
    assert.equal((await prolong('nowhere', { kept_months: 72 })).status, 404);
  });

  it('refuses what it cannot read, and says what is right', async () => {
    const detail = async (body: object | string) => {
      const { status, json } = await change(body);
      assert.ok(status === 422 || status === 400, String(status));
      return json.errors[0].detail;
    };
    assert.match(await detail({}), /Name a preset, or searchable_months, or kept_months/);
    assert.match(
      await detail({ preset: 'forever' }),
      /There is no preset "forever"\. The presets are default, /,
    );
    assert.match(await detail({ preset: 'default', kept_months: 3 }), /not both/);
    assert.match(await detail({ kept_months: '3' }), /kept_months must be a whole number of months/);
    assert.match(await detail({ kept_months: 1.5 }), /kept_months must be a whole number of months/);
    assert.match(await detail({ kept_months: 30, reason: 'x'.repeat(1_001) }), /at most 1000 characters/);
    assert.match(await detail({ kept_months: 30, reason: 5 }), /reason must be a text/);
    assert.match(await detail({ months: 30 }), /Unknown field\(s\): 'months'/);
    await detail('{');
  });
});
