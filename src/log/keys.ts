// The keys that the log signs its checkpoints with: made on first start, beside the store and never in it, or brought
// by the environment. No key signs before the event of its making is in the log (key-ring.ts), and nothing is ever
// signed with another key in place of one that is missing.
import { getFips, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { unprocessable } from '../core/error.ts';
import type { Random } from '../core/guid.ts';
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { ecdsa, ed25519, publicKeyBytes } from '../merkle/algorithm.ts';
import {
  ecdsaSigner,
  ed25519Signer,
  formatVerifierKey,
  type Signer,
  type VerifierKey,
  verifierKey,
} from '../merkle/note.ts';
import type { Doer } from './append.ts';
import { changesBetween, type KeyChanges } from './key-events.ts';
import { broughtKeys, keptPrivateKey, keyInFile, type PrivateKeys, pathOfKey } from './key-pem.ts';
import {
  algorithmOf,
  fingerprintOf,
  type KeyAlgorithm,
  type KeyRing,
  keysInRing,
  openRing,
  publicKeyOf,
  publicText,
  type RingKey,
} from './key-ring.ts';

/** What is told of a key; never its private part. */
export interface KeyInfo {
  readonly number: number;
  readonly algorithm: KeyAlgorithm;
  /** `verifying`: it signs no more, and what it has signed is still verified with it. */
  readonly state: 'signing' | 'verifying';
  readonly madeAt: Instant;
  readonly retiresAt: Instant | null;
  /** SHA-256 of the SubjectPublicKeyInfo, in lower-case hex. */
  readonly fingerprint: string;
  /** For checkpoints of the origin that was asked for, in the form of C2SP signed-note. */
  readonly verifierKey: string;
}

export interface Rotation {
  readonly doer: Doer;
  /** The origin line that the verifier keys of the answer are for. */
  readonly origin: string;
  /** Days for which the keys so far go on signing beside the new ones. */
  readonly overlapDays?: number;
}

/** Keys are named by the origin line of an epoch (C2SP tlog-checkpoint). */
export interface LogKeys {
  /** Those that sign at this moment, oldest first: while one takes over from another, both. */
  signers(origin: string): Signer[];
  /** All that ever signed, newest first. */
  verifierKeys(origin: string): VerifierKey[];
  /** The same, with what is known of each. */
  list(origin: string): KeyInfo[];
  /**
   * Makes the next key (two under FIPS) and sets the end of those so far. Resolves, with what was made, when all of it
   * is told and durable. Throws UnprocessableEntity where the environment brings the keys.
   */
  rotate(rotation: Rotation): Promise<KeyInfo[]>;
}

export interface KeyOptions {
  /** Where the keys are; made where it is missing. */
  readonly folder: string;
  /** PEM text (PKCS #8) of all keys that are to sign; null: they are in files. */
  readonly environmentKey: string | null;
  readonly now: Clock;
  readonly random: Random;
  /** Makes the events of changes durable: the work `recordKeys`. `doer` is null for what Hansard does by itself. */
  readonly record: (changes: KeyChanges, doer: Doer | null) => Promise<unknown>;
  readonly fips?: boolean;
}

/** Opens the keys; makes them on the first start. Throws UnprocessableEntity where they are not as they were. */
export async function openKeys(options: KeyOptions): Promise<LogKeys> {
  const { folder, environmentKey, random, record, fips = getFips() === 1 } = options;
  const algorithms: readonly KeyAlgorithm[] = fips ? ['ed25519', 'ecdsa-p256'] : ['ed25519'];
  const brought = environmentKey === null ? null : broughtKeys(environmentKey, algorithms);
  const path = join(folder, 'log-keys.json');
  refuseLostRing(path, folder, algorithms.length);
  const ring = await openRing(path, random, (before, after, doer) =>
    record(changesBetween(before, after), doer),
  );
  const keys = new OpenKeys({ ...options, ring, brought, algorithms });
  await keys.begin();
  return {
    signers: (origin) => keys.signers(origin),
    verifierKeys: (origin) => keys.verifierKeys(origin),
    list: (origin) => keys.list(origin),
    rotate: (rotation) => keys.rotate(rotation),
  };
}

interface Parts extends Pick<KeyOptions, 'folder' | 'now' | 'random'> {
  readonly ring: KeyRing;
  /** Of the environment; null: keys are in files. */
  readonly brought: PrivateKeys | null;
  /** With each of them there is to be a signature. */
  readonly algorithms: readonly KeyAlgorithm[];
}

class OpenKeys {
  readonly #parts: Parts;
  /** By number, of the keys that signed when they were last loaded. */
  #privateKeys: ReadonlyMap<number, KeyObject> = new Map();
  #rotating: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Makes what is lacking, takes over what the environment brings, and loads the private keys. */
  async begin(): Promise<void> {
    const { ring, brought, algorithms } = this.#parts;
    const now = this.#signing();
    const lacking = algorithms.filter((wanted) => !now.some(({ algorithm }) => algorithm === wanted));
    const next = brought === null ? [...ring.keys(), ...(await this.#make(lacking))] : this.#taking(brought);
    if (next.some((key, index) => key !== ring.keys()[index])) await ring.change(next, null);
    this.#load();
  }

  signers(origin: string): Signer[] {
    return this.#signing().flatMap(({ number, algorithm }) => {
      const privateKey = this.#privateKeys.get(number);
      return privateKey === undefined ? [] : [signerOf[algorithm](origin, privateKey)];
    });
  }

  verifierKeys(origin: string): VerifierKey[] {
    return this.#newestFirst().map((key) => verifierKeyOf(key, origin));
  }

  list(origin: string): KeyInfo[] {
    return this.#newestFirst().map((key) => this.#infoOf(key, origin));
  }

  rotate(rotation: Rotation): Promise<KeyInfo[]> {
    const made = this.#rotating.then(() => this.#rotate(rotation));
    this.#rotating = made.catch(() => undefined);
    return made;
  }

  async #rotate({ doer, origin, overlapDays = limits.keyOverlapDays }: Rotation): Promise<KeyInfo[]> {
    const { ring, brought, algorithms, now } = this.#parts;
    if (brought !== null) {
      throw unprocessable(
        'The signing keys come from HANSARD_LOG_KEY: put the next key beside the one in use, and take that out later.',
      );
    }
    const until = now() + overlapMicros(overlapDays);
    const going = overlapDays === 0 ? 0 : this.#signing().length;
    if (going + algorithms.length > limits.signingKeysMax) {
      throw unprocessable(
        `${going} keys sign already, and at most ${limits.signingKeysMax} may: wait for the end of one, or rotate with an overlap of 0.`,
      );
    }
    const made = await this.#make(algorithms);
    const ending = ring.keys().map((key) => (this.#signs(key) ? endedBy(key, until) : key));
    await ring.change([...ending, ...made], doer);
    this.#load();
    return made.map((key) => this.#infoOf(key, origin));
  }

  /** New keys with the next numbers. A file that a rotation left behind when it was cut off is none that ever signed. */
  #make(wanted: readonly KeyAlgorithm[]): Promise<RingKey[]> {
    const { ring, folder, random, now } = this.#parts;
    const first = (ring.keys().at(-1)?.number ?? 0) + 1;
    const make = async (algorithm: KeyAlgorithm, index: number): Promise<RingKey> => {
      const number = first + index;
      const key = await keptPrivateKey(pathOfKey(folder, number), algorithm, random);
      return { number, algorithm, publicKey: publicText(key), madeAt: now(), retiresAt: null };
    };
    return Promise.all(wanted.map(make));
  }

  /** The ring in which the keys of the environment sign, and no others. */
  #taking(brought: PrivateKeys): RingKey[] {
    const { ring, now } = this.#parts;
    const at = now();
    const known = ring.keys();
    const retired = known.find((key) => brought.has(key.publicKey) && !this.#signs(key));
    if (retired !== undefined) {
      throw unprocessable(
        `HANSARD_LOG_KEY holds log key ${retired.number}, which is retired: make a new one.`,
      );
    }
    const signing = this.#signing();
    if (signing.length > 0 && !signing.some(({ publicKey }) => brought.has(publicKey))) {
      const numbers = signing.map(({ number }) => number).join(', ');
      throw unprocessable(
        `HANSARD_LOG_KEY holds none of the keys that sign now (${numbers}): put the next key after the one in use, and take that out later.`,
      );
    }
    const kept = known.map((key) =>
      this.#signs(key) && !brought.has(key.publicKey) ? endedBy(key, at) : key,
    );
    const publicKeys = new Set(known.map((key) => key.publicKey));
    const first = (known.at(-1)?.number ?? 0) + 1;
    const added = [...brought].filter(([publicKey]) => !publicKeys.has(publicKey));
    const made = added.map(([publicKey, key], index): RingKey => {
      const algorithm = algorithmOf(key) ?? 'ed25519';
      return { number: first + index, algorithm, publicKey, madeAt: at, retiresAt: null };
    });
    return [...kept, ...made];
  }

  #load(): void {
    const { brought, folder } = this.#parts;
    this.#privateKeys = new Map(
      this.#signing().map((key) => [
        key.number,
        brought?.get(key.publicKey) ?? keyInFile(pathOfKey(folder, key.number), key),
      ]),
    );
  }

  #signs({ retiresAt }: RingKey): boolean {
    return retiresAt === null || retiresAt > this.#now();
  }

  /** Never before the newest key was made: a clock that was put back brings no retired key back. */
  #now(): Instant {
    const { now, ring } = this.#parts;
    return Math.max(now(), ...ring.keys().map(({ madeAt }) => madeAt));
  }

  #signing(): RingKey[] {
    return this.#parts.ring.keys().filter((key) => this.#signs(key));
  }

  #newestFirst(): RingKey[] {
    return this.#parts.ring.keys().toReversed();
  }

  #infoOf(key: RingKey, origin: string): KeyInfo {
    const { number, algorithm, madeAt, retiresAt } = key;
    return {
      number,
      algorithm,
      state: this.#signs(key) ? 'signing' : 'verifying',
      madeAt,
      retiresAt,
      fingerprint: fingerprintOf(key),
      verifierKey: formatVerifierKey(verifierKeyOf(key, origin)),
    };
  }
}

