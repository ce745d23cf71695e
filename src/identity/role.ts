// Roles, and what each may do and see: one table in one file (design, section 5), tested cell by cell. The rows of
// the role table are written by foundation/roles.ts; they are declared here because permits and visibility read them.
import type { Transaction } from '../store/contract.ts';
import { equals, type Row, type Table } from '../store/table.ts';
import type { GlobalRole } from './principal.ts';

export const organizationRoles = [
  'organization_user',
  'organization_manager',
  'organization_billing_manager',
  'organization_auditor',
] as const;

export const spaceRoles = ['space_manager', 'space_developer', 'space_auditor', 'space_supporter'] as const;

export type OrganizationRole = (typeof organizationRoles)[number];
export type SpaceRole = (typeof spaceRoles)[number];
export type RoleType = OrganizationRole | SpaceRole;

/** `organization_guid` is filled for space roles too: the organization that the space is in. */
export const roleTable: Table = {
  name: 'role',
  columns: {
    guid: 'text',
    type: 'text',
    user_guid: 'text',
    organization_guid: 'text',
    space_guid: 'text',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['user_guid', 'type', 'organization_guid', 'space_guid']],
  indexes: [['organization_guid'], ['space_guid'], ['created_at']],
  bookkeeping: false,
};

/** One role of one user; `spaceGuid` is '' for roles in an organization. */
export interface Role {
  readonly type: RoleType;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
}

/** Everything that decides what somebody may do: the token's global role and the rows of the role table. */
export interface Standing {
  readonly userGuid: string;
  readonly global: GlobalRole | null;
  readonly write: boolean;
  readonly roles: readonly Role[];
}

/** Somebody without any right. */
export const nobody: Standing = { userGuid: '', global: null, write: false, roles: [] };

/** Where an action happens: '' stands for outside of any organization or space. */
export interface Where {
  readonly organizationGuid: string;
  readonly spaceGuid: string;
}

export const anywhere: Where = { organizationGuid: '', spaceGuid: '' };

/** `anybody`: whoever may change anything at all. */
type Holder = GlobalRole | RoleType | 'anybody';

/** Who may change what. A space role counts in its space, an organization role in its organization. */
const may = {
  'organization.create': ['admin'],
  /** Creating and becoming its manager; the flag `user_org_creation` decides further. */
  'organization.create_own': ['anybody'],
  'organization.update': ['admin', 'organization_manager'],
  /** Suspension, quota and billing are the platform's matter. */
  'organization.suspend': ['admin'],
  'organization.delete': ['admin'],
  'organization.isolate': ['admin', 'organization_manager'],
  'space.create': ['admin', 'organization_manager'],
  'space.update': ['admin', 'organization_manager', 'space_manager'],
  'space.delete': ['admin', 'organization_manager'],
  'space.isolate': ['admin', 'organization_manager'],
  'organization_role.create': ['admin', 'organization_manager'],
  'organization_role.delete': ['admin', 'organization_manager'],
  /** Giving up a role of one's own, which V2 alone knows; the operation looks whose role it is. */
  'organization_role.resign': ['anybody'],
  'space_role.create': ['admin', 'organization_manager', 'space_manager'],
  'space_role.delete': ['admin', 'organization_manager', 'space_manager'],
  'space_role.resign': ['anybody'],
  'user.create': ['admin'],
  'user.update': ['admin'],
  'user.delete': ['admin'],
  'organization_quota.create': ['admin'],
  'organization_quota.update': ['admin'],
  'organization_quota.delete': ['admin'],
  'organization_quota.apply': ['admin'],
  /** The place is the organization that owns the quota. */
  'space_quota.create': ['admin', 'organization_manager'],
  'space_quota.update': ['admin', 'organization_manager'],
  'space_quota.delete': ['admin', 'organization_manager'],
  'space_quota.apply': ['admin', 'organization_manager'],
  'space_quota.remove': ['admin', 'organization_manager'],
  /** The place is the organization that owns the domain; nobody manages the nowhere that shared domains are in. */
  'domain.create': ['admin', 'organization_manager'],
  'domain.update': ['admin', 'organization_manager'],
  'domain.delete': ['admin', 'organization_manager'],
  'domain.share': ['admin', 'organization_manager'],
  /** The place is the owning organization, or the one that the domain is shared with. */
  'domain.unshare': ['admin', 'organization_manager'],
  'isolation_segment.create': ['admin'],
  'isolation_segment.update': ['admin'],
  'isolation_segment.delete': ['admin'],
  'isolation_segment.entitle': ['admin'],
  'isolation_segment.revoke': ['admin'],
  'feature_flag.update': ['admin'],
  'security_group.create': ['admin'],
  'security_group.update': ['admin'],
  'security_group.delete': ['admin'],
  /** The place is the space. */
  'security_group.bind': ['admin', 'organization_manager', 'space_manager'],
  'security_group.unbind': ['admin', 'organization_manager', 'space_manager'],
  'event.import': ['admin'],
  'retention.update': ['admin'],
  /** The place is the organization; to make its term shorter again takes an admin, and another one who approves. */
  'retention.prolong': ['admin', 'organization_manager'],
  'hold.create': ['admin'],
  'hold.release': ['admin'],
  'event.erase': ['admin'],
  'proposal.approve': ['admin'],
  'proposal.withdraw': ['admin'],
  'disposal.run': ['admin'],
  'log.key.rotate': ['admin'],
  /** Sealing at once, and asking the witnesses. */
  'log.checkpoint': ['admin'],
} as const satisfies Record<string, readonly Holder[]>;

