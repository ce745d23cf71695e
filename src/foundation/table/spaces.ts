// Spaces: where the apps and services of an organization live.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf, textOrNull } from './resource.ts';

export interface Space extends Resource {
  readonly name: string;
  readonly organizationGuid: string;
  readonly allowSsh: boolean;
  readonly isolationSegmentGuid: string | null;
  readonly quotaGuid: string | null;
}

/** `folded_name` is what names are compared, found and ordered by (rows.ts). */
export const spaceTable: Table = {
  name: 'space',
  columns: {
    guid: 'text',
    name: 'text',
    folded_name: 'text',
    organization_guid: 'text',
    allow_ssh: 'boolean',
    isolation_segment_guid: 'text?',
    quota_guid: 'text?',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['organization_guid', 'folded_name']],
  indexes: [['quota_guid'], ['folded_name'], ['created_at'], ['updated_at']],
  bookkeeping: false,
};

export function spaceOf(row: Row): Space {
  return {
    ...resourceOf(row),
    name: String(row.name),
    organizationGuid: String(row.organization_guid),
    allowSsh: row.allow_ssh === true,
    isolationSegmentGuid: textOrNull(row.isolation_segment_guid),
    quotaGuid: textOrNull(row.quota_guid),
  };
}
