import assert from 'node:assert/strict';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { cosignedBy } from './note.ts';
import { inclusionPath } from './tree.ts';
import { indexPath, type Verdict, verifyDirectory, verifyProof } from './verifier.ts';
import {
  checkpointText,
  entriesOf,
  entryOf,
  logSigner,
  rootByRows,
  witnessSigner,
  writeLog,
  writeTiles,
} from './writer.ts';

const origin = 'log.example/one';
const log = logSigner(origin);
const work = mkdtempSync(join(tmpdir(), 'hansard-second-'));
after(() => rmSync(work, { recursive: true }));

function newFolder(): string {
  return mkdtempSync(join(work, 'log-'));
}

/** A log of 600 entries: bundles and tiles 0, 1 and 2 (88 wide), and one tile of level 1, 2 wide. */
const entries = entriesOf(600);
const whole = newFolder();
writeLog(whole, origin, entries, log);

/** A copy of the log of 600 entries after somebody has been at it. */
function verdictAfter(change: (folder: string) => void): Verdict {
  const folder = newFolder();
  cpSync(whole, folder, { recursive: true });
  change(folder);
  return verifyDirectory(folder, [log.vkey]);
}

function edit(folder: string, path: string, change: (bytes: Buffer) => Buffer): void {
  const file = join(folder, path);
  writeFileSync(file, change(readFileSync(file)));
}

function flip(bytes: Buffer, at: number, mask = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ mask, at);
  return copy;
}

function swap(folder: string, a: string, b: string): void {
  renameSync(join(folder, a), join(folder, 'aside'));
  renameSync(join(folder, b), join(folder, a));
  renameSync(join(folder, 'aside'), join(folder, b));
}

/** Where entry `index` begins in its bundle: at its length prefix. */
function offsetOf(index: number): number {
  const before = entries.slice(index - (index % 256), index);
  return before.reduce((sum, entry) => sum + 2 + entry.length, 0);
}

function assertWrong(verdict: Verdict, index: number | null, reason: RegExp): void {
  assert.ok(!verdict.ok, 'the log was taken');
  assert.match(verdict.reason, reason);
  assert.equal(verdict.index, index, verdict.reason);
}

describe('a log that is right', () => {
  for (const n of [0, 1, 2, 255, 256, 257, 600]) {
    it(`of ${n} entries`, () => {
      const folder = newFolder();
      const some = entries.slice(0, n);
      writeLog(folder, origin, some, log);
      const root = rootByRows(some).toString('hex');
      assert.deepEqual(verifyDirectory(folder, [log.vkey]), { ok: true, size: n, root });
    });
  }

  it('of 70000 entries, three levels high, of whatever content', () => {
    const folder = newFolder();
    const many = Array.from({ length: 70_000 }, (_, i) => Buffer.from(`entry ${i}`));
    writeLog(folder, origin, many, log);
    const verify = () => verifyDirectory(folder, [log.vkey], () => {});
    assert.deepEqual(verify(), { ok: true, size: 70_000, root: rootByRows(many).toString('hex') });
    edit(folder, 'tile/2/000.p/1', (bytes) => flip(bytes, 3));
    assertWrong(verify(), 0, /tile\/2\/000/);
  });

  it('that has grown since, and still has or has no longer its old partial tiles', () => {
    const folder = newFolder();
    for (const n of [3, 255, 300, 600]) writeTiles(folder, entries.slice(0, n));
    writeLog(folder, origin, entries.slice(0, 300), log);
    assert.equal(verifyDirectory(folder, [log.vkey]).ok, true);
    for (const kind of ['0', 'entries']) rmSync(join(folder, 'tile', kind, '001.p'), { recursive: true });
    assert.equal(verifyDirectory(folder, [log.vkey]).ok, true);
    edit(folder, 'tile/entries/001', (bytes) => flip(bytes, 5));
    assertWrong(verifyDirectory(folder, [log.vkey]), 256, /entry 256|tile\/0\/001/);
  });
});

