// Whose word counts when `hansard verify` believes a checkpoint: what strangers say changes nothing that is known.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { formatVerifierKey, parseVerifierKey, type Signer, verifierKey } from '../../src/merkle/note.ts';
import { startServer } from '../harness.ts';
import { bundleFiles, manifestFor, writeBundle } from '../verify/evidence-folder.ts';
import {
  checkpointOf,
  entriesOf,
  logResources,
  origin,
  testEvents,
  testSigner,
  treeOf,
  writeLog,
  writeResources,
} from '../verify/log-folder.ts';
import { serveLog } from '../verify/log-server.ts';
import { type Home, newHome } from './command.ts';

const events = testEvents(20);
const entries = entriesOf(events);
const signer = testSigner();
const vkey = formatVerifierKey(signer.key);
/** Another epoch of the same log: the first half of its hex digits is the log's. */
const nextOrigin = 'log.example/0011223399999999/2';
const strangeOrigin = 'evil.example/0123456789abcdef/2';

type Resources = Map<string, Uint8Array>;

/** A log under any origin, with the keys that it tells. */
function logOf(name: string, by: Signer, told: readonly Signer[], count = 3): Resources {
  const some = entries.slice(0, count);
  const resources = logResources(some, by);
  resources.set('checkpoint', Buffer.from(checkpointOf(treeOf(some), by, name)));
  const keys = told.map(({ key }) => `${formatVerifierKey(key)}\n`).join('');
  return resources.set('keys.txt', Buffer.from(keys));
}

function withEpoch(resources: Resources, number: number, epoch: Resources): Resources {
  for (const [path, bytes] of epoch) resources.set(`epochs/${number}/${path}`, bytes);
  return resources;
}

function memoryOf(home: Home): string {
  return readFileSync(join(home.folder, '.config/hansard/known-logs.json'), 'utf8');
}

/** A home that has verified the log with three entries, and what it remembers. */
async function acquainted(t: TestContext, resources = logOf(origin, signer, [signer])) {
  const home = newHome(t);
  const { url } = await serveLog(t, resources);
  const { code, err } = await home.hansard(['verify', '--url', url]);
  assert.equal(code, 0, err);
  return { home, url, memory: memoryOf(home) };
}

test('a stranger cannot pass another log off as an older epoch of its own', async (t) => {
  const { home, memory } = await acquainted(t);
  const [own, forger] = [testSigner(strangeOrigin), testSigner()];
  const forged = logOf(origin, forger, [], 5);
  const resources = withEpoch(logOf(strangeOrigin, own, [own, forger]), 1, forged);
  const { url } = await serveLog(t, resources);
  for (const more of [[], ['--forget']]) {
    const { code, out } = await home.hansard(['verify', '--url', url, ...more]);
    assert.equal(code, 1, out);
    const expected = `What is at epochs/1 is of "${origin}", which is not epoch 1 of "${strangeOrigin}".`;
    assert.ok(out.includes(expected), out);
    assert.deepEqual(JSON.parse(memoryOf(home)), JSON.parse(memory));
  }
  // Nor where nothing of that log is remembered.
  assert.equal((await newHome(t).hansard(['verify', '--url', url])).code, 1);
});

test('an older epoch has the number of its place', async (t) => {
  const keys = ['--key', vkey];
  const folder = writeLog(t, entries, signer);
  const third = testSigner('log.example/0011223399999999/3');
  writeResources(folder, logOf(third.key.name, third, [], entries.length));
  writeResources(join(folder, 'epochs/2'), logResources(entries, signer));
  const args = ['verify', folder, ...keys, '--key', formatVerifierKey(third.key)];
  const { code, err } = await newHome(t).hansard(args);
  assert.deepEqual(
    [code, err],
    [1, `What is at epochs/2 is of "${origin}", which is not epoch 2 of "${third.key.name}".\n`],
  );
});

test('the key that a stranger tells for a log that is remembered does not count', async (t) => {
  const known = await acquainted(t);
  const unsigned = logOf(origin, signer, []);
  const unkeyed = await acquainted(t, unsigned);
  for (const { home, memory, url: address } of [known, unkeyed]) {
    for (const name of [origin, nextOrigin]) {
      const forger = testSigner(name);
      const { url } = await serveLog(t, logOf(name, forger, [forger], 5));
      for (const more of [[], ['--forget']]) {
        const { code, out } = await home.hansard(['verify', '--url', url, ...more]);
        const isKeyed = home === known.home;
        assert.equal(code, isKeyed ? 1 : 0, out);
        assert.match(out, isKeyed ? /is not signed by a known key of/ : /Its signature was not checked/);
        const logs = JSON.parse(memoryOf(home)).logs;
        assert.deepEqual(logs[0], JSON.parse(memory).logs[0]);
        assert.deepEqual([...new Set(logs.slice(1).flatMap(({ keys }: { keys: [] }) => keys))], []);
      }
    }
    assert.equal((await home.hansard(['verify', '--url', address])).code, 0);
  }
});

