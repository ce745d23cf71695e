// Folders are made step by step, and where none can be that is said at once.
import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../src/log/folder.ts';
import { newFolder } from '../verify/log-folder.ts';

test('a folder is made with all above it, for whom it is meant, also by several at once', async (t) => {
  const root = newFolder(t);
  const deep = join(root, 'a/b/c');
  await Promise.all([
    makeFolder(deep, 0o700),
    makeFolder(join(root, 'a/b/d'), 0o700),
    makeFolder(deep, 0o700),
  ]);
  for (const path of ['a', 'a/b', 'a/b/c']) assert.equal(statSync(join(root, path)).mode & 0o777, 0o700);
  assert.ok(existsSync(join(root, 'a/b/d')));
  await makeFolder(deep);
  assert.equal(statSync(deep).mode & 0o777, 0o700, 'one that is there is left as it is');
});

test('what is no folder is named, below it and in its place', async (t) => {
  const file = join(newFolder(t), 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below'), join(file, 'far/below')]) {
    await assert.rejects(makeFolder(path), { message: `${file} is not a folder.` });
  }
});

const isProc = existsSync('/proc/self/status');

test('a file system that takes no folders is no reason to wait for ever', {
  skip: !isProc && 'no /proc here',
}, async () => {
  for (const path of ['/proc/hansard', '/proc/hansard/deep/down']) {
    const message = '/proc/hansard cannot be made: /proc takes no new folders.';
    await assert.rejects(makeFolder(path), { message });
  }
});
