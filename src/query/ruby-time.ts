// The part of Ruby's lenient `Time.parse` that people use in V2 timestamp filters (events-api.md A.4): ISO
// dates in extended and basic form, dates with English month names, a time of day, offsets and the zones of
// RFC 822. What is missing above comes from the present day, what is missing below is the least; no zone is
// UTC.
//
// Where Ruby would silently ignore a word it does not know, this reader refuses: a filter must not mean
// something else than it says. One leftover is let through as in the original, a second time of day, because
// that is what an offset becomes when its `+` was not encoded.
import { type Instant, isInstant, microsPerSecond } from '../core/instant.ts';

interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  readonly offsetMinutes: number;
}

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Taken<T> {
  readonly value: T;
  /** The text without what was taken. */
  readonly rest: string;
}

const offset = String.raw`(?:gmt|utc?)?[-+]\d{1,2}(?::?\d{2})?(?!\d)`;
const namedZone = '(?:z|utc|ut|gmt|[ecmp][sd]t)(?![a-z0-9])';
const zone = String.raw`(?:\s*(${offset}|${namedZone}))?`;
const fraction = String.raw`(?:[.,](\d+))?`;
const clockForm = new RegExp(
  String.raw`(?<!\d)(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?!\d)${fraction})?(?!\d)${zone}`,
  'i',
);
const basicClock = String.raw`(?:t|(?=\d{6}))(\d{2})(\d{2})(\d{2})?(?!\d)${fraction}${zone}`;
const basicForm = new RegExp(String.raw`(?<!\d)(\d{4})(\d{2})(\d{2})(?:${basicClock})?(?![a-z\d])`, 'i');

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName = `(${months.join('|')})[a-z]*\\.?`;
const isoDate = /(?<!\d)(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?!\d)/;
const monthFirst = new RegExp(
  String.raw`\b${monthName}\s+(\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:\s*,?\s+(\d{4})(?!\d))?`,
  'i',
);
const dayFirst = new RegExp(
  String.raw`(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s-]+${monthName}(?:[\s,-]+(\d{4})(?!\d))?`,
  'i',
);

/** Longer than any date that somebody writes, and short enough for the patterns above. */
const charactersMax = 100;

const weekday = /^(?:sun|mon|tue|wed|thu|fri|sat)(?:day|sday|nesday|rsday|urday)?$/i;
const zoneHours: Record<string, number> = { e: -5, c: -6, m: -7, p: -8 };

/** The instant that a text means, or null where it means none. `now` fills in what it leaves out above. */
export function parseRubyTime(text: string, now: Instant): Instant | null {
  if (text.length > charactersMax) return null;
  const basic = takeBasic(text);
  if (basic !== null) return isNoise(basic.rest) ? instantOf(basic.value.date, basic.value.clock) : null;
  const clock = takeClock(text);
  const today = new Date(Math.floor(now / 1000));
  const date = takeDate(clock?.rest ?? text, today.getUTCFullYear());
  if ((clock === null && date === null) || !isNoise(date?.rest ?? clock?.rest ?? text)) return null;
  const present = { year: today.getUTCFullYear(), month: today.getUTCMonth() + 1, day: today.getUTCDate() };
  return instantOf(date?.value ?? present, clock?.value ?? midnight);
}

/**
 * The instant of a date and a time of day in UTC. Days that a month lacks roll over into the next one, as do
 * 24:00 and a leap second; null where Ruby finds an argument out of range.
 */
export function rolledInstant(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): Instant | null {
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const isClock = hour <= 23 || (hour === 24 && minute === 0 && second === 0);
  if (!isDate || !isClock || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const instant = date.getTime() * 1000 + (hour * 3600 + minute * 60 + second) * microsPerSecond;
  return isInstant(instant) ? instant : null;
}

const midnight: Clock = { hour: 0, minute: 0, second: 0, micros: 0, offsetMinutes: 0 };

function instantOf(date: CivilDate, clock: Clock): Instant | null {
  const { hour, minute, second } = clock;
  const civil = rolledInstant(date.year, date.month, date.day, hour, minute, second);
  if (civil === null || Number.isNaN(clock.offsetMinutes)) return null;
  const instant = civil + clock.micros - clock.offsetMinutes * 60 * microsPerSecond;
  return isInstant(instant) ? instant : null;
}

function takeBasic(text: string): Taken<{ readonly date: CivilDate; readonly clock: Clock }> | null {
  const match = basicForm.exec(text);
  if (match === null) return null;
  const [whole, year, month, day, hour, minute, second, digits, zoneText] = match;
  const date = { year: Number(year), month: Number(month), day: Number(day) };
  return {
    value: { date, clock: clockOf(hour, minute, second, digits, zoneText) },
    rest: without(text, whole),
  };
}

function takeClock(text: string): Taken<Clock> | null {
  const match = clockForm.exec(text);
  if (match === null) return null;
  const [whole, hour, minute, second, digits, zoneText] = match;
  return { value: clockOf(hour, minute, second, digits, zoneText), rest: without(text, whole) };
}

function clockOf(
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  digits: string | undefined,
  zoneText: string | undefined,
): Clock {
  return {
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    micros: Number((digits ?? '').padEnd(6, '0').slice(0, 6)),
    offsetMinutes: zoneText === undefined ? 0 : offsetOf(zoneText.toLowerCase()),
  };
}

/** Minutes east of Greenwich; NaN for an offset that no place has. */
function offsetOf(zoneText: string): number {
  const match = /([-+])(\d{1,2}):?(\d{2})?$/.exec(zoneText);
  if (match === null) {
    const standard = zoneHours[zoneText.charAt(0)];
    if (standard === undefined || zoneText.length !== 3) return 0;
    return (standard + (zoneText.charAt(1) === 'd' ? 1 : 0)) * 60;
  }
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (hours * 60 + minutes) * (match[1] === '-' ? -1 : 1);
}

function takeDate(text: string, thisYear: number): Taken<CivilDate> | null {
  const iso = isoDate.exec(text);
  if (iso !== null) {
    const value = { year: Number(iso[1]), month: Number(iso[3]), day: Number(iso[4]) };
    return { value, rest: without(text, iso[0]) };
  }
  const named = dayFirst.exec(text);
  if (named !== null) return namedDate(text, named[0], named[2], named[1], named[3], thisYear);
  const american = monthFirst.exec(text);
  if (american === null) return null;
  return namedDate(text, american[0], american[1], american[2], american[3], thisYear);
}

function namedDate(
  text: string,
  whole: string,
  month: string | undefined,
  day: string | undefined,
  year: string | undefined,
  thisYear: number,
): Taken<CivilDate> {
  const value = {
    year: Number(year ?? thisYear),
    month: months.indexOf((month ?? '').toLowerCase()) + 1,
    day: Number(day),
  };
  return { value, rest: without(text, whole) };
}

function without(text: string, part: string): string {
  return text.replace(part, () => ' ');
}

/** Whether nothing is left over that could have meant something. */
function isNoise(rest: string): boolean {
  const words = rest.split(/[\s,]+/);
  return words.every((word) => /^t?$|^\d{1,2}:\d{2}$/i.test(word) || weekday.test(word));
}