test('a remembered key that signed lets the log move, and vouches for its next epoch', async (t) => {
  const { home } = await acquainted(t);
  const next: Signer = { ...signer, key: verifierKey({ ...signer.key, name: nextOrigin }) };
  const moved: Signer = {
    ...next,
    sign: (text) => ({ ...signer.sign(text), name: nextOrigin, id: next.key.id }),
  };
  const resources = withEpoch(
    logOf(nextOrigin, moved, [testSigner(nextOrigin)]),
    1,
    logResources(entries, signer),
  );
  const { url } = await serveLog(t, resources);
  const { code, out } = await home.hansard(['verify', '--url', url]);
  assert.equal(code, 0, out);
  assert.match(out, /It has grown from the checkpoint of 3 leaves remembered/);
  assert.match(
    out,
    /99\/2, checked with the key remembered .*\nThat key is named for another epoch of this log, and counts for all\./,
  );
  const logs: { address: string; keys: string[] }[] = JSON.parse(memoryOf(home)).logs;
  assert.deepEqual(
    logs.map(({ address, keys }) => [address, keys]),
    [
      [url, [vkey]],
      [url, [formatVerifierKey(next.key)]],
    ],
  );
});

test('a given key that did not sign adds nothing, and one that signed is remembered', async (t) => {
  const { home, memory } = await acquainted(t);
  const forger = testSigner();
  const { url } = await serveLog(t, logOf(origin, forger, [forger], 5));
  const refused = await home.hansard(['verify', '--url', url, '--key', vkey]);
  assert.deepEqual([refused.code, memoryOf(home)], [1, memory]);
  const given = formatVerifierKey(forger.key);
  assert.equal((await home.hansard(['verify', '--url', url, '--key', given])).code, 0);
  assert.deepEqual(JSON.parse(memoryOf(home)).logs[0].keys, [vkey, given]);
});

test('a policy that names no log does not vouch for the key of one', async (t) => {
  const home = newHome(t);
  const policy = join(home.folder, 'policy');
  writeFileSync(policy, 'quorum none\n');
  const { url } = await serveLog(t, logOf(origin, signer, [signer]));
  const verify = async (...more: string[]) =>
    (await home.hansard(['verify', '--url', url, '--policy', policy, ...more])).out;
  assert.match(await verify(), /checked with the key that the log itself told/);
  assert.match(await verify(), /checked with the key remembered/);
  assert.match(await verify('--key', vkey), /checked with the key that you gave/);
  writeFileSync(policy, `log ${vkey}\nquorum none\n`);
  assert.match(await verify(), /checked by your policy/);
});

test('credentials without HANSARD_URL stay away from an address that is named', async (t) => {
  const home = newHome(t);
  const asked: string[] = [];
  const resources = logOf(origin, signer, []);
  const server = createServer((request, response) => {
    request.on('data', (piece) => asked.push(String(piece)));
    asked.push(`${request.method} ${request.headers.authorization ?? 'nobody'}`);
    const bytes = resources.get((request.url ?? '').slice(1));
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  for (const env of [
    { HANSARD_TOKEN: 'secret' },
    { HANSARD_USER: 'jo', HANSARD_PASSWORD: 'secret' },
    { HANSARD_TOKEN: 'secret', HANSARD_URL: '' },
    { HANSARD_TOKEN: 'secret', HANSARD_URL: 'http://127.0.0.1:9' },
  ]) {
    asked.length = 0;
    const { code, err } = await home.hansard(['verify', '--url', url], { env });
    assert.equal(code, 0, err);
    assert.ok(asked.length > 0);
    assert.deepEqual([...new Set(asked)], ['GET nobody']);
  }
});

test('a data folder is believed by the keys that are given, under whatever epoch of its log', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  await server.call('POST', '/log/checkpoint');
  const { json } = await server.call('GET', '/log');
  const key = parseVerifierKey(json.epochs[0].verifier_keys[0]);
  const verify = (given: string) =>
    newHome(t).hansard(['verify', '--data', server.directory, '--key', given]);
  const own = await verify(formatVerifierKey(key));
  assert.equal(own.code, 0, own.out);
  assert.match(own.out, /checked with the key that you gave\.\nRead/);
  const name = key.name.replace(/[0-9a-f]{8}\/1$/, '00000000/7');
  const other = await verify(formatVerifierKey(verifierKey({ ...key, name })));
  assert.equal(other.code, 0, other.out);
  assert.match(
    other.out,
    /that you gave\.\nThat key is named for another epoch of this log, and counts for all\./,
  );
  const foreign = key.name.replace(/[0-9a-f]{16}\/1$/, '0000000000000000/1');
  for (const wrong of [testSigner(key.name).key, verifierKey({ ...key, name: foreign })]) {
    const { code, out } = await verify(formatVerifierKey(wrong));
    assert.deepEqual([code, out], [1, `The checkpoint is not signed by a known key of "${key.name}".\n`]);
  }
});

test('a bundle says what it does not prove, and that it has no evidence where keys are given', async (t) => {
  const home = newHome(t);
  const files = await bundleFiles(events, 0, 9, signer);
  const more = new Map(files).set('export.xlsx', 'PK').set('report.CSV', files.get('events.csv') ?? '');
  const { code, out } = await home.hansard(['verify', writeBundle(t, more), '--key', vkey]);
  assert.equal(code, 0, out);
  assert.match(
    out,
    /Not proved: .*the cells of events\.csv \(.*\); anything in export\.xlsx; the cells of report\.CSV \(/,
  );
  const csv = new Map([['events.csv', files.get('events.csv') ?? '']]);
  const stripped = writeBundle(t, csv, manifestFor(csv, { count: 10 }));
  const bare = await home.hansard(['verify', stripped, '--key', vkey, '--json']);
  const { ok, findings, not_compared } = JSON.parse(bare.out);
  assert.deepEqual([bare.code, ok, not_compared], [1, false, ['events.csv']]);
  assert.equal(findings[0].what, 'There is no evidence: no signature could be checked.');
  assert.equal((await home.hansard(['verify', stripped])).code, 0);
});
