// A data folder out of a backup: verified, never half-done, never in place of one that is used or wanted, and never as
// if nothing had been signed since.
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { restore } from '../../src/backup.ts';
import { backupOf, restoreTo } from '../../src/compose.ts';
import { AppError, type ErrorName } from '../../src/core/error.ts';
import { originParts } from '../../src/log/epoch.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { holds, verifyFolder } from '../../src/verification.ts';
import { diceOf, freshSeed } from '../crash/seed.ts';
import { startProcess } from '../crash/server-process.ts';
import { adminPassword, passwordGrant, request, startServer, type TestServer } from '../harness.ts';
import { newHome } from './command.ts';
import { change, flipBit, logTables, swapRows } from './tampering.ts';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-restore-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function serve<R>(
  directory: string,
  use: (server: TestServer) => Promise<R>,
  acceptRestore = false,
): Promise<R> {
  const server = await startServer({ directory, segmentEvents: 150, config: { acceptRestore } });
  try {
    return await use(server);
  } finally {
    await server.stop({ keep: true });
  }
}

async function create(server: TestServer, ...names: string[]): Promise<void> {
  for (const name of names) {
    const reply = await server.call('POST', '/v3/organizations', { body: { name } });
    assert.equal(reply.status, 201, reply.text);
  }
}

async function namesOf(server: TestServer): Promise<string[]> {
  const { resources } = (await server.call('GET', '/v3/organizations')).json;
  return resources.map(({ name }: { name: string }) => name).sort();
}

function rememberedIn(directory: string): string {
  return readFileSync(join(directory, 'remembered', 'checkpoint'), 'utf8');
}

function refusal(entry: ErrorName, sentence: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.entry, entry);
    assert.match(error.message, sentence);
    return true;
  };
}

/** A data folder with the organization `one`, a backup of it, and a folder that holds both. */
async function begin(t: TestContext): Promise<{ folder: string; data: string; copy: string }> {
  const folder = newFolder(t);
  const [data, copy] = [join(folder, 'data'), join(folder, 'copy')];
  await serve(data, (server) => create(server, 'one'));
  await backupOf(data, copy);
  return { folder, data, copy };
}

/** The server of a folder halts, until the restore is accepted; answers the event that opens the epoch. */
async function assertAccepted(directory: string, epoch: number, reason: RegExp) {
  await serve(directory, async (server) => {
    assert.match(server.running.services.log.halted() ?? 'it goes on', reason);
    const refused = await server.call('POST', '/v3/organizations', { body: { name: 'not yet' } });
    assert.equal(refused.status, 503);
    assert.match(refused.json.errors[0].detail, /start once with --accept-restore/);
  });
  const opening = await serve(
    directory,
    async (server) => {
      await create(server, `in epoch ${epoch}`);
      const note = (await server.running.services.log.sealer.now()) ?? '';
      assert.match(note, new RegExp(`^[^\n]*/${epoch}\n`));
      const [entry] = await server.running.services.store.entries(epoch, 0, 1);
      const { resources } = (await server.call('GET', '/api/events?types=audit.log.epoch')).json;
      return resources.find(({ guid }: { guid: string }) => guid === JSON.parse(entry ?? '').guid);
    },
    true,
  );
  await serve(directory, async (server) => assert.equal(server.running.services.log.halted(), null));
  assert.ok(holds(await verifyFolder(directory, inspectSqliteStore)));
  return opening;
}

const restored = /^The log is halted: this data folder was restored from a backup\. /;

