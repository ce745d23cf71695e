// What was done to events after they were sealed is told by the log: whatever the disposer and later sources did holds,
// and the same done in silence does not.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { Erasable, StoredEvent } from '../../src/event/event.ts';
import { untold } from '../../src/log/told.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { v3Event } from '../../src/wire/v3.ts';
import { approve, scope } from '../foundation/two-people.ts';
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
    'Event 13 of the store has lost what it said, and the log does not tell.',
  ]);
});

/** What of an event is erased by two people, or in silence where a file is changed. */
const silence = (part: 'data' | 'particulars', id: number) =>
  `UPDATE body_1 SET ${part} = NULL, ${part}_salt = NULL, ${part}_digest = zeroblob(32) WHERE id = ${id}`;

async function erase(rig: Rig, { origin, guid }: StoredEvent, parts: readonly Erasable[]): Promise<void> {
  const input = { origin, guid, parts, reason: 'a slip' };
  const permit = adminPermit('one', 'event.erase');
  await approve(rig, 'two', await rig.perform('event.erase', permit, doerNamed('one'), input));
  await rig.seal();
}

async function beginWithTwo(t: TestContext, count: number, segmentEvents?: number): Promise<Rig> {
  const rig = await begin(t, count, segmentEvents);
  await rig.addAdmin('one');
  await rig.addAdmin('two');
  return rig;
}

test('of an event that was erased in part, the other part may not go in silence', async (t) => {
  const rig = await beginWithTwo(t, 3);
  const [event] = await rig.events();
  assert.ok(event !== undefined);
  await erase(rig, event, ['data']);
  assert.deepEqual(await untoldIn(rig), []);
  tamper(rig, silence('particulars', event.id));
  assert.deepEqual(await untoldIn(rig), [
    `Event ${event.id} of the store has lost what it said, and the log does not tell.`,
  ]);
  await erase(rig, (await rig.events())[1] as StoredEvent, ['data', 'particulars']);
  assert.equal((await untoldIn(rig)).length, 1);
});

test('what an erasure of another origin names is not told', async (t) => {
  const rig = await beginWithTwo(t, 1);
  const [event] = (await rig.events()) as [StoredEvent];
  await rig.store.run('test.append', [oldEvent('same', { guid: event.guid, origin: 'other' })]);
  await rig.seal();
  await erase(rig, event, ['data']);
  tamper(
    rig,
    silence('data', (await rig.events()).at(-2)?.id ?? 0).replace(
      /WHERE id = .*/,
      "WHERE data LIKE '%same-data%'",
    ),
  );
  assert.match((await untoldIn(rig)).join(), /^Event \d+ of the store has lost what it said/);
});

test('a certificate covers what it disposed of, and nothing beside it, nor more than it counts', async (t) => {
  const rig = await beginWithTwo(t, 0);
  const later = { recordedAt: t0 + 39 * month };
  const explaining = { type: 'audit.log.hold_create', audience: 'log' } as const;
  const rows = [oldEvent('a'), oldEvent('b'), oldEvent('held', { actor: { type: 'user', guid: 'bob' } })];
  await rig.store.run('test.append', [
    ...rows,
    oldEvent('later', later),
    oldEvent('why', explaining),
    oldEvent('named'),
    oldEvent('z'),
  ]);
  await rig.seal();
  const input = { ...scope, name: 'case', reason: 'court', actorGuid: 'bob' };
  await rig.perform('hold.create', adminPermit('one', 'hold.create'), doerNamed('one'), input);
  const events = await rig.events();
  const idOf = (canary: string) => events.find(({ data }) => data.includes(`${canary}-`))?.id ?? 0;
  const ids = new Map(['a', 'held', 'later', 'why'].map((canary) => [canary, idOf(canary)]));
  const named = events.find(({ id }) => id === idOf('named')) as StoredEvent;
  await erase(rig, named, ['data']);
  await erase(rig, named, ['particulars']);
  rig.at(t0 + 40 * month);
  assert.equal((await rig.disposer.run()).erased, 3);
  assert.deepEqual(await untoldIn(rig), []);
  const lost = (canary: string) => new RegExp(`^Event ${ids.get(canary)} of the store has lost what it said`);
  const both = (canary: string) =>
    (['data', 'particulars'] as const).map((part) => silence(part, ids.get(canary) ?? 0)).join('; ');
  for (const [canary, sentence] of [
    ['later', lost('later')],
    ['why', lost('why')],
    ['held', /^5 events have lost what they said in disposals; the log tells of 4\.$/],
  ] as const) {
    tamper(rig, `CREATE TABLE kept AS SELECT * FROM body_1; ${both(canary)}`);
    assert.match((await untoldIn(rig)).join(' '), sentence, canary);
    tamper(rig, 'DELETE FROM body_1; INSERT INTO body_1 SELECT * FROM kept; DROP TABLE kept');
    assert.deepEqual(await untoldIn(rig), []);
  }
  tamper(rig, silence('data', ids.get('held') ?? 0));
  assert.match((await untoldIn(rig)).join(' '), lost('held'));
});

test('after a segment was dropped, silence has no room that its certificate leaves', async (t) => {
  const rig = await begin(t, 40, 10);
  await rig.store.run('log.dispose', {
    at: t0 + 40 * month,
    ids: Array.from({ length: 10 }, (_, n) => n + 1),
  });
  rig.at(t0 + 40 * month);
  assert.ok((await rig.disposer.run()).dropped > 0);
  await rig.store.run('test.append', [oldEvent('new', { recordedAt: t0 + 39 * month })]);
  await rig.seal();
  assert.deepEqual(await untoldIn(rig), []);
  tamper(rig, silence('data', (await rig.events()).at(-1)?.id ?? 0).replace('body_1', 'body_5'));
  assert.match((await untoldIn(rig)).join(), /^Event \d+ of the store has lost what it said/);
});

test('what tells of added names goes with the names of their event, and not without them', async (t) => {
  const rig = await beginWithTwo(t, 2);
  await addNames(rig, 'later');
  const events = await rig.events();
  const telling = events.filter(({ type }) => type === 'audit.log.supplemented');
  const [first, second] = telling as [StoredEvent, StoredEvent];
  await assert.rejects(
    erase(rig, first, ['data', 'particulars']),
    new RegExp(
      `only tells what was added to event ${first.target.guid}: erase the names of that event instead`,
    ),
  );
  await erase(rig, first, ['particulars']);
  assert.deepEqual(await untoldIn(rig), []);
  await erase(rig, events.find(({ guid }) => guid === first.target.guid) as StoredEvent, ['particulars']);
  assert.deepEqual((await rig.events()).find(({ id }) => id === first.id)?.erased, ['data', 'particulars']);
  assert.deepEqual(await untoldIn(rig), []);
  // A log in which the telling alone was erased, as it once could be, goes on verifying.
  const named = JSON.stringify({ origin: '', parts: ['data'] });
  const erasure = {
    type: 'audit.log.erase',
    audience: 'log',
    target: { type: 'event', guid: second.guid },
  } as const;
  await rig.store.run('test.append', [oldEvent('x', { ...erasure, data: named })]);
  await rig.seal();
  tamper(rig, silence('data', second.id));
  assert.deepEqual(await untoldIn(rig), []);
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
