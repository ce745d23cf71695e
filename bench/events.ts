// The common load: events in the mix of the public performance suite of the Cloud Foundry API, as V3 resources, one a
// line. Seeded: the same number of events is the same text on every machine.
import { readFileSync } from 'node:fs';

interface Share {
  readonly type: string;
  /** Of all events, up to and with this type. */
  readonly upTo: number;
}

const days = 31;
const organizations = 200;
const spaces = 2_000;
const users = 5_000;

/** Lines of so many events, in the order of their time. */
export function* lines(count: number, seed = 1): Generator<string> {
  const mix = readMix();
  const total = mix.at(-1)?.upTo ?? 1;
  const random = generator(seed);
  const start = Date.UTC(2026, 9, 1);
  for (let at = 0; at < count; at += 1) {
    const wanted = random() * total;
    const type = (mix.find(({ upTo }) => wanted < upTo) ?? mix[0])?.type ?? 'audit.app.create';
    // Skewed: a few organizations have most of the events.
    const organization = Math.floor(organizations * random() ** 3);
    const space = organization + organizations * Math.floor((random() * spaces) / organizations);
    const user = Math.floor(users * random() ** 2);
    const app = Math.floor(20_000 * random());
    const time = new Date(start + (at / count) * days * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z');
    yield JSON.stringify({
      guid: guid(seed, 0, at),
      created_at: time,
      updated_at: time,
      type,
      actor: { guid: guid(seed, 1, user), type: 'user', name: `user-${user}@example.org` },
      target: { guid: guid(seed, 2, app), type: type.split('.')[1] ?? 'app', name: `app-${app}` },
      data: { request: { name: `app-${app}`, instances: 1 + (at % 4), memory_in_mb: 256 } },
      space: { guid: guid(seed, 3, space) },
      organization: { guid: guid(seed, 4, organization) },
    });
  }
}

function readMix(): Share[] {
  let upTo = 0;
  return readFileSync(new URL('event-mix.csv', import.meta.url), 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => {
      const [type = '', count = '0'] = line.split(',');
      upTo += Number(count);
      return { type, upTo };
    });
}

/** A UUID of version 8 from what it names. */
function guid(seed: number, kind: number, number: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${hex(seed, 8)}-${hex(kind, 4)}-8000-8000-${hex(number, 12)}`;
}

/** Numbers from 0 to 1 (mulberry32): good enough for a load, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
