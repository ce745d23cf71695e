// A rich history in a data folder, made by the real program and then stopped: operations and imports, several segments,
// names that a later source added, a conflict, erased events, two epochs, a checkpoint after every step.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Dice, diceOf } from '../crash/seed.ts';
import { startServer, type TestServer } from '../harness.ts';
import { addPerson } from '../http/api/people.ts';

export interface History {
  /** Holds `data`, the data folder. To be removed. */
  readonly folder: string;
  readonly directory: string;
  /** The checkpoints that were published, in their order, of both epochs. */
  readonly checkpoints: readonly string[];
}

const types = ['audit.app.create', 'audit.app.update', 'audit.space.create', 'audit.user.space_auditor_add'];

/** One event of another platform; the same number gives the same event. */
interface Foreign {
  readonly number: number;
  readonly type: string;
  readonly actor: string;
  readonly target: string;
  readonly organization: string;
  readonly space: string;
  readonly at: string;
  readonly note: string;
}

export function foreignEvents(dice: Dice, from: number, count: number): Foreign[] {
  return Array.from({ length: count }, (_, n) => ({
    number: from + n,
    type: dice.pick(types) ?? '',
    actor: `actor-${dice.roll(9)}`,
    target: `target-${dice.roll(30)}`,
    organization: `org-${dice.roll(4)}`,
    space: dice.roll(4) === 0 ? '' : `space-${dice.roll(6)}`,
    at: new Date(Date.UTC(2026, dice.roll(6), 1 + dice.roll(28), 0, 0, dice.roll(86_400))).toISOString(),
    note: 'é'.repeat(dice.roll(30)),
  }));
}

function guidOf({ number }: Foreign): string {
  return `0a0b0c0d-1111-4222-8333-${String(number).padStart(12, '0')}`;
}

function second({ at }: Foreign): string {
  return at.replace(/\.\d+Z$/, 'Z');
}

/** As V3 tells it: without log-in names. */
export function v3Line(event: Foreign, note = event.note): string {
  return JSON.stringify({
    guid: guidOf(event),
    created_at: second(event),
    type: event.type,
    actor: { guid: event.actor, type: 'user', name: `${event.actor}@example.org` },
    target: { guid: event.target, type: 'app', name: `name of ${event.target}` },
    data: { request: { note } },
    space: event.space === '' ? null : { guid: event.space },
    organization: { guid: event.organization },
  });
}

/** As V2 tells the same: with the log-in name of the actor. */
function v2Line(event: Foreign): string {
  const guid = guidOf(event);
  return JSON.stringify({
    metadata: { guid, url: `/v2/events/${guid}`, created_at: second(event) },
    entity: {
      type: event.type,
      actor: event.actor,
      actor_type: 'user',
      actor_name: `${event.actor}@example.org`,
      actor_username: event.actor,
      actee: event.target,
      actee_type: 'app',
      actee_name: `name of ${event.target}`,
      timestamp: second(event),
      metadata: { request: { note: event.note } },
      space_guid: event.space,
      organization_guid: event.organization,
    },
  });
}

/** Imports lines; answers what the server counted. */
export async function importLines(server: TestServer, lines: readonly string[]): Promise<number> {
  const reply = await server.call('POST', '/api/import?origin=elsewhere', { body: `${lines.join('\n')}\n` });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.new;
}

export async function operate(server: TestServer, name: string): Promise<void> {
  const organization = await server.call('POST', '/v3/organizations', { body: { name } });
  assert.equal(organization.status, 201, organization.text);
  const relationships = { organization: { data: { guid: organization.json.guid } } };
  const space = await server.call('POST', '/v3/spaces', { body: { name: 'dev', relationships } });
  assert.equal(space.status, 201, space.text);
}

/** Two administrators erase what an event says: another proposes it, the first one approves. */
async function erase(server: TestServer, token: string, event: Foreign, parts: string[]): Promise<void> {
  const body = { event_guid: guidOf(event), origin: 'elsewhere', parts, reason: 'a slip' };
  const proposed = await server.call('POST', '/api/erasures', { body, token });
  assert.equal(proposed.status, 202, proposed.text);
  const path = `/api/retention/proposals/${proposed.json.proposal.guid}/approve`;
  const approved = await server.call('POST', path);
  assert.equal(approved.status, 200, approved.text);
}

/** Makes the history; of each epoch about `size` events. */
export async function makeHistory(seed: number, size: number, segmentEvents: number): Promise<History> {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-history-'));
  try {
    return await historyIn(folder, seed, size, segmentEvents);
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

async function historyIn(
  folder: string,
  seed: number,
  size: number,
  segmentEvents: number,
): Promise<History> {
  const directory = join(folder, 'data');
  const dice = diceOf(seed);
  const checkpoints: string[] = [];
  const serve = async (use: (server: TestServer) => Promise<void>, acceptRestore = false): Promise<void> => {
    const server = await startServer({ directory, segmentEvents, config: { acceptRestore } });
    try {
      await use(server);
    } finally {
      await server.stop({ keep: true });
    }
    checkpoints.push(readFileSync(join(directory, 'remembered', 'checkpoint'), 'utf8'));
  };
  const seal = async ({ running }: TestServer): Promise<void> => {
    checkpoints.push((await running.services.log.sealer.now()) ?? '');
  };
  const copy = join(folder, 'copy');
  await serve((server) => firstEpoch(server, dice, size, seal));
  cpSync(directory, copy, { recursive: true });
  await serve((server) => operate(server, 'lost'));
  rmSync(join(directory, 'hansard.db'));
  cpSync(join(copy, 'hansard.db'), join(directory, 'hansard.db'));
  rmSync(copy, { recursive: true });
  checkpoints.pop();
  await serve((server) => secondEpoch(server, dice, size, seal), true);
  return { folder, directory, checkpoints: [...new Set(checkpoints)] };
}

type Seal = (server: TestServer) => Promise<void>;

async function firstEpoch(server: TestServer, dice: Dice, size: number, seal: Seal): Promise<void> {
  const { token } = await addPerson(server, 'second', ['cloud_controller.admin']);
  for (const name of ['one', 'two', 'three']) await operate(server, name);
  await seal(server);
  const events = foreignEvents(dice, 0, size);
  await importLines(
    server,
    events.slice(0, size / 2).map((event) => v3Line(event)),
  );
  await seal(server);
  // Some once more with more names, one with another account of itself.
  const richer = events.filter((_, n) => n < size / 2 && n % 11 === 0);
  await importLines(server, [...richer.map(v2Line), v3Line(events[1] as Foreign, 'otherwise')]);
  await importLines(
    server,
    events.slice(size / 2).map((event) => v3Line(event)),
  );
  await seal(server);
  await erase(server, token, events[11] as Foreign, ['data']);
  await erase(server, token, events[22] as Foreign, ['particulars']);
  await erase(server, token, events[30] as Foreign, ['data', 'particulars']);
  await operate(server, 'four');
}

async function secondEpoch(server: TestServer, dice: Dice, size: number, seal: Seal): Promise<void> {
  await operate(server, 'five');
  await seal(server);
  await importLines(
    server,
    foreignEvents(dice, size, size).map((event) => v3Line(event)),
  );
  await seal(server);
  for (const name of ['six', 'seven', 'eight']) await operate(server, name);
}
