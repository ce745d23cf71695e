// A store's file as a verifier reads it: one connection that cannot write and asks for no lock, so that it also works
// beside a running server and on a backup. Its own faults are looked for by what must hold between its tables.
import type { Inspection } from '../contract.ts';
import { additionsAfter, erasedAfter, ownEventsAfter } from './afterwards.ts';
import { completenessFaults } from './completeness.ts';
import { counts } from './counts.ts';
import { type Connection, connect } from './database.ts';
import { outcomes } from './dictionary.ts';
import { eventOf, eventsAbout, originsOf } from './events.ts';
import { findRows } from './rows.ts';
import { schemaFaults } from './schema.ts';
import { type Segment, segmentsOf } from './segment.ts';
import { entriesOf, minimumIndex, tileOf, treeOf } from './tree.ts';

/** Opens the database file of a data folder for reading alone. Throws SQLite's error where it is none. */
export function inspectSqliteStore(file: string): Inspection {
  const connection = connect(file, 'read');
  return {
    rows: async (table, query) => findRows(connection, table, query),
    tree: async () => treeOf(connection),
    tile: async (epoch, tile) => tileOf(connection, epoch, tile),
    entries: async (epoch, from, count) => entriesOf(connection, epoch, from, count),
    minimumIndex: async (epoch) => minimumIndex(connection, epoch),
    epochs: async () => epochsOf(connection),
    event: async (origin, guid) => eventOf(connection, origin, guid),
    originsOf: async (guid) => originsOf(connection, guid),
    own: async (type, after) => ownEventsAfter(connection, type, after),
    additions: async (type, after) => additionsAfter(connection, type, after),
    about: async (type, target) => eventsAbout(connection, type, target),
    erased: async (after) => erasedAfter(connection, after),
    faults: () => faultsOf(connection),
    close: () => connection.close(),
  };
}

function epochsOf(connection: Connection): number[] {
  return connection
    .all('SELECT DISTINCT epoch FROM leaf ORDER BY epoch', [])
    .map(({ epoch }) => Number(epoch));
}

function faultsOf(connection: Connection): string[] {
  connection.exec('BEGIN');
  try {
    const structure = connection.all(`PRAGMA integrity_check(${structureFaultsMax})`, []);
    const broken = structure.map((row) => String(row.integrity_check)).filter((text) => text !== 'ok');
    if (broken.length > 0) return broken.map((text) => `The database file is damaged: ${text}.`);
    return [
      ...schemaFaults(connection),
      ...treeFaults(connection),
      ...completenessFaults(connection),
      ...segmentsOf(connection).flatMap((segment) => [
        ...boundFaults(connection, segment),
        ...segmentFaults(connection, segment.number),
      ]),
      ...countFaults(connection),
    ];
  } finally {
    connection.exec('COMMIT');
  }
}

const structureFaultsMax = 20;

function treeFaults(connection: Connection): string[] {
  const sql = `SELECT epoch, count(*) AS n, max(position) + 1 AS size FROM leaf GROUP BY epoch`;
  const gaps = connection
    .all(sql, [])
    .filter(({ n, size }) => n !== size)
    .map(({ epoch, n, size }) => `Epoch ${epoch} has ${n} leaves, and places for ${size}.`);
  const { epoch, size } = treeOf(connection);
  const leaves = Number(connection.get('SELECT count(*) AS n FROM leaf WHERE epoch = ?', [epoch])?.n);
  const wrongSize = leaves === size ? [] : [`The tree says that it has ${size} leaves; ${leaves} are there.`];
  return [...gaps, ...wrongSize, ...reachFaults(connection)];
}

/** What the tree says of itself decides which event is sealed next: none may be passed over, none sealed twice. */
function reachFaults(connection: Connection): string[] {
  const { epoch, lastEventId, newestEventId } = treeOf(connection);
  const opening = Number(connection.get('SELECT opening FROM tree', [])?.opening);
  const first = connection.get('SELECT event FROM leaf WHERE epoch = ? AND position = 0', [epoch])?.event;
  const opens = epoch === 1 ? opening === 0 : opening > 0 && (first === undefined || first === opening);
  const beyond = connection.get('SELECT event FROM leaf WHERE event > ? AND event <> ? LIMIT 1', [
    Math.min(lastEventId, newestEventId),
    opening,
  ]);
  return [
    ...(opens ? [] : [`The tree says that event ${opening} opened epoch ${epoch}, which it did not.`]),
    ...(lastEventId <= newestEventId && beyond === undefined
      ? []
      : [`The tree says that it reaches event ${lastEventId}, which it does not.`]),
  ];
}

