// Security groups as V2 shows them.
import { securityGroupsSeen } from '../../../foundation/sight.ts';
import {
  type Lifecycle,
  securityGroupOf,
  securityGroupSpaceTable,
  securityGroupTable,
} from '../../../foundation/table/security-groups.ts';
import { equals } from '../../../store/table.ts';
import { type Bond, type Entity, text } from './entity.ts';

/** The spaces to which a group is bound, or the groups of a space. */
function bound(lifecycle: Lifecycle, own: string, other: string): Bond {
  return { kind: 'pairs', table: securityGroupSpaceTable, own, other, where: equals('lifecycle', lifecycle) };
}

/** How groups hold in a space: bound to it, or everywhere. */
export function holdsInSpace(lifecycle: Lifecycle): readonly Bond[] {
  return [
    bound(lifecycle, 'space_guid', 'security_group_guid'),
    { kind: 'everyone', column: `${lifecycle}_default`, value: true },
  ];
}

export const securityGroupEntity: Entity = {
  path: '/v2/security_groups',
  table: securityGroupTable,
  unknown: 'SecurityGroupNotFound',
  attributes: { name: text('name') },
  orders: { id: 'created_at', name: 'name' },
  readable: securityGroupsSeen,
  members: async (rows) =>
    rows.map(securityGroupOf).map(({ name, rules, globally }) => ({
      name,
      rules,
      running_default: globally.running,
      staging_default: globally.staging,
    })),
  relations: [
    {
      kind: 'many',
      name: 'spaces',
      path: '/v2/spaces',
      by: [bound('running', 'security_group_guid', 'space_guid')],
    },
    {
      kind: 'many',
      name: 'staging_spaces',
      path: '/v2/spaces',
      by: [bound('staging', 'security_group_guid', 'space_guid')],
    },
  ],
};
