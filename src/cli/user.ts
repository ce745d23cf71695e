// hansard user: who can log in. On the server that you are logged in to, or in a data folder that no server has open.
import type { Command } from 'commander';
import type { Accounts, ShownAccount } from './accounts.ts';
import { checkScopes, type DirectoryOptions, directoryOptions, inDirectory } from './directory.ts';
import { wrongUsage } from './failure.ts';
import { again, collected } from './list-option.ts';
import { canAsk, chosenSecret, confirm, inputLines, openPrompt } from './prompt.ts';
import type { Remote } from './remote.ts';
import { aligned, bold, say, visible } from './terminal.ts';

interface PasswordOptions extends DirectoryOptions {
  readonly passwordStdin?: boolean;
}

interface AddOptions extends PasswordOptions {
  readonly email?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly scope?: readonly string[];
  readonly json?: boolean;
}

interface ListOptions extends DirectoryOptions {
  readonly json?: boolean;
}

interface DeleteOptions extends DirectoryOptions {
  readonly force?: boolean;
}

export function userCommand(program: Command): void {
  const user = program
    .command('user')
    .summary('who can log in: add, list, delete, password')
    .description(
      'Keep the users of a Hansard. What they may see follows from roles in organizations and spaces.',
    )
    .addHelpText(
      'after',
      `
Examples:
  hansard user add ann --email ann@example.org
  hansard user add eve --scope cloud_controller.global_auditor
  hansard user list
  hansard user password ann`,
    );
  addCommand(user);
  listCommand(user);
  deleteCommand(user);
  passwordCommand(user);
}

function addCommand(user: Command): void {
  const command = user
    .command('add')
    .summary('add a user')
    .description('Add a user who can log in, and be given roles. The password is asked for, twice.')
    .argument('<name>', 'name to log in with')
    .option('--email <address>', 'e-mail address; the name unless given')
    .option('--given-name <name>', 'given name')
    .option('--family-name <name>', 'family name')
    .option('--scope <scope>', `a scope beside those that everybody has ${again}`, collected)
    .option('--password-stdin', 'the password is standard input, for scripts')
    .option('--json', 'print the user as JSON');
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hansard user add ann --email ann@example.org
  hansard user add eve --scope cloud_controller.global_auditor
  pwgen -s 32 1 | hansard user add robot --password-stdin --data ./data

On a server this needs the scope scim.write, and uaa.admin to give scopes.`,
    )
    .action(add);
}

async function add(name: string, options: AddOptions): Promise<void> {
  const { email, givenName, familyName, scope: scopes = [] } = options;
  checkScopes(scopes);
  const password = await newPassword(options, name);
  const wanted = { username: name, password, email, givenName, familyName, scopes };
  const made = await withAccounts(options, (accounts) => accounts.add(wanted));
  await say(options.json === true ? JSON.stringify(made, null, 2) : `User ${visible(made.username)} added.`);
}

function listCommand(user: Command): void {
  const command = user
    .command('list')
    .summary('list the users')
    .description('List the users who can log in, and the scopes that were given to them.')
    .option('--json', 'everything that is known of them, as JSON');
  directoryOptions(command)
    .addHelpText('after', '\nExamples:\n  hansard user list\n  hansard user list --json --data ./data')
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  const accounts = await withAccounts(options, (found) => found.list());
  if (options.json === true) return say(JSON.stringify(accounts, null, 2));
  const rows = accounts.map(({ username, email, active, scopes }) => [
    visible(username),
    visible(email),
    active ? 'yes' : 'no',
    scopes.join(' '),
  ]);
  const [header = '', ...lines] = aligned([['name', 'e-mail', 'active', 'scopes'], ...rows]);
  await say(bold(header));
  for (const line of lines) await say(line);
}

function deleteCommand(user: Command): void {
  const command = user
    .command('delete')
    .summary('delete a user')
    .description('Delete a user and every role of theirs. What they did stays on record.')
    .argument('<name>', 'name of the user')
    .option('-f, --force', 'do not ask');
  directoryOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  hansard user delete ann\n  hansard user delete robot -f --data ./data',
    )
    .action(remove);
}

async function remove(name: string, options: DeleteOptions): Promise<void> {
  await confirm(`Delete user ${visible(name)} and all roles of theirs?`, options.force === true);
  const removed = await withAccounts(options, async (accounts) => {
    const account = await accounts.named(name);
    await accounts.remove(account);
    return account;
  });
  await say(`User ${visible(removed.username)} deleted.`);
}

function passwordCommand(user: Command): void {
  const command = user
    .command('password')
    .summary('set a password')
    .description('Set the password of a user and end their sessions. Your own needs the old one as well.')
    .argument('<name>', 'name of the user')
    .option('--password-stdin', 'the new password is standard input; for your own, the old one comes first');
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hansard user password ann
  printf '%s\\n%s\\n' "$OLD" "$NEW" | hansard user password ann --password-stdin

On a server, the password of others takes the scope uaa.admin.`,
    )
    .action(setPassword);
}

async function setPassword(name: string, options: PasswordOptions): Promise<void> {
  const { accountsIn, accountsOf, changeOwnPassword, ownGuid } = await import('./accounts.ts');
  const onServer = async (remote: Remote): Promise<ShownAccount | null> => {
    const guid = ownGuid(remote, name);
    if (guid === null) return ofAnother(accountsOf(remote));
    const [old, chosen] = await oldAndNewPassword(options);
    await changeOwnPassword(remote, guid, old, chosen);
    return null;
  };
  const ofAnother = async (accounts: Accounts): Promise<ShownAccount> => {
    const account = await accounts.named(name);
    await accounts.setPassword(account, await newPassword(options, account.username));
    return account;
  };
  const another = await inDirectory(options, onServer, (offline) => ofAnother(accountsIn(offline)));
  await say(
    another === null
      ? 'Your password is changed and your sessions have ended: log in again.'
      : `The password of ${visible(another.username)} is changed, and their sessions have ended.`,
  );
}

async function withAccounts<R>(
  options: DirectoryOptions,
  use: (accounts: Accounts) => Promise<R>,
): Promise<R> {
  const { accountsIn, accountsOf } = await import('./accounts.ts');
  return inDirectory(
    options,
    (remote) => use(accountsOf(remote)),
    (offline) => use(accountsIn(offline)),
  );
}

async function newPassword({ passwordStdin }: PasswordOptions, name: string): Promise<string> {
  if (passwordStdin === true) {
    const [password = '', ...more] = await inputLines();
    if (more.length > 0) throw wrongUsage('Standard input has more than one line: which is the password?');
    return password;
  }
  return asked(async (prompt) => chosenSecret(prompt, `New password of ${visible(name)}`));
}

async function oldAndNewPassword({ passwordStdin }: PasswordOptions): Promise<[old: string, chosen: string]> {
  if (passwordStdin === true) {
    const [old = '', chosen, ...more] = await inputLines();
    if (chosen !== undefined && more.length === 0) return [old, chosen];
    throw wrongUsage('Standard input must have two lines: your old password and the new one.');
  }
  return asked(async (prompt) => [
    await prompt.secret('Your old password'),
    await chosenSecret(prompt, 'Your new password'),
  ]);
}

async function asked<R>(questions: (prompt: ReturnType<typeof openPrompt>) => Promise<R>): Promise<R> {
  if (!canAsk()) throw wrongUsage('Nobody is there to be asked for a password: use --password-stdin.');
  const prompt = openPrompt();
  try {
    return await questions(prompt);
  } finally {
    prompt.close();
  }
}
