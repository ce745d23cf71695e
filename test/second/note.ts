// Signed notes, checkpoints and cosignatures, read by hand as C2SP signed-note, tlog-checkpoint and
// tlog-cosignature describe them. What is malformed is refused with an Error that says what is wrong; nothing
// is repaired.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A verifier key, `<name>+<8 hex digits: key id>+<base64 of type byte and key>`, read. */
export interface VerifierKey {
  readonly name: string;
  readonly id: number;
  readonly type: number;
  /** Undefined where the type is not one of the two that this verifier knows. */
  readonly key: KeyObject | undefined;
}

export interface Signature {
  readonly name: string;
  readonly id: number;
  /** What follows the four bytes of the key id. */
  readonly bytes: Buffer;
}

/** `text` ends with the newline before the blank line; it is what is signed. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly Signature[];
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Buffer;
}

/** Signature type bytes: the log's own Ed25519 signature, and a witness's timestamped one. */
export const keyTypes = { ed25519: 0x01, cosignature: 0x04 } as const;

/** The specification asks for at least 16; a note with more than this many lines is not worth the work. */
const mostSignatures = 100;

/** The fixed bytes before the 32 bytes of a raw Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex');

/** Strict standard base64 (RFC 4648 section 4): padded, no foreign characters, no stray bits. */
export function base64Of(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new Error(`${what} is not base64: ${text}`);
  return bytes;
}

/** UTF-8 without repair; a byte order mark stays where it is. Throws a TypeError on other bytes. */
export function utf8Of(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** A whole number from 0 without leading zeros, no larger than can be counted exactly. */
export function decimalOf(text: string, what: string): number {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) throw new Error(`${what} is not a plain decimal number: ${text}`);
  const value = BigInt(text);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`${what} is too large: ${text}`);
  return Number(value);
}

function isKeyName(name: string): boolean {
  return name !== '' && !/[\p{White_Space}+]/u.test(name);
}

export function keyOf(vkey: string): VerifierKey {
  const nameEnd = vkey.indexOf('+');
  const name = vkey.slice(0, Math.max(nameEnd, 0));
  const hex = vkey.slice(nameEnd + 1, nameEnd + 9);
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(hex) || vkey[nameEnd + 9] !== '+') {
    throw new Error(`not a verifier key (<name>+<8 hex digits>+<base64>): ${vkey}`);
  }
  const material = base64Of(vkey.slice(nameEnd + 10), 'the key');
  const [type] = material;
  if (type === undefined) throw new Error(`the verifier key holds no key: ${vkey}`);
  const id = Number.parseInt(hex, 16);
  const known = type === keyTypes.ed25519 || type === keyTypes.cosignature;
  if (!known) return { name, id, type, key: undefined };
  if (material.length !== 33)
    throw new Error(`an Ed25519 key has 32 bytes, not ${material.length - 1}: ${vkey}`);
  const digest = createHash('sha256').update(`${name}\n`).update(material).digest();
  if (digest.readUInt32BE(0) !== id) throw new Error(`the key id does not belong to the key: ${vkey}`);
  const der = Buffer.concat([ed25519Prefix, material.subarray(1)]);
  return { name, id, type, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

/** Takes a signed note apart at its last empty line. Verifies nothing yet. */
export function noteOf(note: string): Note {
  if (!note.isWellFormed()) throw new Error('the note is not valid Unicode');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Error('the note holds a control character');
  const blank = note.lastIndexOf('\n\n');
  if (blank < 1) throw new Error('the note has no blank line before its signatures');
  if (!note.endsWith('\n')) throw new Error('the note does not end with a newline');
  const lines = note.slice(blank + 2, -1).split('\n');
  if (lines.length > mostSignatures) throw new Error(`the note has more than ${mostSignatures} signatures`);
  return { text: note.slice(0, blank + 1), signatures: lines.map(signatureOf) };
}

function signatureOf(line: string): Signature {
  const [dash, name = '', base64 = '', ...more] = line.split(' ');
  if (dash !== '—' || !isKeyName(name) || more.length > 0) throw new Error(`not a signature line: ${line}`);
  const bytes = base64Of(base64, 'the signature');
  if (bytes.length < 5) throw new Error(`a signature is longer than its key id: ${line}`);
  return { name, id: bytes.readUInt32BE(0), bytes: bytes.subarray(4) };
}

/** Reads a checkpoint from a note's text: origin, size, root, then extension lines that are not empty. */
export function checkpointOf(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw new Error('the checkpoint does not end with a newline');
  const [origin = '', size = '', hash = '', ...extensions] = text.slice(0, -1).split('\n');
  if (origin === '') throw new Error('the checkpoint has no origin');
  if (extensions.includes('')) throw new Error('the checkpoint has an empty line');
  const root = base64Of(hash, 'the root hash');
  if (root.length !== 32) throw new Error(`the root hash has ${root.length} bytes, not 32`);
  return { origin, size: decimalOf(size, 'the tree size'), root };
}

/**
 * Opens a checkpoint that one of the log's own keys (type 1, named like the origin line) has signed.
 * Throws where there is no such signature, where one is wrong, or where note or checkpoint are malformed.
 */
export function openCheckpoint(noteText: string, verifierKeys: readonly VerifierKey[]): Checkpoint {
  const { text, signatures } = noteOf(noteText);
  const keys = verifierKeys.filter(({ type }) => type === keyTypes.ed25519);
  const signers = keys.filter((key) => signatures.some((signature) => isBy(signature, key)));
  for (const key of signers) {
    const own = signatures.filter((signature) => isBy(signature, key));
    const right = own.every(({ bytes }) => isSigned(Buffer.from(text), key, bytes));
    if (!right) throw new Error(`the signature of ${key.name} is wrong`);
  }
  const checkpoint = checkpointOf(text);
  if (!signers.some(({ name }) => name === checkpoint.origin)) {
    throw new Error(`no trusted key named ${checkpoint.origin} has signed the checkpoint`);
  }
  return checkpoint;
}

/**
 * The names of the witnesses (keys of type 4) whose cosignature of this checkpoint is right, in the order of
 * `witnessKeys`. A wrong cosignature does not count; a malformed note is thrown.
 */
export function cosignedBy(noteText: string, witnessKeys: readonly string[]): string[] {
  const note = noteOf(noteText);
  checkpointOf(note.text);
  return witnessKeys
    .map(keyOf)
    .filter(({ type }) => type === keyTypes.cosignature)
    .filter((key) =>
      note.signatures.some((line) => isBy(line, key) && isCosigned(note.text, key, line.bytes)),
    )
    .map(({ name }) => name);
}

function isBy(signature: Signature, key: VerifierKey): boolean {
  return signature.name === key.name && signature.id === key.id;
}

/** `bytes` are eight bytes of POSIX seconds, at most 2^63 - 1, and the signature's 64. */
function isCosigned(text: string, key: VerifierKey, bytes: Buffer): boolean {
  if (bytes.length !== 72) return false;
  const seconds = bytes.readBigUInt64BE(0);
  if (seconds >= 1n << 63n) return false;
  return isSigned(Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), key, bytes.subarray(8));
}

function isSigned(message: Buffer, { key }: VerifierKey, signature: Buffer): boolean {
  return key !== undefined && verify(null, message, key, signature);
}
