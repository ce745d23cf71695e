// A log of several epochs as a folder: each tree has its place, what a log lost stays published, and a reader finds a
// whole tree at the top whenever it looks.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { publish } from '../../src/log/publish.ts';
import { formatVerifierKey, type Signer } from '../../src/merkle/note.ts';
import { newFolder, testSigner } from '../verify/log-folder.ts';
import { checkedSize, epochOf, filesOf, quiet, snapshot } from './publish-rig.ts';

const one = testSigner('log.example/00112233445566aa/1');
const two = testSigner('log.example/00112233778899bb/2');
const three = testSigner('log.example/00112233ccddeeff/3');

/** A folder with the first epoch at its top. */
async function withFirst(t: TestContext, count: number): Promise<string> {
  const folder = newFolder(t);
  await publish([epochOf(t, count, one)], folder, quiet);
  return folder;
}

function keysIn(folder: string): string[] {
  return readFileSync(join(folder, 'keys.txt'), 'utf8').trim().split('\n');
}

function keyTexts(...signers: Signer[]): string[] {
  return signers.map(({ key }) => formatVerifierKey(key));
}

test('older epochs go below, also where one was published at the top before', async (t) => {
  const folder = await withFirst(t, 280);
  const epochs = [epochOf(t, 300, one), epochOf(t, 20, two, 'second')];
  const published = await publish(epochs, folder, quiet);
  const { origin, size, before, laidAside } = published;
  assert.deepEqual([origin, size, before, laidAside], [two.key.name, 20, 0, 1]);
  assert.equal(await checkedSize(folder, two), 20);
  assert.equal(await checkedSize(join(folder, 'epochs/1'), one), 300);
  assert.deepEqual(keysIn(folder), keyTexts(two, one));
  assert.match(readFileSync(join(folder, 'README.txt'), 'utf8'), /^epochs\/ /m);
  // Nothing is left of the way there, and nothing of it changes when it is done again.
  const fresh = newFolder(t);
  await publish(epochs, fresh, quiet);
  const top = (name: string): boolean => !name.startsWith('epochs');
  assert.deepEqual(filesOf(folder).filter(top), filesOf(fresh).filter(top));
  assert.ok(!existsSync(join(folder, 'epochs/2')));
  const done = snapshot(folder);
  assert.equal((await publish(epochs, folder, quiet)).laidAside, null);
  assert.deepEqual(snapshot(folder), done);
});

test('what a log lost when it was put back stays published below, and the log goes on above', async (t) => {
  // 512 leaves are a tile of their own in both; 257 begin one that the longer tree has at another width.
  for (const [published, left] of [
    [300, 280],
    [600, 512],
    [258, 257],
    [300, 1],
  ] as const) {
    const folder = await withFirst(t, published);
    const before = snapshot(folder).filter(([name]) => !name.endsWith('.txt'));
    const first = epochOf(t, left, one);
    const done = await publish([first, epochOf(t, 20, two, 'second')], folder, quiet);
    assert.deepEqual([done.size, done.before, done.laidAside], [20, 0, 1]);
    assert.equal(await checkedSize(folder, two), 20);
    assert.deepEqual(snapshot(join(folder, 'epochs/1')), before, 'as it was');
    // And so it stays.
    const again = await publish([first, epochOf(t, 400, two, 'second')], folder, quiet);
    assert.deepEqual([again.size, again.before, again.laidAside], [400, 20, null]);
    assert.equal(await checkedSize(folder, two), 400);
    assert.deepEqual(snapshot(join(folder, 'epochs/1')), before);
  }
});

test('of what a log lost, entries go all the same when they are disposed of', async (t) => {
  const folder = await withFirst(t, 600);
  const first = epochOf(t, 580, one);
  const disposed = { ...first, source: { ...first.source, minimumIndex: async () => 256 } };
  const second = epochOf(t, 20, two, 'second');
  for (const epoch of [disposed, disposed, first]) {
    await publish([epoch, second], folder, quiet);
    const below = join(folder, 'epochs/1');
    assert.deepEqual(readdirSync(join(below, 'tile/entries')), ['001', '002.p']);
    assert.equal(readFileSync(join(below, 'minimum-index'), 'utf8'), '256\n', 'it never falls');
    assert.ok(existsSync(join(below, 'tile/0/000')));
  }
});

test('until the new tree is whole, the old one is at the top as it was', async (t) => {
  const folder = await withFirst(t, 300);
  const second = epochOf(t, 300, two, 'second');
  const seen: number[] = [];
  const entries: typeof second.source.entries = async (index, width) => {
    seen.push(await checkedSize(folder, one));
    return index === 0 ? second.source.entries(index, width) : Array.from({ length: width }, () => null);
  };
  const broken = { ...second, source: { ...second.source, entries } };
  await assert.rejects(publish([epochOf(t, 280, one), broken], folder, quiet), /Entry 256 of .+ is missing/);
  assert.deepEqual(seen, [300, 300]);
  assert.equal(await checkedSize(folder, one), 300);
});

