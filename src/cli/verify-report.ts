// What a verification found, for people and for scripts: what was checked, against which checkpoint, who vouches for it,
// and what is not proved.
import { microsPerSecond, microsText, secondsText } from '../core/instant.ts';
import { limits } from '../core/limits.ts';
import type { Checkpoint } from '../merkle/checkpoint.ts';
import { formatVerifierKey } from '../merkle/note.ts';
import type { BundleReport } from '../verify/bundle.ts';
import { type Finding, firstBad, rangeText } from '../verify/finding.ts';
import type { LogReport } from '../verify/log.ts';
import type { NoteReport } from '../verify/note.ts';
import type { ProofReport, ProvedEvent } from '../verify/proof-file.ts';
import { isCsv } from '../verify/rows.ts';
import { aligned, counted, visible } from './terminal.ts';

/** Where the keys came from that a checkpoint was verified with. */
export type KeyStanding = 'given' | 'policy' | 'remembered' | 'told' | 'own' | 'none';

/** A checkpoint and the standing of its keys. */
export interface Vouched {
  readonly note: NoteReport;
  readonly standing: KeyStanding;
  /** Whether that key is known in the name of another epoch of the same log. */
  readonly isOfOtherEpoch: boolean;
}

/** An earlier checkpoint that a log was compared with, in words: "remembered from 2026-11-22". */
export interface Compared {
  readonly size: number;
  readonly whence: string;
}

type Problems = Pick<LogReport, 'findings' | 'findingsCount'>;

/** What is wrong, in one sentence; null where nothing is. */
export function verdict(subject: string, { findings, findingsCount }: Problems): string | null {
  if (findingsCount === 0) return null;
  const leaves = firstBad(findings);
  if (leaves === null) return `${subject} does not hold.`;
  const place = leaves.first === leaves.last ? 'index' : 'index: one of';
  return `${subject} does not hold. First bad ${place} ${rangeText(leaves)}.`;
}

/** The findings, the first ones in full. */
export function findingLines({ findings, findingsCount }: Problems): string[] {
  const shown = findings.slice(0, limits.refusalsShownMax).map(({ what }) => visible(what));
  const rest = findingsCount - shown.length;
  return rest > 0 ? [...shown, `... and ${counted(rest, 'more finding')}.`] : shown;
}

export function problemsJson({ findings, findingsCount }: Problems): object {
  return {
    ok: findingsCount === 0,
    first_bad: firstBad(findings),
    findings: findings.map(({ leaves, what }: Finding) => ({ ...(leaves ?? {}), what })),
    findings_count: findingsCount,
  };
}

/** A log that holds. */
export function logLines(report: LogReport, vouched: Vouched, compared: readonly Compared[]): string[] {
  const { walk, note } = report;
  if (walk === null || note.checkpoint === null) return [];
  const gone = walk.disposed === 0 ? '' : `, ${counted(walk.disposed, 'more was', 'more were')} disposed of`;
  const entries = walk.hasEntries
    ? `Read ${counted(walk.entries, 'entry', 'entries')}${gone}; each has the hash of its leaf.`
    : 'Entries were not read, only their hashes.';
  const begun =
    walk.from === 0
      ? ''
      : ` The hashes of the first ${walk.from} are gone: what the tiles say was taken for them.`;
  const grown = compared.map(
    ({ size, whence }) => `It has grown from the checkpoint of ${counted(size, 'leaf', 'leaves')} ${whence}.`,
  );
  return [
    `The log ${visible(note.checkpoint.origin)} holds.`,
    ...checkpointLines(note.checkpoint, vouched),
    `${entries} Tiles and root follow from the leaves.${begun}`,
    ...grown,
    notProved(vouched, [
      ...(walk.hasEntries ? [] : ['what the entries say']),
      'that everything that happened was recorded',
    ]),
  ];
}

export function logJson({ source, note, walk, ...problems }: LogReport, vouched: Vouched): object {
  return {
    source,
    ...problemsJson(problems),
    ...checkpointJson(vouched),
    leaves: walk?.leaves ?? 0,
    entries: walk?.entries ?? 0,
    disposed: walk?.disposed ?? 0,
    minimum_index: walk?.minimumIndex ?? 0,
    hashes_from: walk?.from ?? 0,
    entries_read: walk?.hasEntries ?? false,
    consistent_with: walk?.held.map(({ size }) => size) ?? [],
  };
}

/** A bundle that holds. */
export function bundleLines(report: BundleReport, vouched: readonly Vouched[]): string[] {
  const { manifest, hasProofs, erased, later, uncompared, unlisted } = report;
  const names = manifest.files.map(({ name }) => visible(name)).join(', ');
  const events = counted(manifest.count, 'event');
  const server = manifest.server === null ? '' : ` from ${visible(manifest.server)}`;
  const filters = visible(manifest.filters.join('; ') || 'none');
  const about = `Exported ${visible(manifest.created_at)}${server}; filters: ${filters}.`;
  const foreign =
    unlisted.length === 0 ? [] : [`Not in the manifest, and not checked: ${visible(unlisted.join(', '))}.`];
  if (!hasProofs) {
    return [
      `The files are those of the manifest, with ${events}: ${names}.`,
      about,
      ...foreign,
      'Not proved: that a log has these events. There is no evidence here, only digests.',
    ];
  }
  return [
    `The bundle holds: ${events}, each proved to be in the log. Files: ${names}.`,
    about,
    ...vouched.flatMap((one) => {
      const { checkpoint } = one.note;
      if (checkpoint === null) return [];
      return [`Log: ${visible(checkpoint.origin)}.`, ...checkpointLines(checkpoint, one)];
    }),
    ...(erased > 0 ? [`Of ${counted(erased, 'event')} a part was erased: the proof holds without it.`] : []),
    ...(later > 0
      ? [`${counted(later, 'event')} with names that were learned later: no proof covers these.`]
      : []),
    ...foreign,
    notProved(vouched[0] ?? null, [
      ...uncompared.map((name) =>
        isCsv(name)
          ? `the cells of ${visible(name)} (its rows were counted)`
          : `anything in ${visible(name)}`,
      ),
      'that the export has every event that passes the filters',
    ]),
  ];
}