describe('a log whose entries were touched', () => {
  it('one byte of one entry', () => {
    for (const index of [0, 255, 256, 511, 512, 599]) {
      const bundle = `tile/entries/${indexPath(Math.floor(index / 256))}${index >= 512 ? '.p/88' : ''}`;
      const verdict = verdictAfter((folder) => edit(folder, bundle, (b) => flip(b, offsetOf(index) + 20)));
      assertWrong(verdict, index, /entry|hash/);
    }
  });

  it('a bundle cut, in an entry, between two entries, in a length prefix', () => {
    for (const end of [offsetOf(300) + 9, offsetOf(300), offsetOf(300) + 1]) {
      const verdict = verdictAfter((folder) => edit(folder, 'tile/entries/001', (b) => b.subarray(0, end)));
      assertWrong(verdict, 300, /44 whole entries, not 256/);
    }
  });

  it('a bundle that goes on after its last entry', () => {
    for (const surplus of ['00', '0000', '000141']) {
      const more = Buffer.from(surplus, 'hex');
      const add = (path: string) =>
        verdictAfter((folder) => edit(folder, path, (b) => Buffer.concat([b, more])));
      assertWrong(add('tile/entries/000'), 256, /goes on after its 256 entries/);
      assertWrong(add('tile/entries/002.p/88'), 600, /goes on after its 88 entries/);
    }
  });

  it('two entries swapped, two bundles swapped', () => {
    const [a, b, c] = [offsetOf(20), offsetOf(21), offsetOf(22)];
    const entry = (bytes: Buffer) =>
      Buffer.concat([bytes.subarray(0, a), bytes.subarray(b, c), bytes.subarray(a, b), bytes.subarray(c)]);
    assertWrong(
      verdictAfter((folder) => edit(folder, 'tile/entries/000', entry)),
      20,
      /tile\/0\/000/,
    );
    const bundles = verdictAfter((folder) => swap(folder, 'tile/entries/000', 'tile/entries/001'));
    assertWrong(bundles, 0, /tile\/0\/000/);
  });

  it('one entry taken out, one put in', () => {
    const [a, b] = [offsetOf(40), offsetOf(41)];
    const without = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, a), bytes.subarray(b)]);
    assertWrong(
      verdictAfter((folder) => edit(folder, 'tile/entries/000', without)),
      40,
      /another hash 40/,
    );
    const twice = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, b), bytes.subarray(a)]);
    assertWrong(
      verdictAfter((folder) => edit(folder, 'tile/entries/000', twice)),
      41,
      /another hash 41/,
    );
  });

  it('a bundle deleted', () => {
    const gone = (path: string) => verdictAfter((folder) => rmSync(join(folder, path)));
    assertWrong(gone('tile/entries/000'), 0, /entries\/000 is missing/);
    assertWrong(gone('tile/entries/001'), 256, /entries\/001 is missing/);
    assertWrong(gone('tile/entries/002.p/88'), 512, /entries\/002 is missing/);
  });

  it('an older bundle that tells another entry', () => {
    const verdict = verdictAfter((folder) => {
      writeTiles(folder, entries.slice(0, 530));
      edit(folder, 'tile/entries/002.p/18', (b) => flip(b, offsetOf(515) + 20));
    });
    assertWrong(verdict, 515, /002.p\/18 tells another entry/);
  });

  it('an entry of a foreign form, although tree and signature are right', () => {
    const folder = newFolder();
    writeLog(folder, origin, [entryOf(0), Buffer.from('{}'), entryOf(2)], log);
    assertWrong(verifyDirectory(folder, [log.vkey]), 1, /entry 1: the entry has no member actor/);
  });
});

