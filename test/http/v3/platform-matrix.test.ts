// Who may do what to quotas, domains, isolation segments, feature flags and security groups (matrix.ts).
import { randomUUID } from 'node:crypto';
import {
  globalHolders,
  type Holder,
  holders,
  inOrganization,
  inSpace,
  managers,
  type Operation,
  type Place,
  spaceHolders,
  spaceManagers,
  testMatrix,
} from './matrix.ts';
import { expectStatus, type World } from './world.ts';

/** What belongs to the platform, and what belongs to an organization or a space. */
interface Furnished extends Place {
  readonly quota: string;
  readonly spaceQuota: string;
  /** Applies to the space. */
  readonly appliedQuota: string;
  readonly privateDomain: string;
  readonly sharedDomain: string;
  /** A private domain that is shared with the other organization. */
  readonly lent: string;
  /** An organization that nobody has a role in. */
  readonly other: string;
  readonly segment: string;
  /** The organization is entitled to it. */
  readonly entitled: string;
  /** Bound to nothing. */
  readonly group: string;
  /** Bound to the space. */
  readonly bound: string;
}

const data = (guid: string) => ({ data: { guid } });
const many = (...guids: string[]) => ({ data: guids.map((guid) => ({ guid })) });
const dotted = () => `d${randomUUID()}.example.test`;

const admins: readonly Holder[] = ['admin'];
const domainReaders: readonly Holder[] = [
  ...globalHolders,
  'organization_manager',
  'organization_auditor',
  ...spaceHolders,
];
const quotaReaders: readonly Holder[] = inSpace;

/** Who may not read something does not hear that it is there. */
function read(path: Operation<Furnished>['path'], allowed: readonly Holder[]): Operation<Furnished> {
  return { method: 'GET', path, allowed, status: 200, seenBy: [], unseen: 404 };
}

