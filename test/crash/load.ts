// Clients that never rest: each asks for one operation after another until the server is gone, and remembers what
// it sent and what was answered.
import { randomUUID } from 'node:crypto';
import { type Reply, request } from '../harness.ts';
import type { Dice } from './seed.ts';

/** One operation that was sent. */
export interface Sent {
  readonly kind: 'organization' | 'space' | 'role' | 'user' | 'rename' | 'delete' | 'import';
  /** A name, a user's guid, or the guid that the imported events are about. */
  readonly key: string;
  /** Guids of the events, for imports. */
  readonly events: readonly string[];
  /** What was answered; undefined where the server was killed before. */
  reply?: Reply;
}

export interface Load {
  readonly sent: Sent[];
  /** Resolves when so many operations have been answered, or when the server is gone. */
  acknowledged(count: number): Promise<void>;
  /** Resolves when every client has noticed that the server is gone. */
  readonly ended: Promise<void>;
}

const importBatch = 1_000;

/** Starts the clients. `organizations` holds guids that can be worked in, and gets those that are made. */
export function startLoad(
  target: { readonly url: string; readonly token: string },
  dice: Dice,
  clients: number,
  organizations: Set<string>,
): Load {
  const sent: Sent[] = [];
  let answered = 0;
  let wake: () => void = () => undefined;
  const client = async (): Promise<void> => {
    for (;;) {
      const [method, path, body, operation] = nextOperation(dice, [...organizations]);
      sent.push(operation);
      if (operation.kind === 'delete') organizations.delete(operation.key);
      try {
        operation.reply = await request(target.url, method, path, { token: target.token, body });
      } catch {
        return;
      }
      if (operation.kind === 'organization') organizations.add(operation.reply.json.guid);
      answered += 1;
      wake();
    }
  };
  const ended = Promise.all(Array.from({ length: clients }, client)).then(() => wake());
  let over = false;
  void ended.then(() => {
    over = true;
  });
  return {
    sent,
    ended,
    async acknowledged(count) {
      while (answered < count && !over) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

type Operation = readonly [method: string, path: string, body: object | string, sent: Sent];

function nextOperation(dice: Dice, organizations: readonly string[]): Operation {
  const organization = dice.pick(organizations);
  const key = randomUUID();
  const sends = (kind: Sent['kind'], about: string = key): Sent => ({ kind, key: about, events: [] });
  const inOrganization = { organization: { data: { guid: organization } } };
  const chance = dice.roll(20);
  if (organization === undefined || chance < 5) {
    return ['POST', '/v3/organizations', { name: key }, sends('organization')];
  }
  if (chance < 9) return ['POST', '/v3/spaces', { name: key, relationships: inOrganization }, sends('space')];
  if (chance < 14) {
    const relationships = { ...inOrganization, user: { data: { guid: key } } };
    return ['POST', '/v3/roles', { type: 'organization_user', relationships }, sends('role')];
  }
  if (chance < 16) return ['POST', '/v3/users', { guid: key }, sends('user')];
  const path = `/v3/organizations/${organization}`;
  if (chance < 18) return ['PATCH', path, { name: key }, sends('rename')];
  if (chance < 19) return ['DELETE', path, '', sends('delete', organization)];
  return importOf(key, 1 + dice.roll(dice.roll(20) === 0 ? 3 * importBatch : 50));
}

/** Events about one target, as lines. */
function importOf(target: string, count: number): Operation {
  const events = Array.from({ length: count }, () => randomUUID());
  const lines = events.map((guid) => {
    const metadata = { guid, url: `/v2/events/${guid}`, created_at: '2020-02-02T02:02:02Z' };
    const actor = { actor: 'somebody', actor_type: 'user', actor_name: 'somebody' };
    const about = { actee: target, actee_type: 'app', actee_name: '' };
    const timestamp = metadata.created_at;
    const entity = { type: 'app.crash', ...actor, ...about, timestamp, metadata: {}, space_guid: '' };
    return JSON.stringify({ metadata, entity: { ...entity, organization_guid: '' } });
  });
  const sent: Sent = { kind: 'import', key: target, events };
  return ['POST', '/api/import', `${lines.join('\n')}\n`, sent];
}
