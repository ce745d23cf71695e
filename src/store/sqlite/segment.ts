// The tables of the log itself: dictionaries of what repeats, and a chain of segments of consecutive event ids,
// each with tables and indexes of its own. Only the last segment is written, so that inserts stay as fast in the
// hundredth million as in the first (design, section 8).
import type { Access } from '../../query/plan.ts';
import type { Connection } from './database.ts';

/** Dictionaries, identities, supplements and counts. Id 0 of `place` stands for "none", of whatever origin. */
export const logDdl: readonly string[] = [
  'CREATE TABLE origin (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT',
  'CREATE TABLE type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, audience INTEGER NOT NULL) STRICT',
  'CREATE TABLE place (id INTEGER PRIMARY KEY, guid TEXT NOT NULL, origin INTEGER NOT NULL, UNIQUE (guid, origin)) STRICT',
  'CREATE TABLE party (id INTEGER PRIMARY KEY, guid TEXT NOT NULL, type TEXT NOT NULL, UNIQUE (guid, type)) STRICT',
  "INSERT INTO place (id, guid, origin) VALUES (0, '', 0)",
  'CREATE TABLE dedupe (guid BLOB NOT NULL, origin INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (guid, origin)) STRICT, WITHOUT ROWID',
  'CREATE TABLE supplement (event INTEGER PRIMARY KEY, particulars TEXT NOT NULL) STRICT',
  'CREATE TABLE segment (number INTEGER PRIMARY KEY, first_id INTEGER NOT NULL, last_id INTEGER) STRICT',
  'CREATE TABLE count_type_day (type INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (type, day)) STRICT, WITHOUT ROWID',
  'CREATE TABLE count_organization_type (organization INTEGER NOT NULL, type INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (organization, type)) STRICT, WITHOUT ROWID',
  'CREATE TABLE count_organization_space (organization INTEGER NOT NULL, space INTEGER NOT NULL, audience INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (organization, space, audience)) STRICT, WITHOUT ROWID',
  'CREATE INDEX count_space ON count_organization_space (space, organization, audience, n)',
  'CREATE TABLE counted (one INTEGER PRIMARY KEY CHECK (one = 1), event INTEGER NOT NULL) STRICT',
  'INSERT INTO counted (one, event) VALUES (1, 0)',
];

/** Which columns lead each index of a segment; `occurred_at` and the id follow, which makes the one order. */
const accessColumns = {
  order: ['audience'],
  type: ['type'],
  organization: ['organization', 'audience'],
  organizationType: ['organization', 'type'],
  space: ['space', 'audience'],
  target: ['target'],
  actor: ['actor'],
} as const satisfies Record<Exclude<Access, 'ids'>, readonly string[]>;

/** How a statement names the way it must take, so that a plan is never second-guessed. */
export function indexedBy(segment: number, access: Access): string {
  return access === 'ids' ? 'NOT INDEXED' : `INDEXED BY event_${segment}_by_${access}`;
}

/** The columns that a branch's key fills. */
export function leadingColumns(access: Access): readonly string[] {
  return access === 'ids' ? [] : accessColumns[access];
}

/** The statements that make the tables and indexes of one segment. */
export function segmentDdl(segment: number): string[] {
  const event = `event_${segment}`;
  const head = [
    'id INTEGER PRIMARY KEY',
    'guid BLOB NOT NULL',
    'origin INTEGER NOT NULL',
    'type INTEGER NOT NULL',
    'audience INTEGER NOT NULL',
    'occurred_at INTEGER NOT NULL',
    'recorded_at INTEGER NOT NULL',
    'actor INTEGER NOT NULL',
    'target INTEGER NOT NULL',
    'space INTEGER NOT NULL',
    'organization INTEGER NOT NULL',
    'outcome INTEGER NOT NULL',
  ];
  const body = [
    'id INTEGER PRIMARY KEY',
    'data TEXT NOT NULL',
    'particulars TEXT NOT NULL',
    'data_salt BLOB NOT NULL',
    'particulars_salt BLOB NOT NULL',
  ];
  return [
    `CREATE TABLE ${event} (${head.join(', ')}) STRICT`,
    `CREATE TABLE body_${segment} (${body.join(', ')}) STRICT`,
    ...Object.entries(accessColumns).map(
      ([access, columns]) =>
        `CREATE INDEX ${event}_by_${access} ON ${event} (${columns.join(', ')}, occurred_at)`,
    ),
    `CREATE TRIGGER ${event}_kept BEFORE UPDATE ON ${event} BEGIN SELECT RAISE(ABORT, 'events are never changed'); END`,
    `CREATE TRIGGER ${event}_stays BEFORE DELETE ON ${event} BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END`,
  ];
}

export interface Segment {
  readonly number: number;
  readonly firstId: number;
  /** null for the last segment, the only one that is written. */
  readonly lastId: number | null;
}

export function segmentsOf(connection: Connection): Segment[] {
  return connection.all('SELECT number, first_id, last_id FROM segment ORDER BY number', []).map((row) => ({
    number: Number(row.number),
    firstId: Number(row.first_id),
    lastId: row.last_id === null ? null : Number(row.last_id),
  }));
}
