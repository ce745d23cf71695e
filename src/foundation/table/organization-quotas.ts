// Organization quotas: for now the one that every organization starts with.
import type { Table } from '../../store/table.ts';

export const organizationQuotaTable: Table = {
  name: 'organization_quota',
  columns: { guid: 'text', name: 'text', created_at: 'instant', updated_at: 'instant' },
  key: ['guid'],
  unique: [['name']],
  indexes: [['created_at']],
  bookkeeping: false,
};
