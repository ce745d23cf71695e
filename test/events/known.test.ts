// The same event told again (design, section 4): equal accounts change nothing, richer ones add, contradicting ones
// are refused; and every import leaves a record of itself.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../harness.ts';
import { openWorld, type World } from '../http/v3/world.ts';
import {
  guidOf,
  importBody,
  logEvents,
  ndjson,
  type Receipt,
  series,
  type Told,
  told,
  v2Resource,
  v3Resource,
} from './told.ts';

const forms = { V2: v2Resource, V3: v3Resource };
type Form = keyof typeof forms;

const rich: Partial<Told> = {
  type: 'audit.route.update',
  data: {
    request: {
      app: guidOf(7, 0xa),
      weight: 1.5,
      port: null,
      tags: ['a', 'ü', '\u2028'],
      nested: { z: 1, a: [] },
    },
  },
};

function counts({ new: new_, known, refused }: Receipt): readonly number[] {
  return [new_, known, refused];
}

/** An event's own resources in both forms, as the server answers them. */
async function shown(server: TestServer, guid: string) {
  const [v2, v3] = [
    await server.call('GET', `/v2/events/${guid}`),
    await server.call('GET', `/v3/audit_events/${guid}`),
  ];
  assert.deepEqual([v2.status, v3.status], [200, 200]);
  return { v2: v2.json, v3: v3.json };
}

describe('the same events, imported once more', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  const fresh = series(100);
  for (const first of ['V2', 'V3'] as const) {
    for (const second of ['V2', 'V3'] as const) {
      it(`${first}, then ${second}: nothing is stored twice, and both forms show everything`, async () => {
        const events = Array.from({ length: 3 }, () => fresh(rich));
        const body = (form: Form): string => ndjson(events.map((event) => forms[form](event)));
        const supplementsBefore = (await logEvents(server, 'audit.log.supplemented')).length;
        assert.deepEqual(counts(await importBody(server, body(first))), [3, 0, 0]);
        assert.deepEqual(counts(await importBody(server, body(second))), [0, 3, 0]);
        assert.deepEqual(counts(await importBody(server, body(second))), [0, 3, 0]);
        assert.deepEqual(counts(await importBody(server, body(first))), [0, 3, 0]);
        for (const event of events) {
          const username = first === 'V3' && second === 'V3' ? null : event.username;
          const { v2, v3 } = await shown(server, event.guid);
          assert.deepEqual(v2, v2Resource({ ...event, username }));
          assert.deepEqual(v3, v3Resource(event, server.url));
        }
        const added = first === 'V3' && second === 'V2' ? 3 : 0;
        const supplements = await logEvents(server, 'audit.log.supplemented');
        assert.equal(supplements.length - supplementsBefore, added);
      });
    }
  }

  it('whole list pages are no line of an import, but their resources are, blank lines between', async () => {
    const [one, two] = [fresh(), fresh()];
    const page = { total_results: 2, total_pages: 1, prev_url: null, next_url: null, resources: [one] };
    const lines = ['', JSON.stringify(v2Resource(one)), '  ', JSON.stringify(v3Resource(two)), '', ''];
    assert.deepEqual(counts(await importBody(server, lines.join('\r\n'))), [2, 0, 0]);
    const refused = await importBody(server, ndjson([page]));
    assert.deepEqual(counts(refused), [0, 0, 1]);
    assert.match(refused.refusals[0]?.reason ?? '', /not an event/);
  });

  it('takes a guid in capitals, times with another zone and other member orders for the same event', async () => {
    const event = fresh({ time: '2018-02-05T19:36:19Z', guid: guidOf(0xabcdef, 0xfade) });
    const { metadata, entity } = v2Resource(event);
    const turned = { entity: { ...entity, timestamp: '2018-02-05T20:36:19+01:00' }, metadata };
    const capitals = { ...turned, metadata: { ...metadata, guid: event.guid.toUpperCase() } };
    const lines = ndjson([v2Resource(event), turned, capitals, v3Resource(event)]);
    assert.deepEqual(counts(await importBody(server, lines)), [1, 3, 0]);
  });

  it('keeps equal guids of different origins apart', async () => {
    const event = fresh();
    const other = { ...event, targetName: 'another platform, another app' };
    const east = await importBody(server, ndjson([v2Resource(event)]), 'east');
    const west = await importBody(server, ndjson([v2Resource(other)]), 'west');
    assert.deepEqual([counts(east), east.elsewhere], [[1, 0, 0], 0]);
    assert.deepEqual([counts(west), west.elsewhere], [[1, 0, 0], 1]);
    const list = await server.call('GET', `/v3/audit_events?guids=${event.guid}`);
    const names = list.json.resources.map((one: { target: { name: string } }) => one.target.name);
    assert.deepEqual(names, [event.targetName, other.targetName]);
  });
});

