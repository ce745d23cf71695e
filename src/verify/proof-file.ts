// The verification of a `.tlog-proof` file: one event, proved from nothing but the file and keys known beforehand. The
// event itself stands in the file's extra data, which nobody vouches for until its leaf is proved to be in the tree.
import { JsonRefused } from '../core/json.ts';
import type { Leaf } from '../event/leaf.ts';
import { leafHash } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { verifyInclusion } from '../merkle/proof.ts';
import { type ProofFile, parseProofFile } from '../merkle/proof-file.ts';
import { type Disclosure, opened, readExtra } from './evidence.ts';
import { type Finding, Findings } from './finding.ts';
import { checkNote, type NoteReport, type Trust } from './note.ts';
import { compared } from './resource.ts';

export interface ProofChecks extends Trust {
  /** The event as it was served, in any form, as JSON: it must be the one that is proved. */
  readonly event?: string;
}

/** The event that was proved. */
export interface ProvedEvent {
  readonly leaf: Leaf;
  /** The parts as stored; null where they were erased. */
  readonly data: string | null;
  readonly particulars: string | null;
}

export interface ProofReport {
  /** The whole note of the checkpoint. */
  readonly text: string;
  readonly note: NoteReport;
  readonly index: number;
  /** null unless its leaf is proved and its parts are those that it commits to. */
  readonly event: ProvedEvent | null;
  readonly findings: readonly Finding[];
  readonly findingsCount: number;
}

/** Verifies the text of a file. Throws Malformed where it is no tlog-proof. */
export function verifyProofFile(text: string, checks: ProofChecks = {}): ProofReport {
  const proof = parseProofFile(text);
  const findings = new Findings();
  const note = checkNote(proof.checkpoint, checks);
  for (const problem of note.problems) findings.add(problem);
  return {
    text: proof.checkpoint,
    note,
    index: proof.index,
    event: provedEvent(proof, note, checks.event, findings),
    findings: findings.sorted(),
    findingsCount: findings.count,
  };
}

function provedEvent(
  { extra, index, hashes }: ProofFile,
  { checkpoint }: NoteReport,
  served: string | undefined,
  findings: Findings,
): ProvedEvent | null {
  if (extra === null) {
    findings.add('The file holds no event: it has no extra data.');
    return null;
  }
  if (checkpoint === null) return null;
  try {
    const disclosure = readExtra(extra);
    const hash = leafHash(Buffer.from(disclosure.entry));
    if (!verifyInclusion(hash, index, checkpoint.size, hashes, checkpoint.root)) {
      findings.add(
        `The event is not proved to be leaf ${index} of the ${checkpoint.size} in the tree.`,
        index,
      );
      return null;
    }
    return openedEvent(disclosure, index, served, findings);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    findings.add(`The event cannot be read: ${error.message}.`, index);
    return null;
  }
}

function openedEvent(
  disclosure: Disclosure,
  index: number,
  served: string | undefined,
  findings: Findings,
): ProvedEvent | null {
  const { leaf, problems } = opened(disclosure);
  for (const problem of problems) findings.add(`Of the event that is proved, ${problem}.`, index);
  if (problems.length > 0) return null;
  if (served !== undefined) compareServed(served, leaf, disclosure, index, findings);
  return { leaf, data: disclosure.data, particulars: disclosure.particulars };
}

function compareServed(
  served: string,
  leaf: Leaf,
  parts: Disclosure,
  index: number,
  findings: Findings,
): void {
  try {
    const { different } = compared(served, leaf, parts);
    if (different.length === 0) return;
    findings.add(
      `The event that was given differs from the one that is proved: ${different.join(', ')}.`,
      index,
    );
  } catch (error) {
    if (!(error instanceof JsonRefused)) throw error;
    findings.add(`The event that was given is not JSON: ${error.message}.`);
  }
}
