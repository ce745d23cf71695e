import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from '../../src/merkle/checkpoint.ts';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { emptyRoot } from '../../src/merkle/hash.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import { ed25519Signer, formatNote, NoteRefused, parseVerifierKey } from '../../src/merkle/note.ts';
import { verifyConsistency } from '../../src/merkle/proof.ts';
import { ed25519Key } from './keys.ts';
import { monkeys, sumKey, sumNotes } from './vectors.ts';

const lines = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .map((line) => line.replaceAll(/[\0-\x1f]/g, ''))
  .filter((line) => line !== '');
const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const checkpoints = fc
  .tuple(lines, fc.maxSafeNat(), hashes, fc.array(lines, { maxLength: 3 }))
  .map(([origin, size, root, extensions]) => ({ origin, size, root, extensions }));
const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';

test('the example of the specification is read and written', () => {
  const text = `example.com/behind-the-sofa\n20852163\n${root}\n`;
  const checkpoint = parseCheckpoint(text);
  assert.deepEqual(checkpoint, {
    origin: 'example.com/behind-the-sofa',
    size: 20_852_163,
    root: new Uint8Array(Buffer.from(root, 'base64')),
    extensions: [],
  });
  assert.equal(formatCheckpoint(checkpoint), text);
});

test('a checkpoint is read as it was written', () => {
  fc.assert(
    fc.property(checkpoints, (checkpoint) => {
      assert.deepEqual(parseCheckpoint(formatCheckpoint(checkpoint)), checkpoint);
    }),
  );
});

test('whatever is read as a checkpoint would be written the same', () => {
  const pieces = fc.constantFrom('a', '\n', '0', '7', root, ' ', '\r', 'é');
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
      const text = parts.join('');
      try {
        assert.equal(formatCheckpoint(parseCheckpoint(text)), text);
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('what is no checkpoint is refused, with a reason', () => {
  for (const [text, reason] of [
    ['', /does not end with a newline/],
    ['\n', /the origin, .*, is empty/],
    [`\n1\n${root}\n`, /the origin, .*, is empty/],
    ['a\n', /three lines at least/],
    ['a\n1\n', /three lines at least/],
    [`a\n1\n${root}`, /does not end with a newline/],
    [`a\n01\n${root}\n`, /the tree size, .*, is "01"/],
    [`a\n-1\n${root}\n`, /the tree size/],
    [`a\n1 \n${root}\n`, /the tree size/],
    [`a\n\n${root}\n`, /the tree size, .*, is ""/],
    [`a\n9007199254740992\n${root}\n`, /up to 9007199254740991/],
    [`a\n18446744073709551615\n${root}\n`, /up to 9007199254740991/],
    [`a\n1\n${root.slice(0, -1)}\n`, /the root hash, .*, is .*, not standard base64/],
    ['a\n1\nAAAA\n', /is of 3 bytes, not 32/],
    [`a\n1\n${root}\n\n`, /an extension line of the checkpoint is empty/],
    [`a\n1\n${root}\nb\n\nc\n`, /an extension line of the checkpoint is empty/],
    [`a\r\n1\n${root}\n`, /control character "\\r"/],
  ] as const) {
    assert.throws(
      () => parseCheckpoint(text),
      (error) => error instanceof Malformed && reason.test(error.message),
      text,
    );
  }
});

test('a checkpoint that could not be read again is not written', () => {
  const good = { origin: 'a', size: 1, root: emptyRoot, extensions: ['x'] };
  for (const wrong of [
    { origin: '' },
    { origin: `a\n1\n${root}\nb` },
    { origin: 'a\tb' },
    { size: -1 },
    { size: 0.5 },
    { size: 2 ** 53 },
    { root: new Uint8Array(31) },
    { extensions: [''] },
    { extensions: ['a\nb'] },
  ]) {
    assert.throws(() => formatCheckpoint({ ...good, ...wrong }), Malformed, JSON.stringify(wrong));
  }
});

test('checkpoints that a log has signed are opened, and are consistent by their proof', () => {
  const key = parseVerifierKey(monkeys.key);
  const from = openCheckpoint(monkeys.from, [key]);
  const to = openCheckpoint(monkeys.to, [key]);
  const proof = monkeys.proof.map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
  assert.deepEqual([from.origin, from.size, to.size], ['monkeys', 5, 8]);
  assert.ok(verifyConsistency(from.size, from.root, to.size, to.root, proof));
  assert.ok(!verifyConsistency(from.size, to.root, to.size, from.root, proof));
});

test('a checkpoint must be signed by a known key whose name is its origin', () => {
  const text = formatCheckpoint({ origin: 'log.example', size: 0, root: emptyRoot, extensions: [] });
  const log = ed25519Signer('log.example', ed25519Key(1));
  const other = ed25519Signer('other.example', ed25519Key(2));
  const note = (...signers: (typeof log)[]): string =>
    formatNote({ text, signatures: signers.map((signer) => signer.sign(text)) });
  assert.equal(openCheckpoint(note(log), [log.key]).origin, 'log.example');
  assert.equal(openCheckpoint(note(other, log), [log.key, other.key]).origin, 'log.example');
  const refused = /the checkpoint of "log\.example" is not signed by a known key of that name/;
  assert.throws(() => openCheckpoint(note(log), []), refused);
  assert.throws(() => openCheckpoint(note(other), [log.key, other.key]), refused);
  assert.throws(() => openCheckpoint(note(log), [ed25519Signer('log.example', ed25519Key(3)).key]), refused);
  assert.throws(() => openCheckpoint(note(log).replace('\n0\n', '\n1\n'), [log.key]), NoteRefused);
  const witness = ed25519Cosigner('log.example', ed25519Key(4));
  const cosigned = formatNote({ text, signatures: [witness.cosign(text, 0)] });
  assert.throws(() => openCheckpoint(cosigned, [witness.key]), refused);
  assert.throws(() => openCheckpoint('text\n', [log.key]), Malformed);
  // This log's key has another name than its origin: verifiedBy is for those who know that it should.
  assert.throws(() => openCheckpoint(sumNotes[0] ?? '', [parseVerifierKey(sumKey)]), NoteRefused);
});
