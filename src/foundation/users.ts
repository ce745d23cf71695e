// Users of the foundation, changed. Accounts, with names and passwords, are identity's; a user is what can have roles.
import { AppError, type ErrorName } from '../core/error.ts';
import { accountTable, nameKey } from '../identity/account.ts';
import { type Action, organizationRoles, type RoleType, spaceRoles } from '../identity/role.ts';
import type { Happening } from '../log/append.ts';
import type { Transaction } from '../store/contract.ts';
import { all, equals } from '../store/table.ts';
import { finishedJob } from './jobs.ts';
import { changeMetadata, type MetadataChanges, removeMetadata } from './labels.ts';
import { bringTo, type RoleLists, unrelated } from './member-lists.ts';
import { type NewRole, takeRoles } from './membership.ts';
import { type Hands, operation } from './operation.ts';
import { claim, nameTaken, newRow } from './rows.ts';
import type { Labelled } from './table/labels.ts';
import { organizationTable } from './table/organizations.ts';
import { spaceTable } from './table/spaces.ts';
import { type User, userOf, userTable } from './table/users.ts';

export interface NewUser {
  readonly user: { readonly guid: string } | { readonly username: string; readonly origin: string };
  readonly defaultSpaceGuid?: string | undefined;
  /** Guids of organizations and spaces, by role. */
  readonly roles?: RoleLists;
  readonly metadata: MetadataChanges;
  /** The error that a taken guid is answered with; V3's sentence where not given. */
  readonly taken?: ErrorName;
  /** The body as it was sent: what the event holds. */
  readonly request: object;
}

/** What is not named stays as it is. */
export interface UserChanges {
  readonly guid: string;
  readonly defaultSpaceGuid?: string | undefined;
  readonly roles?: RoleLists;
  readonly metadata: MetadataChanges;
  readonly request: object;
}

/** user.create: makes somebody who can have roles of an account, or of anything that is known by a guid. */
export const createUser = operation<'user.create', NewUser, Labelled<User>>(
  (hands, { user, defaultSpaceGuid, roles = {}, taken, metadata, request }) => {
    const { tx } = hands;
    const guid = 'guid' in user ? user.guid : accountGuid(tx, user.username, user.origin);
    const sentence =
      'guid' in user
        ? `User with guid '${guid}' already exists.`
        : `User with username '${user.username}' and origin '${user.origin}' already exists.`;
    const row = { ...newRow(hands), guid, default_space_guid: knownSpace(tx, defaultSpaceGuid) };
    claim(nameTaken(sentence, taken, guid), () => tx.insert(userTable, row));
    const resource = userAt(tx, guid);
    const events = [userEvent('create', resource, request), ...changeRoles(hands, guid, roles, request)];
    return { events, result: { resource, metadata: changeMetadata(tx, 'user', guid, metadata) } };
  },
);

/** user.update. The roles that come and go are told of before the change itself. */
export const updateUser = operation<'user.update', UserChanges, Labelled<User>>(
  (hands, { guid, defaultSpaceGuid, roles = {}, metadata, request }) => {
    const { tx, at } = hands;
    const space = knownSpace(tx, defaultSpaceGuid);
    const changes = { ...(space === null ? {} : { default_space_guid: space }), updated_at: at };
    tx.update(userTable, { guid }, changes);
    const resource = userAt(tx, guid);
    const events = [...changeRoles(hands, guid, roles, request), userEvent('update', resource, request)];
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
  tx.insert(userTable, { ...newRow(hands), guid, default_space_guid: null });
  return [userEvent('create', userAt(tx, guid), null)];
}

/** The user of a guid. Throws ResourceNotFound. */
export function userAt(tx: Transaction, guid: string): User {
  const row = tx.get(userTable, { guid });
  if (row === undefined) throw new AppError('ResourceNotFound', ['User not found']);
  return userOf(row, tx.get(accountTable, { guid }));
}

/** Brings the roles of a user to what lists of places ask for; a role without a list stays as it is. */
function changeRoles(hands: Hands<Action>, userGuid: string, lists: RoleLists, request: object): Happening[] {
  return [...organizationRoles, ...spaceRoles].flatMap((type) => {
    const guids = lists[type];
    if (guids === undefined) return [];
    const wanted = [...new Set(guids)].map((guid) => roleAt(hands.tx, type, userGuid, guid));
    return bringTo(hands, all(equals('type', type), equals('user_guid', userGuid)), wanted, request);
  });
}

function roleAt(tx: Transaction, type: RoleType, userGuid: string, guid: string): NewRole {
  if (!spaceRoles.some((role) => role === type)) {
    if (tx.get(organizationTable, { guid }) === undefined) throw unrelated('Organization', guid);
    return { type, userGuid, organizationGuid: guid, spaceGuid: '' };
  }
  const space = tx.get(spaceTable, { guid });
  if (space === undefined) throw unrelated('Space', guid);
  return { type, userGuid, organizationGuid: String(space.organization_guid), spaceGuid: guid };
}

function knownSpace(tx: Transaction, guid: string | undefined): string | null {
  if (guid === undefined) return null;
  if (tx.get(spaceTable, { guid }) === undefined) throw unrelated('Space', guid);
  return guid;
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
