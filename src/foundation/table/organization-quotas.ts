// Organization quotas: how much each organization may have. Which quota applies is a column of the organization.
import type { Table } from '../../store/table.ts';
import { type LimitGroup, quotaColumns } from './quotas.ts';

export const organizationLimits: readonly LimitGroup[] = ['apps', 'services', 'routes', 'domains'];

export const organizationQuotaTable: Table = {
  name: 'organization_quota',
  columns: quotaColumns(organizationLimits),
  key: ['guid'],
  unique: [['folded_name']],
  indexes: [['created_at'], ['updated_at']],
  bookkeeping: false,
};