const signerOf: Readonly<Record<KeyAlgorithm, (name: string, key: KeyObject) => Signer>> = {
  ed25519: ed25519Signer,
  'ecdsa-p256': ecdsaSigner,
};

const typeOf: Readonly<Record<KeyAlgorithm, number>> = { ed25519, 'ecdsa-p256': ecdsa };

function verifierKeyOf(key: RingKey, origin: string): VerifierKey {
  const type = typeOf[key.algorithm];
  return verifierKey({ name: origin, type, key: publicKeyBytes(type, publicKeyOf(key)) });
}

/** The key with its end at an instant, or sooner where that was set. */
function endedBy(key: RingKey, until: Instant): RingKey {
  return { ...key, retiresAt: Math.min(key.retiresAt ?? until, until) };
}

function overlapMicros(days: number): number {
  if (Number.isSafeInteger(days) && days >= 0 && days <= limits.keyOverlapDaysMax)
    return days * 86_400 * microsPerSecond;
  throw unprocessable(
    `The overlap is a whole number of days from 0 to ${limits.keyOverlapDaysMax}, not ${days}.`,
  );
}

/** A ring that was lost would bring retired keys back: later keys beside a missing ring tell of it. */
function refuseLostRing(ring: string, folder: string, firstKeys: number): void {
  if (existsSync(ring) || !existsSync(folder)) return;
  const numbers = readdirSync(folder).map((name) => Number(/^log-(\d+)\.pem$/.exec(name)?.[1] ?? 0));
  if (Math.max(0, ...numbers) <= firstKeys) return;
  throw unprocessable(`${ring} is missing beside the keys that it tells of: put it back from a backup.`);
}

/** All keys that ever signed, newest first, as a key folder lists them; the folder is only read. */
export function keptVerifierKeys(folder: string, origin: string): VerifierKey[] {
  const keys = keysInRing(join(folder, 'log-keys.json'));
  return keys.map((key) => verifierKeyOf(key, origin)).reverse();
}
