import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { verifyLog } from '../../src/verify/log.ts';
import { urlSource } from '../../src/verify/url-source.ts';
import { entriesOf, logResources, testEvents, testSigner } from './log-folder.ts';
import { serveLog } from './log-server.ts';

const signer = testSigner();
const entries = entriesOf(testEvents(600));
const resources = logResources(entries, signer);
const partial = { level: 0, index: 2, width: 88 };

test('a log behind an address holds, compressed or not, under any prefix', async (t) => {
  for (const [prefix, gzip] of [
    ['', true],
    ['/some/log', false],
  ] as const) {
    const { url, requests } = await serveLog(t, resources, { prefix, gzip });
    const headers = { authorization: 'bearer x' };
    const report = await verifyLog(urlSource(`${url}${prefix}/`, { headers }), { keys: [signer.key] });
    assert.deepEqual([report.findings, report.walk?.entries, report.walk?.leaves], [[], 600, 600]);
    assert.ok(requests.every((request) => request.headers.authorization === 'bearer x'));
    assert.match(requests[0]?.headers['accept-encoding'] ?? '', /gzip/);
  }
});

test('a changed resource is found over the network too', async (t) => {
  const changed = new Map(resources);
  const bytes = Uint8Array.from(resources.get('tile/entries/001') ?? []);
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  changed.set('tile/entries/001', bytes);
  const { url } = await serveLog(t, changed);
  const report = await verifyLog(urlSource(url), { keys: [signer.key] });
  assert.deepEqual(
    report.findings.map(({ leaves }) => leaves),
    [{ first: 256, last: 256 }],
  );
});

test('a partial resource that has given way is cut from the full one', async (t) => {
  const grown = new Map(logResources(entriesOf(testEvents(768)), signer));
  const { url } = await serveLog(t, grown);
  const source = urlSource(url);
  assert.deepEqual(
    Buffer.from(await source.tile(partial)),
    Buffer.from(resources.get('tile/0/002.p/88') ?? []),
  );
  assert.deepEqual((await source.entries(2, 88)).length, 88);
  await assert.rejects(source.tile({ level: 0, index: 3, width: 1 }), { problem: 'missing' });
});

test('lengths are held to what they must be', async (t) => {
  const wrong = new Map<string, Uint8Array>([
    ['tile/0/000', new Uint8Array(8_191)],
    ['tile/0/001', new Uint8Array(8_193)],
    ['checkpoint', new Uint8Array(2_000_000)],
  ]);
  const { url } = await serveLog(t, wrong);
  const source = urlSource(url);
  await assert.rejects(source.tile({ level: 0, index: 0, width: 256 }), {
    problem: 'broken',
    message: 'tile/0/000 has 8191 bytes, not 8192.',
  });
  await assert.rejects(source.tile({ level: 0, index: 1, width: 256 }), { problem: 'broken' });
  await assert.rejects(source.checkpoint(), { problem: 'broken' });
});

test('a small answer that grows when it is unpacked is not taken', async (t) => {
  const server = await serveLog(t, new Map());
  server.intercept = (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(new Uint8Array(100_000_000)));
    return true;
  };
  await assert.rejects(urlSource(server.url).tile(partial), { problem: 'broken' });
});

test('a server that fails is asked again a few times, one that refuses is not', async (t) => {
  const server = await serveLog(t, resources);
  let failures = 2;
  server.intercept = (_, response) => {
    failures -= 1;
    if (failures < 0) return false;
    response.writeHead(503).end();
    return true;
  };
  assert.equal((await urlSource(server.url).tile(partial)).length, 88 * 32);
  assert.equal(server.requests.length, 3);
  for (const [status, problem] of [
    [401, 'forbidden'],
    [403, 'forbidden'],
    [404, 'missing'],
    [410, 'missing'],
    [302, 'forbidden'],
  ] as const) {
    server.requests.length = 0;
    server.intercept = (_, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end();
      return true;
    };
    await assert.rejects(urlSource(server.url).checkpoint(), { problem });
    assert.equal(server.requests.length, 1, String(status));
  }
});

test('a server that is not there is out of reach', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = closed.address();
  assert.ok(address !== null && typeof address === 'object');
  closed.close();
  await once(closed, 'close');
  const url = `http://127.0.0.1:${address.port}`;
  const asked = urlSource(url, { tries: 1 }).checkpoint();
  await assert.rejects(asked, {
    problem: 'unreachable',
    message: `${url}/checkpoint is out of reach: ECONNREFUSED.`,
  });
});

test('a minimum index is read, and is zero where a server tells none', async (t) => {
  const { url } = await serveLog(t, new Map([['minimum-index', Buffer.from('512\n')]]));
  assert.equal(await urlSource(url).minimumIndex(), 512);
  assert.equal(await urlSource((await serveLog(t, resources)).url).minimumIndex(), 0);
});
