// `/api/events`: both audiences, what the compatible APIs leave out, and its own filters; roles as everywhere.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../../harness.ts';

describe('/api/events', () => {
  let server: TestServer;
  let organization: string;
  before(async () => {
    server = await startServer();
    organization = (await server.call('POST', '/v3/organizations', { body: { name: 'acme' } })).json.guid;
    const emails = [{ value: 'stranger@example.org', primary: true }];
    const body = { userName: 'stranger', password: 'stranger to all', emails, origin: '' };
    assert.equal((await server.call('POST', '/Users', { body })).status, 201);
  });
  after(() => server.stop());

  const list = async (query: string, token?: string) => {
    const reply = await server.call('GET', `/api/events${query}`, token === undefined ? {} : { token });
    assert.equal(reply.status, 200, reply.text);
    return reply.json;
  };

  it('answers events of the platform and of the log about itself, in one order', async () => {
    const { resources, pagination } = await list('');
    const types = resources.map(({ type }: { type: string }) => type);
    assert.equal(types[0], 'audit.log.started');
    assert.ok(types.includes('audit.log.login') && types.includes('audit.organization.create'));
    assert.equal(pagination.total_results, types.length);
    const times = resources.map(({ occurred_at }: { occurred_at: string }) => occurred_at);
    assert.deepEqual(times, [...times].sort());
  });

  it('tells where a request came from, with what outcome, and from which origin', async () => {
    const [event] = (await list(`?target_guids=${organization}`)).resources;
    assert.equal(event.origin, '');
    assert.equal(event.outcome, 'success');
    assert.equal(event.audience, 'platform');
    assert.equal(event.context.address, '127.0.0.1');
    assert.equal(event.context.client, 'cf');
    assert.equal(event.context.interface, 'v3');
    assert.match(event.occurred_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.deepEqual(event.data, { request: { name: 'acme' } });
  });

  it('filters by actor, outcome and origin, and refuses what it does not know', async () => {
    const [{ actor }] = (await list(`?target_guids=${organization}`)).resources;
    const mine = await list(`?actor_guids=${actor.guid}&types=audit.organization.create`);
    assert.equal(mine.pagination.total_results, 1);
    assert.equal((await list('?outcomes=failure')).pagination.total_results, 0);
    assert.equal((await list('?origins=elsewhere')).pagination.total_results, 0);
    assert.match(mine.pagination.first.href, /\/api\/events\?actor_guids=/);
    const refused = await server.call('GET', '/api/events?actors=x');
    assert.equal(refused.status, 400);
    assert.match(refused.json.errors[0].detail, /Unknown query parameter\(s\): 'actors'/);
  });

  it('shows nothing to a stranger', async () => {
    const token = await server.login('stranger', 'stranger to all');
    const { resources, pagination } = await list('', token);
    assert.deepEqual([resources, pagination.total_results], [[], 0]);
  });
});
