// Puts the parts together: the one file that names a concrete store. `serve` is the whole server in one call,
// `openLog` the store with its work for commands that run while no server has it open.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { monotonicClock, systemClock } from './core/clock.ts';
import { AppError } from './core/error.ts';
import { type Random, systemRandom } from './core/guid.ts';
import { limits } from './core/limits.ts';
import { product } from './core/version.ts';
import { type Operations, operationsOf } from './foundation/operations.ts';
import { foundationTables } from './foundation/tables.ts';
import type { Services } from './http/route.ts';
import { routes } from './http/routes.ts';
import { createServer } from './http/server.ts';
import { createDoors } from './identity/doors.ts';
import { createPasswords, type Passwords } from './identity/password.ts';
import { grant } from './identity/permit.ts';
import { systemDoer } from './identity/principal.ts';
import { anywhere, type Standing } from './identity/role.ts';
import { createStandings } from './identity/standing.ts';
import { identityTables } from './identity/tables.ts';
import { createTokens } from './identity/token.ts';
import { type IdentityRun, identityRun } from './identity/work.ts';
import type { Doer } from './log/append.ts';
import { checkOrigin } from './log/import.ts';
import { type ImportReport, importAll } from './log/import-all.ts';
import type { Readers, Store } from './store/contract.ts';
import { backup, openSqliteStore } from './store/sqlite/store.ts';
import type { Table } from './store/table.ts';

/** Every declared table, once: what migrations are made from. */
export const tables: readonly Table[] = [...new Set([...identityTables, ...foundationTables])];

export interface Running {
  /** Where the server listens. */
  readonly address: string;
  readonly services: Services;
  /** Finishes what is in progress, then closes the store. */
  stop(): Promise<void>;
}

/** Opens the embedded store of a data folder; the writer gets all work of this program. */
async function openLog(directory: string, segmentEvents: number = limits.segmentEvents): Promise<Store> {
  return openSqliteStore({ directory, work: moduleUrl('./work'), segmentEvents });
}

/** The password that `admin` gets where a log begins. */
export interface FirstPassword {
  /** null: one is made. */
  readonly chosen: string | null;
  /** Hears the password that was made before anything is stored, so that it cannot be lost. */
  readonly announce: (password: string) => void;
}