describe('restore', () => {
  it('into a new folder: all of the backup is there, and goes on as a new epoch once that is accepted', async (t) => {
    const { folder, copy } = await begin(t);
    const directory = join(folder, 'deep', 'new');
    assert.deepEqual(await restoreTo(copy, directory, false), { replaced: null, needsAcceptance: true });
    assert.deepEqual(readdirSync(join(folder, 'deep')), ['new']);
    await serve(directory, async (server) => assert.deepEqual(await namesOf(server), ['one']));
    const { data } = await assertAccepted(directory, 2, restored);
    assert.equal(data.known_checkpoint, rememberedIn(copy));
    assert.equal(data.previous_checkpoint, rememberedIn(copy));
    assert.deepEqual(readdirSync(join(directory, 'remembered')), ['checkpoint'], 'accepted once is enough');
  });

  it('into an empty folder, with --replace or without', async (t) => {
    const { folder, copy } = await begin(t);
    for (const replace of [false, true]) {
      const directory = join(folder, `empty-${replace}`);
      mkdirSync(directory);
      assert.equal((await restoreTo(copy, directory, replace)).replaced, null);
    }
    assert.deepEqual(readdirSync(folder).sort(), ['copy', 'data', 'empty-false', 'empty-true']);
  });

  it('over a folder that is there: only with --replace, and what was there is kept', async (t) => {
    const { folder, data, copy } = await begin(t);
    await serve(data, (server) => create(server, 'two'));
    const before = rememberedIn(data);
    await assert.rejects(
      restoreTo(copy, data, false),
      refusal('UnprocessableEntity', /data is not empty: --replace keeps it under another name/),
    );
    assert.equal(rememberedIn(data), before);
    const { replaced, needsAcceptance } = await restoreTo(copy, data, true);
    assert.ok(needsAcceptance);
    assert.match(replaced ?? '', new RegExp(`^${data}\\.replaced-\\d{14}$`));
    assert.equal(rememberedIn(data), before, 'what was signed is not forgotten');
    const opening = await assertAccepted(data, 2, /The log is halted: a checkpoint of \d+ leaves is known/);
    assert.equal(opening.data.known_checkpoint, before);
    assert.equal(opening.data.previous_checkpoint, rememberedIn(copy));
    await serve(data, async (server) => {
      assert.deepEqual(await namesOf(server), ['in epoch 2', 'one']);
      const [told] = (await server.call('GET', '/api/events?types=audit.log.restore')).json.resources;
      assert.deepEqual([told.target.name, told.data], ['copy', { replaced: basename(replaced ?? '') }]);
      const copies = (await server.running.services.disposer.backups()).map(({ name }) => name);
      assert.deepEqual(copies.sort(), ['copy', basename(replaced ?? '')].sort());
    });
    await serve(replaced ?? '', async (server) => assert.deepEqual(await namesOf(server), ['one', 'two']));
    assert.equal(readdirSync(folder).length, 3);
  });

  it('of one backup into two folders: neither goes on in the name of the other', async (t) => {
    const { folder, copy } = await begin(t);
    const origins: string[] = [];
    for (const name of ['drill', 'real']) {
      const directory = join(folder, name);
      await restoreTo(copy, directory, false);
      await assertAccepted(directory, 2, restored);
      origins.push(rememberedIn(directory).split('\n')[0] ?? '');
    }
    const [drill = '', real = ''] = origins;
    assert.notEqual(drill, real);
    assert.deepEqual(originParts(drill), originParts(real));
  });

  it('the same backup for a second time begins a third epoch', async (t) => {
    const { folder, data, copy } = await begin(t);
    await serve(data, (server) => create(server, 'two'));
    const verify = async (): Promise<void> => undefined;
    const hasMore = async (): Promise<boolean> => false;
    await restore(copy, data, { replace: true, stamp: 'first', verify, hasMore });
    await assertAccepted(data, 2, /The log is halted: a checkpoint of \d+ leaves is known/);
    const inSecond = rememberedIn(data);
    await assert.rejects(
      restore(copy, data, { replace: true, stamp: 'first', verify, hasMore }),
      refusal('UnprocessableEntity', /data\.replaced-first exists already: try again$/),
    );
    await restore(copy, data, { replace: true, stamp: 'second', verify, hasMore });
    const { data: told } = await assertAccepted(data, 3, /a checkpoint of epoch 2 is known/);
    assert.equal(told.known_checkpoint, inSecond);
    assert.deepEqual(
      readdirSync(folder).sort(),
      ['copy', 'data', 'data.replaced-first', 'data.replaced-second'].sort(),
    );
  });

  it('where nothing was signed since the backup, the log goes on without acceptance', async (t) => {
    const { data, copy } = await begin(t);
    const { needsAcceptance } = await restoreTo(copy, data, true);
    assert.equal(needsAcceptance, false);
    await serve(data, async (server) => {
      assert.equal(server.running.services.log.halted(), null);
      await create(server, 'two');
      assert.match((await server.running.services.log.sealer.now()) ?? '', /^[^\n]*\/1\n/);
    });
    const report = await verifyFolder(data, inspectSqliteStore, { earlier: [rememberedIn(copy)] });
    assert.ok(holds(report));
    assert.equal(report.epochs.length, 1);
  });

  it('of a folder whose server was killed: what stands in the write-ahead log is there', async (t) => {
    const { folder, data } = await begin(t);
    const server = await startProcess(data);
    t.after(() => server.kill());
    const token = await passwordGrant(server.url, 'admin', adminPassword);
    for (const name of ['two', 'three'])
      await request(server.url, 'POST', '/v3/organizations', { token, body: { name } });
    await server.kill();
    assert.ok(existsSync(join(data, 'hansard.db-wal')));
    const directory = join(folder, 'new');
    await restoreTo(data, directory, false);
    await serve(directory, async (again) => assert.deepEqual(await namesOf(again), ['one', 'three', 'two']));
  });

  it('is refused while a server has the folder open', async (t) => {
    const { folder, data, copy } = await begin(t);
    const inUse = refusal('ServiceUnavailable', /data is in use by another Hansard process\./);
    const server = await startProcess(data);
    t.after(() => server.kill());
    await assert.rejects(restoreTo(copy, data, true), inUse);
    await assert.rejects(restoreTo(copy, data, false), inUse);
    const ran = await newHome(t).hansard(['restore', copy, '--data', data, '--replace']);
    assert.equal(ran.code, 1);
    assert.match(ran.err, /^The data folder .*data is in use by another Hansard process\. .*\n$/);
    const token = await passwordGrant(server.url, 'admin', adminPassword);
    const reply = await request(server.url, 'POST', '/v3/organizations', {
      token,
      body: { name: 'goes on' },
    });
    assert.equal(reply.status, 201);
    assert.deepEqual(readdirSync(folder).sort(), ['copy', 'data']);
  });

  it('says why it cannot', async (t) => {
    const { folder, data, copy } = await begin(t);
    await assert.rejects(
      restoreTo('/nonexistent', data, true),
      refusal('UnprocessableEntity', /^\/nonexistent is not a data folder: it has no hansard\.db$/),
    );
    mkdirSync(join(folder, 'new.restored'));
    await assert.rejects(
      restoreTo(copy, join(folder, 'new'), false),
      refusal('UnprocessableEntity', /new\.restored exists already/),
    );
  });
});

