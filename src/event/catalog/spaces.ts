// Events on spaces themselves; who has which role in them stands in users.ts.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('space');

const wholeSpace = { severity: 'warning', fields: 'request request.recursive' } as const;

export const spaces: readonly CatalogEntry[] = [
  on.create('audit.space.create', '2013-10-25', '{actor} created space {target}', {
    fields: `request request.name request.organization_guid request.allow_ssh request.developer_guids
      request.manager_guids request.auditor_guids request.security_group_guids request.domain_guids
      request.space_quota_definition_guid request.isolation_segment_guid
      request.relationships.organization.data.guid request.suspended request.metadata.*`,
  }),
  on.update('audit.space.update', '2013-10-25', '{actor} changed space {target}', {
    fields: `request request.name request.allow_ssh request.isolation_segment_guid request.developer_guids
      request.manager_guids request.auditor_guids request.security_group request.staging_security_group
      request.domain request.verb request.relation request.related_guid request.data.guid request.suspended
      request.metadata.*`,
    auditClass: 'policy-change',
  }),
  on.delete('audit.space.delete-request', '2013-10-28', '{actor} deleted space {target}', wholeSpace),
  on.delete('audit.space.delete', '2013-10-25', '{actor} deleted space {target}', {
    ...wholeSpace,
    until: '2013-10-28',
  }),
  on.update(
    'audit.space.feature_update',
    firstRelease,
    '{actor} switched a feature of space {target} on or off',
    { fields: 'request request.name request.enabled', source: 'gap', auditClass: 'policy-change' },
  ),
  on.update(
    'audit.space.isolation_segment_update',
    firstRelease,
    '{actor} changed the isolation segment of space {target}',
    { fields: 'request request.data.guid', source: 'gap', auditClass: 'policy-change' },
  ),
];
