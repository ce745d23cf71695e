// A byte of the database file itself is another, wherever it is: that is found, or no read of the log is another for it.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../src/store/sqlite/database.ts';
import { holds } from '../../src/verification.ts';
import { diceOf, freshSeed } from '../crash/seed.ts';
import { makeHistory } from './history.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

const bytesChanged = 300;

/** The tables that are proven; the others hold the state of the platform, and whoever is logged in. */
const provenTable =
  /^(event_\d+|body_\d+|leaf|subtree|tree|origin|type|place|party|dedupe|supplement|segment|count_.*|epoch)$/;

/** All rows of all tables. Indexes hold the same, or the verification would have found the file to be damaged. */
function readAll(file: string): Map<string, string> {
  const connection = connect(file, 'read');
  try {
    const sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    return new Map(
      connection.all(sql, []).map(({ name, sql: made }) => {
        const rows = connection.all(`SELECT * FROM "${name}" NOT INDEXED`, []);
        return [String(name), [made, ...shown(rows)].join('\n')];
      }),
    );
  } finally {
    connection.close();
  }
}

function shown(rows: readonly Record<string, unknown>[]): string[] {
  return rows.map((row) =>
    JSON.stringify(row, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ),
  );
}

describe('a byte of the file', () => {
  let bench: Workbench;
  let folder: string;
  before(async () => {
    const history = await makeHistory(3, 270, 150);
    folder = history.folder;
    bench = openWorkbench(history.directory);
  });
  after(() => {
    bench.remove();
    rmSync(folder, { recursive: true });
  });

  it('is found to be another, or changes nothing that is read of the log', async (t) => {
    const dice = diceOf(freshSeed(t));
    bench.restore();
    const genuine = readFileSync(bench.file);
    const wanted = readAll(bench.file);
    const tally = { found: 0, 'without effect': 0, 'in a table of the platform': 0 };
    for (let turn = 0; turn < bytesChanged; turn += 1) {
      const bytes = Buffer.from(genuine);
      const at = dice.roll(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 + dice.roll(255)), at);
      writeFileSync(bench.file, bytes);
      const report = await bench.verify();
      if (!holds(report)) tally.found += 1;
      else {
        const read = readAll(bench.file);
        assert.deepEqual([...read.keys()], [...wanted.keys()]);
        const others = [...wanted]
          .filter(([table, rows]) => read.get(table) !== rows)
          .map(([table]) => table);
        const proven = others.filter((table) => provenTable.test(table));
        assert.deepEqual(proven, [], `byte ${at} of the file is another, and that is not found`);
        tally[others.length === 0 ? 'without effect' : 'in a table of the platform'] += 1;
      }
    }
    t.diagnostic(JSON.stringify(tally));
    assert.ok(tally.found > bytesChanged / 4, JSON.stringify(tally));
  });

  it('of the first page, each of them: the file is found to be damaged, or reads as before', async () => {
    bench.restore();
    const genuine = readFileSync(bench.file);
    const wanted = readAll(bench.file);
    for (let at = 0; at < 112; at += 1) {
      const bytes = Buffer.from(genuine);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
      writeFileSync(bench.file, bytes);
      if (!holds(await bench.verify())) continue;
      assert.deepEqual(readAll(bench.file), wanted, `byte ${at}`);
    }
  });

  it('and a file that is cut short, empty or another is told of in a sentence', async () => {
    bench.restore();
    const genuine = readFileSync(bench.file);
    for (const bytes of [
      genuine.subarray(0, genuine.length / 2),
      genuine.subarray(0, 4_096),
      Buffer.alloc(0),
      Buffer.from('hello'),
    ]) {
      writeFileSync(bench.file, bytes);
      const { faults } = await bench.verify();
      assert.match(
        faults.join(' '),
        /^(The store cannot be read: |The database file is damaged: )/,
        `${bytes.length}`,
      );
      assert.doesNotMatch(faults.join(' '), / {4}at /);
    }
    bench.restore();
  });
});
