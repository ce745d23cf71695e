import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { formatNote, formatVerifierKey, parseNote, verifierKey } from '../../src/merkle/note.ts';
import { parsePolicy } from '../../src/merkle/policy.ts';
import { decodeBundle, encodeBundle } from '../../src/merkle/tile.ts';
import { directorySource } from '../../src/verify/directory-source.ts';
import { firstBad } from '../../src/verify/finding.ts';
import { type LogChecks, type LogReport, verifyLog } from '../../src/verify/log.ts';
import { type LogSource, SourceFailure } from '../../src/verify/source.ts';
import {
  checkpointOf,
  entriesOf,
  logResources,
  newFolder,
  origin,
  testEvents,
  testSigner,
  treeOf,
  writeLog,
  writeResources,
} from './log-folder.ts';

const signer = testSigner();
const entries = entriesOf(testEvents(600));
const resources = logResources(entries, signer);
const trusted: LogChecks = { keys: [signer.key] };

function verified(folder: string, checks: LogChecks = trusted): Promise<LogReport> {
  return verifyLog(directorySource(folder), checks);
}

function sentences(report: LogReport): string[] {
  return report.findings.map(({ what }) => what);
}

/** A folder with the log of 600 leaves, changed. */
function tampered(t: TestContext, change: (folder: string) => void): string {
  const folder = newFolder(t);
  writeResources(folder, resources);
  change(folder);
  return folder;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  writeFileSync(path, bytes);
}

function changeBundle(folder: string, path: string, change: (entries: Uint8Array[]) => Uint8Array[]): void {
  const width = path.includes('.p/') ? Number(path.split('.p/')[1]) : 256;
  const file = join(folder, path);
  writeFileSync(file, encodeBundle(change(decodeBundle(readFileSync(file), width))));
}

test('a log as it was written holds, at every size around the edges of tiles', async (t) => {
  for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 600]) {
    const report = await verified(writeLog(t, entries.slice(0, size), signer));
    assert.deepEqual(sentences(report), [], String(size));
    assert.equal(report.walk?.leaves, size);
    assert.equal(report.walk?.entries, size);
    assert.equal(report.note.isChecked, true);
  }
});

test('a large log has tiles of a third level, and each is compared', async (t) => {
  const many = Array.from({ length: 65_536 + 300 }, () => entries[0] ?? new Uint8Array());
  const folder = writeLog(t, many, signer);
  assert.deepEqual(sentences(await verified(folder)), []);
  flip(join(folder, 'tile/2/000.p/1'), 3);
  assert.deepEqual(firstBad((await verified(folder)).findings), { first: 0, last: 65_535 });
});

test('without a key nothing is said of the signature, and all else is checked', async (t) => {
  const report = await verified(writeLog(t, entries, signer), {});
  assert.deepEqual(sentences(report), []);
  assert.deepEqual([report.note.isChecked, report.note.unknown], [false, [origin]]);
  assert.deepEqual([report.walk?.leaves, report.walk?.entries], [600, 600]);
});

test('an entry, a hash or a higher tile that was changed is found where it is', async (t) => {
  const cases: [string, number, { first: number; last: number }][] = [
    ['tile/entries/000', 10, { first: 0, last: 0 }],
    ['tile/entries/002.p/88', 2, { first: 512, last: 512 }],
    ['tile/0/000', 100 * 32 + 5, { first: 100, last: 100 }],
    ['tile/0/002.p/88', 87 * 32 + 31, { first: 599, last: 599 }],
    ['tile/1/000.p/2', 32, { first: 256, last: 511 }],
  ];
  for (const [path, at, expected] of cases) {
    const report = await verified(tampered(t, (folder) => flip(join(folder, path), at)));
    assert.deepEqual(firstBad(report.findings), expected, path);
  }
});

test('a changed entry is the only finding: the tree itself still holds', async (t) => {
  const report = await verified(tampered(t, (folder) => flip(join(folder, 'tile/entries/001'), 4)));
  assert.deepEqual(sentences(report), ['Entry 256 does not have the hash that tile/0/001 holds for it.']);
});

