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
export function giveRole(hands: Hands<Action>, role: NewRole, request: object): RoleGiven {
  const row = {
    ...newRow(hands),
    type: role.type,
    user_guid: role.userGuid,
    organization_guid: role.organizationGuid,
    space_guid: role.spaceGuid,
  };
  hands.tx.insert(roleTable, row);
  const assignment = assignmentOf(row);
  return { assignment, event: roleEvent(hands.tx, assignment, 'add', request) };
}

/** Takes away every role that a filter finds, the newest first, and tells of each. */
export function takeRoles(tx: Transaction, where: RowFilter): Happening[] {
  const order = [{ column: 'created_at', direction: 'desc' }] as const;
  return tx.find(roleTable, { where, order }).map((row) => {
    const assignment = assignmentOf(row);
    tx.remove(roleTable, { guid: assignment.guid });
    return roleEvent(tx, assignment, 'remove', {});
  });
}

function roleEvent(tx: Transaction, role: Assignment, verb: 'add' | 'remove', request: object): Happening {
  return {
    type: `audit.user.${role.type}_${verb}`,
    target: { type: 'user', guid: role.userGuid },
    targetName: String(tx.get(accountTable, { guid: role.userGuid })?.username ?? ''),
    organizationGuid: role.organizationGuid,
    spaceGuid: role.spaceGuid,
    data: { request },
  };
}
