// Many events of known order, and a log that goes on growing while it is read.
import assert from 'node:assert/strict';
import { grant } from '../../src/identity/permit.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { anywhere } from '../../src/identity/role.ts';
import type { TestServer } from '../harness.ts';
import { type Told, told, v2Resource } from './told.ts';

/** A model of the log: what it holds, in the order of intake. */
export class Model {
  readonly #events: Told[] = [];
  #number = 0;

  /** Makes events whose times jump about, so that intake and time are different orders, and many in each second. */
  made(count: number, membersOf: (number: number) => Partial<Told> = () => ({})): Told[] {
    return Array.from({ length: count }, () => {
      this.#number += 1;
      const second = (this.#number * 2_477) % secondsOfEvents;
      return told(this.#number, { time: timeOf(second), ...membersOf(this.#number) });
    });
  }

  /** What was taken in. */
  add(events: readonly Told[]): void {
    for (const event of events) this.#events.push(event);
  }

  /** The guids of what has been taken in so far and passes, in the order of the log: time first, intake second. */
  guids(passes: (event: Told) => boolean = () => true): string[] {
    const events = this.#events.filter(passes);
    return events.sort((one, other) => Date.parse(one.time) - Date.parse(other.time)).map(({ guid }) => guid);
  }
}

/** A prime, so that every second has its turn; and no two of a few imports at a time fall into one second. */
const secondsOfEvents = 4_001;

/** All made events lie within little more than the first hour of a day, these seconds after its beginning. */
function timeOf(second: number): string {
  return new Date(Date.UTC(2018, 1, 5) + second * 1000).toISOString().replace('.000Z', 'Z');
}

/** Another client that adds events with times in the middle, without waiting for its turn. */
export class Importer {
  readonly #model: Model;
  readonly #take: (events: readonly Told[]) => Promise<unknown>;
  readonly #membersOf: (number: number) => Partial<Told>;
  #running: Promise<unknown>[] = [];
  #added: Told[] = [];

  constructor(
    model: Model,
    take: (events: readonly Told[]) => Promise<unknown>,
    membersOf: (number: number) => Partial<Told> = () => ({}),
  ) {
    this.#model = model;
    this.#take = take;
    this.#membersOf = membersOf;
  }

  /** Begins to add a few events. */
  go(): void {
    const events = this.#model.made(20, this.#membersOf);
    this.#added.push(...events);
    this.#running.push(this.#take(events));
  }

  /** Waits for all of them; from then on the model has them too. Answers how many there were. */
  async done(): Promise<number> {
    await Promise.all(this.#running);
    const count = this.#added.length;
    this.#model.add(this.#added);
    this.#running = [];
    this.#added = [];
    return count;
  }
}

/**
 * Takes events in as if the built-in foundation had performed them: its guids are what roles are about, and so many
 * operations would take long. No door of the server does this.
 */
export async function storeAsOwn(server: TestServer, events: readonly Told[]): Promise<void> {
  const { store } = server.running.services;
  const doer = systemDoer({ absent: 'a test' });
  const root = { userGuid: 'root', global: 'admin', write: true, roles: [] } as const;
  const permit = grant(root, 'event.import', anywhere);
  for (let from = 0; from < events.length; from += 1_000) {
    const lines = events.slice(from, from + 1_000).map((event) => JSON.stringify(v2Resource(event)));
    const counts = await store.run('log.import', { permit, origin: '', doer, firstLine: from + 1, lines });
    assert.deepEqual(counts, { new: lines.length, known: 0, refused: 0, elsewhere: 0, refusals: [] });
  }
}
