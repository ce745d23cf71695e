// Who may do what through V2, cell by cell: every holder of a role tries every operation in a place of its own.
// Whoever is allowed leaves events; whoever is not leaves none and hears 403, since V2 says what exists.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openWorld, type Person, type World } from '../v3/world.ts';

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

/** One organization with one space, and in both one member who is nobody else. */
interface Place {
  readonly organization: string;
  readonly space: string;
  readonly member: string;
  readonly memberName: string;
}

interface Operation {
  readonly method: string;
  readonly path: (place: Place) => string;
  readonly body?: (place: Place) => object;
  readonly allowed: readonly Holder[];
  readonly status: number;
}

/** Supporters of spaces are not let into V2 at all. */
const spaceReaders: readonly Holder[] = ['space_manager', 'space_developer', 'space_auditor'];
const inOrganization: readonly Holder[] = [...globalHolders, ...organizationHolders, ...spaceReaders];
const inSpace: readonly Holder[] = [...globalHolders, 'organization_manager', ...spaceReaders];
const managers: readonly Holder[] = ['admin', 'organization_manager'];
const spaceManagers: readonly Holder[] = [...managers, 'space_manager'];

const organization = ({ organization: guid }: Place) => `/v2/organizations/${guid}`;
const space = ({ space: guid }: Place) => `/v2/spaces/${guid}`;
const user = ({ member: guid }: Place) => `/v2/users/${guid}`;
const username = ({ memberName }: Place) => ({ username: memberName });

const read = (path: (place: Place) => string, allowed: readonly Holder[]): Operation => ({
  method: 'GET',
  path,
  allowed,
  status: 200,
});

const remove = (path: (place: Place) => string, allowed: readonly Holder[]): Operation => ({
  method: 'DELETE',
  path,
  allowed,
  status: 204,
});

const put = (
  path: (place: Place) => string,
  allowed: readonly Holder[],
  body?: (place: Place) => object,
): Operation => ({ method: 'PUT', path, allowed, status: 201, ...(body === undefined ? {} : { body }) });

const operations: Readonly<Record<string, Operation>> = {
  'create an organization': {
    method: 'POST',
    path: () => '/v2/organizations',
    body: () => ({ name: randomUUID() }),
    allowed: ['admin'],
    status: 201,
  },
  'read an organization': read(organization, inOrganization),
  'read the summary of an organization': read((place) => `${organization(place)}/summary`, inOrganization),
  'list the managers of an organization': read((place) => `${organization(place)}/managers`, inOrganization),
  'list who has which role in an organization': read(
    (place) => `${organization(place)}/user_roles`,
    inOrganization,
  ),
  'rename an organization': put(organization, managers, () => ({ name: randomUUID() })),
  'change the members of an organization': put(organization, managers, ({ member }) => ({
    auditor_guids: [member],
  })),
  'suspend an organization': put(organization, ['admin'], () => ({ status: 'suspended' })),
  'have an organization billed': put(organization, ['admin'], () => ({ billing_enabled: true })),
  'take the segment of an organization away': {
    ...remove((place) => `${organization(place)}/default_isolation_segment`, managers),
    status: 200,
  },
  'delete an organization': remove((place) => `${organization(place)}?recursive=true`, ['admin']),
  'give a role in an organization by guid': put(
    (place) => `${organization(place)}/auditors/${place.member}`,
    managers,
  ),
  'give a role in an organization by name': put(
    (place) => `${organization(place)}/auditors`,
    managers,
    username,
  ),
  'take a role in an organization by guid': remove(
    (place) => `${organization(place)}/auditors/${place.member}`,
    managers,
  ),
  'take a role in an organization by name': {
    ...remove((place) => `${organization(place)}/auditors`, managers),
    body: username,
  },
  'take a role in an organization from the side of the user': remove(
    (place) => `${user(place)}/audited_organizations/${place.organization}`,
    managers,
  ),
  'give a role in an organization from the side of the user': put(
    (place) => `${user(place)}/audited_organizations/${place.organization}`,
    ['admin'],
  ),
  'create a space': {
    method: 'POST',
    path: () => '/v2/spaces',
    body: (place) => ({ name: 'new', organization_guid: place.organization }),
    allowed: managers,
    status: 201,
  },
  'read a space': read(space, inSpace),
  'read the summary of a space': read((place) => `${space(place)}/summary`, inSpace),
  'list the developers of a space': read((place) => `${space(place)}/developers`, inSpace),
  'rename a space': put(space, spaceManagers, () => ({ name: 'renamed' })),
  'forbid ssh in a space': put(space, spaceManagers, () => ({ allow_ssh: false })),
  'take the segment of a space away': {
    ...remove((place) => `${space(place)}/isolation_segment`, managers),
    status: 200,
  },
  'delete a space': remove(space, managers),
  'give a role in a space by guid': put(
    (place) => `${space(place)}/developers/${place.member}`,
    spaceManagers,
  ),
  'give a role in a space by name': put((place) => `${space(place)}/developers`, spaceManagers, username),
  'take a role in a space by guid': remove(
    (place) => `${space(place)}/auditors/${place.member}`,
    spaceManagers,
  ),
  'take a role in a space by name': {
    method: 'POST',
    path: (place) => `${space(place)}/auditors/remove`,
    body: username,
    allowed: spaceManagers,
    status: 200,
  },
  'take a role in a space from the side of the user': remove(
    (place) => `${user(place)}/audited_spaces/${place.space}`,
    spaceManagers,
  ),
  'list users': read(() => '/v2/users', ['admin', 'admin_read_only']),
  'read a user': read(user, ['admin', 'admin_read_only']),
  'create a user': {
    method: 'POST',
    path: () => '/v2/users',
    body: () => ({ guid: randomUUID() }),
    allowed: ['admin'],
    status: 201,
  },
  'change a user': put(user, ['admin'], () => ({ managed_organization_guids: [] })),
  'delete a user': remove(user, ['admin']),
};

