// Accounts: who can log in here, as UAA keeps them. The foundation's own row of a user and its roles are
// another matter (foundation/users.ts). What is read from outside becomes a NewAccount or AccountChanges
// here; the work that the writer runs follows below it.
import { AppError } from '../core/error.ts';
import { newGuid } from '../core/guid.ts';
import type { Instant } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import { append, type Doer, type Happening } from '../log/append.ts';
import { type Readers, type Scene, type Transaction, UniqueViolation } from '../store/contract.ts';
import { all, equals, type Row, type Table } from '../store/table.ts';
import { administratorScope, knownScopes, ordinaryScopes, unknownScope } from './scope.ts';
import { endSessions } from './session.ts';

/** The `*_key` columns are what names and addresses are compared by. */
export const accountTable: Table = {
  name: 'account',
  columns: {
    guid: 'text',
    username: 'text',
    username_key: 'text',
    origin: 'text',
    email: 'text',
    email_key: 'text',
    given_name: 'text',
    family_name: 'text',
    password_hash: 'text?',
    password_changed_at: 'instant?',
    active: 'boolean',
    scopes: 'json',
    created_at: 'instant',
    updated_at: 'instant',
  },
  key: ['guid'],
  unique: [['username_key', 'origin']],
  indexes: [['email_key'], ['created_at']],
  bookkeeping: false,
};

/** The one identity provider whose accounts are kept here. */
export const accountOrigin = 'uaa';