/** Opens the store, seeds it on its first start, and listens. */
export async function serve(
  config: Config,
  announce: FirstPassword['announce'],
  segmentEvents: number = limits.segmentEvents,
): Promise<Running> {
  const store = await openLog(config.data, segmentEvents);
  try {
    await seedOnFirstStart(store, { chosen: config.adminPassword, announce });
    const state = { url: config.url ?? '' };
    const { services, flush } = await servicesOf(store, config, () => state.url);
    const server = createServer({
      routes,
      services,
      logLevel: config.logLevel,
      trustedProxies: config.trustedProxies,
    });
    await server.listen({ host: config.host, port: config.port });
    const address = addressOf(server, config.host);
    if (state.url === '') state.url = address;
    const stop = async (): Promise<void> => {
      await closeServer(server);
      await flush();
      await store.close();
    };
    return { address, services, stop };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Imports into a store that no server has open. */
export async function importOffline(
  directory: string,
  lines: AsyncIterable<string>,
  origin: string,
  sha256: () => string,
  password: FirstPassword,
): Promise<ImportReport> {
  checkOrigin(origin);
  const store = await openLog(directory);
  try {
    await seedOnFirstStart(store, password);
    const doer = systemDoer({ interface: 'command', absent: 'imported by a command on the machine itself' });
    const permit = grant(machineStanding(doer), 'event.import', anywhere);
    return await importAll(store, { origin, doer, permit: () => permit, lines, sha256 });
  } finally {
    await store.close();
  }
}

/**
 * Copies the store of a data folder, and its keys where a server has made any, also while a server has it open. The
 * copy is durable before it has its name: what broke off can never be taken for one.
 * @returns why it could not, or null.
 */
export function backupOf(directory: string, target: string): string | null {
  if (!isDataFolder(directory)) return noDataFolder(directory);
  if (existsSync(target)) return `${target} exists already: name a folder that does not exist yet`;
  const part = `${resolve(target)}.part`;
  if (existsSync(part)) return `${part} is another copy in the making, or broke off: remove it first`;
  mkdirSync(part, { recursive: true, mode: 0o700 });
  try {
    backup(`${directory}/hansard.db`, `${part}/hansard.db`);
    copyKeys(`${directory}/keys`, `${part}/keys`);
    syncAll(part);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
  sync(dirname(part));
  return null;
}

/** Only a server makes keys: a folder that was filled by an import alone has none yet. */
function copyKeys(from: string, to: string): void {
  if (!existsSync(from)) return;
  cpSync(from, to, { recursive: true });
  chmodSync(to, 0o700);
}

/** Makes a folder durable with all that is in it. */
function syncAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) sync(join(folder, entry));
  sync(folder);
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

async function servicesOf(
  store: Store,
  config: Config,
  url: () => string,
): Promise<{ services: Services; flush: () => Promise<void> }> {
  const keys = `${config.data}/keys`;
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  chmodSync(keys, 0o700);
  const now = monotonicClock(systemClock);
  const random = systemRandom;
  const issuer = `${config.url ?? 'http://localhost'}/oauth/token`;
  const tokens = await createTokens({ keyFile: `${keys}/token.pem`, issuer, store, now, random });
  const doors = await createDoors({ store, tokens, now, random, digestKeyFile: `${keys}/digest.key` });
  const standings = createStandings(store);
  store.onCommit(({ tables: changed }) => standings.invalidate(changed));
  const services: Services = {
    store,
    now,
    random,
    get url() {
      return url();
    },
    tokens,
    doors,
    standing: (principal) => standings.of(principal),
    origins: [''],
    perform: operationsOf(store),
  };
  return { services, flush: () => doors.notes.flush() };
}

/** Makes the first user where the log is empty. */
async function seedOnFirstStart(store: Store, { chosen, announce }: FirstPassword): Promise<void> {
  const { events } = await store.stats();
  if (events > 0) return;
  const password = chosen ?? randomBytes(18).toString('base64url');
  if (chosen === null) announce(password);
  const adminPasswordHash = await createPasswords({ random: systemRandom }).hash(password);
  await store.run('start.first', { adminPasswordHash, version: product.version });
}

/** Waits for requests in progress, but not for ever. */
async function closeServer(server: FastifyInstance): Promise<void> {
  const late = setTimeout(() => server.server.closeAllConnections(), limits.stopMsMax);
  await server.close();
  clearTimeout(late);
}

function addressOf(server: FastifyInstance, host: string): string {
  const { port } = server.server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

/** A module of this folder as it stands: source in a checkout, compiled in a package. */
function moduleUrl(path: string): URL {
  return new URL(`${path}${import.meta.url.slice(-3)}`, import.meta.url);
}

/** What commands work with in a data folder that no server has open. */
export interface Offline {
  readonly store: Readers;
  readonly run: IdentityRun;
  readonly perform: Operations;
  /** Of whoever has the machine: may do everything. */
  readonly standing: Standing;
  readonly doer: Doer;
  readonly passwords: Passwords;
  readonly random: Random;
}

/**
 * Opens the store of an existing data folder for as long as `use` takes. Throws ServiceUnavailable while a process has
 * it open, UnprocessableEntity where the folder holds no store: a mistyped path must not begin a second history.
 */
export async function withDataFolder<R>(
  directory: string,
  use: (offline: Offline) => Promise<R>,
): Promise<R> {
  if (!isDataFolder(directory)) throw new AppError('UnprocessableEntity', [noDataFolder(directory)]);
  const store = await openLog(directory);
  try {
    const random = systemRandom;
    const doer = systemDoer({ interface: 'command', absent: 'done by a command on the machine itself' });
    return await use({
      store,
      run: identityRun(store),
      perform: operationsOf(store),
      standing: machineStanding(doer),
      doer,
      passwords: createPasswords({ random }),
      random,
    });
  } finally {
    await store.close();
  }
}

/** Whoever has the machine may do everything. */
function machineStanding({ actor }: Doer): Standing {
  return { userGuid: actor.guid, global: 'admin', write: true, roles: [] };
}

function isDataFolder(directory: string): boolean {
  return existsSync(`${directory}/hansard.db`);
}

function noDataFolder(directory: string): string {
  return `${directory} is not a data folder: it has no hansard.db`;
}