test('an entry that is deleted, inserted, appended, emptied or swapped is named', async (t) => {
  const changes: [(entries: Uint8Array[]) => Uint8Array[], number][] = [
    [(all) => all.toSpliced(7, 1), 7],
    [(all) => all.toSpliced(7, 0, all[3] ?? new Uint8Array()), 7],
    [(all) => [...all, all[0] ?? new Uint8Array()], 255],
    [(all) => all.with(9, new Uint8Array()), 9],
    [(all) => all.with(20, all[30] ?? new Uint8Array()).with(30, all[20] ?? new Uint8Array()), 20],
    [(all) => all.slice(0, -1), 255],
  ];
  for (const [change, index] of changes) {
    const report = await verified(tampered(t, (folder) => changeBundle(folder, 'tile/entries/000', change)));
    assert.deepEqual(firstBad(report.findings)?.first, index, change.toString());
  }
});

test('an entry that is changed with its tile is found by the tile above, in a partial tile by the root', async (t) => {
  const changed = logResources(
    entries.map((entry, index) =>
      index === 10 || index === 590 ? (entriesOf(testEvents(1, 'other'))[0] ?? entry) : entry,
    ),
    signer,
  );
  const take = (paths: string[]) => (folder: string) =>
    writeResources(folder, new Map(paths.map((path) => [path, changed.get(path) ?? new Uint8Array()])));
  const full = await verified(tampered(t, take(['tile/0/000', 'tile/entries/000'])));
  assert.deepEqual(firstBad(full.findings), { first: 0, last: 255 });
  const partial = tampered(t, take(['tile/0/002.p/88', 'tile/entries/002.p/88']));
  assert.deepEqual(firstBad((await verified(partial)).findings), { first: 0, last: 599 });
  const earlier = [checkpointOf(treeOf(entries.slice(0, 550)), signer)];
  const narrowed = await verified(partial, { ...trusted, earlier });
  assert.deepEqual(firstBad(narrowed.findings), { first: 550, last: 599 });
});

test('files that are missing are named, with the leaves that they hold', async (t) => {
  const cases: [string, { first: number; last: number }][] = [
    ['tile/entries/001', { first: 256, last: 511 }],
    ['tile/0/001', { first: 256, last: 511 }],
    ['tile/0/002.p/88', { first: 512, last: 599 }],
    ['tile/1/000.p/2', { first: 0, last: 511 }],
  ];
  for (const [path, expected] of cases) {
    const report = await verified(tampered(t, (folder) => rmSync(join(folder, path))));
    assert.match(sentences(report)[0] ?? '', new RegExp(`^${path} is missing`));
    assert.deepEqual(firstBad(report.findings), expected);
  }
  const both = tampered(t, (folder) => {
    rmSync(join(folder, 'tile/0/001'));
    rmSync(join(folder, 'tile/entries/001'));
  });
  const report = await verified(both);
  assert.ok(sentences(report).includes('What follows leaf 256 was not checked.'));
});

test('a tail that was cut is found, by the tiles or by what is known from earlier', async (t) => {
  const cut = logResources(entries.slice(0, 580), signer);
  const folder = tampered(t, (to) =>
    writeResources(to, new Map([['checkpoint', cut.get('checkpoint') ?? new Uint8Array()]])),
  );
  const report = await verified(folder);
  assert.deepEqual(sentences(report), [
    'tile/0/002.p/68 is missing.',
    'tile/entries/002.p/68 is missing.',
    'What follows leaf 512 was not checked.',
    report.findings.at(-1)?.what,
  ]);
  assert.match(report.findings.at(-1)?.what ?? '', /older than the tiles: there is tile\/\S+\.p\/88\.$/);

  const whole = newFolder(t);
  writeResources(whole, cut);
  const known = checkpointOf(treeOf(entries), signer);
  const shorter = await verified(whole, { ...trusted, earlier: [known] });
  assert.deepEqual(sentences(shorter), [
    'The log was cut back: there is a checkpoint of 600 leaves known from earlier (signed by a known key), and now it has 580.',
  ]);
  assert.deepEqual(firstBad(shorter.findings), { first: 580, last: 599 });
});

test('an older checkpoint in front of newer tiles is found', async (t) => {
  const older = logResources(entries.slice(0, 512), signer).get('checkpoint') ?? new Uint8Array();
  const report = await verified(tampered(t, (folder) => writeFileSync(join(folder, 'checkpoint'), older)));
  assert.equal(report.findings.length, 1);
  assert.match(
    sentences(report)[0] ?? '',
    /^The checkpoint, of 512 leaves, is older than the tiles: there is tile\/.+\.p\/88\.$/,
  );
});

