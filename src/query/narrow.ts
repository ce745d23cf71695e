// What a reader may see becomes a part of every question before a store can be asked: stores and plans take only a
// NarrowedQuery, and only this file makes one.
import { createHash } from 'node:crypto';
import type { Audience } from '../event/event.ts';
import type { Filter } from './ast.ts';

/** An organization or a space of one origin; guids of different origins are different places. */
export interface Place {
  readonly origin: string;
  readonly guid: string;
}

/** What a reader may see. `organizations` includes everything in their spaces. */
export type Visibility =
  | { readonly kind: 'all' }
  | {
      readonly kind: 'places';
      readonly organizations: readonly Place[];
      readonly spaces: readonly Place[];
    };

declare const narrowed: unique symbol;

/** A filter with its reader's visibility in it. Crosses threads; made by `narrow` alone. */
export interface NarrowedQuery {
  readonly [narrowed]: true;
  readonly filter: Filter;
  readonly visibility: Visibility;
  /** null: whatever the filter itself names (a request that names a `log` type). */
  readonly audience: Audience | null;
  /** Changes whenever filter, audience or visibility do; carried by page links. */
  readonly digest: string;
}

/**
 * Binds a question to what its reader may see.
 * @param audiences `platform`: the compatible APIs, which answer `log` events only where the filter names such a
 * type itself; `all`: both.
 * @param audienceOf the catalog's audience of a type.
 */
export function narrow(
  filter: Filter,
  visibility: Visibility,
  audiences: 'platform' | 'all',
  audienceOf: (type: string) => Audience,
): NarrowedQuery {
  const audience = audiences === 'all' || namesLogType(filter, audienceOf) ? null : 'platform';
  const text = JSON.stringify([filter, visibility, audience]);
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 16);
  return { filter, visibility, audience, digest } as NarrowedQuery;
}

/** Whether every event that the filter lets through has a type named in it, a `log` type among them. */
function namesLogType(filter: Filter, audienceOf: (type: string) => Audience): boolean {
  if (filter.kind === 'and') return filter.all.some((part) => namesLogType(part, audienceOf));
  if (filter.kind !== 'in' || filter.field !== 'type') return false;
  return filter.values.some((type) => audienceOf(type) === 'log');
}
