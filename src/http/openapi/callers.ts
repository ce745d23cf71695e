// Who may call an operation: as a sentence for people, and as security requirements for programs. Which scopes let
// somebody read or write is asked of identity/, which decides it.
import { mayRead, mayWrite, type Principal } from '../../identity/principal.ts';
import { knownScopes } from '../../identity/scope.ts';
import type { Route } from '../route.ts';
import type { Caller } from './about.ts';

/** Scheme names with the scopes of which all are needed; of several requirements one is enough. */
export type Requirement = Readonly<Record<string, readonly string[]>>;

export interface Callers {
  readonly sentence: string;
  readonly security: readonly Requirement[];
}

const nobody: Principal = { kind: 'user', guid: '', username: '', email: '', client: '', scopes: [] };

const readers = knownScopes.filter((scope) => mayRead({ ...nobody, scopes: [scope] }));
const writers = knownScopes.filter((scope) => mayWrite({ ...nobody, scopes: [scope] }));

const byAccess: Readonly<Record<Route['access'], Callers>> = {
  public: { sentence: 'Anybody, without a token', security: [] },
  log: {
    sentence: 'Whoever has a good access token; anybody where the server was started with `--log-public`',
    security: [{ token: [] }],
  },
  token: { sentence: 'Whoever has a good access token', security: [{ token: [] }] },
  read: {
    sentence: `Whoever has a token with the scope ${oneOf(readers)}; answers what the caller may see`,
    security: anyOf(readers),
  },
  write: {
    sentence: `Whoever has a token with the scope ${oneOf(writers)}, and a role that allows it`,
    security: anyOf(writers),
  },
};

/** UAA's handlers look at the token themselves: of one that is not described, the scopes are not known here. */
const unknownOfUaa: Callers = {
  sentence: 'Whoever has a good access token with the scope that UAA asks for',
  security: [{ token: [] }],
};

/** Who may call: what is said of the caller goes before the route's access. */
export function callersOf({ access, dialect }: Route, caller: Caller | undefined): Callers {
  if (caller === undefined) return dialect === 'uaa' ? unknownOfUaa : byAccess[access];
  if (caller === 'anybody') return byAccess.public;
  if (caller === 'client') {
    return { sentence: 'An OAuth client, by its id and secret', security: [{ client: [] }] };
  }
  const { scopes, or } = caller;
  if (scopes.length === 0) return byAccess.token;
  const also = or === undefined ? '' : `, or ${or}`;
  return {
    sentence: `Whoever has a token with the scope ${oneOf(scopes)}${also}`,
    security: [...anyOf(scopes), ...(or === undefined ? [] : [{ token: [] }])],
  };
}

/** The two ways to say who one is. Addresses are made from the server's own. */
export function securitySchemes(url: string): object {
  const tokenUrl = `${url}/oauth/token`;
  const scopes = Object.fromEntries(knownScopes.map((scope) => [scope, scopeMeanings[scope] ?? '']));
  return {
    token: {
      type: 'oauth2',
      description: 'An access token in the header `Authorization: bearer TOKEN`',
      flows: {
        password: { tokenUrl, refreshUrl: tokenUrl, scopes },
        clientCredentials: { tokenUrl, scopes },
      },
    },
    client: { type: 'http', scheme: 'basic', description: 'Id and secret of an OAuth client' },
  };
}

const scopeMeanings: Readonly<Record<string, string>> = {
  'cloud_controller.read': 'Read what one’s roles let one see',
  'cloud_controller.write': 'Change what one’s roles let one change',
  'cloud_controller.admin': 'Read and change everything',
  'cloud_controller.admin_read_only': 'Read everything',
  'cloud_controller.global_auditor': 'Read everything but secrets',
  'scim.read': 'Read accounts',
  'scim.write': 'Change accounts',
  'clients.read': 'Read OAuth clients',
  'clients.write': 'Change OAuth clients',
  'clients.secret': 'Change one’s own client secret',
  'clients.admin': 'Administer OAuth clients',
  'uaa.admin': 'Administer accounts, groups and clients',
  'uaa.resource': 'Check the tokens of others',
  'password.write': 'Change one’s own password',
};

function anyOf(scopes: readonly string[]): Requirement[] {
  return scopes.map((scope) => ({ token: [scope] }));
}

function oneOf(scopes: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(scopes.map((scope) => `\`${scope}\``));
}
