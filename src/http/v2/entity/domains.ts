// Domains as V2 shows them: shared ones, private ones, and both together in the collection that came before.
import { foldName } from '../../../foundation/rows.ts';
import { domainsSeen } from '../../../foundation/sight.ts';
import { domainOf, domainShareTable, domainTable } from '../../../foundation/table/domains.ts';
import { spaceTable } from '../../../foundation/table/spaces.ts';
import type { Standing } from '../../../identity/role.ts';
import { all, equals, every, type RowFilter } from '../../../store/table.ts';
import { type Attribute, type Bond, type Entity, type Relation, text } from './entity.ts';

const isShared = equals('organization_guid', '');
const isPrivate: RowFilter = { kind: 'not', of: isShared };

/** How shared domains belong to every organization and space. */
export const sharedByAll: Bond = { kind: 'everyone', column: 'organization_guid', value: '' };

/** How private domains belong to organizations: as their own, and as those that others share with them. */
export const usedByOrganization: readonly Bond[] = [
  { kind: 'column', column: 'organization_guid' },
  { kind: 'pairs', table: domainShareTable, own: 'organization_guid', other: 'domain_guid', where: every },
];

/** How the private domains of an organization belong to its spaces. */
export const usedBySpace: Bond = {
  kind: 'pairs',
  table: spaceTable,
  own: 'guid',
  other: 'organization_guid',
  at: 'organization_guid',
  where: every,
};

const owner: Relation = {
  kind: 'one',
  name: 'owning_organization',
  path: '/v2/organizations',
  column: 'organization_guid',
};

const common = {
  table: domainTable,
  unknown: 'DomainNotFound',
  orders: { id: 'created_at', name: 'folded_name' },
} as const;

const name = text('folded_name', foldName);

const ofSpace: Attribute = (condition) => {
  const where = text('guid')(condition);
  return {
    kind: 'within',
    column: 'organization_guid',
    table: spaceTable,
    select: 'organization_guid',
    where,
  };
};

/** There are no router groups here. */
const noRouterGroup = { router_group_guid: null, router_group_type: null };

export const sharedDomainEntity: Entity = {
  ...common,
  path: '/v2/shared_domains',
  among: isShared,
  attributes: { name },
  readable: () => isShared,
  members: async (rows) =>
    rows.map(domainOf).map((domain) => ({ name: domain.name, internal: domain.internal, ...noRouterGroup })),
  relations: [],
};

export const privateDomainEntity: Entity = {
  ...common,
  path: '/v2/private_domains',
  among: isPrivate,
  attributes: { name, owning_organization_guid: text('organization_guid') },
  readable: (standing: Standing) => all(isPrivate, domainsSeen(standing)),
  members: async (rows) =>
    rows.map(domainOf).map((domain) => ({
      name: domain.name,
      owning_organization_guid: domain.organizationGuid,
    })),
  relations: [
    owner,
    {
      kind: 'many',
      name: 'shared_organizations',
      path: '/v2/organizations',
      by: [
        {
          kind: 'pairs',
          table: domainShareTable,
          own: 'domain_guid',
          other: 'organization_guid',
          where: every,
        },
      ],
    },
  ],
};

export const domainEntity: Entity = {
  ...common,
  path: '/v2/domains',
  attributes: { name, owning_organization_guid: text('organization_guid'), space_guid: ofSpace },
  readable: domainsSeen,
  members: async (rows) =>
    rows.map(domainOf).map(({ name: ownName, organizationGuid }) => ({
      name: ownName,
      ...(organizationGuid === '' ? noRouterGroup : { owning_organization_guid: organizationGuid }),
    })),
  relations: [owner, { kind: 'link', name: 'spaces' }],
};
