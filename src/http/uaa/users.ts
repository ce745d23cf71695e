// Accounts over SCIM, as the command line manages them, and what a user may see and change of their own.
import {
  type Account,
  accountByGuid,
  accountOf,
  accountOrigin,
  accountTable,
  checkAccount,
  newAccount,
} from '../../identity/account.ts';
import { badToken, Denied } from '../../identity/denied.ts';
import { passwordProblem } from '../../identity/password.ts';
import type { KnownToken } from '../../identity/token.ts';
import type { Answer, Route } from '../route.ts';
import { uaaRoute, type Visit, visitorOf } from './dialect.ts';
import {
  columnOf,
  invalidResource,
  readFilter,
  readPasswordChange,
  readUser,
  type ScimUser,
  scimSchemas,
  userResource,
} from './scim.ts';

export const routes: readonly Route[] = [
  uaaRoute({ method: 'GET', path: '/Users', summary: 'Find accounts' }, listUsers),
  uaaRoute({ method: 'POST', path: '/Users', summary: 'Create an account' }, createUser),
  uaaRoute({ method: 'GET', path: '/Users/:id', summary: 'One account' }, oneUser),
  uaaRoute({ method: 'PUT', path: '/Users/:id', summary: 'Replace what an account says' }, replaceUser),
  uaaRoute(
    { method: 'PATCH', path: '/Users/:id', summary: 'Change some of what an account says' },
    changeUser,
  ),
  uaaRoute(
    { method: 'DELETE', path: '/Users/:id', summary: 'Delete an account and end its sessions' },
    deleteUser,
  ),
  uaaRoute({ method: 'PUT', path: '/Users/:id/password', summary: 'Change a password' }, changePassword),
  uaaRoute({ method: 'GET', path: '/userinfo', summary: 'Who the token belongs to' }, userInfo),
];

const readScopes = ['scim.read', 'scim.write', 'uaa.admin'] as const;
const writeScopes = ['scim.write', 'uaa.admin'] as const;

/** UAA's own: the length of a page where none is asked for, and the longest. */
const pageDefault = 100;
const pageMax = 500;

async function listUsers(visit: Visit): Promise<Answer> {
  await visitorOf(visit, readScopes);
  const query = new URLSearchParams(visit.query);
  const startIndex = Math.max(wholeNumber(query.get('startIndex'), 1), 1);
  const itemsPerPage = Math.min(wholeNumber(query.get('count'), pageDefault), pageMax);
  const column = columnOf(query.get('sortBy') ?? '') ?? 'created_at';
  const direction = query.get('sortOrder')?.toLowerCase() === 'descending' ? 'desc' : 'asc';
  const { rows, total } = await visit.services.store.rowPage(accountTable, {
    where: readFilter(query.get('filter') ?? ''),
    order: [{ column, direction }],
    limit: itemsPerPage,
    offset: startIndex - 1,
  });
  const wanted = (query.get('attributes') ?? '').split(',').filter((name) => name.trim() !== '');
  const resources = rows.map((row) => onlyWanted(userResource(accountOf(row)), wanted));
  return {
    status: 200,
    body: { resources, startIndex, itemsPerPage, totalResults: total, schemas: scimSchemas },
  };
}

async function createUser(visit: Visit): Promise<Answer> {
  const { doer } = await visitorOf(visit, writeScopes);
  const { doors } = visit.services;
  const { username = '', password = '', origin = '', ...rest } = readUser(visit.body);
  if (origin !== '' && origin !== accountOrigin) {
    throw invalidResource(`Accounts of other origins than "${accountOrigin}" cannot be kept here.`);
  }
  checkPassword(password);
  const checked = newAccount({ ...rest, username, passwordHash: null });
  const account = { ...checked, passwordHash: await doors.passwords.hash(password) };
  return { status: 201, body: userResource(await doors.run('account.create', { doer, account })) };
}

