// Space quotas, changed, and to which spaces they apply. A quota belongs to an organization, the one that a permit is
// for, and applies to that organization's spaces alone.
import { type AppError, unprocessable } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals, oneOf } from '../store/table.ts';
import { finishedJob } from './jobs.ts';
import { type Hands, operation } from './operation.ts';
import { quotaOfOrganization } from './organization-quotas.ts';
import {
  changeQuota,
  insertQuota,
  isAbove,
  type NewQuota,
  type QuotaApplication,
  type QuotaChanges,
  type QuotaGuid,
  type QuotaKind,
  quotaAt,
  quotaEvent,
} from './quotas.ts';
import { quotedMissing } from './rows.ts';
import { spacesSeen, standingOf } from './sight.ts';
import { activeOrganization } from './suspension.ts';
import { type Quota, quotaOf } from './table/quotas.ts';
import { spaceLimits, spaceQuotaTable } from './table/space-quotas.ts';
import { type Space, spaceOf, spaceTable } from './table/spaces.ts';

export interface SpaceQuotaDeletion extends QuotaGuid {
  /** Set where the spaces that it applies to lose it first (V2); otherwise nothing is deleted (V3). */
  readonly fromSpaces?: boolean;
}

export interface SpaceQuotaRemoval {
  readonly guid: string;
  readonly spaceGuid: string;
}

export const spaceQuota: QuotaKind = {
  table: spaceQuotaTable,
  type: 'space_quota',
  of: 'Space',
  groups: spaceLimits,
  fault: (tx, { limits, organizationGuid }) => {
    const ports = limits.total_reserved_ports;
    const organizationPorts = quotaOfOrganization(tx, organizationGuid).limits.total_reserved_ports;
    if (!isAbove(ports, limits.total_routes) && !isAbove(ports, organizationPorts)) return null;
    const text = 'Total reserved ports must be -1, 0, or a positive integer';
    const most = 'must be less than or equal to total reserved ports for the organization quota.';
    return `${text}, must be less than or equal to total routes, and ${most}`;
  },
};

/** space_quota.create. The original does not tell to which spaces it is applied at once; this does. */
export const createSpaceQuota = operation<'space_quota.create', NewQuota, Quota>((hands, input) => {
  const { guid: organizationGuid } = activeOrganization(hands);
  const quota = insertQuota(hands, spaceQuota, input, { organization_guid: organizationGuid });
  const found = hands.tx.find(spaceTable, { where: oneOf('guid', input.appliedTo) }).map(spaceOf);
  const spaces = found.filter((space) => space.organizationGuid === organizationGuid);
  if (spaces.length < new Set(input.appliedTo).size) {
    const text = 'do not exist within the organization specified, or you do not have access to them.';
    throw missingSpaces(input.appliedTo, spaces, text);
  }
  const made = quotaEvent(spaceQuota, 'create', quota, { request: input.request });
  return { events: [made, ...applyTo(hands, quota, spaces)], result: quota };
});

export const updateSpaceQuota = operation<'space_quota.update', QuotaChanges, Quota>((hands, input) => {
  activeOrganization(hands);
  quotaHere(hands, input.guid);
  const quota = changeQuota(hands, spaceQuota, input);
  return { events: [quotaEvent(spaceQuota, 'update', quota, { request: input.request })], result: quota };
});

/** space_quota.delete. Answers the guid of the finished job. */
export const deleteSpaceQuota = operation<'space_quota.delete', SpaceQuotaDeletion, string>(
  (hands, { guid, fromSpaces = false }) => {
    const { tx, at } = hands;
    activeOrganization(hands);
    const quota = quotaHere(hands, guid);
    const spaces = tx.find(spaceTable, { where: equals('quota_guid', guid) }).map(spaceOf);
    if (spaces.length > 0 && !fromSpaces) {
      const advice = 'Remove this quota from all spaces before deleting.';
      throw unprocessable(`This quota is applied to one or more spaces. ${advice}`);
    }
    tx.update(spaceTable, { quota_guid: guid }, { quota_guid: null, updated_at: at });
    tx.remove(spaceQuotaTable, { guid });
    const taken = spaces.map((space) => spaceEvent('remove', quota, space));
    const result = finishedJob(hands, 'space_quota.delete');
    return { events: [...taken, quotaEvent(spaceQuota, 'delete', quota, {})], result };
  },
);

