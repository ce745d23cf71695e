// The verification of logs, epoch by epoch, by what was given and what is remembered of them; and what is remembered
// afterwards. A log behind an address must be the one that was there before, and only have grown.
import { systemClock } from '../core/clock.ts';
import { microsText } from '../core/instant.ts';
import { formatVerifierKey, type VerifierKey } from '../merkle/note.ts';
import type { Policy } from '../merkle/policy.ts';
import type { FolderReport } from '../verification.ts';
import { type LogReport, verifyLog } from '../verify/log.ts';
import type { NoteReport, Trust } from '../verify/note.ts';
import { attempt, type LogSource, SourceFailure } from '../verify/source.ts';
import { reasonOf } from './failure.ts';
import { type KnownLog, keepKnownLogs, keysOf, knownLogs, knownLogsPath } from './known-logs.ts';
import { type FoundLog, originOf } from './log-address.ts';
import { counted, tell, visible } from './terminal.ts';
import {
  type Compared,
  findingLines,
  type KeyStanding,
  logJson,
  logLines,
  type Vouched,
  verdict,
} from './verify-report.ts';

/** What whoever verifies knows beforehand. */
export interface Beforehand {
  readonly keys: readonly VerifierKey[];
  readonly policy: Policy | null;
  /** Older checkpoints, from files. */
  readonly checkpoints: readonly GivenCheckpoint[];
}

export interface GivenCheckpoint {
  readonly path: string;
  readonly note: string;
  readonly origin: string;
  readonly size: number;
}

export interface LogOptions {
  readonly hashesOnly: boolean;
  /** What is remembered of this log is dropped first. */
  readonly forget: boolean;
  readonly onProgress: (done: number, of: number) => void;
}

export interface Outcome {
  readonly lines: readonly string[];
  readonly json: object;
  /** One sentence; null where all holds. */
  readonly failure: string | null;
}

/** What may be trusted: keys and policy, and in their absence what is remembered. */
export function trustOf({ keys, policy }: Beforehand, remembered: readonly VerifierKey[]): Trust {
  return { keys, ...(policy === null ? {} : { policy }), remembered };
}

/** Where the keys came from that a note was checked with. */
export function standingOf(
  { isChecked, signers }: NoteReport,
  { keys, policy }: Beforehand,
  remembered: readonly VerifierKey[],
  told: readonly VerifierKey[],
): KeyStanding {
  if (!isChecked) return 'none';
  if (policy !== null) return 'policy';
  const isAmong = (known: readonly VerifierKey[]): boolean => {
    const texts = new Set(known.map(formatVerifierKey));
    return signers.some((key) => texts.has(formatVerifierKey(key)));
  };
  if (isAmong(keys)) return 'given';
  if (isAmong(remembered)) return 'remembered';
  return isAmong(told) ? 'told' : 'own';
}

interface Verified {
  readonly report: LogReport;
  readonly vouched: Vouched;
  readonly compared: readonly Compared[];
  readonly remembered: KnownLog | null;
}

/** Verifies a log and its older epochs. Rejects with SourceFailure where it is out of reach. */
export async function verifyFound(
  found: FoundLog,
  beforehand: Beforehand,
  options: LogOptions,
): Promise<Outcome> {
  const memory = await knownLogs();
  const known = options.forget ? await without(memory, found) : memory;
  const told = await toldKeys(found, beforehand, known);
  const all: Verified[] = [];
  for (const source of found.epochs) {
    all.push(await verifyEpoch(source, found.address, beforehand, known, told, options));
  }
  const strange = [
    ...strangers(
      beforehand,
      all.map(({ report }) => report),
    ),
    ...replaced(found.address, known, all),
  ];
  const outcome = outcomeOf(all, strange, options.hashesOnly);
  const news = outcome.failure === null ? all.flatMap((one) => memoryOf(one, found.address)) : [];
  if (news.length > 0 || options.forget) {
    const renewed = new Set(news.map(({ origin }) => origin));
    await remember([...known.filter(({ origin }) => !renewed.has(origin)), ...news]);
  }
  return outcome;
}

/** All that is remembered but of this log: by its address, and by the origins that are there now. */
async function without(memory: readonly KnownLog[], { address, epochs }: FoundLog): Promise<KnownLog[]> {
  const notes = await Promise.all(epochs.map((epoch) => attempt(epoch.checkpoint(), ['broken'])));
  const origins = new Set(notes.map((note) => (note instanceof SourceFailure ? null : originOf(note))));
  return memory.filter(
    (log) => !origins.has(log.origin) && (log.address === null || log.address !== address),
  );
}

/** Verifies a data folder with its store. */
export async function verifyData(
  directory: string,
  beforehand: Beforehand,
  { hashesOnly, onProgress }: LogOptions,
): Promise<Outcome> {
  const { verifyDataFolder } = await import('../compose.ts');
  const folder: FolderReport = await verifyDataFolder(directory, {
    ...trustOf(beforehand, []),
    earlier: beforehand.checkpoints.map(({ note }) => note),
    hashesOnly,
    onProgress,
  });
  const all = folder.epochs.map((report): Verified => {
    const vouched = { note: report.note, standing: standingOf(report.note, beforehand, [], []) };
    return { report, vouched, compared: comparedOf(report, beforehand, null), remembered: null };
  });
  const faults = [...folder.faults, ...strangers(beforehand, folder.epochs)];
  const { lines, json, failure } = outcomeOf(all, faults, hashesOnly);
  const open = folder.unsealed === 0 ? [] : [`${counted(folder.unsealed, 'event')} not sealed yet.`];
  return { lines: [...lines, ...open], json: { ...json, unsealed: folder.unsealed }, failure };
}