let world: World;
let member: Person;
const people = new Map<Holder, Person>();

before(async () => {
  world = await openWorld();
  member = await world.person('member');
  for (const holder of holders) {
    const isGlobal = globalHolders.some((name) => name === holder);
    const scopes = isGlobal ? [`cloud_controller.${holder}`] : [];
    people.set(holder, await world.person(`holder ${holder}`, scopes));
  }
});

after(() => world.stop());

for (const [name, operation] of Object.entries(operations)) {
  test(name, async () => {
    for (const holder of holders) {
      const place = await placeWith(holder);
      const eventsBefore = await eventsTotal();
      const body = operation.body?.(place);
      const call = { token: personOf(holder).token, ...(body === undefined ? {} : { body }) };
      const { status, text } = await world.call(operation.method, operation.path(place), call);
      const told = (await eventsTotal()) - eventsBefore;
      const allowed = operation.allowed.includes(holder);
      assert.equal(status, allowed ? operation.status : 403, `${holder}: ${text}`);
      assert.equal(told > 0, allowed && operation.method !== 'GET', `${holder}: ${told} events`);
      if (name === 'delete a user' && allowed) member = await world.person(randomUUID());
    }
  });
}

test('a suspended organization can be changed by admins alone', async () => {
  const place = await placeWith('organization_manager');
  const suspended = { body: { status: 'suspended' } };
  assert.equal((await world.call('PUT', organization(place), suspended)).status, 201);
  const { token } = personOf('organization_manager');
  for (const name of [
    'rename an organization',
    'rename a space',
    'take the segment of a space away',
    'give a role in a space by guid',
  ]) {
    const operation = operations[name];
    assert.ok(operation);
    const { method, path, body, status } = operation;
    const call = { token, ...(body === undefined ? {} : { body: body(place) }) };
    assert.equal((await world.call(method, path(place), call)).json.error_code, 'CF-OrgSuspended', name);
    assert.equal((await world.call(method, path(place), { body: body?.(place) ?? {} })).status, status, name);
  }
});

test('without a token there is nothing', async () => {
  const reply = await world.call('GET', '/v2/organizations', { token: null });
  assert.deepEqual([reply.status, reply.json.error_code], [401, 'CF-NotAuthenticated']);
});

function personOf(holder: Holder): Person {
  const person = people.get(holder);
  assert.ok(person);
  return person;
}

async function placeWith(holder: Holder): Promise<Place> {
  const organizationGuid = await world.organization(randomUUID());
  const spaceGuid = await world.space('space', organizationGuid);
  await world.give('organization_user', member.guid, organizationGuid);
  await world.give('organization_auditor', member.guid, organizationGuid);
  await world.give('space_auditor', member.guid, spaceGuid);
  const { guid } = personOf(holder);
  if (organizationHolders.some((name) => name === holder)) await world.give(holder, guid, organizationGuid);
  if (spaceHolders.some((name) => name === holder)) {
    await world.give('organization_user', guid, organizationGuid);
    await world.give(holder, guid, spaceGuid);
  }
  return {
    organization: organizationGuid,
    space: spaceGuid,
    member: member.guid,
    memberName: member.name,
  };
}

async function eventsTotal(): Promise<number> {
  return (await world.call('GET', '/v3/audit_events?per_page=1')).json.pagination.total_results;
}