export const applySpaceQuota = operation<'space_quota.apply', QuotaApplication, Quota>(
  (hands, { guid, appliedTo }) => {
    const { tx } = hands;
    activeOrganization(hands);
    const quota = quotaHere(hands, guid);
    const where = all(oneOf('guid', appliedTo), spacesSeen(standingOf(hands)));
    const spaces = tx.find(spaceTable, { where }).map(spaceOf);
    if (spaces.length < new Set(appliedTo).size) {
      throw missingSpaces(appliedTo, spaces, 'do not exist, or you do not have access to them.');
    }
    if (spaces.some((space) => space.organizationGuid !== quota.organizationGuid)) {
      const text = 'Space quotas cannot be applied outside of their owning organization.';
      throw unprocessable(text);
    }
    return { events: applyTo(hands, quota, spaces), result: quota };
  },
);

export const removeSpaceQuota = operation<'space_quota.remove', SpaceQuotaRemoval, null>(
  (hands, { guid, spaceGuid }) => {
    const { tx, at } = hands;
    activeOrganization(hands);
    const quota = quotaHere(hands, guid);
    const row = tx.get(spaceTable, { guid: spaceGuid, quota_guid: guid });
    if (row === undefined) {
      const text = `Unable to remove quota from space with guid '${spaceGuid}'.`;
      throw unprocessable(`${text} Ensure the space quota is applied to this space.`);
    }
    tx.update(spaceTable, { guid: spaceGuid }, { quota_guid: null, updated_at: at });
    return { events: [spaceEvent('remove', quota, spaceOf(row))], result: null };
  },
);

/** What is lost with a space that is being deleted: the quota that applied to it. */
export function leaveSpaceQuota(tx: Transaction, space: Space): Happening[] {
  if (space.quotaGuid === null) return [];
  return [spaceEvent('remove', quotaAt(tx, spaceQuota, { guid: space.quotaGuid }), space)];
}

/** Removes the quotas of an organization that is being deleted, and tells of each. */
export function removeSpaceQuotasOf(tx: Transaction, organizationGuid: string): Happening[] {
  const where = equals('organization_guid', organizationGuid);
  return tx.find(spaceQuotaTable, { where }).map((row) => {
    tx.remove(spaceQuotaTable, { guid: String(row.guid) });
    return quotaEvent(spaceQuota, 'delete', quotaOf(row), {});
  });
}

function quotaHere({ tx, permit }: Hands<Action>, guid: string): Quota {
  return quotaAt(tx, spaceQuota, { guid, organization_guid: permit.where.organizationGuid });
}

function applyTo({ tx, at }: Hands<Action>, quota: Quota, spaces: readonly Space[]): Happening[] {
  return spaces.map((space) => {
    tx.update(spaceTable, { guid: space.guid }, { quota_guid: quota.guid, updated_at: at });
    return spaceEvent('apply', quota, space);
  });
}

function spaceEvent(verb: 'apply' | 'remove', quota: Quota, { guid, name }: Space): Happening {
  const data = { space_guid: guid, space_name: name };
  return quotaEvent(spaceQuota, verb, quota, data, { spaceGuid: guid });
}

function missingSpaces(wanted: readonly string[], found: readonly Space[], text: string): AppError {
  const missing = quotedMissing(
    wanted,
    found.map(({ guid }) => guid),
  );
  return unprocessable(`Spaces with guids ${missing} ${text}`);
}
