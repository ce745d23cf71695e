// Points in time. One unit everywhere: whole microseconds since 1970-01-01T00:00:00Z in a JavaScript number,
// which is exact until the year 2255. Formatting and strict parsing only; the lenient parsing of V2 filters
// is a matter of the query floor.

/** Microseconds since 1970-01-01T00:00:00Z, an integer. */
export type Instant = number;

export const microsPerSecond = 1_000_000;

/** The precision a text carried: events of Cloud Foundry come in whole seconds, our own in microseconds. */
export interface ParsedInstant {
  readonly instant: Instant;
  readonly precision: 'second' | 'fraction';
}

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads a date-time of RFC 3339 section 5.6. Returns null for anything else, dates that do not exist and
 * instants outside the years 1685 to 2254 included. Digits beyond the microsecond are cut.
 */
export function parseInstant(text: string): ParsedInstant | null {
  const match = rfc3339.exec(text);
  if (match === null) return null;
  const field = (index: number): number => Number(match[index] ?? 0);
  const civil = civilInstant(field(1), field(2), field(3), field(4), field(5), field(6));
  if (civil === null || field(10) > 23 || field(11) > 59) return null;
  const fraction = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  const offsetMinutes = (field(10) * 60 + field(11)) * (match[9] === '-' ? -1 : 1);
  const instant = civil + fraction - offsetMinutes * 60 * microsPerSecond;
  if (!isInstant(instant)) return null;
  return { instant, precision: match[7] === undefined ? 'second' : 'fraction' };
}

/** The instant of a UTC calendar date and time of day, or null where no such date or time exists. */
export function civilInstant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): Instant | null {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.getTime() * 1000 + (hour * 3600 + minute * 60 + second) * microsPerSecond;
}

/**
 * The whole years that microseconds in a JavaScript number hold exactly: from the first instant of 1685 ...
 */
const first: Instant = Date.UTC(1685, 0, 1) * 1000;
/** ... to the last one of 2254. */
const afterLast: Instant = Date.UTC(2255, 0, 1) * 1000;

/** Whether a number is an instant that every store and every wire format can hold. */
export function isInstant(value: number): boolean {
  return Number.isSafeInteger(value) && value >= first && value < afterLast;
}

/** `2026-11-22T07:43:26Z`: whole seconds, as both event APIs print times; fractions are cut. */
export function secondsText(instant: Instant): string {
  return `${new Date(Math.floor(instant / microsPerSecond) * 1000).toISOString().slice(0, 19)}Z`;
}

/** `2026-11-22T07:43:26.123456Z`: the full precision of the log. */
export function microsText(instant: Instant): string {
  const micros = ((instant % microsPerSecond) + microsPerSecond) % microsPerSecond;
  return `${secondsText(instant).slice(0, -1)}.${String(micros).padStart(6, '0')}Z`;
}
