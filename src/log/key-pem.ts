// Private keys as text: PKCS #8 in PEM, in files of their own or in the environment. Sentences about them name files
// and variables and never a byte of their content.
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { unprocessable } from '../core/error.ts';
import type { Random } from '../core/guid.ts';
import { contentOf, keptKey } from './key-file.ts';
import { algorithmOf, type KeyAlgorithm, publicText, type RingKey } from './key-ring.ts';

/** Private keys by their public part, as it stands in the ring. */
export type PrivateKeys = ReadonlyMap<string, KeyObject>;

const variable = 'HANSARD_LOG_KEY';
const pemBlock = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g;

/** The keys that the environment brings; `\n` may stand for a line's end. Throws UnprocessableEntity. */
export function broughtKeys(text: string, algorithms: readonly KeyAlgorithm[]): PrivateKeys {
  const blocks = text.replaceAll('\\n', '\n').match(pemBlock) ?? [];
  const keys = blocks.map((block) => privateKeyOf(block, variable));
  const missing = algorithms.find((wanted) => !keys.some((key) => algorithmOf(key) === wanted));
  if (missing === undefined) return new Map(keys.map((key) => [publicText(key), key]));
  throw unprocessable(`${variable} holds no private key of ${names[missing]} in PEM (BEGIN PRIVATE KEY).`);
}

/** The key in a file of its own; a new one is made where there is no file. Throws UnprocessableEntity. */
export async function keptPrivateKey(
  path: string,
  algorithm: KeyAlgorithm,
  random: Random,
): Promise<KeyObject> {
  const key = privateKeyOf(await keptKey(path, random, async () => newPem(algorithm)), path);
  if (algorithmOf(key) === algorithm) return key;
  throw unprocessable(`${path} has a key of another kind than ${names[algorithm]}: move it away.`);
}

/** The key of the ring as its file has it. Throws UnprocessableEntity where that is missing or has another one. */
export function keyInFile(path: string, { number, publicKey }: RingKey): KeyObject {
  const text = contentOf(path);
  if (text === null) {
    throw unprocessable(
      `The log's signing key ${number} is neither in ${path} nor in ${variable}: bring it back in one of them.`,
    );
  }
  const key = privateKeyOf(text, path);
  if (publicText(key) === publicKey) return key;
  throw unprocessable(`${path} is not the log's signing key ${number}, but another: put that one back.`);
}

export function pathOfKey(folder: string, number: number): string {
  return join(folder, `log-${number}.pem`);
}

const names: Readonly<Record<KeyAlgorithm, string>> = { ed25519: 'Ed25519', 'ecdsa-p256': 'ECDSA P-256' };

function privateKeyOf(pem: string, where: string): KeyObject {
  const key = readPem(pem);
  if (key !== null && algorithmOf(key) !== null) return key;
  throw unprocessable(`${where} holds something else than private keys of Ed25519 or ECDSA P-256 in PEM.`);
}

function readPem(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    // What it says could quote the text.
    return null;
  }
}

function newPem(algorithm: KeyAlgorithm): string {
  const { privateKey } =
    algorithm === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
