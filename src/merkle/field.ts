// What the lines of these formats are made of: decimal numbers, base64, hashes. Each has one spelling only;
// whatever is written in another way is refused, so that what was read can be written again byte for byte.
import { limits } from '../core/limits.ts';
import { type Hash, hashBytes } from './hash.ts';
import { Malformed, quoted } from './malformed.ts';

const decimal = /^(?:0|[1-9]\d{0,15})$/;

/**
 * A whole number up to 2 ** 53 - 1, as ASCII digits without leading zeros. `what` names it in the refusal.
 */
export function readDecimal(text: string, what: string): number {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new Malformed(
    `${what} is ${quoted(text)}, not a decimal without leading zeros up to ${Number.MAX_SAFE_INTEGER}`,
  );
}

/** Standard base64 with its padding (RFC 4648, section 4). Throws Malformed. */
export function readBase64(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') === text) return new Uint8Array(bytes);
  throw new Malformed(`${what} is ${quoted(text)}, not standard base64 with padding`);
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The base64 of 32 bytes. Throws Malformed. */
export function readHash(text: string, what: string): Hash {
  const bytes = readBase64(text, what);
  if (bytes.length === hashBytes) return bytes;
  throw new Malformed(`${what} is of ${bytes.length} bytes, not ${hashBytes}`);
}

/** The hashes of a proof, a line each, with their newlines. */
export function proofText(hashes: readonly Hash[]): string {
  return hashes.map((hash) => `${base64(hash)}\n`).join('');
}

/** Reads the lines of a proof, without their newlines. Throws Malformed. */
export function readProof(lines: readonly string[]): Hash[] {
  if (lines.length > limits.proofHashesMax) {
    throw new Malformed(`the proof has ${lines.length} hashes, more than ${limits.proofHashesMax}`);
  }
  return lines.map((line, place) => readHash(line, `hash ${place + 1} of the proof`));
}
