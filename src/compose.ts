// Puts the parts together: the one file that names a concrete store. `serve` is the whole server in one call,
// `openLog` the store with its work for commands that run while no server has it open.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { type AddressInfo, createServer as createServerSocket } from 'node:net';
import { basename } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { backUp, type Restored, restore } from './backup.ts';
import { type Chores, startChores } from './chores.ts';
import { type Config, readConfig } from './config.ts';
import { monotonicClock, systemClock } from './core/clock.ts';
import { AppError, assert } from './core/error.ts';
import { type Guid, newGuid, type Random, systemRandom } from './core/guid.ts';
import { microsText } from './core/instant.ts';
import { limits } from './core/limits.ts';
import { product } from './core/version.ts';
import { isDataFolder, noDataFolder } from './data-folder.ts';
import { type Operations, operationsOf } from './foundation/operations.ts';
import { foundationTables } from './foundation/tables.ts';
import { createMetrics } from './http/metrics.ts';
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
import { checkpointTable, epochTable, originLine } from './log/epoch.ts';
import { makeFolder } from './log/folder.ts';
import { checkOrigin } from './log/import.ts';
import { type ImportReport, importAll } from './log/import-all.ts';
import { broughtKeys } from './log/key-pem.ts';
import type { LogServices } from './log/log-services.ts';
import { readPolicyFile } from './log/policy-file.ts';
import { retentionTables } from './log/retention-table.ts';
import { cosignatureTable, witnessTable } from './log/witness-table.ts';
import { leaveNotice, type Notice, withdrawNotice } from './notices.ts';
import { openSealing, type Sealing } from './sealing.ts';
import type { Readers, Store } from './store/contract.ts';
import { inspectSqliteStore } from './store/sqlite/inspection.ts';
import { lock } from './store/sqlite/lock.ts';
import { copySqliteStore, openSqliteStore } from './store/sqlite/store.ts';
import type { Table } from './store/table.ts';
import { type FolderChecks, type FolderReport, verifyFolder } from './verification.ts';

/** Every declared table, once: what migrations are made from. */
export const tables: readonly Table[] = [
  ...new Set([
    ...identityTables,
    ...foundationTables,
    epochTable,
    checkpointTable,
    cosignatureTable,
    witnessTable,
    ...retentionTables,
  ]),
];

export interface Running {
  /** Where the server listens. */
  readonly address: string;
  readonly services: Services;
  /** Finishes what is in progress, then closes the store. */
  stop(): Promise<void>;
}

/** Opens the embedded store of a data folder; the writer gets all work of this program. */
async function openStore(directory: string, segmentEvents: number = limits.segmentEvents): Promise<Store> {
  // The runtime's own recursive mkdir never ends below a folder that takes none, such as /proc.
  await makeFolder(directory, 0o700);
  return openSqliteStore({ directory, work: moduleUrl('./work'), segmentEvents });
}

/** What of the configuration is about the log itself. */
type LogConfig = Pick<Config, 'logKey' | 'logName' | 'logPublic' | 'acceptRestore' | 'witnessPolicy'>;

/** Opens the log of a data folder: its store, seeded on the first start, and what seals it. */
async function openLog(
  directory: string,
  config: LogConfig,
  password: FirstPassword,
  doer: Doer,
  segmentEvents?: number,
): Promise<Sealing> {
  // Before anything is begun: a key that cannot be used.
  if (config.logKey !== null) broughtKeys(config.logKey, ['ed25519']);
  const store = await openStore(directory, segmentEvents);
  try {
    await seedOnFirstStart(store, config.logName, password);
    return await openSealing(store, {
      directory,
      environmentKey: config.logKey,
      acceptRestore: config.acceptRestore,
      isPublic: config.logPublic,
      witnessPolicy: config.witnessPolicy === null ? null : readPolicyFile(config.witnessPolicy),
      doer,
      now: systemClock,
      random: systemRandom,
      report: (sentence) => process.emitWarning(sentence),
    });
  } catch (error) {
    await store.close();
    throw error;
  }
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
  await freePort(config);
  const password = { chosen: config.adminPassword, announce };
  const doer = systemDoer({ interface: 'start', absent: 'not a request' });
  const sealing = await openLog(config.data, config, password, doer, segmentEvents);
  try {
    const state = { url: config.url ?? '' };
    const chores = await startChores(sealing, {
      directory: config.data,
      command: moduleUrl('./cli/main'),
      verifyEveryMs: config.verifyEveryMs,
      doer,
    });
    const { services, flush } = await servicesOf(sealing, chores, config, () => state.url);
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
      await chores.stop();
      await closeServer(server);
      await flush();
      await sealing.close();
    };
    return { address, services, stop };
  } catch (error) {
    await sealing.close();
    throw error;
  }
}

/** Throws the system's error where the port is taken: before a log is begun and its password told. */
async function freePort({ host, port }: Config): Promise<void> {
  const probe = createServerSocket();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen({ host, port }, resolve);
  });
  await new Promise<void>((resolve) => probe.close(() => resolve()));
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
  const doer = systemDoer({ interface: 'command', absent: 'imported by a command on the machine itself' });
  const sealing = await openLog(directory, offlineConfig(), password, doer);
  try {
    const permit = grant(machineStanding(doer), 'event.import', anywhere);
    return await importAll(sealing.store, { origin, doer, permit: () => permit, lines, sha256 });
  } finally {
    await sealing.close();
  }
}

