// Cosignatures (C2SP tlog-cosignature): a witness's word that it saw a log grow consistently up to this
// checkpoint. Making them; `verifiedBy` in note.ts checks them like any other signature.
import type { KeyObject } from 'node:crypto';
import { ed25519Cosignature, mlDsa44Cosignature, publicKeyBytes, signText, timeOf } from './algorithm.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { Malformed, quoted } from './malformed.ts';
import { type NoteSignature, type VerifierKey, verifierKey } from './note.ts';

/** A witness's private key, and the public half that its cosignatures are checked with. */
export interface Cosigner {
  readonly key: VerifierKey;
  /**
   * The cosignature on the text of a checkpoint, made `seconds` after 1970. Whoever calls has verified that
   * the checkpoint is consistent with all that this key cosigned before. Throws Malformed where the text is
   * no checkpoint.
   */
  cosign(text: string, seconds: number): NoteSignature;
}

/**
 * Cosigns with Ed25519, `cosignature/v1` (type 0x04). Throws Malformed where the name or the key does not
 * fit.
 */
export function ed25519Cosigner(name: string, privateKey: KeyObject): Cosigner {
  return cosigner(name, ed25519Cosignature, privateKey);
}

/**
 * Cosigns with ML-DSA-44, `subtree/v1` (type 0x06), where this Node's OpenSSL has it. Signs no extension
 * lines.
 */
export function mlDsa44Cosigner(name: string, privateKey: KeyObject): Cosigner {
  return cosigner(name, mlDsa44Cosignature, privateKey);
}

/**
 * When a cosignature was made, in seconds since 1970. Throws Malformed where the bytes are of no cosignature.
 */
export function cosignatureTime(signature: NoteSignature): number {
  const seconds = Number(timeOf(signature.bytes) ?? Number.NaN);
  if (Number.isSafeInteger(seconds)) return seconds;
  throw new Malformed(`the signature of ${quoted(signature.name)} does not begin with a time`);
}

function cosigner(name: string, type: number, privateKey: KeyObject): Cosigner {
  const key = verifierKey({ name, type, key: publicKeyBytes(type, privateKey) });
  return {
    key,
    cosign: (text, seconds) => {
      parseCheckpoint(text);
      if (!Number.isSafeInteger(seconds)) throw new Malformed(`${seconds} is not a number of seconds`);
      return { name, id: key.id, bytes: signText(key, privateKey, text, BigInt(seconds)) };
    },
  };
}