test('two histories are told apart, of one size and of different sizes', async (t) => {
  const other = treeOf(entriesOf(testEvents(600, 'other')));
  const folder = writeLog(t, entries, signer);
  const same = await verified(folder, { ...trusted, earlier: [checkpointOf(other, signer)] });
  assert.match(
    sentences(same)[0] ?? '',
    /^There are two histories of the same size: a checkpoint of 600 leaves/,
  );
  assert.deepEqual(firstBad(same.findings), { first: 0, last: 599 });
  const earlier = [
    checkpointOf(treeOf(entries.slice(0, 100)), signer),
    checkpointOf(treeOf(entriesOf(testEvents(300, 'other'))), signer),
  ];
  const parted = await verified(folder, { ...trusted, earlier });
  assert.match(sentences(parted)[0] ?? '', /^The log is not the one of a checkpoint of 300 leaves/);
  assert.deepEqual(firstBad(parted.findings), { first: 100, last: 299 });
  assert.deepEqual(
    parted.walk?.held.map(({ size }) => size),
    [100],
  );
});

test('earlier checkpoints that the log has grown from hold, the empty one too', async (t) => {
  const earlier = [0, 1, 256, 300, 600].map((size) => checkpointOf(treeOf(entries.slice(0, size)), signer));
  const report = await verified(writeLog(t, entries, signer), { ...trusted, earlier });
  assert.deepEqual(sentences(report), []);
  assert.deepEqual(
    report.walk?.held.map(({ size }) => size),
    [0, 1, 256, 300, 600],
  );
});

test('an earlier checkpoint of another log, or none at all, is refused', async (t) => {
  const folder = writeLog(t, entries.slice(0, 3), signer);
  const stranger = checkpointOf(treeOf([]), testSigner('other.example/1'), 'other.example/1');
  const report = await verified(folder, { ...trusted, earlier: [stranger, 'hello'] });
  assert.match(sentences(report)[0] ?? '', /of another log, "other\.example\/1"/);
  assert.match(sentences(report)[1] ?? '', /^An earlier checkpoint was given that is none\. .*no empty line/);
});

test('an entry that is no leaf of an event is a finding, although the tree holds', async (t) => {
  const strange = [Buffer.from('hello'), Buffer.from([0xff]), Buffer.from(` ${testEvents(1)[0]?.entry}`)];
  const report = await verified(writeLog(t, [...entries.slice(0, 2), ...strange], signer));
  assert.deepEqual(
    report.findings.map(({ leaves }) => leaves?.first),
    [2, 3, 4],
  );
  assert.match(sentences(report)[0] ?? '', /^Entry 2 is not the leaf of an event: /);
});

test('a signature that does not hold, or is of an unknown key, refuses the checkpoint', async (t) => {
  const impostor = testSigner();
  const unknown = await verified(writeLog(t, entries.slice(0, 3), impostor));
  assert.deepEqual(sentences(unknown), [`The checkpoint is not signed by a known key of "${origin}".`]);
  const forged = tampered(t, (folder) => {
    const path = join(folder, 'checkpoint');
    writeFileSync(path, readFileSync(path, 'utf8').replace('\n600\n', '\n599\n'));
  });
  assert.match(
    sentences(await verified(forged))[0] ?? '',
    /^The checkpoint is refused: a signature in the name of/,
  );
  const broken = tampered(t, (folder) => writeFileSync(join(folder, 'checkpoint'), 'hello\n'));
  const report = await verified(broken);
  assert.match(sentences(report)[0] ?? '', /^The checkpoint cannot be read: /);
  assert.equal(report.walk, null);
});

test('a witness in the name of the log is not the log', async (t) => {
  const witness = ed25519Cosigner(origin, generateKeyPairSync('ed25519').privateKey);
  const folder = tampered(t, (into) => {
    const { text } = parseNote(readFileSync(join(into, 'checkpoint'), 'utf8'));
    const cosigned = { text, signatures: [witness.cosign(text, 1_790_000_000)] };
    writeFileSync(join(into, 'checkpoint'), formatNote(cosigned));
  });
  const report = await verified(folder, { keys: [witness.key] });
  assert.deepEqual(sentences(report), [`The checkpoint is not signed by a known key of "${origin}".`]);
  assert.deepEqual([report.note.signers, report.note.isChecked], [[], true]);
  assert.equal((await verified(folder, { remembered: [witness.key] })).note.isChecked, false);
});

