import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { ed25519Cosigner } from '../../src/merkle/cosignature.ts';
import { base64 } from '../../src/merkle/field.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import {
  ecdsaSigner,
  ed25519Signer,
  formatNote,
  formatVerifierKey,
  type Note,
  NoteRefused,
  parseNote,
  parseSignatureLines,
  parseVerifierKey,
  signatureLine,
  verifiedBy,
} from '../../src/merkle/note.ts';
import { ed25519Key, p256Key } from './keys.ts';
import { cosigned, ecdsaNotes, goNote, sumKey, sumNotes } from './vectors.ts';

const names = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((name) => !/[\p{White_Space}+\0-\x1f]/u.test(name));
const lines = fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\0-\x1f]/g, ''));
const texts = fc.array(lines, { minLength: 1 }).map((all) => `${all.join('\n')}\n`);
const signatures = fc
  .tuple(
    names,
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 1, maxLength: 100 }),
  )
  .map(([name, id, bytes]) => ({ name, id, bytes }));
const notes: fc.Arbitrary<Note> = fc
  .tuple(texts, fc.array(signatures, { minLength: 1, maxLength: 10 }))
  .map(([text, all]) => ({ text, signatures: all }));

/** What stands after the second plus sign of a vkey. */
function materialOf(vkey: string): string {
  return vkey.split('+').slice(2).join('+');
}

const go = parseVerifierKey(goNote.key);
const second = parseVerifierKey(goNote.secondKey);
const whole = `${goNote.text}\n${goNote.line}`;

test('the example of the Go note package is made and verified', () => {
  const signer = ed25519Signer('PeterNeumann', ed25519Key(goNote.seed));
  assert.equal(formatVerifierKey(signer.key), goNote.key);
  assert.equal(formatNote({ text: goNote.text, signatures: [signer.sign(goNote.text)] }), whole);
  assert.deepEqual(verifiedBy(parseNote(whole), [go]), [go]);
  const both = parseNote(whole + goNote.secondLine);
  assert.deepEqual(verifiedBy(both, [second, go]), [second, go]);
});

test('what sum.golang.org, Rekor and the Pixel log have signed is verified', () => {
  const sum = parseVerifierKey(sumKey);
  for (const note of sumNotes) assert.deepEqual(verifiedBy(parseNote(note), [sum]), [sum]);
  for (const { key, note } of ecdsaNotes) {
    const parsed = parseVerifierKey(key);
    assert.equal(parsed.type, 2);
    assert.deepEqual(verifiedBy(parseNote(note), [parsed]), [parsed]);
    assert.throws(() => verifiedBy(parseNote(note.replace('\n', ' \n')), [parsed]), NoteRefused);
  }
});

test('a note is read as it was written', () => {
  fc.assert(
    fc.property(notes, (note) => {
      const parsed = parseNote(formatNote(note));
      assert.deepEqual(parsed, note);
      assert.equal(formatNote(parsed), formatNote(note));
    }),
  );
});

