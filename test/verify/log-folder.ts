// Logs for tests: leaves of made-up events, signed, and written as a folder of tlog-tiles.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { commitment, type Leaf, leafText } from '../../src/event/leaf.ts';
import { formatCheckpoint } from '../../src/merkle/checkpoint.ts';
import { type Hash, leafHash } from '../../src/merkle/hash.ts';
import { ed25519Signer, formatNote, type Signer } from '../../src/merkle/note.ts';
import type { ReadNodes } from '../../src/merkle/proof.ts';
import { encodeBundle, entriesPath, tilePath, tilesOf, tileWidth } from '../../src/merkle/tile.ts';
import { CompactRange } from '../../src/merkle/tree.ts';

export const origin = 'log.example/00112233445566aa/1';

/** An event with what its leaf only commits to. */
export interface TestEvent {
  readonly leaf: Leaf;
  readonly entry: string;
  readonly data: string;
  readonly dataSalt: string;
  readonly particulars: string;
  readonly particularsSalt: string;
}

/** Event number `n` of a made-up history; `flavour` makes another history. */
export function testEvent(n: number, flavour = ''): TestEvent {
  const hex = n.toString(16).padStart(12, '0');
  const data = `{"request":{"n":${n},"flavour":"${flavour}","size":1.50}}`;
  const particulars = JSON.stringify({
    actor_name: 'jo@example.org',
    actor_username: 'jo',
    target_name: `app-${n}`,
  });
  const salt = (kind: number): string => hex.padStart(62, '0') + kind.toString(16).padStart(2, '0');
  const [dataSalt, particularsSalt] = [salt(1), salt(2)];
  const leaf: Leaf = {
    v: 1,
    guid: `00000000-0000-4000-8000-${hex}`,
    type: 'audit.app.create',
    occurred_at: 1_790_000_000_000_000 + n * 1_500_000,
    recorded_at: 1_790_000_000_500_000 + n * 1_500_000,
    origin: '',
    organization_guid: '00000000-0000-4000-9000-000000000001',
    space_guid: n % 3 === 0 ? '' : '00000000-0000-4000-9000-000000000002',
    actor: { guid: 'jo-guid', type: 'user' },
    target: { guid: `app-guid-${n}`, type: 'app' },
    outcome: 'success',
    data: commitment(Buffer.from(dataSalt, 'hex'), data),
    particulars: commitment(Buffer.from(particularsSalt, 'hex'), particulars),
  };
  return { leaf, entry: leafText(leaf), data, dataSalt, particulars, particularsSalt };
}

export function testEvents(count: number, flavour = ''): TestEvent[] {
  return Array.from({ length: count }, (_, n) => testEvent(n, flavour));
}

export function entriesOf(events: readonly TestEvent[]): Uint8Array[] {
  return events.map(({ entry }) => Buffer.from(entry));
}

export function testSigner(name = origin): Signer {
  return ed25519Signer(name, generateKeyPairSync('ed25519').privateKey);
}

/** All hashes of a tree by level and index, and its root. */
export interface TestTree {
  readonly size: number;
  readonly root: Hash;
  readonly read: ReadNodes;
  hash(level: number, index: number): Hash;
}

export function treeOf(entries: readonly Uint8Array[]): TestTree {
  const hashes = new Map<string, Hash>();
  const range = new CompactRange();
  for (const [index, entry] of entries.entries()) {
    const leaf = leafHash(entry);
    hashes.set(`0/${index}`, leaf);
    range.add(leaf, (node, hash) => hashes.set(`${node.level}/${node.index}`, hash));
  }
  const hash = (level: number, index: number): Hash => {
    const found = hashes.get(`${level}/${index}`);
    if (found === undefined) throw new Error(`no node ${level}/${index} in a tree of ${entries.length}`);
    return found;
  };
  return {
    size: entries.length,
    root: range.root(),
    read: async (nodes) => nodes.map(({ level, index }) => hash(level, index)),
    hash,
  };
}

/** The signed checkpoint of a tree. */
export function checkpointOf(tree: Pick<TestTree, 'size' | 'root'>, signer: Signer, name = origin): string {
  const text = formatCheckpoint({ origin: name, size: tree.size, root: tree.root, extensions: [] });
  return formatNote({ text, signatures: [signer.sign(text)] });
}

/** Every resource of the log of these entries, by path. */
export function logResources(entries: readonly Uint8Array[], signer: Signer): Map<string, Uint8Array> {
  const tree = treeOf(entries);
  const resources = new Map<string, Uint8Array>();
  resources.set('checkpoint', Buffer.from(checkpointOf(tree, signer)));
  for (const tile of tilesOf(entries.length)) {
    const first = tile.index * tileWidth;
    const places = Array.from({ length: tile.width }, (_, place) => first + place);
    resources.set(tilePath(tile), Buffer.concat(places.map((place) => tree.hash(tile.level * 8, place))));
    if (tile.level > 0) continue;
    const bundle = encodeBundle(entries.slice(first, first + tile.width));
    resources.set(entriesPath(tile.index, tile.width), bundle);
  }
  return resources;
}

export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-verify-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes resources below a folder. */
export function writeResources(folder: string, resources: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of resources) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

/** A folder with the log of these entries. */
export function writeLog(t: TestContext, entries: readonly Uint8Array[], signer: Signer): string {
  const folder = newFolder(t);
  writeResources(folder, logResources(entries, signer));
  return folder;
}