describe('accounts of one event that differ', () => {
  let server: TestServer;
  const event = told(1, { username: undefined });
  before(async () => {
    server = await startServer();
    assert.deepEqual(counts(await importBody(server, ndjson([v3Resource(event)]))), [1, 0, 0]);
  });
  after(() => server.stop());

  it('a richer one adds, in reads and as an event of the log', async () => {
    const richer = { ...event, username: 'ann.smith' };
    assert.deepEqual(counts(await importBody(server, ndjson([v2Resource(richer)]))), [0, 1, 0]);
    assert.equal((await shown(server, event.guid)).v2.entity.actor_username, 'ann.smith');
    const list = await server.call('GET', `/v2/events?q=actee:${event.target}`);
    assert.equal(list.json.resources[0].entity.actor_username, 'ann.smith');
    const [told_, ...more] = await logEvents(server, 'audit.log.supplemented');
    assert.deepEqual(more, []);
    assert.deepEqual(told_?.target, { type: 'event', guid: event.guid, name: event.type });
    assert.match(JSON.stringify(told_?.data), /ann\.smith/);
    assert.match(JSON.stringify(told_?.data), /"import"/);
  });

  const fresh = series(100);
  const contradictions: Readonly<Record<string, Partial<Told>>> = {
    type: { type: 'audit.app.create' },
    occurred_at: { time: '2018-02-05T19:36:20Z' },
    'actor.guid': { actor: guidOf(2, 0xac) },
    'actor.type': { actorType: 'process' },
    'target.guid': { target: guidOf(2, 0x7a) },
    'target.type': { targetType: 'route' },
    space_guid: { space: '' },
    organization_guid: { organization: guidOf(2, 0x0) },
    data: { data: { request: { instances: 2 } } },
    actor_name: { actorName: 'bob@example.org' },
    actor_username: { username: 'bob' },
    target_name: { targetName: 'another' },
  };
  for (const [field, members] of Object.entries(contradictions)) {
    it(`another ${field} is refused with line and reason, and leaves a conflict; its neighbours are kept`, async () => {
      const conflictsBefore = (await logEvents(server, 'audit.log.conflict')).length;
      const before_ = await shown(server, event.guid);
      const wrong = { ...event, username: 'ann.smith', ...members };
      const lines = [fresh(), wrong, fresh()].map(v2Resource);
      const receipt = await importBody(server, ndjson(lines));
      assert.deepEqual(counts(receipt), [2, 0, 1]);
      const [refusal] = receipt.refusals;
      assert.equal(refusal?.line, 2);
      assert.ok(refusal?.reason.includes(event.guid) && refusal.reason.includes(field), refusal?.reason);
      assert.deepEqual(await shown(server, event.guid), before_);
      const conflicts = await logEvents(server, 'audit.log.conflict');
      assert.equal(conflicts.length, conflictsBefore + 1);
      const conflict = conflicts.at(-1);
      assert.equal(conflict?.target.guid, event.guid);
      // No digest of what either says: whoever has one could test guesses at it after it was erased.
      assert.deepEqual(conflict?.data, { origin: 'import', fields: [field] });
    });
  }

  it('the same contradiction is refused every time, and told of once', async () => {
    const one = told(5100);
    const wrong = v2Resource({ ...one, type: 'app.crash' });
    const conflicts = async () =>
      (await logEvents(server, 'audit.log.conflict')).filter(({ target }) => target.guid === one.guid);
    const twice = ndjson([v2Resource(one), wrong, wrong]);
    assert.deepEqual(counts(await importBody(server, twice)), [1, 0, 2]);
    assert.equal((await conflicts()).length, 1);
    assert.deepEqual(counts(await importBody(server, twice)), [0, 1, 2]);
    const [conflict, ...more] = await conflicts();
    assert.deepEqual(more, []);
    assert.match(conflict?.guid ?? '', /^.{8}-.{4}-8.{3}-[89ab].{3}-.{12}$/);
    const other = v2Resource({ ...one, type: 'app.stop' });
    assert.deepEqual(counts(await importBody(server, ndjson([other]))), [0, 0, 1]);
    assert.equal((await conflicts()).length, 2, 'another contradiction');
    // What may be erased gives no guid its shape: other data and names alone are no other conflict.
    for (const instances of [1, 2]) {
      const data = { data: { request: { instances } } };
      await importBody(server, ndjson([v2Resource({ ...one, ...data })]));
    }
    assert.equal((await conflicts()).length, 3, 'another in the data');
    await importBody(server, twice, 'elsewhere');
    assert.equal((await conflicts()).length, 4, 'the same one in another origin');
  });

  it('a contradiction within one import is found too', async () => {
    const one = told(5000);
    const receipt = await importBody(
      server,
      ndjson([v2Resource(one), v2Resource({ ...one, type: 'app.crash' })]),
    );
    assert.deepEqual(counts(receipt), [1, 0, 1]);
    assert.equal(receipt.refusals[0]?.line, 2);
  });
});

