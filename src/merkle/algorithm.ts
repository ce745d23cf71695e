// The signature types of notes (C2SP signed-note, tlog-cosignature): which key each takes, which bytes it
// signs. A new type is one more row of the table; all primitives are node:crypto's.
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import type { Hash } from './hash.ts';
import { Malformed } from './malformed.ts';
import { readTreeHead } from './tree-head.ts';

export const ed25519 = 0x01;
export const ecdsa = 0x02;
export const ed25519Cosignature = 0x04;
export const mlDsa44Cosignature = 0x06;

/** A public key under a name, for one type of signature. */
export interface PublicKey {
  /** Not empty, without spaces and plus signs. */
  readonly name: string;
  readonly type: number;
  /**
   * As the type encodes it: 32 bytes of Ed25519, 1312 of ML-DSA-44, a SubjectPublicKeyInfo in DER of ECDSA.
   */
  readonly key: Uint8Array;
}

/** The leaves [start, end) of a log, and the root of their subtree. */
export interface Subtree {
  readonly origin: string;
  readonly start: number;
  readonly end: number;
  readonly root: Hash;
}

interface Algorithm {
  /** What a SubjectPublicKeyInfo of such a key begins with, in hex, and how many bytes of the key follow. */
  readonly forms: readonly { readonly head: string; readonly bytes: number }[];
  /** Whether a vkey holds the whole SubjectPublicKeyInfo. */
  readonly whole: boolean;
  readonly digest: 'sha256' | null;
  /** Whether eight bytes of time stand before the signature. */
  readonly timed: boolean;
  /** The signed bytes; `seconds` count where the type is timed. Throws Malformed where a text has none. */
  message(name: string, text: string, seconds: bigint): Uint8Array;
}

const ed25519Form = { head: '302a300506032b6570032100', bytes: 32 };

const algorithms = new Map<number, Algorithm>([
  [
    ed25519,
    {
      forms: [ed25519Form],
      whole: false,
      digest: null,
      timed: false,
      message: (_, text) => Buffer.from(text),
    },
  ],
  [
    ecdsa,
    {
      // P-256, P-384, P-521; their points in full, so that a key has one encoding only.
      forms: [
        { head: '3059301306072a8648ce3d020106082a8648ce3d03010703420004', bytes: 64 },
        { head: '3076301006072a8648ce3d020106052b8104002203620004', bytes: 96 },
        { head: '30819b301006072a8648ce3d020106052b810400230381860004', bytes: 132 },
      ],
      whole: true,
      digest: 'sha256',
      timed: false,
      message: (_, text) => Buffer.from(text),
    },
  ],
  [
    ed25519Cosignature,
    { forms: [ed25519Form], whole: false, digest: null, timed: true, message: cosignatureMessage },
  ],
  [
    mlDsa44Cosignature,
    {
      forms: [{ head: '30820532300b06096086480165030403110382052100', bytes: 1312 }],
      whole: false,
      digest: null,
      timed: true,
      message: checkpointMessage,
    },
  ],
]);

const timeBytes = 8;
/** The latest time of a cosignature: 2 ** 63 - 1. */
const timeMax = 0x7fff_ffff_ffff_ffffn;

/** The first four bytes of SHA-256(name || 0x0A || type || key), of ECDSA keys of SHA-256(key). */
export function keyId({ name, type, key }: PublicKey): Uint8Array {
  const named = type === ecdsa ? key : Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(type), key]);
  return Uint8Array.from(hash('sha256', named, 'buffer').subarray(0, 4));
}

/** The public half of a key, as this type encodes it. Throws Malformed where it is another kind of key. */
export function publicKeyBytes(type: number, key: KeyObject): Uint8Array {
  const { forms, whole } = algorithmOf(type);
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  const form = forms.find(({ head, bytes }) => spki.length === head.length / 2 + bytes && begins(spki, head));
  if (form !== undefined) return Uint8Array.from(whole ? spki : spki.subarray(form.head.length / 2));
  throw new Malformed(`the key is of another kind than signatures of ${shown(type)} need`);
}

