// Spaces as V2 shows them.
import { foldName } from '../../../foundation/rows.ts';
import { spacesSeen } from '../../../foundation/sight.ts';
import { spaceOf, spaceTable } from '../../../foundation/table/spaces.ts';
import { sharedByAll, usedBySpace } from './domains.ts';
import { byRole, type Entity, none, roleGuid, type ToMany, text } from './entity.ts';
import { holdsInSpace } from './security-groups.ts';

const holders = (name: string, type: 'space_developer' | 'space_manager' | 'space_auditor'): ToMany =>
  byRole(name, '/v2/users', type, 'space_guid', 'user_guid');

export const spaceEntity: Entity = {
  path: '/v2/spaces',
  table: spaceTable,
  unknown: 'SpaceNotFound',
  attributes: {
    name: text('folded_name', foldName),
    organization_guid: text('organization_guid'),
    developer_guid: roleGuid('space_developer', 'space_guid', 'user_guid'),
    app_guid: none,
    isolation_segment_guid: text('isolation_segment_guid'),
  },
  orders: { id: 'created_at', name: 'folded_name' },
  readable: spacesSeen,
  members: async (rows) =>
    rows.map((row) => {
      const { name, organizationGuid, quotaGuid, isolationSegmentGuid, allowSsh } = spaceOf(row);
      return {
        name,
        organization_guid: organizationGuid,
        space_quota_definition_guid: quotaGuid,
        isolation_segment_guid: isolationSegmentGuid,
        allow_ssh: allowSsh,
        ...(isolationSegmentGuid === null
          ? {}
          : { isolation_segment_url: `/v3/isolation_segments/${isolationSegmentGuid}` }),
      };
    }),
  relations: [
    { kind: 'one', name: 'organization', path: '/v2/organizations', column: 'organization_guid' },
    {
      kind: 'one',
      name: 'space_quota_definition',
      path: '/v2/space_quota_definitions',
      column: 'quota_guid',
    },
    holders('developers', 'space_developer'),
    holders('managers', 'space_manager'),
    holders('auditors', 'space_auditor'),
    { kind: 'many', name: 'apps', path: '/v2/apps', by: [] },
    { kind: 'many', name: 'routes', path: '/v2/routes', by: [] },
    { kind: 'many', name: 'domains', path: '/v2/domains', by: [sharedByAll, usedBySpace] },
    { kind: 'many', name: 'service_instances', path: '/v2/service_instances', by: [] },
    { kind: 'link', name: 'app_events' },
    { kind: 'link', name: 'events' },
    { kind: 'many', name: 'security_groups', path: '/v2/security_groups', by: holdsInSpace('running') },
    {
      kind: 'many',
      name: 'staging_security_groups',
      path: '/v2/security_groups',
      by: holdsInSpace('staging'),
    },
  ],
};