describe('a log whose tiles were touched', () => {
  it('one byte of one hash, on either level', () => {
    const touch = (path: string, at: number) =>
      verdictAfter((folder) => edit(folder, path, (b) => flip(b, at)));
    assertWrong(touch('tile/0/001', 5 * 32 + 31), 261, /tile\/0\/001 has another hash 5/);
    assertWrong(touch('tile/0/002.p/88', 87 * 32), 599, /another hash 87/);
    assertWrong(touch('tile/1/000.p/2', 32), 256, /tile\/1\/000 has another hash 1/);
  });

  it('a tile cut, longer, swapped or gone', () => {
    const cut = (path: string, end: number) =>
      verdictAfter((folder) => edit(folder, path, (b) => b.subarray(0, end)));
    assertWrong(cut('tile/0/001', 8191), 511, /8191 bytes, not 8192/);
    assertWrong(cut('tile/1/000.p/2', 32), 256, /32 bytes, not 64/);
    const longer = verdictAfter((folder) =>
      edit(folder, 'tile/0/000', (b) => Buffer.concat([b, Buffer.alloc(32)])),
    );
    assertWrong(longer, 256, /8224 bytes, not 8192/);
    assertWrong(
      verdictAfter((folder) => swap(folder, 'tile/0/000', 'tile/0/001')),
      0,
      /tile\/0\/000/,
    );
    const gone = (path: string) => verdictAfter((folder) => rmSync(join(folder, path)));
    assertWrong(gone('tile/0/001'), 256, /tile\/0\/001 is missing/);
    assertWrong(gone('tile/1/000.p/2'), 0, /tile\/1\/000 is missing/);
  });

  it('an older tile that tells another hash', () => {
    const verdict = verdictAfter((folder) => {
      writeTiles(folder, entries.slice(0, 300));
      edit(folder, 'tile/0/001.p/44', (b) => flip(b, 3 * 32));
    });
    assertWrong(verdict, 259, /001.p\/44 has another hash 3/);
  });

  it('entry and leaf hash changed alike: the level above tells', () => {
    const other = [...entries.slice(0, 300), entryOf(9000), ...entries.slice(301)];
    const verdict = verdictAfter((folder) => {
      const forged = newFolder();
      writeLog(forged, origin, other, log);
      for (const path of ['tile/entries/001', 'tile/0/001']) cpSync(join(forged, path), join(folder, path));
    });
    assertWrong(verdict, 256, /tile\/1\/000 has another hash 1/);
  });
});

describe('a checkpoint that does not belong', () => {
  it('to the tree: everything was forged but the signature', () => {
    const verdict = verdictAfter((folder) => writeTiles(folder, [...entries.slice(0, 599), entryOf(9000)]));
    assertWrong(verdict, null, /another root than the checkpoint signs/);
  });

  it('to the log: missing, of another key, of another log, of another size', () => {
    const gone = verdictAfter((folder) => rmSync(join(folder, 'checkpoint')));
    assertWrong(gone, null, /checkpoint: ENOENT/);
    assertWrong(verifyDirectory(whole, [logSigner('other.example').vkey]), null, /no trusted key/);
    const other = verdictAfter((folder) => writeLog(folder, 'other.example', entries, log));
    assertWrong(other, null, /no trusted key named other.example/);
    const larger = verdictAfter((folder) => {
      const text = checkpointText(origin, entries).replace('\n600\n', '\n601\n');
      writeFileSync(join(folder, 'checkpoint'), `${text}\n${log.line(text)}`);
    });
    assertWrong(larger, 512, /entries\/002 is missing/);
    const latin = verdictAfter((folder) => edit(folder, 'checkpoint', (b) => flip(b, 0, 0x80)));
    assertWrong(latin, null, /checkpoint: /);
  });

  it('to the caller’s keys: a malformed key is thrown, not answered', () => {
    assert.throws(() => verifyDirectory(whole, ['nonsense']), /not a verifier key/);
    assert.throws(() => verifyProof('', Buffer.alloc(0), ['nonsense']), /not a verifier key/);
  });
});

/** The first leaf that byte `at` of a file of the log of 600 has to do with; null for the checkpoint. */
function leafAt(path: string, at: number): number | null {
  const [, kind, n] = /^tile\/([^/]+)\/(\d{3})/.exec(path) ?? [];
  if (kind === undefined) return null;
  const start = Number(n) * 256;
  if (kind !== 'entries') return (start + Math.floor(at / 32)) * 256 ** Number(kind);
  const index = entries.findIndex((entry, i) => i >= start && at < offsetOf(i) + 2 + entry.length);
  return index;
}

it('any byte of any file flipped is found, at the leaf it belongs to', () => {
  const files = readdirSync(whole, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(whole, name)).isFile())
    .sort();
  assert.equal(files.length, 8);
  const file = fc.constantFrom(...files);
  fc.assert(
    fc.property(file, fc.nat(), fc.integer({ min: 1, max: 255 }), (path, somewhere, mask) => {
      const at = somewhere % statSync(join(whole, path)).size;
      assertWrong(
        verdictAfter((folder) => edit(folder, path, (bytes) => flip(bytes, at, mask))),
        leafAt(path, at),
        /./,
      );
    }),
    { numRuns: 60 },
  );
});

