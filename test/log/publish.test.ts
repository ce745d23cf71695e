// A log as a folder: whole, checked, brought up to date with what is new, and never written over another history.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LogEpoch, publish } from '../../src/log/publish.ts';
import { directorySource } from '../../src/verify/directory-source.ts';
import { checkpointOf, entriesOf, newFolder, testEvents, testSigner, treeOf } from '../verify/log-folder.ts';
import { checkedSize, epochOf, filesOf, quiet, snapshot } from './publish-rig.ts';

const signer = testSigner();
const next = testSigner('log.example/00112233778899bb/2');

test('a new folder gets everything, with keys and a text for people', async (t) => {
  const folder = join(newFolder(t), 'new', 'log');
  const counts: number[] = [];
  const watch = { total: (count: number) => counts.push(count), at: (count: number) => counts.push(count) };
  const published = await publish([epochOf(t, 600, signer)], folder, { ...quiet, watch });
  assert.deepEqual(published, {
    origin: signer.key.name,
    size: 600,
    before: 0,
    minimumIndex: 0,
    bundles: 3,
    laidAside: null,
  });
  assert.equal(await checkedSize(folder, signer), 600);
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
  const readme = readFileSync(join(folder, 'README.txt'), 'utf8');
  assert.match(readme, /^The log log\.example/);
  assert.match(readme, /^tile\/entries\/ /m);
  assert.match(readme, /changed but checkpoint, minimum-index, keys\.txt and this text/);
  assert.doesNotMatch(readme, /^epochs\/|--hashes-only/m);
  assert.deepEqual(counts, [4, 1, 2, 3, 4]);
});

test('again, only what is new is read and written; partial tiles go when the full ones are there', async (t) => {
  const folder = newFolder(t);
  await publish([epochOf(t, 300, signer)], folder, quiet);
  const stamp = (name: string): number => statSync(join(folder, name)).ino;
  const kept = ['tile/0/000', 'tile/entries/000'].map(stamp);
  const epoch = epochOf(t, 530, signer);
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
  assert.equal(await checkedSize(folder, signer), 530);
  assert.ok(!existsSync(join(folder, 'tile/0/001.p')) && !existsSync(join(folder, 'tile/entries/001.p')));
  // A reader of the older checkpoint still finds what it needs.
  assert.ok(existsSync(join(folder, 'tile/1/000.p/1')) && existsSync(join(folder, 'tile/1/000.p/2')));
});

test('what was lost from the folder is written again; what broke off is finished', async (t) => {
  const folder = newFolder(t);
  const epoch = epochOf(t, 300, signer);
  await publish([epoch], folder, quiet);
  rmSync(join(folder, 'tile/0/000'));
  writeFileSync(join(folder, 'tile/0/001.p/44'), 'cut');
  writeFileSync(join(folder, 'tile/entries/000'), '');
  await publish([epoch], folder, quiet);
  assert.equal(await checkedSize(folder, signer), 300);
  rmSync(join(folder, 'checkpoint'));
  writeFileSync(join(folder, 'tile/0/000'), Buffer.alloc(8192));
  await publish([epoch], folder, quiet);
  assert.equal(await checkedSize(folder, signer), 300);
});

test('hashes alone leave the entries out, which can follow later', async (t) => {
  const folder = newFolder(t);
  const epoch = epochOf(t, 300, signer);
  await publish([epoch], folder, { ...quiet, hashesOnly: true });
  assert.ok(!existsSync(join(folder, 'tile/entries')));
  assert.ok(existsSync(join(folder, 'tile/0/000')));
  const readme = readFileSync(join(folder, 'README.txt'), 'utf8');
  assert.doesNotMatch(readme, /tile\/entries|and entries when/);
  assert.match(readme, /The entries are not published/);
  assert.match(readme, /hansard verify FOLDER --key KEY --hashes-only\n/);
  const { before, bundles } = await publish([epoch], folder, quiet);
  assert.deepEqual([before, bundles], [300, 2]);
  assert.equal(await checkedSize(folder, signer), 300);
  assert.equal((await publish([epoch], folder, quiet)).bundles, 0);
});

