// Exports as the log sees them: recorded before a byte leaves, and proved to those who may see the events.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { limits } from '../../../src/core/limits.ts';
import { checkpointIn } from '../../../src/log/prove.ts';
import { leafHash } from '../../../src/merkle/hash.ts';
import { verifyInclusion } from '../../../src/merkle/proof.ts';
import { opened, readEvidence } from '../../../src/verify/evidence.ts';
import { openWorld, type Person, refusalOf, type World } from '../v3/world.ts';

describe('an export', () => {
  let world: World;
  let manager: Person;
  let events: readonly string[];
  before(async () => {
    world = await openWorld();
    const organization = await world.organization('acme');
    manager = await world.person('manager');
    await world.give('organization_manager', manager.guid, organization);
    const { resources } = (await world.call('GET', '/v3/audit_events')).json;
    events = resources.map(({ guid }: { guid: string }) => guid);
  });
  after(() => world.stop());

  const announce = async (token = world.adminToken, body: object = { format: 'csv' }) => {
    const reply = await world.call('POST', '/api/exports', { body, token });
    assert.equal(reply.status, 201, reply.text);
    return reply.json;
  };
  const evidence = (body: object, token = world.adminToken) =>
    world.call('POST', '/api/evidence', { body, token });
  const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);

  it('is an event with what was asked for, of whoever asked', async () => {
    const filters = ['in acme', 'since 2026-01-01T00:00:00Z'];
    const wish = { format: 'ndjson', recipe: 'user-access', filters, evidence: true };
    const { id, checkpoints } = await announce(manager.token, wish);
    const [told] = (await world.call('GET', `/api/events?guids=${id}`)).json.resources;
    assert.deepEqual([told.type, told.actor.guid], ['audit.log.export', manager.guid]);
    const [{ epoch, origin, size, note }] = checkpoints;
    assert.deepEqual(told.data, { ...wish, checkpoints: [{ epoch, origin, size }] });
    assert.deepEqual([checkpointIn(note).size, checkpointIn(note).origin], [size, origin]);
  });

  it('is answered with checkpoints that cover all that was there before it', async () => {
    const organization = await world.organization('just now');
    const { checkpoints } = await announce();
    const query = `/api/events?target_guids=${organization}`;
    const { sealed } = (await world.call('GET', query)).json.resources[0];
    assert.ok(sealed.index < checkpoints[0].size);
  });

  it('proves its events against those checkpoints, each with what it says', async () => {
    const { id, checkpoints } = await announce();
    await world.organization('more');
    await world.running.services.log.sealer.now();
    const reply = await evidence({ export: id, guids: events.map((guid) => guid.toUpperCase()) });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
    const lines = linesOf(reply.text).map(readEvidence);
    assert.deepEqual(
      lines.map((line) => opened(line).leaf.guid),
      events,
    );
    const { size, root } = checkpointIn(checkpoints[0].note);
    for (const { entry, index, proof, ...rest } of lines) {
      assert.ok(verifyInclusion(leafHash(Buffer.from(entry)), index, size, proof, root));
      assert.deepEqual(opened({ entry, ...rest }).problems, []);
    }
  });

  it('has no proof for what came later, what is not there and what the caller may not see', async () => {
    const { id } = await announce();
    const organization = await world.organization('later');
    await world.running.services.log.sealer.now();
    const query = `/v3/audit_events?target_guids=${organization}`;
    const later = (await world.call('GET', query)).json.resources[0].guid;
    const unknown = '0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01';
    const reply = await evidence({ export: id, guids: [later, unknown, 'nonsense'] });
    assert.deepEqual(
      linesOf(reply.text).map((line) => JSON.parse(line)),
      [
        { guid: later, missing: 'later' },
        { guid: unknown, missing: 'unknown' },
        { guid: 'nonsense', missing: 'unknown' },
      ],
    );
    const own = await announce(manager.token);
    const started = (await world.call('GET', '/api/events?types=audit.log.started')).json.resources[0].guid;
    const seen = await evidence({ export: own.id, guids: [started, ...events] }, manager.token);
    const visible = (await world.call('GET', '/v3/audit_events', { token: manager.token })).json.resources;
    assert.ok(visible.length > 0 && visible.length < events.length);
    const proved = linesOf(seen.text).filter((line) => !line.includes('"missing"'));
    assert.deepEqual(
      proved.map((line) => opened(readEvidence(line)).leaf.guid),
      visible.map(({ guid }: { guid: string }) => guid),
    );
  });

  it('is proved to nobody but whoever announced it', async () => {
    const { id } = await announce();
    const strangers = await evidence({ export: id, guids: events }, manager.token);
    assert.deepEqual(
      [strangers.status, refusalOf(strangers)[2]],
      [404, `You have announced no export ${id}`],
    );
    // An event of another kind is no export either.
    assert.equal((await evidence({ export: events[0], guids: events })).status, 404);
    assert.equal((await evidence({ export: '0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01', guids: [] })).status, 404);
  });

  it('is a read that is recorded', async () => {
    const { id } = await announce(manager.token);
    await evidence({ export: id, guids: events }, manager.token);
    await world.running.services.doors.notes.flush();
    const query = `/api/events?types=audit.log.read&actor_guids=${manager.guid}&order_by=-created_at`;
    const [read] = (await world.call('GET', query)).json.resources;
    const found = read.data.filters.find(
      ({ filter }: { filter: string }) => filter === `evidence?export=${id}`,
    );
    assert.deepEqual([found.times, found.rows], [1, events.length]);
  });

  it('that is not well asked for is refused in a sentence, and leaves no event', async () => {
    const count = async () =>
      (await world.call('GET', '/api/events?types=audit.log.export')).json.pagination.total_results;
    const before = await count();
    const cases: readonly [string, object | string, number, string][] = [
      ['/api/exports', {}, 422, 'Format must be one of csv, ndjson, json'],
      ['/api/exports', { format: 'xml' }, 422, 'Format must be one of csv, ndjson, json'],
      ['/api/exports', { format: 'csv', what: 1 }, 422, "Unknown field(s): 'what'"],
      ['/api/exports', { format: 'csv', recipe: 7 }, 422, 'Recipe must be the name of a recipe, or null'],
      ['/api/exports', { format: 'csv', filters: 'all' }, 422, 'Filters must be an array of strings'],
      ['/api/exports', { format: 'csv', filters: [1] }, 422, 'Filters must be an array of strings'],
      ['/api/exports', { format: 'csv', evidence: 'yes' }, 422, 'Evidence must be a boolean'],
      [
        '/api/exports',
        { format: 'csv', filters: ['x'.repeat(limits.exportFilterCharactersMax + 1)] },
        422,
        `Filters are longer than ${limits.exportFilterCharactersMax} characters`,
      ],
      ['/api/evidence', { export: 'x', guids: [] }, 422, 'Export must be the id of an export'],
      [
        '/api/evidence',
        { export: events[0], guids: 'x' },
        422,
        'Guids must be an array of at most 100 strings',
      ],
      [
        '/api/evidence',
        { export: events[0], guids: Array.from({ length: limits.evidenceEventsMax + 1 }, () => 'x') },
        422,
        'Guids must be an array of at most 100 strings',
      ],
    ];
    for (const [path, body, status, sentence] of cases) {
      const reply = await world.call('POST', path, { body });
      assert.deepEqual([reply.status, reply.json.errors[0].detail], [status, sentence]);
    }
    assert.equal(await count(), before);
  });
});
