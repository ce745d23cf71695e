// Organizations, changed. Where a permit is for an organization, that is the one which the operation changes.
import { AppError, type ErrorName } from '../core/error.ts';
import type { RoleType } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals } from '../store/table.ts';
import { removeDomainsOf } from './domains.ts';
import { flagEnabled } from './feature-flags.ts';
import { isEntitled, requireEntitlement, revokeEntitlementsOf } from './isolation-segments.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { changeMembers, giveAll, type RoleLists, rolesAsked, unrelated } from './member-lists.ts';
import { takeRoles } from './membership.ts';
import { operation } from './operation.ts';
import { defaultQuotaGuid } from './organization-quotas.ts';
import { claim, foldName, nameTaken, newRow } from './rows.ts';
import { removeSpaceQuotasOf } from './space-quotas.ts';
import { removeSpacesOf } from './spaces.ts';
import { activeOrganization, organizationHere } from './suspension.ts';
import { domainTable } from './table/domains.ts';
import { isolationSegmentTable } from './table/isolation-segments.ts';
import type { Labelled } from './table/labels.ts';
import { organizationQuotaTable } from './table/organization-quotas.ts';
import { type Organization, organizationOf, organizationTable } from './table/organizations.ts';
import { spaceQuotaTable } from './table/space-quotas.ts';
import { spaceTable } from './table/spaces.ts';
import { ensureUser } from './users.ts';

export interface NewOrganization {
  readonly name: string;
  readonly suspended: boolean;
  readonly billingEnabled?: boolean | undefined;
  /** The default quota where not given. */
  readonly quotaGuid?: string | undefined;
  readonly members?: RoleLists;
  readonly metadata: MetadataChanges;
  /** The error that a taken name is answered with; V3's sentence where not given. */
  readonly taken?: ErrorName;
  /** The body as it was sent: what the events hold. */
  readonly request: object;
}

/** What is not named stays as it is. Suspension, billing and quota need a permit of their own. */
export interface OrganizationChanges {
  readonly name?: string | undefined;
  readonly suspended?: boolean | undefined;
  readonly billingEnabled?: boolean | undefined;
  readonly quotaGuid?: string | undefined;
  readonly defaultSegmentGuid?: string | undefined;
  readonly members?: RoleLists;
  readonly taken?: ErrorName;
  readonly metadata: MetadataChanges;
  readonly request: object;
}

export interface OrganizationRemoval {
  /** false: an organization that is not empty is left alone. */
  readonly recursive?: boolean;
  /** What the event holds, where it is not V3's. */
  readonly request?: object | null;
  /** Asked for as a job of V2: the original tells of the request when it is queued, before its parts. */
  readonly queued?: boolean;
}

export interface SegmentChange {
  /** null takes the assignment away. */
  readonly segmentGuid: string | null;
  readonly request: object;
}

/**
 * organization.create. Whoever is not an admin needs the flag `user_org_creation`, and becomes a user and a
 * manager of what was made, with an event for each.
 */
export const createOrganization = operation<
  'organization.create' | 'organization.create_own',
  NewOrganization,
  Labelled<Organization>
>((hands, { name, suspended, billingEnabled = false, quotaGuid, members = {}, taken, metadata, request }) => {
  const { tx, permit } = hands;
  const own = permit.action === 'organization.create_own';
  if (own && !flagEnabled(tx, 'user_org_creation')) throw new AppError('NotAuthorized');
  if (own && (suspended || billingEnabled || quotaGuid !== undefined)) throw new AppError('NotAuthorized');
  const row = {
    ...newRow(hands),
    name,
    folded_name: foldName(name),
    suspended,
    billing_enabled: billingEnabled,
    quota_guid: quotaGuid === undefined ? defaultQuotaGuid(tx) : knownQuota(tx, quotaGuid),
    default_isolation_segment_guid: null,
  };
  claim(nameTaken(`Organization '${name}' already exists.`, taken, name), () =>
    tx.insert(organizationTable, row),
  );
  const resource = organizationOf(row);
  const made = own ? ensureUser(hands, permit.userGuid) : [];
  const lists = own ? withFounder(members, permit.userGuid) : members;
  const place = { organizationGuid: row.guid, spaceGuid: '' };
  const roles = rolesAsked(lists, rolesTold.create, place);
  const events = [organizationEvent('create', resource, request), ...made, ...giveAll(hands, roles, request)];
  return { events, result: { resource, metadata: changeMetadata(tx, 'organization', row.guid, metadata) } };
});

/** organization.update. The members that come and go are told of before the change itself. */
export const updateOrganization = operation<
  'organization.update' | 'organization.suspend',
  OrganizationChanges,
  Labelled<Organization>
