// A folder is there when all of it is, and not before.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newBundle } from '../../src/export/bundle.ts';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-bundle-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('has its name when it is finished', async (t) => {
  const home = newFolder(t);
  const place = join(home, 'evidence');
  const bundle = await newBundle(place);
  const sink = await bundle.sink('one.csv');
  await sink.write('a,b\r\n');
  assert.ok(!existsSync(place));
  await sink.finish();
  await bundle.finish();
  assert.equal(readFileSync(join(place, 'one.csv'), 'utf8'), 'a,b\r\n');
  assert.deepEqual(readdirSync(home), ['evidence']);
});

test('is for its owner alone, unlike the folders on the way to it', async (t) => {
  const home = newFolder(t);
  const place = join(home, 'on', 'the', 'way');
  const bundle = await newBundle(place);
  await (await bundle.sink('file')).finish();
  await bundle.finish();
  const modeOf = (path: string): number => statSync(path).mode & 0o777;
  assert.deepEqual([modeOf(place), modeOf(join(place, 'file'))], [0o700, 0o600]);
  assert.notEqual(modeOf(join(home, 'on')), 0o700);
  assert.deepEqual(readdirSync(place), ['file']);
});

test('takes the place of an empty folder, and of no other', async (t) => {
  const home = newFolder(t);
  const place = join(home, 'evidence');
  mkdirSync(place);
  await (await newBundle(`${place}/`)).finish();
  writeFileSync(join(place, 'mine'), '');
  await assert.rejects(newBundle(place), { code: 'ENOTEMPTY' });
  await assert.rejects(newBundle(join(place, 'mine')), { code: 'ENOTDIR' });
  assert.deepEqual(readdirSync(home), ['evidence']);
});

test('leaves nothing where it is abandoned', async (t) => {
  const home = newFolder(t);
  const bundle = await newBundle(join(home, 'one'));
  await (await bundle.sink('file')).finish();
  await bundle.abandon();
  const other = await newBundle(join(home, 'two'));
  await (await other.sink('file')).finish();
  other.abandonNow();
  assert.deepEqual(readdirSync(home), []);
});
