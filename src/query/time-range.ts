// Ranges of time on whole microseconds: the one place where the second arithmetic of V2 and V3 ends up.
import type { Instant } from '../core/instant.ts';
import { and, everything, type Filter } from './ast.ts';

/** `from` belongs to the range, `until` does not; null: open. */
export interface TimeRange {
  readonly from: Instant | null;
  readonly until: Instant | null;
}

/** The events whose time lies in the range. */
export function rangeFilter(range: TimeRange): Filter {
  return and(
    range.from === null ? everything : { kind: 'time', op: '>=', value: range.from },
    range.until === null ? everything : { kind: 'time', op: '<', value: range.until },
  );
}
