// Jobs: what a 202 points to.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf } from './resource.ts';

export interface Job extends Resource {
  /** `<noun>.<verb>`, as the original names them. */
  readonly operation: string;
  /** PROCESSING, POLLING, COMPLETE or FAILED. */
  readonly state: string;
}

export const jobTable: Table = {
  name: 'job',
  columns: {
    guid: 'text',
    operation: 'text',
    state: 'text',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [],
  indexes: [['created_at']],
  bookkeeping: true,
};

export function jobOf(row: Row): Job {
  return { ...resourceOf(row), operation: String(row.operation), state: String(row.state) };
}
