// Organizations as V2 shows them.
import { foldName } from '../../../foundation/rows.ts';
import { organizationsSeen } from '../../../foundation/sight.ts';
import { entitlementTable } from '../../../foundation/table/isolation-segments.ts';
import {
  type Organization,
  organizationOf,
  organizationTable,
} from '../../../foundation/table/organizations.ts';
import { spaceTable } from '../../../foundation/table/spaces.ts';
import type { OrganizationRole } from '../../../identity/role.ts';
import { listItems } from '../../../query/v2-q.ts';
import { oneOf, type Row } from '../../../store/table.ts';
import type { Services } from '../../route.ts';
import { sharedByAll, usedByOrganization } from './domains.ts';
import { type Attribute, byRole, type Entity, roleGuid, type ToMany, text } from './entity.ts';

const path = '/v2/organizations';

export function statusOf({ suspended }: Organization): 'active' | 'suspended' {
  return suspended ? 'suspended' : 'active';
}

/** The column is no text: what is asked for is looked for among the two that there are. */
const status: Attribute = ({ operator, value }) => {
  const asked = operator === ' IN ' ? listItems(value) : operator === ':' ? [value] : [];
  return oneOf(
    'suspended',
    [false, true].filter((suspended) => asked.includes(suspended ? 'suspended' : 'active')),
  );
};

const spaceGuid: Attribute = (condition) => {
  const where = text('guid')(condition);
  return { kind: 'within', column: 'guid', table: spaceTable, select: 'organization_guid', where };
};

const holder = (type: OrganizationRole): Attribute => roleGuid(type, 'organization_guid', 'user_guid');

const holders = (name: string, type: OrganizationRole): ToMany =>
  byRole(name, '/v2/users', type, 'organization_guid', 'user_guid');

export const organizationEntity: Entity = {
  path,
  table: organizationTable,
  unknown: 'OrganizationNotFound',
  attributes: {
    name: text('folded_name', foldName),
    space_guid: spaceGuid,
    user_guid: holder('organization_user'),
    manager_guid: holder('organization_manager'),
    billing_manager_guid: holder('organization_billing_manager'),
    auditor_guid: holder('organization_auditor'),
    status,
  },
  orders: { id: 'created_at', name: 'folded_name' },
  readable: organizationsSeen,
  members: organizationMembers,
  relations: [
    { kind: 'one', name: 'quota_definition', path: '/v2/quota_definitions', column: 'quota_guid' },
    {
      kind: 'many',
      name: 'spaces',
      path: '/v2/spaces',
      by: [{ kind: 'column', column: 'organization_guid' }],
    },
    { kind: 'many', name: 'domains', path: '/v2/domains', by: [sharedByAll, ...usedByOrganization] },
    { kind: 'many', name: 'private_domains', path: '/v2/private_domains', by: usedByOrganization },
    holders('users', 'organization_user'),
    holders('managers', 'organization_manager'),
    holders('billing_managers', 'organization_billing_manager'),
    holders('auditors', 'organization_auditor'),
    { kind: 'link', name: 'app_events' },
    {
      kind: 'many',
      name: 'space_quota_definitions',
      path: '/v2/space_quota_definitions',
      by: [{ kind: 'column', column: 'organization_guid' }],
    },
  ],
};

/** The address of the segments is shown only where the organization is entitled to any. */
async function organizationMembers(rows: readonly Row[], { store }: Services) {
  const organizations = rows.map(organizationOf);
  const where = oneOf(
    'organization_guid',
    organizations.map(({ guid }) => guid),
  );
  const entitlements = rows.length === 0 ? [] : await store.rows(entitlementTable, { where });
  const entitled = new Set(entitlements.map((row) => row.organization_guid));
  return organizations.map((organization) => ({
    name: organization.name,
    billing_enabled: organization.billingEnabled,
    quota_definition_guid: organization.quotaGuid,
    status: statusOf(organization),
    default_isolation_segment_guid: organization.defaultIsolationSegmentGuid,
    ...(entitled.has(organization.guid)
      ? { isolation_segment_url: `${path}/${organization.guid}/isolation_segments` }
      : {}),
  }));
}