test('whatever is read as a note would be written the same', () => {
  const pieces = fc.constantFrom(
    '\n',
    '\n\n',
    '— ',
    'a',
    ' ',
    'x08go/ZJ',
    '=',
    goNote.line,
    '\r',
    '\u00a0',
    '+',
    'é',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      try {
        assert.equal(formatNote(parseNote(text)), text);
      } catch (error) {
        assert.ok(error instanceof Malformed, String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('the text may have empty lines: the last one divides', () => {
  const text = 'one\n\n\ntwo\n\n';
  const note = parseNote(`${text}\n${goNote.line}`);
  assert.equal(note.text, text);
  assert.equal(note.signatures.length, 1);
});

test('what is no note is refused, with a reason', () => {
  const { text, line } = goNote;
  const bare = line.slice(2, -1);
  for (const [note, reason] of [
    ['', /no empty line/],
    [text, /no empty line/],
    [`\n${line}`, /no empty line/],
    [`${text}\n`, /no signature line/],
    [`${text}\n${line.slice(0, -1)}`, /does not end with a newline/],
    [`\u0001${text}\n${line}`, /line 1 of the note has the control character "\\u0001"/],
    [`a\nb\tc\n\n${line}`, /line 2 of the note has the control character "\\t"/],
    [`a\r\n\n${line}`, /control character "\\r"/],
    [`a\ud800\n\n${line}`, /not valid Unicode/],
    [`${text}\n${line}Unexpected line.\n`, /"Unexpected line\." is not/],
    [`${text}\n${line}\n`, /no signature line/],
    [`${text}\n- ${bare}\n`, /is not "— <name> <base64>"/],
    [`${text}\n—${bare}\n`, /is not/],
    [`${text}\n—  ${bare}\n`, /is not/],
    [`${text}\n— ${bare} \n`, /is not/],
    [`${text}\n— Bad Name x08go/ZJ\n`, /is not/],
    [`${text}\n— Bad\u00a0Name x08go/ZJ\n`, /key name "Bad\u00a0Name"/],
    [`${text}\n— Bad+Name x08go/ZJ\n`, /key name "Bad\+Name"/],
    [`${text}\n—  x08go/ZJ\n`, /key name "" is empty/],
    [`${text}\n— a x08gow==\n`, /signature of "a" is of 4 bytes/],
    [`${text}\n— a x08go/Z\n`, /not standard base64/],
    [`${text}\n— a x08go/ZJ=\n`, /not standard base64/],
    [`${text}\n${line.repeat(101)}`, /more than 100 signature lines/],
    [`${'x'.repeat(1_048_576)}\n\n${line}`, /longer than 1048576 bytes/],
  ] as const) {
    assert.throws(
      () => parseNote(note),
      (error) => error instanceof Malformed && reason.test(error.message),
      note.slice(-80),
    );
  }
  assert.equal(parseNote(`${text}\n${line.repeat(100)}`).signatures.length, 100);
});

test('a text that cannot stand in a note is neither signed nor written', () => {
  const signer = ed25519Signer('a', ed25519Key(1));
  for (const text of ['', 'abc', 'a\tb\n', '\ud800\n']) {
    assert.throws(() => signer.sign(text), Malformed);
    assert.throws(() => formatNote({ text, signatures: [] }), Malformed);
  }
});

test('signature lines are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(signatures, { minLength: 1, maxLength: 5 }), (all) => {
      assert.deepEqual(parseSignatureLines(all.map(signatureLine).join('')), all);
    }),
  );
});

test('signatures of keys that are not known are ignored, whatever they hold', () => {
  const stranger = { name: 'stranger', id: go.id, bytes: Uint8Array.of(1) };
  const namesake = { name: go.name, id: second.id, bytes: Uint8Array.of(1) };
  const { text, signatures: signed } = parseNote(whole);
  assert.deepEqual(verifiedBy({ text, signatures: [stranger, namesake, ...signed] }, [go, second]), [go]);
  assert.deepEqual(verifiedBy({ text, signatures: signed }, [second]), []);
  assert.deepEqual(verifiedBy({ text, signatures: signed }, []), []);
});

test('a signature in the name of a known key that is not its own refuses the note', () => {
  const note = parseNote(whole + goNote.secondLine);
  const [first = assert.fail(), other = assert.fail()] = note.signatures;
  fc.assert(
    fc.property(fc.nat(first.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const bytes = first.bytes.map((byte, at) => (at === place ? byte ^ change : byte));
      const wrong = { ...first, bytes };
      // Also where the right signature stands beside it, or another key's.
      for (const all of [[wrong], [first, wrong], [wrong, first], [other, wrong]]) {
        assert.throws(() => verifiedBy({ ...note, signatures: all }, [go, second]), NoteRefused);
      }
    }),
  );
  for (const bytes of [first.bytes.subarray(1), new Uint8Array([...first.bytes, 0]), other.bytes]) {
    assert.throws(() => verifiedBy({ ...note, signatures: [{ ...first, bytes }] }, [go]), NoteRefused);
  }
  assert.throws(
    () => verifiedBy({ ...note, text: `${note.text}\n` }, [go]),
    /a signature in the name of "PeterNeumann\+c74f20a3" is not by that key on this text/,
  );
});

test('a key that signed twice, or is given twice, has signed', () => {
  const note = parseNote(whole + goNote.line);
  assert.deepEqual(verifiedBy(note, [go, second, parseVerifierKey(goNote.key)]), [go, go]);
});

test('where two known keys have one name and one id, the signature tells which it was', () => {
  const twin = { ...second, name: go.name, id: go.id };
  assert.deepEqual(verifiedBy(parseNote(whole), [twin, go]), [go]);
  assert.throws(() => verifiedBy(parseNote(whole), [twin]), NoteRefused);
});

test('ECDSA signs and is verified; what is not in DER is a wrong signature', () => {
  for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
    const signer = ecdsaSigner('ecdsa.example', generateKeyPairSync('ec', { namedCurve }).privateKey);
    const signature = signer.sign('text\n');
    const key = parseVerifierKey(formatVerifierKey(signer.key));
    assert.deepEqual(key, signer.key);
    assert.deepEqual(verifiedBy({ text: 'text\n', signatures: [signature] }, [key]), [key]);
    for (const bytes of [Uint8Array.of(0), signature.bytes.subarray(0, -1), new Uint8Array(64)]) {
      assert.throws(
        () => verifiedBy({ text: 'text\n', signatures: [{ ...signature, bytes }] }, [key]),
        NoteRefused,
      );
    }
  }
});

