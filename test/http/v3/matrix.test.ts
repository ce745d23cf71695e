// Who may do what to organizations, spaces, roles and users (matrix.ts).
import { randomUUID } from 'node:crypto';
import {
  holders,
  inOrganization,
  inSpace,
  managers,
  type Operation,
  type Place,
  spaceManagers,
  testMatrix,
} from './matrix.ts';
import { roleBody } from './world.ts';

/** With one user in both who is nobody else. */
interface Peopled extends Place {
  readonly user: string;
  readonly organizationRole: string;
  readonly spaceRole: string;
  /** A user without any role. */
  readonly newcomer: string;
}

const organization = ({ organization: guid }: Peopled) => `/v3/organizations/${guid}`;
const space = ({ space: guid }: Peopled) => `/v3/spaces/${guid}`;
const user = ({ user: guid }: Peopled) => `/v3/users/${guid}`;
const role = (guid: string) => `/v3/roles/${guid}`;
const data = (guid: string) => ({ data: { guid } });

const operations: Readonly<Record<string, Operation<Peopled>>> = {
  'create an organization': {
    method: 'POST',
    path: () => '/v3/organizations',
    body: () => ({ name: randomUUID() }),
    allowed: ['admin'],
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read an organization': {
    method: 'GET',
    path: organization,
    allowed: inOrganization,
    status: 200,
    seenBy: [],
    unseen: 404,
  },
  'rename an organization': {
    method: 'PATCH',
    path: organization,
    body: () => ({ name: randomUUID() }),
    allowed: managers,
    status: 200,
    seenBy: inOrganization,
    unseen: 404,
  },
  'suspend an organization': {
    method: 'PATCH',
    path: organization,
    body: () => ({ suspended: true }),
    allowed: ['admin'],
    status: 200,
    seenBy: inOrganization,
    unseen: 404,
  },
  'set the default isolation segment': {
    method: 'PATCH',
    path: (place) => `${organization(place)}/relationships/default_isolation_segment`,
    body: () => ({ data: null }),
    allowed: managers,
    status: 200,
    seenBy: inOrganization,
    unseen: 404,
  },
  'delete an organization': {
    method: 'DELETE',
    path: organization,
    allowed: ['admin'],
    status: 202,
    seenBy: inOrganization,
    unseen: 404,
  },
  'create a space': {
    method: 'POST',
    path: () => '/v3/spaces',
    body: ({ organization: guid }) => ({ name: 'new', relationships: { organization: data(guid) } }),
    allowed: managers,
    status: 201,
    seenBy: inOrganization,
    unseen: 422,
  },
  'read a space': {
    method: 'GET',
    path: space,
    allowed: inSpace,
    status: 200,
    seenBy: [],
    unseen: 404,
  },
  'rename a space': {
    method: 'PATCH',
    path: space,
    body: () => ({ name: 'renamed' }),
    allowed: spaceManagers,
    status: 200,
    seenBy: inSpace,
    unseen: 404,
  },
  'switch a feature of a space': {
    method: 'PATCH',
    path: (place) => `${space(place)}/features/ssh`,
    body: () => ({ enabled: false }),
    allowed: spaceManagers,
    status: 200,
    seenBy: inSpace,
    unseen: 404,
  },
  'set the isolation segment of a space': {
    method: 'PATCH',
    path: (place) => `${space(place)}/relationships/isolation_segment`,
    body: () => ({ data: null }),
    allowed: managers,
    status: 200,
    seenBy: inSpace,
    unseen: 404,
  },
  'delete a space': {
    method: 'DELETE',
    path: space,
    allowed: managers,
    status: 202,
    seenBy: inSpace,
    unseen: 404,
  },
  'give a role in an organization': {
    method: 'POST',
    path: () => '/v3/roles',
    body: (place) => roleBody('organization_auditor', { guid: place.newcomer }, place.organization),
    allowed: managers,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'take a role in an organization': {
    method: 'DELETE',
    path: (place) => role(place.organizationRole),
    allowed: managers,
    status: 202,
    seenBy: inOrganization,
    unseen: 404,
  },
  'give a role in a space': {
    method: 'POST',
    path: () => '/v3/roles',
    body: (place) => roleBody('space_developer', { guid: place.user }, place.space),
    allowed: spaceManagers,
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'take a role in a space': {
    method: 'DELETE',
    path: (place) => role(place.spaceRole),
    allowed: spaceManagers,
    status: 202,
    seenBy: inSpace,
    unseen: 404,
  },
  'create a user': {
    method: 'POST',
    path: () => '/v3/users',
    body: () => ({ guid: randomUUID() }),
    allowed: ['admin'],
    status: 201,
    seenBy: holders,
    unseen: 403,
  },
  'read a user': {
    method: 'GET',
    path: user,
    allowed: inOrganization,
    status: 200,
    seenBy: [],
    unseen: 404,
  },
  'change a user': {
    method: 'PATCH',
    path: user,
    body: () => ({ metadata: { labels: { a: 'b' } } }),
    allowed: ['admin'],
    status: 200,
    seenBy: inOrganization,
    unseen: 404,
  },
  'delete a user': {
    method: 'DELETE',
    path: user,
    allowed: ['admin'],
    status: 202,
    seenBy: inOrganization,
    unseen: 404,
  },
};

testMatrix(operations, async (world, place) => {
  const member = randomUUID();
  const newcomer = randomUUID();
  await world.call('POST', '/v3/users', { body: { guid: newcomer } });
  return {
    ...place,
    user: member,
    newcomer,
    organizationRole: await world.give('organization_billing_manager', member, place.organization),
    spaceRole: await world.give('space_auditor', member, place.space),
  };
});
