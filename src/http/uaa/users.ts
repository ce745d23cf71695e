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
import { administratorScope } from '../../identity/scope.ts';
import type { KnownToken } from '../../identity/token.ts';
import type { Answer, Route } from '../route.ts';
import { uaaRoute, type Visit, type Visitor, visitorOf } from './dialect.ts';
import { listAnswer, readListRequest } from './list.ts';
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

async function listUsers(visit: Visit): Promise<Answer> {
  await visitorOf(visit, readScopes);
  const request = readListRequest(visit.query);
  const column = columnOf(request.sortBy) ?? 'created_at';
  const { rows, total } = await visit.services.store.rowPage(accountTable, {
    where: readFilter(request.filter),
    order: [{ column, direction: request.direction }],
    limit: request.itemsPerPage,
    offset: request.startIndex - 1,
  });
  const resources = rows.map((row) => userResource(accountOf(row)));
  return listAnswer(request, { resources, total, schemas: scimSchemas });
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
  return { status: 200, body: userResource(await existingAccount(visit, id)) };
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
  const visitor = await visitorOf(visit, writeScopes);
  const { doer } = visitor;
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
  const { guid } = await changeable(visit, visitor);
  const account = await visit.services.doors.run('account.update', { doer, guid, changes });
  return { status: 200, body: userResource(account) };
}

async function deleteUser(visit: Visit): Promise<Answer> {
  const visitor = await visitorOf(visit, writeScopes);
  const { doer } = visitor;
  const { guid } = await changeable(visit, visitor);
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
  const account = await existingAccount(visit, id);
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

/**
 * The account, unless it was given a scope that whoever asks does not have: keeping users is a lesser right. Whoever
 * may give every scope may change every account.
 */
async function changeable(visit: Visit, { principal }: Visitor): Promise<Account> {
  const account = await existingAccount(visit, visit.params.id ?? '');
  const beyond = account.scopes.find((scope) => !principal.scopes.includes(scope));
  if (beyond !== undefined) await visitorOf(visit, [administratorScope]);
  return account;
}

export async function existingAccount({ services }: Visit, id: string): Promise<Account> {
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
