// What a route can say of itself for the OpenAPI document, beyond method, path, access and summary. All of it may be
// left out: conventions.ts finds the usual from the path.
import type { V2ListSpec } from '../../query/v2-list.ts';
import type { V3ListSpec } from '../../query/v3-list.ts';
import type { Schema } from './schema.ts';

/** A body: the name of a described schema, sent as JSON, or a schema with the media type it is sent in. */
export type Content = string | { readonly mediaType: string; readonly schema: Schema };

/** What a list of V2 or V3 can be asked for: its own specification, which the parser goes by. */
export type ListSpec = V3ListSpec | Pick<V2ListSpec, 'attributes' | 'orderBy'>;

/**
 * Who may call, where the route's access does not say it: `anybody`; `client` an OAuth client by its secret; a token
 * with one of some scopes (with none named, any good token), or whoever `or` describes.
 */
export type Caller = 'anybody' | 'client' | { readonly scopes: readonly string[]; readonly or?: string };

export interface About {
  /** The heading under which the operation stands. */
  readonly tag?: string;
  /** More than the summary says. */
  readonly description?: string;
  /** null: no list, although the path looks like one. */
  readonly list?: ListSpec | null;
  /** What `include` takes, where the answer is a single resource. */
  readonly include?: readonly string[];
  /** Parameters of the query by name, beside those of the list. */
  readonly query?: Readonly<Record<string, Schema>>;
  /** Values of parameters, by name, that make a good example. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** null: no body, although the method looks like one. */
  readonly request?: Content | null;
  /** null: an answer without a body. */
  readonly response?: Content | null;
  /** The status of success. */
  readonly status?: number;
  /** What else can be answered, by status. */
  readonly also?: Readonly<Record<number, Content | null>>;
  readonly caller?: Caller;
}
