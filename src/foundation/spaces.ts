// Spaces, changed. Where a permit is for a space, that is the one which the operation changes.
import { AppError, type ErrorName } from '../core/error.ts';
import type { Action, RoleType, Where } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { equals } from '../store/table.ts';
import { isEntitled, requireEntitlement } from './isolation-segments.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { changeMembers, giveAll, type RoleLists, rolesAsked, unrelated } from './member-lists.ts';
import { takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { claim, foldName, nameTaken, newRow } from './rows.ts';
import { leaveSecurityGroups } from './security-groups.ts';
import { leaveSpaceQuota } from './space-quotas.ts';
import { activeOrganization } from './suspension.ts';
import { isolationSegmentTable } from './table/isolation-segments.ts';
import type { Labelled } from './table/labels.ts';
import { spaceQuotaTable } from './table/space-quotas.ts';
import { type Space, spaceOf, spaceTable } from './table/spaces.ts';
import { userTable } from './table/users.ts';

export interface NewSpace {
  readonly name: string;
  /** Allowed where not given. */
  readonly allowSsh?: boolean | undefined;
  /** Neither needs to be given; both belong to the organization. */
  readonly segmentGuid?: string | undefined;
  readonly quotaGuid?: string | undefined;
  readonly members?: RoleLists;
  readonly metadata: MetadataChanges;
  /** The error that a taken name is answered with; V3's sentence where not given. */
  readonly taken?: ErrorName;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

/** What is not named stays as it is. */
export interface SpaceChanges {
  readonly name?: string | undefined;
  readonly allowSsh?: boolean | undefined;
  /** Needs a permit of its own. */
  readonly segmentGuid?: string | undefined;
  readonly members?: RoleLists;
  readonly metadata: MetadataChanges;
  readonly taken?: ErrorName;
  readonly request: object;
}

export interface SpaceSegmentChange {
  /** null takes the assignment away. */
  readonly segmentGuid: string | null;
  readonly request: object;
}

export interface SshChange {
  readonly enabled: boolean;
  readonly request: object;
}

const uniqueName = 'Name must be unique per organization';

/** The order in which the original tells of members. */
const rolesTold = [
  'space_manager',
  'space_auditor',
  'space_developer',
] as const satisfies readonly RoleType[];

/** space.create, in the organization that the permit is for. */
export const createSpace = operation<'space.create', NewSpace, Labelled<Space>>(
  (hands, { name, allowSsh = true, segmentGuid, quotaGuid, members = {}, taken, metadata, request }) => {
    const { tx } = hands;
    const organization = activeOrganization(hands);
    const row = {
      ...newRow(hands),
      name,
      folded_name: foldName(name),
      organization_guid: organization.guid,
      allow_ssh: allowSsh,
      isolation_segment_guid:
        segmentGuid === undefined ? null : entitledSegment(tx, segmentGuid, organization.guid),
      quota_guid: quotaGuid === undefined ? null : ownQuota(tx, quotaGuid, organization.guid),
    };
    claim(nameTaken(uniqueName, taken, name), () => tx.insert(spaceTable, row));
    const resource = spaceOf(row);
    const roles = rolesAsked(members, rolesTold, placeOf(resource));
    const events = [spaceEvent('create', resource, request), ...giveAll(hands, roles, request)];
    return { events, result: { resource, metadata: changeMetadata(tx, 'space', row.guid, metadata) } };
  },
);

/** space.update. The members that come and go are told of before the change itself. */
export const updateSpace = operation<'space.update' | 'space.isolate', SpaceChanges, Labelled<Space>>(
  (hands, { name, allowSsh, segmentGuid, members = {}, taken, metadata, request }) => {
    const { tx, at, permit } = hands;
    const organization = activeOrganization(hands);
    if (segmentGuid !== undefined && permit.action !== 'space.isolate') throw new AppError('NotAuthorized');
    const { guid } = spaceHere(hands);
    const changes = {
      ...(name === undefined ? {} : { name, folded_name: foldName(name) }),
      ...(allowSsh === undefined ? {} : { allow_ssh: allowSsh }),
      ...(segmentGuid === undefined
        ? {}
        : { isolation_segment_guid: entitledSegment(tx, segmentGuid, organization.guid) }),
      updated_at: at,
    };
    claim(nameTaken(uniqueName, taken, name), () => tx.update(spaceTable, { guid }, changes));
    const resource = spaceHere(hands);
    const events = [
      ...changeMembers(hands, members, rolesTold, placeOf(resource), request),
      spaceEvent('update', resource, request),
    ];
    return { events, result: { resource, metadata: changeMetadata(tx, 'space', guid, metadata) } };
  },
);

/** space.delete, with all that is in it, each part told of. Answers the guid of the finished job. */
export const deleteSpace = operation<'space.delete', object, string>((hands) => {
  activeOrganization(hands);
  const events = removeSpace(hands.tx, spaceHere(hands));
  return { events, result: finishedJob(hands, 'space.delete') };
});

/** space.isolate: sets or clears the isolation segment of a space. */
export const isolateSpace = operation<'space.isolate', SpaceSegmentChange, Space>(
  (hands, { segmentGuid, request }) => {
    const { tx, at } = hands;
    activeOrganization(hands);
    const { guid } = spaceHere(hands);
    const advice = 'Ensure it has been entitled to the organization that this space belongs to.';
    requireEntitlement(hands, segmentGuid, advice);
    tx.update(spaceTable, { guid }, { isolation_segment_guid: segmentGuid, updated_at: at });
    const result = spaceHere(hands);
    return { events: [spaceEvent('update', result, request)], result };
  },
);

/** space.update_ssh: the one feature of spaces. The original changes it without an event. */
export const updateSpaceSsh = operation<'space.update', SshChange, Space>((hands, { enabled, request }) => {
  const { tx, at } = hands;
  activeOrganization(hands);
  const { guid } = spaceHere(hands);
  tx.update(spaceTable, { guid }, { allow_ssh: enabled, updated_at: at });
  const result = spaceHere(hands);
  return { events: [spaceEvent('feature_update', result, { name: 'ssh', ...request })], result };
});

/** Removes every space of an organization, the oldest first, and tells of each part. */
export function removeSpacesOf(tx: Transaction, organizationGuid: string): Happening[] {
  const where = equals('organization_guid', organizationGuid);
  const order = [{ column: 'created_at', direction: 'asc' }] as const;
  return tx.find(spaceTable, { where, order }).flatMap((row) => removeSpace(tx, spaceOf(row)));
}

function removeSpace(tx: Transaction, space: Space): Happening[] {
  const lost = [
    ...leaveSecurityGroups(tx, space),
    ...leaveSpaceQuota(tx, space),
    ...takeRoles(tx, equals('space_guid', space.guid)),
  ];
  removeMetadata(tx, 'space', space.guid);
  tx.update(userTable, { default_space_guid: space.guid }, { default_space_guid: null });
  tx.remove(spaceTable, { guid: space.guid });
  return [...lost, spaceEvent('delete-request', space, { recursive: true })];
}

/** A segment to which the space's organization is entitled, in V2's words. */
function entitledSegment(tx: Transaction, guid: string, organizationGuid: string): string {
  if (tx.get(isolationSegmentTable, { guid }) === undefined) {
    throw new AppError('ResourceNotFound', ['Isolation Segment not found']);
  }
  if (isEntitled(tx, guid, organizationGuid)) return guid;
  const reason = "Only Isolation Segments in the Organization's allowed list can be used.";
  throw new AppError('UnableToPerform', ['Adding the Isolation Segment to the Space', reason]);
}

/** A quota of the space's organization, in V2's words. */
function ownQuota(tx: Transaction, guid: string, organizationGuid: string): string {
  const row = tx.get(spaceQuotaTable, { guid });
  if (row === undefined) throw unrelated('SpaceQuotaDefinition', guid);
  if (row.organization_guid === organizationGuid) return guid;
  throw new AppError('SpaceInvalid', ['space_quota_definition invalid_organization']);
}

function placeOf({ organizationGuid, guid }: Space): Where {
  return { organizationGuid, spaceGuid: guid };
}

/** The space that a permit is for, in the organization that it names. Throws ResourceNotFound. */
export function spaceHere({ tx, permit }: Hands<Action>): Space {
  const { spaceGuid, organizationGuid } = permit.where;
  const row = tx.get(spaceTable, { guid: spaceGuid, organization_guid: organizationGuid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Space not found']);
  return spaceOf(row);
}

function spaceEvent(
  verb: 'create' | 'update' | 'delete-request' | 'feature_update',
  space: Space,
  request: object,
): Happening {
  return {
    type: `audit.space.${verb}`,
    target: { type: 'space', guid: space.guid },
    targetName: space.name,
    spaceGuid: space.guid,
    organizationGuid: space.organizationGuid,
    data: { request },
  };
}
