// Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature. Reading one proves
// nothing; `verifiedBy` does, for the keys that the reader trusts.
import type { KeyObject } from 'node:crypto';
import { limits } from '../core/limits.ts';
import {
  ecdsa,
  ed25519,
  hasSigned,
  keyId,
  type PublicKey,
  publicKeyBytes,
  publicKeyObject,
  signText,
} from './algorithm.ts';
import { base64, readBase64 } from './field.ts';
import { sameHash } from './hash.ts';
import { Malformed, quoted } from './malformed.ts';

/** A public key that signatures are checked with. */
export interface VerifierKey extends PublicKey {
  /** Four bytes that tell the keys of one name apart; no protection against a forger. */
  readonly id: Uint8Array;
}

/** One signature line. `bytes` are the signature, after the key's id. */
export interface NoteSignature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
}

export interface Note {
  /** Ends in a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A private key, and the public half that its signatures are checked with. */
export interface Signer {
  readonly key: VerifierKey;
  /** Throws Malformed where the text cannot stand in a note. */
  sign(text: string): NoteSignature;
}

/** A note that must not be believed; the sentence says why. */
export class NoteRefused extends Error {
  override readonly name = 'NoteRefused';
}

const idBytes = 4;
const linePrefix = '— ';
const notInNames = /[\p{White_Space}+]/u;
const notInNotes = /[\0-\x09\x0b-\x1f]/;

/** Reads a note without believing it. Throws Malformed; at most 100 signatures, 1 MiB. */
export function parseNote(note: string): Note {
  if (Buffer.byteLength(note) > limits.noteBytesMax) {
    throw new Malformed(`the note is longer than ${limits.noteBytesMax} bytes`);
  }
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0) throw new Malformed('the note has no empty line between its text and its signatures');
  const text = note.slice(0, gap + 1);
  checkText(text);
  return { text, signatures: parseSignatureLines(note.slice(gap + 2)) };
}

/** The whole note. Throws Malformed where the text cannot stand in one. */
export function formatNote(note: Note): string {
  checkText(note.text);
  return `${note.text}\n${note.signatures.map(signatureLine).join('')}`;
}

/** With its newline. */
export function signatureLine(signature: NoteSignature): string {
  return `${linePrefix}${signature.name} ${base64(Buffer.concat([signature.id, signature.bytes]))}\n`;
}

/** One or more signature lines, each with its newline. Throws Malformed. */
export function parseSignatureLines(text: string): NoteSignature[] {
  if (text === '') throw new Malformed('there is no signature line');
  if (!text.endsWith('\n')) throw new Malformed('the last signature line does not end with a newline');
  const lines = text.slice(0, -1).split('\n', limits.noteSignaturesMax + 1);
  if (lines.length > limits.noteSignaturesMax) {
    throw new Malformed(`there are more than ${limits.noteSignaturesMax} signature lines`);
  }
  return lines.map(parseSignatureLine);
}

/**
 * Reads a vkey, `<name>+<id in hex>+<base64 of type and key>`. Throws Malformed, also where the id is wrong.
 */
export function parseVerifierKey(text: string): VerifierKey {
  const parts = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/s.exec(text);
  if (parts === null) {
    throw new Malformed(`the key ${quoted(text)} is not <name>+<8 lower-case hex digits>+<base64>`);
  }
  const [, name = '', id = '', encoded = ''] = parts;
  const bytes = readBase64(encoded, `what the key of ${quoted(name)} holds`);
  const [type] = bytes;
  if (type === undefined) throw new Malformed(`the key of ${quoted(name)} is empty`);
  const key = verifierKey({ name, type, key: bytes.slice(1) });
  if (hex(key.id) === id) return key;
  throw new Malformed(`the key of ${quoted(name)} has the id ${hex(key.id)}, not ${id}`);
}

/** The vkey. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${hex(key.id)}+${base64(Buffer.concat([Uint8Array.of(key.type), key.key]))}`;
}

/** A key with its id. Throws Malformed where the name or the key's bytes are not what they should be. */
export function verifierKey(key: PublicKey): VerifierKey {
  checkName(key.name);
  publicKeyObject(key);
  return { ...key, id: keyId(key) };
}

/** Whether a key signs as a log does (types 0x01 and 0x02); those of cosignatures are of witnesses. */
export function isLogKey({ type }: VerifierKey): boolean {
  return type === ed25519 || type === ecdsa;
}

/** Signs notes with Ed25519 (type 0x01). Throws Malformed where the name or the key does not fit. */
export function ed25519Signer(name: string, privateKey: KeyObject): Signer {
  return signer(name, ed25519, privateKey);
}

/** Signs notes with ECDSA and SHA-256 (type 0x02), in DER; the key is of P-256, or P-384 or P-521. */
export function ecdsaSigner(name: string, privateKey: KeyObject): Signer {
  return signer(name, ecdsa, privateKey);
}

/**
 * Those of `keys` that signed the note. Signatures of other keys are ignored. Throws NoteRefused where a
 * signature bears the name and the id of one of `keys` and is not its own.
 */
export function verifiedBy(note: Note, keys: readonly VerifierKey[]): VerifierKey[] {
  const signed = new Set<VerifierKey>();
  for (const signature of note.signatures) {
    const named = keys.filter((key) => key.name === signature.name && sameHash(key.id, signature.id));
    const verified = named.filter((key) => hasSigned(key, note.text, signature.bytes));
    if (named.length > 0 && verified.length === 0) {
      const key = `${signature.name}+${hex(signature.id)}`;
      throw new NoteRefused(`a signature in the name of ${quoted(key)} is not by that key on this text`);
    }
    for (const key of verified) signed.add(key);
  }
  return keys.filter((key) => signed.has(key));
}

/** Throws Malformed unless the text can stand in a note. */
export function checkText(text: string): void {
  if (!text.endsWith('\n')) throw new Malformed('the text of a note does not end with a newline');
  if (!text.isWellFormed()) throw new Malformed('the text of a note is not valid Unicode');
  const control = notInNotes.exec(text);
  if (control === null) return;
  const line = text.slice(0, control.index).split('\n').length;
  throw new Malformed(`line ${line} of the note has the control character ${quoted(control[0])}`);
}

function signer(name: string, type: number, privateKey: KeyObject): Signer {
  const key = verifierKey({ name, type, key: publicKeyBytes(type, privateKey) });
  return {
    key,
    sign: (text) => {
      checkText(text);
      return { name, id: key.id, bytes: signText(key, privateKey, text) };
    },
  };
}

function parseSignatureLine(line: string): NoteSignature {
  const [name, encoded, ...more] = line.startsWith(linePrefix)
    ? line.slice(linePrefix.length).split(' ')
    : [];
  if (name === undefined || encoded === undefined || more.length > 0) {
    throw new Malformed(`the signature line ${quoted(line)} is not "— <name> <base64>"`);
  }
  checkName(name);
  const bytes = readBase64(encoded, `the signature of ${quoted(name)}`);
  if (bytes.length > idBytes) return { name, id: bytes.slice(0, idBytes), bytes: bytes.slice(idBytes) };
  throw new Malformed(`the signature of ${quoted(name)} is of ${bytes.length} bytes`);
}

function checkName(name: string): void {
  if (name !== '' && name.isWellFormed() && !notInNames.test(name) && !notInNotes.test(name)) return;
  throw new Malformed(`the key name ${quoted(name)} is empty, or has a space or a plus sign`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
