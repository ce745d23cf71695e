// The one form in which a question about events exists between the parsers (v2-q, v3-params, search) and what
// answers it (matches: the reference evaluator; each store's own compilation). Data only.
import type { Instant } from '../core/instant.ts';

/** Text fields compare by the bytes of their UTF-8 form. `guid` is the event's own. */
export type TextField =
  | 'guid'
  | 'type'
  | 'actor'
  | 'target'
  | 'space'
  | 'organization'
  | 'origin'
  | 'outcome';

export type Comparison = '<' | '<=' | '>' | '>=';

export type Filter =
  | { readonly kind: 'everything' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'and'; readonly all: readonly Filter[] }
  | { readonly kind: 'or'; readonly any: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  /** The field has one of the values. `space` and `organization` have '' where an event has none. */
  | { readonly kind: 'in'; readonly field: TextField; readonly values: readonly string[] }
  | { readonly kind: 'prefix'; readonly field: 'type'; readonly prefix: string }
  | { readonly kind: 'text'; readonly field: TextField; readonly op: Comparison; readonly value: string }
  | { readonly kind: 'time'; readonly op: Comparison; readonly value: Instant }
  /** A name of the actor or the target, exactly. Not reachable through the compatible APIs. */
  | { readonly kind: 'name'; readonly of: 'actor' | 'target'; readonly values: readonly string[] };

export const everything: Filter = { kind: 'everything' };
export const nothing: Filter = { kind: 'nothing' };

/** The conjunction, flattened; `everything` disappears, `nothing` wins. */
export function and(...all: readonly Filter[]): Filter {
  const parts = all.flatMap((part) => (part.kind === 'and' ? part.all : [part]));
  if (parts.some((part) => part.kind === 'nothing')) return nothing;
  const needed = parts.filter((part) => part.kind !== 'everything');
  if (needed.length < 2) return needed[0] ?? everything;
  return { kind: 'and', all: needed };
}

/** The disjunction, flattened; `nothing` disappears, `everything` wins. */
export function or(...any: readonly Filter[]): Filter {
  const parts = any.flatMap((part) => (part.kind === 'or' ? part.any : [part]));
  if (parts.some((part) => part.kind === 'everything')) return everything;
  const needed = parts.filter((part) => part.kind !== 'nothing');
  if (needed.length < 2) return needed[0] ?? nothing;
  return { kind: 'or', any: needed };
}

export type Direction = 'asc' | 'desc';