describe('a backup that was tampered with', () => {
  let folder: string;
  let copy: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hansard-tampered-'));
    const data = join(folder, 'data');
    await serve(data, async (server) => {
      await create(server, ...Array.from({ length: 40 }, (_, number) => `org-${number}`));
      const line = (number: number): string => {
        const guid = `6f9bd4d2-7a4c-4d6a-9d3a-${String(number).padStart(12, '0')}`;
        const timestamp = '2020-02-02T02:02:02Z';
        const actor = { actor: `actor-${number % 7}`, actor_type: 'user', actor_name: 'jo' };
        const about = { actee: `app-${number}`, actee_type: 'app', actee_name: '', metadata: { number } };
        const where = { space_guid: `space-${number % 5}`, organization_guid: 'org' };
        const metadata = { guid, url: `/v2/events/${guid}`, created_at: timestamp };
        return JSON.stringify({
          metadata,
          entity: { type: 'app.crash', ...actor, ...about, timestamp, ...where },
        });
      };
      const body = Array.from({ length: 260 }, (_, number) => line(number)).join('\n');
      assert.equal((await server.call('POST', '/api/import', { body })).json.new, 260);
    });
    copy = join(folder, 'copy');
    await backupOf(data, copy);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A copy of the backup, changed; the sentence that `restore` refuses it with. */
  async function refusedWith(tamper: (file: string, directory: string) => void): Promise<string | null> {
    const bad = join(folder, 'bad');
    const directory = join(folder, 'new');
    cpSync(copy, bad, { recursive: true });
    try {
      tamper(join(bad, 'hansard.db'), bad);
      const failure: unknown = await restoreTo(bad, directory, false).then(
        () => null,
        (error) => error,
      );
      if (failure === null) return null;
      assert.ok(!existsSync(directory) && !existsSync(`${directory}.restored`), 'nothing is left');
      return failure instanceof Error ? failure.message : String(failure);
    } finally {
      for (const name of [bad, directory]) rmSync(name, { recursive: true, force: true });
    }
  }

  it('is refused whichever bit of whichever row of the log is another', async (t) => {
    const seed = freshSeed(t);
    const dice = diceOf(seed);
    let refused = 0;
    for (let turn = 0; turn < 160; turn += 1) {
      const table = logTables[turn % logTables.length] ?? '';
      let done: string | null = null;
      const sentence = await refusedWith((file) => {
        done = flipBit(file, table, dice);
      });
      if (done === null) assert.equal(sentence, null, 'what is unchanged is restored');
      else assert.ok(sentence !== null, `seed ${seed}: ${done} is not found`);
      refused += done === null ? 0 : 1;
    }
    assert.ok(refused > 60, `${refused} changes`);
    t.diagnostic(`${refused} changes`);
  });

  for (const [what, tamper, sentence] of [
    [
      'two events have changed places',
      (file: string) => swapRows(file, 'event_1', 'id', 100, 101),
      /Entry 99 does not have the hash/,
    ],
    [
      'what two events say has changed places',
      (file: string) => swapRows(file, 'body_2', 'id', 160, 161),
      /does not have the hash that tile/,
    ],
    [
      'two leaves have changed places',
      (file: string) => swapRows(file, 'leaf', 'position', 20, 21),
      /another root|another hash|does not have the hash/,
    ],
    [
      'two actors have changed places',
      (file: string) => swapRows(file, 'party', 'id', 3, 5),
      /does not have the hash that tile/,
    ],
    [
      'an event is gone with its leaf',
      (file: string) => change(file, 'leaf', 'DELETE FROM leaf WHERE position = 200'),
      /Entry 200 is missing/,
    ],
    [
      'the newest leaves are gone with their events, and the tree says so',
      (file: string) => {
        change(file, 'leaf', 'DELETE FROM leaf WHERE position >= 290');
        change(file, 'tree', 'UPDATE tree SET size = 290, event = 290');
      },
      /Entries 290 to \d+ are missing/,
    ],
    [
      'an event was put in among the sealed ones',
      (file: string) => {
        const copied = 'SELECT 5, randomblob(16), origin, type, audience, occurred_at, recorded_at, actor';
        const event = `${copied}, target, space, organization, outcome FROM event_1 WHERE id = 6`;
        change(file, 'event_1', `DELETE FROM event_1 WHERE id = 5; INSERT INTO event_1 ${event}`);
      },
      /cannot be found by its guid|does not have the hash/,
    ],
    [
      'what it remembers is no checkpoint',
      (_: string, directory: string) =>
        cpSync(join(copy, 'keys', 'log-keys.json'), join(directory, 'remembered', 'checkpoint')),
      /./,
    ],
    ['its tail is cut off', (file: string) => truncateSync(file, 8 * 4_096), /./],
    ['all but its first page is cut off', (file: string) => truncateSync(file, 4_096), /./],
    ['it is empty', (file: string) => truncateSync(file, 0), /./],
    ['its store is gone', (file: string) => rmSync(file), /is not a data folder: it has no hansard\.db$/],
  ] as const) {
    it(`is refused where ${what}`, async () => {
      const told = await refusedWith(tamper);
      assert.ok(told !== null, 'it was restored');
      assert.match(told, sentence);
    });
  }
});

