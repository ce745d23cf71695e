// Which rows of the foundation a standing may read, as filters that lists and look-ups put before everything else.
import { placesSeen, roleTable, type Standing } from '../identity/role.ts';
import { all, any, equals, every, oneOf, type RowFilter } from '../store/table.ts';

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

function managedBy({ roles }: Standing): string[] {
  return roles.filter(({ type }) => type === 'organization_manager').map((role) => role.organizationGuid);
}
