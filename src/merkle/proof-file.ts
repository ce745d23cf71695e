// The `.tlog-proof` file (C2SP tlog-proof): all that an offline check of one entry needs, but for the entry
// itself and the keys that are trusted. Reading it proves nothing: README.md shows the whole check.
import { limits } from '../core/limits.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { base64, proofText, readBase64, readDecimal, readProof } from './field.ts';
import type { Hash } from './hash.ts';
import { Malformed, quoted } from './malformed.ts';
import { parseNote } from './note.ts';

export interface ProofFile {
  /** What the application added; nobody vouches for it. Null where there is none. */
  readonly extra: Uint8Array | null;
  /** The entry's place in the log, from 0; within the checkpoint's tree. */
  readonly index: number;
  /** The inclusion proof, from the leaf up. */
  readonly hashes: readonly Hash[];
  /** The whole note, signatures included. */
  readonly checkpoint: string;
}

const header = 'c2sp.org/tlog-proof@v1';
const extraPrefix = 'extra ';
const indexPrefix = 'index ';

/**
 * Reads a whole file. Throws Malformed, also where its checkpoint cannot be read or is too small for the
 * index.
 */
export function parseProofFile(text: string): ProofFile {
  if (text.length > limits.proofFileCharactersMax) {
    throw new Malformed(`the proof is longer than ${limits.proofFileCharactersMax} characters`);
  }
  const gap = text.indexOf('\n\n');
  if (gap < 0) throw new Malformed('the proof has no empty line before its checkpoint');
  const [first = '', ...rest] = text.slice(0, gap).split('\n', limits.proofHashesMax + 4);
  if (first !== header) throw new Malformed(`the first line is ${quoted(first)}, not ${quoted(header)}`);
  const extra = rest[0]?.startsWith(extraPrefix)
    ? readBase64(rest[0].slice(extraPrefix.length), 'the extra data')
    : null;
  const [indexLine = '', ...lines] = extra === null ? rest : rest.slice(1);
  if (!indexLine.startsWith(indexPrefix)) {
    throw new Malformed(`the line before the hashes is ${quoted(indexLine)}, not "index <number>"`);
  }
  const index = readDecimal(indexLine.slice(indexPrefix.length), 'the index');
  const hashes = readProof(lines);
  const checkpoint = text.slice(gap + 2);
  const { size } = parseCheckpoint(parseNote(checkpoint).text);
  if (index >= size) throw new Malformed(`the index is ${index}, beyond the checkpoint's tree of ${size}`);
  return { extra, index, hashes, checkpoint };
}

/** The whole file. */
export function formatProofFile(proof: ProofFile): string {
  const extra = proof.extra === null ? '' : `${extraPrefix}${base64(proof.extra)}\n`;
  return `${header}\n${extra}${indexPrefix}${proof.index}\n${proofText(proof.hashes)}\n${proof.checkpoint}`;
}
