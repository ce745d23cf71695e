// Logs behind addresses and in folders, for verification: where a log is found, which older epochs stand beside it, and
// who is asking. Tokens go to the server that they belong to, and nowhere else.
import { join } from 'node:path';
import { limits } from '../core/limits.ts';
import { itemsAt, parsed, textAt } from '../export/field.ts';
import { isSameLog, originParts } from '../log/epoch.ts';
import { parseCheckpoint } from '../merkle/checkpoint.ts';
import { Malformed } from '../merkle/malformed.ts';
import { parseNote, type VerifierKey } from '../merkle/note.ts';
import { directorySource } from '../verify/directory-source.ts';
import { attempt, type LogSource, SourceFailure } from '../verify/source.ts';
import { type Send, urlSource } from '../verify/url-source.ts';
import { utf8Text } from '../verify/utf8.ts';
import { ask } from './exchange.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { verifierKeys } from './known-logs.ts';
import { connect } from './remote.ts';
import { type Environment, type SessionChoice, serverUrl } from './session.ts';

/** A log and its older epochs. */
export interface FoundLog {
  /** The address of its prefix; null for a folder. */
  readonly address: string | null;
  readonly present: LogSource;
  /** What is there in the place of each older epoch, oldest first. */
  readonly older: readonly OlderEpoch[];
  /** The keys that the log itself tells: worth no more than its own word. */
  readonly told: () => Promise<VerifierKey[]>;
}

export interface OlderEpoch {
  /** As its place says. */
  readonly number: number;
  readonly source: LogSource;
}

/** Whether an origin line is that of the epoch with this number of the log that `present` is an epoch of. */
export function isEpochOf(present: string, origin: string, number: number): boolean {
  return isSameLog(origin, present) && originParts(origin)?.epoch === number;
}

/** The origin that a note's checkpoint names; null where it cannot be read. */
export function originOf(note: string): string | null {
  try {
    return parseCheckpoint(parseNote(note).text).origin;
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** The log in a published folder. */
export async function logInFolder(folder: string): Promise<FoundLog> {
  const found = await epochsOf(directorySource(folder), (number) =>
    directorySource(join(folder, 'epochs', number)),
  );
  return { address: null, ...found, told: async () => [] };
}

/**
 * The log of a server, or right behind an address; the one that the session is for where none is named. Throws
 * CliFailure (unreachable) where there is none.
 */
export async function logBehind(choice: SessionChoice, env: Environment = process.env): Promise<FoundLog> {
  const { base, send } = await callerOf(choice, env);
  const open = (prefix: string) => urlSource(prefix, { send, tries: 1 });
  const found = await firstLog([base, `${base}/log`].map(open));
  const epochs = await epochsOf(found, (number) => open(`${found.name}/epochs/${number}`));
  return { address: found.name, ...epochs, told: () => keysToldBy(found) };
}

type UrlSource = ReturnType<typeof urlSource>;

/** The first place that has a checkpoint; of none, the failure of the first is told. */
async function firstLog(places: readonly UrlSource[]): Promise<UrlSource> {
  let failure: CliFailure | null = null;
  for (const place of places) {
    const note = await attempt(place.checkpoint(), ['missing', 'forbidden', 'broken']);
    if (typeof note === 'string' && originOf(note) !== null) return place;
    if (typeof note === 'string') failure ??= noLog(place.name, 'what it answers is no checkpoint');
    else if (note.problem === 'forbidden') failure = new CliFailure(note.message, exitCodes.unauthorized);
  }
  throw failure ?? noLog(places[0]?.name ?? '', 'neither checkpoint nor log/checkpoint is there');
}

function noLog(address: string, why: string): CliFailure {
  return new CliFailure(`There is no log at ${address}: ${why}.`, exitCodes.unreachable);
}

/** Its checkpoint is read once, so that all that follows is about the same; older epochs are those that are there. */
async function epochsOf(
  source: LogSource,
  epochAt: (number: string) => LogSource,
): Promise<Pick<FoundLog, 'present' | 'older'>> {
  const present = await pinned(source);
  const note = await attempt(present.checkpoint(), ['broken']);
  const newest = note instanceof SourceFailure ? 1 : (originParts(originOf(note) ?? '')?.epoch ?? 1);
  const older: OlderEpoch[] = [];
  for (let number = Math.max(1, newest - limits.olderEpochsMax); number < newest; number += 1) {
    const epoch = await pinned(epochAt(String(number)));
    const there = await attempt(epoch.checkpoint(), ['missing', 'broken']);
    if (!(there instanceof SourceFailure) || there.problem === 'broken') {
      older.push({ number, source: epoch });
    }
  }
  return { present, older };
}

async function pinned(source: LogSource): Promise<LogSource> {
  const note = source.checkpoint();
  await attempt(note, ['missing', 'broken', 'forbidden']);
  return { ...source, checkpoint: () => note };
}

/** What a Hansard answers at `keys`, or a published log in `keys.txt`. */
async function keysToldBy(source: UrlSource): Promise<VerifierKey[]> {
  for (const path of ['keys', 'keys.txt']) {
    const bytes = await attempt(source.read(path, limits.noteBytesMax), ['missing', 'broken', 'forbidden']);
    const text = bytes instanceof SourceFailure ? null : utf8Text(bytes);
    if (text === null) continue;
    const listed = itemsAt(parsed(text), 'keys').map((key) => textAt(key, 'verifier_key'));
    const keys = [...listed, ...text.split('\n')].flatMap(verifierKeys);
    if (keys.length > 0) return keys;
  }
  return [];
}

interface Caller {
  /** The address that was named, without a slash at the end. */
  readonly base: string;
  readonly send: Send;
}

/** Whoever asks: with a session or a token where they are for that very server, else nobody. */
async function callerOf(choice: SessionChoice, env: Environment): Promise<Caller> {
  const named = choice.url === undefined ? null : serverUrl(choice.url);
  const server = named === null ? null : named.replace(/\/log(?:\/epochs\/\d+)?$/, '');
  try {
    const remote = await connect(server === null ? choice : { ...choice, url: server }, ownEnv(server, env));
    const { url } = remote.session();
    const send: Send = (to, headers) =>
      remote.send(to.href.slice(url.length), { headers }).catch(asSourceFailure);
    return { base: named ?? url, send };
  } catch (error) {
    const isNobody = error instanceof CliFailure && error.exitCode === exitCodes.unauthorized;
    if (!isNobody || named === null) throw error;
    return { base: named, send: (to, headers) => ask(to, { headers }).catch(asSourceFailure) };
  }
}

/** Credentials in the environment are for HANSARD_URL: where a server is named, they go to no other. */
function ownEnv(server: string | null, env: Environment): Environment {
  const { HANSARD_URL: own, HANSARD_TOKEN: _, HANSARD_USER: __, HANSARD_PASSWORD: ___, ...rest } = env;
  return server === null || (own && serverUrl(own) === server) ? env : rest;
}

function asSourceFailure(error: unknown): never {
  if (!(error instanceof CliFailure)) throw error;
  const isUnauthorized = error.exitCode === exitCodes.unauthorized;
  throw new SourceFailure(isUnauthorized ? 'forbidden' : 'unreachable', error.message);
}
