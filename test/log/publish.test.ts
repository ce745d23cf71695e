// A log as a folder: whole, checked, brought up to date with what is new, and never written over another history.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LogEpoch, type PublishOptions, publish } from '../../src/log/publish.ts';
import { openCheckpoint } from '../../src/merkle/checkpoint.ts';
import { leafHash, sameHash } from '../../src/merkle/hash.ts';
import type { Signer } from '../../src/merkle/note.ts';
import { treeRoot } from '../../src/merkle/proof.ts';
import { nodesFrom, tilesOf } from '../../src/merkle/tile.ts';
import { directorySource } from '../../src/verify/directory-source.ts';
import {
  checkpointOf,
  entriesOf,
  logResources,
  newFolder,
  testEvents,
  testSigner,
  treeOf,
  writeLog,
  writeResources,
} from '../verify/log-folder.ts';

const quiet: PublishOptions = { hashesOnly: false, watch: { total: () => undefined, at: () => undefined } };
const signer = testSigner();

/** A log of so many entries, as it is read from somewhere else. */
function epochOf(t: TestContext, count: number, by: Signer = signer, flavour = '', number = 1): LogEpoch {
  const folder = writeLog(t, entriesOf(testEvents(count, flavour)), by);
  return { number, source: directorySource(folder), keys: [by.key] };
}

/** Checks a published folder as a reader would, and answers its size. */
async function checkedSize(folder: string, by: Signer = signer): Promise<number> {
  const source = directorySource(folder);
  const { size, root } = openCheckpoint(await source.checkpoint(), [by.key]);
  assert.ok(
    sameHash(
      await treeRoot(
        size,
        nodesFrom(size, (tile) => source.tile(tile)),
      ),
      root,
    ),
  );
  for (const tile of tilesOf(size)) {
    const hashes = await source.tile(tile);
    if (tile.level > 0) continue;
    const entries = await source.entries(tile.index, tile.width);
    for (const [at, entry] of entries.entries()) {
      assert.ok(entry !== null && sameHash(leafHash(entry), hashes.subarray(at * 32, at * 32 + 32)));
    }
  }
  return size;
}

