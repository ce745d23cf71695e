// What was done to events after they were sealed is told by the log: whatever the disposer and later sources did holds,
// and the same done in silence does not.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { untold } from '../../src/log/told.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { v3Event } from '../../src/wire/v3.ts';
import { adminPermit, doerNamed, oldEvent, openRig, type Rig, t0 } from './disposal-rig.ts';

const month = 31 * 86_400_000_000;

async function untoldIn({ directory }: Rig): Promise<string[]> {
  const inspection = inspectSqliteStore(`${directory}/hansard.db`);
  try {
    return await untold(inspection);
  } finally {
    inspection.close();
  }
}

function tamper({ directory }: Rig, sql: string): void {
  const database = new DatabaseSync(`${directory}/hansard.db`);
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  database.exec(sql);
  database.close();
}

/** Imports events once more, with a name that was not known. */
async function addNames(rig: Rig, name: string): Promise<void> {
  const events = (await rig.events()).filter(({ origin }) => origin === 'from');
  const lines = events.map((event) =>
    JSON.stringify(
      JSON.parse(v3Event({ ...event, particulars: { actor_name: 'known', target_name: name } }, '')),
    ),
  );
  const permit = adminPermit('root', 'event.import');
  await rig.store.run('log.import', { permit, origin: 'from', doer: doerNamed('root'), firstLine: 1, lines });
  await rig.seal();
}

/** A rig with so many events of long ago from elsewhere, whose target names are not known. */
async function begin(t: TestContext, count: number, segmentEvents = 1_000): Promise<Rig> {
  const rig = await openRig(t, { segmentEvents });
  const more = { origin: 'from', particulars: '{"actor_name":"known"}', data: '{}' };
  await rig.store.run(
    'test.append',
    Array.from({ length: count }, () => oldEvent('x', more)),
  );
  await rig.seal();
  return rig;
}

test('what the disposer did is told, while it waits for its certificate too', async (t) => {
  const rig = await begin(t, 40, 10);
  assert.deepEqual(await untoldIn(rig), []);
  await rig.store.run('log.dispose', { at: t0 + 40 * month, ids: [3, 4, 5] });
  assert.deepEqual(await untoldIn(rig), [], 'not certified yet');
  await addNames(rig, 'later');
  assert.deepEqual(await untoldIn(rig), []);
  rig.at(t0 + 40 * month);
  const report = await rig.disposer.run();
  assert.ok(report.certificate !== null && report.dropped > 0);
  assert.deepEqual(await untoldIn(rig), []);
  tamper(
    rig,
    'DELETE FROM event_5; DELETE FROM body_5; UPDATE segment SET first_id = first_id + 10 WHERE number = 5',
  );
  assert.match(
    (await untoldIn(rig)).join(' '),
    /^No certificate tells of the events up to leaf \d+ of epoch 1\.$/,
  );
});

test('erased events whose own additions were told of hold, and one more erased does not', async (t) => {
  const rig = await begin(t, 6);
  await addNames(rig, 'later');
  await rig.store.run('test.append', [oldEvent('new', { recordedAt: t0 + 39 * month })]);
  await rig.seal();
  rig.at(t0 + 40 * month);
  assert.equal((await rig.disposer.run()).erased, 6);
  assert.deepEqual(await untoldIn(rig), []);
  tamper(
    rig,
    "UPDATE body_1 SET data = NULL, data_salt = NULL, data_digest = zeroblob(32) WHERE id = (SELECT max(id) FROM body_1 WHERE data LIKE '%new-data%')",
  );
  assert.deepEqual(await untoldIn(rig), [
    '7 events have lost what they said; the log tells of 6 that were erased.',
  ]);
});

test('names that were added are those that the log tells, all of them and no others', async (t) => {
  // Events 1 to 3 are of elsewhere, 4 to 6 tell of the names that were added to them, nothing is told of 7.
  const changes: readonly [sql: string, sentence: RegExp][] = [
    [
      `UPDATE supplement SET particulars = '{"target_name":"other"}' WHERE event = 2`,
      /^What was added to event 2 of the store is not what the log tells\.$/,
    ],
    [
      "UPDATE supplement SET particulars = 'scribble' WHERE event = 2",
      /^What was added to event 2 of .* is not/,
    ],
    ['UPDATE supplement SET event = 99 WHERE event = 2', /^What was added to event 99 of the store is not/],
    [
      `INSERT INTO supplement VALUES (7, '{"target_name":"x"}')`,
      /^What was added to event 7 of the store is not/,
    ],
    [
      'DELETE FROM supplement WHERE event = 2',
      /^What was added to event 2 of the store is gone, although the log tells of it\.$/,
    ],
    [
      'DELETE FROM supplement WHERE event = 2; UPDATE body_1 SET data = NULL, data_salt = NULL, data_digest = zeroblob(32) WHERE id = 5',
      /^Event 5 of the store has lost what it said, and the log does not tell\.$/,
    ],
  ];
  for (const [sql, sentence] of changes) {
    const rig = await begin(t, 3);
    await addNames(rig, 'later');
    await rig.store.run('test.append', [oldEvent('y')]);
    await rig.seal();
    assert.deepEqual(await untoldIn(rig), []);
    tamper(rig, sql);
    assert.match((await untoldIn(rig)).join(' '), sentence, sql);
  }
});
