// The `q` of V2: what stands in it (for every V2 collection), and what it means for events (events-api.md
// A.3, A.4). Both texts of refusals that clients know, the wrong name and nothing else, are the original's.
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { and, type Comparison, type Filter, nothing, or, type TextField } from './ast.ts';
import { compareText } from './matches.ts';
import { badQuery, quoted } from './parameters.ts';
import { parseRubyTime } from './ruby-time.ts';
import { rangeFilter, type TimeRange } from './time-range.ts';

export type Operator = ':' | ' IN ' | Comparison;

/** One segment of a `q`: `type:audit.app.create`. */
export interface Condition {
  readonly attribute: string;
  /** null: the name stood alone. */
  readonly operator: Operator | null;
  readonly value: string;
}

/** What an operator at the leftmost place looks like; at one place the longer wins. */
const operatorForm = /:|>=|<=|<|>| IN /;

/**
 * Reads all `q` values of a request; their conditions are ANDed.
 * @param attributes the names that the collection lets its callers filter by.
 * @throws AppError BadQueryParameter with the wrong name, as the original words it.
 */
export function parseQ(values: readonly string[], attributes: readonly string[]): Condition[] {
  const conditions = values.flatMap(segmentsOf).map((segment) => conditionOf(segment));
  if (conditions.length > limits.queryConditionsMax) {
    throw badQuery(`q takes at most ${limits.queryConditionsMax} conditions`);
  }
  const wrong = conditions.find((condition) => !attributes.includes(condition.attribute));
  if (wrong !== undefined) throw badQuery(wrong.attribute);
  return conditions;
}

/** The items of an ` IN ` list: nothing is trimmed or escaped, trailing empty items are dropped. */
export function listItems(value: string): string[] {
  const items = withoutTrailingEmpty(value.split(','));
  if (items.length > limits.filterValuesMax) {
    throw badQuery(`a list in q takes at most ${limits.filterValuesMax} values`);
  }
  return items;
}

/** `;` separates, `;;` is a literal `;`. Parameters hold no NUL (parameters.ts), so it stands for that. */
function segmentsOf(q: string): string[] {
  const parts = withoutTrailingEmpty(q.replaceAll(';;', '\0').split(';'));
  return parts.map((part) => part.replaceAll('\0', ';'));
}

function conditionOf(segment: string): Condition {
  const match = operatorForm.exec(segment);
  if (match === null) return { attribute: segment, operator: null, value: '' };
  const operator = operators[match[0]] ?? null;
  const value = segment.slice(match.index + match[0].length);
  return { attribute: segment.slice(0, match.index), operator, value };
}

const operators: Readonly<Record<string, Operator>> = {
  ':': ':',
  ' IN ': ' IN ',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function withoutTrailingEmpty(parts: readonly string[]): string[] {
  return parts.slice(0, parts.findLastIndex((part) => part !== '') + 1);
}

const textFields: Readonly<Record<string, TextField>> = {
  type: 'type',
  actee: 'target',
  space_guid: 'space',
  organization_guid: 'organization',
};

/** What `q` accepts on events. */
export const eventAttributes: readonly string[] = ['timestamp', ...Object.keys(textFields)];

/**
 * The meaning of conditions on events.
 * @param now fills in what a lenient timestamp leaves out (`10:00` is today).
 * @throws AppError BadQueryParameter for a timestamp that is none (the original: 500).
 */
export function eventFilter(conditions: readonly Condition[], now: Instant): Filter {
  const filters = conditions.map((condition) => {
    const field = textFields[condition.attribute];
    return field === undefined ? timestampFilter(condition, now) : textFilter(field, condition);
  });
  return and(...tightest(filters));
}

/** Of several lower or upper bounds on one text field, the one that lets the fewest through stands for all. */
function tightest(filters: readonly Filter[]): Filter[] {
  const bounds = new Map<string, Filter & { kind: 'text' }>();
  for (const filter of filters) {
    if (filter.kind !== 'text') continue;
    const key = `${filter.field}${filter.op.charAt(0)}`;
    const known = bounds.get(key);
    if (known === undefined || isTighter(filter, known)) bounds.set(key, filter);
  }
  return [...filters.filter(({ kind }) => kind !== 'text'), ...bounds.values()];
}

function isTighter(one: Filter & { kind: 'text' }, other: Filter & { kind: 'text' }): boolean {
  const order = compareText(one.value, other.value);
  if (order === 0) return one.op.length < other.op.length;
  return one.op.startsWith('>') ? order > 0 : order < 0;
}

function textFilter(field: TextField, condition: Condition): Filter {
  const { operator, value } = condition;
  if (operator === null) return nothing;
  if (operator === ':') return { kind: 'in', field, values: [value] };
  if (operator !== ' IN ') return { kind: 'text', field, op: operator, value };
  const values = listItems(value);
  return values.length === 0 ? nothing : { kind: 'in', field, values };
}

function timestampFilter(condition: Condition, now: Instant): Filter {
  const { operator, value } = condition;
  if (operator === null) {
    throw badQuery('timestamp needs an operator and a time, such as timestamp>2018-02-01T10:00:00Z');
  }
  const times = operator === ' IN ' ? listItems(value) : [value];
  if (times.length > limits.filterTimesMax) {
    throw badQuery(`a list of timestamps takes at most ${limits.filterTimesMax} of them`);
  }
  const ranges = times
    .filter((time) => time !== '')
    .map((time) => rangeFilter(rangeOf(operator, timeOf(time, now))));
  return or(...ranges);
}

/** The original adds 0.99999 s where a second that clients see stands for all that it may hide. */
const secondMicros = microsPerSecond - 10 + 1;

function rangeOf(operator: Operator, time: Instant): TimeRange {
  switch (operator) {
    case '<':
      return { from: null, until: time };
    case '>=':
      return { from: time, until: null };
    case '<=':
      return { from: null, until: time + secondMicros };
    case '>':
      return { from: time + secondMicros, until: null };
    default:
      return { from: time, until: time + secondMicros };
  }
}

function timeOf(text: string, now: Instant): Instant {
  const time = parseRubyTime(text, now);
  if (time !== null) return time;
  throw badQuery(`timestamp cannot be ${quoted(text)}; write it like 2018-02-01T10:00:00Z`);
}
