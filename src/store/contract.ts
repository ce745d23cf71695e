// What the floors above need of a store, and what each store promises. The suite in test/contract/ holds every
// store to it. Two halves: rows (the foundation's and identity's tables, declared in ./table.ts) and events.
//
// Promises: what a commit answered is durable (fsynced); a transaction is all or nothing; reads see every commit
// that was answered before they were asked; any number of calls may run at the same time.
import type { Clock } from '../core/clock.ts';
import type { Guid, Random } from '../core/guid.ts';
import type { EventRow, Particulars, StoredEvent } from '../event/event.ts';
import type { NarrowedQuery } from '../query/narrow.ts';
import type { EventPage, PageRequest } from '../query/page.ts';
import type { Row, RowFilter, RowQuery, Table } from './table.ts';

/** The synchronous view of the store inside the writer. Seen only by `log/append.ts` and what it runs. */
export interface Transaction {
  /** The row whose columns equal all those given, or undefined. */
  get(table: Table, where: Row): Row | undefined;
  find(table: Table, query: RowQuery): Row[];
  count(table: Table, where: RowFilter): number;
  /** Throws UniqueViolation when a unique key of the declaration is taken. */
  insert(table: Table, row: Row): void;
  /** Changes the rows whose columns equal those given; answers how many. */
  update(table: Table, where: Row, changes: Row): number;
  remove(table: Table, where: Row): number;
  /** The stored event of this identity, supplements merged. */
  event(origin: string, guid: Guid): StoredEvent | undefined;
  /** Names of the origins that have an event of this guid. */
  originsOf(guid: Guid): string[];
  /** Appends in the order given and answers the id of the first. Ids rise with commits. */
  append(events: readonly EventRow[]): number;
  /** Adds particulars that a later source knew; the event's own row stays as it is. */
  supplement(eventId: number, particulars: Particulars): void;
  /** Names of the tables changed so far, bookkeeping left out. */
  readonly touched: ReadonlySet<string>;
}

/** A unique key of a table is taken; `columns` are those of the key. */
export class UniqueViolation extends Error {
  readonly table: string;
  readonly columns: readonly string[];

  constructor(table: string, columns: readonly string[]) {
    super(`${table}: ${columns.join(', ')} is taken`);
    this.name = 'UniqueViolation';
    this.table = table;
    this.columns = columns;
  }
}

/** How a single look-up ended: the original tells unknown from invisible in V2 (events-api.md A.7). */
export type Found =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  | { readonly kind: 'invisible' }
  | { readonly kind: 'unknown' };

/** Reads of one store. Each call sees one snapshot. */
export interface Readers {
  rows(table: Table, query: RowQuery): Promise<Row[]>;
  /** One page of rows and the number of all. */
  rowPage(table: Table, query: RowQuery): Promise<{ rows: Row[]; total: number }>;
  page(query: NarrowedQuery, request: PageRequest): Promise<EventPage>;
  /** Looks one event up by guid, in whatever origin, within the visibility of the query. */
  find(query: NarrowedQuery, guid: Guid): Promise<Found>;
  stats(): Promise<StoreStats>;
}

export interface StoreStats {
  readonly events: number;
  readonly counted: number;
  readonly segments: number;
}

/** What the writer has beside the transaction. `now` never answers the same instant twice. */
export interface Scene {
  readonly now: Clock;
  readonly random: Random;
}

/** A piece of work that the writer runs by its name (`work.ts` has the table): synchronous, all or nothing. */
export type Work = (tx: Transaction, input: never, scene: Scene) => unknown;
export type WorkTable = Readonly<Record<string, Work>>;

/** What the writer tells after each commit, before the callers have their answers. */
export interface Commit {
  /** Names of the tables whose rows changed. */
  readonly tables: readonly string[];
  readonly lastEventId: number;
}

export interface Store extends Readers {
  /**
   * Runs one named piece of work in the writer, with others in one commit but each for itself: if it throws, its
   * changes alone are undone. Resolves after the commit is durable. Throws AppError as the work threw it, and
   * `ServiceUnavailable` where the commit failed and nothing changed, or where too much waits.
   */
  run(name: string, input: unknown): Promise<unknown>;
  /** Called for each commit, in order. */
  onCommit(listener: (commit: Commit) => void): void;
  /** Brings counts up to date with all that is committed; the background step does the same on its own. */
  settle(): Promise<void>;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}
