// UUIDs: texts outside, 16 bytes in the stores. Our own are version 7 (RFC 9562), so that they sort by time.
import { createHash, randomBytes } from 'node:crypto';

/** A UUID in its lower-case text form. */
export type Guid = string;

/** Fills and returns a buffer of the given length with random bytes. */
export type Random = (length: number) => Uint8Array;

export const systemRandom: Random = randomBytes;

/** The same, taken from the machine in larger pieces: for whoever asks often for little. No byte is given twice. */
export function pooledRandom(source: Random = systemRandom, poolBytes = 65_536): Random {
  let pool: Uint8Array = new Uint8Array(0);
  return (length) => {
    if (pool.length < length) pool = source(Math.max(poolBytes, length));
    const taken = pool.subarray(0, length);
    pool = pool.subarray(length);
    return taken;
  };
}

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a UUID, in either case of letters. */
export function isGuid(text: string): boolean {
  return shape.test(text);
}

/** A new UUID of version 7: 48 bits of the wall clock's milliseconds, the rest random. */
export function newGuid(nowMillis: number = Date.now(), random: Random = systemRandom): Guid {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(nowMillis, 0, 6);
  bytes.set(random(10), 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return guidText(bytes);
}

/** A UUID of version 8 (RFC 9562) that follows from what it is made of: the same again, the same UUID. */
export function derivedGuid(from: readonly unknown[]): Guid {
  const bytes = createHash('sha256').update(JSON.stringify(from)).digest().subarray(0, 16);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return guidText(bytes);
}

/** The 16 bytes of a UUID. The text must have passed `isGuid`. */
export function guidBytes(guid: Guid): Buffer {
  return Buffer.from(guid.replaceAll('-', ''), 'hex');
}

/** The text of 16 bytes. */
export function guidText(bytes: Uint8Array): Guid {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
