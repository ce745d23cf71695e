// Private keys for tests, made from numbers: the same in every run.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** An Ed25519 key from the base64 of its 32-byte seed, or from a number. */
export function ed25519Key(seed: string | number): KeyObject {
  const bytes = typeof seed === 'string' ? Buffer.from(seed, 'base64') : Buffer.alloc(32, seed);
  const head = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([head, bytes]), format: 'der', type: 'pkcs8' });
}

export const p256Key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** Null where this Node cannot do ML-DSA. */
export const mlDsaKey = generated('ml-dsa-44');

function generated(type: 'ml-dsa-44'): KeyObject | null {
  try {
    return generateKeyPairSync(type).privateKey;
  } catch {
    return null;
  }
}
