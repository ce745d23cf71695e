// The tables of the log itself: dictionaries of what repeats, and a chain of segments of consecutive event ids,
// each with tables and indexes of its own. Only the last segment is written, so that inserts stay as fast in the
// hundredth million as in the first (design, section 8).
import type { Access } from '../../query/plan.ts';
import type { Connection } from './database.ts';

/**
 * Dictionaries, identities, supplements, the tree and the counts. Id 0 of `place` stands for "none", of whatever origin.
 * `leaf` has what was sealed, `subtree` the roots of full subtrees of 256^level leaves: what tiles are read from.
 */
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
  'CREATE TABLE leaf (epoch INTEGER NOT NULL, position INTEGER NOT NULL, event INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (epoch, position)) STRICT, WITHOUT ROWID',
  'CREATE UNIQUE INDEX leaf_by_event ON leaf (event)',
  'CREATE TABLE subtree (epoch INTEGER NOT NULL, level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (epoch, level, number)) STRICT, WITHOUT ROWID',
  'CREATE TABLE tree (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, size INTEGER NOT NULL, event INTEGER NOT NULL, opening INTEGER NOT NULL) STRICT',
  'INSERT INTO tree (one, epoch, size, event, opening) VALUES (1, 1, 0, 0, 0)',
  ...['leaf', 'subtree'].flatMap((table) => [
    `CREATE TRIGGER ${table}_kept BEFORE UPDATE ON ${table} BEGIN SELECT RAISE(ABORT, 'what is sealed is never changed'); END`,
    `CREATE TRIGGER ${table}_stays BEFORE DELETE ON ${table} BEGIN SELECT RAISE(ABORT, 'what is sealed is never deleted'); END`,
  ]),
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

/** A change of a body that is not an erasure. */
const changedOtherwise = ['data', 'particulars']
  .flatMap((part) => [
    `(NEW.${part} IS NOT NULL AND NEW.${part} IS NOT OLD.${part})`,
    `(NEW.${part}_salt IS NOT NULL AND NEW.${part}_salt IS NOT OLD.${part}_salt)`,
    `(OLD.${part}_digest IS NOT NULL AND NEW.${part}_digest IS NOT OLD.${part}_digest)`,
  ])
  .join(' OR ');

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
    'data TEXT',
    'particulars TEXT',
    'data_salt BLOB',
    'particulars_salt BLOB',
    // What stays of bytes that were erased: their commitment.
    'data_digest BLOB',
    'particulars_digest BLOB',
    ...['data', 'particulars'].flatMap((part) => [
      `CHECK ((${part} IS NULL) = (${part}_salt IS NULL) AND (${part} IS NULL) = (${part}_digest IS NOT NULL))`,
    ]),
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
    `CREATE TRIGGER body_${segment}_kept BEFORE UPDATE ON body_${segment} WHEN ${changedOtherwise} BEGIN SELECT RAISE(ABORT, 'what an event says is only ever erased'); END`,
    `CREATE TRIGGER body_${segment}_stays BEFORE DELETE ON body_${segment} BEGIN SELECT RAISE(ABORT, 'what an event says is only ever erased'); END`,
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