export type Action = keyof typeof may;

export const actions = Object.keys(may) as readonly Action[];

/** Who may read an organization, a space, and their events. `anybody` in V3: whoever has any role there. */
const sees = {
  organization: [...organizationRoles, ...spaceRoles],
  space: ['organization_manager', ...spaceRoles],
  'organization.domains': ['organization_auditor', 'organization_manager', ...spaceRoles],
  'organization.events': ['organization_auditor', 'organization_manager'],
  'space.events': ['space_developer', 'space_auditor', 'space_supporter', 'space_manager'],
} as const satisfies Record<string, readonly RoleType[]>;

export type Sight = keyof typeof sees;

/**
 * Whether a standing allows an action at a place. Admins are allowed everything; being a global reader allows nothing
 * to be changed, and takes nothing away from what the same person's roles allow.
 */
export function allowed(standing: Standing, action: Action, where: Where): boolean {
  if (!standing.write) return false;
  const holders: readonly Holder[] = may[action];
  if (holders.includes('anybody')) return true;
  if (standing.global !== null && holders.includes(standing.global)) return true;
  return standing.roles.some((role) => holders.includes(role.type) && countsAt(role, where));
}

/** Guids of the organizations or spaces that a standing lets its holder see, by the roles alone. */
export function placesSeen(standing: Standing, sight: Sight): string[] {
  const holders: readonly RoleType[] = sees[sight];
  const bySpace = sight === 'space' || sight === 'space.events';
  const guids = standing.roles
    .filter((role) => holders.includes(role.type))
    .map((role) => (bySpace ? role.spaceGuid : role.organizationGuid));
  return [...new Set(guids)].filter((guid) => guid !== '');
}

/** The roles of a user as the writer sees them now. */
export function rolesOf(tx: Transaction, userGuid: string): Role[] {
  return tx.find(roleTable, { where: equals('user_guid', userGuid) }).map(roleOf);
}

/** A row of the role table as a Role. */
export function roleOf(row: Row): Role {
  return {
    type: String(row.type) as RoleType,
    organizationGuid: String(row.organization_guid),
    spaceGuid: String(row.space_guid),
  };
}

function countsAt(role: Role, where: Where): boolean {
  if (role.spaceGuid !== '') return role.spaceGuid === where.spaceGuid;
  return role.organizationGuid !== '' && role.organizationGuid === where.organizationGuid;
}
