// Whatever is changed in the tables that the log stands on is found by the verification of the data folder: a byte of
// any column, a row that is gone, two rows that changed places. A seed is printed; HANSARD_TEST_SEED replays it.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { holds } from '../../src/verification.ts';
import { diceOf, freshSeed } from '../crash/seed.ts';
import { makeHistory } from './history.ts';
import { deleteRow, flip, type Mutation, pickTable, swapRows } from './mutations.ts';
import { assertFound, FoundBy, sentencesOf } from './table.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** The tables that the log stands on. Those of the foundation are told of by it, not proven. */
const logTables = [
  'event',
  'body',
  'leaf',
  'subtree',
  'tree',
  'origin',
  'type',
  'place',
  'party',
  'dedupe',
  'supplement',
  'segment',
  'count_type_day',
  'count_organization_type',
  'count_organization_space',
  'checkpoint',
  'epoch',
];

/** What nobody can find in the store alone, and why that does no harm. */
const invisible: Readonly<Record<string, string>> = {
  'checkpoint.at':
    'when a checkpoint was put away is signed by nobody; it decides alone which old ones are thinned out',
  'checkpoint is gone':
    'old checkpoints are thinned out: a newer one of the same tree says the same and more. The newest of each epoch is ' +
    'missed, by what is remembered beside the store or what the next epoch began with',
};

const flipsOfColumn = 20;
const turnsOfTable = 12;

describe('a change of a row', () => {
  let bench: Workbench;
  let folder: string;
  before(async () => {
    const history = await makeHistory(1, 270, 150);
    folder = history.folder;
    bench = openWorkbench(history.directory);
  });
  after(() => {
    bench.remove();
    rmSync(folder, { recursive: true });
  });

  /** Tries a change; answers whether the store could hold it. */
  async function attempt(kind: string, mutation: Mutation, foundBy: FoundBy): Promise<boolean> {
    const done = bench.change(mutation);
    if (done === null) return false;
    const report = await bench.verify();
    if (invisible[kind] === undefined) assertFound(bench, done, report);
    foundBy.add(kind, report);
    return true;
  }

  it('is not made where nothing is changed: the folder holds', async () => {
    bench.change(() => null);
    const report = await bench.verify();
    assert.deepEqual(sentencesOf(report), []);
    assert.ok(holds(report));
    assert.deepEqual([report.epochs.length, report.unsealed], [2, 0]);
    for (const table of logTables) pickTable(bench, table, diceOf(1));
  });

  it('is found whichever byte of whichever column it is', async (t) => {
    const dice = diceOf(freshSeed(t));
    const foundBy = new FoundBy();
    for (const name of logTables) {
      for (const column of pickTable(bench, name, dice).columns) {
        for (let turn = 0; turn < flipsOfColumn; turn += 1) {
          const kind = `${name}.${column}`;
          await attempt(kind, flip(pickTable(bench, name, dice), column, dice), foundBy);
        }
      }
    }
    foundBy.print(t);
    t.diagnostic(`${foundBy.count} bytes`);
    assert.ok(foundBy.count > 1_000, `${foundBy.count} bytes`);
  });

  it('is found where a row is gone, or two have changed places', async (t) => {
    const dice = diceOf(freshSeed(t));
    const foundBy = new FoundBy();
    for (const name of logTables) {
      for (let turn = 0; turn < turnsOfTable; turn += 1) {
        await attempt(`${name} is gone`, deleteRow(pickTable(bench, name, dice), dice), foundBy);
        await attempt(`${name} swapped`, swapRows(pickTable(bench, name, dice), dice), foundBy);
      }
    }
    foundBy.print(t);
    t.diagnostic(`${foundBy.count} rows`);
    assert.ok(foundBy.count > 300, `${foundBy.count} rows`);
  });

  it('is found where the newest checkpoint of an epoch is gone, or all of an older one', async () => {
    for (const where of [
      'epoch = 1 AND size = (SELECT max(size) FROM checkpoint WHERE epoch = 1)',
      'epoch = 2 AND size = (SELECT max(size) FROM checkpoint WHERE epoch = 2)',
      'epoch = 1',
    ]) {
      bench.change((database) => database.exec(`DELETE FROM checkpoint WHERE ${where}`));
      const sentences = sentencesOf(await bench.verify());
      assert.match(sentences.join(' '), /The log was cut back|no checkpoint signs them/, where);
    }
  });
});
