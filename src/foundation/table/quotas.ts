// What the quotas of organizations and those of spaces have in common: their limits, in groups as V3 shows them. The
// columns have V3's own names; null is no limit.
import type { ColumnType, Row } from '../../store/table.ts';
import { type Resource, resourceOf } from './resource.ts';

/** The one limit that is a permission. */
export const paidServices = 'paid_services_allowed';

/** Every group with its limits, in V3's order. */
export const limitGroups = {
  apps: [
    'total_memory_in_mb',
    'per_process_memory_in_mb',
    'total_instances',
    'per_app_tasks',
    'log_rate_limit_in_bytes_per_second',
  ],
  services: [paidServices, 'total_service_instances', 'total_service_keys'],
  routes: ['total_routes', 'total_reserved_ports'],
  domains: ['total_domains'],
} as const;

export type LimitGroup = keyof typeof limitGroups;
export type LimitName = (typeof limitGroups)[LimitGroup][number];

/** A limit that is not named is one that the quota has not, or that a change leaves as it is. */
export type Limits = Readonly<
  Partial<Record<Exclude<LimitName, typeof paidServices>, number | null>> & {
    paid_services_allowed?: boolean;
  }
>;

export interface Quota extends Resource {
  readonly name: string;
  /** The organization that owns a quota of spaces; '' for quotas of organizations. */
  readonly organizationGuid: string;
  readonly limits: Limits;
}

/** The names of the limits of some groups. */
export function limitNames(groups: readonly LimitGroup[]): readonly LimitName[] {
  return groups.flatMap((group) => limitGroups[group]);
}

/** `folded_name` is what names are compared and found by (rows.ts). */
export function quotaColumns(groups: readonly LimitGroup[]): Readonly<Record<string, ColumnType>> {
  const limits = limitNames(groups).map((name) => [name, name === paidServices ? 'boolean' : 'integer?']);
  return {
    guid: 'text',
    name: 'text',
    folded_name: 'text',
    ...Object.fromEntries(limits),
    created_at: 'instant',
    updated_at: 'instant',
  };
}

/** A row of either table. */
export function quotaOf(row: Row): Quota {
  const limits = limitNames(['apps', 'services', 'routes', 'domains'])
    .filter((name) => row[name] !== undefined)
    .map((name) => [name, row[name]]);
  return {
    ...resourceOf(row),
    name: String(row.name),
    organizationGuid: String(row.organization_guid ?? ''),
    limits: Object.fromEntries(limits),
  };
}
