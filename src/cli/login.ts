// hansard login: a session of Hansard's own, with any server that speaks UAA's dialect.
import type { Command } from 'commander';
import { unauthorized, wrongUsage } from './failure.ts';
import { organizationOf, spaceOf } from './places.ts';
import { openPrompt } from './prompt.ts';
import { leaveCertificatesUnchecked, openRemote } from './remote.ts';
import { isLoopback, keepSession, ownSession, type Session, serverUrl } from './session.ts';
import { say, tell, visible } from './terminal.ts';
import { cfClient, grantedTokens, type Tokens, uaaOf, userOf } from './token.ts';

interface LoginOptions {
  readonly user?: string;
  readonly password?: string;
  readonly client?: string;
  readonly secret?: string;
  readonly passcode?: string;
  readonly org?: string;
  readonly space?: string;
  readonly skipSslValidation?: boolean;
}

export function loginCommand(program: Command): void {
  program
    .command('login')
    .summary('log in to a server')
    .description('Log in to Hansard or any Cloud Foundry, and remember it (~/.config/hansard/session.json).')
    .argument('[url]', 'address of the API; default: the last one (HANSARD_URL)')
    .option('-u, --user <name>', 'user; asked for if missing (HANSARD_USER)')
    .option(
      '-p, --password <password>',
      'seen by others in the list of processes: better HANSARD_PASSWORD, or be asked',
    )
    .option('--client <id>', 'log in as a client (service account) instead of a user')
    .option('--secret <secret>', "the client's secret; asked for if missing (HANSARD_CLIENT_SECRET)")
    .option('--passcode <code>', 'a one-time passcode, as `cf login --sso` uses it')
    .option('-o, --org <name>', 'organization to target')
    .option('-s, --space <name>', 'space to target')
    .option('--skip-ssl-validation', "do not check the server's certificate")
    .addHelpText(
      'after',
      `
Examples:
  hansard login https://api.example.org
  hansard login http://127.0.0.1:8080 -u admin
  HANSARD_CLIENT_SECRET=... hansard login https://api.example.org --client auditor`,
    )
    .action(login);
}

async function login(address: string | undefined, options: LoginOptions): Promise<void> {
  const url = serverUrl(address ?? process.env.HANSARD_URL ?? (await ownSession())?.url ?? missingAddress());
  warnOfClearText(url);
  const insecure = options.skipSslValidation === true;
  if (insecure) leaveCertificatesUnchecked();
  const uaa = await uaaOf(url);
  const tokens = await tokensFor(uaa, options);
  // A client's secret is not kept, so its session ends with its token.
  const refreshToken = options.client === undefined ? tokens.refreshToken : '';
  const { accessToken } = tokens;
  const client = options.client ?? cfClient.id;
  const remote = openRemote({ ...emptySession, url, uaa, client, accessToken, refreshToken });
  const organization = options.org === undefined ? null : await organizationOf(remote, options.org);
  const space = options.space === undefined ? null : await spaceOf(remote, options.space, organization);
  await keepSession({ ...remote.session(), insecure, organization, space });
  await say(`Logged in to ${url} as ${visible(userOf(tokens.accessToken) || 'somebody')}.`);
}

function missingAddress(): never {
  throw wrongUsage('Which server? Write "hansard login https://api.example.org".');
}

const emptySession: Session = {
  source: 'own',
  url: '',
  uaa: '',
  client: '',
  clientSecret: '',
  accessToken: '',
  refreshToken: '',
  organization: null,
  space: null,
  insecure: false,
};

async function tokensFor(uaa: string, options: LoginOptions): Promise<Tokens> {
  if (options.passcode !== undefined) {
    return grantedTokens(uaa, cfClient, { grant_type: 'password', passcode: options.passcode });
  }
  const prompt = openPrompt();
  try {
    if (options.client !== undefined) {
      const secret =
        options.secret ??
        process.env.HANSARD_CLIENT_SECRET ??
        (await prompt.secret(`Secret of ${options.client}`));
      return await grantedTokens(uaa, { id: options.client, secret }, { grant_type: 'client_credentials' });
    }
    const username = options.user ?? process.env.HANSARD_USER ?? (await prompt.line('User'));
    const password = options.password ?? process.env.HANSARD_PASSWORD ?? (await prompt.secret('Password'));
    if (username === '' || password === '') throw unauthorized('A user and a password are needed.');
    return await grantedTokens(uaa, cfClient, { grant_type: 'password', username, password });
  } finally {
    prompt.close();
  }
}

function warnOfClearText(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(hostname))
    tell(`Warning: ${url} is not encrypted; others can read your password.`);
}