>((hands, { name, suspended, billingEnabled, quotaGuid, members = {}, ...rest }) => {
  const { tx, permit, at } = hands;
  const { defaultSegmentGuid, taken, metadata, request } = rest;
  const { guid } = activeOrganization(hands);
  const platformsMatter = [suspended, billingEnabled, quotaGuid].some((value) => value !== undefined);
  if (platformsMatter && permit.action !== 'organization.suspend') throw new AppError('NotAuthorized');
  const changes = {
    ...(name === undefined ? {} : { name, folded_name: foldName(name) }),
    ...(suspended === undefined ? {} : { suspended }),
    ...(billingEnabled === undefined ? {} : { billing_enabled: billingEnabled }),
    ...(quotaGuid === undefined ? {} : { quota_guid: knownQuota(tx, quotaGuid) }),
    ...(defaultSegmentGuid === undefined
      ? {}
      : { default_isolation_segment_guid: entitledSegment(tx, defaultSegmentGuid, guid) }),
    updated_at: at,
  };
  claim(nameTaken('Name must be unique', taken, name), () => tx.update(organizationTable, { guid }, changes));
  const resource = organizationHere(hands);
  const place = { organizationGuid: guid, spaceGuid: '' };
  const events = [
    ...changeMembers(hands, members, rolesTold.update, place, request),
    organizationEvent('update', resource, request),
  ];
  return { events, result: { resource, metadata: changeMetadata(tx, 'organization', guid, metadata) } };
});

/** organization.delete, with all that is in it, each part told of. Answers the guid of the finished job. */
export const deleteOrganization = operation<'organization.delete', OrganizationRemoval, string>(
  (hands, { recursive = true, request = { recursive: true }, queued = false }) => {
    const { tx } = hands;
    const organization = organizationHere(hands);
    const { guid } = organization;
    if (!recursive) checkEmpty(tx, guid);
    const ownRoles = all(equals('organization_guid', guid), equals('space_guid', ''));
    const parts = [
      ...removeSpacesOf(tx, guid),
      ...removeSpaceQuotasOf(tx, guid),
      ...removeDomainsOf(tx, guid),
      ...revokeEntitlementsOf(tx, organization),
      ...takeRoles(tx, ownRoles),
    ];
    removeMetadata(tx, 'organization', guid);
    tx.remove(organizationTable, { guid });
    const whole = organizationEvent('delete-request', organization, request);
    const events = queued ? [whole, ...parts] : [...parts, whole];
    return { events, result: finishedJob(hands, 'organization.delete') };
  },
);

/** organization.isolate: sets or clears the isolation segment of spaces that have none of their own. */
export const isolateOrganization = operation<'organization.isolate', SegmentChange, Organization>(
  (hands, { segmentGuid, request }) => {
    const { tx, at } = hands;
    const { guid } = activeOrganization(hands);
    requireEntitlement(hands, segmentGuid, 'Ensure it has been entitled to the organization.');
    const changes = { default_isolation_segment_guid: segmentGuid, updated_at: at };
    tx.update(organizationTable, { guid }, changes);
    const result = organizationHere(hands);
    const events = [organizationEvent('default_isolation_segment_update', result, request)];
    return { events, result };
  },
);

/** The order in which the original tells of members that come with an organization, and of those that change. */
const rolesTold = {
  create: [
    'organization_user',
    'organization_auditor',
    'organization_billing_manager',
    'organization_manager',
  ],
  update: [
    'organization_manager',
    'organization_auditor',
    'organization_user',
    'organization_billing_manager',
  ],
} as const satisfies Record<string, readonly RoleType[]>;

/** The founder is made a member before those who were named (emitters.md, section 1). */
function withFounder(lists: RoleLists, userGuid: string): RoleLists {
  const { organization_user: users = [], organization_manager: managers = [] } = lists;
  return {
    ...lists,
    organization_user: [userGuid, ...users.filter((guid) => guid !== userGuid)],
    organization_manager: [userGuid, ...managers.filter((guid) => guid !== userGuid)],
  };
}

/** Throws AssociationNotEmpty where there is something in an organization that would go with it. */
function checkEmpty(tx: Transaction, organizationGuid: string): void {
  const parts = {
    owned_private_domains: domainTable,
    space_quota_definitions: spaceQuotaTable,
    spaces: spaceTable,
  };
  for (const [name, table] of Object.entries(parts)) {
    const where = equals('organization_guid', organizationGuid);
    if (tx.count(table, where) > 0) throw new AppError('AssociationNotEmpty', [name, 'organizations']);
  }
}

/** A segment to which the organization is entitled, in V2's words. */
function entitledSegment(tx: Transaction, guid: string, organizationGuid: string): string {
  if (tx.get(isolationSegmentTable, { guid }) === undefined) {
    const text = 'Could not find Isolation Segment to set as the default.';
    throw new AppError('ResourceNotFound', [text]);
  }
  if (isEntitled(tx, guid, organizationGuid)) return guid;
  throw new AppError('InvalidRelation', [`Could not find Isolation Segment with guid: ${guid}`]);
}

function knownQuota(tx: Transaction, guid: string): string {
  if (tx.get(organizationQuotaTable, { guid }) === undefined) throw unrelated('QuotaDefinition', guid);
  return guid;
}

/** What is told of an organization itself. */
export function organizationEvent(
  verb: 'create' | 'update' | 'delete-request' | 'default_isolation_segment_update',
  { guid, name }: Organization,
  request: object | null,
): Happening {
  return {
    type: `audit.organization.${verb}`,
    target: { type: 'organization', guid },
    targetName: name,
    organizationGuid: guid,
    data: { request },
  };
}
