// Proofs that the server hands out: to everybody who may see the event, checked offline, recorded before they leave.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseVerifierKey } from '../../../src/merkle/note.ts';
import { verifyProofFile } from '../../../src/verify/proof-file.ts';
import { openWorld, type Person, type World } from '../v3/world.ts';

describe('/log/proof/:guid', () => {
  let world: World;
  let organization: string;
  let guid: string;
  let manager: Person;
  let stranger: Person;
  before(async () => {
    world = await openWorld();
    organization = await world.organization('acme');
    manager = await world.person('manager');
    stranger = await world.person('stranger');
    await world.give('organization_manager', manager.guid, organization);
    const query = `/v3/audit_events?types=audit.organization.create&target_guids=${organization}`;
    guid = (await world.call('GET', query)).json.resources[0].guid;
    await world.running.services.log.sealer.now();
  });
  after(() => world.stop());

  const proofs = async (of: string) =>
    (await world.call('GET', `/api/events?types=audit.log.proof&target_guids=${of}`)).json.resources;

  it('is a tlog-proof with all that the event says, which verifies offline', async () => {
    const reply = await world.call('GET', `/log/proof/${guid.toUpperCase()}`, { token: manager.token });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(reply.headers.get('content-disposition'), `attachment; filename="${guid}.tlog-proof"`);
    const keys = (await world.call('GET', '/log')).json.epochs[0].verifier_keys.map(parseVerifierKey);
    const event = (await world.call('GET', `/v3/audit_events/${guid}`)).text;
    const report = verifyProofFile(reply.text, { keys, event });
    assert.deepEqual(report.findings, []);
    assert.equal(report.event?.leaf.guid, guid);
    assert.equal(report.event?.data, '{"request":{"name":"acme"}}');
    const { sealed } = (await world.call('GET', `/api/events?target_guids=${organization}`)).json
      .resources[0];
    assert.deepEqual(sealed, { epoch: 1, index: report.index });
  });

  it('is itself an event, about the one that was proved', async () => {
    const [told, ...more] = await proofs(guid);
    assert.deepEqual(
      [told.actor.guid, told.target, more.length],
      [manager.guid, { guid, type: 'event', name: 'audit.organization.create' }, 0],
    );
    assert.equal(told.data.epoch, 1);
    assert.ok(told.data.index >= 2);
  });

  it('is not there for those who may not see the event, as for an event that is none', async () => {
    const unknown = '0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01';
    for (const [of, token] of [
      [guid, stranger.token],
      [unknown, world.adminToken],
      ['nonsense', world.adminToken],
    ]) {
      const reply = await world.call('GET', `/log/proof/${of}`, { token: token ?? '' });
      assert.deepEqual([reply.status, reply.json.errors[0].detail], [404, 'Event not found']);
      assert.equal(reply.headers.get('cache-control'), 'no-cache');
    }
    assert.equal((await proofs(unknown)).length, 0);
  });

  it('is made for events about the log itself too, for those who see them', async () => {
    const [started] = (await world.call('GET', '/api/events?types=audit.log.started')).json.resources;
    const reply = await world.call('GET', `/log/proof/${started.guid}`);
    assert.equal(reply.status, 200);
    assert.equal(verifyProofFile(reply.text).index, 0);
    assert.equal(
      (await world.call('GET', `/log/proof/${started.guid}`, { token: manager.token })).status,
      404,
    );
  });

  it('of an event that no checkpoint covers yet comes later', async () => {
    const { services } = world.running;
    const late = await world.organization('late');
    const query = `/api/events?target_guids=${late}`;
    const event = (await world.call('GET', query)).json.resources[0];
    const first = await world.call('GET', `/log/proof/${event.guid}`);
    // The log may have been quicker than this test.
    if (first.status !== 200) {
      assert.deepEqual([first.status, first.headers.get('retry-after')], [409, '1']);
      assert.match(first.json.errors[0].detail, /^The event is not .+ yet: ask again in a second$/);
      assert.equal((await proofs(event.guid)).length, 0);
    }
    await services.log.sealer.now();
    assert.equal((await world.call('GET', `/log/proof/${event.guid}`)).status, 200);
  });
});
