// What the writer can be asked to do to accounts, clients and sessions, by name; and to record notes.
import { recordNote } from '../log/notes.ts';
import type { Store } from '../store/contract.ts';
import { changePassword, changeScope, createAccount, deleteAccount, updateAccount } from './account.ts';
import { changeSecret, createClient, deleteClient } from './client.ts';
import { closeSession, openSession } from './login.ts';

export const identityWork = {
  'account.create': createAccount,
  'account.update': updateAccount,
  'account.scope': changeScope,
  'account.delete': deleteAccount,
  'account.password': changePassword,
  'client.create': createClient,
  'client.secret': changeSecret,
  'client.delete': deleteClient,
  'session.open': openSession,
  'session.close': closeSession,
  'note.record': recordNote,
} as const;

type WorkOf<N extends keyof typeof identityWork> = (typeof identityWork)[N];

/** Asks the writer; resolves when what it did is durable. */
export type IdentityRun = <N extends keyof typeof identityWork>(
  name: N,
  input: Parameters<WorkOf<N>>[1],
) => Promise<ReturnType<WorkOf<N>>>;

/** Binds the table to a store. */
export function identityRun(store: Pick<Store, 'run'>): IdentityRun {
  return (name, input) => store.run(name, input) as never;
}
