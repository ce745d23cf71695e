// A store with old events in it and a disposer whose clock the test sets.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Instant } from '../../src/core/instant.ts';
import type { EventRow, StoredEvent } from '../../src/event/event.ts';
import { type Operations, operationsOf } from '../../src/foundation/operations.ts';
import { grant, type Permit } from '../../src/identity/permit.ts';
import { doerOf, type Principal, systemDoer } from '../../src/identity/principal.ts';
import { type Action, anywhere, type Standing, type Where } from '../../src/identity/role.ts';
import type { Doer } from '../../src/log/append.ts';
import { type Disposer, startDisposer } from '../../src/log/dispose.ts';
import { everything } from '../../src/query/ast.ts';
import { narrow } from '../../src/query/narrow.ts';
import type { Store } from '../../src/store/contract.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { sealAll } from '../contract/sealing-contract.ts';
import { firstPage } from '../first-page.ts';

/** The time of the first old event. */
export const t0: Instant = Date.UTC(2020, 0, 15, 12, 0, 0) * 1000;

export interface Rig {
  readonly store: Store;
  readonly directory: string;
  readonly perform: Operations;
  readonly disposer: Disposer;
  readonly reported: unknown[];
  /** Lets time go by until then, for the disposer. */
  at(instant: Instant): void;
  /** Sets the disposer's clock alone. */
  setClock(instant: Instant): void;
  /** What commands have left to be told. */
  readonly notices: EventRow[];
  /** All events that the log has rows of, in the order of intake. */
  events(): Promise<StoredEvent[]>;
  /** Types of our own events about keeping, with their data, in the order of intake. */
  told(type: string): Promise<{ readonly type: string; readonly guid: string; readonly data: Told }[]>;
  /** Bytes of the folder's files in which the text stands. */
  isInFiles(text: string): boolean;
  seal(): Promise<void>;
  /** An active account with the rights of an administrator. */
  addAdmin(guid: string, options?: { readonly active?: boolean }): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
type Told = any;

export async function openRig(
  t: Pick<TestContext, 'after'>,
  options: { readonly segmentEvents?: number; readonly wrap?: (store: Store) => Store } = {},
): Promise<Rig> {
  const { segmentEvents = 1_000, wrap = (store) => store } = options;
  const directory = mkdtempSync(join(tmpdir(), 'hansard-disposal-'));
  const work = new URL('./disposal-work.ts', import.meta.url);
  const store = wrap(await openSqliteStore({ directory, work, segmentEvents }));
  let now = t0;
  let timer = 0;
  const reported: unknown[] = [];
  const notices: EventRow[] = [];
  const disposer = await startDisposer({
    store,
    now: () => now,
    timer: () => timer,
    everyMs: 86_400_000,
    doer: systemDoer({ absent: 'a test' }),
    checkpoint: () => null,
    takeNotices: async () => {
      for (const notice of notices.splice(0)) await store.run('test.append', [notice]);
    },
    report: (error) => reported.push(error),
  });
  t.after(async () => {
    await disposer.stop();
    await store.close();
    rmSync(directory, { recursive: true });
  });
  const events = async () => {
    const query = narrow(everything, { kind: 'all' }, 'all', () => 'log');
    return [...(await firstPage(store, query, 5_000)).events].sort((one, other) => one.id - other.id);
  };
  return {
    store,
    directory,
    perform: operationsOf(store),
    disposer,
    reported,
    at: (instant) => {
      timer += Math.max(0, instant - now);
      now = instant;
    },
    setClock: (instant) => {
      now = instant;
    },
    notices,
    events,
    told: async (type) =>
      (await events())
        .filter((event) => event.type.startsWith(type))
        .map((event) => ({ type: event.type, guid: event.guid, data: JSON.parse(event.data) })),
    isInFiles: (text) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .map((file) => join(directory, file))
        .some((path) => statSync(path).isFile() && readFileSync(path).includes(text)),
    seal: () => sealAll(store),
    addAdmin: async (guid, { active = true } = {}) => {
      await store.run('test.account', { guid, active, scopes: ['cloud_controller.admin'] });
    },
  };
}

let made = 0;

/** An event of long ago; a canary stands in its data and in its names. */
export function oldEvent(canary: string, more: Partial<EventRow> = {}): EventRow {
  made += 1;
  const salt = (part: string) => createHash('sha256').update(`${part}${made}`).digest();
  return {
    origin: '',
    guid: `00000000-0000-7000-8000-${String(made).padStart(12, '0')}`,
    type: 'audit.app.create',
    audience: 'platform',
    occurredAt: t0,
    recordedAt: t0,
    actor: { type: 'user', guid: 'ann' },
    target: { type: 'app', guid: 'an-app' },
    spaceGuid: 'a-space',
    organizationGuid: 'one',
    outcome: 'success',
    data: JSON.stringify({ request: `${canary}-data` }),
    particulars: JSON.stringify({ actor_name: `${canary}-name`, target_name: 'an app' }),
    dataSalt: salt('d'),
    particularsSalt: salt('p'),
    ...more,
  };
}

export function principalOf(guid: string): Principal {
  return { kind: 'user', guid, username: `name of ${guid}`, email: '', client: 'cf', scopes: [] };
}

export const doerNamed = (guid: string): Doer => doerOf(principalOf(guid), {});

/** The permit of somebody with the rights of an administrator. */
export function adminPermit<A extends Action>(guid: string, action: A, where: Where = anywhere): Permit<A> {
  const standing: Standing = { userGuid: guid, global: 'admin', write: true, roles: [] };
  return grant(standing, action, where);
}
