// `hansard publish`: the same folder from a running server and from its data folder.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { backupOf, restoreTo } from '../../src/compose.ts';
import { openCheckpoint } from '../../src/merkle/checkpoint.ts';
import { sameHash } from '../../src/merkle/hash.ts';
import { parseVerifierKey } from '../../src/merkle/note.ts';
import { treeRoot } from '../../src/merkle/proof.ts';
import { nodesFrom } from '../../src/merkle/tile.ts';
import { directorySource } from '../../src/verify/directory-source.ts';
import { startServer, type TestServer } from '../harness.ts';
import { openWorld } from '../http/v3/world.ts';
import { fill } from '../log/filling.ts';
import { newHome } from './command.ts';
import { startPlatform } from './foreign-platform.ts';

function stopped(t: TestContext, server: TestServer): void {
  t.after(() => rmSync(server.directory, { recursive: true, force: true }));
}

/** Checks a folder by the keys that are in it, or in another; answers its size. */
async function checkedSize(folder: string, keyFolder = folder): Promise<number> {
  const source = directorySource(folder);
  const keys = readFileSync(join(keyFolder, 'keys.txt'), 'utf8').trim().split('\n').map(parseVerifierKey);
  const { size, root } = openCheckpoint(await source.checkpoint(), keys);
  assert.ok(
    sameHash(
      await treeRoot(
        size,
        nodesFrom(size, (tile) => source.tile(tile)),
      ),
      root,
    ),
  );
  return size;
}

test('publishes over HTTP, then goes on from the data folder', async (t) => {
  const server = await startServer();
  stopped(t, server);
  await fill(server, 300);
  await server.running.services.log.sealer.now();
  const home = newHome(t);
  const folder = join(home.folder, 'www');
  const env = { HANSARD_URL: server.url, HANSARD_TOKEN: server.adminToken };
  const first = await home.hansard(['publish', 'www'], { env });
  assert.match(first.err, /^Published log\.test\/\S+ in www: 3\d\d entries\.\n$/);
  const size = await checkedSize(folder);
  assert.ok(existsSync(join(folder, 'tile/entries/000')));
  await server.call('POST', '/v3/organizations', { body: { name: 'acme' } });
  await server.stop({ keep: true });
  const second = await home.hansard(['publish', 'www', '--data', server.directory]);
  assert.match(
    second.err,
    /^Published log\.test\/\S+ in www: 3\d\d entries, \d+ new ones?; \d bundles? of entries written\.\n$/,
  );
  assert.ok((await checkedSize(folder)) > size);
  const verified = await home.hansard(['verify', 'www']);
  assert.equal(verified.code, 0, verified.out + verified.err);
});

test('goes on in the same folder after a restore, and what the restore lost stays public', async (t) => {
  const home = newHome(t);
  const [data, backup, restored] = ['data', 'backup', 'restored'].map((name) => join(home.folder, name));
  assert.ok(data && backup && restored);
  const publishFrom = (directory: string) => home.hansard(['publish', 'www', '--data', directory]);
  const first = await startServer({ directory: data });
  await fill(first, 300);
  await first.stop({ keep: true });
  await backupOf(data, backup);
  const longer = await startServer({ directory: data });
  await longer.call('POST', '/v3/organizations', { body: { name: 'will-be-lost' } });
  await longer.stop({ keep: true });
  assert.equal((await publishFrom(data)).code, 0);
  const lost = await checkedSize(join(home.folder, 'www'));

  await restoreTo(backup, restored, false);
  const before = readFileSync(join(home.folder, 'www/checkpoint'), 'utf8');
  const halted = await publishFrom(restored);
  assert.equal(halted.code, 1);
  assert.match(halted.err, /^www is left as it is: .+ with --accept-restore and publish again/);
  assert.equal(readFileSync(join(home.folder, 'www/checkpoint'), 'utf8'), before);
  const accepted = await startServer({ directory: restored, config: { acceptRestore: true } });
  await accepted.call('POST', '/v3/organizations', { body: { name: 'goes-on' } });
  await accepted.stop({ keep: true });
  const published = await publishFrom(restored);
  assert.match(
    published.err,
    /^Published log\.test\/\S+\/2 in www: \d+ entries; epoch 1 is in epochs\/1 now\.\n$/,
  );
  const www = join(home.folder, 'www');
  assert.ok((await checkedSize(www)) < lost);
  assert.equal(await checkedSize(join(www, 'epochs/1'), www), lost);
  const keys = readFileSync(join(www, 'keys.txt'), 'utf8').trim();
  const named = keys.split('\n').flatMap((key) => ['--key', key]);
  const verified = await home.hansard(['verify', 'www', ...named]);
  assert.equal(verified.code, 0, verified.out + verified.err);
  assert.match((await publishFrom(restored)).err, /, nothing new\.\n$/);
});

