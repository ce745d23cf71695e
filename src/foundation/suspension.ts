// What a suspended organization forbids: everybody but admins changes nothing in it.
import { AppError } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Hands } from './operation.ts';
import { type Organization, organizationOf, organizationTable } from './table/organizations.ts';

/** The organization that a permit is for. Throws ResourceNotFound where it has gone. */
export function organizationHere({ tx, permit }: Hands<Action>): Organization {
  const row = tx.get(organizationTable, { guid: permit.where.organizationGuid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Organization not found']);
  return organizationOf(row);
}

/** The same, where it is not suspended or an admin asks. Throws OrgSuspended (403) otherwise. */
export function activeOrganization(hands: Hands<Action>): Organization {
  const organization = organizationHere(hands);
  if (organization.suspended && hands.permit.global !== 'admin') throw new AppError('OrgSuspended');
  return organization;
}
