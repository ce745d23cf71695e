// Tiles and bundles as they are served: what the public format asks for, and nothing that is not signed yet.
import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { routes } from '../../../src/http/log/tiles.ts';
import type { Call, KnownCall } from '../../../src/http/route.ts';
import { checkpointIn } from '../../../src/log/prove.ts';
import { leafHash, sameHash } from '../../../src/merkle/hash.ts';
import { treeRoot } from '../../../src/merkle/proof.ts';
import { entriesPath, nodesFrom, tilePath, tilesOf } from '../../../src/merkle/tile.ts';
import { urlSource } from '../../../src/verify/url-source.ts';
import { fill } from '../../log/filling.ts';
import { openWorld, type World } from '../v3/world.ts';

describe('tiles and bundles', () => {
  let world: World;
  let note: string;
  let size: number;
  before(async () => {
    world = await openWorld();
    await fill(world, 520);
    note = (await world.running.services.log.sealer.now()) ?? '';
    size = checkpointIn(note).size;
  });
  after(() => world.stop());

  const source = (prefix = '/log') =>
    urlSource(`${world.url}${prefix}`, { headers: { authorization: `bearer ${world.adminToken}` } });

  it('make up the tree of the checkpoint, and entries have the hashes of its leaves', async () => {
    for (const prefix of ['/log', '/log/epochs/1']) {
      const log = source(prefix);
      const root = await treeRoot(
        size,
        nodesFrom(size, (tile) => log.tile(tile)),
      );
      assert.ok(sameHash(root, checkpointIn(note).root));
      for (const tile of tilesOf(size)) {
        if (tile.level > 0) continue;
        const hashes = await log.tile(tile);
        for (const [at, entry] of (await log.entries(tile.index, tile.width)).entries()) {
          assert.ok(entry !== null && sameHash(leafHash(entry), hashes.subarray(at * 32, at * 32 + 32)));
        }
      }
    }
  });

  it('are served at every width that the tree has had, also when there is more', async () => {
    const full = Buffer.from(await source().tile({ level: 0, index: 0, width: 256 }));
    for (const width of [1, 2, 128, 255]) {
      const reply = await bytesAt(world, tilePath({ level: 0, index: 0, width }));
      assert.deepEqual([reply.status, reply.body.equals(full.subarray(0, width * 32))], [200, true]);
      assert.equal((await source().entries(0, width)).length, width);
    }
    assert.equal((await bytesAt(world, 'tile/1/000.p/2')).body.length, 64);
    assert.equal((await bytesAt(world, 'tile/1/000.p/1')).body.length, 32);
  });

  it('may be kept for ever, and are bytes', async () => {
    const tile = await bytesAt(world, 'tile/0/000');
    assert.equal(tile.headers['content-type'], 'application/octet-stream');
    assert.equal(tile.headers['cache-control'], 'private, max-age=31536000, immutable');
    assert.equal(tile.headers['content-length'], '8192');
    const head = await bytesAt(world, 'tile/0/000', {}, 'HEAD');
    assert.deepEqual([head.status, head.body.length, head.headers['content-length']], [200, 0, '8192']);
  });

  it('bundles are compressed for those who take it', async () => {
    const plain = await bytesAt(world, 'tile/entries/000');
    assert.deepEqual([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'accept-encoding']);
    const small = await bytesAt(world, 'tile/entries/000', { 'accept-encoding': 'br, gzip;q=0.5' });
    assert.deepEqual([small.headers['content-encoding'], small.headers.vary], ['gzip', 'accept-encoding']);
    assert.ok(small.body.length < plain.body.length / 2);
    assert.ok(gunzipSync(small.body).equals(plain.body));
    const refused = await bytesAt(world, 'tile/entries/000', { 'accept-encoding': 'gzip;q=0' });
    assert.ok(refused.body.equals(plain.body));
  });

  it('beyond the tree, without any hash, or under another spelling are not there', async () => {
    const partial = size % 256;
    const last = Math.floor(size / 256);
    const missing = [
      tilePath({ level: 0, index: last, width: 256 }),
      tilePath({ level: 0, index: last, width: 255 }),
      tilePath({ level: 0, index: last + 1, width: 1 }),
      tilePath({ level: 1, index: 0, width: last + 1 }),
      tilePath({ level: 2, index: 0, width: 1 }),
      tilePath({ level: 63, index: 0, width: 1 }),
      entriesPath(last, 256),
      entriesPath(last + 1, 1),
      'tile/0/000.p/0',
      'tile/0/000.p/256',
      'tile/0/000.p/01',
      'tile/0/0',
      'tile/0/x000/000',
      'tile/00/000',
      'tile/64/000',
      'tile/-1/000',
      'tile/0/000/',
      'tile/0/000.p',
      'tile/0/000.part',
      'tile/entries/0',
      'tile/entries/',
      'tile/',
      'tile/0/../0/000',
    ];
    assert.ok(partial > 0 && partial < 255);
    for (const path of missing) {
      const reply = await bytesAt(world, path);
      assert.equal(reply.status, 404, path);
      assert.equal(reply.headers['cache-control'], 'no-cache', `${path} may be there in a second`);
    }
    const malformed = await world.call('GET', '/log/tile/0/7');
    assert.match(
      malformed.json.errors[0].detail,
      /^tile\/0\/7 is no path like tile\/0\/x001\/x234\/067\.p\/5/,
    );
    const beyond = await world.call('GET', '/log/tile/0/007');
    assert.match(beyond.json.errors[0].detail, /^The signed tree of \d+ entries has no tile\/0\/007$/);
  });

  it('are not served before a checkpoint covers them, although the store has them', async () => {
    const { services } = world.running;
    await world.organization('not yet signed');
    await services.log.sealer.now();
    assert.ok((await services.store.tree()).size > size);
    const behind = { ...services, log: { ...services.log, latest: () => note, published: () => note } };
    const next = { level: 0, index: Math.floor(size / 256), width: (size % 256) + 1 };
    const ask = async (path: string, rest: string, known: typeof services) => {
      const route = routes.find((found) => found.path === path);
      assert.ok(route);
      const call = { params: { '*': rest }, headers: {}, principal: admin(world) };
      // A call as the server makes it, as far as these handlers look at it.
      return route.handle(call as unknown as Call & KnownCall, known);
    };
    const tile = tilePath(next).slice('tile/'.length);
    const refuses = async (path: string, rest: string): Promise<void> => {
      const answer = await ask(path, rest, behind);
      assert.deepEqual([answer.status, answer.headers], [404, { 'cache-control': 'no-cache' }]);
      assert.match(JSON.stringify(answer.body), /The signed tree of \d+ entries has no/);
    };
    await refuses('/log/tile/*', tile);
    assert.equal((await ask('/log/tile/*', tile, services)).status, 200);
    const bundle = entriesPath(next.index, next.width).slice('tile/entries/'.length);
    await refuses('/log/tile/entries/*', bundle);
  });

  it('bundles are for global readers alone: others are refused, and that is recorded', async () => {
    const organization = await world.organization('acme');
    const manager = await world.person('manager');
    await world.give('organization_manager', manager.guid, organization);
    const auditor = await world.person('auditor', ['cloud_controller.global_auditor']);
    const ask = async (token: string, path: string) => (await world.call('GET', path, { token })).status;
    for (const path of ['/log/tile/entries/000.p/1', '/log/epochs/1/tile/entries/000.p/1']) {
      assert.deepEqual([await ask(manager.token, path), await ask(auditor.token, path)], [403, 200]);
    }
    assert.equal(await ask(manager.token, '/log/tile/0/000'), 200);
    const query = `/api/events?types=audit.log.refused&actor_guids=${manager.guid}`;
    const [refusal] = (await world.call('GET', query)).json.resources;
    assert.deepEqual([refusal.data.path, refusal.data.status], ['/log/tile/entries/000.p/1', 403]);
    await world.running.services.doors.notes.flush();
    const reads = (await world.call('GET', `/api/events?types=audit.log.read&actor_guids=${auditor.guid}`))
      .json;
    assert.deepEqual(reads.resources[0].data.filters, [{ filter: 'log/entries?epoch=1', times: 2, rows: 2 }]);
  });
});

function admin({ adminToken }: World) {
  const claims = JSON.parse(Buffer.from(adminToken.split('.')[1] ?? '', 'base64url').toString());
  return {
    kind: 'user',
    guid: claims.user_id,
    username: 'admin',
    email: '',
    client: 'cf',
    scopes: claims.scope,
  };
}

interface Bytes {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request that nothing decompresses or tidies up. */
function bytesAt(world: World, path: string, headers = {}, method = 'GET'): Promise<Bytes> {
  const authorization = `bearer ${world.adminToken}`;
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(world.url);
    const options = { hostname, port, path: `/log/${path}`, method, headers: { authorization, ...headers } };
    const sent = send(options, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
