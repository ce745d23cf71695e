// A store that was put back to an older copy: the server finds it out, reads go on, nothing is written or signed until
// somebody accepts the restore, and then the next epoch begins with the last checkpoints of both.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { originParts } from '../src/log/epoch.ts';
import { openCheckpoint } from '../src/merkle/checkpoint.ts';
import { inspectSqliteStore } from '../src/store/sqlite/inspection.ts';
import { holds, verifyFolder } from '../src/verification.ts';
import { startServer, type TestServer } from './harness.ts';

/** A data folder that is served now and then. */
interface Place {
  readonly directory: string;
  /** Serves the folder for as long as `use` takes. */
  serve<R>(use: (server: TestServer) => Promise<R>, acceptRestore?: boolean): Promise<R>;
  /** Creates organizations; answers the last checkpoint that was published then. */
  create(...names: string[]): Promise<string>;
  /** The checkpoint that is remembered beside the store. */
  remembered(): string;
  /** Keeps a copy of the store as it is; answers what puts it back. */
  keep(): () => void;
}

function begin(t: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-sealing-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const directory = join(folder, 'data');
  const serve: Place['serve'] = async (use, acceptRestore = false) => {
    const server = await startServer({ directory, config: { acceptRestore } });
    try {
      return await use(server);
    } finally {
      await server.stop({ keep: true });
    }
  };
  const remembered = (): string => readFileSync(join(directory, 'remembered', 'checkpoint'), 'utf8');
  let copies = 0;
  return {
    directory,
    serve,
    remembered,
    create: async (...names) => {
      await serve(async (server) => {
        for (const name of names) await creation(server, name);
      });
      return remembered();
    },
    keep: () => {
      const copy = join(folder, `copy-${++copies}`);
      const isOfStore = (path: string): boolean => !/remembered|keys/.test(path);
      cpSync(directory, copy, { recursive: true, filter: isOfStore });
      return () => {
        for (const name of readdirSync(directory).filter((one) => one.startsWith('hansard.db')))
          rmSync(join(directory, name));
        cpSync(copy, directory, { recursive: true });
      };
    },
  };
}

async function creation(server: TestServer, name: string): Promise<void> {
  const reply = await server.call('POST', '/v3/organizations', { body: { name } });
  assert.equal(reply.status, 201, reply.text);
}

/** The newest note of a server, after everything is sealed. */
async function newestOf({ running }: TestServer): Promise<string> {
  return (await running.services.log.sealer.now()) ?? '';
}

async function namesOf(server: TestServer): Promise<string[]> {
  const reply = await server.call('GET', '/v3/organizations');
  assert.equal(reply.status, 200, reply.text);
  return reply.json.resources.map(({ name }: { name: string }) => name).sort();
}

function checkpointOf({ running }: TestServer, note: string) {
  const origin = note.slice(0, note.indexOf('\n'));
  return openCheckpoint(note, running.services.log.keys.verifierKeys(origin));
}

/** The event whose leaf is the first of an epoch. */
async function openingOf(server: TestServer, epoch: number) {
  const [entry] = await server.running.services.store.entries(epoch, 0, 1);
  const { guid, type } = JSON.parse(entry ?? '{}');
  const { resources } = (await server.call('GET', `/api/events?types=${type}`)).json;
  const event = resources.find((one: { guid: string }) => one.guid === guid);
  return { type, data: event?.data, event };
}

async function assertHolds(directory: string, epochs: number): Promise<void> {
  const report = await verifyFolder(directory, inspectSqliteStore);
  assert.ok(holds(report), JSON.stringify(report));
  assert.equal(report.epochs.length, epochs);
}

async function assertHalted(place: Place, names: string[], reason: RegExp): Promise<void> {
  await place.serve(async (server) => {
    const before = await newestOf(server);
    assert.match(server.running.services.log.halted() ?? '', reason);
    assert.deepEqual(await namesOf(server), names, 'reads go on, log-in included');
    assert.equal((await server.call('GET', '/v3/audit_events')).status, 200);
    for (const [method, path, body] of [
      ['POST', '/v3/organizations', { name: 'not now' }],
      ['POST', '/v3/users', { guid: 'nobody' }],
      ['POST', '/api/import', '{}'],
    ] as const) {
      const refused = await server.call(method, path, { body });
      assert.equal(refused.status, 503, `${method} ${path}: ${refused.text}`);
      assert.match(refused.text, /The log is halted: .*start once with --accept-restore/);
    }
    assert.deepEqual(await namesOf(server), names);
    const shown = await server.call('GET', '/log/checkpoint');
    assert.equal(shown.status, before === '' ? 404 : 200);
    if (before !== '') assert.equal(shown.text, before, 'what was signed is shown');
    assert.equal(await newestOf(server), before, 'nothing is signed');
  });
}

