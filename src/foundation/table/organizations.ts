// Organizations: the tenants of the platform.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf, textOrNull } from './resource.ts';

export interface Organization extends Resource {
  readonly name: string;
  readonly suspended: boolean;
  /** V2's own: whether services that cost something may be used. V3 has no word for it. */
  readonly billingEnabled: boolean;
  readonly quotaGuid: string;
  readonly defaultIsolationSegmentGuid: string | null;
}

/** `folded_name` is what names are compared, found and ordered by (rows.ts). */
export const organizationTable: Table = {
  name: 'organization',
  columns: {
    guid: 'text',
    name: 'text',
    folded_name: 'text',
    suspended: 'boolean',
    billing_enabled: 'boolean',
    quota_guid: 'text',
    default_isolation_segment_guid: 'text?',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['folded_name']],
  indexes: [['quota_guid'], ['created_at'], ['updated_at']],
  bookkeeping: false,
};

export function organizationOf(row: Row): Organization {
  return {
    ...resourceOf(row),
    name: String(row.name),
    suspended: row.suspended === true,
    billingEnabled: row.billing_enabled === true,
    quotaGuid: String(row.quota_guid),
    defaultIsolationSegmentGuid: textOrNull(row.default_isolation_segment_guid),
  };
}
