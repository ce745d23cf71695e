// Erasing and disposing over HTTP: every read goes on afterwards, and nothing of what went is in any file, while the
// server runs.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../../harness.ts';
import { addPerson } from './people.ts';

describe('/api/erasures and /api/disposals', () => {
  let server: TestServer;
  let second: string;
  let stranger: string;
  let event: { guid: string; sealed: { epoch: number; index: number } };
  before(async () => {
    server = await startServer();
    second = (await addPerson(server, 'second', ['cloud_controller.admin'])).token;
    stranger = (await addPerson(server, 'stranger')).token;
    const line = {
      guid: '0b0c0d0e-0000-4000-8000-000000000001',
      created_at: '2020-01-01T00:00:00Z',
      type: 'audit.app.create',
      actor: { guid: 'ann', type: 'user', name: 'canary-name' },
      target: { guid: 'app', type: 'app', name: 'canary-target' },
      data: { request: { note: 'canary-data' } },
      space: null,
      organization: null,
    };
    const reply = await server.call('POST', '/api/import', { body: `${JSON.stringify(line)}\n` });
    assert.equal(reply.json.new, 1, reply.text);
    await server.running.services.log.sealer.now();
    event = (await server.call('GET', `/api/events?guids=${line.guid}`)).json.resources[0];
  });
  after(() => server.stop());

  const isInFiles = (text: string): boolean =>
    readdirSync(server.directory, { recursive: true, encoding: 'utf8' })
      .map((file) => join(server.directory, file))
      .some((path) => statSync(path).isFile() && readFileSync(path).includes(text));
  const erase = (body: object, token = server.adminToken) =>
    server.call('POST', '/api/erasures', { body: { event_guid: event.guid, ...body }, token });
  const approve = (guid: string) =>
    server.call('POST', `/api/retention/proposals/${guid}/approve`, { token: second });

  it('an event tells where it is sealed, and that nothing of it was erased', () => {
    assert.equal(event.sealed.epoch, 1);
    assert.ok(event.sealed.index > 0);
    assert.deepEqual((event as unknown as { erased: unknown }).erased, []);
  });

  it('erases what an event says when two people want it; every API goes on answering it', async () => {
    const { index } = event.sealed;
    const store = server.running.services.store;
    const entry = await store.entries(1, index, 1);
    for (const canary of ['canary-name', 'canary-target', 'canary-data'])
      assert.ok(isInFiles(canary), canary);
    assert.equal((await erase({ parts: ['data'], reason: 'r' }, stranger)).status, 403);
    const answer = await erase({ parts: ['data', 'particulars'], reason: 'a slip' });
    assert.equal(answer.status, 202);
    const approved = await approve(answer.json.proposal.guid);
    assert.deepEqual([approved.status, approved.json.purged], [200, true]);
    for (const canary of ['canary-name', 'canary-target', 'canary-data'])
      assert.ok(!isInFiles(canary), canary);
    assert.deepEqual(await store.entries(1, index, 1), entry);

    const [ours] = (await server.call('GET', `/api/events?guids=${event.guid}`)).json.resources;
    assert.deepEqual(
      [ours.erased, ours.data, ours.actor, ours.target.name, ours.context, ours.sealed],
      [
        ['data', 'particulars'],
        {},
        { guid: 'ann', type: 'user', name: null, username: null },
        null,
        null,
        event.sealed,
      ],
    );
    const v3 = (await server.call('GET', `/v3/audit_events/${event.guid}`)).json;
    assert.deepEqual([v3.type, v3.actor.guid, v3.actor.name, v3.data], ['audit.app.create', 'ann', null, {}]);
    const { entity } = (await server.call('GET', `/v2/events/${event.guid}`)).json;
    assert.deepEqual([entity.type, entity.actor, entity.metadata], ['audit.app.create', 'ann', {}]);
    const listed = (await server.call('GET', '/v3/audit_events?types=audit.app.create')).json;
    assert.equal(listed.pagination.total_results, 1);

    const [told] = (await server.call('GET', '/api/events?types=audit.log.erase')).json.resources;
    assert.deepEqual(
      [told.target, told.data.reason, told.data.backups],
      [{ guid: event.guid, type: 'event', name: 'audit.app.create' }, 'a slip', []],
    );
    const gone = await erase({ parts: ['data'], reason: 'again' });
    assert.match(gone.json.errors[0].detail, /has no data any more/);
  });

  it('refuses what it cannot read, and says what is right', async () => {
    const refused: readonly (readonly [object, RegExp])[] = [
      [{ event_guid: 'x', parts: ['data'], reason: 'r' }, /must be the UUID/],
      [{ parts: [], reason: 'r' }, /parts must list data/],
      [{ parts: ['names'], reason: 'r' }, /parts must list data/],
      [{ parts: 'data', reason: 'r' }, /parts must list data/],
      [{ parts: ['data'] }, /A reason must be given/],
      [{ parts: ['data'], reason: 'r', origin: 5 }, /origin must be/],
      [{ parts: ['data'], reason: 'r', more: 5 }, /Unknown field\(s\): 'more'/],
    ];
    for (const [body, sentence] of refused) {
      const { status, json } = await erase(body);
      assert.equal(status, 422);
      assert.match(json.errors[0].detail, sentence);
    }
    const unknown = await erase({
      event_guid: '0b0c0d0e-0000-4000-8000-00000000000f',
      parts: ['data'],
      reason: 'r',
    });
    assert.equal(unknown.status, 404);
  });

  it('runs the disposer for an administrator, or only tells what it would do', async () => {
    const run = (body: object | string | undefined, token = server.adminToken) =>
      server.call('POST', '/api/disposals', { token, ...(body === undefined ? {} : { body }) });
    assert.deepEqual((await run({ dry_run: true })).json, {
      state: 'planned',
      erased: 0,
      dropped: 0,
      spared: [],
    });
    assert.deepEqual((await run(undefined)).json, {
      state: 'done',
      certificate: null,
      erased: 0,
      dropped: 0,
      spared: [],
      proposals: { acted: 0, lapsed: 0 },
    });
    assert.equal((await run({}, stranger)).status, 403);
    assert.match((await run({ dry_run: 'yes' })).json.errors[0].detail, /dry_run must be true or false/);
  });
});