describe('a proof', () => {
  const text = checkpointText(origin, entries);
  const note = `${text}\n${log.line(text)}`;
  const proofOf = (index: number, extra = '') => {
    const path = inclusionPath(entries, index).map((hash) => `${hash.toString('base64')}\n`);
    return `c2sp.org/tlog-proof@v1\n${extra}index ${index}\n${path.join('')}\n${note}`;
  };
  const root = rootByRows(entries).toString('hex');

  it('of an entry that is there is taken, with or without extra data', () => {
    for (const index of [0, 1, 255, 256, 599]) {
      const right = { ok: true, index, size: 600, root };
      assert.deepEqual(verifyProof(proofOf(index), entryOf(index), [log.vkey]), right);
      assert.deepEqual(verifyProof(proofOf(index, 'extra AAE=\n'), entryOf(index), [log.vkey]), right);
    }
  });

  it('of the only entry has no hashes', () => {
    const alone = checkpointText(origin, [entryOf(0)]);
    const proof = `c2sp.org/tlog-proof@v1\nindex 0\n\n${alone}\n${log.line(alone)}`;
    assert.equal(verifyProof(proof, entryOf(0), [log.vkey]).ok, true);
    assert.equal(verifyProof(proof, entryOf(1), [log.vkey]).ok, false);
  });

  it('carries cosignatures after its first empty line', () => {
    const witness = witnessSigner('witness.example', 1_700_000_000n);
    const proof = proofOf(3) + witness.line(text);
    assert.equal(verifyProof(proof, entryOf(3), [log.vkey]).ok, true);
    assert.deepEqual(cosignedBy(proof.slice(proof.indexOf('\n\n') + 2), [witness.vkey]), ['witness.example']);
  });

  it('of another entry, another place or a wrong length is refused', () => {
    const proof = proofOf(300);
    const verdictOf = (changed: string, entry = entryOf(300)) => {
      const { ok, ...rest } = verifyProof(changed, entry, [log.vkey]);
      assert.equal(ok, false, changed);
      return 'reason' in rest ? rest : assert.fail(changed);
    };
    const elsewhere = /another root than is signed/;
    assert.match(verdictOf(proof, entryOf(301)).reason, elsewhere);
    assert.match(verdictOf(proof.replace('index 300', 'index 301')).reason, elsewhere);
    assert.match(verdictOf(proof.replace('index 300', 'index 600')).reason, /does not lead from 600 to 600/);
    assert.match(verdictOf(proof.replace(/(index 300\n)[^\n]+\n/, '$1')).reason, /does not lead from 300/);
    assert.match(verdictOf(proof.replace(/(index 300\n)([^\n]+\n)/, '$1$2$2')).reason, /a path of 11/);
    assert.equal(verdictOf(proof.replace('index 300', 'index 301')).index, 301);
  });

  it('that is malformed is refused with what is wrong', () => {
    const proof = proofOf(300);
    for (const [wrong, reason] of [
      ['', /no empty line/],
      [proof.replace('@v1', '@v2'), /not a proof that is known here: c2sp.org\/tlog-proof@v2/],
      [proof.replace('index 300', 'index 0300'), /index is not a plain decimal/],
      [proof.replace('index 300\n', ''), /names no index/],
      [proof.replace('index', 'extra *\nindex'), /extra data is not base64/],
      [proof.replace('index', 'extra AAE=\nextra AAE=\nindex'), /names no index: extra/],
      [proof.replace('=\n', '\n'), /hash of the proof is not base64/],
      [proof.replace(/(index 300\n)..../, '$1'), /not 32 bytes/],
      [proof.replace(/\n/g, '\r\n'), /no empty line/],
      [proof.slice(0, proof.indexOf('—')), /not a signature line/],
    ] as const) {
      const verdict = verifyProof(wrong, entryOf(300), [log.vkey]);
      assert.ok(!verdict.ok && verdict.index === null, wrong);
      assert.match(verdict.reason, reason);
    }
    assert.equal(verifyProof(proof, entryOf(300), []).ok, false);
  });
});

it('long indexes are written in threes', () => {
  const cases = {
    0: '000',
    999: '999',
    1000: 'x001/000',
    1234067: 'x001/x234/067',
    1000000: 'x001/x000/000',
  };
  for (const [n, path] of Object.entries(cases)) assert.equal(indexPath(Number(n)), path);
});
