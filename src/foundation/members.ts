// Roles as V2 gives and takes them: by the name or the guid of a user, under the place. Unlike V3, asking again for
// what is so already is no error, and is told of again. The place is the one that the permit is for.
import { AppError, assert } from '../core/error.ts';
import { type Action, type RoleType, roleTable, type Where } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals, type RowFilter } from '../store/table.ts';
import { requireFlag } from './feature-flags.ts';
import { checkLeaving, checkMembership, unrelated } from './member-lists.ts';
import { dropRole, ensureRole, hasRole, type NewRole, takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { organizationEvent } from './organizations.ts';
import { accountsNamed, isSpaceRole, type UserReference } from './roles.ts';
import { spaceHere } from './spaces.ts';
import { activeOrganization } from './suspension.ts';
import { userTable } from './table/users.ts';
import { ensureUser } from './users.ts';

export interface MemberChange {
  readonly type: RoleType;
  readonly user: UserReference;
  /** What the event of the role holds. */
  readonly request: object | null;
}

export interface MemberRemoval extends MemberChange {
  /** Takes every other role in the organization and its spaces away too. */
  readonly recursive: boolean;
  /** What the event of the organization holds; null: there is none. */
  readonly update: object | null;
}

/** organization_role.create and space_role.create in V2's way. */
export const addMember = operation<'organization_role.create' | 'space_role.create', MemberChange, null>(
  (hands, { type, user, request }) => {
    const place = memberPlace(hands, type);
    const userGuid = memberGuid(hands, user, 'set_roles_by_username');
    const made = ensureUser(hands, userGuid);
    const role = { type, userGuid, ...place };
    checkMembership(hands.tx, role);
    return { events: [...made, ensureRole(hands, role, request)], result: null };
  },
);

/**
 * organization_role.delete and space_role.delete in V2's way. With a permit to resign, nothing but a role of one's
 * own. Whoever is no admin leaves an organization its last user, manager and billing manager, where users are
 * named by their guids.
 */
export const removeMember = operation<
  'organization_role.delete' | 'organization_role.resign' | 'space_role.delete' | 'space_role.resign',
  MemberRemoval,
  null
>((hands, { type, user, request, recursive, update }) => {
  const { tx, permit } = hands;
  const place = memberPlace(hands, type);
  const userGuid = memberGuid(hands, user, 'unset_roles_by_username');
  if (tx.get(userTable, { guid: userGuid }) === undefined) {
    throw 'guid' in user ? unrelated('User', userGuid) : new AppError('UserNotFound', [user.username]);
  }
  const role = { type, userGuid, ...place };
  if (permit.action.endsWith('.resign')) checkOwn(hands, role);
  if ('guid' in user && permit.global !== 'admin') checkLast(tx, role);
  const lost = recursive && type === 'organization_user' ? takeRoles(tx, otherRoles(role)) : [];
  checkLeaving(tx, role);
  const changed: Happening[] =
    update === null ? [] : [organizationEvent('update', activeOrganization(hands), update)];
  return { events: [...lost, ...changed, dropRole(tx, role, request)], result: null };
});

/** The place of the permit, active and as large as the role. */
function memberPlace(hands: Hands<Action>, type: RoleType): Where {
  const { where } = hands.permit;
  assert(isSpaceRole(type) === (where.spaceGuid !== ''), 'a role of the place that the permit is for');
  activeOrganization(hands);
  if (where.spaceGuid !== '') spaceHere(hands);
  return where;
}

/** The guid that a request means; names only while the flag is on. Throws UserNotFound and its kin. */
function memberGuid(
  hands: Hands<Action>,
  user: UserReference,
  flag: 'set_roles_by_username' | 'unset_roles_by_username',
): string {
  if ('guid' in user) return user.guid;
  requireFlag(hands, flag);
  const { username, origin } = user;
  const [account, ...more] = accountsNamed(hands.tx, username, origin);
  if (account === undefined && origin === null) throw new AppError('UserNotFound', [username]);
  if (account === undefined) {
    throw new AppError('UserWithOriginNotFound', [`username: '${username}', origin: '${origin}'`]);
  }
  if (more.length === 0) return String(account.guid);
  const origins = [account, ...more].map((each) => `'${each.origin}'`).sort();
  throw new AppError('UserIsInMultipleOrigins', [origins.join(', ')]);
}

/** Nobody resigns for somebody else, or from what they do not have. */
function checkOwn({ tx, permit }: Hands<Action>, role: NewRole): void {
  if (role.userGuid !== permit.userGuid || !hasRole(tx, role)) throw new AppError('NotAuthorized');
}

function otherRoles({ userGuid, organizationGuid }: NewRole): RowFilter {
  const own = all(equals('type', 'organization_user'), equals('space_guid', ''));
  const here = [equals('user_guid', userGuid), equals('organization_guid', organizationGuid)];
  return all(...here, { kind: 'not', of: own });
}

/** Throws Last…InOrg where the organization would be left without somebody whom it needs. */
function checkLast(tx: Transaction, { type, userGuid, organizationGuid }: NewRole): void {
  const holders = (of: RoleType): string[] =>
    tx
      .find(roleTable, {
        where: all(equals('type', of), equals('organization_guid', organizationGuid)),
        limit: 2,
      })
      .map((row) => String(row.user_guid));
  const isOnly = (of: RoleType): boolean => holders(of).join() === userGuid;
  const [managers, billingManagers] = [
    holders('organization_manager'),
    holders('organization_billing_manager'),
  ];
  if (type === 'organization_manager' && managers.length <= 1) throw new AppError('LastManagerInOrg');
  if (type === 'organization_billing_manager' && billingManagers.length <= 1) {
    throw new AppError('LastBillingManagerInOrg');
  }
  if (type !== 'organization_user') return;
  if (isOnly('organization_manager')) throw new AppError('LastManagerInOrg');
  if (isOnly('organization_billing_manager')) throw new AppError('LastBillingManagerInOrg');
  const alone = managers.length <= 1 && billingManagers.length <= 1;
  if (alone && isOnly('organization_user')) throw new AppError('LastUserInOrg');
}
