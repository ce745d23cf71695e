// The declared tables of keeping, holding and disposing.
import type { Table } from '../store/table.ts';

/** How long events are kept: of the whole log under '', and longer ones of organizations under their guids. */
export const termTable: Table = {
  name: 'retention_term',
  columns: {
    organization_guid: 'text',
    preset: 'text',
    searchable_months: 'integer',
    kept_months: 'integer',
    since: 'instant',
    set_by: 'text',
    set_by_name: 'text',
  },
  key: ['organization_guid'],
  unique: [],
  indexes: [],
  bookkeeping: false,
};

/** Legal holds. '' and null stand for "whatever"; `types` may end in `*`. */
export const holdTable: Table = {
  name: 'hold',
  columns: {
    guid: 'text',
    name: 'text',
    reason: 'text',
    organization_guid: 'text',
    space_guid: 'text',
    actor_guid: 'text',
    target_guid: 'text',
    types: 'json',
    occurred_from: 'instant?',
    occurred_until: 'instant?',
    created_at: 'instant',
    created_by: 'text',
    created_by_name: 'text',
  },
  key: ['guid'],
  unique: [['name']],
  indexes: [],
  bookkeeping: false,
};

/** What waits for a second person; a row goes when its proposal is decided, and the events tell of it. */
export const proposalTable: Table = {
  name: 'proposal',
  columns: {
    guid: 'text',
    kind: 'text',
    subject: 'json',
    reason: 'text',
    proposed_at: 'instant',
    proposed_by: 'text',
    proposed_by_name: 'text',
    acts_at: 'instant?',
    lapses_at: 'instant',
  },
  key: ['guid'],
  unique: [['kind', 'subject']],
  indexes: [],
  bookkeeping: false,
};

/** What was disposed of since the last certificate: one row, changed in the transactions that dispose. */
export const tallyTable: Table = {
  name: 'disposal_tally',
  columns: { one: 'integer', tally: 'json' },
  key: ['one'],
  unique: [],
  indexes: [],
  bookkeeping: true,
};

export const retentionTables: readonly Table[] = [termTable, holdTable, proposalTable, tallyTable];