/** What the log says of its own keys counts where nothing better is known, and only behind an address. */
async function toldKeys(
  { epochs, told }: FoundLog,
  { keys, policy }: Beforehand,
  known: readonly KnownLog[],
): Promise<VerifierKey[]> {
  const present = epochs.at(-1);
  const note = present === undefined ? null : await attempt(present.checkpoint(), ['broken']);
  const origin = typeof note === 'string' ? originOf(note) : null;
  const isKnown = keys.length > 0 || (policy?.logs.length ?? 0) > 0;
  return isKnown || keysOf(known).some(({ name }) => name === origin) ? [] : told();
}

async function verifyEpoch(
  source: LogSource,
  address: string | null,
  beforehand: Beforehand,
  known: readonly KnownLog[],
  told: readonly VerifierKey[],
  { hashesOnly, onProgress }: LogOptions,
): Promise<Verified> {
  const note = await attempt(source.checkpoint(), ['broken']);
  const origin = note instanceof SourceFailure ? null : originOf(note);
  const remembered = known.find((log) => log.origin === origin && isOwn(log, address)) ?? null;
  const given = beforehand.checkpoints.filter((checkpoint) => checkpoint.origin === origin);
  const keys = keysOf(known);
  const report = await verifyLog(source, {
    ...trustOf(beforehand, [...keys, ...told]),
    earlier: [...given.map(({ note: text }) => text), ...(remembered === null ? [] : [remembered.note])],
    hashesOnly,
    onProgress,
  });
  const vouched = { note: report.note, standing: standingOf(report.note, beforehand, keys, told) };
  return { report, vouched, compared: comparedOf(report, beforehand, remembered), remembered };
}

/** What no key vouched for is only ever held against the same address. */
function isOwn(log: KnownLog, address: string | null): boolean {
  return log.keys.length > 0 || (log.address !== null && log.address === address);
}

/** The earlier checkpoints that the log has grown from, in words. */
function comparedOf(report: LogReport, { checkpoints }: Beforehand, remembered: KnownLog | null): Compared[] {
  const held = new Set(report.walk?.held.map(({ size }) => size));
  const origin = report.note.checkpoint?.origin;
  const given = checkpoints
    .filter((checkpoint) => checkpoint.origin === origin && held.has(checkpoint.size))
    .map(({ size, path }) => ({ size, whence: `in ${path}` }));
  const size = remembered === null ? null : Number(remembered.note.split('\n')[1]);
  if (remembered === null || size === null || !held.has(size)) return given;
  return [...given, { size, whence: `remembered from ${remembered.at}` }];
}

/** Checkpoints that were given and are of another log. */
function strangers({ checkpoints }: Beforehand, reports: readonly LogReport[]): string[] {
  const origins = new Set(reports.map(({ note }) => note.checkpoint?.origin));
  return checkpoints
    .filter(({ origin }) => !origins.has(origin))
    .map(({ path, origin }) => `The checkpoint in ${path} is of another log, "${origin}".`);
}

/** Logs that were at this address and are not there any more. */
function replaced(address: string | null, known: readonly KnownLog[], all: readonly Verified[]): string[] {
  const origins = new Set(all.map(({ report }) => report.note.checkpoint?.origin));
  return known
    .filter((log) => address !== null && log.address === address && !origins.has(log.origin))
    .map(
      ({ origin, at }) =>
        `Another log, "${origin}", was at this address on ${at} and is not there any more: --forget takes the new one.`,
    );
}

function outcomeOf(all: readonly Verified[], strange: readonly string[], hashesOnly: boolean): Outcome {
  const failures = all.flatMap(({ report }) => {
    const failure = verdict(`The log ${visible(report.note.checkpoint?.origin ?? report.source)}`, report);
    return failure === null ? [] : [failure];
  });
  const first = strange[0];
  const failure = failures[0] ?? (first === undefined ? null : visible(first));
  return {
    lines: [
      ...all.flatMap(({ report, vouched, compared }) =>
        report.findingsCount === 0
          ? logLines(report, vouched, compared)
          : [...findingLines(report), ...hintFor(report, hashesOnly)],
      ),
      ...strange.slice(failures.length === 0 ? 1 : 0).map(visible),
    ],
    json: {
      kind: 'log',
      ok: failure === null,
      logs: all.map(({ report, vouched }) => logJson(report, vouched)),
      findings: strange,
    },
    failure,
  };
}

function hintFor({ walk }: LogReport, hashesOnly: boolean): string[] {
  const hasNone = walk !== null && !hashesOnly && walk.hasEntries && walk.entries + walk.disposed === 0;
  if (!hasNone || walk.leaves === 0) return [];
  return ['Not one entry is there. If only hashes were published, verify with --hashes-only.'];
}

/** What is remembered of a log that holds: without a checked signature only where it was. */
function memoryOf({ report, vouched, remembered }: Verified, address: string | null): KnownLog[] {
  const { checkpoint, signers } = report.note;
  if (checkpoint === null || (vouched.standing === 'none' && address === null)) return [];
  const keys = new Set([...(remembered?.keys ?? []), ...signers.map(formatVerifierKey)]);
  return [
    {
      origin: checkpoint.origin,
      address: address ?? remembered?.address ?? null,
      keys: [...keys],
      note: report.text,
      at: microsText(systemClock()),
    },
  ];
}

async function remember(logs: readonly KnownLog[]): Promise<void> {
  try {
    await keepKnownLogs(logs);
  } catch (error) {
    tell(`What was verified could not be remembered in ${knownLogsPath()}: ${reasonOf(error)}.`);
  }
}
