// Two verifiers that share no line agree on what the real server publishes: the program's own, and the one in
// test/second, written from the specifications. Also on what is wrong where a published file was changed.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { importOffline } from '../../src/compose.ts';
import { consistencyOf } from '../../src/log/prove.ts';
import { publish } from '../../src/log/publish.ts';
import { storeSource } from '../../src/log/source.ts';
import { formatVerifierKey, parseVerifierKey } from '../../src/merkle/note.ts';
import { decodeBundle, entriesPath, tilePath, tilesOf } from '../../src/merkle/tile.ts';
import { directorySource } from '../../src/verify/directory-source.ts';
import { firstBad } from '../../src/verify/finding.ts';
import { verifyLog } from '../../src/verify/log.ts';
import { verifyProofFile } from '../../src/verify/proof-file.ts';
import { type Dice, diceOf, freshSeed } from '../crash/seed.ts';
import { adminPassword, startServer, type TestServer } from '../harness.ts';
import { checkpointOf, noteOf } from '../second/note.ts';
import { consistencyProof } from '../second/tree.ts';
import { verifyDirectory, verifyProof } from '../second/verifier.ts';
import { foreignEvents, importLines, operate, v3Line } from './history.ts';

const silent = { total: () => undefined, at: () => undefined };

/** Publishes all that is committed; answers the keys. */
async function publishAll({ running }: TestServer, folder: string): Promise<string[]> {
  const { store, log } = running.services;
  const note = (await log.sealer.now()) ?? '';
  const keys = log.keys.verifierKeys(note.slice(0, note.indexOf('\n')));
  const source = storeSource('the store', store, 1, note);
  await publish([{ number: 1, source, keys }], folder, { hashesOnly: false, watch: silent });
  return keys.map(formatVerifierKey);
}

/** Both verifiers hold the folder to be right, and are of one mind about what it holds. */
async function assertBothHold(folder: string, keys: readonly string[]): Promise<number> {
  const second = verifyDirectory(folder, keys);
  const ours = await verifyLog(directorySource(folder), { keys: keys.map(parseVerifierKey) });
  assert.deepEqual(ours.findings, []);
  assert.ok(second.ok, JSON.stringify(second));
  const { size, root } = ours.note.checkpoint ?? { size: -1, root: new Uint8Array() };
  assert.deepEqual([size, Buffer.from(root).toString('hex')], [second.size, second.root]);
  return size;
}

function entriesIn(folder: string, size: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  while (entries.length < size) {
    const width = Math.min(256, size - entries.length);
    const path = join(folder, entriesPath(entries.length / 256, width));
    entries.push(...decodeBundle(readFileSync(path), width));
  }
  return entries;
}

describe('two verifiers of one log', () => {
  let server: TestServer;
  let folder: string;
  let keys: string[];
  const guids: string[] = [];
  const checkpoints: string[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hansard-agreement-'));
    server = await startServer({ segmentEvents: 200 });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('agree on it whatever its size, each time that it has grown', async (t) => {
    const dice = diceOf(freshSeed(t));
    let number = 0;
    for (let step = 0; step < 9; step += 1) {
      if (step % 3 === 0) await operate(server, `org-${step}`);
      else {
        const events = foreignEvents(dice, number, 1 + dice.roll(step < 5 ? 12 : 160));
        number += events.length;
        await importLines(
          server,
          events.map((event) => v3Line(event)),
        );
      }
      keys = await publishAll(server, folder);
      const size = await assertBothHold(folder, keys);
      checkpoints.push(readFileSync(join(folder, 'checkpoint'), 'utf8'));
      assert.equal(size, checkpointOf(noteOf(checkpoints.at(-1) ?? '').text).size);
    }
    guids.push(
      ...entriesIn(folder, sizeOf(checkpoints.at(-1))).map(
        (entry) => JSON.parse(String(Buffer.from(entry))).guid,
      ),
    );
  });

  it('agree on how each of its checkpoints grew into each later one', async () => {
    const entries = entriesIn(folder, sizeOf(checkpoints.at(-1)));
    const { store } = server.running.services;
    for (const [at, older] of checkpoints.entries()) {
      for (const newer of checkpoints.slice(at)) {
        const [from, to] = [sizeOf(older), sizeOf(newer)];
        const ours = await consistencyOf(store, 1, from, to);
        const second = consistencyProof(entries.slice(0, to), from);
        assert.deepEqual(ours.map(hex), second.map(hex), `${from} to ${to}`);
      }
    }
  });

  it('agree on the proof of each event, and refuse it for another', async (t) => {
    const dice = diceOf(freshSeed(t));
    const entries = entriesIn(folder, sizeOf(checkpoints.at(-1)));
    const trusted = keys.map(parseVerifierKey);
    for (let turn = 0; turn < 40; turn += 1) {
      const index = turn === 0 ? 0 : turn === 1 ? guids.length - 1 : dice.roll(guids.length);
      const { status, text } = await server.call('GET', `/log/proof/${guids[index]}`);
      assert.equal(status, 200, text);
      const ours = verifyProofFile(text, { keys: trusted });
      assert.deepEqual([ours.findings, ours.index, ours.event?.leaf.guid], [[], index, guids[index]]);
      const entry = entries[index] ?? new Uint8Array();
      const second = verifyProof(text, entry, keys);
      assert.ok(second.ok && second.index === index, JSON.stringify(second));
      assert.equal(second.size, ours.note.checkpoint?.size);
      const moved = text.replace(/^index \d+$/m, `index ${(index + 1) % guids.length}`);
      assert.ok(verifyProofFile(moved, { keys: trusted }).findingsCount > 0);
      assert.ok(!verifyProof(moved, entry, keys).ok);
    }
  });

  it('refuse it wherever a published file was changed, and name the same leaf', async (t) => {
    const dice = diceOf(freshSeed(t));
    const files = filesOf(sizeOf(checkpoints.at(-1)));
    const named = { alike: 0, 'one names none': 0 };
    for (let turn = 0; turn < 300; turn += 1) {
      const file = dice.pick(files) ?? '';
      const genuine = readFileSync(join(folder, file));
      const what = `${file}: ${spoil(join(folder, file), genuine, dice)}`;
      const ours = await verifyLog(directorySource(folder), { keys: keys.map(parseVerifierKey) }).catch(
        // Without a checkpoint there is nothing to verify.
        (error: unknown) => ({ findings: [{ what: String(error), leaves: null }] }),
      );
      const second = verifyDirectory(folder, keys);
      writeFileSync(join(folder, file), genuine);
      assert.ok(!second.ok, `${what}: the second verifier does not find it`);
      assert.ok(ours.findings.length > 0, `${what}: our verifier does not find it: ${second.reason}`);
      const bad = firstBad(ours.findings);
      if (bad === null || second.index === null) {
        named['one names none'] += 1;
        continue;
      }
      // They may differ in two ways. Ours names all leaves below what cannot be read (a tile, a hash above the leaves),
      // the second the first of them. And where a file goes on after its end, the second names the leaf that would come
      // next, ours the last one that is there.
      const { first, last } = bad;
      const isSame = first <= second.index && second.index <= last + 1;
      assert.ok(isSame, `${what}: ${JSON.stringify(bad)}, and ${second.index}: ${second.reason}`);
      named.alike += 1;
    }
    t.diagnostic(JSON.stringify(named));
    assert.ok(named.alike > 150, JSON.stringify(named));
    await assertBothHold(folder, keys);
  });

  it('differ on what nobody needs: a narrower tile of an earlier size is read by the second alone', async (t) => {
    const dice = diceOf(freshSeed(t));
    // Of three sizes that lie close together at most one is the first of a tile.
    for (const turn of [1, 2]) {
      await operate(server, `narrow-${turn}`);
      keys = await publishAll(server, folder);
    }
    const needed = new Set(filesOf(sizeOf(readFileSync(join(folder, 'checkpoint'), 'utf8'))));
    const older = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.p\/\d+$/.test(path) && !needed.has(path))
      .sort();
    assert.ok(older.length > 0);
    for (const file of older) {
      const path = join(folder, file);
      const genuine = readFileSync(path);
      const bytes = Buffer.from(genuine);
      const at = dice.roll(bytes.length);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      writeFileSync(path, bytes);
      assert.ok(!verifyDirectory(folder, keys).ok, file);
      const ours = await verifyLog(directorySource(folder), { keys: keys.map(parseVerifierKey) });
      assert.deepEqual(ours.findings, [], file);
      writeFileSync(path, genuine);
    }
  });
});