test('a key counts for all epochs of its log, where that can be told', async (t) => {
  const { key } = testSigner('log.example/0011223300000000/7');
  const known = { ...signer.key, name: key.name };
  const folder = writeLog(t, entries.slice(0, 3), signer);
  const isSameLog = () => true;
  for (const trust of [{ keys: [known] }, { remembered: [known] }]) {
    const { note, findings } = await verified(folder, { ...trust, isSameLog });
    assert.deepEqual([findings, note.signers], [[], [signer.key]]);
    assert.deepEqual((await verified(folder, trust)).note.signers, []);
  }
  const policy = parsePolicy(`log ${formatVerifierKey(verifierKey(known))}\nquorum none\n`);
  assert.deepEqual((await verified(folder, { policy, isSameLog })).findings, []);
  assert.equal((await verified(folder, { policy })).findingsCount, 1);
});

test('links, pipes and devices in a folder are not read', async (t) => {
  const elsewhere = writeLog(t, entries, signer);
  const replaced: [string, (path: string, name: string) => void][] = [
    ['link', (path, name) => symlinkSync(join(elsewhere, name), path)],
    ['device', (path) => symlinkSync('/dev/zero', path)],
    ['pipe', (path) => execFileSync('mkfifo', [path])],
  ];
  for (const [kind, replace] of replaced) {
    for (const name of ['checkpoint', 'tile/0/000', 'tile/entries/000', 'minimum-index']) {
      const folder = tampered(t, (into) => {
        rmSync(join(into, name), { force: true });
        writeFileSync(join(elsewhere, 'minimum-index'), '0\n');
        replace(join(into, name), name);
      });
      const found = sentences(await verified(folder));
      assert.ok(found.includes(`${name} is not a regular file.`), `${kind} ${name}: ${found}`);
    }
  }
});

test('a policy wants its witnesses, and they are named with their times', async (t) => {
  const folder = writeLog(t, entries.slice(0, 3), signer);
  const witness = ed25519Cosigner('witness.example', generateKeyPairSync('ed25519').privateKey);
  const policy = parsePolicy(
    `log ${formatVerifierKey(signer.key)}\nwitness w1 ${formatVerifierKey(witness.key)}\nquorum w1\n`,
  );
  assert.match(
    sentences(await verified(folder, { policy }))[0] ?? '',
    /^The checkpoint does not meet the policy: .*w1/,
  );
  const note = parseNote(readFileSync(join(folder, 'checkpoint'), 'utf8'));
  const cosigned = { ...note, signatures: [...note.signatures, witness.cosign(note.text, 1_790_000_000)] };
  writeFileSync(join(folder, 'checkpoint'), formatNote(cosigned));
  const report = await verified(folder, { policy });
  assert.deepEqual(sentences(report), []);
  assert.deepEqual(report.note.cosigners, [{ name: 'witness.example', at: 1_790_000_000 }]);
});

test('entries below the minimum index may be gone, entries above may not', async (t) => {
  const withMinimum = (minimum: string, gone: string[]) =>
    tampered(t, (folder) => {
      writeFileSync(join(folder, 'minimum-index'), minimum);
      for (const path of gone) rmSync(join(folder, path));
    });
  const kept = await verified(withMinimum('300\n', ['tile/entries/000']));
  assert.deepEqual([sentences(kept), kept.walk?.disposed, kept.walk?.from], [[], 256, 0]);
  const pruned = await verified(
    withMinimum('512\n', ['tile/0/000', 'tile/0/001', 'tile/entries/000', 'tile/entries/001']),
    {
      ...trusted,
      earlier: [100, 550].map((size) => checkpointOf(treeOf(entries.slice(0, size)), signer)),
    },
  );
  assert.deepEqual([sentences(pruned), pruned.walk?.from], [[], 512]);
  assert.deepEqual(
    pruned.walk?.held.map(({ size }) => size),
    [550],
  );
  const above = await verified(withMinimum('255\n', ['tile/entries/000']));
  assert.deepEqual(firstBad(above.findings), { first: 0, last: 255 });
  const beyond = await verified(withMinimum('601\n', []));
  assert.match(sentences(beyond)[0] ?? '', /minimum index, 601, lies beyond the 600 leaves/);
  const unclear = await verified(withMinimum('many', []));
  assert.match(sentences(unclear)[0] ?? '', /^minimum-index does not hold one number/);
});

test('a pruned log whose higher tiles are wrong does not give its root', async (t) => {
  const folder = tampered(t, (to) => {
    writeFileSync(join(to, 'minimum-index'), '256\n');
    rmSync(join(to, 'tile/0/000'));
    flip(join(to, 'tile/1/000.p/2'), 1);
  });
  assert.deepEqual(firstBad((await verified(folder)).findings), { first: 0, last: 599 });
});

