// Users of the foundation, changed. Accounts, with names and passwords, are identity's; a user is what can have roles.
import { AppError } from '../core/error.ts';
import { accountTable, nameKey } from '../identity/account.ts';
import type { Action } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { equals } from '../store/table.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { claim, newRow } from './rows.ts';
import type { Labelled } from './table/labels.ts';
import { type User, userOf, userTable } from './table/users.ts';

export interface NewUser {
  readonly user: { readonly guid: string } | { readonly username: string; readonly origin: string };
  readonly metadata: MetadataChanges;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

export interface UserChanges {
  readonly guid: string;
  readonly metadata: MetadataChanges;
  readonly request: object;
}

/** user.create: makes somebody who can have roles of an account, or of anything that is known by a guid. */
export const createUser = operation<'user.create', NewUser, Labelled<User>>(
  (hands, { user, metadata, request }) => {
    const { tx } = hands;
    const guid = 'guid' in user ? user.guid : accountGuid(tx, user.username, user.origin);
    const taken =
      'guid' in user
        ? `User with guid '${guid}' already exists.`
        : `User with username '${user.username}' and origin '${user.origin}' already exists.`;
    claim(taken, () => tx.insert(userTable, { ...newRow(hands), guid }));
    const resource = userAt(tx, guid);
    const events = [userEvent('create', resource, request)];
    return { events, result: { resource, metadata: changeMetadata(tx, 'user', guid, metadata) } };
  },
);

/** user.update: labels and annotations are all that a user has here. */
export const updateUser = operation<'user.update', UserChanges, Labelled<User>>(
  (hands, { guid, metadata, request }) => {
    const { tx, at } = hands;
    tx.update(userTable, { guid }, { updated_at: at });
    const resource = userAt(tx, guid);
    const events = [userEvent('update', resource, request)];
    return { events, result: { resource, metadata: changeMetadata(tx, 'user', guid, metadata) } };
  },
);

/** user.delete: every role that goes with the user is told of first. Answers the guid of the finished job. */
export const deleteUser = operation<'user.delete', { readonly guid: string }, string>((hands, { guid }) => {
  const { tx } = hands;
  const user = userAt(tx, guid);
  const lost = takeRoles(tx, equals('user_guid', guid));
  removeMetadata(tx, 'user', guid);
  tx.remove(userTable, { guid });
  return { events: [...lost, userEvent('delete', user, {})], result: finishedJob(hands, 'user.delete') };
});

/** Makes sure that whoever is given a role exists as a user; tells of it where a user came to be. */
export function ensureUser(hands: Hands<Action>, guid: string): Happening[] {
  const { tx } = hands;
  if (tx.get(userTable, { guid }) !== undefined) return [];
  tx.insert(userTable, { ...newRow(hands), guid });
  return [userEvent('create', userAt(tx, guid), null)];
}

/** The user of a guid. Throws ResourceNotFound. */
export function userAt(tx: Transaction, guid: string): User {
  const row = tx.get(userTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['User not found']);
  return userOf(row, tx.get(accountTable, { guid }));
}

function accountGuid(tx: Transaction, username: string, origin: string): string {
  const account = tx.get(accountTable, { username_key: nameKey(username), origin });
  if (account !== undefined) return String(account.guid);
  const text = `No user exists with the username '${username}' and origin '${origin}'.`;
  throw new AppError('UnprocessableEntity', [text]);
}

/** A request that is null: nobody asked for the user itself; it came to be with its first role. */
function userEvent(verb: 'create' | 'update' | 'delete', user: User, request: object | null): Happening {
  return {
    type: `audit.user.${verb}`,
    target: { type: 'user', guid: user.guid },
    targetName: user.username ?? '',
    data: { request },
  };
}
