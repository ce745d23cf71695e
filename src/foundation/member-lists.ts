// Roles by the list, as V2 takes them together with an organization, a space or a user: what such a list asks for, and
// what stands in the way of giving or taking one of its roles.
import { AppError } from '../core/error.ts';
import { type Action, type RoleType, roleTable, type Where } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals, type RowFilter } from '../store/table.ts';
import { dropRole, ensureRole, hasRole, type NewRole } from './membership.ts';
import type { Hands } from './operation.ts';
import { assignmentOf } from './table/roles.ts';
import { userTable } from './table/users.ts';

/** By role: guids of users where a place is changed, guids of places where a user is. */
export type RoleLists = Readonly<Partial<Record<RoleType, readonly string[]>>>;

/** The roles that lists of users ask for at a place, role by role in the order given. */
export function rolesAsked(lists: RoleLists, types: readonly RoleType[], place: Where): NewRole[] {
  return types.flatMap((type) =>
    [...new Set(lists[type] ?? [])].map((userGuid) => ({ type, userGuid, ...place })),
  );
}

/** Gives the roles; tells of each. Throws InvalidRelation where a user cannot have one. */
export function giveAll(
  hands: Hands<Action>,
  roles: readonly NewRole[],
  request: object | null,
): Happening[] {
  return roles.map((role) => {
    checkUser(hands.tx, role.userGuid);
    checkMembership(hands.tx, role);
    return ensureRole(hands, role, request);
  });
}

/**
 * Brings the members of a place to what lists of users ask for. Role by role in the order given, those that are new
 * are told of before those that are gone; a role without a list stays as it is.
 */
export function changeMembers(
  hands: Hands<Action>,
  lists: RoleLists,
  types: readonly RoleType[],
  place: Where,
  request: object | null,
): Happening[] {
  const here = [equals('organization_guid', place.organizationGuid), equals('space_guid', place.spaceGuid)];
  return types
    .filter((type) => lists[type] !== undefined)
    .flatMap((type) => {
      const wanted = rolesAsked(lists, [type], place);
      return bringTo(hands, all(equals('type', type), ...here), wanted, request);
    });
}

/** Brings the roles that a filter finds to those that are wanted; tells of each difference. */
export function bringTo(
  hands: Hands<Action>,
  where: RowFilter,
  wanted: readonly NewRole[],
  request: object | null,
): Happening[] {
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  const held = hands.tx.find(roleTable, { where, order }).map(assignmentOf);
  const heldKeys = new Set(held.map(keyOf));
  const wantedKeys = new Set(wanted.map(keyOf));
  const added = giveAll(
    hands,
    wanted.filter((role) => !heldKeys.has(keyOf(role))),
    request,
  );
  const removed = held
    .filter((role) => !wantedKeys.has(keyOf(role)))
    .map((role) => {
      checkLeaving(hands.tx, role);
      return dropRole(hands.tx, role, request);
    });
  return [...added, ...removed];
}

/** Throws InvalidRelation for a user that nobody knows. */
function checkUser(tx: Transaction, guid: string): void {
  if (tx.get(userTable, { guid }) === undefined) throw unrelated('User', guid);
}

/** Throws InvalidRelation where a role in a space is for somebody who is no user of its organization. */
export function checkMembership(tx: Transaction, role: NewRole): void {
  const { userGuid, organizationGuid } = role;
  if (role.spaceGuid === '') return;
  if (hasRole(tx, { type: 'organization_user', userGuid, organizationGuid, spaceGuid: '' })) return;
  const text = `The user with guid ${userGuid} is not a user of the organization that the space is in`;
  throw new AppError('InvalidRelation', [text]);
}

/** Throws AssociationNotEmpty where a user of an organization still has roles in its spaces. */
export function checkLeaving(tx: Transaction, { type, userGuid, organizationGuid }: NewRole): void {
  if (type !== 'organization_user') return;
  if (tx.count(roleTable, rolesInSpaces(userGuid, organizationGuid)) === 0) return;
  throw new AppError('AssociationNotEmpty', ['user', 'spaces in the org']);
}

/** The roles of a user in the spaces of an organization. */
export function rolesInSpaces(userGuid: string, organizationGuid: string): RowFilter {
  return all(equals('user_guid', userGuid), equals('organization_guid', organizationGuid), {
    kind: 'not',
    of: equals('space_guid', ''),
  });
}

/** The refusal of a guid that names nothing, in the original's words. */
export function unrelated(model: string, guid: string): AppError {
  return new AppError('InvalidRelation', [
    `Could not find VCAP::CloudController::${model} with guid: ${guid}`,
  ]);
}

function keyOf({ type, userGuid, organizationGuid, spaceGuid }: NewRole): string {
  return JSON.stringify([type, userGuid, organizationGuid, spaceGuid]);
}
