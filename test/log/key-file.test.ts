import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom } from '../../src/core/guid.ts';
import { contentOf, keptKey, replaceKept } from '../../src/log/key-file.ts';

test('a key is made once, for its owner alone, and found again', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-keys-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'keys', 'one.key');
  assert.equal(await keptKey(path, systemRandom, async () => 'first'), 'first');
  assert.equal(await keptKey(path, systemRandom, async () => 'second'), 'first');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(directory, 'keys')).mode & 0o777, 0o700);
});

test('of many that start at once all have the same key, and nothing else is left', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-keys-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'one.key');
  const keys = await Promise.all(
    Array.from({ length: 8 }, (_, n) => keptKey(path, systemRandom, async () => `key ${n}`)),
  );
  assert.equal(new Set(keys).size, 1);
  assert.deepEqual(readdirSync(directory), ['one.key']);
});

test('a key that cannot be made leaves no file', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-keys-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const fails = async (): Promise<string> => {
    throw new Error('no entropy');
  };
  await assert.rejects(keptKey(join(directory, 'one.key'), systemRandom, fails), /no entropy/);
  assert.deepEqual(readdirSync(directory), []);
});

test('drafts of a start that was cut off are removed by the next, and nothing else is', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-keys-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'one.key');
  const draft = `${path}.0123456789abcdef`;
  const others = ['one.key.old', 'two.key', 'two.key.0123456789abcdef'];
  for (const name of others) writeFileSync(join(directory, name), '');
  for (const when of ['before there is a key', 'beside a key']) {
    writeFileSync(draft, 'half a k');
    assert.equal(await keptKey(path, systemRandom, async () => 'whole'), 'whole', when);
    assert.deepEqual(readdirSync(directory).sort(), ['one.key', ...others].sort(), when);
  }
});

test('a start whose draft another one has removed takes the key of that one', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-keys-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'one.key');
  const faster = (): string => {
    rmSync(path, { force: true });
    writeFileSync(path, 'theirs');
    for (const name of readdirSync(directory).filter((one) => one !== 'one.key'))
      rmSync(join(directory, name));
    return 'mine';
  };
  assert.equal(await keptKey(path, systemRandom, async () => faster()), 'theirs');
});

test('a content is replaced as a whole, for its owner alone, and leaves nothing else', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hansard-keys-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'keys', 'ring.json');
  assert.equal(contentOf(path), null);
  for (const text of ['first, and long', 'second']) {
    await replaceKept(path, systemRandom, text);
    assert.equal(contentOf(path), text);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }
  writeFileSync(`${path}.0123456789abcdef`, 'half a r');
  await replaceKept(path, systemRandom, 'third');
  assert.deepEqual(readdirSync(join(directory, 'keys')), ['ring.json']);
});
