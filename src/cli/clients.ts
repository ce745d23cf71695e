// OAuth clients as `hansard client` changes them, on a server or in a data folder.
import type { Offline } from '../compose.ts';
import { systemRandom } from '../core/guid.ts';
import { limits } from '../core/limits.ts';
import { itemsAt, textAt } from '../export/field.ts';
import {
  type Client,
  clientOf,
  clientTable,
  generateSecret,
  grantTypesOf,
  hashSecret,
  newClient,
} from '../identity/client.ts';
import { every } from '../store/table.ts';
import { allListed, answered } from './directory.ts';
import type { Remote } from './remote.ts';

/** What is told of a client; never its secret. */
export interface ShownClient {
  readonly id: string;
  readonly grants: readonly string[];
  /** What it may do itself. */
  readonly authorities: readonly string[];
  /** What users may be granted through it. */
  readonly scopes: readonly string[];
}

export interface WantedClient extends ShownClient {
  readonly secret: string;
}

/** All of them throw CliFailure or AppError with a sentence. */
export interface Clients {
  list(): Promise<ShownClient[]>;
  add(wanted: WantedClient): Promise<ShownClient>;
  remove(id: string): Promise<void>;
}

/** A secret that nobody can guess. */
export function madeUpSecret(): string {
  return generateSecret(systemRandom).secret;
}

/** Clients of a server. */
export function clientsOf(remote: Remote): Clients {
  return {
    list: async () => (await allListed(remote, '/oauth/clients?sortBy=client_id')).map(ofResource),
    async add({ id, secret, grants, authorities, scopes: scope }) {
      const body = {
        client_id: id,
        client_secret: secret,
        authorized_grant_types: grants,
        authorities,
        scope,
      };
      return ofResource(await answered(remote, '/oauth/clients', 'POST', body));
    },
    async remove(id) {
      await answered(remote, `/oauth/clients/${encodeURIComponent(id)}`, 'DELETE');
    },
  };
}

/** Clients in a data folder. */
export function clientsIn({ store, run, doer, passwords }: Offline): Clients {
  return {
    async list() {
      const order = [{ column: 'id', direction: 'asc' }] as const;
      const rows = await store.rows(clientTable, { where: every, order, limit: limits.directoryRowsMax });
      return rows.map(clientOf).map(ofClient);
    },
    async add({ secret, grants, ...wanted }) {
      const secretHash = await hashSecret(secret, passwords);
      const client = newClient({ ...wanted, grantTypes: grantTypesOf(grants), secretHash });
      return ofClient(await run('client.create', { doer, client, mayHaveRoles: true }));
    },
    async remove(id) {
      await run('client.delete', { doer, id });
    },
  };
}

function ofResource(resource: unknown): ShownClient {
  const texts = (name: string): string[] =>
    itemsAt(resource, name)
      .map(String)
      .filter((text) => text !== 'uaa.none');
  return {
    id: textAt(resource, 'client_id'),
    grants: texts('authorized_grant_types'),
    authorities: texts('authorities'),
    scopes: texts('scope'),
  };
}

function ofClient({ id, grantTypes: grants, authorities, scopes }: Client): ShownClient {
  return { id, grants, authorities, scopes };
}
