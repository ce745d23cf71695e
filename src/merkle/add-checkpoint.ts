// What a log and a witness say to each other (C2SP tlog-witness, add-checkpoint): the request's body both
// ways, and the answer's. Whether to believe either is for the caller: verifyConsistency and verifiedBy.
import { limits } from '../core/limits.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { proofText, readDecimal, readProof } from './field.ts';
import type { Hash } from './hash.ts';
import { Malformed, quoted } from './malformed.ts';
import { type NoteSignature, parseNote, parseSignatureLines } from './note.ts';

export interface AddCheckpoint {
  /** The size that the witness cosigned last; 0 where none. At most the checkpoint's. */
  readonly oldSize: number;
  /** The consistency proof from there to the checkpoint. */
  readonly proof: readonly Hash[];
  /** The whole note of the checkpoint. */
  readonly note: string;
}

const oldPrefix = 'old ';

/** The body of a request. */
export function formatAddCheckpoint(oldSize: number, proof: readonly Hash[], note: string): string {
  return `${oldPrefix}${oldSize}\n${proofText(proof)}\n${note}`;
}

/**
 * Reads the body of a request. Throws Malformed (a witness answers 400), also where the old size is the
 * larger one.
 */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const gap = body.indexOf('\n\n');
  if (gap < 0) throw new Malformed('the request has no empty line before its checkpoint');
  const [first = '', ...lines] = body.slice(0, gap).split('\n', limits.proofHashesMax + 4);
  if (!first.startsWith(oldPrefix))
    throw new Malformed(`the first line is ${quoted(first)}, not "old <size>"`);
  const oldSize = readDecimal(first.slice(oldPrefix.length), 'the old size');
  const proof = readProof(lines);
  const note = body.slice(gap + 2);
  const { size } = parseCheckpoint(parseNote(note).text);
  if (oldSize > size) throw new Malformed(`the old size is ${oldSize}, larger than the checkpoint's ${size}`);
  return { oldSize, proof, note };
}

/** Reads the body of a witness's answer: one or more signature lines, by whomever. Throws Malformed. */
export function parseCosignatures(body: string): NoteSignature[] {
  return parseSignatureLines(body);
}
