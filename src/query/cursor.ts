// The place in a list that a page link carries, as text. It holds no secret and gives no right: whoever
// changes it still sees only what the narrowed query lets through.
import { isInstant } from '../core/instant.ts';
import type { EventKey } from '../event/event.ts';
import type { Direction } from './ast.ts';
import { badQuery, quoted } from './parameters.ts';

/** Where the page of a cursor begins: beside a key, or at the place that its number says. */
export type CursorPosition =
  | { readonly kind: 'after' | 'before'; readonly key: EventKey }
  | { readonly kind: 'at' };

export interface Cursor {
  readonly position: CursorPosition;
  /** The page that this cursor leads to, its size and the direction of its list. */
  readonly page: number;
  readonly perPage: number;
  readonly direction: Direction;
  /** The highest event id that stood in the store when the first page was answered. */
  readonly bound: number;
  /** How many events the list had then. */
  readonly total: number;
  /** Of filter and visibility (narrow.ts): while it stays the same, so does the total. */
  readonly digest: string;
}

/** The text form: base64url of a compact JSON array. */
export function encodeCursor(cursor: Cursor): string {
  const { position, page, perPage, direction, bound, total, digest } = cursor;
  const key = position.kind === 'at' ? null : [position.key.occurredAt, position.key.id];
  const fields = [position.kind, key, page, perPage, direction, bound, total, digest];
  return Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/**
 * Reads what `encodeCursor` wrote.
 * @throws AppError BadQueryParameter for anything else.
 */
export function decodeCursor(text: string): Cursor {
  const cursor = cursorOf(fieldsOf(text));
  if (cursor !== null && encodeCursor(cursor) === text) return cursor;
  throw badQuery(`cursor ${quoted(text)} is not one that a page link of this server carries; leave it out`);
}

function fieldsOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

function cursorOf(fields: unknown): Cursor | null {
  if (!Array.isArray(fields) || fields.length !== 8) return null;
  const [kind, key, page, perPage, direction, bound, total, digest]: unknown[] = fields;
  const position = positionOf(kind, key);
  if (position === null || !isCount(page) || page < 1 || !isCount(perPage) || perPage < 1) return null;
  if (!isCount(bound) || !isCount(total) || typeof digest !== 'string') return null;
  if (direction !== 'asc' && direction !== 'desc') return null;
  return { position, page, perPage, direction, bound, total, digest };
}

function positionOf(kind: unknown, key: unknown): CursorPosition | null {
  if (kind === 'at') return key === null ? { kind } : null;
  if ((kind !== 'after' && kind !== 'before') || !Array.isArray(key)) return null;
  const [occurredAt, id]: unknown[] = key;
  if (typeof occurredAt !== 'number' || !isInstant(occurredAt) || !isCount(id)) return null;
  return { kind, key: { occurredAt, id } };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