/** The whole log, with entries as a reader of limited rights or a store with holes answers them. */
function sourceWith(
  folder: string,
  answer: (index: number, entry: Uint8Array) => Uint8Array | null,
): LogSource {
  const source = directorySource(folder);
  return {
    ...source,
    entries: async (index, width) =>
      (await source.entries(index, width)).map((entry, place) =>
        answer(index * 256 + place, entry ?? new Uint8Array()),
      ),
  };
}

test('rows that are missing are told by their runs, disposed ones are counted', async (t) => {
  const folder = writeLog(t, entries, signer);
  const gone = new Set([3, 4, 5, 255, 256, 599]);
  const source = sourceWith(folder, (index, entry) => (gone.has(index) ? null : entry));
  const report = await verifyLog(source, trusted);
  assert.deepEqual(sentences(report), [
    'Entries 3 to 5 are missing.',
    'Entry 255 is missing.',
    'Entry 256 is missing.',
    'Entry 599 is missing.',
  ]);
  const pruned = await verifyLog({ ...source, minimumIndex: async () => 300 }, trusted);
  assert.deepEqual([sentences(pruned), pruned.walk?.disposed], [['Entry 599 is missing.'], 5]);
});

test('whoever may not read entries gets the hashes checked', async (t) => {
  const folder = writeLog(t, entries, signer);
  const source: LogSource = {
    ...directorySource(folder),
    entries: () => Promise.reject(new SourceFailure('forbidden', 'no')),
  };
  const report = await verifyLog(source, trusted);
  assert.deepEqual([sentences(report), report.walk?.hasEntries, report.walk?.leaves], [[], false, 600]);
  const asked = await verifyLog(directorySource(folder), { ...trusted, hashesOnly: true });
  assert.deepEqual([sentences(asked), asked.walk?.hasEntries, asked.walk?.entries], [[], false, 0]);
  flip(join(folder, 'tile/0/001'), 0);
  assert.deepEqual(firstBad((await verifyLog(source, trusted)).findings), { first: 256, last: 511 });
});

test('a partial tile may have given way to the full one', async (t) => {
  const grown = tampered(t, () => undefined);
  const older = newFolder(t);
  writeResources(older, logResources(entries.slice(0, 500), signer));
  for (const path of ['tile/0/001', 'tile/entries/001']) {
    rmSync(join(older, `${path}.p/244`));
    renameSync(join(grown, path), join(older, path));
  }
  const report = await verifyLog({ ...directorySource(older), beyond: async () => null }, trusted);
  assert.deepEqual(sentences(report), []);
});

test('findings are bounded, and counted beyond', async (t) => {
  const source = sourceWith(writeLog(t, entries, signer), () => new Uint8Array());
  const report = await verifyLog(source, trusted);
  assert.deepEqual([report.findings.length, report.findingsCount], [100, 600]);
});

test('progress is told up to the end', async (t) => {
  const told: number[] = [];
  await verified(writeLog(t, entries, signer), { onProgress: (done, of) => told.push(done, of) });
  assert.deepEqual(told, [256, 600, 512, 600, 600, 600]);
});

test('whatever byte of whatever file is flipped, the log is refused, at or before the leaf', async (t) => {
  const folder = newFolder(t);
  writeResources(folder, resources);
  const paths = [...resources.keys()];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 255 }),
      async (path, where, bits) => {
        const bytes = Uint8Array.from(resources.get(path) ?? []);
        const at = Math.floor(where * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ bits;
        writeFileSync(join(folder, path), bytes);
        try {
          const { findings } = await verified(folder);
          assert.ok(findings.length > 0, `${path} at ${at} went unnoticed`);
          const leaf = leafAt(path, at);
          if (leaf !== null) assert.equal(firstBad(findings)?.first, leaf);
        } finally {
          writeFileSync(join(folder, path), resources.get(path) ?? new Uint8Array());
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** The leaf that a byte of an entry bundle or of a tile of leaf hashes belongs to. */
function leafAt(path: string, at: number): number | null {
  const first = Number(/\/(\d{3})(?:\.p\/\d+)?$/.exec(path)?.[1] ?? 0) * 256;
  if (path.startsWith('tile/0/')) return first + Math.floor(at / 32);
  if (!path.startsWith('tile/entries/')) return null;
  let end = 0;
  for (let index = first; ; index += 1) {
    end += 2 + (entries[index]?.length ?? 0);
    if (at < end) return index;
  }
}
