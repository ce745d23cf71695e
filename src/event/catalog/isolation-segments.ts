// Events on isolation segments, which the original does not record. An organization's default segment and a
// space's own stand with organizations and spaces.
import { type CatalogEntry, firstRelease, noun } from './entry.ts';

const on = noun('isolation_segment', { source: 'gap', auditClass: 'policy-change' });

const organization = { fields: 'organization_guid organization_name' };

export const isolationSegments: readonly CatalogEntry[] = [
  on.create('audit.isolation_segment.create', firstRelease, '{actor} created isolation segment {target}', {
    fields: 'request request.name request.metadata.*',
  }),
  on.update('audit.isolation_segment.update', firstRelease, '{actor} changed isolation segment {target}', {
    fields: 'request request.name request.metadata.*',
  }),
  on.delete('audit.isolation_segment.delete', firstRelease, '{actor} deleted isolation segment {target}'),
  on.update(
    'audit.isolation_segment.entitle',
    firstRelease,
    '{actor} let an organization use isolation segment {target}',
    organization,
  ),
  on.update(
    'audit.isolation_segment.revoke',
    firstRelease,
    '{actor} withdrew isolation segment {target} from an organization',
    organization,
  ),
];
