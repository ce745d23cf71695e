// The resources of V3 that say what organizations and spaces may use: quotas, domains, security groups, isolation
// segments, feature flags. Found by their names as those of v3-schemas.ts are.
import { organizationLimits } from '../../foundation/table/organization-quotas.ts';
import { type LimitGroup, limitGroups, paidServices } from '../../foundation/table/quotas.ts';
import { spaceLimits } from '../../foundation/table/space-quotas.ts';
import {
  arrayOf,
  exactly,
  flag,
  name,
  nothing,
  object,
  orNull,
  ref,
  type Schema,
  type Schemas,
  text,
  time,
  whole,
  word,
} from './schema.ts';
import { resource, toMany, toOne } from './v3-schemas.ts';

const metadata = ref('Metadata');
const metadataChanges = ref('MetadataChanges');

const limit = (of: string): Schema =>
  of === paidServices
    ? flag('Whether paid services are allowed')
    : orNull(whole(`${of.replaceAll('_', ' ')}; null: any number`));

/** The limits of a quota, each group in one form. */
function limitsOf(groups: readonly LimitGroup[], form: (limits: Schemas) => Schema): Schemas {
  const limits = (group: LimitGroup) =>
    Object.fromEntries(limitGroups[group].map((of) => [of, limit(of)] as const));
  return Object.fromEntries(groups.map((group) => [group, form(limits(group))]));
}

/** Of a request any limit may be left out. */
function askedLimits(limits: Schemas): Schema {
  return exactly(limits, Object.keys(limits));
}

function quotaSchemas(
  noun: string,
  groups: readonly LimitGroup[],
  owner: Schemas,
  appliesTo: string,
): Schemas {
  const asked = { name: name('the quota', 'small'), ...limitsOf(groups, askedLimits) };
  const example = { name: 'small', apps: { total_memory_in_mb: 2048 } };
  const isOwned = Object.keys(owner).length > 0;
  const target = { [appliesTo]: ref('ToManyChanges') };
  return {
    [noun]: resource(
      {
        name: name('the quota', 'small'),
        ...limitsOf(groups, (limits) => object(limits)),
        relationships: object({
          ...(isOwned ? { organization: toOne('organization that owns it') } : {}),
          [appliesTo]: toMany(appliesTo),
        }),
      },
      ['self', ...Object.keys(owner)],
    ),
    [`New${noun}`]: exactly(
      { ...asked, relationships: exactly({ ...owner, ...target }, [appliesTo]) },
      [...groups, ...(isOwned ? [] : ['relationships'])],
      isOwned ? {} : { examples: [example] },
    ),
    [`${noun}Changes`]: exactly(asked, Object.keys(asked), { examples: [example] }),
  };
}

const lifecycles = { running: flag('While apps run'), staging: flag('While apps are staged') };

const rules = arrayOf(
  object(
    {
      protocol: word('Protocol', ['tcp', 'udp', 'icmp', 'all']),
      destination: text('Address, range or network', { examples: ['10.0.0.0/8'] }),
      ports: text('Ports, of tcp and udp', { examples: ['443'] }),
      type: { type: 'integer', description: 'Of icmp', minimum: -1, maximum: 255 },
      code: { type: 'integer', description: 'Of icmp', minimum: -1, maximum: 255 },
      description: text('What the rule is for'),
      log: flag('Whether traffic is logged'),
    },
    ['ports', 'type', 'code', 'description', 'log'],
    { examples: [{ protocol: 'tcp', destination: '10.0.0.0/8', ports: '443' }] },
  ),
);

const groupName = name('the group', 'databases');

export const v3PlatformSchemas: Schemas = {
  ...quotaSchemas('OrganizationQuota', organizationLimits, {}, 'organizations'),
  ...quotaSchemas('SpaceQuota', spaceLimits, { organization: ref('ToOneChanges') }, 'spaces'),
  Domain: resource(
    {
      name: name('the domain', 'apps.example.org'),
      internal: flag('Whether it is reached from within only'),
      router_group: nothing,
      supported_protocols: arrayOf(text('A protocol', { examples: ['http'] })),
      relationships: object({
        organization: toOne('organization that owns it; null for a shared domain'),
        shared_organizations: toMany('organizations it is shared with'),
      }),
      metadata,
    },
    ['self', 'route_reservations'],
    ['organization', 'shared_organizations'],
  ),
  NewDomain: exactly(
    {
      name: name('the domain', 'apps.example.org'),
      internal: flag('Whether it is reached from within only', { default: false }),
      relationships: exactly(
        { organization: ref('ToOneChanges'), shared_organizations: ref('ToManyChanges') },
        ['shared_organizations'],
      ),
      router_group: nothing,
      metadata: metadataChanges,
    },
    ['internal', 'relationships', 'router_group', 'metadata'],
    { examples: [{ name: 'apps.example.org' }] },
  ),
  DomainChanges: exactly({ metadata: metadataChanges }, ['metadata']),
  RouteReservation: object({ matching_route: flag('Whether a route has that host and path') }),
  IsolationSegment: resource({ name: name('the segment', 'finance'), metadata }, ['self', 'organizations']),
  NewIsolationSegment: exactly({ name: name('the segment', 'finance'), metadata: metadataChanges }, [
    'metadata',
  ]),
  IsolationSegmentChanges: exactly({ name: name('the segment', 'finance'), metadata: metadataChanges }, [
    'name',
    'metadata',
  ]),
  SecurityGroup: resource(
    {
      name: groupName,
      rules,
      globally_enabled: object(lifecycles),
      relationships: object({
        running_spaces: toMany('spaces, for running apps'),
        staging_spaces: toMany('spaces, for staging'),
      }),
    },
    ['self'],
  ),
  NewSecurityGroup: exactly(
    {
      name: groupName,
      rules,
      globally_enabled: exactly(lifecycles, Object.keys(lifecycles)),
      relationships: exactly({ running_spaces: ref('ToManyChanges'), staging_spaces: ref('ToManyChanges') }, [
        'running_spaces',
        'staging_spaces',
      ]),
    },
    ['rules', 'globally_enabled', 'relationships'],
    {
      examples: [
        { name: 'databases', rules: [{ protocol: 'tcp', destination: '10.0.0.0/8', ports: '5432' }] },
      ],
    },
  ),
  SecurityGroupChanges: exactly(
    { name: groupName, rules, globally_enabled: exactly(lifecycles, Object.keys(lifecycles)) },
    ['name', 'rules', 'globally_enabled'],
    { examples: [{ globally_enabled: { running: true } }] },
  ),
  FeatureFlag: object({
    name: text('Name of the flag', { examples: ['user_org_creation'] }),
    enabled: flag('Whether it is on'),
    updated_at: orNull(time('When it was last changed')),
    custom_error_message: orNull(text('What those hear whom it stops')),
    links: object({ self: ref('Link') }),
  }),
  FeatureFlagChanges: exactly(
    {
      enabled: flag('Whether it shall be on'),
      custom_error_message: orNull(text('What those hear whom it stops')),
    },
    ['custom_error_message'],
    { examples: [{ enabled: true }] },
  ),
};
