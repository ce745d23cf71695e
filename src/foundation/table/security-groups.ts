// Security groups: what apps may reach from within. A group holds in the spaces that it is bound to, or everywhere,
// and while apps run, while they are staged, or both.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf } from './resource.ts';

/** The two times of an app's life in which a group can hold. */
export const lifecycles = ['running', 'staging'] as const;
export type Lifecycle = (typeof lifecycles)[number];

/** `tcp` and `udp` need ports, `icmp` type and code; whatever else the original takes is kept as it was sent. */
export type SecurityGroupRule = Readonly<Record<string, unknown>>;

export interface SecurityGroup extends Resource {
  readonly name: string;
  readonly rules: readonly SecurityGroupRule[];
  /** Whether it holds in every space. */
  readonly globally: Readonly<Record<Lifecycle, boolean>>;
}

export const securityGroupTable: Table = {
  name: 'security_group',
  columns: {
    guid: 'text',
    name: 'text',
    rules: 'json',
    running_default: 'boolean',
    staging_default: 'boolean',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['name']],
  indexes: [['created_at'], ['updated_at']],
  bookkeeping: false,
};

/** In which spaces a group holds, and in which time of an app's life. */
export const securityGroupSpaceTable: Table = {
  name: 'security_group_space',
  columns: { security_group_guid: 'text', space_guid: 'text', lifecycle: 'text' },
  key: ['security_group_guid', 'lifecycle', 'space_guid'],
  unique: [],
  indexes: [['space_guid']],
  bookkeeping: false,
};

export function securityGroupOf(row: Row): SecurityGroup {
  return {
    ...resourceOf(row),
    name: String(row.name),
    rules: JSON.parse(String(row.rules)),
    globally: { running: row.running_default === true, staging: row.staging_default === true },
  };
}
