import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { publicKeyObject, subtreeMessage } from '../../src/merkle/algorithm.ts';
import {
  type Cosigner,
  cosignatureTime,
  ed25519Cosigner,
  mlDsa44Cosigner,
} from '../../src/merkle/cosignature.ts';
import { base64 } from '../../src/merkle/field.ts';
import { emptyRoot } from '../../src/merkle/hash.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import {
  formatVerifierKey,
  NoteRefused,
  parseNote,
  parseSignatureLines,
  parseVerifierKey,
  signatureLine,
  verifiedBy,
} from '../../src/merkle/note.ts';
import { ed25519Key, mlDsaKey, p256Key } from './keys.ts';
import { cosigned } from './vectors.ts';

const root = base64(emptyRoot);
const withoutMlDsa = mlDsaKey === null ? 'this Node has no ML-DSA-44' : false;

/** What holds for both kinds. */
function checkCosigner(cosigner: Cosigner, text: string, seconds: number): void {
  const signature = cosigner.cosign(text, seconds);
  const key = parseVerifierKey(formatVerifierKey(cosigner.key));
  assert.deepEqual(key, cosigner.key);
  assert.deepEqual(verifiedBy({ text, signatures: [signature] }, [key]), [key]);
  assert.equal(cosignatureTime(signature), seconds);
  assert.deepEqual(parseSignatureLines(signatureLine(signature)), [signature]);
  const refused = (wrongText: string, bytes: Uint8Array): void => {
    const note = { text: wrongText, signatures: [{ ...signature, bytes }] };
    assert.throws(() => verifiedBy(note, [key]), NoteRefused);
  };
  const [, size = ''] = text.split('\n');
  refused(`x${text}`, signature.bytes);
  refused(text.replace(`\n${size}\n`, `\n${size}1\n`), signature.bytes);
  refused(text.replace(root, base64(new Uint8Array(32))), signature.bytes);
  // A byte of the time, the first and the last of the signature; a byte less, a byte more.
  for (const place of [7, 8, signature.bytes.length - 1]) {
    refused(
      text,
      signature.bytes.map((byte, at) => (at === place ? byte ^ 1 : byte)),
    );
  }
  refused(text, signature.bytes.subarray(0, -1));
  refused(text, new Uint8Array([...signature.bytes, 0]));
  refused(text, signature.bytes.subarray(0, 8));
  refused(text, Uint8Array.of(1));
}

test('a cosignature of another implementation is verified, and made again', () => {
  const { text, logLine, witnessLine, seconds } = cosigned;
  const keys = [parseVerifierKey(cosigned.logKey), parseVerifierKey(cosigned.witnessKey)];
  const note = parseNote(`${text}\n${logLine}${witnessLine}`);
  assert.deepEqual(verifiedBy(note, keys), keys);
  const cosigner = ed25519Cosigner(cosigned.witnessName, ed25519Key(cosigned.witnessSeed));
  assert.equal(formatVerifierKey(cosigner.key), cosigned.witnessKey);
  assert.equal(signatureLine(cosigner.cosign(text, seconds)), witnessLine);
  assert.equal(cosignatureTime(note.signatures[1] ?? assert.fail()), seconds);
});

test('the time of a cosignature is read without its key', () => {
  const signature =
    'ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==';
  const [parsed = assert.fail()] = parseSignatureLines(`— a ${signature}\n`);
  assert.equal(cosignatureTime(parsed), 1_727_964_367);
  for (const bytes of [new Uint8Array(8), new Uint8Array(0), new Uint8Array(72).fill(255)]) {
    assert.throws(
      () => cosignatureTime({ ...parsed, bytes }),
      /the signature of "a" does not begin with a time/,
    );
  }
});

test('Ed25519 cosignatures are of one text, time and key', () => {
  const cosigner = ed25519Cosigner('witness.example/1', ed25519Key(7));
  const extension = fc.constantFrom('', 'extension\n');
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 1e12 }), extension, (seconds, size, more) => {
      checkCosigner(cosigner, `log.example\n${size}\n${root}\n${more}`, seconds);
    }),
    { numRuns: 20 },
  );
  const text = `log.example\n5\n${root}\nsigned too\n`;
  const signatures = [cosigner.cosign(text, 1)];
  assert.throws(
    () => verifiedBy({ text: text.replace('too', 'not'), signatures }, [cosigner.key]),
    NoteRefused,
  );
});

