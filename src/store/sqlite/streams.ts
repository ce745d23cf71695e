// Ordered streams of keys, one for each branch of a plan in each segment, and their merge. A stream is read in
// slices by key, never by an open cursor, and only when the merge gets as far as its segment.
import type { SQLInputValue } from 'node:sqlite';
import type { EventKey } from '../../event/event.ts';
import type { Direction, Filter } from '../../query/ast.ts';
import type { Branch, Plan } from '../../query/plan.ts';
import { conjunction, Sql } from '../sql.ts';
import type { BoundedQuery, IndexedField, Window } from './bounds.ts';
import { type Connection, sqliteDialect } from './database.ts';
import { eventPredicate } from './predicate.ts';
import { indexedBy, leadingColumns, type Segment } from './segment.ts';

/** A segment with the times that its events cover. */
export interface Span extends Window {
  readonly segment: Segment;
}

export interface Walk {
  readonly connection: Connection;
  readonly query: BoundedQuery;
  readonly plan: Plan;
  readonly spans: readonly Span[];
  readonly direction: Direction;
  /** The highest id that may appear. */
  readonly bound: number;
  /** Rows read ahead from each stream at a time. */
  readonly slice: number;
}

const heldBy: Record<Branch['access'], readonly IndexedField[]> = {
  ids: [],
  order: [],
  type: ['type'],
  organization: ['organization'],
  organizationType: ['organization', 'type'],
  space: ['space'],
  target: ['target'],
  actor: ['actor'],
};

const holdsAudience: readonly Branch['access'][] = [
  'order',
  'type',
  'organization',
  'organizationType',
  'space',
];

/** The conditions on one segment's rows for one branch, time and order left out: `WHERE` text into `sql`. */
export function branchWhere(
  sql: Sql,
  query: BoundedQuery,
  plan: Plan,
  branch: Branch,
  segment: number,
): string {
  const { bounded, rest, indexed } = query;
  const tests = leadingColumns(branch.access).map(
    (column, index) => `${column} = ${sql.param(branch.key[index] ?? -1)}`,
  );
  for (const [field, filters] of indexed) {
    if (isHeld(field, branch, plan)) continue;
    tests.push(...filters.map((filter: Filter) => eventPredicate(sql, segment, filter)));
  }
  if (!holdsAudience.includes(branch.access)) tests.push(sql.oneOf('audience', bounded.audiences));
  tests.push(...rest.map((filter) => eventPredicate(sql, segment, filter)));
  if (bounded.visible !== null) {
    const { organizations, spaces } = bounded.visible;
    if (!plan.byVisibility) {
      tests.push(`(${sql.oneOf('organization', organizations)} OR ${sql.oneOf('space', spaces)})`);
    } else if (branch.access === 'space' && organizations.length > 0) {
      tests.push(`NOT ${sql.oneOf('organization', organizations)}`);
    }
  }
  return conjunction(tests);
}

/** Whether a branch's key says what the filter on this field says; keys of visibility say nothing of filters on places. */
function isHeld(field: IndexedField, { access }: Branch, { byVisibility }: Plan): boolean {
  return heldBy[access].includes(field) && (!byVisibility || field === 'type');
}

/** Merges all streams into the keys in order, beginning after `after` (in the walk's direction). */
export function* mergedKeys(walk: Walk, after: EventKey | null): Generator<EventKey> {
  const heap = new Heap(walk.direction);
  for (const span of walk.spans) {
    for (const branch of walk.plan.branches) heap.push(new Stream(walk, span, branch, after));
  }
  for (let stream = heap.pop(); stream !== undefined; stream = heap.pop()) {
    const key = stream.next();
    if (key === 'unread') stream.read();
    else yield key;
    if (!stream.ended) heap.push(stream);
  }
}

class Stream {
  readonly #walk: Walk;
  readonly #text: string;
  readonly #params: SQLInputValue[];
  readonly #window: Window;
  #last: EventKey | null;
  #keys: EventKey[] = [];
  #at = 0;
  #more = true;
  /** Nothing in this stream comes before this key: it is what the heap sorts by. */
  head: EventKey;

  constructor(walk: Walk, span: Span, branch: Branch, after: EventKey | null) {
    const { query, plan, direction } = walk;
    const segment = span.segment.number;
    const sql = new Sql(sqliteDialect);
    const where = branchWhere(sql, query, plan, branch, segment);
    const beyond = direction === 'asc' ? '>' : '<';
    this.#text =
      `SELECT occurred_at, id FROM event_${segment} ${indexedBy(segment, branch.access)} WHERE ${where}` +
      ` AND occurred_at BETWEEN ? AND ? AND (occurred_at <> ? OR id ${beyond} ?) AND id <= ?` +
      ` ORDER BY occurred_at ${direction}, id ${direction} LIMIT ?`;
    this.#params = sql.params as SQLInputValue[];
    this.#walk = walk;
    this.#last = after;
    this.#window = { from: Math.max(query.window.from, span.from), to: Math.min(query.window.to, span.to) };
    const edge = direction === 'asc' ? this.#window.from : this.#window.to;
    this.head = { occurredAt: edge, id: direction === 'asc' ? -1 : Number.MAX_SAFE_INTEGER };
    this.#more = this.#window.from <= this.#window.to;
  }

  get ended(): boolean {
    return this.#at >= this.#keys.length && !this.#more;
  }

  /** The next key, or `unread` where a slice must be read first. */
  next(): EventKey | 'unread' {
    const key = this.#keys[this.#at];
    if (key === undefined) return 'unread';
    this.#at += 1;
    this.head = this.#keys[this.#at] ?? key;
    return key;
  }

  read(): void {
    const { connection, direction, slice, bound } = this.#walk;
    const last = this.#last;
    const { from, to } = this.#window;
    const rows = connection.all(this.#text, [
      ...this.#params,
      last !== null && direction === 'asc' ? Math.max(from, last.occurredAt) : from,
      last !== null && direction === 'desc' ? Math.min(to, last.occurredAt) : to,
      last?.occurredAt ?? Number.MIN_SAFE_INTEGER,
      last?.id ?? 0,
      bound,
      slice,
    ]);
    this.#keys = rows.map((row) => ({ occurredAt: Number(row.occurred_at), id: Number(row.id) }));
    this.#at = 0;
    this.#more = rows.length === slice;
    this.#last = this.#keys.at(-1) ?? this.#last;
    this.head = this.#keys[0] ?? this.head;
  }
}

/** A binary heap of streams by their heads. */
class Heap {
  readonly #sign: number;
  readonly #items: Stream[] = [];

  constructor(direction: Direction) {
    this.#sign = direction === 'asc' ? 1 : -1;
  }

  push(stream: Stream): void {
    if (stream.ended) return;
    const items = this.#items;
    let at = items.push(stream) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): Stream | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || last === top) return top;
    items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      const least = right < items.length && this.#before(right, left) ? right : left;
      if (least >= items.length || !this.#before(least, at)) return top;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(one: number, other: number): boolean {
    const a = (this.#items[one] as Stream).head;
    const b = (this.#items[other] as Stream).head;
    return this.#sign * (a.occurredAt - b.occurredAt || a.id - b.id) < 0;
  }

  #swap(one: number, other: number): void {
    const items = this.#items;
    [items[one], items[other]] = [items[other] as Stream, items[one] as Stream];
  }
}
