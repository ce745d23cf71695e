// A real server for tests: its own empty data folder, a free port on 127.0.0.1, the whole program in this process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, serve } from '../src/compose.ts';
import type { Config } from '../src/config.ts';

export interface TestServer {
  readonly url: string;
  readonly directory: string;
  readonly running: Running;
  readonly adminPassword: string;
  readonly adminToken: string;
  /** Logs a user in by password; answers the access token. */
  login(username: string, password: string): Promise<string>;
  /** A request with a token (the admin's unless named); `body` becomes JSON unless it is text. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** Closes the server; removes the data folder unless `keep`. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

export interface CallOptions {
  /** null: no Authorization header. */
  readonly token?: string | null;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

export interface StartOptions {
  /** An existing folder, for a second start. */
  readonly directory?: string;
  /** The address in links. */
  readonly url?: string;
  readonly segmentEvents?: number;
  readonly config?: Partial<Config>;
}

export const adminPassword = 'correct horse battery staple';

export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'hansard-test-')));
  const config: Config = {
    host: '127.0.0.1',
    port: 0,
    data: directory,
    url: options.url ?? null,
    adminPassword,
    trustedProxies: [],
    logLevel: 'error',
    logName: 'log.test',
    logPublic: false,
    logKey: null,
    acceptRestore: false,
    verifyEveryMs: 0,
    witnessPolicy: null,
    ...options.config,
  };
  const running = await serve(config, () => undefined, options.segmentEvents);
  const url = running.address;
  const adminToken = await passwordGrant(url, 'admin', adminPassword);
  return {
    url,
    directory,
    running,
    adminPassword,
    adminToken,
    login: (username, password) => passwordGrant(url, username, password),
    call: (method, path, call = {}) => request(url, method, path, { token: adminToken, ...call }),
    stop: async ({ keep = false } = {}) => {
      await running.stop();
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
}

/** One request to any server. */
export async function request(
  url: string,
  method: string,
  path: string,
  call: CallOptions = {},
): Promise<Reply> {
  const { token = null, body, headers = {} } = call;
  const response = await fetch(`${url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { authorization: `bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** Logs a user in through the client of the command line; answers the access token. */
export async function passwordGrant(url: string, username: string, password: string): Promise<string> {
  const reply = await request(url, 'POST', '/oauth/token', {
    headers: { authorization: 'Basic Y2Y6', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'password', username, password }).toString(),
  });
  if (reply.status !== 200) throw new Error(`log-in of ${username}: ${reply.status} ${reply.text}`);
  return reply.json.access_token;
}
