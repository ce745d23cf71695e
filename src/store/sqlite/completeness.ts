// What must hold of the store's tables as a whole: every event has one id, one leaf and one identity, and nothing else
// has any; the tree has the subtrees that its leaves make, and no others; dictionaries say what the program says.
import { audienceOf } from '../../event/catalog.ts';
import { tileWidth } from '../../merkle/tile.ts';
import type { Connection } from './database.ts';
import { audiences } from './dictionary.ts';
import { segmentsOf } from './segment.ts';
import { treeOf } from './tree.ts';

/** What does not hold, as sentences. Event ids follow each other from 1, those of dropped segments included. */
export function completenessFaults(connection: Connection): string[] {
  return [
    ...idFaults(connection),
    ...leafFaults(connection),
    ...identityFaults(connection),
    ...subtreeFaults(connection),
    ...dictionaryFaults(connection),
  ];
}

function idFaults(connection: Connection): string[] {
  return segmentsOf(connection).flatMap(({ number }) => {
    const sql = `SELECT count(*) AS n, max(id) - min(id) + 1 AS ids FROM event_${number}`;
    const { n, ids } = connection.get(sql, []) ?? {};
    return n === 0 || n === ids ? [] : [`Segment ${number} of the store has ${n} events for ${ids} ids.`];
  });
}

function leafFaults(connection: Connection): string[] {
  const { lastEventId } = treeOf(connection);
  // The event that opens an epoch may be sealed before events that came earlier.
  const early = numberIn(connection, `SELECT count(*) AS n FROM leaf WHERE event > ${lastEventId}`);
  const strange = numberIn(connection, 'SELECT count(*) AS n FROM leaf WHERE event < 1');
  const leaves = numberIn(connection, 'SELECT count(*) AS n FROM leaf') - early;
  if (strange === 0 && early <= 1 && leaves === lastEventId) return [];
  return [`There are ${leaves} leaves for the ${lastEventId} events that are sealed.`];
}

function identityFaults(connection: Connection): string[] {
  const { newestEventId } = treeOf(connection);
  const known = numberIn(connection, 'SELECT count(*) AS n FROM dedupe');
  if (known === newestEventId) return [];
  return [`The store knows ${known} events by their guids, and has taken in ${newestEventId}.`];
}

/** Subtrees that are missing are also found by whoever reads their tiles; those too many stop the sealer later on. */
function subtreeFaults(connection: Connection): string[] {
  const sizes = new Map(
    connection
      .all('SELECT epoch, count(*) AS size FROM leaf GROUP BY epoch', [])
      .map(({ epoch, size }) => [Number(epoch), Number(size)]),
  );
  const sql =
    'SELECT epoch, level, count(*) AS n, max(number) + 1 AS width FROM subtree GROUP BY epoch, level';
  const rows = connection.all(sql, []);
  const isRight = ({ epoch, level, n, width }: Record<string, unknown>): boolean => {
    const wanted = Math.floor((sizes.get(Number(epoch)) ?? 0) / tileWidth ** Number(level));
    return Number(level) >= 1 && n === wanted && width === wanted;
  };
  const wrong = rows.filter((row) => !isRight(row)).map(({ epoch }) => Number(epoch));
  const lacking = [...sizes].filter(([epoch, size]) => {
    const levels = rows.filter((row) => Number(row.epoch) === epoch).length;
    return tileWidth ** (levels + 1) <= size;
  });
  const epochs = new Set([...wrong, ...lacking.map(([epoch]) => epoch)]);
  return [...epochs].map((epoch) => `The tree of epoch ${epoch} has other subtrees than its leaves make.`);
}

function dictionaryFaults(connection: Connection): string[] {
  const types = connection
    .all('SELECT name, audience FROM type', [])
    .filter(({ name, audience }) => audiences[Number(audience)] !== audienceOf(String(name)))
    .map(({ name }) => `Events of the type ${String(name)} are not shown to whom they should be.`);
  const [none, ...others] = connection.all(
    "SELECT id, guid, origin FROM place WHERE guid = '' OR id = 0",
    [],
  );
  const isNone = others.length === 0 && none?.id === 0 && none.guid === '' && none.origin === 0;
  return isNone ? types : [...types, 'The place that stands for none is not the one that it was.'];
}

function numberIn(connection: Connection, sql: string): number {
  return Number(connection.get(sql, [])?.n);
}
