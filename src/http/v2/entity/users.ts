// Users as V2 shows them: what they are called and may do comes from the accounts of the same guids.
import { usersSeen } from '../../../foundation/sight.ts';
import { userTable } from '../../../foundation/table/users.ts';
import { accountOf, accountTable } from '../../../identity/account.ts';
import type { RoleType, Standing } from '../../../identity/role.ts';
import { equals, every, oneOf, type Row, type RowFilter } from '../../../store/table.ts';
import type { Services } from '../../route.ts';
import { type Attribute, byRole, type Entity, roleGuid, type ToMany } from './entity.ts';

/** The name of a place's list of a user, and the role that the user has there. */
export const userPlaces = {
  spaces: 'space_developer',
  organizations: 'organization_user',
  managed_organizations: 'organization_manager',
  billing_managed_organizations: 'organization_billing_manager',
  audited_organizations: 'organization_auditor',
  managed_spaces: 'space_manager',
  audited_spaces: 'space_auditor',
} as const satisfies Record<string, RoleType>;

export type UserPlaces = keyof typeof userPlaces;

/** Whether a standing is one of those who know all users: admins and those who read like them. */
export function knowsAllUsers({ global }: Standing): boolean {
  return global === 'admin' || global === 'admin_read_only';
}

const inSpaces = (type: RoleType): boolean => type.startsWith('space');

const places = (name: UserPlaces): ToMany => {
  const type = userPlaces[name];
  return inSpaces(type)
    ? byRole(name, '/v2/spaces', type, 'user_guid', 'space_guid')
    : byRole(name, '/v2/organizations', type, 'user_guid', 'organization_guid');
};

const place = (type: RoleType): Attribute =>
  roleGuid(type, 'user_guid', inSpaces(type) ? 'space_guid' : 'organization_guid');

export const userEntity: Entity = {
  path: '/v2/users',
  table: userTable,
  unknown: 'UserNotFound',
  attributes: {
    space_guid: place('space_developer'),
    organization_guid: place('organization_user'),
    managed_organization_guid: place('organization_manager'),
    billing_managed_organization_guid: place('organization_billing_manager'),
    audited_organization_guid: place('organization_auditor'),
    managed_space_guid: place('space_manager'),
    audited_space_guid: place('space_auditor'),
  },
  orders: { id: 'created_at' },
  readable: (standing): RowFilter => (knowsAllUsers(standing) ? every : equals('guid', standing.userGuid)),
  listed: usersSeen,
  members: userMembers,
  relations: [
    { kind: 'one', name: 'default_space', path: '/v2/spaces', column: 'default_space_guid' },
    places('spaces'),
    places('organizations'),
    places('managed_organizations'),
    places('billing_managed_organizations'),
    places('audited_organizations'),
    places('managed_spaces'),
    places('audited_spaces'),
  ],
};

/** An admin is whose account has the scope; only those who can log in are active. */
async function userMembers(rows: readonly Row[], { store }: Services) {
  const guids = rows.map((row) => String(row.guid));
  const accounts = (await store.rows(accountTable, { where: oneOf('guid', guids) })).map(accountOf);
  const byGuid = new Map(accounts.map((account) => [account.guid, account]));
  return rows.map((row) => {
    const account = byGuid.get(String(row.guid));
    return {
      admin: account?.scopes.includes('cloud_controller.admin') ?? false,
      active: account?.active ?? false,
      default_space_guid: row.default_space_guid,
      ...(account === undefined ? {} : { username: account.username }),
    };
  });
}