test('hashes alone and entries: what is public is said plainly', async (t) => {
  const server = await startServer();
  stopped(t, server);
  await fill(server, 300);
  await server.stop({ keep: true });
  const home = newHome(t);
  const publish = (...more: string[]) =>
    home.hansard(['publish', 'www', '--data', server.directory, ...more]);
  assert.match((await publish('--hashes-only')).err, / in www: the hashes of 3\d\d entries\.\n$/);
  assert.match(
    (await publish('--hashes-only')).err,
    / in www: the hashes of 3\d\d entries, nothing new\.\n$/,
  );
  assert.match((await publish()).err, / in www: 3\d\d entries; 2 bundles of entries written\.\n$/);
  assert.match((await publish()).err, / in www: 3\d\d entries, nothing new\.\n$/);
  const refused = await publish('--hashes-only');
  assert.deepEqual(
    [refused.code, refused.err],
    [
      1,
      'www holds entries of an earlier publication: they stay public. ' +
        'Remove www/tile/entries, or name another folder.\n',
    ],
  );
});

const isProc = existsSync('/proc/self/status');

test('a place that takes no folder is told at once', { skip: !isProc && 'no /proc here' }, async (t) => {
  const server = await startServer();
  stopped(t, server);
  await server.stop({ keep: true });
  const home = newHome(t);
  const { code, err } = await home.hansard(['publish', '/proc/hansard', '--data', server.directory]);
  assert.deepEqual([code, err], [1, '/proc/hansard cannot be made: /proc takes no new folders.\n']);
});

test('entries need a global reader; hashes need anybody', async (t) => {
  const world = await openWorld();
  t.after(() => world.stop());
  await world.running.services.log.sealer.now();
  const home = newHome(t);
  const someone = await world.person('someone');
  const env = { HANSARD_URL: world.url, HANSARD_TOKEN: someone.token };
  const refused = await home.hansard(['publish', 'www'], { env });
  assert.equal(refused.code, 3);
  assert.match(
    refused.err,
    /may not be read \(403\)\. Entries are for global readers: .+ --hashes-only\.\n$/,
  );
  assert.ok(!existsSync(join(home.folder, 'www/checkpoint')));
  const hashes = await home.hansard(['publish', 'www', '--hashes-only'], { env });
  assert.equal(hashes.code, 0, hashes.err);
  assert.deepEqual(readdirSync(join(home.folder, 'www/tile')), ['0']);
  await checkedSize(join(home.folder, 'www'));
});

test('never writes over the folder of another log', async (t) => {
  const home = newHome(t);
  for (const isFirst of [true, false]) {
    const server = await startServer();
    const env = { HANSARD_URL: server.url, HANSARD_TOKEN: server.adminToken };
    const { code, err } = await home.hansard(['publish', 'www'], { env });
    await server.stop();
    assert.equal(code, isFirst ? 0 : 1);
    if (!isFirst) assert.match(err, /^www holds another log, log\.test\/.+: name another folder\.\n$/);
  }
});

test('says what is wrong in a sentence', async (t) => {
  const platform = await startPlatform();
  t.after(() => platform.close());
  const home = newHome(t);
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
  const foreign = await home.hansard(['publish', 'www'], { env });
  assert.deepEqual(
    [foreign.code, foreign.err],
    [1, `${platform.url} is not a Hansard: it has no log to publish.\n`],
  );
  const nowhere = await home.hansard(['publish', 'www', '--data', 'nothing']);
  assert.match(nowhere.err, /^nothing is not a data folder/);
  assert.ok(!existsSync(join(home.folder, 'www')));
});
