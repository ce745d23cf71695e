// The verification of logs, epoch by epoch, by what was given and what is remembered of them; and what is remembered
// afterwards. A log behind an address must be the one that was there before, and only have grown.
import { systemClock } from '../core/clock.ts';
import { microsText } from '../core/instant.ts';
import { isSameLog } from '../log/epoch.ts';
import { sameHash } from '../merkle/hash.ts';
import { formatVerifierKey, type VerifierKey } from '../merkle/note.ts';
import type { Policy } from '../merkle/policy.ts';
import type { FolderReport } from '../verification.ts';
import { type LogReport, verifyLog } from '../verify/log.ts';
import type { NoteReport, Trust } from '../verify/note.ts';
import { attempt, type LogSource, SourceFailure } from '../verify/source.ts';
import { reasonOf } from './failure.ts';
import { type KnownLog, keepKnownLogs, keysOf, knownLogs, knownLogsPath } from './known-logs.ts';
import { type FoundLog, isEpochOf, originOf } from './log-address.ts';
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
  return { keys, ...(policy === null ? {} : { policy }), remembered, isSameLog };
}

/** Where the keys came from that a note was checked with. */
export function vouchedBy(
  note: NoteReport,
  { keys, policy }: Beforehand,
  remembered: readonly VerifierKey[],
  told: readonly VerifierKey[],
): Vouched {
  const sources: readonly (readonly [KeyStanding, readonly VerifierKey[]])[] = [
    ['policy', policy?.logs.map(({ key }) => key) ?? []],
    ['given', keys],
    ['remembered', remembered],
    ['told', told],
  ];
  for (const [standing, known] of sources) {
    const names = known.filter((key) => note.signers.some(isOf(key))).map(({ name }) => name);
    if (names.length === 0) continue;
    return { note, standing, isOfOtherEpoch: !note.signers.some(({ name }) => names.includes(name)) };
  }
  return { note, standing: note.signers.length > 0 ? 'own' : 'none', isOfOtherEpoch: false };
}

/** Whether a signer is a known key, by the name of whatever epoch that is known. */
function isOf(known: VerifierKey): (signer: VerifierKey) => boolean {
  return ({ name, type, key }) =>
    type === known.type && sameHash(key, known.key) && isSameLog(name, known.name);
}

interface Verified {
  readonly report: LogReport;
  readonly vouched: Vouched;
  readonly compared: readonly Compared[];
  readonly remembered: KnownLog | null;
  /** What is remembered from elsewhere and goes further than this copy: nothing to hold it against. */
  readonly newer: KnownLog | null;
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
  for (const source of [...found.older.map((epoch) => epoch.source), found.present]) {
    all.push(await verifyEpoch(source, found.address, beforehand, known, told, options));
  }
  const reports = all.map(({ report }) => report);
  const strange = [
    ...strangers(beforehand, reports),
    ...misplaced(found, reports),
    ...replaced(found.address, known, all),
  ];
  const outcome = outcomeOf(all, strange, options.hashesOnly);
  const news = outcome.failure === null ? all.filter((one) => isWorthKeeping(one, found.address)) : [];
  if (news.length > 0 || options.forget) {
    const renewed = new Set(news.map(({ remembered }) => remembered));
    await remember([
      ...known.filter((log) => !renewed.has(log)),
      ...news.map((one) => memoryOf(one, found.address)),
    ]);
  }
  return outcome;
}

/** All that is remembered but from this address; for a folder, but of this log from folders. No word of it is believed. */
async function without(memory: readonly KnownLog[], { address, present }: FoundLog): Promise<KnownLog[]> {
  const origin = (await originIn(present)) ?? '';
  return memory.filter(
    (log) => log.address !== address || (address === null && !isSameLog(log.origin, origin)),
  );
}

/** The origin of a source's checkpoint; null where that cannot be read. */
async function originIn(source: LogSource): Promise<string | null> {
  const note = await attempt(source.checkpoint(), ['broken']);
  return note instanceof SourceFailure ? null : originOf(note);
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
    const vouched = vouchedBy(report.note, beforehand, [], []);
    return { report, vouched, compared: comparedOf(report, beforehand, null), remembered: null, newer: null };
  });
  const faults = [...folder.faults, ...strangers(beforehand, folder.epochs)];
  const { lines, json, failure } = outcomeOf(all, faults, hashesOnly);
  const open = folder.unsealed === 0 ? [] : [`${counted(folder.unsealed, 'event')} not sealed yet.`];
  return { lines: [...lines, ...open], json: { ...json, unsealed: folder.unsealed }, failure };
}

/**
 * What the log says of its own keys counts where nothing better is known, and only behind an address. Anybody can name
 * the log of another there: what was remembered of that before, or from elsewhere, stands.
 */
