// What the quotas of organizations and those of spaces have in common in V2: numbers in which -1 is no limit.
import { AppError, type ErrorName } from '../../core/error.ts';
import { limits as bounds } from '../../core/limits.ts';
import type { Limits } from '../../foundation/table/quotas.ts';
import type { Attributes, Schema } from './attributes.ts';
import { limitNames } from './entity/organization-quotas.ts';

export type LimitMember = keyof typeof limitNames;

/** The attributes that every quota has. */
export const quotaSchema: Schema = {
  name: 'text',
  non_basic_services_allowed: 'boolean',
  total_services: 'integer',
  total_service_keys: 'integer',
  total_routes: 'integer',
  memory_limit: 'integer',
  instance_memory_limit: 'integer',
  app_instance_limit: 'integer',
  app_task_limit: 'integer',
  total_reserved_route_ports: 'integer',
};

/** What a creation must name. */
export const quotaRequired: readonly string[] = [
  'name',
  'non_basic_services_allowed',
  'total_services',
  'total_routes',
  'memory_limit',
];

/**
 * The limits that a request names.
 * @throws AppError of the name given, for numbers that are no limit and for a name that is blank.
 */
export function limitsOf(
  attributes: Attributes,
  members: readonly LimitMember[],
  invalid: ErrorName,
): Limits {
  const named = members.flatMap((member) => {
    const number = attributes.integer(member);
    if (number === undefined) return [];
    if (number < -1 || number > bounds.quotaLimitMax)
      throw new AppError(invalid, [`${member} invalid_${member}`]);
    return [[limitNames[member], number === -1 ? null : number]];
  });
  if (attributes.text('name')?.trim() === '') throw new AppError(invalid, ['name presence']);
  const paid = attributes.boolean('non_basic_services_allowed');
  return { ...Object.fromEntries(named), ...(paid === undefined ? {} : { paid_services_allowed: paid }) };
}
