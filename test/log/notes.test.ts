import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import {
  createNotes,
  failedLogins,
  type Note,
  type NoteKind,
  notable,
  type Occurrence,
  reads,
  refusals,
} from '../../src/log/notes.ts';

const doer = {
  actor: { type: 'user', guid: 'u1' },
  name: 'bob@example.org',
  username: 'bob',
  context: { address: '192.0.2.1', interface: 'uaa' as const },
};

function occurrence(kind: NoteKind, who: string, about?: { text: string; rows: number }): Occurrence {
  const target = { type: 'user', guid: who };
  const more = about === undefined ? {} : { about };
  return { kind, subject: ['192.0.2.1', who], doer, target, targetName: who, data: { reason: 'r' }, ...more };
}

function recorder(options: { fails?: () => boolean; entriesMax?: number } = {}) {
  const told: Note[] = [];
  let at = 0;
  const notes = createNotes({
    record: async (note) => {
      if (options.fails?.()) throw new Error('the store cannot write');
      told.push(note);
    },
    now: () => (at += 1_000_000),
    ...(options.entriesMax !== undefined && { entriesMax: options.entriesMax }),
  });
  const data = () => told.map(({ happening }) => happening.data as Record<string, unknown>);
  return { notes, told, data };
}

test('a failure is told at once, the others of its subject together', async () => {
  const { notes, told, data } = recorder();
  await notes.note(occurrence(failedLogins, 'bob'));
  assert.equal(told.length, 1);
  for (let n = 0; n < 7; n += 1) await notes.note(occurrence(failedLogins, 'bob'));
  assert.equal(told.length, 1);
  await notes.flush();
  const [first, rest] = data();
  assert.deepEqual(first, { reason: 'r', attempts: 1 });
  assert.deepEqual({ ...rest, since: '' }, { reason: 'r', attempts: 7, since: '' });
  assert.match(String(rest?.since), /^1970-01-01T00:00:0\d\.000000Z$/);
  assert.deepEqual(told[1]?.happening.target, { type: 'user', guid: 'bob' });
  assert.equal(told[1]?.happening.outcome, 'failure');
});

test('after the minute the first one is told at once again', async () => {
  const { notes, told } = recorder();
  await notes.note(occurrence(failedLogins, 'bob'));
  await notes.flush();
  assert.equal(told.length, 1, 'nothing more to tell');
  await notes.note(occurrence(failedLogins, 'bob'));
  assert.equal(told.length, 2);
});

test('subjects and kinds are told apart', async () => {
  const { notes, told } = recorder();
  await notes.note(occurrence(failedLogins, 'bob'));
  await notes.note(occurrence(failedLogins, 'alice'));
  await notes.note(occurrence(refusals, 'bob', { text: 'GET /Users', rows: 0 }));
  assert.deepEqual(
    told.map(({ happening }) => [happening.type, happening.targetName]),
    [
      ['audit.log.login_failed', 'bob'],
      ['audit.log.login_failed', 'alice'],
      ['audit.log.refused', 'bob'],
    ],
  );
});

test('refusals that are told together list their requests', async () => {
  const { notes, data } = recorder();
  for (const path of ['/a', '/a', '/b']) {
    await notes.note(occurrence(refusals, 'bob', { text: `GET ${path}`, rows: 0 }));
  }
  await notes.flush();
  assert.deepEqual(data()[1]?.requests, [
    { request: 'GET /a', times: 1 },
    { request: 'GET /b', times: 1 },
  ]);
});

test('reads are told when the minute ends, each filter with its rows', async () => {
  const { notes, told, data } = recorder();
  await notes.note(occurrence(reads, 'bob', { text: 'type:a', rows: 3 }));
  await notes.note(occurrence(reads, 'bob', { text: 'type:a', rows: 4 }));
  await notes.note(occurrence(reads, 'bob', { text: '', rows: 50 }));
  assert.equal(told.length, 0);
  await notes.flush();
  assert.equal(told.length, 1);
  assert.deepEqual(data()[0]?.filters, [
    { filter: 'type:a', times: 2, rows: 7 },
    { filter: '', times: 1, rows: 50 },
  ]);
});

