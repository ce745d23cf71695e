// Organizations, changed. Where a permit is for an organization, that is the one which the operation changes.
import { AppError } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import { all, equals } from '../store/table.ts';
import { flagEnabled } from './feature-flags.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { giveRole, takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { defaultQuotaGuid } from './organization-quotas.ts';
import { claim, foldName, newRow } from './rows.ts';
import { removeSpacesOf } from './spaces.ts';
import { activeOrganization, organizationHere } from './suspension.ts';
import type { Labelled } from './table/labels.ts';
import { type Organization, organizationOf, organizationTable } from './table/organizations.ts';
import { ensureUser } from './users.ts';

export interface NewOrganization {
  readonly name: string;
  readonly suspended: boolean;
  readonly metadata: MetadataChanges;
  /** The body as it was sent: what the events hold. */
  readonly request: object;
}

/** What is not named stays as it is. `suspended` needs a permit of its own. */
export interface OrganizationChanges {
  readonly name?: string;
  readonly suspended?: boolean;
  readonly metadata: MetadataChanges;
  readonly request: object;
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
>((hands, { name, suspended, metadata, request }) => {
  const { tx, permit } = hands;
  const own = permit.action === 'organization.create_own';
  if (own && !flagEnabled(tx, 'user_org_creation')) throw new AppError('NotAuthorized');
  const row = {
    ...newRow(hands),
    name,
    folded_name: foldName(name),
    suspended,
    quota_guid: defaultQuotaGuid(tx),
    default_isolation_segment_guid: null,
  };
  claim(`Organization '${name}' already exists.`, () => tx.insert(organizationTable, row));
  const resource = organizationOf(row);
  const events = [organizationEvent('create', resource, request)];
  if (own) events.push(...foundersRoles(hands, resource, request));
  return { events, result: { resource, metadata: changeMetadata(tx, 'organization', row.guid, metadata) } };
});

/** organization.update: name, suspension, labels and annotations. */
export const updateOrganization = operation<
  'organization.update' | 'organization.suspend',
  OrganizationChanges,
  Labelled<Organization>
>((hands, { name, suspended, metadata, request }) => {
  const { tx, permit, at } = hands;
  const { guid } = activeOrganization(hands);
  if (suspended !== undefined && permit.action !== 'organization.suspend') {
    throw new AppError('NotAuthorized');
  }
  const changes = {
    ...(name === undefined ? {} : { name, folded_name: foldName(name) }),
    ...(suspended === undefined ? {} : { suspended }),
    updated_at: at,
  };
  claim('Name must be unique', () => tx.update(organizationTable, { guid }, changes));
  const resource = organizationHere(hands);
  const events = [organizationEvent('update', resource, request)];
  return { events, result: { resource, metadata: changeMetadata(tx, 'organization', guid, metadata) } };
});

/** organization.delete, with all that is in it, each part told of. Answers the guid of the finished job. */
export const deleteOrganization = operation<'organization.delete', object, string>((hands) => {
  const { tx } = hands;
  const organization = organizationHere(hands);
  const { guid } = organization;
  const ownRoles = all(equals('organization_guid', guid), equals('space_guid', ''));
  const parts = [...removeSpacesOf(tx, guid), ...takeRoles(tx, ownRoles)];
  removeMetadata(tx, 'organization', guid);
  tx.remove(organizationTable, { guid });
  const events = [...parts, organizationEvent('delete-request', organization, { recursive: true })];
  return { events, result: finishedJob(hands, 'organization.delete') };
});

/** organization.isolate: sets or clears the isolation segment of spaces that have none of their own. */
export const isolateOrganization = operation<'organization.isolate', SegmentChange, Organization>(
  (hands, { segmentGuid, request }) => {
    const { tx, at } = hands;
    const { guid } = activeOrganization(hands);
    if (segmentGuid !== null) {
      const text = `Unable to assign isolation segment with guid '${segmentGuid}'.`;
      throw new AppError('UnprocessableEntity', [`${text} Ensure it has been entitled to the organization.`]);
    }
    const changes = { default_isolation_segment_guid: null, updated_at: at };
    tx.update(organizationTable, { guid }, changes);
    const result = organizationHere(hands);
    const events = [organizationEvent('default_isolation_segment_update', result, request)];
    return { events, result };
  },
);

function foundersRoles(hands: Hands<Action>, { guid }: Organization, request: object): Happening[] {
  const { userGuid } = hands.permit;
  const place = { userGuid, organizationGuid: guid, spaceGuid: '' };
  return [
    ...ensureUser(hands, userGuid),
    giveRole(hands, { ...place, type: 'organization_user' }, request).event,
    giveRole(hands, { ...place, type: 'organization_manager' }, request).event,
  ];
}

function organizationEvent(
  verb: 'create' | 'update' | 'delete-request' | 'default_isolation_segment_update',
  { guid, name }: Organization,
  request: object,
): Happening {
  return {
    type: `audit.organization.${verb}`,
    target: { type: 'organization', guid },
    targetName: name,
    organizationGuid: guid,
    data: { request },
  };
}
