// Events on domains, which the original does not record at all.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('domain', { source: 'gap', auditClass: 'policy-change' });

export const domains: readonly CatalogEntry[] = [
  on.create('audit.domain.create', firstRelease, '{actor} created domain {target}', {
    fields: `request request.name request.internal request.router_group_guid
      request.owning_organization_guid request.relationships.* request.metadata.*`,
  }),
  on.update('audit.domain.update', firstRelease, '{actor} changed domain {target}', {
    fields: 'request request.metadata.*',
  }),
  on.delete('audit.domain.delete', firstRelease, '{actor} deleted domain {target}'),
  on.update('audit.domain.share', firstRelease, '{actor} shared domain {target} with an organization', {
    fields: 'target_organization_guid',
  }),
  on.update(
    'audit.domain.unshare',
    firstRelease,
    '{actor} stopped sharing domain {target} with an organization',
    { fields: 'target_organization_guid' },
  ),
];