describe('the record of an import', () => {
  let server: World;
  before(async () => {
    server = await openWorld();
  });
  after(() => server.stop());

  it('is one event with counts and the SHA-256 of what was sent, however often', async () => {
    const one = told(1);
    const body = `${ndjson([v2Resource(one), v3Resource(told(2))])}{"no":"event"}\n`;
    const sha256 = createHash('sha256').update(body).digest('hex');
    const receipts = [await importBody(server, body, 'east'), await importBody(server, body, 'east')];
    assert.deepEqual(receipts.map(counts), [
      [2, 0, 1],
      [0, 2, 1],
    ]);
    for (const receipt of receipts) assert.equal(receipt.sha256, sha256);
    const events = await logEvents(server, 'audit.log.import');
    const records = events.map(({ data }) => [data.sha256, data.new, data.known, data.refused]);
    assert.deepEqual(records, [
      [sha256, 2, 0, 1],
      [sha256, 0, 2, 1],
    ]);
    for (const { target, actor } of events) {
      assert.deepEqual(target, { guid: 'east', type: 'origin', name: 'east' });
      assert.equal(actor.name, 'admin');
    }
  });

  it('is there for an empty body and for nothing but blank lines as well', async () => {
    const before_ = (await logEvents(server, 'audit.log.import')).length;
    assert.deepEqual(counts(await importBody(server, '\n\n')), [0, 0, 0]);
    assert.equal((await logEvents(server, 'audit.log.import')).length, before_ + 1);
    const reply = await server.call('POST', '/api/import');
    assert.equal(reply.status, 400, reply.text);
  });

  it('is not there where nobody may import', async () => {
    const before_ = (await logEvents(server, 'audit.log.import')).length;
    const body = ndjson([v2Resource(told(9))]);
    assert.equal((await server.call('POST', '/api/import', { body, token: null })).status, 401);
    const { token } = await server.person('reader of everything', ['cloud_controller.admin_read_only']);
    assert.equal((await server.call('POST', '/api/import', { body, token })).status, 403);
    const origin = await server.call('POST', '/api/import?origin=no%20name', { body });
    assert.equal(origin.status, 400, origin.text);
    const empty = await server.call('POST', '/api/import?origin=', { body });
    assert.equal(empty.status, 400, 'the origin of what Hansard itself performed is nobody’s to claim');
    assert.equal((await logEvents(server, 'audit.log.import')).length, before_);
    assert.equal((await server.call('GET', `/v2/events/${told(9).guid}`)).status, 404);
  });
});
