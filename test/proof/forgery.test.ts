// Forgeries that leave nothing undone: events put in, a tail cut off, an older checkpoint, a second history signed with
// the log's own key, names and segments that disappear in silence. And the list of what nobody can find who has the
// data folder alone: each of it is found with a checkpoint that was kept elsewhere, or changes nothing that was sealed.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type FolderChecks, holds } from '../../src/verification.ts';
import { type Dice, diceOf, freshSeed } from '../crash/seed.ts';
import {
  copyEvent,
  cutTail,
  dropInSilence,
  eraseInSilence,
  forgetCheckpoints,
  lastSegment,
  newestNote,
  pushOn,
  recount,
  removeEvent,
  rewriteEvent,
  signAnew,
  signed,
} from './forgery.ts';
import { type History, makeHistory } from './history.ts';
import { assertFound, FoundBy, sentencesOf } from './table.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const turns = 12;

describe('a forgery', () => {
  let bench: Workbench;
  let history: History;
  before(async () => {
    history = await makeHistory(2, 270, 150);
    bench = openWorkbench(history.directory);
  });
  after(() => {
    bench.remove();
    rmSync(history.folder, { recursive: true });
  });

  async function found(
    what: string,
    event: number | null = null,
    checks: FolderChecks = {},
  ): Promise<string> {
    const report = await bench.verify(checks);
    assertFound(bench, { what, event }, report);
    tables.add(what.replace(/\d+/g, 'N'), report);
    return sentencesOf(report).join('\n');
  }

  async function unseen(what: string, checks: FolderChecks = {}): Promise<void> {
    assert.deepEqual(sentencesOf(await bench.verify(checks)), [], what);
  }

  const tables = new FoundBy();

  async function often(t: TestContext, turn: (dice: Dice, number: number) => Promise<void>): Promise<void> {
    const dice = diceOf(freshSeed(t));
    for (let number = 0; number < turns; number += 1) await turn(dice, number);
  }

  after((t) => tables.print(t));

  it('puts an event in the place of another', (t) =>
    often(t, async (dice) => {
      const id = bench.change((database) => {
        const { first, last } = lastSegment(database);
        const at = first + 1 + dice.roll(last - first - 1);
        removeEvent(database, at);
        copyEvent(database, at - 1, at);
        recount(database);
        return at;
      });
      await found('another event stands in the place of one', id);
    }));

  it('puts an event among the sealed ones, and lets all others move on', (t) =>
    often(t, async (dice) => {
      const text = bench.change((database) => {
        const { first, last } = lastSegment(database);
        const at = first + 1 + dice.roll(last - first - 1);
        pushOn(database, at);
        copyEvent(database, at - 1, at);
        recount(database);
        return `Event ${at} of the store stands among the sealed events and has no leaf: it was put in later.`;
      });
      assert.ok((await found('an event more stands among the sealed ones')).includes(text));
    }));

  it('adds half of an event at the end, or one before the beginning', async () => {
    for (const parts of [{ body: false }, { identity: false }, { body: false, identity: false }]) {
      const id = bench.change((database) => {
        const { last } = lastSegment(database);
        copyEvent(database, last, last + 1, parts);
        return last + 1;
      });
      assert.match(
        await found(`half of an event: ${JSON.stringify(parts)}`),
        new RegExp(`Event ${id} of the store`),
      );
    }
    for (const id of [0, -5]) {
      bench.change((database) => copyEvent(database, lastSegment(database).last, id));
      await found('an event with an id below the first');
    }
  });

  it('cuts the tail off: what is remembered beside the store, or a checkpoint in it, knows more', (t) =>
    often(t, async (dice, number) => {
      const isForgotten = number % 2 === 1;
      const newest = bench.change((database) => {
        const { first, last } = lastSegment(database);
        const note = newestNote(database);
        cutTail(database, 1 + dice.roll(last - first - 1));
        if (isForgotten) forgetCheckpoints(database);
        return note;
      });
      assert.match(
        await found(`the tail is cut, ${isForgotten ? 'checkpoints too' : 'checkpoints stay'}`),
        /was cut back|missing/,
      );
      // Somebody who forgets nothing.
      const older = bench.edit(forgetCheckpoints);
      for (const forget of [() => rmSync(bench.remembered), () => writeFileSync(bench.remembered, older)]) {
        forget();
        await unseen('nobody in the folder remembers');
        assert.match(
          await found(
            'the tail is cut, checkpoints and what is remembered too: by a checkpoint from outside',
            null,
            {
              earlier: [newest],
            },
          ),
          /was cut back/,
        );
      }
    }));

  it('puts an older checkpoint in the place of the newest', async () => {
    const notes = bench.change((database) => {
      const rows = database.prepare('SELECT size, note FROM checkpoint WHERE epoch = 2 ORDER BY size').all();
      return rows.map(({ note }) => String(note));
    });
    const newest = notes.at(-1) ?? '';
    for (const [at, note] of notes.slice(0, -1).entries()) {
      bench.change((database) => {
        database
          .prepare('DELETE FROM checkpoint WHERE epoch = 2 AND size > ?')
          .run(Number(note.split('\n')[1]));
      });
      assert.match(await found(`checkpoint ${at} is the newest`), /was cut back/);
      bench.change((database) => {
        const size = Number(newest.split('\n')[1]);
        database.prepare('UPDATE checkpoint SET note = ? WHERE epoch = 2 AND size = ?').run(note, size);
      });
      assert.match(
        await found(`checkpoint ${at} stands in the place of the newest`),
        /is not as it was signed/,
      );
    }
  });

  it('signs another history of the same size', (t) =>
    often(t, async (dice, number) => {
      bench.restore();
      const genuine = readFileSync(bench.remembered, 'utf8');
      const segment = 1 + dice.roll(4);
      const rows = bench.tables.get(`body_${segment}`)?.rows ?? [];
      const id = Number(dice.pick(rows.filter(({ data }) => data !== null))?.id);
      const { epoch, index } = bench.places.get(id) ?? { epoch: 0, index: 0 };
      await rewriteEvent(bench, segment, id);
      await found('an event and its leaf are rewritten, nothing is signed', id);
      const isWhole = number % 2 === 0;
      bench.edit((database) => {
        const newest = Number(newestNote(database).split('\n')[1]);
        signAnew(bench, database, epoch, isWhole || epoch === 1 ? index + 1 : newest);
      });
      await found(
        `a second history is signed, ${isWhole ? 'old checkpoints too' : 'the newest checkpoint alone'}`,
        id,
      );
      if (epoch === 1) return;
      bench.edit((database) => {
        signAnew(bench, database, epoch, index + 1);
        writeFileSync(bench.remembered, newestNote(database));
      });
      await unseen('nobody in the folder remembers the first history');
      const what = 'a second history is signed, and remembered: by a checkpoint from outside';
      assert.match(await found(what, id, { earlier: [genuine] }), /There are two histories of the same size/);
    }));

  it('signs another history of an older epoch, which the next epoch began with', async () => {
    bench.restore();
    await rewriteEvent(bench, 1, 100);
    bench.edit((database) => {
      signAnew(bench, database, 1, 1);
      const { size } =
        database.prepare('SELECT max(size) AS size FROM checkpoint WHERE epoch = 1').get() ?? {};
      const note = signed(bench, database, 1, Number(size));
      database.prepare('UPDATE checkpoint SET note = ? WHERE epoch = 1 AND size = ?').run(note, Number(size));
    });
    assert.match(await found('an older epoch is signed anew', 100), /two histories of the same size/);
  });

  it('erases what an event says, and tells nobody', (t) =>
    often(t, async (dice, number) => {
      const part = number % 2 === 0 ? 'data' : 'particulars';
      const segment = 1 + dice.roll(4);
      const row = dice.pick(
        (bench.tables.get(`body_${segment}`)?.rows ?? []).filter((one) => one[part] !== null),
      );
      bench.change((database) => eraseInSilence(database, segment, Number(row?.id), part));
      assert.match(
        await found(`the ${part} of an event are erased in silence`),
        /lost what (they|it) said|What was added to event/,
      );
    }));

  it('takes names away that a later source added, and erases what tells of them', async () => {
    const { rows = [] } = bench.tables.get('supplement') ?? {};
    const types = bench.tables.get('type')?.rows ?? [];
    const type = types.find(({ name }) => name === 'audit.log.supplemented')?.id;
    for (const segment of [1, 2]) {
      const said = (bench.tables.get(`body_${segment}`)?.rows ?? []).filter(({ data }) => data !== null);
      const saying = new Set(said.map(({ id }) => id));
      const events = bench.tables.get(`event_${segment}`)?.rows ?? [];
      const told = events.filter((row) => row.type === type && saying.has(row.id ?? null));
      for (const { id } of told.slice(0, 6)) {
        const isErased = bench.change((database) => {
          database.exec('DELETE FROM supplement');
          return eraseInSilence(database, segment, Number(id), 'data');
        });
        assert.ok(isErased, 'the events chosen still say something');
        await found('added names are gone with what tells of them');
      }
    }
    assert.ok(rows.length > 5);
  });

  it('changes what guards the tables, or has events changed before they are sealed', async () => {
    for (const sql of [
      'DROP TRIGGER event_1_kept',
      'DROP INDEX event_2_by_target',
      'DROP TRIGGER leaf_stays',
      "CREATE TRIGGER quiet AFTER INSERT ON body_4 BEGIN UPDATE body_4 SET data = '{}' WHERE id = NEW.id; END",
      'CREATE TABLE aside (what TEXT)',
    ]) {
      bench.restore();
      const database = new DatabaseSync(bench.file);
      database.exec(sql);
      database.close();
      const name = / (\w+_\w+|quiet|aside)/.exec(sql)?.[1];
      const what = `The schema of the store has another ${name} than this program made.`;
      assert.equal(await found(`a change of the schema: ${sql.split(' ')[0]}`), what);
    }
  });

  it('takes the oldest segment away, and tells nobody', async () => {
    bench.change(dropInSilence);
    assert.match(
      await found('a segment is dropped in silence'),
      /No certificate tells of the events up to leaf 149 of/,
    );
  });

  const withoutEffect: Readonly<Record<string, [why: string, sql: string]>> = {
    'a name that no event uses': [
      'dictionaries may hold more than is used: nothing of it is ever shown',
      "INSERT INTO party VALUES (9999, 'nobody', 'user')",
    ],
    'a count of nothing': [
      'it adds nothing to any total',
      'INSERT INTO count_type_day VALUES (9999, 9999, 0)',
    ],
    'a row of the foundation': [
      'the state of the platform is told of by the log, and not proven by it',
      "UPDATE organization SET name = name || '!'",
    ],
  };

  for (const [what, [why, sql]] of Object.entries(withoutEffect)) {
    it(`cannot be seen where it is ${what}: ${why}`, async () => {
      bench.change((database) => database.exec(sql));
      await unseen(what);
    });
  }

  it('cannot be seen where it is an event at the end: what is not sealed is not promised yet, and is counted', async () => {
    bench.change((database) => {
      const { last } = lastSegment(database);
      copyEvent(database, last, last + 1);
    });
    const report = await bench.verify();
    assert.ok(holds(report));
    assert.equal(report.unsealed, 1);
  });

  it('cannot be seen where checkpoints and what is remembered are gone: what they signed counts as not sealed', async () => {
    bench.change((database) => database.exec('DELETE FROM checkpoint WHERE epoch = 2'));
    rmSync(bench.remembered);
    const report = await bench.verify();
    assert.ok(holds(report));
    assert.ok(report.unsealed > 270);
    const newest = history.checkpoints.at(-1) ?? '';
    await unseen('a checkpoint from outside stands in', { earlier: [newest] });
    bench.edit((database) =>
      database.exec("UPDATE body_4 SET data = '{}' WHERE id = (SELECT max(id) FROM body_4)"),
    );
    assert.match(
      await found('checkpoints are gone, and an event is changed: by one from outside', null, {
        earlier: [newest],
      }),
      /does not have the hash/,
    );
  });
});
