// Notices become events, each once; one that cannot is put aside and holds up nobody.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pushback, unprocessable } from '../src/core/error.ts';
import { newGuid, systemRandom } from '../src/core/guid.ts';
import { leaveNotice, type Notice, takeNotices, withdrawNotice } from '../src/notices.ts';
import { startServer } from './harness.ts';

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-notices-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function leave(folder: string, targetName: string): Promise<string> {
  const guid = newGuid();
  await leaveNotice(folder, guid, { type: 'audit.log.backup', targetName, data: {} }, systemRandom);
  return guid;
}

test('one that is refused is put aside with a warning, and those behind it become events', async (t) => {
  const folder = newFolder(t);
  for (const name of ['a', 'refused', 'b']) await leave(folder, name);
  const directory = newGuid();
  mkdirSync(join(folder, 'notices', `${directory}.json`));
  const [taken, sentences]: [string[], string[]] = [[], []];
  const record = async (_: string, { targetName }: Notice): Promise<void> => {
    if (targetName === 'refused') throw unprocessable('its name is not taken');
    taken.push(targetName);
  };
  const take = () => takeNotices(folder, record, (sentence) => sentences.push(sentence));
  await take();
  assert.deepEqual(taken.sort(), ['a', 'b']);
  assert.deepEqual(
    readdirSync(join(folder, 'notices')).map((name) => name.replace(/^[^.]*/, '')),
    ['.json.refused', '.json.refused'],
  );
  assert.equal(sentences.length, 2);
  assert.match(sentences.join('\n'), /^The notice .*\.json is put aside, since .*: its name is not taken$/m);
  await take();
  assert.equal(sentences.length, 2);
});

test('while the store cannot write, all of them wait', async (t) => {
  const folder = newFolder(t);
  const guid = await leave(folder, 'a');
  const busy = async (): Promise<void> => {
    throw pushback('too much waits');
  };
  await assert.rejects(takeNotices(folder, busy, assert.fail), /too much waits/);
  assert.ok(existsSync(join(folder, 'notices', `${guid}.json`)));
  withdrawNotice(folder, guid);
  withdrawNotice(folder, guid);
  assert.deepEqual(readdirSync(join(folder, 'notices')), []);
});

test('a server goes on past a notice that is too long for an event', async (t) => {
  const server = await startServer();
  t.after(() => server.stop());
  const tooLong = `00000000-0000-4000-8000-000000000000`;
  const notice = { type: 'audit.log.backup', targetName: 'x'.repeat(10_000), data: {} };
  const path = join(server.directory, 'notices', `${tooLong}.json`);
  writeFileSync(path, JSON.stringify(notice));
  const guid = await leave(server.directory, 'behind it');
  const copies = await server.running.services.disposer.backups();
  assert.deepEqual(
    copies.map(({ name }) => name),
    ['behind it'],
  );
  assert.ok(existsSync(`${path}.refused`));
  assert.equal((await server.call('GET', `/api/events?guids=${guid}`)).json.resources.length, 1);
});
