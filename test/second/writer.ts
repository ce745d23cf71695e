// A tiny writer of tiled logs for the second verifier's own tests: entries, a signer, a folder. It builds the
// tree upwards with loops, where the verifier goes down by recursion, so that the two check each other.
import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A key that signs notes: `vkey` is what a verifier is given, `line` makes the signature line of a text. */
export interface Signer {
  readonly vkey: string;
  readonly line: (text: string) => string;
}

function digest(...parts: readonly (Uint8Array | string)[]): Buffer {
  return hash('sha256', Buffer.concat(parts.map((part) => Buffer.from(part))), 'buffer');
}

/** An Ed25519 key made from its name, so that every run has the same. */
function keyPair(name: string) {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), digest(name)]);
  const secret = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const open = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { secret, open };
}

function lineOf(name: string, id: Buffer, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

function identity(name: string, type: number, open: Buffer): { readonly vkey: string; readonly id: Buffer } {
  const material = Buffer.concat([Buffer.of(type), open]);
  const id = digest(`${name}\n`, material).subarray(0, 4);
  return { vkey: `${name}+${id.toString('hex')}+${material.toString('base64')}`, id };
}

/** A log's key: Ed25519 over the text. */
export function logSigner(name: string): Signer {
  const { secret, open } = keyPair(name);
  const { vkey, id } = identity(name, 1, open);
  return { vkey, line: (text) => lineOf(name, id, sign(null, Buffer.from(text), secret)) };
}

/** A witness's key, and a clock that stands still at `seconds`. */
export function witnessSigner(name: string, seconds: bigint): Signer {
  const { secret, open } = keyPair(name);
  const { vkey, id } = identity(name, 4, open);
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(seconds);
  const line = (text: string) => {
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), secret);
    return lineOf(name, id, Buffer.concat([stamp, signature]));
  };
  return { vkey, line };
}

/** An entry that is right in every way; `i` makes it differ from the others in content and length. */
export function entryOf(i: number): Buffer {
  const hex = digest(`entry ${i}`).toString('hex');
  return Buffer.from(
    `{"actor":{"guid":"${hex.slice(0, i % 33)}","type":"user"},"data":"${hex}",` +
      `"guid":"${hex.slice(32)}","occurred_at":${1_700_000_000_000_000 + i * 7},` +
      `"organization_guid":"","origin":"","outcome":"success",` +
      `"particulars":"${digest(hex).toString('hex')}","recorded_at":${1_700_000_000_000_100 + i * 7},` +
      `"space_guid":"é","target":{"guid":"t-${i}","type":"app"},"type":"audit.app.update","v":1}`,
  );
}

/** `n` entries from 0 on. */
export function entriesOf(n: number): Buffer[] {
  return Array.from({ length: n }, (_, i) => entryOf(i));
}

function pairUp(hashes: readonly Buffer[]): Buffer[] {
  const pairs: Buffer[] = [];
  for (let i = 0; i + 1 < hashes.length; i += 2) {
    pairs.push(digest(Buffer.of(1), hashes[i] ?? '', hashes[i + 1] ?? ''));
  }
  return pairs;
}

/** Hashes of whole subtrees by height: row h holds those of 2^h leaves, as many as there are. */
function rowsOf(entries: readonly Buffer[]): Buffer[][] {
  const rows = [entries.map((entry) => digest(Buffer.of(0), entry))];
  for (let row = rows[0]; row !== undefined && row.length > 1; row = rows.at(-1)) rows.push(pairUp(row));
  return rows;
}

/** The root: the odd hash of each row, joined from the smallest up. */
export function rootByRows(entries: readonly Buffer[]): Buffer {
  let root: Buffer | undefined;
  for (const row of rowsOf(entries)) {
    const odd = row.length % 2 === 1 ? row.at(-1) : undefined;
    if (odd !== undefined) root = root === undefined ? odd : digest(Buffer.of(1), odd, root);
  }
  return root ?? digest();
}

/** The text of the checkpoint of these entries. */
export function checkpointText(origin: string, entries: readonly Buffer[]): string {
  return `${origin}\n${entries.length}\n${rootByRows(entries).toString('base64')}\n`;
}

function writeParts(folder: string, kind: string, parts: readonly Buffer[]): void {
  for (let from = 0; from < parts.length; from += 256) {
    const some = parts.slice(from, from + 256);
    const digits = String(from / 256).padStart(Math.ceil(String(from / 256).length / 3) * 3, '0');
    const name = digits.replace(/\d{3}(?=\d)/g, 'x$&/');
    const path = join(folder, 'tile', kind, some.length === 256 ? name : `${name}.p/${some.length}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.concat(some));
  }
}

/** Writes the tiles and bundles of a log of these entries; files that stand there already stay. */
export function writeTiles(folder: string, entries: readonly Buffer[]): void {
  const framed = entries.map((entry) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(entry.length);
    return Buffer.concat([length, entry]);
  });
  writeParts(folder, 'entries', framed);
  for (const [height, row] of rowsOf(entries).entries()) {
    if (height % 8 === 0) writeParts(folder, String(height / 8), row);
  }
}

/** Writes a whole log: tiles, bundles and the checkpoint with its signature. */
export function writeLog(folder: string, origin: string, entries: readonly Buffer[], signer: Signer): void {
  mkdirSync(folder, { recursive: true });
  writeTiles(folder, entries);
  const text = checkpointText(origin, entries);
  writeFileSync(join(folder, 'checkpoint'), `${text}\n${signer.line(text)}`);
}
