// An old checkpoint in a file, held against a data folder by the real command: what only somebody finds who kept one.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { newHome, type Ran } from '../cli/command.ts';
import { cutTail, forgetCheckpoints, lastSegment, newestNote, rewriteEvent, signAnew } from './forgery.ts';
import { type History, makeHistory } from './history.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

describe('hansard verify --data with --checkpoint', () => {
  let history: History;
  let bench: Workbench;
  let ofFirst: string;
  let ofSecond: string;
  let older: string;
  before(async () => {
    history = await makeHistory(4, 40, 1_000);
    bench = openWorkbench(history.directory);
    const kept = (name: string, note = ''): string => {
      const path = join(history.folder, name);
      writeFileSync(path, note);
      return path;
    };
    const isOf = (epoch: number) => (note: string) => note.slice(0, note.indexOf('\n')).endsWith(`/${epoch}`);
    ofFirst = kept('first', history.checkpoints.findLast(isOf(1)));
    ofSecond = kept('second', history.checkpoints.findLast(isOf(2)));
    older = kept('older', history.checkpoints.find(isOf(2)));
  });
  after(() => {
    bench.remove();
    rmSync(history.folder, { recursive: true });
  });

  const sizeIn = (path: string): number => Number(readFileSync(path, 'utf8').split('\n')[1]);

  async function ran(t: Parameters<typeof newHome>[0], ...files: string[]): Promise<Ran> {
    const options = files.flatMap((file) => ['--checkpoint', file]);
    return newHome(t).hansard(['verify', '--data', bench.directory, ...options]);
  }

  it('says that the log has grown from each', async (t) => {
    bench.restore();
    const { code, out, err } = await ran(t, ofFirst, older, ofSecond);
    assert.deepEqual([code, err], [0, ''], out);
    for (const path of [ofFirst, older, ofSecond])
      assert.match(
        out,
        new RegExp(`It has grown from the checkpoint of ${sizeIn(path)} leaves in ${path}\\.`),
      );
  });

  it('finds that the tail was cut, although nobody in the folder remembers it', async (t) => {
    bench.change((database) => {
      cutTail(database, 3);
      forgetCheckpoints(database);
    });
    const remembered = await ran(t);
    assert.equal(remembered.code, 1);
    assert.match(
      remembered.out,
      /^The log was cut back: there is a checkpoint of \d+ leaves known from earlier/m,
    );
    rmSync(bench.remembered);
    const alone = await ran(t);
    assert.deepEqual([alone.code, alone.err], [0, ''], alone.out);
    const found = await ran(t, ofSecond);
    const size = sizeIn(ofSecond);
    assert.equal(found.code, 1);
    assert.match(
      found.out,
      new RegExp(
        `^The log was cut back: there is a checkpoint of ${size} leaves known from earlier \\(signed by`,
        'm',
      ),
    );
    assert.match(
      found.err,
      new RegExp(`does not hold\\. First bad index: one of \\d+ to ${size - 1}\\.\\n$`),
    );
    assert.equal((await ran(t, older)).code, 0, 'an older checkpoint knows no more than there is');
  });

  it('finds a second history that the key of the log has signed', async (t) => {
    bench.restore();
    const id = bench.edit((database) => lastSegment(database).last - 2);
    await rewriteEvent(bench, 1, id);
    bench.edit((database) => {
      signAnew(bench, database, 2, 1);
      writeFileSync(bench.remembered, newestNote(database));
    });
    const alone = await ran(t);
    assert.deepEqual([alone.code, alone.err], [0, ''], alone.out);
    const found = await ran(t, older, ofSecond);
    assert.equal(found.code, 1);
    const name = `a checkpoint of ${sizeIn(ofSecond)} leaves known from earlier (signed by a known key)`;
    assert.ok(
      found.out.includes(`There are two histories of the same size: ${name} has another root.\n`),
      found.out,
    );
    const [, from = '', to = ''] = /First bad index: one of (\d+) to (\d+)\.\n$/.exec(found.err) ?? [];
    const index = bench.places.get(id)?.index ?? -1;
    assert.equal(Number(from), sizeIn(older), 'what an older checkpoint from outside covers is innocent');
    assert.ok(Number(from) <= index && index <= Number(to), found.err);
  });

  it('refuses the checkpoint of another log, and a file that is none', async (t) => {
    bench.restore();
    const other = join(history.folder, 'other');
    writeFileSync(other, readFileSync(ofSecond, 'utf8').replaceAll('log.test', 'log.other'));
    const strange = await ran(t, other);
    assert.equal(strange.code, 1);
    assert.match(
      strange.err,
      /^The checkpoint in .*\/other is of another log, "log\.other\/[0-9a-f]{16}\/2"\.\n$/,
    );
    writeFileSync(other, 'scribble');
    const none = await ran(t, other);
    assert.equal(none.code, 2);
    assert.match(none.err, /--checkpoint .*\/other: the note has no empty line/);
  });

  it('counts a changed root among what is found, and a changed signature as one that nobody has checked', async (t) => {
    bench.restore();
    const note = readFileSync(older, 'utf8');
    const forged = join(history.folder, 'forged');
    const [origin, size, root = '', ...rest] = note.split('\n');
    const other = `${root.startsWith('A') ? 'B' : 'A'}${root.slice(1)}`;
    writeFileSync(forged, [origin, size, other, ...rest].join('\n'));
    const { code, out } = await ran(t, forged);
    assert.equal(code, 1);
    assert.match(
      out,
      /^The log is not the one of a checkpoint of \d+ leaves known from earlier \(its signature is not/m,
    );
  });
});