test('hashes alone are not published where entries are: those would stay public', async (t) => {
  const folder = newFolder(t);
  const first = epochOf(t, 300, signer);
  const epochs = [first, epochOf(t, 20, next, 'second')];
  const hashesOnly = { ...quiet, hashesOnly: true };
  await publish([first], folder, quiet);
  const before = snapshot(folder);
  await assert.rejects(
    publish([epochOf(t, 500, signer)], folder, hashesOnly),
    /holds entries of an earlier publication: they stay public\. Remove .+\/tile\/entries, or name another/,
  );
  assert.deepEqual(snapshot(folder), before);
  await publish(epochs, folder, quiet);
  for (const place of ['tile/entries', 'epochs/1/tile/entries']) {
    await assert.rejects(publish(epochs, folder, hashesOnly), new RegExp(`Remove \\S+${place}, or name`));
    rmSync(join(folder, place), { recursive: true });
  }
  await publish(epochs, folder, hashesOnly);
  assert.ok(filesOf(folder).every((name) => !name.includes('entries')));
});

test('entries that were disposed of are left out, and taken away where they were published', async (t) => {
  const folder = newFolder(t);
  const epoch = epochOf(t, 600, signer);
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
  const epoch = epochOf(t, 300, signer);
  const refuses = async (folder: string, why: RegExp, log = epoch): Promise<void> => {
    const before = snapshot(folder);
    await assert.rejects(publish([log], folder, quiet), why);
    assert.deepEqual(snapshot(folder), before);
  };
  const documents = newFolder(t);
  writeFileSync(join(documents, 'thesis.txt'), 'years of work');
  await refuses(documents, /holds something else than a log \(thesis\.txt\): name another folder/);
  const odd = newFolder(t);
  writeFileSync(join(odd, 'checkpoint'), 'train 17, platform 4');
  await refuses(odd, /checkpoint is no checkpoint: name another folder/);

  const readme = newFolder(t);
  writeFileSync(join(readme, 'README.txt'), 'of something else');
  await refuses(readme, /holds something else than a log \(README\.txt\)/);
  const training = newFolder(t);
  mkdirSync(join(training, 'epochs/1'), { recursive: true });
  writeFileSync(join(training, 'epochs/1/weights'), 'months of work');
  await refuses(training, /holds something else than a log \(epochs\/1\/weights\)/);
  mkdirSync(join(training, 'epochs/last'));
  await refuses(training, /holds something else than a log \(epochs\/.+\)/);

  const other = testSigner('other.example/0011223344556677/1');
  const foreign = newFolder(t);
  const folder = newFolder(t);
  await publish([epoch], folder, quiet);
  await refuses(
    folder,
    /it holds 300 entries of log\.example\S+, and this log has only 200/,
    epochOf(t, 200, signer),
  );
  const forked = epochOf(t, 400, signer, 'other');
  await refuses(folder, /holds 300 entries of \S+ that are not the first of this log/, forked);
  await refuses(folder, /300 entries of \S+ that are not the first/, epochOf(t, 300, signer, 'other'));
  const note = checkpointOf(treeOf(entriesOf(testEvents(3))), other, other.key.name);
  writeFileSync(join(foreign, 'checkpoint'), note);
  await refuses(foreign, /holds another log, other\.example/);
});

test('a folder that holds more than this log is left as it is, like a bundle with a checkpoint of it', async (t) => {
  const epoch = epochOf(t, 300, signer);
  const bundle = newFolder(t);
  writeFileSync(join(bundle, 'checkpoint'), await epochOf(t, 200, signer).source.checkpoint());
  writeFileSync(join(bundle, 'manifest.json'), '{}');
  const folder = newFolder(t);
  await publish([epoch], folder, quiet);
  writeFileSync(join(folder, 'thesis.txt'), 'years of work');
  for (const [place, name] of [
    [bundle, 'manifest.json'],
    [folder, 'thesis.txt'],
  ] as const) {
    const before = snapshot(place);
    await assert.rejects(
      publish([epochOf(t, 400, signer)], place, quiet),
      new RegExp(`holds something else than a log \\(${name}\\): name another folder`),
    );
    assert.deepEqual(snapshot(place), before);
  }
});

test('a log that is not what its checkpoint says is not published', async (t) => {
  const epoch = epochOf(t, 300, signer);
  const folder = newFolder(t);
  await publish([epochOf(t, 200, signer)], folder, quiet);
  const refuses = async (
    source: Partial<LogEpoch['source']>,
    why: RegExp,
    keys = epoch.keys,
  ): Promise<void> => {
    await assert.rejects(
      publish([{ ...epoch, keys, source: { ...epoch.source, ...source } }], folder, quiet),
      why,
    );
    assert.equal(await checkedSize(folder, signer), 200);
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

test('without any checkpoint there is nothing to publish', async (t) => {
  await assert.rejects(publish([], newFolder(t), quiet), /has no published checkpoint yet/);
});
