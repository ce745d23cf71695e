// Which rows of the foundation a standing may read, as filters that lists and look-ups put before everything else.
import { type Action, placesSeen, rolesOf, roleTable, type Standing } from '../identity/role.ts';
import { all, any, equals, every, oneOf, type RowFilter } from '../store/table.ts';
import type { Hands } from './operation.ts';
import { domainShareTable } from './table/domains.ts';
import { entitlementTable } from './table/isolation-segments.ts';
import { lifecycles, securityGroupSpaceTable } from './table/security-groups.ts';
import { spaceTable } from './table/spaces.ts';

/** Whoever asks for an operation, as the writer sees them now. */
export function standingOf({ tx, permit }: Pick<Hands<Action>, 'tx' | 'permit'>): Standing {
  const { userGuid, global, write } = permit;
  return { userGuid, global, write, roles: rolesOf(tx, userGuid) };
}

/** Organizations in which, or in whose spaces, the reader has any role. */
export function organizationsSeen(standing: Standing): RowFilter {
  return standing.global === null ? oneOf('guid', placesSeen(standing, 'organization')) : every;
}

/** Spaces in which the reader has a role, and those of the organizations that the reader manages. */
export function spacesSeen(standing: Standing): RowFilter {
  if (standing.global !== null) return every;
  return any(oneOf('guid', placesSeen(standing, 'space')), oneOf('organization_guid', managedBy(standing)));
}

/** The reader, and whoever has a role in an organization that the reader sees. */
export function usersSeen(standing: Standing): RowFilter {
  if (standing.global !== null) return every;
  const where = oneOf('organization_guid', placesSeen(standing, 'organization'));
  const fellow = { kind: 'within', column: 'guid', table: roleTable, select: 'user_guid', where } as const;
  return any(equals('guid', standing.userGuid), fellow);
}

/** Roles in the organizations and spaces that the reader sees. */
export function rolesSeen(standing: Standing): RowFilter {
  if (standing.global !== null) return every;
  return any(
    all(equals('space_guid', ''), oneOf('organization_guid', placesSeen(standing, 'organization'))),
    oneOf('space_guid', placesSeen(standing, 'space')),
    oneOf('organization_guid', managedBy(standing)),
  );
}

/** Shared domains, and those that are owned by, or shared with, the organizations whose domains the reader sees. */
export function domainsSeen(standing: Standing): RowFilter {
  if (standing.global !== null) return every;
  return any(equals('organization_guid', ''), domainsOf(placesSeen(standing, 'organization.domains')));
}

/** Private domains that some organizations may use. */
export function domainsOf(organizationGuids: readonly string[]): RowFilter {
  const where = oneOf('organization_guid', organizationGuids);
  const shared = {
    kind: 'within',
    column: 'guid',
    table: domainShareTable,
    select: 'domain_guid',
    where,
  } as const;
  return any(where, shared);
}

/** Segments to which an organization is entitled that the reader sees. */
export function isolationSegmentsSeen(standing: Standing): RowFilter {
  return standing.global === null ? segmentsOf(placesSeen(standing, 'organization')) : every;
}

/** Segments to which some organizations are entitled. */
export function segmentsOf(organizationGuids: readonly string[]): RowFilter {
  const where = oneOf('organization_guid', organizationGuids);
  return { kind: 'within', column: 'guid', table: entitlementTable, select: 'segment_guid', where };
}

/** Quotas of the organizations that the reader manages, and those that apply to a space in which they have a role. */
export function spaceQuotasSeen(standing: Standing): RowFilter {
  if (standing.global !== null) return every;
  const where = oneOf('guid', placesSeen(standing, 'space'));
  const applied = { kind: 'within', column: 'guid', table: spaceTable, select: 'quota_guid', where } as const;
  return any(oneOf('organization_guid', managedBy(standing)), applied);
}

/** Groups that hold everywhere, and those that hold in a space that the reader sees. */
export function securityGroupsSeen(standing: Standing): RowFilter {
  if (standing.global !== null) return every;
  const spaces = { kind: 'within', column: 'space_guid', table: spaceTable, select: 'guid' } as const;
  const where = { ...spaces, where: spacesSeen(standing) };
  return any(...lifecycles.map((lifecycle) => equals(`${lifecycle}_default`, true)), {
    kind: 'within',
    column: 'guid',
    table: securityGroupSpaceTable,
    select: 'security_group_guid',
    where,
  });
}

function managedBy({ roles }: Standing): string[] {
  return roles.filter(({ type }) => type === 'organization_manager').map((role) => role.organizationGuid);
}