async function toldKeys(
  { address, present, told }: FoundLog,
  { keys, policy }: Beforehand,
  known: readonly KnownLog[],
): Promise<VerifierKey[]> {
  const origin = await originIn(present);
  if (origin === null || keys.length + (policy?.logs.length ?? 0) > 0) return [];
  const isRemembered = known.some(
    (log) => isSameLog(log.origin, origin) && (log.keys.length > 0 || log.address !== address),
  );
  return isRemembered ? [] : (await told()).filter(({ name }) => isSameLog(name, origin));
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
  const [origin, size] = note instanceof SourceFailure ? [null, 0] : [originOf(note), sizeOf(note)];
  const own = known.filter((log) => log.origin === origin && isOwn(log, address));
  const latest = own.find((log) => log.keys.length > 0) ?? own[0] ?? null;
  // A mirror or a folder lags behind the log; the same address must never go back.
  const newer = latest !== null && sizeOf(latest.note) > size && latest.address !== address ? latest : null;
  const remembered = newer === null ? latest : null;
  const given = beforehand.checkpoints.filter((checkpoint) => checkpoint.origin === origin);
  const keys = keysOf(known);
  const report = await verifyLog(source, {
    ...trustOf(beforehand, [...keys, ...told]),
    earlier: [...given.map(({ note: text }) => text), ...(remembered === null ? [] : [remembered.note])],
    hashesOnly,
    onProgress,
  });
  const vouched = vouchedBy(report.note, beforehand, keys, told);
  return { report, vouched, compared: comparedOf(report, beforehand, remembered), remembered, newer };
}

/** The size that a note names; 0 where it names none. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]) || 0;
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
  const size = remembered === null ? null : sizeOf(remembered.note);
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

/** What stands in the place of an older epoch, and is not that epoch of this log. */
function misplaced({ older }: FoundLog, reports: readonly LogReport[]): string[] {
  const origins = reports.map(({ note }) => note.checkpoint?.origin);
  const present = origins.at(-1);
  return older.flatMap(({ number }, place) => {
    const origin = origins[place];
    if (origin === undefined || present === undefined || isEpochOf(present, origin, number)) return [];
    return [`What is at epochs/${number} is of "${origin}", which is not epoch ${number} of "${present}".`];
  });
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
      ...all.flatMap((one) =>
        one.report.findingsCount === 0
          ? [...logLines(one.report, one.vouched, one.compared), ...olderCopy(one.newer)]
          : [...findingLines(one.report), ...hintFor(one, hashesOnly)],
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

function olderCopy(newer: KnownLog | null): string[] {
  if (newer === null) return [];
  const leaves = counted(sizeOf(newer.note), 'leaf', 'leaves');
  return [
    `An older copy: on ${newer.at} there were ${leaves}${newer.address === null ? '' : ` at ${newer.address}`}.`,
  ];
}

function hintFor({ report: { walk, note }, remembered }: Verified, hashesOnly: boolean): string[] {
  if (note.isChecked && note.signers.length === 0 && (remembered?.keys.length ?? 0) > 0) {
    return [
      'The log may have a new key. If its operator has told you one: verify once with --key; what is remembered stays.',
    ];
  }
  const hasNone = walk !== null && !hashesOnly && walk.hasEntries && walk.entries + walk.disposed === 0;
  if (!hasNone || walk.leaves === 0) return [];
  return ['Not one entry is there. If only hashes were published, verify with --hashes-only.'];
}

/**
 * Whether a log that holds is remembered: without a checked signature only where it was, and where keys are remembered
 * only if it was checked with one of them or a given one.
 */
function isWorthKeeping({ vouched, remembered, newer }: Verified, address: string | null): boolean {
  if (newer !== null) return false;
  if ((remembered?.keys ?? []).length > 0)
    return ['policy', 'given', 'remembered'].includes(vouched.standing);
  return vouched.standing !== 'none' || address !== null;
}

function memoryOf({ report, remembered }: Verified, address: string | null): KnownLog {
  const { checkpoint, signers } = report.note;
  const keys = new Set([...(remembered?.keys ?? []), ...signers.map(formatVerifierKey)]);
  return {
    origin: checkpoint?.origin ?? '',
    address: address ?? remembered?.address ?? null,
    keys: [...keys],
    note: report.text,
    at: microsText(systemClock()),
  };
}

async function remember(logs: readonly KnownLog[]): Promise<void> {
  try {
    await keepKnownLogs(logs);
  } catch (error) {
    tell(`What was verified could not be remembered in ${knownLogsPath()}: ${reasonOf(error)}.`);
  }
}
