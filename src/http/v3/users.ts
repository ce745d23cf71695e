// `/v3/users`: those who can have roles. Names come from the accounts of the same guids; only admins change users.
import { usersSeen } from '../../foundation/sight.ts';
import type { Labelled } from '../../foundation/table/labels.ts';
import { presentationName, type User, userOf, userTable } from '../../foundation/table/users.ts';
import { accountOrigin, accountTable, nameKey } from '../../identity/account.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import { any, oneOf, type Row, type RowFilter } from '../../store/table.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { accepted, findSeen, head } from './answer.ts';
import { type Body, guid, optional, readBody, refuse, string, textOf, unknownFields } from './body.ts';
import { metadataChanges, metadataProblems, readMetadata } from './labels.ts';
import { answerList, type Collection, listed, type Show } from './list.ts';
import { v3Route } from './v3-route.ts';

/** Reads the body of a creation: by guid, or by name and origin. Throws UnprocessableEntity. */
export function parseNewUser(body: Body) {
  refuse([
    ...metadataProblems(body),
    ...unknownFields(body, ['guid', 'origin', 'username', 'metadata']),
    ...optional(body.guid, (value) => guid('Guid', value)),
    ...optional(body.origin, (value) => string('Origin', value)),
    ...optional(body.username, (value) => string('Username', value)),
    ...whoProblems(body),
  ]);
  const [username, origin] = [textOf(body.username) ?? '', textOf(body.origin) ?? ''];
  const known = textOf(body.guid);
  const user = known === null ? { username, origin } : { guid: known };
  return { user, metadata: metadataChanges(body), request: body };
}

/** Reads the body of a change. Throws UnprocessableEntity. */
function parseUserChanges(body: Body) {
  refuse([...metadataProblems(body), ...unknownFields(body, ['metadata'])]);
  return { metadata: metadataChanges(body), request: body };
}

function presentUser({ resource, metadata }: Labelled<User>, url: string): object {
  return {
    ...head(resource),
    username: resource.username,
    presentation_name: presentationName(resource),
    origin: resource.origin,
    metadata,
    links: { self: { href: `${url}/v3/users/${encodeURIComponent(resource.guid)}` } },
  };
}

const showUsers: Show = async (rows, services) => {
  const users = await withAccounts(rows, services);
  const metadataOf = await readMetadata(
    services.store,
    'user',
    users.map((user) => user.guid),
  );
  return users.map((resource) =>
    presentUser({ resource, metadata: metadataOf(resource.guid) }, services.url),
  );
};

/** Shows users by guid, wherever they are included. */
export async function includedUsers(guids: readonly string[], services: Services): Promise<object[]> {
  return showUsers(await services.store.rows(userTable, { where: oneOf('guid', guids) }), services);
}

/** Users by the accounts that they log in with. */
function byAccount(where: RowFilter): RowFilter {
  return { kind: 'within', column: 'guid', table: accountTable, select: 'guid', where };
}

export const userCollection: Collection = {
  table: userTable,
  filters: {
    usernames: (names) => byAccount(oneOf('username_key', names.map(nameKey))),
    partial_usernames: (parts) =>
      byAccount(any(...parts.map((part) => ({ kind: 'contains', column: 'username', part }) as const))),
    origins: (origins) => byAccount(oneOf('origin', origins)),
  },
  orders: {},
  labels: 'user',
  includes: {},
  rules: ({ lists }) => {
    const [full, partial] = [lists.has('usernames'), lists.has('partial_usernames')];
    const lone = lists.has('origins') && !full && !partial;
    return [
      ...(lone ? ['Origins filter cannot be provided without usernames or partial_usernames filter.'] : []),
      ...(full && partial
        ? ['Usernames filter cannot be provided with both usernames and partial_usernames filter.']
        : []),
    ];
  },
  show: showUsers,
};

async function list(call: KnownCall, services: Services): Promise<Answer> {
  const seen = usersSeen(await services.standing(call.principal));
  return answerList(call, services, userCollection, '/v3/users', seen);
}

async function find(call: KnownCall, services: Services) {
  const standing = await services.standing(call.principal);
  const row = await findSeen(call, services, userTable, usersSeen(standing), 'User');
  return { standing, row, guid: String(row.guid) };
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const { row } = await find(call, services);
  const [body] = await showUsers([row], services);
  return { status: 200, ...(body === undefined ? {} : { body }) };
}

async function create(call: KnownCall, services: Services): Promise<Answer> {
  const permit = grant(await services.standing(call.principal), 'user.create', anywhere);
  const made = await services.perform('user.create', permit, call.doer, parseNewUser(readBody(call)));
  return { status: 201, body: presentUser(made, services.url) };
}

async function update(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  const permit = grant(standing, 'user.update', anywhere);
  const input = { guid, ...parseUserChanges(readBody(call)) };
  const changed = await services.perform('user.update', permit, call.doer, input);
  return { status: 200, body: presentUser(changed, services.url) };
}

async function remove(call: KnownCall, services: Services): Promise<Answer> {
  const { standing, guid } = await find(call, services);
  const permit = grant(standing, 'user.delete', anywhere);
  return accepted(services, await services.perform('user.delete', permit, call.doer, { guid }));
}

async function withAccounts(rows: readonly Row[], { store }: Services): Promise<User[]> {
  if (rows.length === 0) return [];
  const where = oneOf(
    'guid',
    rows.map((row) => String(row.guid)),
  );
  const accounts = await store.rows(accountTable, { where });
  const byGuid = new Map(accounts.map((account) => [account.guid, account]));
  return rows.map((row) => userOf(row, byGuid.get(String(row.guid))));
}

function whoProblems({ guid, username, origin }: Body): string[] {
  const has = (value: unknown): boolean => value !== undefined && value !== null && value !== false;
  if (has(guid)) {
    return [
      ...(has(username) ? ["Username cannot be provided with 'guid'"] : []),
      ...(has(origin) ? ["Origin cannot be provided with 'guid'"] : []),
    ];
  }
  if (!has(username) && !has(origin)) return ["Guid or 'username' and 'origin' must be provided"];
  return [
    ...(has(username) ? [] : ["Origin can only be provided together with 'username'"]),
    ...(has(origin) ? [] : ["Username can only be provided together with 'origin'"]),
    ...(origin === accountOrigin ? ["Origin cannot be 'uaa' when creating a user by username"] : []),
  ];
}

const collection = '/v3/users';
const one = `${collection}/:guid`;

export const routes: readonly Route[] = [
  v3Route('POST', collection, 'Create a user', create),
  v3Route('GET', collection, 'List users', list, listed(userCollection)),
  v3Route('GET', one, 'Get a user', show),
  v3Route('PATCH', one, 'Update a user', update),
  v3Route('DELETE', one, 'Delete a user', remove),
];
