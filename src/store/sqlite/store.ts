// The embedded store: one writer thread, reader threads for questions about events and lists, one for the short
// look-ups that every request needs, one for the tree, one that checkpoints, and the lock that keeps other processes
// out. What it promises stands in `store/contract.ts`.
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../core/clock.ts';
import { pushback } from '../../core/error.ts';
import { limits } from '../../core/limits.ts';
import type { Commit, Store, Tree } from '../contract.ts';
import { connect } from './database.ts';
import { Lane } from './lane.ts';
import { lock } from './lock.ts';
import { migrate, migrations } from './migration.ts';
import { ownFile } from './own-file.ts';
import type { LeafBatch } from './tree.ts';
import type { WriterData } from './writer.ts';

export interface SqliteOptions {
  /** The data folder; made with access for its owner alone where it does not exist. */
  readonly directory: string;
  /** Address of the module that exports `work: WorkTable` for the writer. */
  readonly work: URL;
  readonly segmentEvents?: number;
  readonly readers?: number;
}

/** Opens the store of a data folder, bringing its schema up to date. Throws where another process has it open. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { directory, work, segmentEvents = limits.segmentEvents } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const held = lock(directory);
  const file = `${directory}/hansard.db`;
  try {
    prepare(file);
  } catch (error) {
    held.release();
    throw error;
  }
  const listeners: ((commit: Commit) => void)[] = [];
  const tell = (commit: Commit): void => {
    for (const listener of listeners) listener(commit);
  };
  const writerData: WriterData = { file, work: work.href, segmentEvents };
  const script = (name: string): URL => new URL(`./${name}${import.meta.url.slice(-3)}`, import.meta.url);
  const writer = new Lane(script('writer'), writerData, limits.writerQueueMax, tell);
  const readers = Array.from(
    { length: options.readers ?? Math.min(2, availableParallelism()) },
    () => new Lane(script('reader'), { file }, limits.readerQueueMax),
  );
  // Whose token and which roles: never behind somebody's long question.
  const lookUps = new Lane(script('reader'), { file }, limits.readerQueueMax);
  // Leaves, tiles and entries: sealing, and whoever reads the tree, hold up nobody who reads events.
  const sealing = new Lane(script('reader'), { file }, limits.readerQueueMax);
  const checkpointer = new Lane(script('checkpointer'), { file }, 1);
  const close = async (): Promise<void> => {
    await checkpointer.close();
    await Promise.all([...readers, lookUps, sealing].map((lane) => lane.close()));
    await writer.close();
    held.release();
  };
  try {
    await Promise.all([writer, checkpointer, lookUps, sealing, ...readers].map((lane) => lane.ready()));
  } catch (error) {
    await close();
    throw error;
  }

  const read = (method: string, ...args: readonly unknown[]): Promise<never> => {
    const idle = readers.reduce((best, lane) => (lane.load < best.load ? lane : best));
    return idle.ask({ method, args }) as Promise<never>;
  };
  return {
    rows: (table, query) => lookUps.ask({ method: 'rows', args: [table, query] }) as Promise<never>,
    rowPage: (table, query) => read('rowPage', table, query),
    page: (query, request) => read('page', query, request),
    find: (query, guid) => read('find', query, guid),
    run: (name, input) => writer.ask({ kind: 'work', name, input }),
    onCommit: (listener) => void listeners.push(listener),
    evidence: (query, guid) => read('evidence', query, guid),
    tree: () => sealing.ask({ method: 'tree', args: [] }) as Promise<never>,
    tile: (epoch, tile) => sealing.ask({ method: 'tile', args: [epoch, tile] }) as Promise<never>,
    entries: (epoch, from, count) => read('entries', epoch, from, count),
    minimumIndex: (epoch) => sealing.ask({ method: 'minimumIndex', args: [epoch] }) as Promise<never>,
    seal: async (max) => {
      const batch = (await sealing.ask({ method: 'leaves', args: [max] })) as LeafBatch | null;
      const answer =
        batch === null ? sealing.ask({ method: 'tree', args: [] }) : writer.ask({ kind: 'seal', batch });
      return answer as Promise<Tree>;
    },
    expired: (expiry, after) => sealing.ask({ method: 'expired', args: [expiry, after] }) as Promise<never>,
    expiredSegment: (expiry) => read('expiredSegment', expiry),
    purge: (patience) =>
      purgeBy(() => writer.ask({ kind: 'purge' }), patience?.triesMax ?? limits.purgeTriesMax),
    close,
  };
}

/** Asks until the write-ahead log is empty: a reader, or the checkpointer, may be in the way for a moment. */
async function purgeBy(emptied: () => Promise<unknown>, triesMax: number): Promise<void> {
  for (let tries = 1; (await emptied()) !== true; tries += 1) {
    if (tries >= triesMax)
      throw pushback(
        'What was erased still stands in the write-ahead log: somebody has been reading for long',
      );
    await pause(limits.purgePauseMs);
  }
}

function prepare(file: string): void {
  ownFile(file);
  const connection = connect(file, 'write');
  migrate(connection, migrations(), systemClock());
  connection.close();
}

/** A consistent copy of a database file, also while a server writes to it: one snapshot, compacted. */
export function copySqliteStore(file: string, copy: string): void {
  const connection = connect(file, 'read');
  try {
    ownFile(copy);
    connection.database.prepare('VACUUM INTO ?').run(copy);
  } finally {
    connection.close();
  }
}
