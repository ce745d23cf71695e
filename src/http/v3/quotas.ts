// What the quotas of organizations and those of spaces have in common in V3: how their limits are read and shown.
import { limits as bounds } from '../../core/limits.ts';
import {
  type LimitGroup,
  type LimitName,
  type Limits,
  limitGroups,
  paidServices,
} from '../../foundation/table/quotas.ts';
import { type Body, boolean, isObject, labelOf, optional, unknownFields } from './body.ts';

/** What is wrong with the limits of a body, group by group. */
export function limitProblems(body: Body, groups: readonly LimitGroup[]): string[] {
  return groups
    .filter((group) => group in body)
    .flatMap((group) => groupProblems(group, body[group]).map((problem) => `${labelOf(group)} ${problem}`));
}

/** The limits that a body without problems names. */
export function limitsAsked(body: Body, groups: readonly LimitGroup[]): Limits {
  const asked = groups.flatMap((group) => {
    const members = body[group];
    if (!isObject(members)) return [];
    return limitGroups[group]
      .filter((name) => name in members)
      .map((name) => [name, name === paidServices ? members[name] !== false : members[name]]);
  });
  return Object.fromEntries(asked);
}

/** The groups with their limits, as members of an answer. */
export function presentLimits(limits: Limits, groups: readonly LimitGroup[]): object {
  const members = (group: LimitGroup) => limitGroups[group].map((name) => [name, limits[name] ?? null]);
  return Object.fromEntries(groups.map((group) => [group, Object.fromEntries(members(group))]));
}

function groupProblems(group: LimitGroup, members: unknown): string[] {
  if (!isObject(members)) return ['must be an object'];
  const problems = limitGroups[group].flatMap((name) =>
    optional(members[name], (value) => limitProblem(name, value)),
  );
  return [...unknownFields(members, limitGroups[group]), ...problems];
}

function limitProblem(name: LimitName, value: unknown): string[] {
  const label = labelOf(name);
  if (name === paidServices) return boolean(label, value);
  if (typeof value !== 'number') return [`${label} is not a number`];
  if (!Number.isInteger(value)) return [`${label} must be an integer`];
  const most = name === 'log_rate_limit_in_bytes_per_second' ? bounds.logRateMax : bounds.quotaLimitMax;
  if (value > most) return [`${label} must be less than or equal to ${most}`];
  return value < 0 ? [`${label} must be greater than or equal to 0`] : [];
}
