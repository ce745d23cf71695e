// A log for tests: the store of a data folder with the program's own work, its keys and its present epoch, and
// whatever sealers a test wants over them.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../src/core/clock.ts';
import { newGuid, systemRandom } from '../../src/core/guid.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { type Epoch, epochOf, epochTable, originLine } from '../../src/log/epoch.ts';
import { type LogKeys, openKeys } from '../../src/log/keys.ts';
import { type Remembered, rememberedIn } from '../../src/log/remembered.ts';
import { rootOf, type Sealer, type SealerParts, startSealer } from '../../src/log/seal.ts';
import { type Checkpoint, formatCheckpoint, openCheckpoint } from '../../src/merkle/checkpoint.ts';
import type { Hash } from '../../src/merkle/hash.ts';
import { formatNote } from '../../src/merkle/note.ts';
import { consistencyProof, verifyConsistency } from '../../src/merkle/proof.ts';
import { nodesFrom } from '../../src/merkle/tile.ts';
import type { Store } from '../../src/store/contract.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { every } from '../../src/store/table.ts';

export const doer = systemDoer({ interface: 'start', absent: 'not a request' });

export interface Rig {
  readonly directory: string;
  readonly store: Store;
  readonly epoch: Epoch;
  readonly keys: LogKeys;
  readonly remembered: Remembered;
  /** Why rounds failed, of every sealer. */
  readonly reports: unknown[];
  /** Commits so many events, one after the other of each caller; resolves with the guid of the last. */
  append(count?: number): Promise<string>;
  seal(parts?: Partial<SealerParts>): Promise<Sealer>;
  /** A note by the log's own keys, whatever it says. */
  sign(checkpoint: Partial<Checkpoint>): string;
  close(): Promise<void>;
}

export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-seal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens the log of a folder, begun where there is none. */
export async function openRig(directory: string, segmentEvents?: number): Promise<Rig> {
  const work = new URL('../../src/work.ts', import.meta.url);
  const isFirst = !existsSync(`${directory}/hansard.db`);
  const store = await openSqliteStore({
    directory,
    work,
    readers: 1,
    ...(segmentEvents === undefined ? {} : { segmentEvents }),
  });
  if (isFirst || (await store.tree()).newestEventId === 0) {
    const origin = originLine('log.test', systemRandom);
    await store.run('start.first', { origin, adminPasswordHash: 'none', version: '0' });
  }
  const keys = await openKeys({
    folder: `${directory}/keys`,
    environmentKey: null,
    now: systemClock,
    random: systemRandom,
    record: (changes, by) => store.run('log.keys', { ...changes, doer: by ?? doer }),
  });
  const epochs = await store.rows(epochTable, {
    where: every,
    order: [{ column: 'number', direction: 'desc' }],
    limit: 1,
  });
  const epoch = epochOf(epochs[0] ?? {});
  const remembered = rememberedIn(`${directory}/remembered/checkpoint`, systemRandom);
  const reports: unknown[] = [];
  return {
    directory,
    store,
    epoch,
    keys,
    remembered,
    reports,
    append: async (count = 1) => {
      const guids = Array.from({ length: count }, () => newGuid());
      await Promise.all(guids.map((guid) => store.run('log.notice', { doer, guid, notice })));
      return guids.at(-1) ?? '';
    },
    seal: (parts = {}) =>
      startSealer({
        store,
        epoch,
        signers: keys.signers,
        remembered,
        elapsed: () => performance.now(),
        report: (error) => void reports.push(error),
        ...parts,
      }),
    sign: (checkpoint) => {
      const text = formatCheckpoint({
        origin: epoch.origin,
        size: 1,
        root: new Uint8Array(32),
        extensions: [],
        ...checkpoint,
      });
      return formatNote({ text, signatures: keys.signers(epoch.origin).map((signer) => signer.sign(text)) });
    },
    close: () => store.close(),
  };
}

const notice = { type: 'audit.log.backup', targetName: 'a copy', data: { bytes: 1, events: 1 } };

/** The checkpoint of a note, once its signature is verified. */
export function opened({ keys, epoch }: Pick<Rig, 'keys' | 'epoch'>, note: string | null): Checkpoint {
  return openCheckpoint(note ?? '', keys.verifierKeys(epoch.origin));
}

/** A memory that is no file. */
export function memory(note: string | null = null): Remembered & { note: string | null } {
  return {
    note,
    read() {
      return this.note;
    },
    async write(next) {
      this.note = next;
    },
  };
}

/**
 * Why notes of one epoch do not lie on one tree, in the order of their sizes and as the store has it; null where they
 * do: each signed by the log, one root for a size, and each tree the beginning of the next.
 */
export async function forkOf(
  store: Pick<Store, 'tile'>,
  epoch: Epoch,
  keys: Pick<LogKeys, 'verifierKeys'>,
  notes: Iterable<string>,
): Promise<string | null> {
  const roots = new Map<number, Hash>();
  for (const note of new Set(notes)) {
    const { size, root, origin } = openCheckpoint(note, keys.verifierKeys(epoch.origin));
    if (origin !== epoch.origin) return `a note of ${origin}`;
    const known = roots.get(size);
    if (known !== undefined && !Buffer.from(known).equals(root)) return `two roots of ${size} leaves`;
    roots.set(size, root);
  }
  const heads = [...roots].sort(([a], [b]) => a - b);
  const newest = heads.at(-1);
  if (newest === undefined) return null;
  const read = nodesFrom(newest[0], (tile) => store.tile(epoch.number, tile));
  for (const [place, [size, root]] of heads.entries()) {
    if (!Buffer.from(await rootOf(store, epoch.number, size)).equals(root))
      return `${size} leaves of the store have another root`;
    for (const [later, laterRoot] of [heads[place + 1] ?? newest, newest]) {
      const proof = await consistencyProof(size, later, read);
      if (!verifyConsistency(size, root, later, laterRoot, proof))
        return `${later} leaves do not begin with the ${size}`;
    }
  }
  return null;
}
