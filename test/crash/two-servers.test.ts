// One data folder belongs to one process: a second one is told so and ends, and the first goes on.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { adminPassword, passwordGrant, request } from '../harness.ts';
import { startProcess, tryStart } from './server-process.ts';

async function folder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hansard-crash-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('two servers on one data folder', () => {
  it('the second is refused with a sentence and exit code 1, the first goes on', async (t) => {
    const directory = await folder(t);
    const first = await startProcess(directory);
    t.after(() => first.kill());
    const token = await passwordGrant(first.url, 'admin', adminPassword);
    const seconds = await Promise.all([tryStart(directory), tryStart(directory)]);
    for (const second of seconds) {
      assert.ok('code' in second, 'it does not listen');
      assert.equal(second.code, 1);
      assert.equal(
        second.output,
        `The data folder ${directory} is in use by another Hansard process. Stop that process, or name another folder with --data.\n`,
      );
    }
    const reply = await request(first.url, 'POST', '/v3/organizations', { token, body: { name: 'goes on' } });
    assert.equal(reply.status, 201, reply.text);
    assert.equal(await first.stop(), 0);
    const third = await startProcess(directory);
    await third.kill();
  });

  it('of two that start at once on an empty folder, one listens', async (t) => {
    const directory = await folder(t);
    const both = await Promise.all([tryStart(directory), tryStart(directory)]);
    const listening = both.filter((one) => 'url' in one);
    for (const one of listening) t.after(() => one.kill());
    assert.equal(listening.length, 1, JSON.stringify(both));
    const [ended] = both.filter((one) => 'code' in one);
    assert.equal(ended?.code, 1);
    assert.match(ended?.output ?? '', /^The data folder .* is in use by another Hansard process\./);
  });

  it('a folder that is a file is refused with a sentence that does not speak of another process', async (t) => {
    const file = join(await folder(t), 'file');
    await writeFile(file, 'not a folder');
    const ended = await tryStart(file);
    assert.ok('code' in ended, 'it does not listen');
    assert.equal(ended.code, 1);
    assert.match(ended.output, /file/);
    assert.doesNotMatch(ended.output, /another Hansard process|\n\s+at /);
  });
});

describe('files of the data folder', () => {
  for (const [what, openFolder] of [
    ['a folder that the server made', false],
    ['a folder that others can look into', true],
  ] as const) {
    it(`are for their owner alone in ${what}`, async (t) => {
      const directory = openFolder ? await folder(t) : join(await folder(t), 'made');
      if (openFolder) await chmod(directory, 0o755);
      const server = await startProcess(directory);
      t.after(() => server.kill());
      const token = await passwordGrant(server.url, 'admin', adminPassword);
      await request(server.url, 'POST', '/v3/organizations', { token, body: { name: 'written' } });
      const modeOf = async (name: string): Promise<string> =>
        ((await stat(join(directory, name))).mode & 0o777).toString(8);
      if (!openFolder) assert.equal(await modeOf(''), '700');
      for (const name of await readdir(directory, { recursive: true })) {
        const isFolder = (await stat(join(directory, name))).isDirectory();
        assert.equal(await modeOf(name), isFolder ? '700' : '600', name);
      }
    });
  }
});