export function bundleJson(report: BundleReport, vouched: readonly Vouched[]): object {
  const { path, manifest, hasProofs, proved, erased, later, uncompared, unlisted, ...problems } = report;
  return {
    bundle: path,
    ...problemsJson(problems),
    events: manifest.count,
    proofs: hasProofs,
    proved,
    erased,
    later,
    not_compared: uncompared,
    unlisted,
    checkpoints: vouched.map(checkpointJson),
    manifest,
  };
}

/** A proof that holds. */
export function proofLines({ note, index, event }: ProofReport, vouched: Vouched): string[] {
  if (event === null || note.checkpoint === null) return [];
  return [
    ...eventLines(event),
    `This event is leaf ${index} of the log ${visible(note.checkpoint.origin)}.`,
    ...checkpointLines(note.checkpoint, vouched),
    notProved(vouched, ['that it is the only event about the matter']),
  ];
}

export function proofJson(report: ProofReport, vouched: Vouched): object {
  const { index, event, findings, findingsCount } = report;
  return {
    ...problemsJson({ findings, findingsCount }),
    index,
    event,
    ...checkpointJson(vouched),
  };
}

function eventLines({ leaf, data, particulars }: ProvedEvent): string[] {
  const place = [leaf.organization_guid, leaf.space_guid].filter((guid) => guid !== '').join(' / ');
  const rows = [
    ['Event:', leaf.guid],
    ['Type:', leaf.type],
    ['Time:', microsText(leaf.occurred_at)],
    ['Recorded:', microsText(leaf.recorded_at)],
    ['Actor:', `${leaf.actor.type} ${leaf.actor.guid}`],
    ['Target:', `${leaf.target.type} ${leaf.target.guid}`],
    ['Place:', place || 'none'],
    ['Outcome:', leaf.outcome],
    ['Names:', particulars ?? 'erased'],
    ['Data:', data ?? 'erased'],
  ];
  return aligned(rows.map((row) => row.map(visible)));
}

function checkpointLines({ size, root }: Checkpoint, vouched: Vouched): string[] {
  const { note } = vouched;
  const witnessed = note.cosigners.map(
    ({ name, at }) => `Witnessed by ${visible(name)} at ${secondsText(at * microsPerSecond)}.`,
  );
  return [
    `Checkpoint: ${counted(size, 'leaf', 'leaves')}, root ${Buffer.from(root).toString('base64')}.`,
    ...signatureLines(vouched),
    ...witnessed,
  ];
}

const standings: Readonly<Record<KeyStanding, string>> = {
  given: 'checked with the key that you gave',
  policy: 'checked by your policy',
  remembered: 'checked with the key remembered from an earlier verification',
  told: 'checked with the key that the log itself told: taken on trust this first time, and remembered',
  own: 'checked with the keys in the data folder itself',
  none: '',
};

function signatureLines({ note: { signers, unknown }, standing, isOfOtherEpoch }: Vouched): string[] {
  if (standing === 'none') {
    const names = unknown.length === 0 ? '' : ` It bears the name of ${visible(unknown.join(', '))}.`;
    return [
      `Its signature was not checked: no key of this log is known; --key or --policy gives one.${names}`,
    ];
  }
  const pins = ['told', 'own'].includes(standing)
    ? signers.map((key) => `To pin that key: --key '${visible(formatVerifierKey(key))}'`)
    : [];
  const names = [...new Set(signers.map(({ name }) => name))];
  const other = isOfOtherEpoch
    ? ['That key is named for another epoch of this log, and counts for all.']
    : [];
  return [`Signed by ${visible(names.join(', '))}, ${standings[standing]}.`, ...other, ...pins];
}

function checkpointJson({ note, standing, isOfOtherEpoch }: Vouched): object {
  const { checkpoint, signers, cosigners, unknown } = note;
  return {
    origin: checkpoint?.origin ?? null,
    size: checkpoint?.size ?? null,
    root: checkpoint === null ? null : Buffer.from(checkpoint.root).toString('base64'),
    signature: standing,
    key_of_other_epoch: isOfOtherEpoch,
    signers: signers.map(formatVerifierKey),
    cosigners: cosigners.map(({ name, at }) => ({ name, at: secondsText(at * microsPerSecond) })),
    unchecked_signatures: unknown,
  };
}

/** The closing line: what nobody may conclude from all this. */
function notProved(vouched: Vouched | null, more: readonly string[]): string {
  const { standing, note } = vouched ?? { standing: 'none' as const, note: null };
  const limitsOfIt = [
    ...(standing === 'none' ? ['who made this log'] : []),
    ...(note === null || note.cosigners.length === 0
      ? ['that others are shown the same log (no witness)']
      : []),
    ...more,
  ];
  return `Not proved: ${limitsOfIt.join('; ')}.`;
}
