// Organization quotas, changed, and which quota applies to an organization. They belong to the platform: their events
// have no organization, but for those that tell of an application.
import { AppError, unprocessable } from '../core/error.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { equals, oneOf } from '../store/table.ts';
import { finishedJob } from './jobs.ts';
import { type Hands, operation } from './operation.ts';
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
import { organizationLimits, organizationQuotaTable } from './table/organization-quotas.ts';
import { organizationOf, organizationTable } from './table/organizations.ts';
import type { Limits, Quota } from './table/quotas.ts';

export const defaultQuotaName = 'default';

/** What the original's default configuration gives to organizations that are created without a quota. */
export const defaultQuotaLimits: Limits = {
  total_memory_in_mb: 10_240,
  total_service_instances: 100,
  total_routes: 1_000,
  total_reserved_ports: 0,
};

export const organizationQuota: QuotaKind = {
  table: organizationQuotaTable,
  type: 'organization_quota',
  of: 'Organization',
  groups: organizationLimits,
  fault: (_tx, { limits }) => {
    if (!isAbove(limits.total_reserved_ports, limits.total_routes)) return null;
    const ports = 'Total reserved ports must be -1, 0, or a positive integer';
    return `${ports}, and must be less than or equal to total routes.`;
  },
};

/** organization_quota.create. The original does not tell to which organizations it is applied at once; this does. */
export const createOrganizationQuota = operation<'organization_quota.create', NewQuota, Quota>(
  (hands, input) => {
    const quota = insertQuota(hands, organizationQuota, input, {});
    const access = ', or you do not have access to them.';
    const applied = applyTo(hands, quota, input.appliedTo, access);
    const made = quotaEvent(organizationQuota, 'create', quota, { request: input.request });
    return { events: [made, ...applied], result: quota };
  },
);

export const updateOrganizationQuota = operation<'organization_quota.update', QuotaChanges, Quota>(
  (hands, input) => {
    quotaAt(hands.tx, organizationQuota, { guid: input.guid });
    const quota = changeQuota(hands, organizationQuota, input);
    const event = quotaEvent(organizationQuota, 'update', quota, { request: input.request });
    return { events: [event], result: quota };
  },
);

/** organization_quota.delete, where it applies to nobody. Answers the guid of the finished job. */
export const deleteOrganizationQuota = operation<'organization_quota.delete', QuotaGuid, string>(
  (hands, { guid }) => {
    const { tx } = hands;
    const quota = quotaAt(tx, organizationQuota, { guid });
    if (tx.count(organizationTable, equals('quota_guid', guid)) > 0) {
      const advice = 'Apply different quotas to those organizations before deleting.';
      const text = `This quota is applied to one or more organizations. ${advice}`;
      throw unprocessable(text);
    }
    tx.remove(organizationQuotaTable, { guid });
    const result = finishedJob(hands, 'organization_quota.delete');
    return { events: [quotaEvent(organizationQuota, 'delete', quota, {})], result };
  },
);

export const applyOrganizationQuota = operation<'organization_quota.apply', QuotaApplication, Quota>(
  (hands, { guid, appliedTo }) => {
    const quota = quotaAt(hands.tx, organizationQuota, { guid });
    return { events: applyTo(hands, quota, appliedTo, ''), result: quota };
  },
);

/** The quota of organizations that are created without one. Throws QuotaDefinitionNotFound where it was deleted. */
export function defaultQuotaGuid(tx: Transaction): string {
  const row = tx.get(organizationQuotaTable, { name: defaultQuotaName });
  if (row === undefined) throw new AppError('QuotaDefinitionNotFound', [defaultQuotaName]);
  return String(row.guid);
}

/** The quota that applies to an organization. */
export function quotaOfOrganization(tx: Transaction, organizationGuid: string): Quota {
  const organization = tx.get(organizationTable, { guid: organizationGuid });
  return quotaAt(tx, organizationQuota, { guid: String(organization?.quota_guid) });
}

function applyTo(hands: Hands<Action>, quota: Quota, guids: readonly string[], access: string): Happening[] {
  const { tx, at } = hands;
  const found = tx.find(organizationTable, { where: oneOf('guid', guids) }).map(organizationOf);
  if (found.length < new Set(guids).size) {
    const missing = quotedMissing(
      guids,
      found.map(({ guid }) => guid),
    );
    throw unprocessable(`Organizations with guids ${missing} do not exist${access}`);
  }
  return found.map(({ guid, name }) => {
    tx.update(organizationTable, { guid }, { quota_guid: quota.guid, updated_at: at });
    const data = { organization_guid: guid, organization_name: name };
    return quotaEvent(organizationQuota, 'apply', quota, data, { organizationGuid: guid });
  });
}
