// Isolation segments, changed, and which organizations may use them. The original records nothing of it.
import { AppError, unprocessable } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals, oneOf } from '../store/table.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { type Hands, operation } from './operation.ts';
import { claim, foldName, newRow } from './rows.ts';
import {
  entitlementTable,
  type IsolationSegment,
  isolationSegmentOf,
  isolationSegmentTable,
  sharedSegment,
} from './table/isolation-segments.ts';
import type { Labelled } from './table/labels.ts';
import { type Organization, organizationOf, organizationTable } from './table/organizations.ts';
import { spaceTable } from './table/spaces.ts';

export interface NewSegment {
  readonly name: string;
  readonly metadata: MetadataChanges;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

export interface SegmentChanges {
  readonly guid: string;
  readonly name?: string;
  readonly metadata: MetadataChanges;
  readonly request: object;
}

export interface Entitlement {
  readonly guid: string;
  readonly organizationGuids: readonly string[];
}

export interface EntitlementEnd {
  readonly guid: string;
  readonly organizationGuid: string;
}

export interface SegmentGuid {
  readonly guid: string;
}

const takenText = 'Isolation Segment names are case insensitive and must be unique';

export const createIsolationSegment = operation<
  'isolation_segment.create',
  NewSegment,
  Labelled<IsolationSegment>
>((hands, { name, metadata, request }) => {
  const { tx } = hands;
  const row = { ...newRow(hands), name, folded_name: foldName(name) };
  claim(takenText, () => tx.insert(isolationSegmentTable, row));
  const resource = isolationSegmentOf(row);
  const events = [segmentEvent('create', resource, { request })];
  return {
    events,
    result: { resource, metadata: changeMetadata(tx, 'isolation_segment', row.guid, metadata) },
  };
});

export const updateIsolationSegment = operation<
  'isolation_segment.update',
  SegmentChanges,
  Labelled<IsolationSegment>
>(({ tx, at }, { guid, name, metadata, request }) => {
  refuseShared('update', segmentAt(tx, guid));
  const changes = name === undefined ? {} : { name, folded_name: foldName(name) };
  claim(takenText, () => tx.update(isolationSegmentTable, { guid }, { ...changes, updated_at: at }));
  const resource = segmentAt(tx, guid);
  const events = [segmentEvent('update', resource, { request })];
  return { events, result: { resource, metadata: changeMetadata(tx, 'isolation_segment', guid, metadata) } };
});

/** isolation_segment.delete, where no organization may use it. */
export const deleteIsolationSegment = operation<'isolation_segment.delete', SegmentGuid, null>(
  ({ tx }, { guid }) => {
    const segment = segmentAt(tx, guid);
    refuseShared('delete', segment);
    if (tx.count(entitlementTable, equals('segment_guid', guid)) > 0) {
      throw unprocessable('Revoke the Organization entitlements for your Isolation Segment.');
    }
    removeMetadata(tx, 'isolation_segment', guid);
    tx.remove(isolationSegmentTable, { guid });
    return { events: [segmentEvent('delete', segment, {})], result: null };
  },
);

/** isolation_segment.entitle: only those who were not entitled already are told of. */
export const entitleOrganizations = operation<'isolation_segment.entitle', Entitlement, IsolationSegment>(
  ({ tx }, { guid, organizationGuids }) => {
    const segment = segmentAt(tx, guid);
    const found = tx.find(organizationTable, { where: oneOf('guid', organizationGuids) }).map(organizationOf);
    const missing = organizationGuids.filter((wanted) => !found.some((each) => each.guid === wanted));
    if (missing.length > 0) {
      const list = missing.map((each) => `'${each}'`).join(', ');
      const text = `Unable to entitle organizations [${list}] for the isolation segment.`;
      throw unprocessable(`${text} Ensure the organizations exist.`);
    }
    const news = found.filter((organization) => !isEntitled(tx, guid, organization.guid));
    for (const { guid: organizationGuid } of news) {
      tx.insert(entitlementTable, { segment_guid: guid, organization_guid: organizationGuid });
    }
    return {
      events: news.map((organization) => entitlementEvent('entitle', segment, organization)),
      result: segment,
    };
  },
);

/** isolation_segment.revoke, where neither the organization nor a space of it is in the segment. */
export const revokeEntitlement = operation<'isolation_segment.revoke', EntitlementEnd, null>(
  ({ tx }, { guid, organizationGuid }) => {
    const segment = segmentAt(tx, guid);
    const row = tx.get(organizationTable, { guid: organizationGuid });
    if (row === undefined) throw new AppError('ResourceNotFound', ['Org not found']);
    const organization = organizationOf(row);
    if (organization.defaultIsolationSegmentGuid === guid) {
      const text = 'Cannot remove the entitlement while this Isolation Segment is assigned as the';
      throw unprocessable(`${text} Default Isolation Segment for the Organization.`);
    }
    const where = all(equals('organization_guid', organizationGuid), equals('isolation_segment_guid', guid));
    const spaces = tx.find(spaceTable, { where });
    if (spaces.length > 0) {
      const names = spaces.map(({ name }) => `'${name}'`).join(', ');
      const text = 'Cannot remove the entitlement while this Isolation Segment is assigned to any Spaces.';
      throw unprocessable(`${text} Currently assigned to: [${names}]`);
    }
    if (!isEntitled(tx, guid, organizationGuid)) return { events: [], result: null };
    tx.remove(entitlementTable, { segment_guid: guid, organization_guid: organizationGuid });
    return { events: [entitlementEvent('revoke', segment, organization)], result: null };
  },
);

/** Whether an organization may use a segment. */
export function isEntitled(tx: Transaction, segmentGuid: string, organizationGuid: string): boolean {
  const where = { segment_guid: segmentGuid, organization_guid: organizationGuid };
  return tx.get(entitlementTable, where) !== undefined;
}

/** Takes away the entitlements of an organization that is being deleted, and tells of each. */
export function revokeEntitlementsOf(tx: Transaction, organization: Organization): Happening[] {
  const where = equals('organization_guid', organization.guid);
  return tx.find(entitlementTable, { where }).map((row) => {
    const guid = String(row.segment_guid);
    tx.remove(entitlementTable, { segment_guid: guid, organization_guid: organization.guid });
    return entitlementEvent('revoke', segmentAt(tx, guid), organization);
  });
}

function segmentAt(tx: Transaction, guid: string): IsolationSegment {
  const row = tx.get(isolationSegmentTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['Isolation segment not found']);
  return isolationSegmentOf(row);
}

function refuseShared(verb: 'update' | 'delete', { guid, name }: IsolationSegment): void {
  if (guid === sharedSegment.guid) throw unprocessable(`Cannot ${verb} the ${name} Isolation Segment`);
}

function entitlementEvent(
  verb: 'entitle' | 'revoke',
  segment: IsolationSegment,
  { guid, name }: Organization,
): Happening {
  const data = { organization_guid: guid, organization_name: name };
  return { ...segmentEvent(verb, segment, data), organizationGuid: guid };
}

function segmentEvent(
  verb: 'create' | 'update' | 'delete' | 'entitle' | 'revoke',
  { guid, name }: IsolationSegment,
  data: object,
): Happening {
  return {
    type: `audit.isolation_segment.${verb}`,
    target: { type: 'isolation_segment', guid },
    targetName: name,
    data,
  };
}

/** Refuses a segment that the organization of the permit may not use; null takes one away, which anybody may. */
export function requireEntitlement(
  { tx, permit }: Hands<Action>,
  segmentGuid: string | null,
  advice: string,
): void {
  if (segmentGuid === null || isEntitled(tx, segmentGuid, permit.where.organizationGuid)) return;
  throw unprocessable(`Unable to assign isolation segment with guid '${segmentGuid}'. ${advice}`);
}
