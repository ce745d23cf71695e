// The writer thread: takes what is queued, runs each piece in a savepoint of its own, commits once, then answers
// all. Nothing is answered before the commit's fsync has returned.
import { statSync } from 'node:fs';
import { isMainThread, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { monotonicClock, systemClock } from '../../core/clock.ts';
import { pooledRandom } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { Scene, Tree, WorkTable } from '../contract.ts';
import { Appender } from './append.ts';
import { busyMs, type Connection, connect } from './database.ts';
import {
  commitFailed,
  type FromThread,
  failureOf,
  type Outcome,
  sqliteCode,
  type ToWriter,
} from './message.ts';
import { SqliteTransaction } from './transaction.ts';
import { type LeafBatch, putLeaves, treeOf } from './tree.ts';

/** What the thread is started with. `work` is the address of a module that exports `work: WorkTable`. */
export interface WriterData {
  readonly file: string;
  readonly work: string;
  readonly segmentEvents: number;
}

const logLookMs = 250;

class Writer {
  readonly #connection: Connection;
  readonly #appender: Appender;
  readonly #work: WorkTable;
  readonly #scene: Scene;
  readonly #log: string;
  #nextLook = 0;

  constructor(data: WriterData, work: WorkTable) {
    this.#connection = connect(data.file, 'write');
    this.#appender = new Appender(this.#connection, data.segmentEvents);
    this.#work = work;
    this.#log = `${data.file}-wal`;
    this.#scene = { now: monotonicClock(systemClock, this.#lastInstant()), random: pooledRandom() };
  }

  /** One commit for the first message and what else is waiting, within the bounds of a group. */
  group(first: ToWriter, next: () => ToWriter | undefined): FromThread {
    const taken: number[] = [];
    const outcomes: Outcome[] = [];
    const purges: number[] = [];
    const tables = new Set<string>();
    const end = performance.now() + limits.groupMsMax;
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      for (let message: ToWriter | undefined = first; message !== undefined; ) {
        taken.push(message.id);
        if (message.kind === 'purge') purges.push(message.id);
        else outcomes.push(this.#ran(message, tables));
        const more: boolean = taken.length < limits.groupOperationsMax && performance.now() < end;
        message = more ? next() : undefined;
      }
      this.#connection.exec('COMMIT');
    } catch (error) {
      this.#undo();
      // Refusals too: what they were judged by may be undone now.
      const failure = failureOf(sqliteCode(error) === null ? error : commitFailed(error));
      const undone = taken.length === 0 ? [first.id] : taken;
      return { outcomes: undone.map((id) => ({ id, ok: false, failure })) };
    }
    this.#boundLog();
    const value = purges.length > 0 && this.#emptyLog();
    outcomes.push(...purges.map((id) => ({ id, ok: true as const, value })));
    return { outcomes, commit: { tables: [...tables], lastEventId: this.#appender.lastId } };
  }

  close(): void {
    this.#connection.close();
  }

  /** Runs one piece. Throws only where SQLite has undone more than the piece, or cannot undo it alone. */
  #ran(message: Exclude<ToWriter, { kind: 'purge' }>, tables: Set<string>): Outcome {
    const { id } = message;
    this.#connection.exec('SAVEPOINT piece');
    this.#appender.mark();
    try {
      const value = message.kind === 'seal' ? this.#sealed(message.batch) : this.#worked(message, tables);
      this.#connection.exec('RELEASE piece');
      return { id, ok: true, value };
    } catch (error) {
      this.#connection.exec('ROLLBACK TO piece; RELEASE piece');
      this.#appender.undo();
      return { id, ok: false, failure: failureOf(error) };
    }
  }

  #worked({ name, input }: ToWriter & { kind: 'work' }, tables: Set<string>): unknown {
    const work = this.#work[name];
    if (work === undefined) throw new Error(`the writer has no work called ${name}`);
    const tx = new SqliteTransaction(this.#connection, this.#appender);
    const value = work(tx, input as never, this.#scene);
    for (const table of tx.changed) tables.add(table);
    return value;
  }

  #sealed(batch: LeafBatch): Tree {
    putLeaves(this.#connection, batch);
    return treeOf(this.#connection);
  }

  #undo(): void {
    if (this.#connection.database.isTransaction) this.#connection.exec('ROLLBACK');
    this.#appender.forget();
  }

  /**
   * Begins the write-ahead log anew where it has outgrown its bound: between two groups, with the little that the
   * checkpointer has not moved yet. Readers in the way are not waited for; a later group tries again.
   */
  #boundLog(): void {
    if (performance.now() < this.#nextLook) return;
    this.#nextLook = performance.now() + logLookMs;
    if ((statSync(this.#log, { throwIfNoEntry: false })?.size ?? 0) <= limits.walBytesMax) return;
    this.#emptyLog();
  }

  /** Moves the whole write-ahead log and cuts it to nothing; answers whether nobody was in the way. */
  #emptyLog(): boolean {
    this.#connection.exec('PRAGMA busy_timeout = 20');
    try {
      return this.#connection.get('PRAGMA wal_checkpoint(TRUNCATE)', [])?.busy === 0;
    } catch (error) {
      if (sqliteCode(error) === null) throw error;
      return false;
    } finally {
      this.#connection.exec(`PRAGMA busy_timeout = ${busyMs}`);
    }
  }

  /** The newest `occurred_at` of our own events: time never goes back over a restart. */
  #lastInstant(): number {
    const sql = 'SELECT recorded_at AS at FROM event_';
    const segments = this.#connection.all('SELECT number FROM segment ORDER BY number DESC LIMIT 2', []);
    for (const { number } of segments) {
      const row = this.#connection.get(`${sql}${number} ORDER BY id DESC LIMIT 1`, []);
      if (row !== undefined) return Number(row.at);
    }
    return 0;
  }
}

async function main(): Promise<void> {
  const data = workerData as WriterData;
  const port = parentPort;
  if (port === null) return;
  const { work } = (await import(data.work)) as { work: WorkTable };
  const writer = new Writer(data, work);
  port.on('message', (first: ToWriter | 'close') => {
    let closing = first === 'close';
    const next = (): ToWriter | undefined => {
      const message = (receiveMessageOnPort(port) as { message: ToWriter | 'close' } | undefined)?.message;
      if (message !== 'close') return message;
      closing = true;
      return undefined;
    };
    if (first !== 'close') port.postMessage(writer.group(first, next));
    if (!closing) return;
    writer.close();
    port.close();
  });
  port.postMessage('ready');
}

if (!isMainThread) await main();
