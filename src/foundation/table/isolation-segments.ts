// Isolation segments: parts of the platform that are set apart for those organizations that are entitled to them.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf } from './resource.ts';

/** The segment of everybody, which can be neither changed nor deleted; its guid is the original's. */
export const sharedSegment = { guid: '933b4c58-120b-499a-b85d-4b6fc9e2903b', name: 'shared' } as const;

export interface IsolationSegment extends Resource {
  readonly name: string;
}

/** `folded_name` is what names are compared, found and ordered by (rows.ts). */
export const isolationSegmentTable: Table = {
  name: 'isolation_segment',
  columns: {
    guid: 'text',
    name: 'text',
    folded_name: 'text',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['folded_name']],
  indexes: [['created_at'], ['updated_at']],
  bookkeeping: false,
};

/** Which organizations may use which segment. */
export const entitlementTable: Table = {
  name: 'isolation_segment_entitlement',
  columns: { segment_guid: 'text', organization_guid: 'text' },
  key: ['segment_guid', 'organization_guid'],
  unique: [],
  indexes: [['organization_guid']],
  bookkeeping: false,
};

export function isolationSegmentOf(row: Row): IsolationSegment {
  return { ...resourceOf(row), name: String(row.name) };
}