test('a signer wants the kind of key that its type is of', () => {
  const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  assert.throws(() => ed25519Signer('a', p256Key), /another kind than signatures of type 0x01 need/);
  assert.throws(() => ecdsaSigner('a', ed25519Key(1)), /another kind than signatures of type 0x02 need/);
  for (const key of [rsa, other]) assert.throws(() => ecdsaSigner('a', key), Malformed);
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u2003b', '\ud800']) {
    assert.throws(() => ed25519Signer(name, ed25519Key(1)), /the key name .* is empty, or has/);
  }
});

test('a vkey is read as it was written, and no part or change of one is a key', () => {
  for (const text of [
    goNote.key,
    goNote.secondKey,
    sumKey,
    cosigned.witnessKey,
    ...ecdsaNotes.map((each) => each.key),
  ]) {
    assert.equal(formatVerifierKey(parseVerifierKey(text)), text);
  }
  const text = goNote.key;
  for (let start = 0; start <= text.length; start += 1) {
    for (let end = start + 1; end <= text.length; end += 1) {
      if (start > 0 || end < text.length)
        assert.throws(() => parseVerifierKey(text.slice(start, end)), Malformed);
    }
    const changed = String.fromCharCode(text.charCodeAt(start) + 1);
    assert.throws(() => parseVerifierKey(text.slice(0, start) + changed + text.slice(start + 1)), Malformed);
  }
});

test('keys of other types, lengths and forms are refused, with a reason', () => {
  const material = materialOf(goNote.key);
  const raw = Buffer.from(material, 'base64');
  const keyed = (bytes: Uint8Array): string => `PeterNeumann+c74f20a3+${base64(bytes)}`;
  for (const [text, reason] of [
    ['bananas.sigstore.dev+12344556', /is not <name>\+<8 lower-case hex digits>\+<base64>/],
    [`PeterNeumann+C74F20A3+${material}`, /is not <name>/],
    ['a+00000000+', /the key of "a" is empty/],
    ['rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!', /not standard base64/],
    [
      'rekor.sigstore.dev+12345678+AwEB',
      /type 0x03 are not known here: type 0x01, type 0x02, type 0x04, type 0x06 are/,
    ],
    [keyed(raw.subarray(0, -1)), /31 bytes are not the public key of a signature of type 0x01/],
    [keyed(Buffer.concat([raw, Buffer.of(0)])), /33 bytes are not/],
    [keyed(Buffer.concat([Buffer.of(2), raw.subarray(1)])), /32 bytes are not .* type 0x02/],
    [keyed(Buffer.concat([Buffer.of(6), raw.subarray(1)])), /32 bytes are not .* type 0x06/],
    [keyed(Buffer.concat([Buffer.of(4), raw.subarray(1)])), /has the id [0-9a-f]{8}, not c74f20a3/],
    [`CarmenSandiego+c74f20a3+${material}`, /has the id [0-9a-f]{8}, not c74f20a3/],
    [`PeterNeumann+c74f20a4+${material}`, /has the id c74f20a3, not c74f20a4/],
    [` PeterNeumann+c74f20a3+${material}`, /the key name/],
    [`${goNote.key}\n`, /not standard base64/],
  ] as const) {
    assert.throws(
      () => parseVerifierKey(text),
      (error) => error instanceof Malformed && reason.test(error.message),
      text,
    );
  }
  const ecdsaText = ecdsaNotes[0]?.key ?? assert.fail();
  const spki = Buffer.from(materialOf(ecdsaText), 'base64');
  spki[spki.length - 1] = (spki.at(-1) ?? 0) ^ 1; // A point that is not on the curve.
  assert.throws(
    () => parseVerifierKey(`rekor.sigstore.dev+c0d23d6a+${base64(spki)}`),
    /takes the 91 bytes for no key/,
  );
});

test('a key has not signed what it signed as another type', () => {
  const privateKey = ed25519Key(3);
  const log = ed25519Signer('log.example', privateKey);
  const witness = ed25519Cosigner('log.example', privateKey);
  assert.deepEqual(log.key.key, witness.key.key);
  assert.notDeepEqual(log.key.id, witness.key.id);
  const text = `log.example\n0\n${base64(new Uint8Array(32))}\n`;
  const disguised = { ...log.sign(text), id: witness.key.id };
  assert.throws(() => verifiedBy({ text, signatures: [disguised] }, [witness.key]), NoteRefused);
});
