// Logs that are published for tests, and folders looked at as readers do.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { originParts } from '../../src/log/epoch.ts';
import type { LogEpoch, PublishOptions } from '../../src/log/publish.ts';
import { openCheckpoint } from '../../src/merkle/checkpoint.ts';
import { leafHash, sameHash } from '../../src/merkle/hash.ts';
import type { Signer } from '../../src/merkle/note.ts';
import { treeRoot } from '../../src/merkle/proof.ts';
import { nodesFrom, tilesOf } from '../../src/merkle/tile.ts';
import { directorySource } from '../../src/verify/directory-source.ts';
import { checkpointOf, entriesOf, testEvents, treeOf, writeLog } from '../verify/log-folder.ts';

export const quiet: PublishOptions = {
  hashesOnly: false,
  watch: { total: () => undefined, at: () => undefined },
};

/** An epoch of so many entries under the signer's origin line, as it is read from somewhere else. */
export function epochOf(t: TestContext, count: number, by: Signer, flavour = ''): LogEpoch {
  const entries = entriesOf(testEvents(count, flavour));
  const folder = writeLog(t, entries, by);
  writeFileSync(join(folder, 'checkpoint'), checkpointOf(treeOf(entries), by, by.key.name));
  const number = originParts(by.key.name)?.epoch ?? 0;
  return { number, source: directorySource(folder), keys: [by.key] };
}

/** Checks a published folder as a reader would, and answers its size. */
export async function checkedSize(folder: string, by: Signer): Promise<number> {
  const source = directorySource(folder);
  const { size, root } = openCheckpoint(await source.checkpoint(), [by.key]);
  const read = nodesFrom(size, (tile) => source.tile(tile));
  assert.ok(sameHash(await treeRoot(size, read), root));
  for (const tile of tilesOf(size)) {
    const hashes = await source.tile(tile);
    if (tile.level > 0) continue;
    const entries = await source.entries(tile.index, tile.width);
    for (const [at, entry] of entries.entries()) {
      assert.ok(entry !== null && sameHash(leafHash(entry), hashes.subarray(at * 32, at * 32 + 32)));
    }
  }
  return size;
}

/** The content of every file. */
export function snapshot(folder: string): (readonly [string, string])[] {
  return filesOf(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]);
}

export function filesOf(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return all.filter((name) => statSync(join(folder, name)).isFile()).sort();
}
