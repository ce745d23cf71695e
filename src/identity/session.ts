// Sessions: one row for each log-in, from the grant until it is ended or expires. Access tokens name their
// session and are worth nothing without it; the refresh token is random, and only its digest is stored. What
// opens and closes them is login.ts.
import { createHash } from 'node:crypto';
import type { Random } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import type { Readers, Transaction } from '../store/contract.ts';
import { equals, type Row, type Table } from '../store/table.ts';

/** `account_guid` is '' for a client's own session; `scopes` is what was granted at most. */
export const sessionTable: Table = {
  name: 'session',
  columns: {
    guid: 'text',
    account_guid: 'text',
    client_id: 'text',
    refresh_hash: 'text?',
    scopes: 'json',
    created_at: 'instant',
    expires_at: 'instant',
  },
  key: ['guid'],
  unique: [['refresh_hash']],
  indexes: [['account_guid'], ['client_id'], ['expires_at']],
  bookkeeping: true,
};

export interface Session {
  readonly guid: string;
  readonly accountGuid: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Instant;
}

/** Told by its beginning, so that it is hidden wherever it turns up by mistake (event/secrets.ts). */
export function newRefreshToken(random: Random): string {
  return `hansard_refresh_${Buffer.from(random(32)).toString('base64url')}`;
}

export function refreshHashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function sessionOf(row: Row): Session {
  return {
    guid: String(row.guid),
    accountGuid: String(row.account_guid),
    clientId: String(row.client_id),
    scopes: JSON.parse(String(row.scopes)),
    expiresAt: Number(row.expires_at),
  };
}

export async function sessionByGuid(readers: Readers, guid: string): Promise<Session | null> {
  const [row] = await readers.rows(sessionTable, { where: equals('guid', guid), limit: 1 });
  return row === undefined ? null : sessionOf(row);
}

export async function sessionByRefreshToken(readers: Readers, token: string): Promise<Session | null> {
  const where = equals('refresh_hash', refreshHashOf(token));
  const [row] = await readers.rows(sessionTable, { where, limit: 1 });
  return row === undefined ? null : sessionOf(row);
}

/** Ends the sessions whose columns equal those given; answers how many. */
export function endSessions(tx: Transaction, where: Row): number {
  return tx.remove(sessionTable, where);
}
