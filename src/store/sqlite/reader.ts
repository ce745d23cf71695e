// A reader thread: one connection that cannot write, one call at a time, each in one snapshot.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Guid } from '../../core/guid.ts';
import type { Tile } from '../../merkle/tile.ts';
import type { NarrowedQuery } from '../../query/narrow.ts';
import type { PageRequest } from '../../query/page.ts';
import type { Expiry, Readers } from '../contract.ts';
import type { RowQuery, Table } from '../table.ts';
import { type Connection, connect } from './database.ts';
import { expiredAfter, expiredSegment } from './dispose.ts';
import { evidenceOf, findEvent, readPage } from './events.ts';
import { type FromThread, failureOf, type ToReader } from './message.ts';
import { countOf, findRows } from './rows.ts';
import { entriesOf, type LeafBatch, minimumIndex, nextLeaves, tileOf, treeOf } from './tree.ts';

/** The same methods as Readers, synchronously, on one connection. */
type Synchronous = {
  readonly [M in keyof Readers]: (...args: Parameters<Readers[M]>) => Awaited<ReturnType<Readers[M]>>;
} & { readonly leaves: (max: number) => LeafBatch | null };

/** What a connection can be asked. */
function readersOn(connection: Connection): Synchronous {
  return {
    rows: (table: Table, query: RowQuery) => findRows(connection, table, query),
    rowPage: (table: Table, query: RowQuery) => ({
      rows: findRows(connection, table, query),
      total: countOf(connection, table, query.where),
    }),
    page: (query: NarrowedQuery, request: PageRequest) => readPage(connection, query, request),
    find: (query: NarrowedQuery, guid: Guid) => findEvent(connection, query, guid),
    evidence: (query: NarrowedQuery, guid: Guid) => evidenceOf(connection, query, guid),
    tree: () => treeOf(connection),
    tile: (epoch: number, tile: Tile) => tileOf(connection, epoch, tile),
    entries: (epoch: number, from: number, count: number) => entriesOf(connection, epoch, from, count),
    minimumIndex: (epoch: number) => minimumIndex(connection, epoch),
    leaves: (max: number) => nextLeaves(connection, max),
    expired: (expiry: Expiry, after: number) => expiredAfter(connection, expiry, after),
    expiredSegment: (expiry: Expiry) => expiredSegment(connection, expiry),
  };
}

function answer(connection: Connection, { id, method, args }: ToReader): FromThread {
  const readers = readersOn(connection) as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
  try {
    connection.exec('BEGIN');
    const value = readers[method]?.(...args);
    connection.exec('COMMIT');
    return { outcomes: [{ id, ok: true, value }] };
  } catch (error) {
    if (connection.database.isTransaction) connection.exec('ROLLBACK');
    return { outcomes: [{ id, ok: false, failure: failureOf(error) }] };
  }
}

function main(): void {
  const port = parentPort;
  if (port === null) return;
  const connection = connect((workerData as { file: string }).file, 'read');
  port.on('message', (message: ToReader | 'close') => {
    if (message !== 'close') {
      port.postMessage(answer(connection, message));
      return;
    }
    connection.close();
    port.close();
  });
  port.postMessage('ready');
}

if (!isMainThread) main();
