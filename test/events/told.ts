// Events of another platform as its two APIs print them: the same event in V2's and in V3's form, and their import.
import assert from 'node:assert/strict';
import type { TestServer } from '../harness.ts';

/** An event before it has a form; what is left out is made up from its number. */
export interface Told {
  readonly guid: string;
  readonly type: string;
  readonly time: string;
  readonly actor: string;
  readonly actorType: string;
  readonly actorName: string | null;
  /** V2 alone tells it; undefined where the source is older than this member. */
  readonly username: string | null | undefined;
  readonly target: string;
  readonly targetType: string;
  readonly targetName: string;
  readonly data: object;
  readonly space: string;
  readonly organization: string;
}

/** What an import answers. */
export interface Receipt {
  readonly new: number;
  readonly known: number;
  readonly refused: number;
  readonly elsewhere: number;
  readonly refusals: readonly { readonly line: number; readonly reason: string }[];
  readonly sha256: string;
}

/** A guid that says its number; `kind` keeps those of events, actors and places apart. */
export function guidOf(number: number, kind = 0xe): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function told(number: number, members: Partial<Told> = {}): Told {
  return {
    guid: guidOf(number),
    type: 'audit.app.update',
    time: '2018-02-05T19:36:19Z',
    actor: guidOf(1, 0xac),
    actorType: 'user',
    actorName: 'ann@example.org',
    username: 'ann',
    target: guidOf(number, 0x7a),
    targetType: 'app',
    targetName: `app-${number}`,
    data: { request: { instances: number } },
    space: guidOf(1, 0x5),
    organization: guidOf(1, 0x0),
    ...members,
  };
}

/** Makes events with a new number each. */
export function series(from: number): (members?: Partial<Told>) => Told {
  let number = from;
  return (members) => {
    number += 1;
    return told(number, members);
  };
}

export function v2Resource(event: Told) {
  return {
    metadata: {
      guid: event.guid,
      url: `/v2/events/${event.guid}`,
      created_at: event.time,
      updated_at: event.time,
    },
    entity: {
      type: event.type,
      actor: event.actor,
      actor_type: event.actorType,
      actor_name: event.actorName,
      ...(event.username !== undefined && { actor_username: event.username }),
      actee: event.target,
      actee_type: event.targetType,
      actee_name: event.targetName,
      timestamp: event.time,
      metadata: event.data,
      space_guid: event.space,
      organization_guid: event.organization,
    },
  };
}

/** @param base where the platform's links lead. */
export function v3Resource(event: Told, base = 'https://api.example.org') {
  const place = (guid: string) => (guid === '' ? null : { guid });
  return {
    guid: event.guid,
    created_at: event.time,
    updated_at: event.time,
    type: event.type,
    actor: { guid: event.actor, type: event.actorType, name: event.actorName },
    target: { guid: event.target, type: event.targetType, name: event.targetName },
    data: event.data,
    space: place(event.space),
    organization: place(event.organization),
    links: { self: { href: `${base}/v3/audit_events/${event.guid}` } },
  };
}

/** Lines of an import. */
export function ndjson(resources: readonly object[]): string {
  return resources.map((resource) => `${JSON.stringify(resource)}\n`).join('');
}

/** Imports a body as it stands. */
export async function importBody(server: TestServer, body: string, origin = 'import'): Promise<Receipt> {
  const reply = await server.call('POST', `/api/import?origin=${origin}`, { body });
  assert.equal(reply.status, 200, reply.text);
  return reply.json;
}

/** Imports resources, each of which must be taken. */
export async function importAll(server: TestServer, resources: readonly object[]): Promise<Receipt> {
  const receipt = await importBody(server, ndjson(resources));
  assert.equal(receipt.refused, 0, JSON.stringify(receipt.refusals));
  return receipt;
}

/** The log's own events of a type, oldest first, as V3 shows them. */
export async function logEvents(server: TestServer, type: string) {
  const reply = await server.call('GET', `/v3/audit_events?types=${type}&per_page=5000`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json.resources as readonly {
    guid: string;
    actor: { guid: string; type: string; name: string };
    target: { guid: string; type: string; name: string };
    // biome-ignore lint/suspicious/noExplicitAny: tests look into data of every shape
    data: any;
  }[];
}
