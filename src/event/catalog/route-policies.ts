// Events on route policies: who may call a route.
import { type CatalogEntry, noun } from './entry.ts';

const on = noun('route_policy', { auditClass: 'policy-change' });

export const routePolicies: readonly CatalogEntry[] = [
  on.create('audit.route_policy.create', '2026-06-25', '{actor} created route policy {target}', {
    fields: 'request request.source request.relationships.* request.metadata.*',
  }),
  on.update('audit.route_policy.update', '2026-06-25', '{actor} changed route policy {target}', {
    fields: 'request request.*',
  }),
  on.delete('audit.route_policy.delete', '2026-06-25', '{actor} deleted route policy {target}'),
];
