// An import goes on only as long as whoever sends it may import: the right is looked at again for each batch, on the
// way in and once more in the writer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { grant } from '../../src/identity/permit.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { anywhere } from '../../src/identity/role.ts';
import { expectStatus, openWorld, type World } from '../http/v3/world.ts';
import { logEvents, ndjson, told, v2Resource } from './told.ts';

let world: World;

before(async () => {
  world = await openWorld();
});

after(() => world.stop());

const known = async (number: number) =>
  (await world.call('GET', `/v2/events/${told(number).guid}`)).status === 200;

test('an author who is deleted in the middle of an import takes no further batch in', async () => {
  const author = await world.person('author', ['cloud_controller.admin']);
  const batch = (from: number) =>
    Array.from({ length: limits.importBatchLines }, (_, index) => v2Resource(told(from + index)));
  const pipe = new TransformStream<Uint8Array, Uint8Array>();
  const sending = fetch(`${world.url}/api/import`, {
    method: 'POST',
    headers: { authorization: `bearer ${author.token}` },
    body: pipe.readable,
    duplex: 'half',
  });
  const writer = pipe.writable.getWriter();
  const encoder = new TextEncoder();
  await writer.write(encoder.encode(ndjson(batch(1))));
  while (!(await known(limits.importBatchLines))) await new Promise((resume) => setImmediate(resume));
  expectStatus(await world.call('DELETE', `/Users/${author.guid}`), 200);
  await Promise.allSettled([writer.write(encoder.encode(ndjson(batch(2001)))), writer.close()]);
  assert.equal((await sending).status, 401);
  assert.deepEqual([await known(1), await known(2001)], [true, false]);
  const [record] = await logEvents(world, 'audit.log.import');
  assert.deepEqual([record?.actor.guid, record?.data.new], [author.guid, limits.importBatchLines]);
});

test('the writer takes no batch without the right to import', async () => {
  const root = { userGuid: 'root', global: 'admin', write: true, roles: [] } as const;
  const permit = grant(root, 'event.import', anywhere);
  const lines = [JSON.stringify(v2Resource(told(9001)))];
  const batch = { origin: 'import', doer: systemDoer({ absent: 'a test' }), firstLine: 1, lines };
  const { store } = world.running.services;
  for (const lost of [
    { ...permit, global: null },
    { ...permit, write: false },
    { ...permit, action: 'user.create' },
  ]) {
    await assert.rejects(store.run('log.import', { ...batch, permit: lost }), { entry: 'NotAuthorized' });
  }
  assert.ok(!(await known(9001)));
  const counts = await store.run('log.import', { ...batch, permit });
  assert.deepEqual(counts, { new: 1, known: 0, refused: 0, elsewhere: 0, refusals: [] });
});
