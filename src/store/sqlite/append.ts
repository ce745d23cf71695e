// Events into the last segment. Runs in the writer's transaction; opens the next segment when the last is full.
import { guidBytes } from '../../core/guid.ts';
import { limits } from '../../core/limits.ts';
import type { EventRow, Particulars } from '../../event/event.ts';
import type { Connection } from './database.ts';
import { audiences, Dictionary, outcomes } from './dictionary.ts';
import { segmentDdl, segmentsOf } from './segment.ts';

/** The end of the log: what the next event gets, and where. */
interface Tail {
  readonly segment: number;
  readonly firstId: number;
  readonly lastId: number;
}

export class Appender {
  readonly #connection: Connection;
  readonly #segmentEvents: number;
  readonly #origins: Dictionary;
  readonly #types: Dictionary;
  readonly #places: Dictionary;
  readonly #parties: Dictionary;
  /** null: must be read first. */
  #known: Tail | null = null;
  #used = false;

  constructor(connection: Connection, segmentEvents: number = limits.segmentEvents) {
    this.#connection = connection;
    this.#segmentEvents = segmentEvents;
    this.#origins = new Dictionary(connection, 'origin', ['name']);
    this.#types = new Dictionary(connection, 'type', ['name', 'audience']);
    this.#places = new Dictionary(connection, 'place', ['guid', 'origin']);
    this.#parties = new Dictionary(connection, 'party', ['guid', 'type']);
  }

  get lastId(): number {
    return this.#tail.lastId;
  }

  /** Inserts in the order given; answers the id of the first. */
  append(events: readonly EventRow[]): number {
    const first = this.#tail.lastId + 1;
    this.#used = true;
    for (const event of events) this.#one(event);
    return first;
  }

  supplement(eventId: number, particulars: Particulars): void {
    this.#connection.run(
      'INSERT INTO supplement (event, particulars) VALUES (?, ?) ON CONFLICT (event) DO UPDATE SET particulars = json_patch(particulars, excluded.particulars)',
      [eventId, JSON.stringify(particulars)],
    );
  }

  /** Begins a part that may be undone on its own. */
  mark(): void {
    this.#used = false;
  }

  /** After a part was undone: what it taught is forgotten, if it taught anything. */
  undo(): void {
    if (this.#used) this.forget();
  }

  /** After a rollback: what was remembered is read anew when it is needed. */
  forget(): void {
    for (const dictionary of [this.#origins, this.#types, this.#places, this.#parties]) dictionary.forget();
    this.#known = null;
  }

  get #tail(): Tail {
    this.#known ??= this.#readTail();
    return this.#known;
  }

  #one(event: EventRow): void {
    const id = this.#tail.lastId + 1;
    if (id - this.#tail.firstId >= this.#segmentEvents) this.#openSegment(id);
    const segment = this.#tail.segment;
    const guid = guidBytes(event.guid);
    const origin = this.#origins.number([event.origin]);
    const audience = audiences.indexOf(event.audience);
    this.#connection.run('INSERT INTO dedupe (guid, origin, event) VALUES (?, ?, ?)', [guid, origin, id]);
    this.#connection.run(`INSERT INTO event_${segment} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
      id,
      guid,
      origin,
      this.#types.number([event.type], [audience]),
      audience,
      event.occurredAt,
      event.recordedAt,
      this.#parties.number([event.actor.guid, event.actor.type]),
      this.#parties.number([event.target.guid, event.target.type]),
      this.#place(event.spaceGuid, origin),
      this.#place(event.organizationGuid, origin),
      outcomes.indexOf(event.outcome),
    ]);
    this.#connection.run(`INSERT INTO body_${segment} VALUES (?, ?, ?, ?, ?, NULL, NULL)`, [
      id,
      event.data,
      event.particulars,
      event.dataSalt,
      event.particularsSalt,
    ]);
    this.#known = { ...this.#tail, lastId: id };
  }

  #place(guid: string, origin: number): number {
    return guid === '' ? 0 : this.#places.number([guid, origin]);
  }

  #openSegment(firstId: number): void {
    const next = this.#tail.segment + 1;
    this.#connection.run('UPDATE segment SET last_id = ? WHERE number = ?', [
      firstId - 1,
      this.#tail.segment,
    ]);
    for (const statement of segmentDdl(next)) this.#connection.exec(statement);
    this.#connection.run('INSERT INTO segment (number, first_id) VALUES (?, ?)', [next, firstId]);
    this.#known = { segment: next, firstId, lastId: firstId - 1 };
  }

  #readTail(): Tail {
    const last = segmentsOf(this.#connection).at(-1);
    if (last === undefined) throw new Error('the store has no segment: its migrations have not run');
    const row = this.#connection.get(`SELECT max(id) AS id FROM event_${last.number}`, []);
    const lastId = row?.id === null ? last.firstId - 1 : Number(row?.id);
    return { segment: last.number, firstId: last.firstId, lastId };
  }
}
