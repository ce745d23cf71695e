// The resources of V2 that say what organizations and spaces may use. Found by their names as those of v2-schemas.ts
// are.
import { limitNames } from '../v2/entity/organization-quotas.ts';
import {
  arrayOf,
  flag,
  guid,
  name,
  nothing,
  object,
  orNull,
  type Schema,
  type Schemas,
  text,
} from './schema.ts';
import { resource } from './v2-schemas.ts';

const limit = (of: string): Schema => ({
  type: 'integer',
  description: `${of.replaceAll('_', ' ')}; -1: any number`,
  minimum: -1,
});

/** V2's limits but for some. */
function limitsBut(...left: readonly string[]): Schemas {
  const names = Object.keys(limitNames).filter((of) => !left.includes(of));
  return Object.fromEntries(names.map((of) => [of, limit(of)]));
}

const quota: Schemas = {
  name: name('the quota', 'small'),
  non_basic_services_allowed: flag('Whether paid services are allowed'),
};

const domain = name('the domain', 'apps.example.org');
const routerGroup: Schemas = { router_group_guid: nothing, router_group_type: nothing };
const owner: Schemas = { owning_organization_guid: guid('the organization that owns it') };

export const v2PlatformSchemas: Schemas = {
  V2QuotaDefinition: resource({ ...quota, ...limitsBut(), trial_db_allowed: flag('Always false') }),
  V2SpaceQuotaDefinition: resource({
    ...quota,
    organization_guid: guid('the organization that owns it'),
    ...limitsBut('total_private_domains'),
  }),
  V2SharedDomain: resource({
    name: domain,
    internal: flag('Whether it is reached from within only'),
    ...routerGroup,
  }),
  V2PrivateDomain: resource({ name: domain, ...owner }),
  V2Domain: resource({ name: domain, ...owner, ...routerGroup }, [
    ...Object.keys(owner),
    ...Object.keys(routerGroup),
  ]),
  V2SecurityGroup: resource({
    name: name('the group', 'databases'),
    rules: arrayOf({ type: 'object' }, 'Rules as V3 has them'),
    running_default: flag('Whether it holds for all running apps'),
    staging_default: flag('Whether it holds for all apps being staged'),
  }),
  V2FeatureFlag: object({
    name: text('Name of the flag', { examples: ['user_org_creation'] }),
    enabled: flag('Whether it is on'),
    error_message: orNull(text('What those hear whom it stops')),
    url: text('Path of the flag', { examples: ['/v2/config/feature_flags/user_org_creation'] }),
  }),
};
