import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkpointOf, cosignedBy, decimalOf, keyOf, noteOf, openCheckpoint } from './note.ts';
import { checkpointText, entriesOf, logSigner, witnessSigner } from './writer.ts';

const origin = 'log.example/one';
const log = logSigner(origin);
const text = checkpointText(origin, entriesOf(5));
const note = `${text}\n${log.line(text)}`;
const open = (noteText: string, ...vkeys: readonly string[]) => openCheckpoint(noteText, vkeys.map(keyOf));

test('the published example of a verifier key is read, and a changed one is refused', () => {
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const { name, id, type } = keyOf(vkey);
  assert.deepEqual({ name, id, type }, { name: 'PeterNeumann', id: 0xc74f20a3, type: 1 });
  for (const [wrong, reason] of [
    [vkey.replace('Peter', 'Pete'), /does not belong/],
    [vkey.replace('c74f20a3', 'c74f20a4'), /does not belong/],
    [vkey.replace('ARpc', 'ARpd'), /does not belong/],
    [vkey.replace('10TW', ''), /32 bytes/],
    [vkey.replace('PeterNeumann', ''), /not a verifier key/],
    [vkey.replace('Peter', 'Peter '), /not a verifier key/],
    [vkey.replace('+AR', 'AR'), /not a verifier key/],
    [vkey.replace('/', '_'), /not base64/],
    ['log+c74f20a3+', /holds no key/],
    ['', /not a verifier key/],
  ] as const) {
    assert.throws(() => keyOf(wrong), reason, wrong);
  }
  // Keys of types that are not known here are passed over, whatever their length.
  assert.equal(keyOf('quantum+c74f20a3+Bg==').key, undefined);
});

test('a checkpoint that its log signed is opened', () => {
  const { size, root } = open(note, log.vkey);
  assert.equal(size, 5);
  assert.equal(text.split('\n')[2], root.toString('base64'));
});

test('foreign signatures are passed over, duplicates and extension lines allowed', () => {
  const other = logSigner('other.example');
  open(`${text}\n${other.line(text)}${log.line(text)}${log.line(text)}`, log.vkey);
  const long = `${text}an extension\n`;
  assert.equal(open(`${long}\n${log.line(long)}`, other.vkey, log.vkey).size, 5);
});

test('a checkpoint without a right signature of its own log is refused', () => {
  const other = logSigner('other.example');
  const namesake = log
    .line(text)
    .replace(/ [^ ]+$/, other.line(text).slice(other.line(text).lastIndexOf(' ')));
  const none = /no trusted key named log.example\/one/;
  assert.throws(() => open(note, other.vkey), none);
  assert.throws(() => open(note), none);
  assert.throws(() => open(`${text}\n${other.line(text)}`, other.vkey), none);
  assert.throws(() => open(`${text}\n${namesake}`, log.vkey), none);
  assert.throws(() => open(note, witnessSigner(origin, 1n).vkey), none);
  assert.throws(
    () => open(`${text}\n${log.line(`${text}x\n`)}`, log.vkey),
    /signature of log.example\/one is wrong/,
  );
  assert.throws(() => open(`${text}\n${log.line(text)}${log.line('x\n')}`, log.vkey), /is wrong/);
});

test('one changed character anywhere in a note is refused', () => {
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
      fc.pre(note[at] !== character);
      const changed = note.slice(0, at) + character + note.slice(at + 1);
      assert.throws(() => open(changed, log.vkey), Error, changed);
    }),
  );
});

