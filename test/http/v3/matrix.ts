// Who may do what, cell by cell: every holder of a role tries every operation in a place of its own. Whoever is
// allowed leaves events; whoever is not leaves none, and hears 403 only where the thing is there to be seen.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openWorld, type Person, type World } from './world.ts';

export const globalHolders = ['admin', 'admin_read_only', 'global_auditor'] as const;
export const organizationHolders = [
  'organization_user',
  'organization_manager',
  'organization_billing_manager',
  'organization_auditor',
] as const;
export const spaceHolders = ['space_manager', 'space_developer', 'space_auditor', 'space_supporter'] as const;
export const holders = [...globalHolders, ...organizationHolders, ...spaceHolders, 'nobody'] as const;

export type Holder = (typeof holders)[number];

/** One organization with one space, in which a holder has a role. */
export interface Place {
  readonly organization: string;
  readonly space: string;
}

export interface Operation<P extends Place> {
  readonly method: string;
  readonly path: (place: P) => string;
  readonly body?: (place: P) => object;
  readonly allowed: readonly Holder[];
  readonly status: number;
  /** Who is answered 403 where not allowed; everybody else is answered `unseen`. */
  readonly seenBy: readonly Holder[];
  readonly unseen: number;
}

export const inOrganization: readonly Holder[] = [...globalHolders, ...organizationHolders, ...spaceHolders];
export const inSpace: readonly Holder[] = [...globalHolders, 'organization_manager', ...spaceHolders];
export const managers: readonly Holder[] = ['admin', 'organization_manager'];
export const spaceManagers: readonly Holder[] = [...managers, 'space_manager'];

/** Tests every operation with every holder, each in a place of its own, furnished by `furnish`. */
export function testMatrix<P extends Place>(
  operations: Readonly<Record<string, Operation<P>>>,
  furnish: (world: World, place: Place) => Promise<P>,
): void {
  let world: World;
  const people = new Map<Holder, Pick<Person, 'guid' | 'token'>>();

  before(async () => {
    world = await openWorld();
    for (const holder of holders) {
      const name = holder === 'admin' ? 'another admin' : holder;
      people.set(holder, await world.person(name, scopes(holder)));
    }
  });

  after(() => world.stop());

  for (const [name, operation] of Object.entries(operations)) {
    test(name, async () => {
      for (const holder of holders) {
        const person = people.get(holder);
        assert.ok(person);
        const place = await furnish(world, await placeOf(world, holder, person.guid));
        const before = await eventsTotal(world);
        const body = operation.body?.(place);
        const call = { token: person.token, ...(body === undefined ? {} : { body }) };
        const { status, text } = await world.call(operation.method, operation.path(place), call);
        const told = (await eventsTotal(world)) - before;
        const allowed = operation.allowed.includes(holder);
        const refusal = operation.seenBy.includes(holder) ? 403 : operation.unseen;
        assert.equal(status, allowed ? operation.status : refusal, `${holder}: ${text}`);
        assert.equal(told > 0, allowed && operation.method !== 'GET', `${holder}: ${told} events`);
      }
    });
  }
}

/** The scopes of whoever reads or rules everything; with the ordinary ones they could also write. */
function scopes(holder: Holder): string[] {
  return globalHolders.some((name) => name === holder) ? [`cloud_controller.${holder}`] : [];
}

async function placeOf(world: World, holder: Holder, userGuid: string): Promise<Place> {
  const organization = await world.organization(randomUUID());
  const space = await world.space('space', organization);
  if (organizationHolders.some((name) => name === holder)) await world.give(holder, userGuid, organization);
  if (spaceHolders.some((name) => name === holder)) {
    await world.give('organization_user', userGuid, organization);
    await world.give(holder, userGuid, space);
  }
  return { organization, space };
}

async function eventsTotal(world: World): Promise<number> {
  return (await world.call('GET', '/v3/audit_events?per_page=1')).json.pagination.total_results;
}
