// Everything that the UAA dialect works with, put together once by compose.ts: grants, passwords, tokens,
// notes and the writer's identity work.
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/guid.ts';
import type { Doer } from '../log/append.ts';
import { keptKey } from '../log/key-file.ts';
import { createNotes, type Notes, notable, refusals } from '../log/notes.ts';
import type { Store } from '../store/contract.ts';
import { createGrants, type Grants } from './grant.ts';
import { createLockout } from './lockout.ts';
import { createPasswords, type Passwords } from './password.ts';
import type { Tokens } from './token.ts';
import { type IdentityRun, identityRun } from './work.ts';

export interface Doors extends Grants {
  readonly passwords: Passwords;
  /** Counted events: failed log-ins and refusals here, reads of events from everywhere. */
  readonly notes: Notes;
  readonly run: IdentityRun;
  /** Notes a request that was refused for want of a role or scope. Durable for the first of a minute. */
  refused(doer: Doer, refusal: Refusal): Promise<void>;
}

export interface Refusal {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  /** The catalogue's or UAA's name of the error. */
  readonly reason: string;
}

const theLog = { type: 'log', guid: 'log' } as const;

/** Stop it with `notes.flush()`, before the store is closed. */
export async function createDoors(options: {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly now: Clock;
  readonly random: Random;
  /** Beside the token key, outside the store. */
  readonly digestKeyFile: string;
  readonly fips?: boolean;
}): Promise<Doors> {
  const { store, tokens, now, random, fips } = options;
  const digestKey = await keptKey(options.digestKeyFile, random, async () =>
    Buffer.from(random(32)).toString('base64url'),
  );
  const run = identityRun(store);
  const passwords = createPasswords({ random, ...(fips !== undefined && { fips }) });
  const notes = createNotes({ record: (note) => run('note.record', note), now });
  const lockout = createLockout(now);
  const grants = createGrants({ store, run, tokens, passwords, lockout, notes, now, random, digestKey });
  return {
    ...grants,
    passwords,
    notes,
    run,
    refused: (doer, refusal) => noteRefusal(notes, doer, refusal),
  };
}

function noteRefusal(notes: Notes, doer: Doer, { method, path, status, reason }: Refusal): Promise<void> {
  const { address = '', client = '' } = doer.context;
  return notes.note({
    kind: refusals,
    subject: [address, doer.actor.guid, client, reason],
    doer,
    target: theLog,
    targetName: '',
    data: { method, path: notable(path), status, reason },
    about: { text: `${method} ${path}`, rows: 0 },
  });
}
