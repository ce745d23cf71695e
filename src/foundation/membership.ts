// Getting and losing a role: the row and the event that tells of it, for whatever operation it is a part of. Each
// role that is lost with its organization, space or user is told of too, which the original never did.
import { accountTable } from '../identity/account.ts';
import { type Action, type RoleType, roleTable } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import type { RowFilter } from '../store/table.ts';
import type { Hands } from './operation.ts';
import { newRow } from './rows.ts';
import { type Assignment, assignmentOf } from './table/roles.ts';

export interface NewRole {
  readonly type: RoleType;
  readonly userGuid: string;
  readonly organizationGuid: string;
  /** '' for roles in an organization. */
  readonly spaceGuid: string;
}

export interface RoleGiven {
  readonly assignment: Assignment;
  readonly event: Happening;
}

/** Gives a role; throws UniqueViolation where the user has it already. `request` is the body that asked for it. */
export function giveRole(hands: Hands<Action>, role: NewRole, request: object | null): RoleGiven {
  const row = { ...newRow(hands), ...columnsOf(role) };
  hands.tx.insert(roleTable, row);
  return { assignment: assignmentOf(row), event: roleEvent(hands.tx, role, 'add', request) };
}

/** Makes sure of a role and tells of it, as V2 does, also where the user had it before. */
export function ensureRole(hands: Hands<Action>, role: NewRole, request: object | null): Happening {
  return hasRole(hands.tx, role)
    ? roleEvent(hands.tx, role, 'add', request)
    : giveRole(hands, role, request).event;
}

/** Whether a user has a role. */
export function hasRole(tx: Transaction, role: NewRole): boolean {
  return tx.get(roleTable, columnsOf(role)) !== undefined;
}

/** Takes a role away and tells of it, as V2 does, also where the user did not have it. */
export function dropRole(tx: Transaction, role: NewRole, request: object | null): Happening {
  tx.remove(roleTable, columnsOf(role));
  return roleEvent(tx, role, 'remove', request);
}

/** Takes away every role that a filter finds, the newest first, and tells of each. */
export function takeRoles(tx: Transaction, where: RowFilter): Happening[] {
  const order = [{ column: 'created_at', direction: 'desc' }] as const;
  return tx.find(roleTable, { where, order }).map((row) => dropRole(tx, assignmentOf(row), {}));
}

function columnsOf({ type, userGuid, organizationGuid, spaceGuid }: NewRole) {
  return { type, user_guid: userGuid, organization_guid: organizationGuid, space_guid: spaceGuid };
}

function roleEvent(
  tx: Transaction,
  role: NewRole,
  verb: 'add' | 'remove',
  request: object | null,
): Happening {
  return {
    type: `audit.user.${role.type}_${verb}`,
    target: { type: 'user', guid: role.userGuid },
    targetName: String(tx.get(accountTable, { guid: role.userGuid })?.username ?? ''),
    organizationGuid: role.organizationGuid,
    spaceGuid: role.spaceGuid,
    data: { request },
  };
}