const operations: Readonly<Record<string, Operation<Furnished>>> = {
  'create an organization quota': {
    method: 'POST',
    path: () => '/v3/organization_quotas',
    body: () => ({ name: randomUUID() }),
    allowed: admins,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read an organization quota': read(({ quota }) => `/v3/organization_quotas/${quota}`, holders),
  'change an organization quota': {
    method: 'PATCH',
    path: ({ quota }) => `/v3/organization_quotas/${quota}`,
    body: () => ({ name: randomUUID() }),
    allowed: admins,
    status: 200,
    seenBy: holders,
    unseen: 403,
  },
  'apply an organization quota': {
    method: 'POST',
    path: ({ quota }) => `/v3/organization_quotas/${quota}/relationships/organizations`,
    body: ({ organization }) => many(organization),
    allowed: admins,
    status: 200,
    seenBy: holders,
    unseen: 403,
  },
  'delete an organization quota': {
    method: 'DELETE',
    path: ({ quota }) => `/v3/organization_quotas/${quota}`,
    allowed: admins,
    status: 202,
    seenBy: holders,
    unseen: 403,
  },
  'create a space quota': {
    method: 'POST',
    path: () => '/v3/space_quotas',
    body: ({ organization }) => ({ name: 'new', relationships: { organization: data(organization) } }),
    allowed: managers,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read a space quota that applies to a space': read(
    ({ appliedQuota }) => `/v3/space_quotas/${appliedQuota}`,
    quotaReaders,
  ),
  'read a space quota that applies to no space': read(
    ({ spaceQuota }) => `/v3/space_quotas/${spaceQuota}`,
    [...globalHolders, 'organization_manager'],
  ),
  'change a space quota': {
    method: 'PATCH',
    path: ({ appliedQuota }) => `/v3/space_quotas/${appliedQuota}`,
    body: () => ({ name: 'changed' }),
    allowed: managers,
    status: 200,
    seenBy: quotaReaders,
    unseen: 404,
  },
  'apply a space quota': {
    method: 'POST',
    path: ({ appliedQuota }) => `/v3/space_quotas/${appliedQuota}/relationships/spaces`,
    body: ({ space }) => many(space),
    allowed: managers,
    status: 200,
    seenBy: quotaReaders,
    unseen: 404,
  },
  'take a space quota off': {
    method: 'DELETE',
    path: ({ appliedQuota, space }) => `/v3/space_quotas/${appliedQuota}/relationships/spaces/${space}`,
    allowed: managers,
    status: 204,
    seenBy: quotaReaders,
    unseen: 404,
  },
  'delete a space quota': {
    method: 'DELETE',
    path: ({ spaceQuota }) => `/v3/space_quotas/${spaceQuota}`,
    allowed: managers,
    status: 202,
    seenBy: [...globalHolders, 'organization_manager'],
    unseen: 404,
  },
  'create a private domain': {
    method: 'POST',
    path: () => '/v3/domains',
    body: ({ organization }) => ({ name: dotted(), relationships: { organization: data(organization) } }),
    allowed: managers,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'create a shared domain': {
    method: 'POST',
    path: () => '/v3/domains',
    body: () => ({ name: dotted() }),
    allowed: admins,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read a private domain': read(({ privateDomain }) => `/v3/domains/${privateDomain}`, domainReaders),
  'read a shared domain': read(({ sharedDomain }) => `/v3/domains/${sharedDomain}`, holders),
  'label a private domain': {
    method: 'PATCH',
    path: ({ privateDomain }) => `/v3/domains/${privateDomain}`,
    body: () => ({ metadata: { labels: { a: 'b' } } }),
    allowed: managers,
    status: 200,
    seenBy: domainReaders,
    unseen: 404,
  },
  'label a shared domain': {
    method: 'PATCH',
    path: ({ sharedDomain }) => `/v3/domains/${sharedDomain}`,
    body: () => ({ metadata: { labels: { a: 'b' } } }),
    allowed: admins,
    status: 200,
    seenBy: holders,
    unseen: 403,
  },
  'stop sharing a domain': {
    method: 'DELETE',
    path: ({ lent, other }) => `/v3/domains/${lent}/relationships/shared_organizations/${other}`,
    allowed: managers,
    status: 204,
    seenBy: domainReaders,
    unseen: 404,
  },
  'delete a private domain': {
    method: 'DELETE',
    path: ({ privateDomain }) => `/v3/domains/${privateDomain}`,
    allowed: managers,
    status: 202,
    seenBy: domainReaders,
    unseen: 404,
  },
  'delete a shared domain': {
    method: 'DELETE',
    path: ({ sharedDomain }) => `/v3/domains/${sharedDomain}`,
    allowed: admins,
    status: 202,
    seenBy: holders,
    unseen: 403,
  },
  'create an isolation segment': {
    method: 'POST',
    path: () => '/v3/isolation_segments',
    body: () => ({ name: randomUUID() }),
    allowed: admins,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read an isolation segment': read(({ entitled }) => `/v3/isolation_segments/${entitled}`, inOrganization),
  'read an isolation segment of nobody': read(
    ({ segment }) => `/v3/isolation_segments/${segment}`,
    globalHolders,
  ),
  'rename an isolation segment': {
    method: 'PATCH',
    path: ({ segment }) => `/v3/isolation_segments/${segment}`,
    body: () => ({ name: randomUUID() }),
    allowed: admins,
    status: 200,
    seenBy: holders,
    unseen: 403,
  },
  'entitle an organization': {
    method: 'POST',
    path: ({ segment }) => `/v3/isolation_segments/${segment}/relationships/organizations`,
    body: ({ organization }) => many(organization),
    allowed: admins,
    status: 200,
    seenBy: holders,
    unseen: 403,
  },
  'revoke an entitlement': {
    method: 'DELETE',
    path: (place) =>
      `/v3/isolation_segments/${place.entitled}/relationships/organizations/${place.organization}`,
    allowed: admins,
    status: 204,
    seenBy: holders,
    unseen: 403,
  },
  'isolate an organization': {
    method: 'PATCH',
    path: ({ organization }) => `/v3/organizations/${organization}/relationships/default_isolation_segment`,
    body: ({ entitled }) => data(entitled),
    allowed: managers,
    status: 200,
    seenBy: inOrganization,
    unseen: 404,
  },
  'isolate a space': {
    method: 'PATCH',
    path: ({ space }) => `/v3/spaces/${space}/relationships/isolation_segment`,
    body: ({ entitled }) => data(entitled),
    allowed: managers,
    status: 200,
    seenBy: inSpace,
    unseen: 404,
  },
  'delete an isolation segment': {
    method: 'DELETE',
    path: ({ segment }) => `/v3/isolation_segments/${segment}`,
    allowed: admins,
    status: 204,
    seenBy: holders,
    unseen: 403,
  },
  'read a feature flag': read(() => '/v3/feature_flags/diego_docker', holders),
  'set a feature flag': {
    method: 'PATCH',
    path: () => '/v3/feature_flags/diego_docker',
    body: () => ({ enabled: true }),
    allowed: admins,
    status: 200,
    seenBy: holders,
    unseen: 403,
  },
  'create a security group': {
    method: 'POST',
    path: () => '/v3/security_groups',
    body: () => ({ name: randomUUID() }),
    allowed: admins,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read a security group of a space': read(({ bound }) => `/v3/security_groups/${bound}`, inSpace),
  'read a security group of no space': read(({ group }) => `/v3/security_groups/${group}`, globalHolders),
  'change a security group': {
    method: 'PATCH',
    path: ({ bound }) => `/v3/security_groups/${bound}`,
    body: () => ({ name: randomUUID() }),
    allowed: admins,
    status: 200,
    seenBy: inSpace,
    unseen: 404,
  },
  'bind a security group': {
    method: 'POST',
    path: ({ bound }) => `/v3/security_groups/${bound}/relationships/staging_spaces`,
    body: ({ space }) => many(space),
    allowed: spaceManagers,
    status: 200,
    seenBy: inSpace,
    unseen: 404,
  },
  'unbind a security group': {
    method: 'DELETE',
    path: ({ bound, space }) => `/v3/security_groups/${bound}/relationships/running_spaces/${space}`,
    allowed: spaceManagers,
    status: 204,
    seenBy: inSpace,
    unseen: 404,
  },
  'delete a security group': {
    method: 'DELETE',
    path: ({ bound }) => `/v3/security_groups/${bound}`,
    allowed: admins,
    status: 202,
    seenBy: inSpace,
    unseen: 404,
  },
};

testMatrix(operations, furnish);

async function furnish(world: World, place: Place): Promise<Furnished> {
  const make = async (path: string, body: object): Promise<string> =>
    expectStatus(await world.call('POST', path, { body }), 201).json.guid;
  const owned = { organization: data(place.organization) };
  const spaces = many(place.space);
  const other = await world.organization(randomUUID());
  const lending = { ...owned, shared_organizations: many(other) };
  const entitled = await make('/v3/isolation_segments', { name: randomUUID() });
  const entitlement = `/v3/isolation_segments/${entitled}/relationships/organizations`;
  expectStatus(await world.call('POST', entitlement, { body: many(place.organization) }), 200);
  return {
    ...place,
    quota: await make('/v3/organization_quotas', { name: randomUUID() }),
    spaceQuota: await make('/v3/space_quotas', { name: 'unused', relationships: owned }),
    appliedQuota: await make('/v3/space_quotas', { name: 'applied', relationships: { ...owned, spaces } }),
    privateDomain: await make('/v3/domains', { name: dotted(), relationships: owned }),
    sharedDomain: await make('/v3/domains', { name: dotted() }),
    lent: await make('/v3/domains', { name: dotted(), relationships: lending }),
    other,
    segment: await make('/v3/isolation_segments', { name: randomUUID() }),
    entitled,
    group: await make('/v3/security_groups', { name: randomUUID() }),
    bound: await make('/v3/security_groups', {
      name: randomUUID(),
      relationships: { running_spaces: spaces },
    }),
  };
}
