// Who is asking: what a verified access token says. The token's scopes decide what may be asked at all; roles in
// organizations and spaces decide the rest (role.ts).
import type { Context } from '../event/event.ts';
import type { Doer } from '../log/append.ts';

/** The subject of a verified token. */
export interface Principal {
  readonly kind: 'user' | 'client';
  /** user_id of a user, client_id of a client: the actor guid of its events. */
  readonly guid: string;
  /** user_name claim; '' for clients. */
  readonly username: string;
  /** email claim; '' for clients. */
  readonly email: string;
  /** The OAuth client through which the token was granted. */
  readonly client: string;
  readonly scopes: readonly string[];
}

export type GlobalRole = 'admin' | 'admin_read_only' | 'global_auditor';

const globalScopes: readonly (readonly [string, GlobalRole])[] = [
  ['cloud_controller.admin', 'admin'],
  ['cloud_controller.admin_read_only', 'admin_read_only'],
  ['cloud_controller.global_auditor', 'global_auditor'],
];

/** The strongest global role that the scopes give, or null. Global readers need no other scope to read. */
export function globalRole(principal: Principal): GlobalRole | null {
  return globalScopes.find(([scope]) => principal.scopes.includes(scope))?.[1] ?? null;
}

/** Whether the token lets its holder read at all (events-api.md, section C). */
export function mayRead(principal: Principal): boolean {
  return globalRole(principal) !== null || principal.scopes.includes('cloud_controller.read');
}

/** Whether the token lets its holder change anything. */
export function mayWrite(principal: Principal): boolean {
  return globalRole(principal) === 'admin' || principal.scopes.includes('cloud_controller.write');
}

/** The doer of what a principal asks for. */
export function doerOf(principal: Principal, context: Context): Doer {
  return {
    actor: { type: 'user', guid: principal.guid },
    name: principal.email,
    username: principal.username,
    context: { ...context, client: principal.client },
  };
}

/** Hansard itself: first start, seeding, records of the log about itself. */
export function systemDoer(context: Context): Doer {
  return { actor: { type: 'system', guid: 'system' }, name: 'system', username: 'system', context };
}
