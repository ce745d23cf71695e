// The heads of the log's trees as signed notes (C2SP tlog-tiles, section Checkpoints), and how far each tree is signed:
// nothing beyond that is ever shown. The present epoch is at `/log/`, every epoch at `/log/epochs/<number>/` too; what
// stands below either prefix is a log of its own to any client of that format.
import { AppError } from '../../core/error.ts';
import type { LogServices } from '../../log/log-services.ts';
import { checkpointIn, epochIn } from '../../log/prove.ts';
import { minimumShown } from '../../log/source.ts';
import { refusal } from '../failure.ts';
import type { About, Content } from '../openapi/about.ts';
import type { Answer, Call, Route, Services } from '../route.ts';

/** A tree as far as it is signed. */
export interface SignedTree {
  readonly epoch: number;
  readonly size: number;
}

/** Answers the tree of the epoch that a path names, else of the present one. Throws ResourceNotFound (404). */
export async function signedTree(call: Call, log: LogServices): Promise<SignedTree> {
  const checkpoint = checkpointIn(await noteAt(call, log, log.latest()));
  return { epoch: epochIn(checkpoint), size: checkpoint.size };
}

/** The note of the epoch that a path names: of the present one what is given, of an older one its last. */
async function noteAt(
  { params: { number } }: Call,
  log: LogServices,
  present: string | null,
): Promise<string> {
  const note = number === undefined || isPresent(number, log) ? present : await noteOf(number, log);
  if (note !== null) return note;
  throw new AppError('ResourceNotFound', ['There is no checkpoint yet: it is signed within a second'], 1);
}

function isPresent(number: string, log: LogServices): boolean {
  const latest = log.latest();
  return latest !== null && number === String(epochIn(checkpointIn(latest)));
}

async function noteOf(number: string, log: LogServices): Promise<string> {
  const epochs = await log.epochs();
  const epoch = epochs.find((known) => String(known.number) === number);
  const note = epoch === undefined ? null : await log.last(epoch.number);
  if (note !== null) return note;
  const numbers = epochs.map((known) => known.number);
  const there = numbers.length === 1 ? 'the only one is' : 'there are';
  throw new AppError('ResourceNotFound', [
    `The log has no epoch ${number}: ${there} ${numbers.join(', ').replace(/, (\d+)$/, ' and $1')}`,
  ]);
}

/** What is not there may be in a second: nobody is to keep that it was not. */
export function uncached<C extends Call>(handle: Handle<C>): Handle<C> {
  return async (call, services) => {
    try {
      return await handle(call, services);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 404) throw error;
      const answer = refusal(error, 'api');
      return { ...answer, headers: { ...answer.headers, 'cache-control': 'no-cache' } };
    }
  };
}

type Handle<C extends Call> = (call: C, services: Services) => Promise<Answer>;

/** How long an answer may be kept, and by whom: while a token is asked for, by no cache that others share. */
export function cacheControl({ isPublic }: Pick<LogServices, 'isPublic'>, directives: string): string {
  return `${isPublic ? 'public' : 'private'}, ${directives}`;
}

function plainText(body: string, log: LogServices): Answer {
  return {
    status: 200,
    body,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': cacheControl(log, 'no-cache'),
    },
  };
}

async function checkpoint(call: Call, { log }: Services): Promise<Answer> {
  return plainText(await noteAt(call, log, log.published()), log);
}

async function latest(call: Call, { log }: Services): Promise<Answer> {
  return plainText(await noteAt(call, log, log.latest()), log);
}

async function minimumIndex(call: Call, { store, log }: Services): Promise<Answer> {
  const tree = await signedTree(call, log);
  return plainText(`${await minimumShown(store, tree.epoch, tree.size)}\n`, log);
}

const note: Content = { mediaType: 'text/plain', schema: { type: 'string' } };
const about: About = { tag: 'Log', response: note };
const shown = { method: 'GET', dialect: 'api', access: 'log' } as const;

export const routes: readonly Route[] = [
  {
    ...shown,
    path: '/log/checkpoint',
    summary: 'The published checkpoint of the log, a signed note',
    about: { ...about, description: 'The newest; with a witness policy the newest that meets it.' },
    handle: uncached(checkpoint),
  },
  {
    ...shown,
    path: '/log/checkpoint/latest',
    summary: 'The newest checkpoint that the log has signed, cosigned or not',
    about,
    handle: uncached(latest),
  },
  {
    ...shown,
    path: '/log/minimum-index',
    summary: 'The first index whose entry is still shown',
    about,
    handle: uncached(minimumIndex),
  },
  {
    ...shown,
    path: '/log/epochs/:number/checkpoint',
    summary: 'The published checkpoint of an epoch; of an older one its last',
    about,
    handle: uncached(checkpoint),
  },
  {
    ...shown,
    path: '/log/epochs/:number/minimum-index',
    summary: 'The first index of an epoch whose entry is still shown',
    about,
    handle: uncached(minimumIndex),
  },
];
