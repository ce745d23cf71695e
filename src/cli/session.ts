// Who is logged in, and where. Three sources: Hansard's own session file, the file of the cf command (read, never
// written), and the environment of a script. A token is only ever used for the server that it was given for.
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { limits } from '../core/limits.ts';
import { fieldAt, parsed, textAt } from '../export/field.ts';
import { CliFailure, errorCode, reasonOf, unauthorized, wrongUsage } from './failure.ts';

export interface Place {
  readonly guid: string;
  readonly name: string;
}

export interface Session {
  readonly source: 'own' | 'cf' | 'environment';
  /** The API's address, without a slash at the end. */
  readonly url: string;
  /** Where tokens come from. */
  readonly uaa: string;
  readonly client: string;
  readonly clientSecret: string;
  readonly accessToken: string;
  /** '' where there is none: then the session ends with its access token. */
  readonly refreshToken: string;
  readonly organization: Place | null;
  readonly space: Place | null;
  /** Whether certificates go unchecked, as `cf login --skip-ssl-validation` asked. */
  readonly insecure: boolean;
}

/** The options by which every command can be pointed at a server. */
export interface SessionChoice {
  readonly url?: string;
  readonly cf?: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The file of Hansard's own session. */
export function sessionPath(env: Environment = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homeOf(env), '.config'), 'hansard', 'session.json');
}

/** The file of the cf command's session. */
export function cfPath(env: Environment = process.env): string {
  return join(env.CF_HOME || homeOf(env), '.cf', 'config.json');
}

function homeOf(env: Environment): string {
  return env.HOME || homedir();
}

/** Whether a host is this machine by its loopback, where nobody listens in. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);
}

/** An address as people type it: without a scheme http on this machine, else https; no slash at the end. */
export function serverUrl(text: string): string {
  const scheme = isLoopback(URL.parse(`http://${text}`)?.hostname ?? '') ? 'http' : 'https';
  const full = /^[a-z]+:\/\//i.test(text) ? text : `${scheme}://${text}`;
  const url = URL.parse(full);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw wrongUsage(`"${text}" is no address of a server: write something like https://api.example.org.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Hansard's own session, or null. */
export async function ownSession(env: Environment = process.env): Promise<Session | null> {
  const json = await readJsonFile(sessionPath(env));
  const url = textAt(json, 'url');
  if (url === '') return null;
  return {
    source: 'own',
    url,
    uaa: textAt(json, 'uaa'),
    client: textAt(json, 'client'),
    clientSecret: '',
    accessToken: textAt(json, 'accessToken'),
    refreshToken: textAt(json, 'refreshToken'),
    organization: placeAt(json, 'organization', 'guid', 'name'),
    space: placeAt(json, 'space', 'guid', 'name'),
    insecure: fieldAt(json, 'insecure') === true,
  };
}

/** The session of the cf command, or null. */
export async function cfSession(env: Environment = process.env): Promise<Session | null> {
  const json = await readJsonFile(cfPath(env));
  const url = textAt(json, 'Target');
  if (url === '') return null;
  return {
    source: 'cf',
    url: serverUrl(url),
    uaa: textAt(json, 'UaaEndpoint') || textAt(json, 'AuthorizationEndpoint'),
    client: textAt(json, 'UAAOAuthClient') || 'cf',
    clientSecret: textAt(json, 'UAAOAuthClientSecret'),
    accessToken: bareToken(textAt(json, 'AccessToken')),
    refreshToken: textAt(json, 'RefreshToken'),
    organization: placeAt(json, 'OrganizationFields', 'GUID', 'Name'),
    space: placeAt(json, 'SpaceFields', 'GUID', 'Name'),
    insecure: fieldAt(json, 'SSLDisabled') === true,
  };
}

/**
 * The session that a command works with: a token from the environment, else Hansard's own (unless cf's is asked
 * for), else cf's. An address that was named must be the session's. Throws CliFailure where there is none.
 */
export async function chosenSession(choice: SessionChoice, env: Environment = process.env): Promise<Session> {
  const wanted = choice.url ?? (choice.cf === true ? undefined : env.HANSARD_URL);
  const url = wanted === undefined || wanted === '' ? null : serverUrl(wanted);
  const own = choice.cf === true ? null : await ownSession(env);
  const kept = [own, await cfSession(env)].find(
    (session) => session !== null && (url === null || session.url === url),
  );
  const token = choice.cf === true ? '' : bareToken(env.HANSARD_TOKEN ?? '');
  if (token !== '') {
    const address = url ?? kept?.url;
    if (address === undefined) throw wrongUsage('HANSARD_TOKEN is set, but not HANSARD_URL.');
    return environmentSession(address, token);
  }
  if (kept === undefined || kept === null || kept.accessToken === '') {
    throw unauthorized(
      url === null
        ? 'You are not logged in: run "hansard login URL" (or "cf login").'
        : `You are not logged in to ${url}: run "hansard login ${url}".`,
    );
  }
  return kept;
}

/** A session that lives as long as this run. */
export function environmentSession(url: string, accessToken: string): Session {
  return {
    source: 'environment',
    url,
    uaa: '',
    client: 'cf',
    clientSecret: '',
    accessToken,
    refreshToken: '',
    organization: null,
    space: null,
    insecure: false,
  };
}

/** Keeps a session as Hansard's own, readable by its owner alone. Client secrets are not kept. */
export async function keepSession(session: Session, env: Environment = process.env): Promise<void> {
  const path = sessionPath(env);
  const { source: _, clientSecret: __, ...kept } = session;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(kept, null, 2)}\n`);
  } finally {
    await file.close();
  }
  await rename(part, path);
}

/** Removes Hansard's own session; answers whether there was one. */
export async function forgetSession(env: Environment = process.env): Promise<boolean> {
  const existed = (await ownSession(env)) !== null;
  await rm(sessionPath(env), { force: true });
  return existed;
}

/** cf keeps its token with the scheme before it. */
export function bareToken(text: string): string {
  return text.trim().replace(/^bearer\s+/i, '');
}

function placeAt(json: unknown, member: string, guid: string, name: string): Place | null {
  const found = textAt(json, member, guid);
  return found === '' ? null : { guid: found, name: textAt(json, member, name) };
}

/** Undefined where there is no file. */
async function readJsonFile(path: string): Promise<unknown> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw new CliFailure(`The session in ${path} cannot be read: ${reasonOf(error)}.`);
  }
  try {
    const { size } = await file.stat();
    if (size > limits.sessionFileBytesMax) throw new CliFailure(`The session in ${path} is far too large.`);
    const json = parsed(await file.readFile('utf8'));
    if (json === undefined) throw new CliFailure(`The session in ${path} is not JSON: log in again.`);
    return json;
  } finally {
    await file.close();
  }
}
