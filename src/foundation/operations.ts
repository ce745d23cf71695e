// The one table of operations: what the writer can be asked to do to the foundation, by name.
import type { Permit } from '../identity/permit.ts';
import type { Action } from '../identity/role.ts';
import type { Doer } from '../log/append.ts';
import type { Store } from '../store/contract.ts';
import { eraseEvent } from './disposal.ts';
import { createDomain, deleteDomain, shareDomain, unshareDomain, updateDomain } from './domains.ts';
import { updateFeatureFlag } from './feature-flags.ts';
import { createHold, releaseHold } from './holds.ts';
import {
  createIsolationSegment,
  deleteIsolationSegment,
  entitleOrganizations,
  revokeEntitlement,
  updateIsolationSegment,
} from './isolation-segments.ts';
import { addMember, removeMember } from './members.ts';
import type { Operation } from './operation.ts';
import {
  applyOrganizationQuota,
  createOrganizationQuota,
  deleteOrganizationQuota,
  updateOrganizationQuota,
} from './organization-quotas.ts';
import {
  createOrganization,
  deleteOrganization,
  isolateOrganization,
  updateOrganization,
} from './organizations.ts';
import { approveProposal, withdrawProposal } from './proposals.ts';
import { prolongOrganization, updatePolicy } from './retention.ts';
import { createOrganizationRole, createSpaceRole, deleteRole } from './roles.ts';
import {
  bindSecurityGroup,
  createSecurityGroup,
  deleteSecurityGroup,
  switchSecurityGroup,
  unbindSecurityGroup,
  updateSecurityGroup,
} from './security-groups.ts';
import {
  applySpaceQuota,
  createSpaceQuota,
  deleteSpaceQuota,
  removeSpaceQuota,
  updateSpaceQuota,
} from './space-quotas.ts';
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
  'member.add': addMember,
  'member.remove': removeMember,
  'organization_quota.create': createOrganizationQuota,
  'organization_quota.update': updateOrganizationQuota,
  'organization_quota.delete': deleteOrganizationQuota,
  'organization_quota.apply': applyOrganizationQuota,
  'space_quota.create': createSpaceQuota,
  'space_quota.update': updateSpaceQuota,
  'space_quota.delete': deleteSpaceQuota,
  'space_quota.apply': applySpaceQuota,
  'space_quota.remove': removeSpaceQuota,
  'domain.create': createDomain,
  'domain.update': updateDomain,
  'domain.delete': deleteDomain,
  'domain.share': shareDomain,
  'domain.unshare': unshareDomain,
  'isolation_segment.create': createIsolationSegment,
  'isolation_segment.update': updateIsolationSegment,
  'isolation_segment.delete': deleteIsolationSegment,
  'isolation_segment.entitle': entitleOrganizations,
  'isolation_segment.revoke': revokeEntitlement,
  'feature_flag.update': updateFeatureFlag,
  'security_group.create': createSecurityGroup,
  'security_group.update': updateSecurityGroup,
  'security_group.switch': switchSecurityGroup,
  'security_group.delete': deleteSecurityGroup,
  'security_group.bind': bindSecurityGroup,
  'security_group.unbind': unbindSecurityGroup,
  'retention.update': updatePolicy,
  'retention.prolong': prolongOrganization,
  'hold.create': createHold,
  'hold.release': releaseHold,
  'event.erase': eraseEvent,
  'proposal.approve': approveProposal,
  'proposal.withdraw': withdrawProposal,
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
