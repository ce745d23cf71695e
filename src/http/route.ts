// A route as data: one table of them is mounted by server.ts and described by the OpenAPI document. Handlers see
// neither Fastify nor sockets, only a Call; they answer with an Answer or throw an AppError.
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/guid.ts';
import type { Context } from '../event/event.ts';
import type { Operations } from '../foundation/operations.ts';
import type { Doors } from '../identity/doors.ts';
import type { Principal } from '../identity/principal.ts';
import type { Standing } from '../identity/role.ts';
import type { Tokens } from '../identity/token.ts';
import type { Doer } from '../log/append.ts';
import type { Disposer } from '../log/dispose.ts';
import type { LogServices, Verified } from '../log/log-services.ts';
import type { Store } from '../store/contract.ts';
import type { About } from './openapi/about.ts';

/** Which envelope errors have, and whose rules the parameters follow. */
export type Dialect = 'root' | 'v2' | 'v3' | 'uaa' | 'api';

/**
 * Who gets as far as the handler: `public` anybody; `token` whoever has a valid access token; `log` the same, and
 * anybody where the log is public; `read` and `write` those whose token has the scope for it (events-api.md, sections
 * A.7, B.4 and C).
 */
export type Access = 'public' | 'log' | 'token' | 'read' | 'write';

export interface Call {
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query as it was sent, without the question mark. */
  readonly query: string;
  /** The body as text; '' where there was none. */
  readonly body: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Peer address, claimed address, user agent, request id, interface. */
  readonly context: Context;
  /** The raw body, for the routes that declare `stream`. */
  readonly stream: AsyncIterable<Uint8Array> | null;
}

/** A call whose token has been verified. */
export interface KnownCall extends Call {
  readonly principal: Principal;
  readonly doer: Doer;
}

/** `body` is sent as JSON, unless it is a string that is JSON (or `headers` say what) already, or bytes. */
export interface Answer {
  readonly status: number;
  readonly body?: object | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What handlers work with; made by compose.ts. */
export interface Services {
  readonly store: Store;
  readonly now: Clock;
  readonly random: Random;
  /** Address in links, without a slash at the end. */
  readonly url: string;
  readonly tokens: Tokens;
  /** Passwords, grants, notes of what happens too often for an event each, and identity's work. */
  readonly doors: Doors;
  /** Roles and global role of a principal at this moment (cached, invalidated by commits). */
  standing(principal: Principal): Promise<Standing>;
  /** Origins whose guids are the built-in foundation's ('' first). */
  readonly origins: readonly string[];
  /** The page for Prometheus. */
  metrics(): Promise<Answer>;
  /** How the last verification of the whole log by this process ended; null before the first. */
  verified(): Verified | null;
  /** Keys, checkpoints and witnesses of the log. */
  readonly log: LogServices;
  /** Lets go what is past its term. */
  readonly disposer: Disposer;
  /** Runs an operation of the foundation in the writer. */
  readonly perform: Operations;
}

interface RouteHead {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters; `*` at its end stands for any rest. HEAD is answered wherever GET is. */
  readonly path: string;
  readonly dialect: Dialect;
  /** One line for the reference and the OpenAPI document. */
  readonly summary: string;
  /** Set where the body is read as a stream (imports) and not as bounded text. */
  readonly stream?: boolean;
  /** What the OpenAPI document says beyond what it finds from the path (openapi/conventions.ts). */
  readonly about?: About;
}

export type Route =
  | (RouteHead & {
      readonly access: 'public' | 'log';
      readonly handle: (call: Call, services: Services) => Promise<Answer> | Answer;
    })
  | (RouteHead & {
      readonly access: 'token' | 'read' | 'write';
      readonly handle: (call: KnownCall, services: Services) => Promise<Answer> | Answer;
    });
