// Checkpoints (C2SP tlog-checkpoint): the head of a log's tree as the text of a signed note.
import { Malformed, quoted } from './malformed.ts';
import { checkText, isLogKey, NoteRefused, parseNote, type VerifierKey, verifiedBy } from './note.ts';
import { readTreeHead, type TreeHead, treeHeadText } from './tree-head.ts';

export interface Checkpoint extends TreeHead {
  /** Lines after the first three, without their newlines; none is empty. ML-DSA-44 does not sign them. */
  readonly extensions: readonly string[];
}

/** The text of the note, before its signatures. Throws Malformed where it could not be read again. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = treeHeadText(checkpoint) + checkpoint.extensions.map((line) => `${line}\n`).join('');
  const read = parseCheckpoint(text);
  if (read.origin !== checkpoint.origin || read.extensions.length !== checkpoint.extensions.length) {
    throw new Malformed('an origin or an extension of a checkpoint has more than one line');
  }
  return text;
}

/** Reads the text of a note. Throws Malformed. */
export function parseCheckpoint(text: string): Checkpoint {
  checkText(text);
  const { head, rest } = readTreeHead(text);
  if (rest.includes('')) throw new Malformed('an extension line of the checkpoint is empty');
  return { ...head, extensions: rest };
}

/**
 * The checkpoint of a whole note that the log has signed: one of `keys`, whose name is the origin, and not a
 * witness's. Throws Malformed where it cannot be read, NoteRefused where it is not signed so, or one of the
 * signatures by `keys` is wrong.
 */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): Checkpoint {
  const parsed = parseNote(note);
  const checkpoint = parseCheckpoint(parsed.text);
  const names = verifiedBy(parsed, keys)
    .filter(isLogKey)
    .map((key) => key.name);
  if (names.includes(checkpoint.origin)) return checkpoint;
  throw new NoteRefused(
    `the checkpoint of ${quoted(checkpoint.origin)} is not signed by a known key of that name`,
  );
}
