// Whether the store still has the tables, indexes and triggers that this program made: who changes what guards them, or
// adds a trigger of their own, could have events stored otherwise than they were told.
import type { Connection } from './database.ts';
import { type Migration, migrations, schemaOf } from './migration.ts';
import { segmentDdl, segmentsOf } from './segment.ts';

/** What the schema has otherwise, as sentences. Remains of dropped segments, which go bit by bit, are left aside. */
export function schemaFaults(connection: Connection): string[] {
  const steps = connection
    .all('SELECT number FROM migration ORDER BY number', [])
    .map(({ number }) => Number(number));
  const known = migrations();
  const strange = steps.find((step) => !known.some(({ number }) => number === step));
  if (strange !== undefined) return [`The schema step ${strange} of the store is not one of this program.`];
  const numbers = segmentsOf(connection).map(({ number }) => number);
  const [first = 1] = numbers;
  const later = numbers.filter((number) => number > 1).flatMap(segmentDdl);
  const wanted = new Map([...schemaAfter(known, steps), ...later.map((sql) => [nameIn(sql), sql] as const)]);
  const found = new Map(
    connection
      .all("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'migration'", [])
      .map(({ name, sql }) => [String(name), String(sql)]),
  );
  return [...new Set([...wanted.keys(), ...found.keys()])]
    .filter((name) => wanted.get(name) !== found.get(name) && !isOfDropped(name, first))
    .map((name) => `The schema of the store has another ${name} than this program made.`);
}

const schemas = new Map<string, ReadonlyMap<string, string>>();

/** The schema after some steps; made once, since it takes a database to make it. */
function schemaAfter(known: readonly Migration[], steps: readonly number[]): ReadonlyMap<string, string> {
  const made = schemas.get(steps.join());
  if (made !== undefined) return made;
  const applied = known.filter(({ number }) => steps.includes(number));
  const schema = schemaOf(applied.map(({ sql }) => sql));
  schemas.set(steps.join(), schema);
  return schema;
}

function nameIn(statement: string): string {
  return /^CREATE (?:TABLE|INDEX|TRIGGER) (\w+)/.exec(statement)?.[1] ?? '';
}

function isOfDropped(name: string, first: number): boolean {
  return Number(/^(?:event|body)_(\d+)(?:_|$)/.exec(name)?.[1] ?? first) < first;
}
