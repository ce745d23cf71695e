// hansard client: programs that ask for tokens. On the server that you are logged in to, or in a data folder that no
// server has open.
import type { Command } from 'commander';
import { knownScopes } from '../identity/scope.ts';
import type { Clients } from './clients.ts';
import { checkScopes, type DirectoryOptions, directoryOptions, inDirectory } from './directory.ts';
import { wrongUsage } from './failure.ts';
import { again, collected } from './list-option.ts';
import { confirm, inputLines } from './prompt.ts';
import { aligned, bold, say, visible } from './terminal.ts';

interface AddOptions extends DirectoryOptions {
  readonly scope?: readonly string[];
  readonly authority?: readonly string[];
  readonly grant?: readonly string[];
  readonly secretStdin?: boolean;
  readonly json?: boolean;
}

interface ListOptions extends DirectoryOptions {
  readonly json?: boolean;
}

interface DeleteOptions extends DirectoryOptions {
  readonly force?: boolean;
}

export function clientCommand(program: Command): void {
  const client = program
    .command('client')
    .summary('programs that ask for tokens: add, list, delete')
    .description('Keep the OAuth clients (service accounts) of a Hansard.')
    .addHelpText(
      'after',
      `
Examples:
  hansard client add reporter --authority cloud_controller.global_auditor
  hansard client list`,
    );
  addCommand(client);
  listCommand(client);
  deleteCommand(client);
}

function addCommand(client: Command): void {
  const command = client
    .command('add')
    .summary('add a client')
    .description('Add a client. Its secret is made up and printed, once, unless you bring one.')
    .argument('<id>', 'name of the client')
    .option('--authority <scope>', `what it may do itself (client_credentials) ${again}`, collected)
    .option('--scope <scope>', `what users may be granted through it (password) ${again}`, collected)
    .option('--grant <type>', `client_credentials (the default), password, refresh_token ${again}`, collected)
    .option('--secret-stdin', 'the secret is standard input')
    .option('--json', 'print the client and its secret as JSON');
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hansard client add reporter --authority cloud_controller.global_auditor
  hansard client add portal --grant password --scope openid --scope cloud_controller.read
  SECRET=$(hansard client add collector --authority cloud_controller.global_auditor --json | jq -r .secret)

On a server this needs the scope clients.write, and uaa.admin to give what you do not have yourself.`,
    )
    .action(add);
}

async function add(id: string, options: AddOptions): Promise<void> {
  const { scope: scopes = [], authority: authorities = [], grant: grants = ['client_credentials'] } = options;
  checkScopes([...scopes, ...authorities]);
  const { madeUpSecret } = await import('./clients.ts');
  const isMadeUp = options.secretStdin !== true;
  const secret = isMadeUp ? madeUpSecret() : await secretFromInput();
  const wanted = { id, secret, grants, authorities, scopes };
  const made = await withClients(options, (clients) => clients.add(wanted));
  if (options.json === true) return say(JSON.stringify(isMadeUp ? { ...made, secret } : made, null, 2));
  await say(`Client ${visible(made.id)} added.`);
  if (isMadeUp) await say(`Its secret, shown only now: ${secret}`);
}

function listCommand(client: Command): void {
  const command = client
    .command('list')
    .summary('list the clients')
    .description('List the clients and what each may do.')
    .option('--json', 'as JSON');
  directoryOptions(command)
    .addHelpText('after', '\nExamples:\n  hansard client list\n  hansard client list --json --data ./data')
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  const clients = await withClients(options, (found) => found.list());
  if (options.json === true) return say(JSON.stringify(clients, null, 2));
  const rows = clients.map(({ id, grants, authorities, scopes }) => [
    visible(id),
    grants.join(' '),
    inShort(authorities),
    inShort(scopes),
  ]);
  const [header = '', ...lines] = aligned([['id', 'grants', 'authorities', 'scopes'], ...rows]);
  await say(bold(header));
  for (const line of lines) await say(line);
}

function deleteCommand(client: Command): void {
  const command = client
    .command('delete')
    .summary('delete a client')
    .description('Delete a client and end its sessions. What it did stays on record.')
    .argument('<id>', 'name of the client')
    .option('-f, --force', 'do not ask');
  directoryOptions(command)
    .addHelpText('after', '\nExample:\n  hansard client delete reporter')
    .action(remove);
}

async function remove(id: string, options: DeleteOptions): Promise<void> {
  await confirm(`Delete client ${visible(id)}?`, options.force === true);
  await withClients(options, (clients) => clients.remove(id));
  await say(`Client ${visible(id)} deleted.`);
}

async function withClients<R>(options: DirectoryOptions, use: (clients: Clients) => Promise<R>): Promise<R> {
  const { clientsIn, clientsOf } = await import('./clients.ts');
  return inDirectory(
    options,
    (remote) => use(clientsOf(remote)),
    (offline) => use(clientsIn(offline)),
  );
}

async function secretFromInput(): Promise<string> {
  const [secret = '', ...more] = await inputLines();
  if (more.length === 0) return secret;
  throw wrongUsage('Standard input has more than one line: which is the secret?');
}

function inShort(scopes: readonly string[]): string {
  return scopes.length === knownScopes.length ? '(all)' : scopes.join(' ') || '-';
}
