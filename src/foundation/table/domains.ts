// Domains: under which names routes can be made. A shared domain is everybody's; a private one belongs to an
// organization, which can share it with others.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf } from './resource.ts';

export interface Domain extends Resource {
  readonly name: string;
  /** Reached from within the platform alone. */
  readonly internal: boolean;
  /** '' for shared domains. */
  readonly organizationGuid: string;
}

/** `folded_name` is what names are compared and found by (rows.ts). */
export const domainTable: Table = {
  name: 'domain',
  columns: {
    guid: 'text',
    name: 'text',
    folded_name: 'text',
    internal: 'boolean',
    organization_guid: 'text',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['folded_name']],
  indexes: [['organization_guid'], ['created_at'], ['updated_at']],
  bookkeeping: false,
};

/** With which organizations private domains are shared, their own aside. */
export const domainShareTable: Table = {
  name: 'domain_share',
  columns: { domain_guid: 'text', organization_guid: 'text' },
  key: ['domain_guid', 'organization_guid'],
  unique: [],
  indexes: [['organization_guid']],
  bookkeeping: false,
};

export function domainOf(row: Row): Domain {
  return {
    ...resourceOf(row),
    name: String(row.name),
    internal: row.internal === true,
    organizationGuid: String(row.organization_guid),
  };
}
