import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemSentence } from '../../src/cli/failure.ts';
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
  'retention',
  'retention show',
  'retention set',
  'retention prolong',
  'retention approve',
  'retention withdraw',
  'retention run',
  'retention certificate',
  'hold',
  'hold list',
  'hold create',
  'hold release',
  'erase',
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
  for (const args of [
    ['evnts'],
    ['events', '--nosuch'],
    ['org'],
    ['events', '--since', 'yesterday'],
    ['events', '--since', '2026-02-01', '--until', '2026-01-01'],
  ]) {
    const { code, out, err } = await home.hansard(args, {
      env: { HANSARD_URL: 'http://127.0.0.1:9', HANSARD_TOKEN: 'x' },
    });
    assert.deepEqual([code, out], [2, ''], err);
    assert.doesNotMatch(err, /\n\s+at /);
  }
  for (const args of [['evnts'], ['help', 'evnts']]) {
    const { code, err } = await home.hansard(args);
    assert.equal(code, 2);
    assert.match(err, /Did you mean events\?/);
  }
  assert.equal((await home.hansard(['help', 'events'])).code, 0);
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

test('system errors are sentences', async (t) => {
  const home = newHome(t);
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  const taken = await home.hansard(['serve', '--port', String(address.port), '--host', '127.0.0.1']);
  assert.equal(taken.code, 1);
  assert.match(taken.err, /127\.0\.0\.1 port \d+: something listens there already: .+ --port\.\n$/);
  const error = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC', path: '/x' });
  assert.equal(systemSentence(error), '/x: the disk is full.');
});
