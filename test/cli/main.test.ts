import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { product } from '../../src/core/version.ts';
import { newHome, run } from './command.ts';

const launcher = new URL('../../bin/hansard', import.meta.url).pathname;
const commands = [
  'events',
  'export',
  'types',
  'login',
  'logout',
  'target',
  'org',
  'space',
  'curl',
  'serve',
  'import',
  'backup',
  'user',
  'user add',
  'user list',
  'user delete',
  'user password',
  'client',
  'client add',
  'client list',
  'client delete',
];

test('help and version are no failures', async (t) => {
  const home = newHome(t);
  const plain = await home.hansard([]);
  assert.deepEqual([plain.code, plain.err], [0, '']);
  assert.match(plain.out, /A short tour:/);
  assert.equal((await home.hansard(['--help'])).out, plain.out);
  assert.deepEqual(await home.hansard(['--version']), { code: 0, out: `${product.version}\n`, err: '' });
});

for (const command of commands) {
  test(`the help of ${command} has an example`, async (t) => {
    const { code, out } = await newHome(t).hansard([...command.split(' '), '--help']);
    assert.equal(code, 0);
    assert.match(out, /Examples?:\n +.*hansard /);
  });
}

test('wrong usage is exit code 2, and says what is meant', async (t) => {
  const home = newHome(t);
  for (const args of [['evnts'], ['events', '--nosuch'], ['org'], ['events', '--since', 'yesterday']]) {
    const { code, out, err } = await home.hansard(args, {
      env: { HANSARD_URL: 'http://127.0.0.1:9', HANSARD_TOKEN: 'x' },
    });
    assert.deepEqual([code, out], [2, ''], err);
    assert.doesNotMatch(err, /\n\s+at /);
  }
  assert.match((await home.hansard(['evnts'])).err, /Did you mean events\?/);
});

test('nobody logged in is exit code 3', async (t) => {
  const { code, err } = await newHome(t).hansard(['events']);
  assert.deepEqual([code, err], [3, 'You are not logged in: run "hansard login URL" (or "cf login").\n']);
});

test('the launcher finds its checkout through links, from any folder', async (t) => {
  const { folder } = newHome(t);
  mkdirSync(join(folder, 'bin'));
  symlinkSync(launcher, join(folder, 'first'));
  symlinkSync('../first', join(folder, 'bin', 'hansard'));
  const ran = await run(join(folder, 'bin', 'hansard'), ['--version'], '/', { PATH: process.env.PATH ?? '' });
  assert.deepEqual(ran, { code: 0, out: `${product.version}\n`, err: '' });
});
