// What discloses an event to a verifier: its leaf as text, the parts that the leaf only commits to with their salts,
// and its place in the log. One line of evidence.ndjson, and the extra data of a .tlog-proof file.

import type { Erasable } from '../event/event.ts';
import { commitment, type Leaf, NotALeaf, readLeaf } from '../event/leaf.ts';
import { base64, readProof } from '../merkle/field.ts';
import { type Hash, hashBytes } from '../merkle/hash.ts';
import { Malformed } from '../merkle/malformed.ts';
import { type Fields, fieldsOf, readDocument } from './fields.ts';
import { utf8Text } from './utf8.ts';

/** An entry of a log and what it commits to. A part that was erased is null, and so is its salt. */
export interface Disclosure {
  /** The text of the leaf. */
  readonly entry: string;
  readonly data: string | null;
  /** 32 bytes in lower-case hex. */
  readonly dataSalt: string | null;
  readonly particulars: string | null;
  readonly particularsSalt: string | null;
}

/** With its place and the proof of it in the tree of the bundle's checkpoint for that epoch. */
export interface ProvenEvent extends Disclosure {
  readonly epoch: number;
  readonly index: number;
  readonly proof: readonly Hash[];
}

const disclosed = ['entry', 'data', 'data_salt', 'particulars', 'particulars_salt'];

/** One line of evidence.ndjson, without its end. */
export function formatEvidence(event: ProvenEvent): string {
  const { epoch, index, proof } = event;
  return JSON.stringify({ index, epoch, ...membersOf(event), proof: proof.map(base64) });
}

/** Throws Malformed. */
export function readEvidence(line: string): ProvenEvent {
  const fields = fieldsOf(readDocument(line, 'the line'), 'the line', [
    'index',
    'epoch',
    ...disclosed,
    'proof',
  ]);
  return {
    ...disclosureIn(fields),
    index: fields.count('index'),
    epoch: fields.count('epoch'),
    proof: readProof(fields.texts('proof')),
  };
}

/** The extra data of a .tlog-proof file. */
export function formatExtra(event: Disclosure): Uint8Array {
  return Buffer.from(JSON.stringify(membersOf(event)));
}

/** Throws Malformed. */
export function readExtra(extra: Uint8Array): Disclosure {
  const what = 'the extra data of the proof';
  const text = utf8Text(extra);
  if (text === null) throw new Malformed(`${what} is not UTF-8`);
  return disclosureIn(fieldsOf(readDocument(text, what), what, disclosed));
}

function membersOf({ entry, data, dataSalt, particulars, particularsSalt }: Disclosure): object {
  return { entry, data, data_salt: dataSalt, particulars, particulars_salt: particularsSalt };
}

function disclosureIn(fields: Fields): Disclosure {
  return {
    entry: fields.text('entry'),
    data: fields.textOrNull('data'),
    dataSalt: fields.textOrNull('data_salt'),
    particulars: fields.textOrNull('particulars'),
    particularsSalt: fields.textOrNull('particulars_salt'),
  };
}

/** What a disclosure is worth once its entry is proved to be in the log. */
export interface Opened {
  readonly leaf: Leaf;
  /** Parts that nobody can show any more. */
  readonly erased: readonly Erasable[];
  /** Sentences; none: what is disclosed is what the leaf commits to. */
  readonly problems: readonly string[];
}

/** Reads the leaf and holds what is disclosed to its commitments. Throws Malformed where the entry is no leaf. */
export function opened({ entry, data, dataSalt, particulars, particularsSalt }: Disclosure): Opened {
  const leaf = leafIn(entry);
  const parts = [
    { name: 'data', text: data, salt: dataSalt },
    { name: 'particulars', text: particulars, salt: particularsSalt },
  ] as const;
  return {
    leaf,
    erased: parts.filter(({ text, salt }) => text === null && salt === null).map(({ name }) => name),
    problems: parts.flatMap(({ name, text, salt }) => {
      const problem = problemOf(text, salt, leaf[name]);
      return problem === null ? [] : [`its ${name} ${problem}`];
    }),
  };
}

function leafIn(entry: string): Leaf {
  try {
    return readLeaf(entry);
  } catch (error) {
    if (error instanceof NotALeaf)
      throw new Malformed(`the entry is not the leaf of an event: ${error.message}`);
    throw error;
  }
}

function problemOf(text: string | null, salt: string | null, committed: string): string | null {
  if (text === null && salt === null) return null;
  if (text === null) return 'is missing, although its salt is there';
  if (salt === null) return 'cannot be checked: its salt is missing';
  if (!/^[0-9a-f]*$/.test(salt) || salt.length !== 2 * hashBytes) {
    return 'cannot be checked: its salt is not 32 bytes in hex';
  }
  return commitment(Buffer.from(salt, 'hex'), text) === committed ? null : 'is not what the leaf commits to';
}
