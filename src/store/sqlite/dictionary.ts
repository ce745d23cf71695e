// Short keys: texts that repeat in every event (types, places, people, origins) are stored once and named by number.
// Rows of dictionaries are never changed, so that what was looked up once stays true.
import type { SQLInputValue } from 'node:sqlite';
import type { Audience, Outcome, Party } from '../../event/event.ts';
import type { Connection } from './database.ts';

export const audiences: readonly Audience[] = ['platform', 'log'];
export const outcomes: readonly Outcome[] = ['success', 'failure', 'unknown'];

type DictionaryTable = 'origin' | 'type' | 'place' | 'party';

const cacheMax = 100_000;

/** The writer's side: finds the number of an entry, making the entry where it is new. */
export class Dictionary {
  readonly #connection: Connection;
  readonly #table: DictionaryTable;
  readonly #columns: readonly string[];
  readonly #cache = new Map<string, number>();

  constructor(connection: Connection, table: DictionaryTable, columns: readonly string[]) {
    this.#connection = connection;
    this.#table = table;
    this.#columns = columns;
  }

  /** `rest` holds values for further columns that are not part of the identity (a type's audience). */
  number(identity: readonly SQLInputValue[], rest: readonly SQLInputValue[] = []): number {
    const key = identity.join('\0');
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const number = this.#stored(identity) ?? this.#made([...identity, ...rest]);
    if (this.#cache.size >= cacheMax) this.#cache.clear();
    this.#cache.set(key, number);
    return number;
  }

  /** After a rollback, numbers that were made in it do not exist. */
  forget(): void {
    this.#cache.clear();
  }

  #stored(identity: readonly SQLInputValue[]): number | undefined {
    const where = identity.map((_, index) => `${this.#columns[index]} = ?`).join(' AND ');
    const row = this.#connection.get(`SELECT id FROM ${this.#table} WHERE ${where}`, identity);
    return row === undefined ? undefined : Number(row.id);
  }

  #made(values: readonly SQLInputValue[]): number {
    const columns = this.#columns.join(', ');
    const marks = this.#columns.map(() => '?').join(', ');
    return this.#connection.insert(`INSERT INTO ${this.#table} (${columns}) VALUES (${marks})`, values);
  }
}

/** The reader's side: what stands behind the numbers, remembered as long as its connection. */
export interface Names {
  /** The name of an origin or type, the guid of a place; '' where there is none. */
  text(table: 'origin' | 'type' | 'place', number: unknown): string;
  party(number: unknown): Party;
}

const known = new WeakMap<Connection, Names>();

export function namesOn(connection: Connection): Names {
  const found = known.get(connection);
  if (found !== undefined) return found;
  const texts = {
    origin: textsOf('origin', 'name'),
    type: textsOf('type', 'name'),
    place: textsOf('place', 'guid'),
  };
  const parties = remembered((number) => {
    const row = connection.get('SELECT guid, type FROM party WHERE id = ?', [number]);
    return { guid: String(row?.guid ?? ''), type: String(row?.type ?? '') };
  });
  const names: Names = {
    text: (table, number) => texts[table](Number(number)),
    party: (number) => parties(Number(number)),
  };
  known.set(connection, names);
  return names;

  function textsOf(table: DictionaryTable, column: string): (number: number) => string {
    const sql = `SELECT ${column} AS text FROM ${table} WHERE id = ?`;
    return remembered((number) => String(connection.get(sql, [number])?.text ?? ''));
  }
}

function remembered<V>(find: (number: number) => V): (number: number) => V {
  const cache = new Map<number, V>();
  return (number) => {
    const kept = cache.get(number);
    if (kept !== undefined) return kept;
    const value = find(number);
    if (cache.size >= cacheMax) cache.clear();
    cache.set(number, value);
    return value;
  };
}
