// A backup is taken while the server works, verified before it has its name, told of in the log, and starts as a
// server of its own.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { backupOf, importOffline } from '../../src/compose.ts';
import { AppError } from '../../src/core/error.ts';
import { newGuid } from '../../src/core/guid.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { holds, verifyFolder } from '../../src/verification.ts';
import { startServer, type TestServer } from '../harness.ts';
import { newHome } from './command.ts';
import { change } from './tampering.ts';

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hansard-backup-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** A server on `data` of a new folder, beside which copies may lie. */
async function begin(t: TestContext): Promise<{ folder: string; data: string; server: TestServer }> {
  const folder = await mkdtemp(join(tmpdir(), 'hansard-backup-'));
  const data = join(folder, 'data');
  const server = await startServer({ directory: data });
  t.after(async () => {
    await server.stop({ keep: true }).catch(() => undefined);
    await rm(folder, { recursive: true });
  });
  return { folder, data, server };
}

async function create(server: TestServer, name: string): Promise<void> {
  const reply = await server.call('POST', '/v3/organizations', { body: { name } });
  assert.equal(reply.status, 201, reply.text);
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function refusal(sentence: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.entry, 'UnprocessableEntity');
    assert.match(error.message, sentence);
    return true;
  };
}

/** What the log tells of backups, oldest first. */
async function toldOf(server: TestServer) {
  const reply = await server.call('GET', '/api/events?types=audit.log.backup');
  assert.equal(reply.status, 200, reply.text);
  return reply.json.resources.reverse();
}

