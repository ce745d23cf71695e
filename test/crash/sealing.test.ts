// Sealing under kill -9 at each of its steps and between them, under disks that fail, and as the kernel sees its order:
// whatever was published is the beginning of the log that the next start goes on with.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { adminPassword, passwordGrant, request } from '../harness.ts';
import { startLoad } from './load.ts';
import { brokenIn, newFolder, sizeOf, startSealing } from './sealer.ts';
import { type Death, type Step, steps } from './sealing-process.ts';
import { diceOf, freshSeed } from './seed.ts';
import { startProcess } from './server-process.ts';
import { attach, type SystemCall, straceIsMissing } from './system-calls.ts';

const roundsOfEach = 3;
const randomKills = 12;
const serverKills = 10;

const deaths = steps.flatMap((step) =>
  (step === 'sign' || step === 'publish'
    ? (['before', 'after'] as const)
    : (['before', 'during', 'after'] as const)
  ).map((when) => ({ step, when })),
);

function rememberedIn(directory: string): string {
  const path = join(directory, 'remembered', 'checkpoint');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('a process that seals, killed', () => {
  it(`at each step, ${deaths.length * roundsOfEach} times, goes on from all that it had published`, async (t) => {
    const seed = freshSeed(t);
    const dice = diceOf(seed);
    const directory = join(newFolder(), 'data');
    const published = new Set<string>();
    for (let round = 0; round < deaths.length * roundsOfEach; round += 1) {
      const { step = 'seal', when = 'before' } = deaths[round % deaths.length] ?? {};
      // The first time is a start that makes up for what the one before left.
      const death: Death = { step, when, time: 1 + dice.roll(5), ms: dice.roll(4) };
      const sealer = startSealing(directory, { death, writers: 1 + dice.roll(3) });
      const about = `round ${round} of seed ${seed}, ${JSON.stringify(death)}`;
      assert.equal(await sealer.ended, 'SIGKILL', about);
      const notes = sealer.told('publish');
      for (const note of notes) published.add(note);
      assert.deepEqual(
        notes.map(sizeOf),
        notes.map(sizeOf).sort((a, b) => a - b),
        about,
      );
      assert.ok(sizeOf(rememberedIn(directory)) >= sizeOf(notes.at(-1) ?? ''), about);
      assert.equal(await brokenIn(directory, published), null, about);
    }
    t.diagnostic(`${published.size} checkpoints`);
  });

  it(`at any moment, ${randomKills} times, goes on from all that it had published`, async (t) => {
    const seed = freshSeed(t);
    const dice = diceOf(seed);
    const directory = join(newFolder(), 'data');
    const published = new Set<string>();
    for (let round = 0; round < randomKills; round += 1) {
      const sealer = startSealing(directory, { death: null, writers: 4 });
      for (let count = dice.roll(4); count >= 0; count -= 1) await sealer.next('publish');
      await after(dice.roll(15));
      await sealer.kill();
      for (const note of sealer.told('publish')) published.add(note);
      assert.equal(await brokenIn(directory, published), null, `round ${round} of seed ${seed}`);
    }
  });
});

describe('a server, killed under load', () => {
  it(`${serverKills} times: every checkpoint that it answered is on the tree after the restart`, async (t) => {
    const seed = freshSeed(t);
    const dice = diceOf(seed);
    const directory = join(newFolder(), 'data');
    const answered = new Set<string>();
    for (let round = 0; round < serverKills; round += 1) {
      const server = await startProcess(directory);
      t.after(() => server.kill());
      const token = await passwordGrant(server.url, 'admin', adminPassword);
      const load = startLoad({ url: server.url, token }, dice, 4, new Set());
      const seen = new Set<string>();
      let isOver = false;
      const look = async (): Promise<void> => {
        while (!isOver) {
          const reply = await request(server.url, 'GET', '/log/checkpoint', { token }).catch(() => null);
          if (reply === null) return;
          if (reply.status === 200) seen.add(reply.text);
        }
      };
      const looking = look();
      // Some checkpoints, each of which follows a commit within a second.
      for (let count = 1 + dice.roll(3); seen.size < count; )
        await load.acknowledged(20).then(() => after(20));
      await after(dice.roll(250));
      isOver = true;
      await server.kill();
      await Promise.all([load.ended, looking]);
      for (const note of seen) answered.add(note);
      const newest = Math.max(...[...seen].map(sizeOf));
      assert.ok(sizeOf(rememberedIn(directory)) >= newest, 'what was answered was remembered');
      assert.equal(await brokenIn(directory, answered), null, `round ${round} of seed ${seed}`);
    }
    const server = await startProcess(directory);
    t.after(() => server.kill());
    const token = await passwordGrant(server.url, 'admin', adminPassword);
    const { status, text } = await request(server.url, 'GET', '/log/checkpoint', { token });
    assert.equal(status, 200);
    assert.ok(sizeOf(text) >= Math.max(...[...answered].map(sizeOf)), 'it never goes back');
    assert.equal(await server.stop(), 0);
    assert.equal(await brokenIn(directory, answered.add(text)), null);
    t.diagnostic(`${answered.size} checkpoints`);
  });
});

const missing = straceIsMissing();

describe('sealing on a disk that fails', { skip: missing === null ? false : missing }, () => {
  for (const [fault, ...expressions] of [
    ['fsync answers EIO', 'trace=fsync,fdatasync', 'inject=fsync,fdatasync:error=EIO'],
    ['every third fsync answers EIO', 'trace=fsync,fdatasync', 'inject=fsync,fdatasync:error=EIO:when=2+3'],
    ['the disk is full for the store', 'trace=pwrite64', 'inject=pwrite64:error=ENOSPC'],
    [
      'nothing can be remembered',
      'trace=rename,renameat,renameat2',
      'inject=rename,renameat,renameat2:error=EIO',
    ],
    ['no file can be made', 'trace=openat', 'inject=openat:error=ENOSPC'],
  ] as const) {
    it(`where ${fault}: it says so, publishes nothing that is not durable, and goes on afterwards`, async (t) => {
      const directory = join(newFolder(), 'data');
      const sealer = startSealing(directory, { death: null, writers: 2 });
      t.after(() => sealer.kill());
      await sealer.next('publish');
      const watch = await attach(sealer.pid, `${directory}/../system-calls`, ...expressions);
      await sealer.next('failed');
      const before = sealer.told('publish').length;
      for (let count = 0; count < 5; count += 1) await sealer.next('failed');
      const during = sealer.told('publish');
      if (!fault.startsWith('every')) assert.equal(during.length, before, 'nothing is published meanwhile');
      assert.ok(during.map(sizeOf).every((size) => size <= sizeOf(rememberedIn(directory))));
      const calls = await watch.detach();
      assert.ok(calls.some(({ text }) => text.includes('INJECTED')));
      for (let count = 0; count < 3; count += 1) await sealer.next('publish');
      await sealer.kill();
      assert.match(sealer.told('failed')[0] ?? '', /^\w*Error: .*(EIO|ENOSPC|I\/O|disk|durable|cannot)/);
      const published = new Set(sealer.told('publish'));
      assert.equal(await brokenIn(directory, published), null);
      const again = startSealing(directory, { death: null, writers: 1 });
      for (let count = 0; count < 2; count += 1) published.add(await again.next('publish'));
      await again.kill();
      assert.equal(await brokenIn(directory, published), null);
    });

    it(`killed while ${fault}, it goes on from all that it had published`, async (t) => {
      const directory = join(newFolder(), 'data');
      const sealer = startSealing(directory, { death: null, writers: 2 });
      t.after(() => sealer.kill());
      await sealer.next('publish');
      const watch = await attach(sealer.pid, `${directory}/../system-calls`, ...expressions);
      await sealer.next('failed');
      await sealer.kill();
      await watch.detach();
      const published = new Set(sealer.told('publish'));
      const again = startSealing(directory, { death: null, writers: 1 });
      for (let count = 0; count < 2; count += 1) published.add(await again.next('publish'));
      await again.kill();
      assert.equal(await brokenIn(directory, published), null);
    });
  }
});

describe('the order of sealing', { skip: missing === null ? false : missing }, () => {
  it('leaves, note and memory are each synced before the next step, and all before the note is out', async (t) => {
    const directory = join(newFolder(), 'data');
    const sealer = startSealing(directory, { death: null, writers: 1 });
    t.after(() => sealer.kill());
    await sealer.next('publish');
    const watch = await attach(
      sealer.pid,
      `${directory}/../system-calls`,
      'trace=fsync,fdatasync,pwrite64,pwritev,write,writev,rename,renameat,renameat2',
    );
    for (let count = 0; count < 8; count += 1) await sealer.next('publish');
    const calls = await watch.detach();
    const rounds = roundsIn(calls);
    assert.ok(rounds.length >= 5, `${rounds.length} rounds were seen`);
    for (const { note, seal, keep, remember, publish, begun } of rounds) {
      const root = note.split('\n')[2] ?? '';
      assertSynced(within(calls, begun, seal), /hansard\.db-wal>/, null);
      assertSynced(within(calls, seal, keep), /hansard\.db-wal>/, root);
      const memory = within(calls, keep, remember);
      const written = assertSynced(memory, /remembered\/checkpoint\.[0-9a-f]{16}>/, root);
      const renamed = memory.find(
        ({ name, text }) => name.startsWith('rename') && text.includes('checkpoint'),
      );
      assert.ok(renamed !== undefined && renamed.began > written.ended && renamed.result === '0');
      const folder = memory.find(
        ({ name, text, began }) =>
          name === 'fsync' && /remembered>/.test(text) && began > (renamed?.ended ?? Infinity),
      );
      assert.equal(folder?.result, '0', 'the folder is synced after the file has its name');
      assert.ok(remember < publish);
    }
  });
});

/** One whole round: where in the trace each step was told as done. */
interface Round extends Record<Exclude<Step, 'sign'>, number> {
  readonly note: string;
  /** Where the round before was told as published. */
  readonly begun: number;
}

function roundsIn(calls: readonly SystemCall[]): Round[] {
  const rounds: Round[] = [];
  let begun: number | null = null;
  const told = new Map<string, number>();
  for (const { name, text, began } of calls) {
    const [, word = '', encoded = ''] = /^write\(1<[^>]*>, "(\w+) ([\w+/=]*)\\n"/.exec(text) ?? [];
    if (name !== 'write' || word === '') continue;
    // A round may seal several batches: the last of them comes before what is signed.
    if (word === 'seal' || !told.has(word)) told.set(word, began);
    if (word !== 'publish') continue;
    const [seal, keep, remember] = [told.get('seal'), told.get('keep'), told.get('remember')];
    const note = Buffer.from(encoded, 'base64').toString();
    if (begun !== null && seal !== undefined && keep !== undefined && remember !== undefined)
      rounds.push({ note, begun, seal, keep, remember, publish: began });
    begun = began;
    told.clear();
  }
  return rounds;
}

function within(calls: readonly SystemCall[], from: number, to: number): SystemCall[] {
  return calls.filter(({ began, ended }) => began > from && ended < to);
}

/** What was written to the file (with the witness in it) was synced by its end; answers the sync. */
function assertSynced(calls: readonly SystemCall[], file: RegExp, witness: string | null): SystemCall {
  const own = calls.filter(({ text }) => file.test(text));
  const written = own.findLast(
    ({ name, text }) => /^p?write/.test(name) && (witness === null || text.includes(witness)),
  );
  assert.ok(written !== undefined, `${file} is written (${witness})`);
  const synced = own.findLast(({ name, began }) => /sync$/.test(name) && began > written.ended);
  assert.ok(synced !== undefined, `${file} is synced`);
  assert.equal(synced.result, '0');
  return synced;
}
