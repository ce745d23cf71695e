// The writer's view of the embedded store, as `store/contract.ts` promises it to those who change something.
import type { Guid } from '../../core/guid.ts';
import type { Erasable, EventRow, Particulars, Party, StoredEvent } from '../../event/event.ts';
import type { Disposal, Expiry, SegmentDrop, Transaction } from '../contract.ts';
import type { Row, RowFilter, RowQuery, Table } from '../table.ts';
import type { Appender } from './append.ts';
import type { Connection } from './database.ts';
import { disposeOf, dropSegment, erase, sweep } from './dispose.ts';
import { eventOf, eventsAbout, originsOf } from './events.ts';
import { countOf, equal, findRows, insertRow, removeRows, updateRows } from './rows.ts';
import { beginTree } from './tree.ts';

export class SqliteTransaction implements Transaction {
  readonly #connection: Connection;
  readonly #appender: Appender;
  readonly touched = new Set<string>();
  /** Like `touched`, bookkeeping included: what caches must hear of. */
  readonly changed = new Set<string>();

  constructor(connection: Connection, appender: Appender) {
    this.#connection = connection;
    this.#appender = appender;
  }

  get(table: Table, where: Row): Row | undefined {
    return findRows(this.#connection, table, { where: equal(where), limit: 1 })[0];
  }

  find(table: Table, query: RowQuery): Row[] {
    return findRows(this.#connection, table, query);
  }

  count(table: Table, where: RowFilter): number {
    return countOf(this.#connection, table, where);
  }

  insert(table: Table, row: Row): void {
    insertRow(this.#connection, table, row);
    this.#note(table, 1);
  }

  update(table: Table, where: Row, changes: Row): number {
    return this.#note(table, updateRows(this.#connection, table, where, changes));
  }

  remove(table: Table, where: Row): number {
    return this.#note(table, removeRows(this.#connection, table, where));
  }

  event(origin: string, guid: Guid): StoredEvent | undefined {
    return eventOf(this.#connection, origin, guid);
  }

  originsOf(guid: Guid): string[] {
    return originsOf(this.#connection, guid);
  }

  append(events: readonly EventRow[]): number {
    return this.#appender.append(events);
  }

  supplement(eventId: number, particulars: Particulars): void {
    this.#appender.supplement(eventId, particulars);
  }

  about(type: string, target: Party): StoredEvent[] {
    return eventsAbout(this.#connection, type, target);
  }

  erase(eventId: number, parts: readonly Erasable[]): void {
    erase(this.#connection, eventId, parts);
  }

  dispose(expiry: Expiry, eventIds: readonly number[]): Disposal {
    return disposeOf(this.#connection, expiry, eventIds);
  }

  dropSegment(drop: SegmentDrop): void {
    dropSegment(this.#connection, drop);
  }

  sweep(): boolean {
    return sweep(this.#connection);
  }

  beginTree(epoch: number, openingEventId: number): void {
    beginTree(this.#connection, epoch, openingEventId);
  }

  #note(table: Table, rows: number): number {
    if (rows === 0) return rows;
    this.changed.add(table.name);
    if (!table.bookkeeping) this.touched.add(table.name);
    return rows;
  }
}