export interface Account {
  readonly guid: string;
  readonly username: string;
  readonly origin: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly passwordHash: string | null;
  readonly passwordChangedAt: Instant | null;
  readonly active: boolean;
  /** Beside the ordinary ones. */
  readonly scopes: readonly string[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** An account to be made, checked; its password is hashed before the writer sees it. */
export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly active: boolean;
  readonly scopes: readonly string[];
  readonly passwordHash: string | null;
}

export type AccountChanges = Partial<
  Pick<Account, 'username' | 'email' | 'givenName' | 'familyName' | 'active' | 'scopes'>
>;

/** Checks what somebody asks for. Throws UnprocessableEntity with a sentence. */
export function newAccount(wanted: {
  readonly username: string;
  readonly passwordHash: string | null;
  readonly email?: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly active?: boolean | undefined;
  readonly scopes?: readonly string[] | undefined;
}): NewAccount {
  const { username, passwordHash, active = true, scopes = [] } = wanted;
  const email = wanted.email ?? username;
  const givenName = wanted.givenName ?? '';
  const familyName = wanted.familyName ?? '';
  checkAccount({ username, email, givenName, familyName, scopes });
  return { username, email, givenName, familyName, active, scopes, passwordHash };
}

/** Checks the members that are given. Throws UnprocessableEntity with a sentence. */
export function checkAccount(changes: AccountChanges): void {
  const texts = [
    ['A user name', changes.username],
    ['An e-mail address', changes.email],
    ['A given name', changes.givenName],
    ['A family name', changes.familyName],
  ] as const;
  for (const [name, text] of texts) {
    if (text === undefined) continue;
    if ([...text].length > limits.nameCharactersMax) {
      throw invalid(`${name} may have at most ${limits.nameCharactersMax} characters.`);
    }
    if (/\p{Cc}|\p{Cs}/u.test(text)) throw invalid(`${name} must not have control characters.`);
  }
  if (changes.username?.trim() === '') throw invalid('A user name must be given.');
  const unknown = unknownScope(changes.scopes ?? []);
  if (unknown !== undefined) {
    throw invalid(`There is no scope "${unknown}". The scopes are ${knownScopes.join(', ')}.`);
  }
}

/** What two user names, or two e-mail addresses, are compared by. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Everything that the account may be granted. */
export function scopesOf(account: Account): string[] {
  return [...new Set([...ordinaryScopes, ...account.scopes])];
}

export function accountOf(row: Row): Account {
  return {
    guid: String(row.guid),
    username: String(row.username),
    origin: String(row.origin),
    email: String(row.email),
    givenName: String(row.given_name),
    familyName: String(row.family_name),
    passwordHash: row.password_hash == null ? null : String(row.password_hash),
    passwordChangedAt: row.password_changed_at == null ? null : Number(row.password_changed_at),
    active: Boolean(row.active),
    scopes: JSON.parse(String(row.scopes)),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
  };
}

export async function accountByGuid(readers: Readers, guid: string): Promise<Account | null> {
  const [row] = await readers.rows(accountTable, { where: equals('guid', guid), limit: 1 });
  return row === undefined ? null : accountOf(row);
}

export async function accountByName(readers: Readers, username: string): Promise<Account | null> {
  const where = all(equals('username_key', nameKey(username)), equals('origin', accountOrigin));
  const [row] = await readers.rows(accountTable, { where, limit: 1 });
  return row === undefined ? null : accountOf(row);
}

/** Work: makes an account. Throws UniquenessError. */
export function createAccount(
  tx: Transaction,
  { doer, account }: { readonly doer: Doer; readonly account: NewAccount },
  scene: Scene,
): Account {
  return append(tx, scene, doer, (at) => {
    const guid = newGuid(Math.floor(at / 1000), scene.random);
    const made = insertAccount(tx, account, guid, at);
    const { origin, active, scopes } = made;
    return { events: [happened('account_create', made, { origin, active, scopes })], result: made };
  });
}

/**
 * Work: changes an account. A deactivated one loses its sessions. Throws ResourceNotFound, UniquenessError, and
 * UnprocessableEntity where nobody could administer accounts any more.
 */
export function updateAccount(
  tx: Transaction,
  { doer, guid, changes }: { readonly doer: Doer; readonly guid: string; readonly changes: AccountChanges },
  scene: Scene,
): Account {
  return change(tx, scene, doer, guid, () => changes);
}

/** Work: gives an account a scope, or takes it away; whatever else it has meanwhile stays. Throws as updateAccount. */
export function changeScope(
  tx: Transaction,
  order: { readonly doer: Doer; readonly guid: string; readonly scope: string; readonly has: boolean },
  scene: Scene,
): Account {
  return change(tx, scene, order.doer, order.guid, ({ scopes }) => {
    const others = scopes.filter((scope) => scope !== order.scope);
    if (!order.has) return { scopes: others };
    return scopes.includes(order.scope) ? {} : { scopes: [...scopes, order.scope] };
  });
}

function change(
  tx: Transaction,
  scene: Scene,
  doer: Doer,
  guid: string,
  changesOf: (before: Account) => AccountChanges,
): Account {
  return append(tx, scene, doer, (at) => {
    const before = accountIn(tx, guid);
    const after = { ...before, ...changesOf(before), updatedAt: at };
    const changed = changedMembers(before, after);
    if (changed.length === 0) return { events: [], result: before };
    if (!isAdministrator(after)) keepAnAdministrator(tx, before);
    unlessTaken(after.username, () => tx.update(accountTable, { guid }, rowOf(after)));
    if (!after.active) endSessions(tx, { account_guid: guid });
    const { active, scopes } = after;
    return { events: [happened('account_update', after, { changed, active, scopes })], result: after };
  });
}

/**
 * Work: removes an account and ends its sessions. Throws ResourceNotFound, and UnprocessableEntity where nobody could
 * administer accounts any more.
 */
export function deleteAccount(
  tx: Transaction,
  { doer, guid }: { readonly doer: Doer; readonly guid: string },
  scene: Scene,
): Account {
  return append(tx, scene, doer, () => {
    const account = accountIn(tx, guid);
    keepAnAdministrator(tx, account);
    tx.remove(accountTable, { guid });
    const sessions = endSessions(tx, { account_guid: guid });
    return {
      events: [happened('account_delete', account, { origin: account.origin, sessions })],
      result: account,
    };
  });
}

/** Work: stores another password and ends the account's sessions. Throws ResourceNotFound. */
export function changePassword(
  tx: Transaction,
  { doer, guid, passwordHash }: { readonly doer: Doer; readonly guid: string; readonly passwordHash: string },
  scene: Scene,
): null {
  return append(tx, scene, doer, (at) => {
    const account = accountIn(tx, guid);
    const changes = { password_hash: passwordHash, password_changed_at: at, updated_at: at };
    tx.update(accountTable, { guid }, changes);
    const sessions = endSessions(tx, { account_guid: guid });
    return { events: [happened('password_change', account, { sessions })], result: null };
  });
}

/** Inserts the row; the event is the caller's. */
export function insertAccount(tx: Transaction, wanted: NewAccount, guid: string, at: Instant): Account {
  const passwordChangedAt = wanted.passwordHash === null ? null : at;
  const account = { ...wanted, guid, origin: accountOrigin, passwordChangedAt, createdAt: at, updatedAt: at };
  unlessTaken(account.username, () => tx.insert(accountTable, rowOf(account)));
  return account;
}

function rowOf(account: Account): Row {
  return {
    guid: account.guid,
    username: account.username,
    username_key: nameKey(account.username),
    origin: account.origin,
    email: account.email,
    email_key: nameKey(account.email),
    given_name: account.givenName,
    family_name: account.familyName,
    password_hash: account.passwordHash,
    password_changed_at: account.passwordChangedAt,
    active: account.active,
    scopes: JSON.stringify(account.scopes),
    created_at: account.createdAt,
    updated_at: account.updatedAt,
  };
}

function accountIn(tx: Transaction, guid: string): Account {
  const row = tx.get(accountTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['User not found']);
  return accountOf(row);
}

function isAdministrator({ active, scopes }: Account): boolean {
  return active && scopes.includes(administratorScope);
}

/** To be called before an account stops being an administrator's. */
function keepAnAdministrator(tx: Transaction, account: Account): void {
  if (!isAdministrator(account)) return;
  const administrators = all(equals('active', true), {
    kind: 'contains',
    column: 'scopes',
    part: JSON.stringify(administratorScope),
  });
  if (tx.count(accountTable, administrators) > 1) return;
  throw invalid(
    `This is the last active account with the scope ${administratorScope}: give it to another account first.`,
  );
}

function changedMembers(before: Account, after: Account): string[] {
  const members = ['username', 'email', 'givenName', 'familyName', 'active', 'scopes'] as const;
  return members.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

function unlessTaken(username: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof UniqueViolation) {
      throw new AppError('UniquenessError', [`Username already in use: ${username}`]);
    }
    throw error;
  }
}

function happened(what: string, account: Account, data: object): Happening {
  return {
    type: `audit.log.${what}`,
    target: { type: 'user', guid: account.guid },
    targetName: account.username,
    data,
  };
}

function invalid(sentence: string): AppError {
  return new AppError('UnprocessableEntity', [sentence]);
}
