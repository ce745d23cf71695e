// The ring of the log's keys: what is known of every key that ever signed, in a file beside the keys. Private parts are
// never in it. A change is first written down as intended, then told, and only then in force: no key signs before the
// event of its making is in the log. One that a stop cut off is completed when the ring is opened again.
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { unprocessable } from '../core/error.ts';
import type { Random } from '../core/guid.ts';
import { type Instant, microsText, parseInstant } from '../core/instant.ts';
import type { Doer } from './append.ts';
import { contentOf, replaceKept } from './key-file.ts';

/** Ed25519 signs always: witnesses need it. ECDSA on P-256 signs beside it under FIPS. */
export const keyAlgorithms = ['ed25519', 'ecdsa-p256'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

export interface RingKey {
  /** From 1, in the order of their making; never given twice. */
  readonly number: number;
  readonly algorithm: KeyAlgorithm;
  /** SubjectPublicKeyInfo (DER) in base64. */
  readonly publicKey: string;
  readonly madeAt: Instant;
  /** From then on it signs no more; what it has signed is verified with it for ever. */
  readonly retiresAt: Instant | null;
}

/** Makes the events of a change durable, each once however often it is told; null: Hansard did it by itself. */
export type TellChange = (
  before: readonly RingKey[],
  after: readonly RingKey[],
  doer: Doer | null,
) => Promise<unknown>;

export interface KeyRing {
  /** In force, oldest first. */
  keys(): readonly RingKey[];
  /** Resolves when the change is told, durable and in force. Where it cannot be told, nothing has changed. */
  change(next: readonly RingKey[], doer: Doer | null): Promise<void>;
}

/** The content of the file. */
interface Ring {
  readonly keys: readonly RingKey[];
  /** What is to come into force as soon as its events are in the log; null where nothing is under way. */
  readonly next: readonly RingKey[] | null;
}

/**
 * Opens the ring of a file; an empty one where there is none. Throws UnprocessableEntity with a sentence where the file
 * is broken.
 */
export async function openRing(path: string, random: Random, tell: TellChange): Promise<KeyRing> {
  const { keys: found, next: cutOff } = readRing(path) ?? { keys: [], next: null };
  let keys = found;
  const write = (ring: Ring): Promise<void> => replaceKept(path, random, ringText(ring));
  const enforce = async (next: readonly RingKey[]): Promise<void> => {
    await write({ keys: next, next: null });
    keys = next;
  };
  if (cutOff !== null) {
    await tell(keys, cutOff, null);
    await enforce(cutOff);
  }
  return {
    keys: () => keys,
    async change(next, doer) {
      await write({ keys, next });
      try {
        await tell(keys, next, doer);
      } catch (error) {
        await enforce(keys);
        throw error;
      }
      await enforce(next);
    },
  };
}

/** The keys in a ring's file, oldest first, without opening it for change; none where there is no file. */
export function keysInRing(path: string): readonly RingKey[] {
  return readRing(path)?.keys ?? [];
}

/** The ring in a file, or null where there is none. */
function readRing(path: string): Ring | null {
  const text = contentOf(path);
  if (text === null) return null;
  const ring = parsed(text);
  if (ring !== null) return ring;
  throw unprocessable(`${path} is not the list of the log's keys: put it back from a backup.`);
}

function ringText({ keys, next }: Ring): string {
  const json = { keys: keys.map(jsonOf), next: next?.map(jsonOf) ?? null };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** SHA-256 of the SubjectPublicKeyInfo, in lower-case hex. */
export function fingerprintOf({ publicKey }: Pick<RingKey, 'publicKey'>): string {
  return createHash('sha256').update(publicKey, 'base64').digest('hex');
}

/** The public part of a key as it stands in the ring. */
export function publicText(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

export function publicKeyOf({ publicKey }: Pick<RingKey, 'publicKey'>): KeyObject {
  return createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
}

/** The algorithm of a key, or null where it is none that a log signs with. */
export function algorithmOf(key: KeyObject): KeyAlgorithm | null {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return isP256 ? 'ecdsa-p256' : null;
}

function jsonOf({ number, algorithm, publicKey, madeAt, retiresAt }: RingKey): object {
  return {
    number,
    algorithm,
    public_key: publicKey,
    made_at: microsText(madeAt),
    retires_at: retiresAt === null ? null : microsText(retiresAt),
  };
}

function parsed(text: string): Ring | null {
  try {
    const json: unknown = JSON.parse(text);
    if (!isObject(json) || !('next' in json)) return null;
    const keys = keysOf(json.keys);
    const next = json.next === null ? null : keysOf(json.next);
    return keys === null || (json.next !== null && next === null) ? null : { keys, next };
  } catch {
    return null;
  }
}

/** Numbers rise, so that none is given twice; null where anything is not as it was written. */
function keysOf(json: unknown): RingKey[] | null {
  if (!Array.isArray(json)) return null;
  const items: readonly unknown[] = json;
  const keys = items.map(keyOf);
  const isWhole = keys.every((key, index) => key !== null && key.number > (keys[index - 1]?.number ?? 0));
  return isWhole ? keys.filter((key) => key !== null) : null;
}

function keyOf(json: unknown): RingKey | null {
  if (!isObject(json)) return null;
  const { number, public_key: publicKey } = json;
  const algorithm = keyAlgorithms.find((known) => known === json.algorithm);
  const madeAt = instantOf(json.made_at);
  const retiresAt = json.retires_at === null ? null : instantOf(json.retires_at);
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || typeof publicKey !== 'string')
    return null;
  if (algorithm === undefined || madeAt === null || (json.retires_at !== null && retiresAt === null))
    return null;
  if (algorithmOf(publicKeyOf({ publicKey })) !== algorithm) return null;
  return { number, algorithm, publicKey, madeAt, retiresAt };
}

function instantOf(json: unknown): Instant | null {
  return typeof json === 'string' ? (parseInstant(json)?.instant ?? null) : null;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
