// Promise 1: what was answered survives kill -9, and what was not answered is there whole or not at all. One data
// folder, fifty kills in the middle of concurrent operations; after each the log is replayed and compared with the
// tables, both as the restarted server answers them.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { adminPassword, passwordGrant, request } from '../harness.ts';
import { type Load, type Sent, startLoad } from './load.ts';
import { type AuditEvent, apply, emptyWorld, roleKey, type World } from './replay.ts';
import { type Dice, diceOf, freshSeed } from './seed.ts';
import { exitOf, type ServerProcess, spawnServer, startProcess } from './server-process.ts';

const kills = 50;
const killsOfFirstStarts = 8;
const clients = 6;
const importBatch = 1_000;

/** What the test knows of the store, over all kills. */
interface Knowledge {
  readonly world: World;
  readonly seen: Set<string>;
  /** Created since: the second of the newest event that was seen. */
  since: string;
  /** Names and guids that were ever sent. */
  readonly sent: Set<string>;
  /** All events of the platform audience: those seen, and those imported. */
  total: number;
}

describe('kill -9', () => {
  it(`loses nothing that was answered and shows nothing half-done, ${kills} times`, async (t) => {
    const seed = freshSeed(t);
    const dice = diceOf(seed);
    const directory = await mkdtemp(join(tmpdir(), 'hansard-crash-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    let server = await startProcess(directory);
    t.after(() => server.kill());
    const token = await passwordGrant(server.url, 'admin', adminPassword);
    const [admin] = await list(server.url, token, '/v3/users');
    const known: Knowledge = {
      world: { ...emptyWorld(), users: new Set([String(admin?.guid)]) },
      seen: new Set(),
      since: '2024-01-01T00:00:00Z',
      sent: new Set(),
      total: 0,
    };
    let operations = 0;
    let answered = 0;
    for (let round = 1; round <= kills; round += 1) {
      const organizations = new Set([...known.world.organizations.keys()].slice(-20));
      const load = startLoad({ url: server.url, token }, dice, clients, organizations);
      await killInTheMiddle(server, load, dice);
      if (dice.roll(5) === 0) await killWhileStarting(directory, dice);
      server = await startProcess(directory);
      operations += load.sent.length;
      answered += load.sent.filter(({ reply }) => reply !== undefined).length;
      await checkRound(server.url, token, known, load.sent).catch((error: Error) => {
        error.message = `after kill ${round} of seed ${seed}: ${error.message}`;
        throw error;
      });
    }
    t.diagnostic(`${operations} operations sent, ${answered} answered, ${known.total} events`);
    assert.equal(await server.stop(), 0);
    checkFile(directory, known.total);
  });

  it(`during the very first start leaves a folder that starts, ${killsOfFirstStarts} times`, async (t) => {
    const dice = diceOf(freshSeed(t));
    for (let round = 0; round < killsOfFirstStarts; round += 1) {
      const directory = await mkdtemp(join(tmpdir(), 'hansard-crash-'));
      t.after(() => rm(directory, { recursive: true, force: true }));
      await killWhileStarting(directory, dice);
      const server = await startProcess(directory);
      t.after(() => server.kill());
      const token = await passwordGrant(server.url, 'admin', adminPassword);
      const [started, ...more] = await list(server.url, token, '/v3/audit_events?types=audit.log.started');
      assert.equal(started?.type, 'audit.log.started');
      assert.deepEqual(more, []);
      await server.kill();
    }
  });
});

/** Kills after a random number of answers, while the other clients wait for theirs. */
async function killInTheMiddle(server: ServerProcess, load: Load, dice: Dice): Promise<void> {
  await load.acknowledged(dice.roll(dice.roll(6) === 0 ? 400 : 60));
  await after(dice.roll(8));
  await server.kill();
  await load.ended;
}

async function killWhileStarting(directory: string, dice: Dice): Promise<void> {
  const child = spawnServer(directory);
  const gone = exitOf(child);
  child.stdout?.resume();
  child.stderr?.resume();
  await after(100 + dice.roll(600));
  child.kill('SIGKILL');
  await gone;
}

async function checkRound(
  url: string,
  token: string,
  known: Knowledge,
  sent: readonly Sent[],
): Promise<void> {
  for (const { key } of sent) known.sent.add(key);
  const fresh = await newEvents(url, token, known);
  for (const event of fresh) apply(known.world, event);
  known.total += fresh.length;
  assert.deepEqual(await rowsOf(url, token), known.world, 'the tables hold what the events tell');
  for (const name of [...known.world.organizations.values(), ...known.world.spaces.values()]) {
    assert.ok(known.sent.has(name), `${name} was never sent`);
  }
  const created = new Map(fresh.map((event) => [event.target.guid, event]));
  for (const operation of sent) {
    if (operation.kind === 'import') known.total += await checkImport(url, token, operation);
    else checkAnswered(operation, fresh, created);
  }
  const page = (await request(url, 'GET', '/v3/audit_events?per_page=1', { token })).json;
  assert.equal(page.pagination.total_results, known.total, 'totals count what is there');
}

/** An operation that was answered as done has its event. */
function checkAnswered(
  { kind, key, reply }: Sent,
  fresh: readonly AuditEvent[],
  about: ReadonlyMap<string, AuditEvent>,
): void {
  if (reply === undefined) return;
  if (reply.status >= 400) {
    // Somebody else deleted the organization meanwhile: every other refusal is a fault.
    assert.ok([404, 422].includes(reply.status), `${kind} was answered ${reply.status} ${reply.text}`);
    return;
  }
  if (kind === 'organization' || kind === 'space' || kind === 'rename') {
    const verb = kind === 'rename' ? 'organization.update' : `${kind}.create`;
    const { guid } = reply.json;
    const told = fresh.filter((event) => event.data.request?.name === key && event.target.guid === guid);
    assert.deepEqual(
      told.map((event) => event.type),
      [`audit.${verb}`],
      `${kind} ${key} was answered ${reply.status}`,
    );
    return;
  }
  const types = { role: 'organization_user_add', user: 'create', delete: 'delete-request', import: '' };
  const told = fresh.filter(({ target, type }) => target.guid === key && type.endsWith(types[kind]));
  assert.equal(told.length, 1, `${kind} ${key} was answered ${reply.status}; ${about.get(key)?.type}`);
}

/** Imports are taken in batches: all that was answered, whole batches of what was not. Answers how many are there. */
async function checkImport(url: string, token: string, { key, events, reply }: Sent): Promise<number> {
  const found = await list(url, token, `/v3/audit_events?target_guids=${key}&order_by=created_at`);
  const guids = found.map((event) => String(event.guid));
  assert.deepEqual(guids, events.slice(0, guids.length), 'what was sent, in its order, once');
  if (reply === undefined) {
    assert.ok(guids.length % importBatch === 0 || guids.length === events.length, `half a batch of ${key}`);
  } else {
    assert.equal(reply.status, 200, reply.text);
    assert.equal(guids.length, events.length, `import ${key} was answered ${reply.text}`);
  }
  return guids.length;
}

/** The events of the platform that were not seen yet, imported ones aside, in their order. */
async function newEvents(url: string, token: string, known: Knowledge): Promise<AuditEvent[]> {
  const path = `/v3/audit_events?created_ats[gte]=${known.since}&order_by=created_at`;
  const events = (await list(url, token, path)) as unknown as AuditEvent[];
  assert.equal(new Set(events.map(({ guid }) => guid)).size, events.length, 'each event once');
  const fresh = events.filter(({ guid }) => !known.seen.has(guid));
  for (const { guid } of fresh) known.seen.add(guid);
  known.since = events.at(-1)?.created_at ?? known.since;
  return fresh;
}

async function rowsOf(url: string, token: string): Promise<World> {
  const [organizations, spaces, roles, users] = await Promise.all(
    ['organizations', 'spaces', 'roles', 'users'].map((noun) => list(url, token, `/v3/${noun}`)),
  );
  const named = (rows: Listed | undefined) =>
    new Map((rows ?? []).map(({ guid, name }) => [String(guid), String(name)]));
  return {
    organizations: named(organizations),
    spaces: named(spaces),
    users: new Set((users ?? []).map(({ guid }) => String(guid))),
    roles: new Set(
      (roles ?? []).map(({ type, relationships: { user, space, organization } }) =>
        roleKey(type, user.data.guid, (space.data ?? organization.data).guid),
      ),
    ),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Listed = Record<string, any>[];

/** All pages of a list. */
async function list(url: string, token: string, path: string): Promise<Listed> {
  const resources: Listed = [];
  let next: string | null = `${path}${path.includes('?') ? '&' : '?'}per_page=5000`;
  while (next !== null) {
    const reply = await request(url, 'GET', next, { token });
    assert.equal(reply.status, 200, reply.text);
    resources.push(...reply.json.resources);
    const href: string | undefined = reply.json.pagination.next?.href;
    next = href === undefined ? null : href.slice(new URL(href).origin.length);
  }
  return resources;
}

/** What is on the disk after the last, orderly stop. */
function checkFile(directory: string, platformEvents: number): void {
  const database = new DatabaseSync(join(directory, 'hansard.db'), { readOnly: true });
  const one = (sql: string): unknown => Object.values(database.prepare(sql).get() ?? {})[0];
  assert.equal(one('PRAGMA integrity_check'), 'ok');
  assert.equal(one('SELECT count(*) FROM event_1 WHERE audience = 0'), platformEvents);
  assert.equal(one('SELECT count(*) FROM event_1'), one('SELECT count(*) FROM body_1'));
  assert.equal(one('SELECT count(*) FROM event_1'), one('SELECT count(*) FROM dedupe'));
  assert.equal(one('SELECT count(*) FROM event_1'), one('SELECT max(id) FROM event_1'), 'no gap in the ids');
  database.close();
}
