// What identity begins with: the administrator's account and the command line's client. Part of the first
// start, whose one event (`audit.log.started`) tells what is answered here.
import { newGuid, type Random } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import type { Transaction } from '../store/contract.ts';
import { insertAccount, newAccount } from './account.ts';
import { cfClient, insertClient } from './client.ts';
import { adminScopes } from './scope.ts';

/** Plain data for the event; no hash, no secret. */
export interface SeededIdentity {
  readonly account: {
    readonly guid: string;
    readonly username: string;
    readonly origin: string;
    readonly email: string;
    readonly scopes: readonly string[];
  };
  readonly clients: readonly { readonly id: string; readonly grants: readonly string[] }[];
}

/** Inserts the account `admin` and the client `cf`. */
export function seedIdentity(
  tx: Transaction,
  at: Instant,
  { adminPasswordHash, random }: { readonly adminPasswordHash: string; readonly random: Random },
): SeededIdentity {
  const admin = newAccount({ username: 'admin', passwordHash: adminPasswordHash, scopes: adminScopes });
  const { guid, username, origin, email, scopes } = insertAccount(
    tx,
    admin,
    newGuid(Math.floor(at / 1000), random),
    at,
  );
  const client = insertClient(tx, cfClient, at);
  return {
    account: { guid, username, origin, email, scopes },
    clients: [{ id: client.id, grants: client.grantTypes }],
  };
}
