// Log-ins as the writer records them: the session and its event in one transaction, before any token is
// answered.
import { AppError } from '../core/error.ts';
import { newGuid } from '../core/guid.ts';
import { type Instant, microsPerSecond } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { append, type Doer, type Happening } from '../log/append.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { type Account, accountOf, accountTable } from './account.ts';
import { type Client, clientTable } from './client.ts';
import { endSessions, type Session, sessionTable } from './session.ts';

/** What a grant asks the writer for, once password or secret have been found right. */
export interface SessionOrder {
  readonly doer: Doer;
  /** The account as it was when its password was checked; null where the client speaks for itself. */
  readonly account: Pick<Account, 'guid' | 'username' | 'passwordChangedAt'> | null;
  /** The client as it was when its secret was checked. */
  readonly client: Pick<Client, 'id' | 'secretHash'>;
  readonly grant: string;
  readonly refreshHash: string | null;
  readonly scopes: readonly string[];
  readonly lastsSeconds: number;
}

/**
 * Work: records a log-in and opens its session. Throws InvalidAuthToken where the account or client has been
 * removed, deactivated or given another password or secret since it was checked.
 */
export function openSession(tx: Transaction, order: SessionOrder, scene: Scene): Session {
  return append(tx, scene, order.doer, (at) => {
    if (!mayStillLogIn(tx, order)) throw new AppError('InvalidAuthToken');
    clearExpired(tx, at);
    const { account, client, scopes, refreshHash } = order;
    const guid = newGuid(Math.floor(at / 1000), scene.random);
    const expiresAt = at + order.lastsSeconds * microsPerSecond;
    const session = { guid, accountGuid: account?.guid ?? '', clientId: client.id, scopes, expiresAt };
    tx.insert(sessionTable, {
      guid,
      account_guid: session.accountGuid,
      client_id: client.id,
      refresh_hash: refreshHash,
      scopes: JSON.stringify(scopes),
      created_at: at,
      expires_at: expiresAt,
    });
    return { events: [loggedIn(order)], result: session };
  });
}

/** Work: ends a session, as its owner asked. Answers whether there was one. */
export function closeSession(
  tx: Transaction,
  { doer, guid }: { readonly doer: Doer; readonly guid: string },
  scene: Scene,
): boolean {
  return append(tx, scene, doer, () => {
    const ended = endSessions(tx, { guid }) > 0;
    return { events: ended ? [loggedOut(doer)] : [], result: ended };
  });
}

function mayStillLogIn(tx: Transaction, { account, client }: SessionOrder): boolean {
  if (tx.get(clientTable, { id: client.id })?.secret_hash !== client.secretHash) return false;
  if (account === null) return true;
  const row = tx.get(accountTable, { guid: account.guid });
  if (row === undefined) return false;
  const now = accountOf(row);
  return now.active && now.passwordChangedAt === account.passwordChangedAt;
}

function clearExpired(tx: Transaction, at: Instant): void {
  const where = { kind: 'compare', column: 'expires_at', op: '<', value: at } as const;
  for (const { guid } of tx.find(sessionTable, { where, limit: limits.sessionsClearedAtOnce })) {
    if (guid !== undefined) endSessions(tx, { guid });
  }
}

function loggedIn({ account, client, grant }: SessionOrder): Happening {
  const data = { client: client.id, grant };
  if (account === null) {
    return {
      type: 'audit.log.token',
      target: { type: 'client', guid: client.id },
      targetName: client.id,
      data,
    };
  }
  const target = { type: 'user', guid: account.guid };
  return { type: 'audit.log.login', target, targetName: account.username, data };
}

function loggedOut(doer: Doer): Happening {
  const data = { client: doer.context.client ?? '' };
  return { type: 'audit.log.logout', target: doer.actor, targetName: doer.username ?? '', data };
}