/** Commands on a data folder take of the configuration only what the environment says. */
function offlineConfig(): LogConfig {
  return readConfig([], process.env);
}

async function servicesOf(
  { store, log }: Sealing,
  { verification, disposer }: Chores,
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
    log,
    disposer,
    verified: verification.verified,
    metrics: createMetrics({ store, log, verified: verification.verified }),
  };
  return { services, flush: () => doors.notes.flush() };
}

/** Makes the first user where the log is empty. */
async function seedOnFirstStart(
  store: Store,
  logName: string,
  { chosen, announce }: FirstPassword,
): Promise<void> {
  const { newestEventId } = await store.tree();
  if (newestEventId > 0) return;
  const password = chosen ?? randomBytes(18).toString('base64url');
  if (chosen === null) announce(password);
  const adminPasswordHash = await createPasswords({ random: systemRandom }).hash(password);
  const origin = originLine(logName, systemRandom);
  await store.run('start.first', { origin, adminPasswordHash, version: product.version });
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

/**
 * A verified copy of a data folder; the log that was copied tells of it. It does so from the beginning, so that whatever
 * is erased meanwhile is known to stand in the copy.
 */
export async function backupOf(
  directory: string,
  target: string,
): Promise<{ readonly bytes: number; readonly leaves: number }> {
  if (!isDataFolder(directory)) throw new AppError('UnprocessableEntity', [noDataFolder(directory)]);
  const notice = { type: 'audit.log.backup', targetName: basename(target) } as const;
  const begun = await leave(directory, { ...notice, data: { state: 'begun' } });
  try {
    let leaves = 0;
    const bytes = await backUp(directory, target, copySqliteStore, async (part) => {
      leaves = await sound(part);
    });
    await leave(directory, { ...notice, data: { bytes, events: leaves, begun } });
    return { bytes, leaves };
  } finally {
    withdrawNotice(directory, begun);
  }
}

/** Leaves a notice of what is done now; its guid. */
async function leave(directory: string, notice: Notice): Promise<Guid> {
  const guid = newGuid(Math.floor(systemClock() / 1000), systemRandom);
  await leaveNotice(directory, guid, notice, systemRandom);
  return guid;
}

/** A data folder out of a verified backup; no process may have the folder open. */
export async function restoreTo(copy: string, directory: string, replace: boolean): Promise<Restored> {
  const held = isDataFolder(directory) ? lock(directory) : null;
  try {
    const stamp = microsText(systemClock())
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 14);
    const restored = await restore(copy, directory, {
      replace,
      stamp,
      verify: async (folder) => void (await sound(folder)),
      hasMore: async () => (await newestIn(directory)) > (await newestIn(copy)),
    });
    const replaced = restored.replaced === null ? null : basename(restored.replaced);
    await leave(directory, { type: 'audit.log.restore', targetName: basename(copy), data: { replaced } });
    return restored;
  } finally {
    held?.release();
  }
}

/** The newest event of a folder's store; of one that cannot be read nobody knows, and more than anywhere is assumed. */
async function newestIn(directory: string): Promise<number> {
  try {
    const inspection = inspectSqliteStore(`${directory}/hansard.db`);
    const { newestEventId } = await inspection.tree();
    inspection.close();
    return newestEventId;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

/** Verifies a data folder, also while a server has it open: each tree, and the store itself. */
export function verifyDataFolder(directory: string, checks: FolderChecks): Promise<FolderReport> {
  return verifyFolder(directory, inspectSqliteStore, checks);
}

/** Verifies a folder; answers how many leaves hold, or rejects with the first thing that does not. */
async function sound(directory: string): Promise<number> {
  const report = await verifyFolder(directory, inspectSqliteStore);
  const unchecked = report.epochs.find(({ note }) => !note.isChecked);
  if (unchecked !== undefined)
    throw new AppError('UnprocessableEntity', [
      `${directory} has lost the keys that its checkpoints are checked with`,
    ]);
  const finding = report.epochs.flatMap(({ findings }) => findings)[0]?.what ?? report.faults[0];
  if (finding !== undefined)
    throw new AppError('UnprocessableEntity', [`${directory} does not verify: ${finding}`]);
  return report.epochs.reduce((sum, { note }) => sum + (note.checkpoint?.size ?? 0), 0);
}

/** What commands work with in a data folder that no server has open. */
export interface Offline {
  readonly log: LogServices;
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
  const doer = systemDoer({ interface: 'command', absent: 'done by a command on the machine itself' });
  const noFirstStart = { chosen: null, announce: () => assert(false, 'a data folder that exists was begun') };
  const sealing = await openLog(directory, offlineConfig(), noFirstStart, doer);
  try {
    const random = systemRandom;
    const { store, log } = sealing;
    return await use({
      log,
      store,
      run: identityRun(store),
      perform: operationsOf(store),
      standing: machineStanding(doer),
      doer,
      passwords: createPasswords({ random }),
      random,
    });
  } finally {
    await sealing.close();
  }
}

/** Whoever has the machine may do everything. */
function machineStanding({ actor }: Doer): Standing {
  return { userGuid: actor.guid, global: 'admin', write: true, roles: [] };
}
