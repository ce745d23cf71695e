// What the floors above need of a store, and what each store promises. The suite in test/contract/ holds every
// store to it. Two halves: rows (the foundation's and identity's tables, declared in ./table.ts) and events.
//
// Promises: what a commit answered is durable (fsynced); a transaction is all or nothing; reads see every commit
// that was answered before they were asked; any number of calls may run at the same time.
import type { Clock } from '../core/clock.ts';
import type { Guid, Random } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import type { Erasable, EventRow, LeafPlace, Particulars, Party, StoredEvent } from '../event/event.ts';
import type { Tile } from '../merkle/tile.ts';
import type { Filter } from '../query/ast.ts';
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
  /** Names of the origins that have an event of this guid, or had one that was disposed of. */
  originsOf(guid: Guid): string[];
  /** Appends in the order given and answers the id of the first. Ids rise with commits. */
  append(events: readonly EventRow[]): number;
  /** Adds particulars that a later source knew; the event's own row stays as it is. */
  supplement(eventId: number, particulars: Particulars): void;
  /** The events of a type about a target, of our own, in their order. */
  about(type: string, target: Party): StoredEvent[];
  /**
   * Erases parts of an event: bytes and salt go, the commitment stays. With the particulars goes what later sources
   * added. Parts that are erased already stay so.
   */
  erase(eventId: number, parts: readonly Erasable[]): void;
  /** Erases those of the events given that are past their term, as many as a short transaction takes. */
  dispose(expiry: Expiry, eventIds: readonly number[]): Disposal;
  /** Takes the oldest segment out of the log, whose leaves and identities stay. Reads never see it again. */
  dropSegment(drop: SegmentDrop): void;
  /** One short step of clearing away what dropped segments left on the disk; whether there was anything to do. */
  sweep(): boolean;
  /** Begins the tree of the next epoch; its first leaf is to be the event of this id. */
  beginTree(epoch: number, openingEventId: number): void;
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
  /** What discloses an event to a verifier, within the visibility of the query; null where there is none to see. */
  evidence(query: NarrowedQuery, guid: Guid): Promise<Evidence | null>;
  tree(): Promise<Tree>;
  /** The hashes of a tile, 32 bytes each. Throws ResourceNotFound beyond the tree. */
  tile(epoch: number, tile: Tile): Promise<Uint8Array>;
  /**
   * The entries of the leaves [from, from + count), made anew from the rows as they stand; null where an event has
   * no row any more.
   */
  entries(epoch: number, from: number, count: number): Promise<(string | null)[]>;
  /** The first index of an epoch whose event was not disposed of (tlog-tiles, section Pruning). */
  minimumIndex(epoch: number): Promise<number>;
  /** Looks on from the id after `after` for events past their term: a bounded part of the log at a time. */
  expired(expiry: Expiry, after: number): Promise<ExpiredEvents>;
  /** The oldest segment, where it is full and sealed and all of it is past its term; null otherwise. */
  expiredSegment(expiry: Expiry): Promise<SegmentDrop | null>;
}

/** Which events need no longer be kept, as data that each store compiles for itself. */
export interface Expiry {
  /**
   * An event falls under the first that finds it, and is past its term when the later of its two times lies before that
   * one's. One that none finds is kept.
   */
  readonly terms: readonly { readonly filter: Filter; readonly before: Instant }[];
  /** An event that one of these finds is held, and never past its term. */
  readonly held: readonly Filter[];
}

export interface ExpiredEvents {
  /** Sealed, past their term, not held, and not erased yet, in their order. */
  readonly ids: readonly number[];
  /** For each filter of `held`, how many events are kept for it alone or with others. */
  readonly spared: readonly number[];
  /** Where to look on. */
  readonly reached: number;
  /** Whether nothing past its term can follow. */
  readonly isLast: boolean;
}

export interface DisposedEvent {
  readonly id: number;
  readonly origin: string;
  readonly guid: Guid;
  readonly organizationGuid: string;
  /** The later of its two times. */
  readonly at: Instant;
  readonly leaf: LeafPlace;
  /** Whether a later source had added to it. */
  readonly isSupplemented: boolean;
}

export interface Disposal {
  readonly events: readonly DisposedEvent[];
  /** Ids up to this one were dealt with; those above are for the next transaction. */
  readonly reached: number;
}

/** A whole segment that can go: what is to be told of it, and what its store must know to take it out. */
export interface SegmentDrop {
  readonly number: number;
  readonly events: number;
  /** Of the later of the events' two times. */
  readonly from: Instant;
  readonly to: Instant;
  readonly first: LeafPlace;
  readonly last: LeafPlace;
  /** Those with the most events, a bounded number. */
  readonly organizations: readonly { readonly guid: string; readonly events: number }[];
  readonly counts: readonly CountChange[];
}

/** What a count loses, in the terms of its store. */
export interface CountChange {
  readonly table: string;
  readonly key: readonly number[];
  readonly n: number;
}

/** The tree of the present epoch as it is committed, signed or not. */
export interface Tree {
  readonly epoch: number;
  readonly size: number;
  /** Events up to this id are sealed. */
  readonly lastEventId: number;
  readonly newestEventId: number;
}

/** An event with what its leaf only commits to; texts and salts (hex) are null where they were erased. */
export interface Evidence {
  readonly sealed: LeafPlace | null;
  /** The entry of the log: a leaf's text. */
  readonly entry: string;
  readonly data: string | null;
  readonly dataSalt: string | null;
  readonly particulars: string | null;
  readonly particularsSalt: string | null;
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

/** What later sources added to the names of an event. */
export interface Addition {
  readonly eventId: number;
  /** '' where the event is not there. */
  readonly origin: string;
  /** As it is kept: text of Particulars. */
  readonly particulars: string;
  /** Our own events about the event, in their order. */
  readonly told: readonly StoredEvent[];
}

/** A store as a verifier reads it, without opening it for writing. */
export interface Inspection extends Pick<Readers, 'rows' | 'tree' | 'tile' | 'entries' | 'minimumIndex'> {
  /** Numbers of the epochs that have leaves. */
  epochs(): Promise<number[]>;
  /** The event of an identity, additions merged; undefined where there is none any more. */
  event(origin: string, guid: Guid): Promise<StoredEvent | undefined>;
  /** Names of the origins that have, or had, an event of this guid. */
  originsOf(guid: Guid): Promise<string[]>;
  /** Our own events of a type with ids above `after`, in their order, a bounded number. */
  own(type: string, after: number): Promise<StoredEvent[]>;
  /** Additions to events with ids above `after`, a bounded number; `type` is that of the events that tell of them. */
  additions(type: string, after: number): Promise<Addition[]>;
  /** Our own events of a type about a target, in their order. */
  about(type: string, target: Party): Promise<StoredEvent[]>;
  /** Events with ids above `after` that have lost a part of what they said, in their order, a bounded number. */
  erased(after: number): Promise<StoredEvent[]>;
  /** What does not hold in the store itself, as sentences; none where all is well. */
  faults(): string[];
  close(): void;
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
  /**
   * Gives the next committed events, at most `max`, their places in the tree and in the counts. Resolves with the tree
   * when that is durable. One call at a time: of two that overlap, one is refused and has changed nothing.
   */
  seal(max: number): Promise<Tree>;
  /**
   * Resolves when no file of the store holds bytes any more that were erased before the call. Waits a while for readers
   * that may still see them, so many tries long; throws ServiceUnavailable where they do not end.
   */
  purge(patience?: { readonly triesMax: number }): Promise<void>;
  /** Finishes what is queued, then closes. */
  close(): Promise<void>;
}
