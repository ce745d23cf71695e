// OAuth clients, as far as the command line looks them up (`cf set-org-role --client`).
import { microsPerSecond } from '../../core/instant.ts';
import { clientById } from '../../identity/client.ts';
import { Denied } from '../../identity/denied.ts';
import type { Answer, Route } from '../route.ts';
import { uaaRoute, type Visit, visitorOf } from './dialect.ts';

export const routes: readonly Route[] = [
  uaaRoute({ method: 'GET', path: '/oauth/clients/:id', summary: 'One OAuth client' }, oneClient),
];

async function oneClient(visit: Visit): Promise<Answer> {
  await visitorOf(visit, ['clients.read', 'clients.admin', 'uaa.admin']);
  const client = await clientById(visit.services.store, visit.params.id ?? '');
  if (client === null) throw new Denied(404, 'not_found', 'There is no client with this id.');
  const { id, scopes, authorities, grantTypes, createdAt } = client;
  return {
    status: 200,
    body: {
      client_id: id,
      name: id,
      scope: scopes,
      authorities,
      authorized_grant_types: grantTypes,
      resource_ids: ['none'],
      autoapprove: [],
      lastModified: Math.floor((createdAt / microsPerSecond) * 1000),
    },
  };
}