describe('backup', () => {
  it('copies what was acknowledged, keys included, and nothing half-done', async (t) => {
    const { folder, data, server } = await begin(t);
    await create(server, 'before');
    const during = Promise.all(Array.from({ length: 20 }, (_, index) => create(server, `during-${index}`)));
    const target = join(folder, 'copy');
    const { bytes, leaves } = await backupOf(data, target);
    await during;
    assert.equal(bytes, statSync(`${target}/hansard.db`).size);
    assert.ok(leaves >= 0);
    assert.deepEqual(
      ['', 'hansard.db', 'keys', 'remembered', 'keys/log-1.pem'].map((name) => modeOf(join(target, name))),
      ['700', '600', '700', '700', '600'],
    );

    const copy = await startServer({ directory: target });
    const organizations = (await copy.call('GET', '/v3/organizations?per_page=100')).json.resources;
    const events = (await copy.call('GET', '/v3/audit_events?types=audit.organization.create')).json
      .resources;
    assert.ok(organizations.some((one: { name: string }) => one.name === 'before'));
    assert.deepEqual(
      events.map((one: { target: { guid: string } }) => one.target.guid).sort(),
      organizations.map((one: { guid: string }) => one.guid).sort(),
    );
    assert.equal((await copy.call('GET', '/v3/organizations', { token: server.adminToken })).status, 200);
    // Two servers, one on the copy, would be two histories of one log: it asks first.
    assert.match(copy.running.services.log.halted() ?? '', /this data folder was restored from a backup/);
    await copy.stop({ keep: true });
  });

  it('of a log that is written and signed without rest verifies, time after time', async (t) => {
    const { folder, data, server } = await begin(t);
    let isOver = false;
    const write = async (writer: number): Promise<void> => {
      for (let turn = 0; !isOver; turn += 1) {
        await create(server, `${writer}-${turn}`);
        await server.running.services.log.sealer.now();
      }
    };
    const writing = [1, 2, 3].map(write);
    // A process of its own, so that nobody stands still for it.
    const home = newHome(t);
    let leaves = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      const target = join(folder, `copy-${turn}`);
      const { code, err } = await home.hansard(['backup', '--data', data, target]);
      assert.equal(code, 0, err);
      const copied = Number(/(\d+) sealed event/.exec(err)?.[1]);
      assert.ok(copied > leaves, 'each has more than the one before had');
      leaves = copied;
      assert.ok(holds(await verifyFolder(target, inspectSqliteStore)));
      assert.deepEqual(readdirSync(`${target}/remembered`).sort(), ['checkpoint', 'restored']);
    }
    isOver = true;
    await Promise.all(writing);
  });

  it('is told of in the log, once', async (t) => {
    const { folder, data, server } = await begin(t);
    await create(server, 'one');
    await server.running.services.log.sealer.now();
    const { bytes, leaves } = await backupOf(data, join(folder, 'copies', 'of-monday'));
    const [left = ''] = readdirSync(`${data}/notices`);
    const notice = readFileSync(`${data}/notices/${left}`);
    assert.deepEqual([modeOf(`${data}/notices`), modeOf(`${data}/notices/${left}`)], ['700', '600']);
    await server.stop({ keep: true });
    assert.deepEqual(readdirSync(`${data}/notices`), [], 'what was told of is gone');

    // As a kill leaves it between the event and the end of the notice, and what others put there.
    writeFileSync(`${data}/notices/${left}`, notice);
    writeFileSync(`${data}/notices/${newGuid()}.json`, '{"type":"audit.log.started","data":{}}');
    writeFileSync(`${data}/notices/${newGuid()}.json`, 'scribble');
    writeFileSync(`${data}/notices/${newGuid()}.json.0123456789abcdef`, '{}');
    const again = await startServer({ directory: data });
    const [told, ...more] = await toldOf(again);
    assert.deepEqual(more, []);
    assert.equal(told.guid, left.replace('.json', ''));
    assert.deepEqual({ ...told.data, begun: '' }, { bytes, events: leaves, begun: '' });
    assert.equal(told.target.name, 'of-monday');
    assert.match(readdirSync(`${data}/notices`).join(), /^[^,]*\.json\.0123456789abcdef$/);
    await again.stop({ keep: true });
  });

  it('is told of from its beginning, so that an erasure meanwhile names it, and once when it is done', async (t) => {
    const { folder, data, server } = await begin(t);
    await server.running.services.log.sealer.now();
    const { disposer } = server.running.services;
    const copying = backupOf(data, join(folder, 'in-the-making'));
    const isLeft = () => readdirSync(`${data}/notices`).some((name) => name.endsWith('.json'));
    for (let turn = 0; turn < 1_000 && !isLeft(); turn += 1) await new Promise(setImmediate);
    assert.ok(!existsSync(join(folder, 'in-the-making')), 'it is not done yet');
    const names = async () => (await disposer.backups()).map(({ name }) => name);
    assert.deepEqual(await names(), ['in-the-making']);
    await copying;
    assert.deepEqual(await names(), ['in-the-making']);
    const states = (await toldOf(server)).map(({ data: { state } }: { data: { state?: string } }) => state);
    assert.deepEqual(new Set(states), new Set(['begun', undefined]));
    assert.equal(states.length, 2);
  });

  it('of a folder that no server has made keys for; what failed leaves nothing', async (t) => {
    const folder = await newFolder(t);
    const data = join(folder, 'data');
    mkdirSync(data);
    await importOffline(data, (async function* () {})(), 'import', () => '0', {
      chosen: 'a password of its own',
      announce: () => undefined,
    });
    const target = join(folder, 'copies', 'first');
    await backupOf(data, `${target}/`);
    assert.deepEqual(readdirSync(`${target}/keys`).sort(), ['log-1.pem', 'log-keys.json']);
    assert.equal(modeOf(target), '700');

    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'hansard.db'), 'no store');
    const second = join(folder, 'second');
    await assert.rejects(backupOf(broken, second), /not a database/);
    assert.ok(!existsSync(second) && !existsSync(`${second}.part`));
    mkdirSync(`${second}.part`);
    await assert.rejects(
      backupOf(data, second),
      refusal(/second\.part is another copy in the making, or broke off: remove it first$/),
    );
    rmSync(`${second}.part`, { recursive: true });
    await backupOf(data, second);
  });

  it('says why it cannot', async (t) => {
    const folder = await newFolder(t);
    await assert.rejects(
      backupOf('/nonexistent', join(folder, 'x')),
      refusal(/^\/nonexistent is not a data folder: it has no hansard\.db$/),
    );
    writeFileSync(join(folder, 'hansard.db'), '');
    await assert.rejects(
      backupOf(folder, folder),
      refusal(/exists already: name a folder that does not exist yet$/),
    );
  });

  it('of a folder that does not verify is refused, and leaves nothing but the folder', async (t) => {
    const { folder, data, server } = await begin(t);
    await create(server, 'one');
    await server.running.services.log.sealer.now();
    await server.stop({ keep: true });
    const target = join(folder, 'copy');

    const remembered = `${data}/remembered/checkpoint`;
    const note = readFileSync(remembered, 'utf8');
    writeFileSync(remembered, note.replace(/\n\d+\n/, '\n1000\n'));
    await assert.rejects(backupOf(data, target), refusal(/copy\.part does not verify: /));
    writeFileSync(remembered, note);

    change(join(data, 'hansard.db'), 'event_1', 'UPDATE event_1 SET outcome = 1 WHERE id = 1');
    await assert.rejects(
      backupOf(data, target),
      refusal(/copy\.part does not verify: Entry 0 does not have the hash that tile\/0\/000\.p\/\d+ holds/),
    );
    assert.deepEqual(readdirSync(folder), ['data']);
    assert.deepEqual(readdirSync(`${data}/notices`), []);
  });
});

describe('hansard backup', () => {
  it('says what it copied, also while a server runs, and fails with a sentence', async (t) => {
    const { folder, data, server } = await begin(t);
    await create(server, 'one');
    await server.running.services.log.sealer.now();
    const home = newHome(t);
    const target = join(folder, 'copy');
    const ran = await home.hansard(['backup', '--data', data, target]);
    assert.deepEqual([ran.code, ran.out], [0, '']);
    const said = new RegExp(
      `^Copied ${data} to ${target}: \\d+\\.\\d MiB, verified, \\d+ sealed events\\.\n$`,
    );
    assert.match(ran.err, said);
    assert.deepEqual(await home.hansard(['backup', target], { env: { HANSARD_DATA: data } }), {
      code: 1,
      out: '',
      err: `${target} exists already: name a folder that does not exist yet\n`,
    });
    assert.deepEqual(await home.hansard(['backup', join(folder, 'x')]), {
      code: 1,
      out: '',
      err: './data is not a data folder: it has no hansard.db\n',
    });
    assert.equal((await home.hansard(['backup'])).code, 2);
  });
});
