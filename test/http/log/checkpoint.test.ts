// The heads of the log as they are served: signed, hardly cached, for everybody who has a token.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { routes } from '../../../src/http/log/checkpoint.ts';
import type { Call, KnownCall } from '../../../src/http/route.ts';
import { openCheckpoint } from '../../../src/merkle/checkpoint.ts';
import { parseVerifierKey } from '../../../src/merkle/note.ts';
import { request, startServer, type TestServer } from '../../harness.ts';

describe('the checkpoint', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
    await server.running.services.log.sealer.now();
  });
  after(() => server.stop());

  const get = async (path: string) => {
    const reply = await server.call('GET', path);
    assert.equal(reply.status, 200, reply.text);
    return reply;
  };

  it('is a note that the log has signed, under each of its addresses', async () => {
    const { json } = await get('/log');
    const keys = json.epochs[0].verifier_keys.map(parseVerifierKey);
    for (const path of ['checkpoint', 'checkpoint/latest', 'epochs/1/checkpoint']) {
      const reply = await get(`/log/${path}`);
      assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.equal(reply.headers.get('cache-control'), 'private, no-cache');
      const { origin, size } = openCheckpoint(reply.text, keys);
      assert.equal(origin, json.origin);
      assert.ok(size >= 2);
    }
  });

  it('comes with the next events', async () => {
    const before = (await get('/log/checkpoint')).text;
    await server.call('POST', '/v3/organizations', { body: { name: 'acme' } });
    await server.running.services.log.sealer.now();
    const after = (await get('/log/checkpoint')).text;
    assert.ok(Number(after.split('\n')[1]) > Number(before.split('\n')[1]));
  });

  it('is told of at /log, with keys and addresses that lead somewhere', async () => {
    const { json } = await get('/log');
    const [epoch] = json.epochs;
    assert.deepEqual([json.is_public, json.halted, json.epochs.length], [false, null, 1]);
    assert.deepEqual([epoch.number, epoch.origin, epoch.minimum_index], [1, json.origin, 0]);
    assert.ok(epoch.size >= 2);
    for (const name of ['self', 'checkpoint', 'latest_checkpoint', 'minimum_index', 'keys', 'retention']) {
      const path = json.links[name].href.slice(server.url.length);
      await get(path);
    }
  });

  it('has a minimum index: everything is shown', async () => {
    assert.equal((await get('/log/minimum-index')).text, '0\n');
    assert.equal((await get('/log/epochs/1/minimum-index')).text, '0\n');
  });

  it('of an epoch that is none is not there, and the sentence says which there are', async () => {
    for (const number of ['0', '2', '01', 'x', '1e3', '99999999999999999999']) {
      for (const rest of ['checkpoint', 'minimum-index', 'tile/0/000.p/1', 'tile/entries/000.p/1']) {
        const reply = await server.call('GET', `/log/epochs/${number}/${rest}`);
        assert.equal(reply.status, 404);
        assert.equal(reply.json.errors[0].detail, `The log has no epoch ${number}: the only one is 1`);
        assert.equal(reply.headers.get('cache-control'), 'no-cache', 'there may be one later');
      }
    }
  });

  it('of an epoch that is none, where there are several, names them all', async () => {
    const services = server.running.services;
    const epoch = { origin: 'log.test/0011223344556677/1', openedAt: 0 };
    const epochs = async () => [1, 2, 4].map((number) => ({ ...epoch, number }));
    const route = routes.find(({ path }) => path === '/log/epochs/:number/checkpoint');
    assert.ok(route);
    // A call as the server makes it, as far as this handler looks at it.
    const call = { params: { number: '3' } } as unknown as Call & KnownCall;
    const answer = await route.handle(call, { ...services, log: { ...services.log, epochs } });
    assert.equal(answer.status, 404);
    assert.match(JSON.stringify(answer.body), /The log has no epoch 3: there are 1, 2 and 4/);
  });

  it('is for those who have a token, unless the log is public', async () => {
    const shown = [
      '/log',
      '/log/checkpoint',
      '/log/checkpoint/latest',
      '/log/minimum-index',
      '/log/tile/0/000.p/1',
    ];
    for (const path of shown) assert.equal((await request(server.url, 'GET', path)).status, 401, path);
    const open = await startServer({ config: { logPublic: true } });
    try {
      for (const path of shown) assert.equal((await request(open.url, 'GET', path)).status, 200, path);
      const reply = await request(open.url, 'GET', '/log/checkpoint');
      assert.equal(reply.headers.get('cache-control'), 'public, no-cache');
      assert.equal((await request(open.url, 'GET', '/log')).json.is_public, true);
      for (const path of ['/log/tile/entries/000.p/1', '/log/proof/0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01']) {
        assert.equal((await request(open.url, 'GET', path)).status, 401, path);
      }
    } finally {
      await open.stop();
    }
  });
});
