// Roles, given and taken by request. The place is the one that the permit is for: an organization, or a space in it.
import { AppError, assert } from '../core/error.ts';
import { accountTable, nameKey } from '../identity/account.ts';
import { type Action, type RoleType, roleTable, spaceRoles } from '../identity/role.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals, every, type Row, type RowFilter } from '../store/table.ts';
import { requireFlag } from './feature-flags.ts';
import { finishedJob } from './jobs.ts';
import { rolesInSpaces } from './member-lists.ts';
import { giveRole, takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { claim } from './rows.ts';
import { spaceHere } from './spaces.ts';
import { activeOrganization } from './suspension.ts';
import type { Assignment } from './table/roles.ts';
import { presentationName } from './table/users.ts';
import { ensureUser, userAt } from './users.ts';

/** How a request names a user. An origin that is null stands for the only one where the name is known. */
export type UserReference =
  | { readonly guid: string }
  | { readonly username: string; readonly origin: string | null };

export interface RoleRequest {
  readonly type: RoleType;
  readonly user: UserReference;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

const outsider =
  "Users cannot be assigned roles in a space if they do not have a role in that space's organization.";

/** organization_role.create: anybody who is known can be given a role, and becomes a user with it. */
export const createOrganizationRole = operation<'organization_role.create', RoleRequest, Assignment>(
  (hands, { type, user, request }) => {
    const { tx } = hands;
    assert(!isSpaceRole(type), 'a role in an organization');
    const organization = activeOrganization(hands);
    const userGuid = findUser(hands, user);
    const made = ensureUser(hands, userGuid);
    const name = presentationName(userAt(tx, userGuid));
    const taken = `User '${name}' already has '${type}' role in organization '${organization.name}'.`;
    const role = { type, userGuid, organizationGuid: organization.guid, spaceGuid: '' };
    const given = claim(taken, () => giveRole(hands, role, request));
    return { events: [...made, given.event], result: given.assignment };
  },
);

/** space_role.create: only for those who have a role in the organization already. */
export const createSpaceRole = operation<'space_role.create', RoleRequest, Assignment>(
  (hands, { type, user, request }) => {
    const { tx } = hands;
    assert(isSpaceRole(type), 'a role in a space');
    const organization = activeOrganization(hands);
    const space = spaceHere(hands);
    const userGuid = findUser(hands, user, outsider);
    const member = tx.count(roleTable, membershipOf(userGuid, organization.guid)) > 0;
    if (!member) throw new AppError('UnprocessableEntity', [outsider]);
    const name = presentationName(userAt(tx, userGuid));
    const taken = `User '${name}' already has '${type}' role in space '${space.name}'.`;
    const role = { type, userGuid, organizationGuid: organization.guid, spaceGuid: space.guid };
    const given = claim(taken, () => giveRole(hands, role, request));
    return { events: [given.event], result: given.assignment };
  },
);

/** organization_role.delete and space_role.delete. Answers the guid of the finished job. */
export const deleteRole = operation<
  'organization_role.delete' | 'space_role.delete',
  { readonly guid: string },
  string
>((hands, { guid }) => {
  const { tx, permit } = hands;
  activeOrganization(hands);
  const { organizationGuid, spaceGuid } = permit.where;
  const role = tx.get(roleTable, { guid, organization_guid: organizationGuid, space_guid: spaceGuid });
  if (role === undefined) throw new AppError('ResourceNotFound', ['Role not found']);
  if (role.type === 'organization_user') {
    if (tx.count(roleTable, rolesInSpaces(String(role.user_guid), organizationGuid)) > 0) {
      const text =
        'Cannot delete organization_user role while user has roles in spaces in that organization.';
      throw new AppError('UnprocessableEntity', [text]);
    }
  }
  return { events: takeRoles(tx, equals('guid', guid)), result: finishedJob(hands, 'role.delete') };
});

/** Whether a type is one of the roles in a space. */
export function isSpaceRole(type: RoleType): boolean {
  return spaceRoles.some((role) => role === type);
}

function membershipOf(userGuid: string, organizationGuid: string): RowFilter {
  return all(
    equals('user_guid', userGuid),
    equals('organization_guid', organizationGuid),
    equals('space_guid', ''),
  );
}

/** The accounts that a name can mean; of every origin, unless one is given. */
export function accountsNamed(tx: Transaction, username: string, origin: string | null): Row[] {
  const inOrigin = origin === null ? every : equals('origin', origin);
  return tx.find(accountTable, { where: all(equals('username_key', nameKey(username)), inOrigin) });
}

/**
 * The guid of a user, known or not, or of the account of that name; names only while the flag is on. Throws
 * FeatureDisabled and UnprocessableEntity.
 */
function findUser(hands: Hands<Action>, user: UserReference, unknownText?: string): string {
  if ('guid' in user) return user.guid;
  requireFlag(hands, 'set_roles_by_username');
  const { username, origin } = user;
  const [account, ...more] = accountsNamed(hands.tx, username, origin);
  if (account === undefined) {
    const andOrigin = origin === null ? '' : ` and origin '${origin}'`;
    const text = `No user exists with the username '${username}'${andOrigin}.`;
    throw new AppError('UnprocessableEntity', [unknownText ?? text]);
  }
  if (more.length > 0) {
    const origins = [account, ...more].map((each) => String(each.origin)).sort();
    const text = `Ambiguous user. User with username '${username}' exists in the following origins: `;
    const advice = 'Specify an origin to disambiguate.';
    throw new AppError('UnprocessableEntity', [`${text}${origins.join(', ')}. ${advice}`]);
  }
  return String(account.guid);
}