test('malformed notes are refused with what is wrong', () => {
  const line = log.line(text);
  for (const [wrong, reason] of [
    ['', /no blank line/],
    [`\n\n${line}`, /no blank line/],
    [text, /no blank line/],
    [`${text}\n`, /not a signature line/],
    [`${text}\n${line.slice(0, -1)}`, /end with a newline/],
    [`${text}\n${line}${line}x\n`, /not a signature line/],
    [`${text}\n${line.replace('— ', '- ')}`, /not a signature line/],
    [`${text}\n${line.replace('\n', ' x\n')}`, /not a signature line/],
    [`${text}\n${line.replace('\n', '=\n')}`, /not base64/],
    [`${text}\n— ${origin} AAAAAA==\n`, /longer than its key id/],
    [`${text}\n— a+b AAAAAAA=\n`, /not a signature line/],
    [`${text}\t\n\n${line}`, /control character/],
    [`${text}\r\n${line}`, /control character/],
    [`\ud800${text}\n${line}`, /not valid Unicode/],
    [`${text}\n${line.repeat(101)}`, /more than 100 signatures/],
  ] as const) {
    assert.throws(() => noteOf(wrong), reason, wrong);
  }
  assert.equal(noteOf(`${text}\n${line.repeat(16)}`).signatures.length, 16);
  assert.equal(noteOf(`a\n\nb\n\n${line}`).text, 'a\n\nb\n');
});

test('malformed checkpoints are refused with what is wrong', () => {
  const hash = text.split('\n')[2] ?? '';
  for (const [wrong, reason] of [
    [text.slice(0, -1), /end with a newline/],
    [`\n5\n${hash}\n`, /no origin/],
    [`a\n05\n${hash}\n`, /tree size is not a plain decimal/],
    [`a\n-5\n${hash}\n`, /tree size is not a plain decimal/],
    [`a\n\n${hash}\n`, /tree size is not a plain decimal/],
    [`a\n9007199254740992\n${hash}\n`, /tree size is too large/],
    [`a\n5\n${hash.slice(4)}\n`, /29 bytes, not 32/],
    [`a\n5\n${hash.slice(0, -1)}\n`, /not base64/],
    ['a\n5\n', /0 bytes, not 32/],
    [`${text}\nmore\n`, /an empty line/],
    [`${text}\n`, /an empty line/],
  ] as const) {
    assert.throws(() => checkpointOf(wrong), reason, wrong);
  }
  assert.equal(checkpointOf(`a\n0\n${hash}\n`).size, 0);
  assert.equal(decimalOf('9007199254740991', 'it'), Number.MAX_SAFE_INTEGER);
});

test('only right cosignatures of known witnesses count', () => {
  const one = witnessSigner('witness.example/1', 1_679_315_147n);
  const two = witnessSigner('witness.example/2', 0n);
  const late = witnessSigner('witness.example/late', 1n << 63n);
  const signed = note + one.line(text) + two.line(text) + late.line(text);
  const all = [two.vkey, one.vkey, late.vkey];
  assert.deepEqual(cosignedBy(signed, all), ['witness.example/2', 'witness.example/1']);
  assert.deepEqual(cosignedBy(signed, [one.vkey]), ['witness.example/1']);
  assert.deepEqual(cosignedBy(signed, [log.vkey]), []);
  assert.deepEqual(cosignedBy(note, all), []);
  assert.deepEqual(cosignedBy(note + one.line(`${text}x\n`), all), []);
  const otherTime = witnessSigner('witness.example/1', 1_679_315_148n).line(text);
  const stamp = (line: string) => Buffer.from(line.slice(line.lastIndexOf(' ') + 1), 'base64');
  const forged = Buffer.concat([stamp(otherTime).subarray(0, 12), stamp(one.line(text)).subarray(12)]);
  assert.deepEqual(cosignedBy(`${note}— witness.example/1 ${forged.toString('base64')}\n`, all), []);
  const short = stamp(one.line(text)).subarray(0, -1).toString('base64');
  assert.deepEqual(cosignedBy(`${note}— witness.example/1 ${short}\n`, all), []);
  assert.equal(open(signed, log.vkey).size, 5);
});

test('the key of a log is no witness, although the curve is the same', () => {
  const text4 = `cosignature/v1\ntime 1\n${text}`;
  assert.deepEqual(cosignedBy(`${text}\n${log.line(text4)}`, [log.vkey]), []);
});

test('the published example of a note is signed by its key', () => {
  const words =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n";
  const line =
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUg' +
    'YN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  // Past the signature, it is the text that is no checkpoint.
  assert.throws(() => open(`${words}\n${line}\n`, vkey), /the root hash/);
  assert.throws(
    () => open(`${words.replace('cry', 'Cry')}\n${line}\n`, vkey),
    /signature of PeterNeumann is wrong/,
  );
});