function boundFaults(connection: Connection, { number, firstId, lastId }: Segment): string[] {
  const row = connection.get(`SELECT min(id) AS first, max(id) AS last FROM event_${number}`, []);
  const { first, last } = row ?? {};
  const holds = first === null ? lastId === null : first === firstId && (lastId === null || last === lastId);
  return holds ? [] : [`Segment ${number} of the store does not hold the events that it says.`];
}

/** Each question finds the first event for which something does not hold. */
function segmentFaults(connection: Connection, segment: number): string[] {
  const event = `event_${segment}`;
  const { lastEventId } = treeOf(connection);
  const checks: readonly { readonly sql: string; readonly says: string }[] = [
    {
      sql: `SELECT e.id FROM ${event} AS e LEFT JOIN leaf ON leaf.event = e.id WHERE leaf.event IS NULL AND e.id <= ${lastEventId} LIMIT 1`,
      says: 'stands among the sealed events and has no leaf: it was put in later',
    },
    {
      sql: `SELECT e.id FROM ${event} AS e LEFT JOIN body_${segment} AS b ON b.id = e.id WHERE b.id IS NULL LIMIT 1`,
      says: 'has lost what it says',
    },
    {
      sql: `SELECT b.id FROM body_${segment} AS b LEFT JOIN ${event} AS e ON b.id = e.id WHERE e.id IS NULL LIMIT 1`,
      says: 'has lost its head',
    },
    {
      sql: `SELECT e.id FROM ${event} AS e LEFT JOIN dedupe AS d ON d.guid = e.guid AND d.origin = e.origin WHERE d.event IS NOT e.id LIMIT 1`,
      says: 'cannot be found by its guid',
    },
    {
      sql: `SELECT e.id FROM ${event} AS e WHERE e.outcome NOT BETWEEN 0 AND ${outcomes.length - 1} OR ${isNameless} LIMIT 1`,
      says: 'has lost a part of its head',
    },
    {
      sql: `SELECT e.id FROM ${event} AS e JOIN type ON type.id = e.type WHERE type.audience <> e.audience LIMIT 1`,
      says: 'stands under another audience than its type',
    },
    {
      sql: `SELECT e.id FROM ${event} AS e JOIN place ON place.id IN (e.space, e.organization) WHERE place.id <> 0 AND place.origin <> e.origin LIMIT 1`,
      says: 'stands in a place of another origin',
    },
  ];
  return checks.flatMap(({ sql, says }) => {
    const row = connection.get(sql, []);
    return row === undefined ? [] : [`Event ${row.id} of the store ${says}.`];
  });
}

/** Holds for an event (`e`) that names by number what its dictionary does not have. */
const isNameless = [
  ['origin', 'origin'],
  ['type', 'type'],
  ['actor', 'party'],
  ['target', 'party'],
  ['space', 'place'],
  ['organization', 'place'],
]
  .map(([column, table]) => `NOT EXISTS (SELECT 1 FROM ${table} AS d WHERE d.id = e.${column})`)
  .join(' OR ');

/** The counts that totals are answered from, made anew and compared. */
function countFaults(connection: Connection): string[] {
  const { lastEventId } = treeOf(connection);
  return counts.flatMap(({ into, columns, keys }) => {
    const events = segmentsOf(connection)
      .map(({ number }) => `SELECT ${keys} FROM event_${number} NOT INDEXED WHERE id <= ${lastEventId}`)
      .join(' UNION ALL ');
    const sql = `WITH events (${columns}) AS (${events}),
      made AS (SELECT ${columns}, count(*) AS n FROM events GROUP BY ${columns}),
      kept AS (SELECT ${columns}, n FROM ${into} WHERE n <> 0)
      SELECT count(*) AS n FROM (
        SELECT * FROM (SELECT * FROM made EXCEPT SELECT * FROM kept)
        UNION ALL SELECT * FROM (SELECT * FROM kept EXCEPT SELECT * FROM made)
      )`;
    const wrong = Number(connection.get(sql, [])?.n);
    return wrong === 0 ? [] : [`The counts in ${into} are not those of the events (${wrong} differ).`];
  });
}
