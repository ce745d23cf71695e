// Events on organizations themselves; who has which role in them stands in users.ts.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('organization');

export const organizations: readonly CatalogEntry[] = [
  on.create('audit.organization.create', '2017-01-20', '{actor} created organization {target}', {
    fields: `request request.name request.billing_enabled request.status request.quota_definition_guid
      request.user_guids request.manager_guids request.billing_manager_guids request.auditor_guids
      request.suspended request.metadata.*`,
  }),
  on.update('audit.organization.update', '2017-01-20', '{actor} changed organization {target}', {
    fields: `request request.name request.quota_definition_guid request.status request.billing_enabled
      request.default_isolation_segment_guid request.user_guids request.manager_guids
      request.billing_manager_guids request.auditor_guids request.verb request.relation request.related_guid
      request.suspended request.metadata.*`,
    auditClass: 'policy-change',
  }),
  on.delete('audit.organization.delete-request', '2017-01-20', '{actor} deleted organization {target}', {
    fields: 'request request.recursive',
    severity: 'critical',
  }),
  on.update(
    'audit.organization.default_isolation_segment_update',
    firstRelease,
    '{actor} changed the default isolation segment of organization {target}',
    { fields: 'request request.data.guid', source: 'gap', auditClass: 'policy-change' },
  ),
];
