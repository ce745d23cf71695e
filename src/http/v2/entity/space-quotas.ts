// Space quotas as V2 shows them: space quota definitions, in which -1 is no limit.
import { foldName } from '../../../foundation/rows.ts';
import { spaceQuotasSeen } from '../../../foundation/sight.ts';
import { quotaOf } from '../../../foundation/table/quotas.ts';
import { spaceQuotaTable } from '../../../foundation/table/space-quotas.ts';
import { type Entity, text } from './entity.ts';
import { limitMembers } from './organization-quotas.ts';

export const spaceQuotaEntity: Entity = {
  path: '/v2/space_quota_definitions',
  table: spaceQuotaTable,
  unknown: 'SpaceQuotaDefinitionNotFound',
  attributes: { name: text('folded_name', foldName), organization_guid: text('organization_guid') },
  orders: { id: 'created_at', name: 'folded_name' },
  readable: spaceQuotasSeen,
  members: async (rows) =>
    rows.map(quotaOf).map((quota) => {
      const { total_private_domains: _, ...limits } = limitMembers(quota);
      return {
        name: quota.name,
        organization_guid: quota.organizationGuid,
        non_basic_services_allowed: quota.limits.paid_services_allowed === true,
        ...limits,
      };
    }),
  relations: [
    { kind: 'one', name: 'organization', path: '/v2/organizations', column: 'organization_guid' },
    { kind: 'many', name: 'spaces', path: '/v2/spaces', by: [{ kind: 'column', column: 'quota_guid' }] },
  ],
};
