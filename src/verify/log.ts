// The verification of a whole log: who signed its checkpoint, and whether every entry, every tile and every earlier
// checkpoint fit to it. Needs a source alone: no server, no store, no trust in whoever keeps the log.
import type { Checkpoint } from '../merkle/checkpoint.ts';
import { type Finding, Findings } from './finding.ts';
import { checkNote, logKeys, type NoteReport, type Trust, unreadNote } from './note.ts';
import { attempt, type LogSource, SourceFailure } from './source.ts';
import { type Known, type Walk, walkTree } from './tree-walk.ts';

export interface LogChecks extends Trust {
  /** Older checkpoints (whole notes) of the same log; its tree must have grown from each. */
  readonly earlier?: readonly string[];
  /** The same, of those that the log itself keeps. */
  readonly kept?: readonly string[];
  /** Entries are left aside: the tree alone is verified. */
  readonly hashesOnly?: boolean;
  /** Hears of leaves done, of all. */
  readonly onProgress?: (done: number, of: number) => void;
}

export interface LogReport {
  /** The source's name. */
  readonly source: string;
  /** The whole note of the checkpoint that was verified; '' where it cannot be read. */
  readonly text: string;
  readonly note: NoteReport;
  /** null where there was no checkpoint to walk by. */
  readonly walk: Walk | null;
  /** Sorted: see `Findings.sorted`. None: all holds. */
  readonly findings: readonly Finding[];
  /** How many there were in all; only the first hundred are kept. */
  readonly findingsCount: number;
}

/**
 * Verifies all that the newest checkpoint of a source commits to. What is wrong is in the report; rejects with
 * SourceFailure only where the source is out of reach, or there is no checkpoint.
 */
export async function verifyLog(source: LogSource, checks: LogChecks = {}): Promise<LogReport> {
  const findings = new Findings();
  const text = await attempt(source.checkpoint(), ['broken']);
  const note = text instanceof SourceFailure ? unreadNote(text.message) : checkNote(text, checks);
  for (const problem of note.problems) findings.add(problem);
  let walk: Walk | null = null;
  if (note.checkpoint !== null) {
    const known = knownOf(note.checkpoint, checks, findings);
    walk = await walkTree({ source, checkpoint: note.checkpoint, known, ...checks }, findings);
    const beyond = (await source.beyond?.(note.checkpoint.size)) ?? null;
    const size = note.checkpoint.size;
    if (beyond !== null)
      findings.add(`The checkpoint, of ${size} leaves, is older than the tiles: there is ${beyond}.`, size);
  }
  return {
    source: source.name,
    text: text instanceof SourceFailure ? '' : text,
    note,
    walk,
    findings: findings.sorted(),
    findingsCount: findings.count,
  };
}

/** The earlier checkpoints that the walk will meet. Those that it cannot meet are findings. */
function knownOf({ origin, size }: Checkpoint, checks: LogChecks, findings: Findings): Known[] {
  const keys = logKeys(checks, origin);
  const own = (checks.kept ?? []).map((text) => ({ text, isOwn: true }));
  const given = (checks.earlier ?? []).map((text) => ({ text, isOwn: false }));
  return [...own, ...given].flatMap(({ text, isOwn }) => {
    const { checkpoint, isChecked, problems } = checkNote(text, { keys });
    if (checkpoint === null) {
      findings.add(`An earlier checkpoint was given that is none. ${problems.join(' ')}`);
      return [];
    }
    if (checkpoint.origin !== origin) {
      findings.add(`The earlier checkpoint is of another log, "${checkpoint.origin}", than "${origin}".`);
      return [];
    }
    const standing =
      isChecked && problems.length === 0 ? 'signed by a known key' : 'its signature is not checked';
    const name = `a checkpoint of ${checkpoint.size} leaves known from earlier (${standing})`;
    if (checkpoint.size <= size) return [{ size: checkpoint.size, root: checkpoint.root, name, isOwn }];
    findings.add(
      `The log was cut back: there is ${name}, and now it has ${size}.`,
      size,
      checkpoint.size - 1,
    );
    return [];
  });
}
