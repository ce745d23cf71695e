// Feature flags: what platform operators open to everybody. A flag without a row has its default.
import type { Table } from '../../store/table.ts';

export const featureFlagTable: Table = {
  name: 'feature_flag',
  columns: { name: 'text', enabled: 'boolean', updated_at: 'instant' },
  key: ['name'],
  unique: [],
  indexes: [],
  bookkeeping: false,
};
