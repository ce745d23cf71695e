// Users of the foundation: those who can have roles. Names and origins belong to the accounts that people log in
// with (identity/account.ts); a user without an account is known by its guid alone, such as an OAuth client.
import type { Row, Table } from '../../store/table.ts';
import { type Resource, resourceOf, textOrNull } from './resource.ts';

export interface User extends Resource {
  /** null where no account is known. */
  readonly username: string | null;
  readonly origin: string | null;
  /** V2's own: where the apps of this user are made unless a space is named. */
  readonly defaultSpaceGuid: string | null;
}

export const userTable: Table = {
  name: 'user',
  columns: { guid: 'text', default_space_guid: 'text?', created_at: 'instant', updated_at: 'instant' },
  key: ['guid'],
  unique: [],
  indexes: [['default_space_guid'], ['created_at'], ['updated_at']],
  bookkeeping: false,
};

/** A user's row together with the account of the same guid. */
export function userOf(row: Row, account: Row | undefined): User {
  return {
    ...resourceOf(row),
    username: textOrNull(account?.username),
    origin: textOrNull(account?.origin),
    defaultSpaceGuid: textOrNull(row.default_space_guid),
  };
}

/** What people call a user: the name of the account, else the guid. */
export function presentationName(user: User): string {
  return user.username ?? user.guid;
}
