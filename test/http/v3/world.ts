// A real server with people, organizations and spaces in it, for tests of the foundation's nouns: short ways to make
// them, and what the log tells of anything that is done.
import { newAccount } from '../../../src/identity/account.ts';
import { systemDoer } from '../../../src/identity/principal.ts';
import { type CallOptions, type Reply, startServer, type TestServer } from '../../harness.ts';

export interface Person {
  readonly name: string;
  readonly guid: string;
  readonly token: string;
}

/** An event as V3 shows it, without what differs from run to run. */
export interface Told {
  readonly type: string;
  readonly target: { readonly type: string; readonly guid: string; readonly name: string };
  readonly space: string | null;
  readonly organization: string | null;
  readonly actor: string;
  readonly data: unknown;
}

export interface World extends TestServer {
  /** Somebody with an account, known to the foundation; `scopes` beside the ordinary ones. */
  person(name: string, scopes?: readonly string[]): Promise<Person>;
  /** The guid of a new organization. */
  organization(name: string): Promise<string>;
  /** The guid of a new space. */
  space(name: string, organizationGuid: string): Promise<string>;
  /** Gives a role by user guid; answers its guid. */
  give(type: string, userGuid: string, placeGuid: string): Promise<string>;
  /** What the log tells of what is done within. */
  told(action: () => Promise<unknown>): Promise<Told[]>;
}

const password = 'a password for tests only';

export async function openWorld(): Promise<World> {
  const server = await startServer();
  const made = async (path: string, body: object): Promise<string> =>
    expectStatus(await server.call('POST', path, { body }), 201).json.guid;
  return {
    ...server,
    async person(name, scopes = []) {
      const { doors } = server.running.services;
      const passwordHash = await doors.passwords.hash(password);
      const account = newAccount({ username: name, passwordHash, scopes });
      const doer = systemDoer({ absent: 'a test' });
      const { guid } = await doors.run('account.create', { doer, account });
      await made('/v3/users', { guid });
      return { name, guid, token: await server.login(name, password) };
    },
    organization: (name) => made('/v3/organizations', { name }),
    space: (name, organizationGuid) => made('/v3/spaces', { name, ...inOrganization(organizationGuid) }),
    give: (type, userGuid, placeGuid) => made('/v3/roles', roleBody(type, { guid: userGuid }, placeGuid)),
    async told(action) {
      const before = (await events(server)).length;
      await action();
      return (await events(server)).slice(before);
    },
  };
}

export function inOrganization(guid: string) {
  return { relationships: { organization: { data: { guid } } } };
}

/** The body that asks for a role. */
export function roleBody(type: string, user: object, placeGuid: string) {
  const place = type.startsWith('space') ? 'space' : 'organization';
  return { type, relationships: { user: { data: user }, [place]: { data: { guid: placeGuid } } } };
}

/** The answer, where it has the status; an error that shows it otherwise. */
export function expectStatus(reply: Reply, status: number): Reply {
  if (reply.status !== status) throw new Error(`${reply.status} instead of ${status}: ${reply.text}`);
  return reply;
}

/** Status, code and sentence of a V3 error. */
export function refusalOf(reply: Reply): readonly [status: number, title: string, detail: string] {
  const [error] = reply.json.errors;
  return [reply.status, error.title, error.detail];
}

/** What a call that must be refused answers. */
export async function refused(world: World, method: string, path: string, options?: CallOptions) {
  return refusalOf(await world.call(method, path, options));
}

async function events(server: TestServer): Promise<Told[]> {
  const reply = await server.call('GET', '/v3/audit_events?per_page=5000');
  return expectStatus(reply, 200).json.resources.map(toldOf);
}

// biome-ignore lint/suspicious/noExplicitAny: an answer is read as it comes
function toldOf({ type, target, space, organization, actor, data }: any): Told {
  return {
    type,
    target,
    space: space?.guid ?? null,
    organization: organization?.guid ?? null,
    actor: actor.guid,
    data,
  };
}
