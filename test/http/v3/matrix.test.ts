// Who may do what, cell by cell: every holder of a role tries every operation in a place of its own. Whoever is
// allowed leaves events; whoever is not leaves none, and hears 403 only where the thing is there to be seen.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openWorld, type Person, roleBody, type World } from './world.ts';

const globalHolders = ['admin', 'admin_read_only', 'global_auditor'] as const;
const organizationHolders = [
  'organization_user',
  'organization_manager',
  'organization_billing_manager',
  'organization_auditor',
] as const;
const spaceHolders = ['space_manager', 'space_developer', 'space_auditor', 'space_supporter'] as const;
const holders = [...globalHolders, ...organizationHolders, ...spaceHolders, 'nobody'] as const;

type Holder = (typeof holders)[number];

/** One organization with one space, and in both one user who is nobody else. */
interface Place {
  readonly organization: string;
  readonly space: string;
  readonly user: string;
  readonly organizationRole: string;
  readonly spaceRole: string;
  /** A user without any role. */
  readonly newcomer: string;
}

interface Operation {
  readonly method: string;
  readonly path: (place: Place) => string;
  readonly body?: (place: Place) => object;
  readonly allowed: readonly Holder[];
  readonly status: number;
  /** Who is answered 403 where not allowed; everybody else is answered `unseen`. */
  readonly seenBy: readonly Holder[];
  readonly unseen: number;
}

const inOrganization: readonly Holder[] = [...globalHolders, ...organizationHolders, ...spaceHolders];
const inSpace: readonly Holder[] = [...globalHolders, 'organization_manager', ...spaceHolders];
const managers: readonly Holder[] = ['admin', 'organization_manager'];
const spaceManagers: readonly Holder[] = [...managers, 'space_manager'];

const organization = ({ organization: guid }: Place) => `/v3/organizations/${guid}`;
const space = ({ space: guid }: Place) => `/v3/spaces/${guid}`;
const user = ({ user: guid }: Place) => `/v3/users/${guid}`;
const role = (guid: string) => `/v3/roles/${guid}`;
const data = (guid: string) => ({ data: { guid } });

const operations: Readonly<Record<string, Operation>> = {
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

let world: World;
const people = new Map<Holder, Pick<Person, 'guid' | 'token'>>();

before(async () => {
  world = await openWorld();
  for (const holder of holders) {
    const isGlobal = globalHolders.some((name) => name === holder);
    people.set(
      holder,
      await world.person(holder === 'admin' ? 'another admin' : holder, scopes(holder, isGlobal)),
    );
  }
});

after(() => world.stop());

for (const [name, operation] of Object.entries(operations)) {
  test(name, async () => {
    for (const holder of holders) {
      const place = await placeWith(holder);
      const before = await eventsTotal();
      const { token } = personOf(holder);
      const body = operation.body?.(place);
      const call = { token, ...(body === undefined ? {} : { body }) };
      const { status, text } = await world.call(operation.method, operation.path(place), call);
      const told = (await eventsTotal()) - before;
      const allowed = operation.allowed.includes(holder);
      const expected = allowed
        ? operation.status
        : operation.seenBy.includes(holder)
          ? 403
          : operation.unseen;
      assert.equal(status, expected, `${holder}: ${text}`);
      assert.equal(told > 0, allowed && operation.method !== 'GET', `${holder}: ${told} events`);
    }
  });
}

/** The scopes of whoever reads or rules everything; with the ordinary ones they could also write. */
function scopes(holder: Holder, isGlobal: boolean): string[] {
  return isGlobal ? [`cloud_controller.${holder}`] : [];
}

function personOf(holder: Holder): Pick<Person, 'guid' | 'token'> {
  const person = people.get(holder);
  assert.ok(person);
  return person;
}

async function placeWith(holder: Holder): Promise<Place> {
  const organizationGuid = await world.organization(randomUUID());
  const spaceGuid = await world.space('space', organizationGuid);
  const member = randomUUID();
  const newcomer = randomUUID();
  await world.call('POST', '/v3/users', { body: { guid: newcomer } });
  const place = {
    organization: organizationGuid,
    space: spaceGuid,
    user: member,
    newcomer,
    organizationRole: await world.give('organization_billing_manager', member, organizationGuid),
    spaceRole: await world.give('space_auditor', member, spaceGuid),
  };
  const { guid } = personOf(holder);
  if (organizationHolders.some((name) => name === holder)) await world.give(holder, guid, organizationGuid);
  if (spaceHolders.some((name) => name === holder)) {
    await world.give('organization_user', guid, organizationGuid);
    await world.give(holder, guid, spaceGuid);
  }
  return place;
}

async function eventsTotal(): Promise<number> {
  return (await world.call('GET', '/v3/audit_events?per_page=1')).json.pagination.total_results;
}
