// Events on the quotas of spaces; each belongs to an organization.
import { type CatalogEntry, noun } from './entry.ts';

const on = noun('space_quota', { auditClass: 'policy-change' });

const fields =
  'request request.name request.apps.* request.services.* request.routes.* request.relationships.*';
const space = 'space_guid space_name';

export const spaceQuotas: readonly CatalogEntry[] = [
  on.create('audit.space_quota.create', '2026-01-21', '{actor} created space quota {target}', { fields }),
  on.update('audit.space_quota.update', '2026-01-21', '{actor} changed space quota {target}', { fields }),
  on.delete('audit.space_quota.delete', '2026-01-21', '{actor} deleted space quota {target}'),
  on.update('audit.space_quota.apply', '2026-01-21', '{actor} gave a space the quota {target}', {
    fields: space,
  }),
  on.update('audit.space_quota.remove', '2026-01-21', '{actor} took the quota {target} off a space', {
    fields: space,
  }),
];