test('nothing is moved where an older epoch is not what was published of it', async (t) => {
  const folder = await withFirst(t, 300);
  const second = epochOf(t, 20, two, 'second');
  const before = snapshot(folder);
  for (const [count, why] of [
    [280, /it holds 300 entries of log\.example\S+, which do not begin with the 280 of this log/],
    [320, /it holds 300 entries of log\.example\S+ that are not the first of this log/],
  ] as const) {
    const other = epochOf(t, count, one, 'other');
    await assert.rejects(publish([other, second], folder, quiet), (error: Error) => {
      assert.match(error.message, why);
      assert.ok(error.message.startsWith(`${folder} is left as it is: `), error.message);
      return true;
    });
    assert.deepEqual(snapshot(folder), before);
  }
  rmSync(join(folder, 'tile/0/001.p'), { recursive: true });
  const torn = publish([epochOf(t, 280, one), second], folder, quiet);
  await assert.rejects(
    torn,
    /is left as it is: .+ 300 entries of .+, of which tile\/0\/001\.p\/44 is missing\./,
  );
  assert.ok(existsSync(join(folder, 'checkpoint')));
});

test('a change of epochs that was cut off anywhere is finished by the next publication', async (t) => {
  const epochs = [epochOf(t, 280, one), epochOf(t, 300, two, 'second')];
  const expected = await withFirst(t, 300);
  await publish(epochs, expected, quiet);
  const at = (folder: string, name: string): string => join(folder, name);
  const copy = (name: string) => (folder: string) =>
    cpSync(at(folder, name), at(folder, `epochs/1/${name}`), { recursive: true });
  const move = (from: string, to: string) => (folder: string) => {
    mkdirSync(at(folder, `${to}/..`), { recursive: true });
    renameSync(at(folder, from), at(folder, to));
  };
  const steps = [
    (folder: string) => mkdirSync(at(folder, 'epochs/1')),
    copy('minimum-index'),
    copy('checkpoint'),
    move('tile', 'epochs/1/tile'),
    move('epochs/2/tile', 'tile'),
    move('epochs/2/minimum-index', 'minimum-index'),
    move('epochs/2/checkpoint', 'checkpoint'),
  ];
  for (let done = 0; done <= steps.length; done += 1) {
    const folder = await withFirst(t, 300);
    cpSync(expected, at(folder, 'epochs/2'), {
      recursive: true,
      filter: (name) => !/epochs|\.txt$/.test(name.slice(expected.length)),
    });
    for (const step of steps.slice(0, done)) step(folder);
    await publish(epochs, folder, quiet);
    assert.deepEqual(snapshot(folder), snapshot(expected), `after ${done} steps`);
  }
});

test('a folder whose older epoch went below without a new one above gets that', async (t) => {
  const folder = await withFirst(t, 300);
  mkdirSync(join(folder, 'epochs/1'), { recursive: true });
  for (const name of ['tile', 'minimum-index', 'checkpoint']) {
    renameSync(join(folder, name), join(folder, 'epochs/1', name));
  }
  await publish([epochOf(t, 280, one), epochOf(t, 20, two, 'second')], folder, quiet);
  assert.equal(await checkedSize(folder, two), 20);
  assert.equal(await checkedSize(join(folder, 'epochs/1'), one), 300);
});

test('an epoch that the log forgot when it was put back again goes below with its keys', async (t) => {
  const folder = await withFirst(t, 300);
  const first = epochOf(t, 280, one);
  await publish([first, epochOf(t, 20, two, 'second')], folder, quiet);
  const done = await publish([first, epochOf(t, 10, three, 'third')], folder, quiet);
  assert.equal(done.laidAside, 2);
  assert.equal(await checkedSize(folder, three), 10);
  assert.equal(await checkedSize(join(folder, 'epochs/2'), two), 20);
  assert.equal(await checkedSize(join(folder, 'epochs/1'), one), 300);
  assert.deepEqual(keysIn(folder).toSorted(), keyTexts(one, two, three).toSorted());
});

test('an epoch of another copy of the log is nobody else’s to lay aside', async (t) => {
  const folder = await withFirst(t, 300);
  const first = epochOf(t, 280, one);
  await publish([first, epochOf(t, 20, two, 'second')], folder, quiet);
  const before = snapshot(folder);
  const apart = testSigner('log.example/0011223300000000/2');
  const second = epochOf(t, 30, apart, 'apart');
  const why =
    /holds log\.example\/00112233778899bb\/2, an epoch that this log never had: two copies .+ apart/;
  await assert.rejects(publish([first, second], folder, quiet), why);
  await assert.rejects(publish([first, second, epochOf(t, 5, three)], folder, quiet), why);
  await assert.rejects(publish([epochOf(t, 400, one)], folder, quiet), why);
  const stranger = testSigner('log.example/4455667700000000/3');
  await assert.rejects(
    publish([epochOf(t, 5, stranger)], folder, quiet),
    /holds another log, log\.example\/0011/,
  );
  assert.deepEqual(snapshot(folder), before);
});