/** Throws Malformed where the bytes are no key of this type, or this Node cannot use it. */
export function publicKeyObject({ type, key }: Pick<PublicKey, 'type' | 'key'>): KeyObject {
  const { forms, whole } = algorithmOf(type);
  for (const { head, bytes } of forms) {
    const spki = whole ? Buffer.from(key) : Buffer.concat([Buffer.from(head, 'hex'), key]);
    if (spki.length !== head.length / 2 + bytes || !begins(spki, head)) continue;
    try {
      return createPublicKey({ key: spki, type: 'spki', format: 'der' });
    } catch {
      throw new Malformed(`this Node takes the ${key.length} bytes for no key of ${shown(type)}`);
    }
  }
  throw new Malformed(`${key.length} bytes are not the public key of a signature of ${shown(type)}`);
}

/** The bytes of a signature on the text; `seconds` since 1970 count for cosignatures. Throws Malformed. */
export function signText(key: PublicKey, privateKey: KeyObject, text: string, seconds = 0n): Uint8Array {
  const { digest, timed, message } = algorithmOf(key.type);
  if (seconds < 0n || seconds > timeMax) throw new Malformed(`${seconds} is not the time of a cosignature`);
  const signature = sign(digest, message(key.name, text, seconds), privateKey);
  if (!timed) return Uint8Array.from(signature);
  const time = Buffer.alloc(timeBytes);
  time.writeBigUInt64BE(seconds);
  return Uint8Array.from(Buffer.concat([time, signature]));
}

/** Whether the bytes are a signature on the text by this key. */
export function hasSigned(key: PublicKey, text: string, bytes: Uint8Array): boolean {
  try {
    const { digest, timed, message } = algorithmOf(key.type);
    const seconds = timed ? timeOf(bytes) : 0n;
    if (seconds === null) return false;
    const signed = message(key.name, text, seconds);
    return verify(digest, signed, publicKeyObject(key), timed ? bytes.subarray(timeBytes) : bytes);
  } catch (error) {
    // A text that cannot be signed so was not signed so, and a key that is none has signed nothing.
    if (error instanceof Malformed) return false;
    throw error;
  }
}

/** The time that the bytes of a cosignature begin with; null where they cannot. */
export function timeOf(bytes: Uint8Array): bigint | null {
  if (bytes.length <= timeBytes) return null;
  const seconds = new DataView(bytes.buffer, bytes.byteOffset, timeBytes).getBigUint64(0);
  return seconds <= timeMax ? seconds : null;
}

/** What an Ed25519 cosignature signs (tlog-cosignature): two lines of its own before the whole text. */
function cosignatureMessage(_: string, text: string, seconds: bigint): Uint8Array {
  readTreeHead(text);
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** What an ML-DSA-44 cosignature of a checkpoint signs: its first three lines, but no extension lines. */
function checkpointMessage(name: string, text: string, seconds: bigint): Uint8Array {
  const { origin, size, root } = readTreeHead(text).head;
  return subtreeMessage(name, seconds, { origin, start: 0, end: size, root });
}

/** The `cosigned_message` of tlog-cosignature. Throws Malformed where a name is too long for it. */
export function subtreeMessage(cosigner: string, seconds: bigint, subtree: Subtree): Uint8Array {
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    short(cosigner),
    uint64(seconds),
    short(subtree.origin),
    uint64(BigInt(subtree.start)),
    uint64(BigInt(subtree.end)),
    subtree.root,
  ]);
}

/** A text after its length in one byte. */
function short(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length >= 1 && bytes.length <= 255) return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
  throw new Malformed(`a name of ${bytes.length} bytes cannot be signed with ML-DSA-44: 1 to 255 can`);
}

function uint64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function algorithmOf(type: number): Algorithm {
  const algorithm = algorithms.get(type);
  if (algorithm !== undefined) return algorithm;
  const known = [...algorithms.keys()].map(shown).join(', ');
  throw new Malformed(`signatures of ${shown(type)} are not known here: ${known} are`);
}

function shown(type: number): string {
  return `type 0x${type.toString(16).padStart(2, '0')}`;
}

function begins(bytes: Uint8Array, head: string): boolean {
  return Buffer.from(bytes.subarray(0, head.length / 2)).toString('hex') === head;
}
