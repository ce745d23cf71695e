// Identity on a real store, with a clock that tests may move: accounts, tokens and doors as compose.ts makes
// them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { systemRandom } from '../../src/core/guid.ts';
import type { Context, StoredEvent } from '../../src/event/event.ts';
import { type Account, accountByName, newAccount } from '../../src/identity/account.ts';
import { createDoors, type Doors } from '../../src/identity/doors.ts';
import { createPasswords } from '../../src/identity/password.ts';
import { systemDoer } from '../../src/identity/principal.ts';
import { createTokens, type Tokens } from '../../src/identity/token.ts';
import { everything } from '../../src/query/ast.ts';
import { narrow } from '../../src/query/narrow.ts';
import type { Store } from '../../src/store/contract.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { firstPage } from '../first-page.ts';

export interface Rig {
  readonly directory: string;
  readonly store: Store;
  readonly tokens: Tokens;
  readonly doors: Doors;
  /** Moves the clock of tokens, lock-outs and notes; the writer keeps its own. */
  advance(seconds: number): void;
  addAccount(username: string, password: string, scopes?: readonly string[]): Promise<Account>;
  /** Everything recorded so far, oldest first. */
  events(): Promise<readonly StoredEvent[]>;
  stop(): Promise<void>;
}

export const adminPassword = 'open sesame';
export const issuer = 'https://uaa.example.org/oauth/token';
export const system = systemDoer({ interface: 'command', absent: 'a test' });
export const from = (address: string): Context => ({ address, interface: 'uaa' });

/** @param directory of an earlier rig, for a second start. */
export async function openRig(directory = mkdtempSync(join(tmpdir(), 'hansard-identity-'))): Promise<Rig> {
  let ahead = 0;
  const now = () => systemClock() + ahead;
  const work = new URL('../../src/work.ts', import.meta.url);
  const store = await openSqliteStore({ directory, work });
  const random = systemRandom;
  if ((await store.tree()).newestEventId === 0) {
    const adminPasswordHash = await createPasswords({ random }).hash(adminPassword);
    await store.run('start.first', {
      origin: 'log.test/0123456789abcdef/1',
      adminPasswordHash,
      version: '0.0.0',
    });
  }
  const tokens = await createTokens({ keyFile: `${directory}/keys/token.pem`, issuer, store, now, random });
  const doors = await createDoors({
    store,
    tokens,
    now,
    random,
    digestKeyFile: `${directory}/keys/digest.key`,
  });
  return {
    directory,
    store,
    tokens,
    doors,
    advance: (seconds) => {
      ahead += seconds * 1_000_000;
    },
    async addAccount(username, password, scopes = []) {
      const passwordHash = await doors.passwords.hash(password);
      const account = newAccount({ username, passwordHash, scopes });
      return doors.run('account.create', { doer: system, account });
    },
    async events() {
      const all = narrow(everything, { kind: 'all' }, 'all', () => 'log');
      const { events } = await firstPage(store, all, 5_000);
      return events;
    },
    async stop() {
      await doors.notes.flush();
      await store.close();
    },
  };
}

/** Removes what a rig has left. */
export function discard({ directory }: Rig): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Logs in through the command line's client; answers the access and the refresh token. */
export async function logIn(
  { doors }: Rig,
  username: string,
  password: string,
  context: Context = from('192.0.2.1'),
): Promise<{ access: string; refresh: string }> {
  const client = await doors.authenticate({ id: 'cf', secrets: [''] }, 'password', context);
  const granted = await doors.byPassword({ client, scopes: [], context }, username, password, 'uaa');
  return { access: granted.accessToken, refresh: granted.refreshToken ?? '' };
}

export async function accountNamed({ store }: Rig, username: string): Promise<Account> {
  const account = await accountByName(store, username);
  if (account === null) throw new Error(`there is no account ${username}`);
  return account;
}