describe('hansard restore', () => {
  it('says what it did and what comes next, or why not', async (t) => {
    const { folder, data, copy } = await begin(t);
    const home = newHome(t);
    const directory = join(folder, 'new');
    assert.deepEqual(await home.hansard(['restore', copy, '--data', directory]), {
      code: 0,
      out: '',
      err:
        `${directory} is ${copy} again, verified.\nStart it once with: hansard serve --data ${directory} --accept-restore\n` +
        'A new epoch begins then: give its verifier keys to whoever verifies (hansard key export).\n',
    });
    assert.deepEqual(await home.hansard(['restore', copy], { env: { HANSARD_DATA: data } }), {
      code: 1,
      out: '',
      err: `${data} is not empty: --replace keeps it under another name and puts the copy there\n`,
    });
    const over = await home.hansard(['restore', copy, '--data', data, '--replace']);
    assert.deepEqual([over.code, over.out], [0, '']);
    const kept = new RegExp(`^What was there before is now ${data}\\.replaced-\\d{14}\\.$`, 'm');
    assert.match(over.err, kept);
    assert.doesNotMatch(over.err, /accept-restore/);
    change(join(copy, 'hansard.db'), 'event_1', 'UPDATE event_1 SET outcome = 1 - outcome WHERE id = 1');
    const refused = await home.hansard(['restore', copy, '--data', join(folder, 'other')]);
    assert.deepEqual([refused.code, refused.out], [1, '']);
    assert.match(refused.err, new RegExp(`^${copy} does not verify: Entry 0 does not have the hash .*\n$`));
    assert.equal((await home.hansard(['restore'])).code, 2);
  });
});
