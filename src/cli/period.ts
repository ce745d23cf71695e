// Points in time as people type them: `7d`, `2026-01-01`, or RFC 3339. Answers are whole seconds in UTC, the
// precision that both event APIs filter by.
import { civilInstant, type Instant, microsPerSecond, parseInstant, secondsText } from '../core/instant.ts';
import { wrongUsage } from './failure.ts';

const secondsOf: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };
const ago = /^(\d{1,6})([mhdw])$/;
const day = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * The second at or before the point in time that a text names; for an end, at or after it.
 * Throws CliFailure (wrong usage) for anything else.
 */
export function pointInTime(text: string, now: Instant, rounding: 'down' | 'up'): string {
  const instant = read(text, now);
  if (instant === null) {
    throw wrongUsage(
      `"${text}" is no point in time: write 30m, 24h, 7d, 2w, 2026-01-01 or 2026-01-01T09:30:00Z (UTC).`,
    );
  }
  return secondsText(rounding === 'up' ? instant + microsPerSecond - 1 : instant);
}

function read(text: string, now: Instant): Instant | null {
  const span = ago.exec(text);
  if (span !== null) return now - Number(span[1]) * (secondsOf[span[2] ?? ''] ?? 0) * microsPerSecond;
  const date = day.exec(text);
  if (date !== null) return civilInstant(Number(date[1]), Number(date[2]), Number(date[3]), 0, 0, 0);
  return parseInstant(text)?.instant ?? null;
}
