// Feature flags: what platform operators open to everybody. A flag without a row has its default.
import type { Instant } from '../../core/instant.ts';
import type { Row, Table } from '../../store/table.ts';
import { textOrNull } from './resource.ts';

/** Every flag of the original with its default, in the original's order. */
const flagDefaults = {
  user_org_creation: false,
  private_domain_creation: true,
  app_bits_upload: true,
  app_scaling: true,
  route_creation: true,
  service_instance_creation: true,
  diego_docker: false,
  diego_cnb: false,
  set_roles_by_username: true,
  unset_roles_by_username: true,
  task_creation: true,
  env_var_visibility: true,
  space_scoped_private_broker_creation: true,
  space_developer_env_var_visibility: true,
  service_instance_sharing: false,
  hide_marketplace_from_unauthenticated_users: false,
  resource_matching: true,
  route_sharing: false,
} as const satisfies Record<string, boolean>;

export type FlagName = keyof typeof flagDefaults;

export interface FeatureFlag {
  readonly name: FlagName;
  readonly enabled: boolean;
  /** What those hear whom the flag stops, instead of its name. */
  readonly errorMessage: string | null;
  /** null: never changed. */
  readonly updatedAt: Instant | null;
}

export const featureFlagTable: Table = {
  name: 'feature_flag',
  columns: { name: 'text', enabled: 'boolean', error_message: 'text?', updated_at: 'instant' },
  key: ['name'],
  unique: [],
  indexes: [],
  bookkeeping: false,
};

export const flagNames = Object.keys(flagDefaults) as readonly FlagName[];

/** A flag with its row, or as it is by default. */
export function featureFlagOf(name: FlagName, row: Row | undefined): FeatureFlag {
  return {
    name,
    enabled: row === undefined ? flagDefaults[name] : row.enabled === true,
    errorMessage: textOrNull(row?.error_message),
    updatedAt: row === undefined ? null : Number(row.updated_at),
  };
}

/** The flag of a name that somebody asks for, or null. */
export function flagName(text: string): FlagName | null {
  return flagNames.find((name) => name === text) ?? null;
}