test('further filters than the bound are counted', async () => {
  const { notes, data } = recorder();
  for (let n = 0; n < limits.readFiltersMax + 5; n += 1) {
    await notes.note(occurrence(reads, 'bob', { text: `f${n}`, rows: 1 }));
  }
  await notes.flush();
  assert.equal((data()[0]?.filters as unknown[]).length, limits.readFiltersMax);
  assert.equal(data()[0]?.more, 5);
});

test('a stranger with ever new names causes a bounded number of events', async () => {
  const { notes, told } = recorder({ entriesMax: 10 });
  for (let n = 0; n < 500; n += 1) await notes.note(occurrence(failedLogins, `name ${n}`));
  assert.equal(told.length, 10);
  await notes.flush();
  assert.equal(told.length, 11);
  const together = told[10];
  assert.deepEqual(together?.happening.target, { type: 'user', guid: 'several' });
  assert.deepEqual(together?.doer.context, { absent: 'several sources', interface: 'uaa' });
  assert.equal((together?.happening.data as Record<string, unknown>).attempts, 490);
});

test('readers are never told together: the oldest is told early', async () => {
  const { notes, told } = recorder({ entriesMax: 3 });
  for (const who of ['a', 'b', 'c', 'd', 'e']) {
    await notes.note(occurrence(reads, who, { text: '', rows: 1 }));
  }
  await notes.flush();
  assert.deepEqual(told.map(({ happening }) => happening.targetName).sort(), ['a', 'b', 'c', 'd', 'e']);
});

test('what cannot be recorded is refused to the first and counted on', async () => {
  let down = true;
  const { notes, data } = recorder({ fails: () => down });
  await assert.rejects(notes.note(occurrence(failedLogins, 'bob')), /cannot write/);
  await notes.note(occurrence(failedLogins, 'bob'));
  await notes.flush();
  await notes.note(occurrence(failedLogins, 'bob'));
  down = false;
  await notes.flush();
  assert.deepEqual(
    data().map(({ attempts }) => attempts),
    [3],
  );
});

test('nothing is lost and nothing counted twice, whatever fails in between', async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ who: fc.constantFrom('a', 'b', 'c', 'd'), read: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constantFrom('flush' as const, 'break' as const, 'mend' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      let down = false;
      const { notes, data } = recorder({ fails: () => down, entriesMax: 3 });
      let noted = 0;
      for (const one of steps) {
        if (one === 'break') down = true;
        else if (one === 'mend') down = false;
        else if (one === 'flush') await notes.flush();
        else {
          noted += 1;
          const about = { text: one.who, rows: 1 };
          await notes
            .note(occurrence(one.read ? reads : failedLogins, one.who, about))
            .catch(() => undefined);
        }
      }
      down = false;
      await notes.flush();
      await notes.flush();
      const counts = data().map(({ attempts, filters }) => {
        const list = (filters ?? []) as { times: number }[];
        return Number(attempts ?? list.reduce((sum, { times }) => sum + times, 0));
      });
      assert.equal(
        counts.reduce((sum, n) => sum + n, 0),
        noted,
      );
    }),
  );
});

test('the minute ends by itself, without keeping the process alive', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { notes, told } = recorder();
  await notes.note(occurrence(failedLogins, 'bob'));
  await notes.note(occurrence(failedLogins, 'bob'));
  mock.timers.tick(limits.noteMs - 1);
  assert.equal(told.length, 1);
  mock.timers.tick(1);
  assert.equal(told.length, 2);
});

test('texts from outside are cut and made of characters that can be stored', () => {
  assert.equal(notable('x'.repeat(9_999)).length, limits.contextCharactersMax);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const kept = notable(`${text}\0\ud800`);
      assert.ok(kept.isWellFormed() && !kept.includes('\0'));
    }),
  );
});