async function oneUser(visit: Visit): Promise<Answer> {
  const id = visit.params.id ?? '';
  await visitorOf(visit, readScopes, ({ principal }) => isUser(principal, id));
  return { status: 200, body: userResource(await existing(visit, id)) };
}

/** What is not sent stays as it is, but for the user name, which SCIM demands. */
async function replaceUser(visit: Visit): Promise<Answer> {
  return update(visit, (user) => {
    if (user.username === undefined) throw invalidResource('A user name must be given.');
  });
}

async function changeUser(visit: Visit): Promise<Answer> {
  return update(visit, () => undefined);
}

async function update(visit: Visit, check: (user: ScimUser) => void): Promise<Answer> {
  const { doer } = await visitorOf(visit, writeScopes);
  const user = readUser(visit.body);
  check(user);
  const { username, email, givenName, familyName, active } = user;
  const changes = {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(givenName !== undefined && { givenName }),
    ...(familyName !== undefined && { familyName }),
    ...(active !== undefined && { active }),
  };
  checkAccount(changes);
  const { guid } = await existing(visit, visit.params.id ?? '');
  const account = await visit.services.doors.run('account.update', { doer, guid, changes });
  return { status: 200, body: userResource(account) };
}

async function deleteUser(visit: Visit): Promise<Answer> {
  const { doer } = await visitorOf(visit, writeScopes);
  const { guid } = await existing(visit, visit.params.id ?? '');
  return {
    status: 200,
    body: userResource(await visit.services.doors.run('account.delete', { doer, guid })),
  };
}

/** Somebody's own with the old one; anybody else's by an administrator, without. */
async function changePassword(visit: Visit): Promise<Answer> {
  const id = visit.params.id ?? '';
  const { doors } = visit.services;
  const mayOwn = ({ principal }: KnownToken) =>
    isUser(principal, id) && principal.scopes.includes('password.write');
  const { doer, principal } = await visitorOf(visit, ['uaa.admin'], mayOwn);
  const { password, oldPassword } = readPasswordChange(visit.body);
  checkPassword(password);
  const account = await existing(visit, id);
  if (isUser(principal, id)) {
    await doors.confirmPassword(account, oldPassword, doer.context);
    if (password === oldPassword) {
      throw new Denied(422, 'invalid_password', 'Your new password cannot be the same as the old password.');
    }
  }
  const passwordHash = await doors.passwords.hash(password);
  await doors.run('account.password', { doer, guid: account.guid, passwordHash });
  return { status: 200, body: { status: 'ok', message: 'password updated' } };
}

async function userInfo(visit: Visit): Promise<Answer> {
  const { principal } = await visitorOf(visit, ['openid']);
  const account = await accountByGuid(visit.services.store, principal.guid);
  if (account === null) throw badToken();
  const { guid, username, email, givenName, familyName } = account;
  return {
    status: 200,
    body: {
      user_id: guid,
      sub: guid,
      user_name: username,
      given_name: givenName,
      family_name: familyName,
      name: `${givenName} ${familyName}`.trim(),
      email,
      email_verified: true,
    },
  };
}

async function existing({ services }: Visit, id: string): Promise<Account> {
  const account = await accountByGuid(services.store, id);
  if (account === null) throw new Denied(404, 'scim_resource_not_found', `User ${id} does not exist`);
  return account;
}

function isUser({ kind, guid }: KnownToken['principal'], id: string): boolean {
  return kind === 'user' && guid === id;
}

function checkPassword(password: string): void {
  const problem = passwordProblem(password);
  if (problem !== null) throw new Denied(400, 'invalid_password', problem);
}

function wholeNumber(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

/** `attributes=id,userName` asks for these members alone. */
function onlyWanted(
  resource: Readonly<Record<string, unknown>>,
  wanted: readonly string[],
): Readonly<Record<string, unknown>> {
  if (wanted.length === 0) return resource;
  const names = new Set(wanted.map((name) => name.trim().split('.')[0]?.toLowerCase()));
  return Object.fromEntries(Object.entries(resource).filter(([name]) => names.has(name.toLowerCase())));
}
