// Who vouches for a checkpoint: its signatures, checked with the keys or the policy that the reader trusts. What is
// not checked is said to be so.
import { ed25519Cosignature, mlDsa44Cosignature } from '../merkle/algorithm.ts';
import { type Checkpoint, parseCheckpoint } from '../merkle/checkpoint.ts';
import { cosignatureTime } from '../merkle/cosignature.ts';
import { sameHash } from '../merkle/hash.ts';
import { Malformed, quoted } from '../merkle/malformed.ts';
import {
  formatVerifierKey,
  isLogKey,
  type Note,
  NoteRefused,
  parseNote,
  type VerifierKey,
  verifiedBy,
  verifierKey,
} from '../merkle/note.ts';
import { meets, type Policy } from '../merkle/policy.ts';

/** What was known beforehand. With nothing of it, signatures are not checked. */
export interface Trust {
  /** Keys of the log, in whose name it signs (its origin), and of witnesses. */
  readonly keys?: readonly VerifierKey[];
  /** Then its keys and quorum decide; `keys` stand in for logs where it names none. */
  readonly policy?: Policy;
  /** Keys that count where neither of the above is given, each for the log of its name alone. */
  readonly remembered?: readonly VerifierKey[];
  /** Whether two origin lines are of one log: its keys count for both. Without it, only what is the same. */
  readonly isSameLog?: (one: string, other: string) => boolean;
}

export interface Cosigner {
  readonly name: string;
  /** Seconds since 1970. */
  readonly at: number;
}

export interface NoteReport {
  /** null where the note cannot be read. */
  readonly checkpoint: Checkpoint | null;
  /** Whether signatures were checked with keys known beforehand. */
  readonly isChecked: boolean;
  /** Keys of the log that signed, in the name of its origin. */
  readonly signers: readonly VerifierKey[];
  /** Witnesses whose cosignatures were checked. */
  readonly cosigners: readonly Cosigner[];
  /** Names on the note whose signatures nobody here could check. */
  readonly unknown: readonly string[];
  /** Why it must not be believed: sentences. */
  readonly problems: readonly string[];
}

/** What is known of signatures that were not looked at. */
const unchecked: Omit<NoteReport, 'checkpoint' | 'problems'> = {
  isChecked: false,
  signers: [],
  cosigners: [],
  unknown: [],
};

/** Of a note that could not even be had. */
export function unreadNote(problem: string): NoteReport {
  return { ...unchecked, checkpoint: null, problems: [problem] };
}

/** Reads a checkpoint's note and checks who signed it. Never throws for what stands in it. */
export function checkNote(text: string, trust: Trust): NoteReport {
  try {
    const note = parseNote(text);
    const checkpoint = parseCheckpoint(note.text);
    return { checkpoint, ...signaturesOf(note, checkpoint.origin, trust) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return unreadNote(`The checkpoint cannot be read: ${error.message}.`);
  }
}

function signaturesOf(note: Note, origin: string, trust: Trust): Omit<NoteReport, 'checkpoint'> {
  const { keys = [], policy } = trust;
  const names = note.signatures.map(({ name }) => name);
  const logs = logKeys(trust, origin);
  if (logs.length + keys.length === 0 && policy === undefined)
    return { ...unchecked, unknown: names, problems: [] };
  const witnesses = policy?.witnesses.map(({ key }) => key) ?? [];
  try {
    const signed = verifiedBy(note, [...new Set([...logs, ...keys, ...witnesses])]);
    const signers = signed.filter((key) => logs.includes(key));
    const isUnsigned = policy === undefined && signers.length === 0;
    const problems = isUnsigned ? [`The checkpoint is not signed by a known key of ${quoted(origin)}.`] : [];
    if (policy !== undefined) problems.push(...unmet(policy, note, logs));
    return {
      isChecked: true,
      signers,
      cosigners: signed.filter((key) => !signers.includes(key)).flatMap((key) => cosignerOf(note, key)),
      unknown: names.filter((name) => !signed.some((key) => key.name === name)),
      problems,
    };
  } catch (error) {
    if (!(error instanceof NoteRefused)) throw error;
    return {
      ...unchecked,
      isChecked: true,
      unknown: names,
      problems: [`The checkpoint is refused: ${error.message}.`],
    };
  }
}

/** The keys that are believed to be those of the log of this origin, each in its name. */
export function logKeys(trust: Trust, origin: string): readonly VerifierKey[] {
  const { isSameLog = (one, other) => one === other } = trust;
  const keys = knownKeys(trust)
    .filter((key) => isLogKey(key) && isSameLog(key.name, origin))
    .map((key) => verifierKey({ ...key, name: origin }));
  return [...new Map(keys.map((key) => [formatVerifierKey(key), key])).values()];
}

function knownKeys({ keys = [], policy, remembered = [] }: Trust): readonly VerifierKey[] {
  if (policy !== undefined && policy.logs.length > 0) return policy.logs.map(({ key }) => key);
  return keys.length > 0 ? keys : remembered;
}

/** `logs` are the policy's own, where it names any. */
function unmet(policy: Policy, note: Note, logs: readonly VerifierKey[]): string[] {
  const { met, missing } = meets({ ...policy, logs: [] }, note, logs);
  return met ? [] : [`The checkpoint does not meet the policy: ${missing}.`];
}

/** Only cosignatures say when they were made. */
function cosignerOf(note: Note, key: VerifierKey): Cosigner[] {
  const signature = note.signatures.find(({ name, id }) => name === key.name && sameHash(id, key.id));
  const isTimed = key.type === ed25519Cosignature || key.type === mlDsa44Cosignature;
  return signature === undefined || !isTimed ? [] : [{ name: key.name, at: cosignatureTime(signature) }];
}