describe('a store that was put back to an older copy', () => {
  it('halts until the restore is accepted, and goes on as the next epoch', async (t) => {
    const place = begin(t);
    const older = await place.create('one');
    const putBack = place.keep();
    const newest = await place.create('two', 'three');
    putBack();
    await assertHalted(
      place,
      ['one'],
      /^The log is halted: a checkpoint of \d+ leaves is known \(remembered beside the store\), the store has \d+\. /,
    );
    await assertHalted(place, ['one'], /^The log is halted: /);

    await place.serve(async (server) => {
      assert.equal(server.running.services.log.halted(), null);
      await creation(server, 'four');
      const checkpoint = checkpointOf(server, await newestOf(server));
      assert.deepEqual(
        { ...originParts(checkpoint.origin) },
        { ...originParts(newest.slice(0, newest.indexOf('\n'))), epoch: 2 },
      );
      const { type, data } = await openingOf(server, 2);
      assert.equal(type, 'audit.log.epoch');
      assert.equal(data.epoch, 2);
      assert.equal(data.origin, checkpoint.origin);
      assert.equal(data.previous_checkpoint, older);
      assert.equal(data.known_checkpoint, newest);
      assert.match(data.reason, /^a checkpoint of \d+ leaves is known/);
      checkpointOf(server, data.previous_checkpoint);
      checkpointOf(server, data.known_checkpoint);
      assert.deepEqual(
        (await server.running.services.log.epochs()).map(({ number }) => number),
        [1, 2],
      );
      assert.equal(await server.running.services.log.last(1), older, 'the old epoch stays');
    }, true);
    await assertHolds(place.directory, 2);

    await place.serve(async (server) => {
      assert.equal(server.running.services.log.halted(), null, 'accepted once is enough');
      assert.deepEqual(await namesOf(server), ['four', 'one']);
      await creation(server, 'five');
      assert.match(await newestOf(server), /^[^\n]*\/2\n/);
    });
    await assertHolds(place.directory, 2);
  });

  it('that also went on otherwise halts, although it has grown beyond what is remembered', async (t) => {
    const place = begin(t);
    await place.create('one');
    const putBack = place.keep();
    await place.create('two');
    const remembered = join(place.directory, 'remembered');
    const aside = `${place.directory}-remembered`;
    cpSync(remembered, aside, { recursive: true });
    putBack();
    rmSync(remembered, { recursive: true });
    await place.create('another', 'and', 'more');
    cpSync(aside, remembered, { recursive: true });
    await assertHalted(
      place,
      ['and', 'another', 'more', 'one'],
      /the first \d+ leaves are not those of the checkpoint remembered beside the store/,
    );
  });

  it('after a first restore: the epoch after both follows, and every opening tells what was known', async (t) => {
    const place = begin(t);
    await place.create('one');
    const putBack = place.keep();
    await place.create('two');
    putBack();
    const firstOfSecond = await place.serve(async (server) => {
      await creation(server, 'three');
      return openingOf(server, 2);
    }, true);
    const inSecond = place.remembered();
    putBack();
    await assertHalted(place, ['one'], /a checkpoint of epoch 2 is known .*, the store is at 1\./);
    await place.serve(async (server) => {
      const { data } = await openingOf(server, 3);
      assert.equal(data.known_checkpoint, inSecond);
      assert.equal(data.previous_checkpoint, firstOfSecond.data.previous_checkpoint);
      assert.match(await newestOf(server), /^[^\n]*\/3\n/);
      assert.equal(await server.running.services.log.last(2), null, 'what is lost is not made up');
      await creation(server, 'four');
    }, true);
    await assertHolds(place.directory, 2);
    await place.serve(async (server) => assert.deepEqual(await namesOf(server), ['four', 'one']));
  });

  it('within the epoch that an earlier restore began', async (t) => {
    const place = begin(t);
    await place.create('one');
    const first = place.keep();
    await place.create('two');
    first();
    await place.serve((server) => creation(server, 'three'), true);
    const second = place.keep();
    await place.create('four');
    second();
    await assertHalted(place, ['one', 'three'], /a checkpoint of \d+ leaves is known/);
    await place.serve((server) => creation(server, 'five'), true);
    await assertHolds(place.directory, 3);
  });

  it('to accept what needs no acceptance changes nothing', async (t) => {
    const place = begin(t);
    await place.create('one');
    await place.serve(async (server) => assert.match(await newestOf(server), /^[^\n]*\/1\n/), true);
    await assertHolds(place.directory, 1);
  });

  it('to before anything was signed is found out too', async (t) => {
    const place = begin(t);
    await place.create('one');
    rmSync(join(place.directory, 'hansard.db'));
    await assertHalted(place, [], /the checkpoint remembered beside the store is of log .*, the store of /);
    await place.serve(async (server) => {
      await creation(server, 'two');
      assert.match(await newestOf(server), /^[^\n]*\/2\n/);
    }, true);
    await place.serve(async (server) => assert.equal(server.running.services.log.halted(), null));
    await assertHolds(place.directory, 1);
  });
});

describe('what is remembered beside the store', () => {
  it('is the newest published checkpoint, also while the server runs', async (t) => {
    const place = begin(t);
    await place.serve(async (server) => {
      for (const name of ['one', 'two']) {
        await creation(server, name);
        assert.equal(await newestOf(server), place.remembered());
      }
    });
    await assertHolds(place.directory, 1);
  });

  it('where it is no checkpoint, the start says so in a sentence', async (t) => {
    const place = begin(t);
    await place.create('one');
    writeFileSync(join(place.directory, 'remembered', 'checkpoint'), 'scribble');
    await assert.rejects(
      place.serve(async () => undefined),
      /^AppError: The file remembered\/checkpoint of the data folder is no checkpoint: the note has no empty line/,
    );
  });
});
