// Space quotas: how much of their organization's share spaces may have. Which quota applies, if any, is a column of
// the space.
import type { Table } from '../../store/table.ts';
import { type LimitGroup, quotaColumns } from './quotas.ts';

export const spaceLimits: readonly LimitGroup[] = ['apps', 'services', 'routes'];

export const spaceQuotaTable: Table = {
  name: 'space_quota',
  columns: { ...quotaColumns(spaceLimits), organization_guid: 'text' },
  key: ['guid'],
  unique: [['organization_guid', 'folded_name']],
  indexes: [['folded_name'], ['created_at'], ['updated_at']],
  bookkeeping: false,
};
