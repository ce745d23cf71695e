// Accounts, with the users of the platform that belong to them, as `hansard user` changes them. Each step of a change
// leaves a state that is sound, so that a command that was cut off is simply given again.
import type { Offline } from '../compose.ts';
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { fieldAt, itemsAt, textAt } from '../export/field.ts';
import { parseNewUser } from '../http/v3/users.ts';
import {
  type Account,
  accountByName,
  accountOf,
  accountTable,
  nameKey,
  newAccount,
} from '../identity/account.ts';
import { passwordProblem } from '../identity/password.ts';
import { grant } from '../identity/permit.ts';
import { anywhere } from '../identity/role.ts';
import { ordinaryScopes } from '../identity/scope.ts';
import { every } from '../store/table.ts';
import { allListed, answered, checkScopes } from './directory.ts';
import { refusal } from './exchange.ts';
import { CliFailure } from './failure.ts';
import type { Remote } from './remote.ts';
import { tell, visible } from './terminal.ts';
import { userGuidOf, userOf } from './token.ts';

/** What is told of an account. */
export interface ShownAccount {
  readonly guid: string;
  readonly username: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly active: boolean;
  /** Beside those that everybody has. */
  readonly scopes: readonly string[];
}

export interface WantedAccount {
  readonly username: string;
  readonly password: string;
  readonly email?: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly scopes: readonly string[];
}

/** All of them throw CliFailure or AppError with a sentence. */
export interface Accounts {
  list(): Promise<ShownAccount[]>;
  named(username: string): Promise<ShownAccount>;
  add(wanted: WantedAccount): Promise<ShownAccount>;
  remove(account: ShownAccount): Promise<void>;
  setPassword(account: ShownAccount, password: string): Promise<void>;
}

/** Accounts of a server. */
export function accountsOf(remote: Remote): Accounts {
  return {
    list: async () => (await allListed(remote, '/Users?sortBy=userName')).map(ofResource),
    async named(username) {
      const filter = encodeURIComponent(`userName eq ${JSON.stringify(username)}`);
      const [found] = itemsAt(await answered(remote, `/Users?filter=${filter}`), 'resources');
      return found === undefined ? missing(username) : ofResource(found);
    },
    async add(wanted) {
      checkScopes(wanted.scopes);
      const { guid } = ofResource(await answered(remote, '/Users', 'POST', resourceOf(wanted)));
      for (const scope of wanted.scopes) {
        if (isOrdinary(scope)) continue;
        await answered(remote, `/Groups/${encodeURIComponent(scope)}/members`, 'POST', { value: guid });
      }
      await addPlatformUser(remote, guid, wanted.username);
      return ofResource(await answered(remote, `/Users/${guid}`));
    },
    async remove({ guid }) {
      const path = `/Users/${guid}`;
      // First nobody can log in any more; then the roles go, told with the name that the account still has.
      await answered(remote, path, 'PATCH', { active: false });
      const answer = await remote.send(`/v3/users/${guid}`, { method: 'DELETE' });
      if (!answer.ok && answer.status !== 404) throw await refusal(answer);
      await answer.body?.cancel();
      await answered(remote, path, 'DELETE');
    },
    async setPassword({ guid }, password) {
      await answered(remote, `/Users/${guid}/password`, 'PUT', { password });
    },
  };
}

/** The guid of whoever is logged in, if that is whom the name stands for. */
export function ownGuid(remote: Remote, username: string): string | null {
  const { accessToken } = remote.session();
  const guid = userGuidOf(accessToken);
  return guid !== '' && nameKey(userOf(accessToken)) === nameKey(username) ? guid : null;
}

/** Changes one's own password, which needs the old one and no other right. */
export async function changeOwnPassword(
  remote: Remote,
  guid: string,
  oldPassword: string,
  password: string,
): Promise<void> {
  await answered(remote, `/Users/${guid}/password`, 'PUT', { oldPassword, password });
}

/** Accounts in a data folder. */
export function accountsIn({ store, run, perform, standing, doer, passwords }: Offline): Accounts {
  const hashed = (password: string): Promise<string> => {
    const problem = passwordProblem(password);
    if (problem !== null) throw new CliFailure(problem);
    return passwords.hash(password);
  };
  return {
    async list() {
      const order = [{ column: 'username_key', direction: 'asc' }] as const;
      return (await store.rows(accountTable, { where: every, order, limit: limits.directoryRowsMax }))
        .map(accountOf)
        .map(ofAccount);
    },
    async named(username) {
      const found = await accountByName(store, username);
      return found === null ? missing(username) : ofAccount(found);
    },
    async add({ password, ...wanted }) {
      const scopes = wanted.scopes.filter((scope) => !isOrdinary(scope));
      const account = newAccount({ ...wanted, scopes, passwordHash: await hashed(password) });
      const made = await run('account.create', { doer, account });
      const permit = grant(standing, 'user.create', anywhere);
      await perform('user.create', permit, doer, parseNewUser({ guid: made.guid }));
      return ofAccount(made);
    },
    async remove({ guid }) {
      await run('account.update', { doer, guid, changes: { active: false } });
      const permit = grant(standing, 'user.delete', anywhere);
      await perform('user.delete', permit, doer, { guid }).catch(unlessMissing);
      await run('account.delete', { doer, guid });
    },
    async setPassword({ guid }, password) {
      await run('account.password', { doer, guid, passwordHash: await hashed(password) });
    },
  };
}

/** Whoever keeps accounts need not be an administrator of the platform: then the user comes with the first role. */
async function addPlatformUser(remote: Remote, guid: string, username: string): Promise<void> {
  const body = JSON.stringify({ guid });
  const headers = { 'content-type': 'application/json' };
  const answer = await remote.send('/v3/users', { method: 'POST', headers, body });
  if (!answer.ok && answer.status !== 403) throw await refusal(answer);
  await answer.body?.cancel();
  if (!answer.ok)
    tell(`${visible(username)} is not a user of the platform yet: the first role makes it one.`);
}

function resourceOf({ username, password, email, givenName, familyName }: WantedAccount): object {
  return {
    userName: username,
    password,
    name: { givenName, familyName },
    emails: [{ value: email ?? username, primary: true }],
  };
}

function ofResource(resource: unknown): ShownAccount {
  return {
    guid: textAt(resource, 'id'),
    username: textAt(resource, 'userName'),
    email: textAt(itemsAt(resource, 'emails')[0], 'value'),
    givenName: textAt(resource, 'name', 'givenName'),
    familyName: textAt(resource, 'name', 'familyName'),
    active: fieldAt(resource, 'active') === true,
    scopes: itemsAt(resource, 'groups')
      .map((group) => textAt(group, 'value'))
      .filter((scope) => !isOrdinary(scope)),
  };
}

function ofAccount({ guid, username, email, givenName, familyName, active, scopes }: Account): ShownAccount {
  return { guid, username, email, givenName, familyName, active, scopes };
}

function isOrdinary(scope: string): boolean {
  return ordinaryScopes.some((ordinary) => ordinary === scope);
}

/** There need not be a user of the platform. */
function unlessMissing(error: unknown): void {
  if (!(error instanceof AppError) || error.entry !== 'ResourceNotFound') throw error;
}

function missing(username: string): never {
  throw new CliFailure(`There is no user "${visible(username)}".`);
}
