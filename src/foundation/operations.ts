// The one table of operations: what the writer can be asked to do to the foundation, by name.
import type { Permit } from '../identity/permit.ts';
import type { Action } from '../identity/role.ts';
import type { Doer } from '../log/append.ts';
import type { Store } from '../store/contract.ts';
import type { Operation } from './operation.ts';
import {
  createOrganization,
  deleteOrganization,
  isolateOrganization,
  updateOrganization,
} from './organizations.ts';
import { createOrganizationRole, createSpaceRole, deleteRole } from './roles.ts';
import { createSpace, deleteSpace, isolateSpace, updateSpace, updateSpaceSsh } from './spaces.ts';
import { createUser, deleteUser, updateUser } from './users.ts';

export const operations = {
  'organization.create': createOrganization,
  'organization.update': updateOrganization,
  'organization.delete': deleteOrganization,
  'organization.isolate': isolateOrganization,
  'space.create': createSpace,
  'space.update': updateSpace,
  'space.update_ssh': updateSpaceSsh,
  'space.delete': deleteSpace,
  'space.isolate': isolateSpace,
  'user.create': createUser,
  'user.update': updateUser,
  'user.delete': deleteUser,
  'organization_role.create': createOrganizationRole,
  'space_role.create': createSpaceRole,
  'role.delete': deleteRole,
};

/** Operation names are `<noun>.<verb>`; they need not equal the action of the permit that they ask for. */
export type OperationName = keyof typeof operations;

type Parts<N extends OperationName> =
  (typeof operations)[N] extends Operation<infer A, infer I, infer R>
    ? { action: A; input: I; result: R }
    : never;

/** Asks the writer to perform an operation; resolves when it is durable. */
export type Operations = <N extends OperationName>(
  name: N,
  permit: Permit<Parts<N>['action'] & Action>,
  doer: Doer,
  input: Parts<N>['input'],
) => Promise<Parts<N>['result']>;

/** Binds the table to a store. */
export function operationsOf(store: Store): Operations {
  return (name, permit, doer, input) => store.run(name, { permit, doer, input }) as never;
}
