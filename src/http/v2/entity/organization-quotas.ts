// Organization quotas as V2 shows them: quota definitions, in which -1 is no limit.
import { foldName } from '../../../foundation/rows.ts';
import { organizationQuotaTable } from '../../../foundation/table/organization-quotas.ts';
import { type Limits, type Quota, quotaOf } from '../../../foundation/table/quotas.ts';
import { every } from '../../../store/table.ts';
import { type Entity, text } from './entity.ts';

/** What V2 calls each limit of a number, in the original's order; quotas of spaces have them all but one. */
export const limitNames = {
  total_services: 'total_service_instances',
  total_routes: 'total_routes',
  total_private_domains: 'total_domains',
  memory_limit: 'total_memory_in_mb',
  instance_memory_limit: 'per_process_memory_in_mb',
  app_instance_limit: 'total_instances',
  app_task_limit: 'per_app_tasks',
  total_service_keys: 'total_service_keys',
  total_reserved_route_ports: 'total_reserved_ports',
} as const satisfies Record<string, keyof Limits>;

/** The limits of a quota under V2's names. */
export function limitMembers({ limits }: Quota): Readonly<Record<keyof typeof limitNames, number>> {
  const number = (name: keyof typeof limitNames) => limits[limitNames[name]] ?? -1;
  return {
    total_services: number('total_services'),
    total_routes: number('total_routes'),
    total_private_domains: number('total_private_domains'),
    memory_limit: number('memory_limit'),
    instance_memory_limit: number('instance_memory_limit'),
    app_instance_limit: number('app_instance_limit'),
    app_task_limit: number('app_task_limit'),
    total_service_keys: number('total_service_keys'),
    total_reserved_route_ports: number('total_reserved_route_ports'),
  };
}

export const organizationQuotaEntity: Entity = {
  path: '/v2/quota_definitions',
  table: organizationQuotaTable,
  unknown: 'QuotaDefinitionNotFound',
  attributes: { name: text('folded_name', foldName) },
  orders: { id: 'created_at', name: 'folded_name' },
  readable: () => every,
  members: async (rows) =>
    rows.map(quotaOf).map((quota) => {
      const members = limitMembers(quota);
      const { total_services, total_routes, total_private_domains, memory_limit, ...others } = members;
      return {
        name: quota.name,
        non_basic_services_allowed: quota.limits.paid_services_allowed === true,
        total_services,
        total_routes,
        total_private_domains,
        memory_limit,
        trial_db_allowed: false,
        ...others,
      };
    }),
  relations: [],
};