function filesOf(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

test('a new folder gets everything, with keys and a text for people', async (t) => {
  const folder = join(newFolder(t), 'new', 'log');
  const counts: number[] = [];
  const watch = { total: (count: number) => counts.push(count), at: (count: number) => counts.push(count) };
  const published = await publish([epochOf(t, 600)], folder, { ...quiet, watch });
  assert.deepEqual(published, { origin: signer.key.name, size: 600, before: 0, minimumIndex: 0 });
  assert.equal(await checkedSize(folder), 600);
  assert.deepEqual(filesOf(folder), [
    'README.txt',
    'checkpoint',
    'keys.txt',
    'minimum-index',
    'tile/0/000',
    'tile/0/001',
    'tile/0/002.p/88',
    'tile/1/000.p/2',
    'tile/entries/000',
    'tile/entries/001',
    'tile/entries/002.p/88',
  ]);
  assert.match(readFileSync(join(folder, 'keys.txt'), 'utf8'), /^log\.example\/.+\+[0-9a-f]{8}\+\S+\n$/);
  assert.match(readFileSync(join(folder, 'README.txt'), 'utf8'), /^The log log\.example/);
  assert.deepEqual(counts, [4, 1, 2, 3, 4]);
});

test('again, only what is new is read and written; partial tiles go when the full ones are there', async (t) => {
  const folder = newFolder(t);
  await publish([epochOf(t, 300)], folder, quiet);
  const stamp = (name: string): number => statSync(join(folder, name)).ino;
  const kept = ['tile/0/000', 'tile/entries/000'].map(stamp);
  const epoch = epochOf(t, 530);
  const asked: string[] = [];
  const source = {
    ...epoch.source,
    entries: (index: number, width: number) => {
      asked.push(`${index}/${width}`);
      return epoch.source.entries(index, width);
    },
  };
  const published = await publish([{ ...epoch, source }], folder, quiet);
  assert.deepEqual([published.before, published.size], [300, 530]);
  assert.deepEqual(asked.sort(), ['1/256', '2/18']);
  assert.deepEqual(['tile/0/000', 'tile/entries/000'].map(stamp), kept);
  assert.equal(await checkedSize(folder), 530);
  assert.ok(!existsSync(join(folder, 'tile/0/001.p')) && !existsSync(join(folder, 'tile/entries/001.p')));
  // A reader of the older checkpoint still finds what it needs.
  assert.ok(existsSync(join(folder, 'tile/1/000.p/1')) && existsSync(join(folder, 'tile/1/000.p/2')));
});

test('what was lost from the folder is written again; what broke off is finished', async (t) => {
  const folder = newFolder(t);
  const epoch = epochOf(t, 300);
  await publish([epoch], folder, quiet);
  rmSync(join(folder, 'tile/0/000'));
  writeFileSync(join(folder, 'tile/0/001.p/44'), 'cut');
  writeFileSync(join(folder, 'tile/entries/000'), '');
  await publish([epoch], folder, quiet);
  assert.equal(await checkedSize(folder), 300);
  rmSync(join(folder, 'checkpoint'));
  writeFileSync(join(folder, 'tile/0/000'), Buffer.alloc(8192));
  await publish([epoch], folder, quiet);
  assert.equal(await checkedSize(folder), 300);
});

test('hashes alone leave the entries out, which can follow later', async (t) => {
  const folder = newFolder(t);
  const epoch = epochOf(t, 300);
  await publish([epoch], folder, { ...quiet, hashesOnly: true });
  assert.ok(!existsSync(join(folder, 'tile/entries')));
  assert.ok(existsSync(join(folder, 'tile/0/000')));
  await publish([epoch], folder, quiet);
  assert.equal(await checkedSize(folder), 300);
});

test('entries that were disposed of are left out, and taken away where they were published', async (t) => {
  const folder = newFolder(t);
  const epoch = epochOf(t, 600);
  await publish([epoch], folder, quiet);
  const source = {
    ...epoch.source,
    minimumIndex: async () => 512,
    entries: async (index: number, width: number) =>
      index < 2 ? Array.from({ length: width }, () => null) : epoch.source.entries(index, width),
  };
  for (const place of [folder, join(newFolder(t), 'new')]) {
    const published = await publish([{ ...epoch, source }], place, quiet);
    assert.equal(published.minimumIndex, 512);
    assert.deepEqual(readdirSync(join(place, 'tile/entries')), ['002.p']);
    assert.equal(await directorySource(place).minimumIndex(), 512);
    assert.ok(existsSync(join(place, 'tile/0/000')));
  }
});

test('a folder of something else is left as it is', async (t) => {
  const epoch = epochOf(t, 300);
  const refuses = async (folder: string, why: RegExp, log = epoch): Promise<void> => {
    const before = filesOf(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    await assert.rejects(publish([log], folder, quiet), why);
    assert.deepEqual(
      filesOf(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
      before,
    );
  };
  const documents = newFolder(t);
  writeFileSync(join(documents, 'thesis.txt'), 'years of work');
  await refuses(documents, /holds something else than a log \(thesis\.txt\): name another folder/);
  const odd = newFolder(t);
  writeFileSync(join(odd, 'checkpoint'), 'train 17, platform 4');
  await refuses(odd, /checkpoint is no checkpoint: name another folder/);

  const other = testSigner('other.example/0011223344556677/1');
  const foreign = newFolder(t);
  const folder = newFolder(t);
  await publish([epoch], folder, quiet);
  await refuses(folder, /holds 300 entries of this log, which has only 200/, epochOf(t, 200));
  const forked = epochOf(t, 400, signer, 'other');
  await refuses(folder, /holds 300 entries that are not the first of this log/, forked);
  await refuses(folder, /300 entries that are not the first/, epochOf(t, 300, signer, 'other'));
  const note = checkpointOf(treeOf(entriesOf(testEvents(3))), other, other.key.name);
  writeFileSync(join(foreign, 'checkpoint'), note);
  await refuses(foreign, /holds another log, other\.example/);
});

test('a log that is not what its checkpoint says is not published', async (t) => {
  const epoch = epochOf(t, 300);
  const folder = newFolder(t);
  await publish([epochOf(t, 200)], folder, quiet);
  const refuses = async (
    source: Partial<LogEpoch['source']>,
    why: RegExp,
    keys = epoch.keys,
  ): Promise<void> => {
    await assert.rejects(
      publish([{ ...epoch, keys, source: { ...epoch.source, ...source } }], folder, quiet),
      why,
    );
    assert.equal(await checkedSize(folder), 200);
  };
  const flipped = async (index: number, width: number): Promise<(Uint8Array | null)[]> => {
    const entries = await epoch.source.entries(index, width);
    return entries.map((entry, at) => (at === 17 ? Buffer.from('{"changed":true}') : entry));
  };
  await refuses({ entries: flipped }, /^AppError: Entry 17 of .+ is not what was sealed/);
  const holed = async (index: number, width: number) => (await flipped(index, width)).with(3, null);
  await refuses({ entries: holed }, /Entry 3 of .+ is missing/);
  const zero: LogEpoch['source']['tile'] = async ({ width }) => new Uint8Array(width * 32);
  await refuses({ tile: zero }, /is not the one that its checkpoint of 300 entries signs/);
  await refuses({}, /is not to be believed: .+ not signed by a known key/, [testSigner().key]);
  await refuses({ checkpoint: async () => 'nonsense' }, /is not to be believed/);
});

test('older epochs go below, also where one was published at the top before', async (t) => {
  const folder = newFolder(t);
  const next = testSigner('log.example/00112233445566aa/2');
  const first = epochOf(t, 300);
  await publish([first], folder, quiet);
  const second = secondEpoch(t, next);
  const published = await publish([first, second], folder, quiet);
  assert.deepEqual([published.origin, published.size], [next.key.name, 20]);
  assert.equal(await checkedSize(folder, next), 20);
  assert.equal(await checkedSize(join(folder, 'epochs/1')), 300);
  assert.equal(readFileSync(join(folder, 'keys.txt'), 'utf8').split('\n').length, 3);
  // Nothing of it changes when it is done again.
  const before = filesOf(folder);
  await publish([first, second], folder, quiet);
  assert.deepEqual(filesOf(folder), before);
});

/** A log that begins again under another origin line. */
function secondEpoch(t: TestContext, next: Signer): LogEpoch {
  const entries = entriesOf(testEvents(20, 'second'));
  const folder = newFolder(t);
  writeResources(folder, logResources(entries, next));
  writeFileSync(join(folder, 'checkpoint'), checkpointOf(treeOf(entries), next, next.key.name));
  return { number: 2, source: directorySource(folder), keys: [next.key] };
}

test('without any checkpoint there is nothing to publish', async (t) => {
  await assert.rejects(publish([], newFolder(t), quiet), /has no published checkpoint yet/);
});
