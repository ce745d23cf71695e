// Events on the quotas of organizations.
import { type CatalogEntry, noun } from './entry.ts';

const on = noun('organization_quota', { auditClass: 'policy-change' });

const fields = `request request.name request.apps.* request.services.* request.routes.* request.domains.*
  request.relationships.*`;

export const organizationQuotas: readonly CatalogEntry[] = [
  on.create('audit.organization_quota.create', '2026-01-21', '{actor} created organization quota {target}', {
    fields,
  }),
  on.update('audit.organization_quota.update', '2026-01-21', '{actor} changed organization quota {target}', {
    fields,
  }),
  on.delete('audit.organization_quota.delete', '2026-01-21', '{actor} deleted organization quota {target}'),
  on.update(
    'audit.organization_quota.apply',
    '2026-01-21',
    '{actor} gave an organization the quota {target}',
    { fields: 'organization_guid organization_name' },
  ),
];