test('a subtree signature of another implementation is verified', { skip: withoutMlDsa }, () => {
  const file = join(import.meta.dirname, 'data/ml-dsa-44-subtree.txt');
  const [vkey = '', line = ''] = readFileSync(file, 'utf8').split('\n');
  const key = parseVerifierKey(vkey);
  const [signature = assert.fail()] = parseSignatureLines(`${line}\n`);
  assert.deepEqual([signature.name, signature.id], [key.name, key.id]);
  assert.equal(cosignatureTime(signature), 0);
  const subtree = {
    origin: 'example.com/log',
    start: 8,
    end: 13,
    root: new Uint8Array(Buffer.from('E7ERCtFloiK1fdb+B6/dLG0pM1nmIR0ETKBSauCjtVw=', 'base64')),
  };
  const isBy = (message: Uint8Array): boolean =>
    verify(null, message, publicKeyObject(key), signature.bytes.subarray(8));
  assert.ok(isBy(subtreeMessage(key.name, 0n, subtree)));
  assert.ok(!isBy(subtreeMessage(key.name, 1n, subtree)));
  assert.ok(!isBy(subtreeMessage('witness.example/w2', 0n, subtree)));
  for (const wrong of [{ origin: 'example.com/lag' }, { start: 7 }, { end: 14 }, { root: emptyRoot }]) {
    assert.ok(!isBy(subtreeMessage(key.name, 0n, { ...subtree, ...wrong })), JSON.stringify(wrong));
  }
});

test('ML-DSA-44 cosignatures are of one tree head, time and key', { skip: withoutMlDsa }, () => {
  const cosigner = mlDsa44Cosigner('witness.example/1', mlDsaKey ?? assert.fail());
  for (const seconds of [0, 1, 1_700_000_000, Number.MAX_SAFE_INTEGER]) {
    checkCosigner(cosigner, `log.example\n${seconds + 1 > 2 ** 50 ? 7 : seconds + 1}\n${root}\n`, seconds);
  }
  // Extension lines are not signed: whoever trusts this type alone must not read them.
  const text = `log.example\n5\n${root}\n`;
  const signatures = [cosigner.cosign(text, 1)];
  assert.deepEqual(verifiedBy({ text: `${text}extension\n`, signatures }, [cosigner.key]), [cosigner.key]);
});

test('ML-DSA-44 signs no names longer than 255 bytes', { skip: withoutMlDsa }, () => {
  const key = mlDsaKey ?? assert.fail();
  const longest = mlDsa44Cosigner('é'.repeat(127), key);
  assert.ok(longest.cosign(`${'o'.repeat(255)}\n0\n${root}\n`, 1));
  assert.throws(
    () => longest.cosign(`${'o'.repeat(256)}\n0\n${root}\n`, 1),
    /a name of 256 bytes cannot be signed/,
  );
  assert.throws(() => mlDsa44Cosigner('é'.repeat(128), key).cosign(`o\n0\n${root}\n`, 1), /256 bytes/);
  const short = longest.cosign(`o\n0\n${root}\n`, 1);
  const note = { text: `${'o'.repeat(256)}\n0\n${root}\n`, signatures: [short] };
  assert.throws(() => verifiedBy(note, [longest.key]), NoteRefused);
});

test('only checkpoints are cosigned, at a time that can be written', () => {
  const cosigner = ed25519Cosigner('witness.example/1', ed25519Key(7));
  for (const text of ['', 'a\n', 'a\nb\nc\n', `a\n01\n${root}\n`, `a\n1\n${root}\n\n`]) {
    assert.throws(() => cosigner.cosign(text, 1), Malformed);
  }
  for (const seconds of [-1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => cosigner.cosign(`a\n1\n${root}\n`, seconds), Malformed);
  }
});

test('a cosignature on what is no checkpoint is refused', () => {
  const cosigner = ed25519Cosigner('witness.example/1', ed25519Key(7));
  const signature = cosigner.cosign(`a\n1\n${root}\n`, 1);
  assert.throws(() => verifiedBy({ text: 'a\n', signatures: [signature] }, [cosigner.key]), NoteRefused);
});

test('a cosigner wants the kind of key that its type is of', () => {
  assert.throws(() => ed25519Cosigner('a', p256Key), /type 0x04/);
  assert.throws(() => mlDsa44Cosigner('a', ed25519Key(1)), /type 0x06/);
  assert.throws(() => ed25519Cosigner('a b', ed25519Key(1)), /the key name/);
});