describe('two verifiers of a large log', () => {
  it('agree on tiles of three levels, and on a changed hash of the highest', async (t) => {
    const newFolder = (name: string): string => {
      const path = mkdtempSync(join(tmpdir(), `hansard-large-${name}-`));
      t.after(() => rmSync(path, { recursive: true }));
      return path;
    };
    const [directory, folder] = [newFolder('data'), newFolder('www')];
    const count = 70_100;
    const password = { chosen: adminPassword, announce: () => undefined };
    const imported = await importOffline(directory, lines(count), 'elsewhere', () => '', password);
    assert.equal(imported.new, count);
    const server = await startServer({ directory });
    const keys = await publishAll(server, folder).finally(() => server.stop({ keep: true }));
    assert.ok((await assertBothHold(folder, keys)) > count);
    const path = join(folder, 'tile', '2', '000.p', '1');
    const hash = readFileSync(path);
    hash.writeUInt8(hash.readUInt8(7) ^ 1, 7);
    writeFileSync(path, hash);
    const second = verifyDirectory(folder, keys);
    assert.deepEqual([second.ok, !second.ok && second.index], [false, 0]);
    const options = { keys: keys.map(parseVerifierKey), hashesOnly: true };
    const ours = await verifyLog(directorySource(folder), options);
    assert.deepEqual(firstBad(ours.findings), { first: 0, last: 65_535 });
  });
});

async function* lines(count: number): AsyncGenerator<string> {
  const dice = diceOf(5);
  for (let from = 0; from < count; from += 1_000) {
    for (const event of foreignEvents(dice, from, Math.min(1_000, count - from))) yield v3Line(event);
  }
}

function sizeOf(note = ''): number {
  return checkpointOf(noteOf(note).text).size;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The files that whoever verifies a tree of this size reads. */
function filesOf(size: number): string[] {
  const tiles = [...tilesOf(size)];
  const bundles = tiles.filter(({ level }) => level === 0);
  return [
    'checkpoint',
    ...tiles.map(tilePath),
    ...bundles.map(({ index, width }) => entriesPath(index, width)),
  ];
}

/** Changes a file; answers how. */
function spoil(path: string, genuine: Buffer, dice: Dice): string {
  const at = dice.roll(genuine.length);
  switch (dice.roll(5)) {
    case 0:
      rmSync(path);
      return 'it is gone';
    case 1:
      writeFileSync(path, genuine.subarray(0, at));
      return `it is cut at ${at}`;
    case 2:
      writeFileSync(path, Buffer.concat([genuine, Buffer.from([dice.roll(256)])]));
      return 'it goes on';
    default: {
      const bytes = Buffer.from(genuine);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 + dice.roll(255)), at);
      writeFileSync(path, bytes);
      return `byte ${at} is another`;
    }
  }
}
