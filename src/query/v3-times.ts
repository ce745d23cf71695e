// `created_ats` and `updated_ats` of V3 lists: whole seconds, alone or with `[lt] [lte] [gt] [gte]`, and the
// original's messages about them (events-api.md B.1, B.2).
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { commaList, quoted, rubyText, type Value } from './parameters.ts';
import { rolledInstant } from './ruby-time.ts';
import type { TimeRange } from './time-range.ts';

/** Alternatives, of which one must hold; all lists of alternatives must. */
export type TimeRanges = readonly (readonly TimeRange[])[];

const format = 'YYYY-MM-DDThh:mm:ssZ';
const form = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z$/;

/** Reads one of the two parameters; what is wrong goes to `messages`, which begin with `label`. */
export function readTimes(value: Value, label: string, messages: string[]): TimeRanges {
  if (value.kind === 'map') {
    return [...value.members].map(([operator, inner]) => {
      const range = ranges.get(operator);
      if (range === undefined) messages.push(`${label} Invalid relational operator: '${operator}'`);
      const text = rubyText(inner);
      if (text.includes(',')) {
        messages.push(`${label} only accepts one value when using a relational operator`);
        return [];
      }
      return [readSecond(text, label, messages)].map(range ?? within);
    });
  }
  if (value.kind === 'text' && value.text === null) return [];
  const texts = commaList(rubyText(value));
  if (texts.length > limits.filterTimesMax) {
    messages.push(`${label} takes at most ${limits.filterTimesMax} values`);
    return [];
  }
  return [texts.map((text) => within(readSecond(text, label, messages)))];
}

/** What each operator means for times that may have fractions below the seconds that clients see. */
const ranges = new Map<string, (second: Instant) => TimeRange>([
  ['lt', (second) => ({ from: null, until: second })],
  ['lte', (second) => ({ from: null, until: second + microsPerSecond })],
  ['gt', (second) => ({ from: second + microsPerSecond, until: null })],
  ['gte', (second) => ({ from: second, until: null })],
]);

function within(second: Instant): TimeRange {
  return { from: second, until: second + microsPerSecond };
}

function readSecond(text: string, label: string, messages: string[]): Instant {
  const match = form.exec(text);
  if (match === null) {
    messages.push(`${label} has an invalid timestamp format. Timestamps should be formatted as '${format}'`);
    return 0;
  }
  const field = (index: number): number => Number(match[index]);
  const instant = rolledInstant(field(1), field(2), field(3), field(4), field(5), field(6));
  if (instant === null) messages.push(`${label} names a time that does not exist: ${quoted(text)}`);
  return instant ?? 0;
}
