// Trust policies (C2SP tlog-policy): which logs are believed, and which of the witnesses must have cosigned.
// Read by octets, as the format asks; judged on a note that carries the signatures.
import { isUtf8 } from 'node:buffer';
import { limits } from '../core/limits.ts';
import { ed25519Cosignature, mlDsa44Cosignature } from './algorithm.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { readDecimal } from './field.ts';
import { sameHash } from './hash.ts';
import { Malformed, quoted } from './malformed.ts';
import { isLogKey, type Note, parseVerifierKey, type VerifierKey, verifiedBy } from './note.ts';

export interface PolicyLog {
  /** Its name is the log's origin; it is no witness's. */
  readonly key: VerifierKey;
  readonly url: string | null;
}

export interface PolicyWitness {
  /** As the policy calls it; the key has a name of its own. */
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | null;
}

/** Whoever can witness a checkpoint: a witness, or a group of which `threshold` members do. */
export type Member =
  | { readonly kind: 'witness'; readonly witness: PolicyWitness }
  | {
      readonly kind: 'group';
      readonly name: string;
      readonly threshold: number;
      readonly members: readonly Member[];
    };

/** Who must have witnessed a checkpoint; `none`: nobody. */
export type Quorum = { readonly kind: 'none' } | Member;

export interface Policy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  readonly quorum: Quorum;
}

/** What a note is worth under a policy. */
export interface Verdict {
  readonly met: boolean;
  /** The policy's names of the witnesses that cosigned, whether or not the quorum asks for them. */
  readonly cosigners: readonly string[];
  /** What is missing, in words; empty where nothing is. */
  readonly missing: string;
}

/** What has been read so far. Names are strings of octets here. */
interface Draft {
  readonly logs: PolicyLog[];
  readonly witnesses: PolicyWitness[];
  /** Witnesses and groups: they share their names. */
  readonly named: Map<string, Member>;
  /** The names that a group has as its member: each may be counted in one place only. */
  readonly counted: Set<string>;
  quorum: Quorum | null;
}

type Definition = (draft: Draft, items: readonly string[]) => void;

const definitions = new Map<string, Definition>([
  ['log', addLog],
  ['witness', addWitness],
  ['group', addGroup],
  ['quorum', setQuorum],
]);

const none = 'none';
const notAllowed = /[^\t\x20-\x7e\x80-\xff]/;

/** Reads a policy; the octets of a file, or its text. Throws Malformed with the line's number. */
export function parsePolicy(policy: string | Uint8Array): Policy {
  // One character is one octet from here on: names are compared as octets.
  const octets = Buffer.from(policy).toString('latin1');
  if (octets.length > limits.policyBytesMax) {
    throw new Malformed(`the policy is longer than ${limits.policyBytesMax} bytes`);
  }
  if (octets !== '' && !octets.endsWith('\n')) {
    throw new Malformed('the last line of the policy does not end with a newline: it may have been cut off');
  }
  const draft: Draft = { logs: [], witnesses: [], named: new Map(), counted: new Set(), quorum: null };
  for (const [place, line] of octets.split('\n').entries()) {
    try {
      readLine(draft, line);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw new Malformed(`line ${place + 1} of the policy: ${error.message}`);
    }
  }
  const { logs, witnesses, quorum } = draft;
  if (quorum === null) throw new Malformed('the policy has no line "quorum <name>" or "quorum none"');
  return { logs, witnesses, quorum };
}

/**
 * Whether the note's checkpoint is signed by one of the policy's logs (or of `logs`, where the policy names
 * none) and cosigned to its quorum. Throws Malformed where the note is no checkpoint, NoteRefused where a
 * signature in the name of a known key is not that key's.
 */
export function meets(policy: Policy, note: Note, logs: readonly VerifierKey[] = []): Verdict {
  const { origin } = parseCheckpoint(note.text);
  const logKeys = policy.logs.length > 0 ? policy.logs.map((log) => log.key) : logs;
  const signers = verifiedBy(note, [...logKeys, ...policy.witnesses.map((witness) => witness.key)]);
  const isSigned = logKeys.some((key) => isLogKey(key) && key.name === origin && signers.includes(key));
  const cosigners = policy.witnesses.filter((witness) => signers.includes(witness.key));
  const missing = [
    isSigned ? null : `a signature by the log ${quoted(origin)} with a trusted key of that name`,
    policy.quorum.kind === 'none' ? null : missingOf(policy.quorum, new Set(cosigners)),
  ].filter((part) => part !== null);
  return {
    met: missing.length === 0,
    cosigners: cosigners.map((witness) => witness.name),
    missing: missing.join('; '),
  };
}

/** What a member lacks to have witnessed a checkpoint; null where it has. */
function missingOf(member: Member, cosigners: ReadonlySet<PolicyWitness>): string | null {
  if (member.kind === 'witness') {
    return cosigners.has(member.witness) ? null : `a cosignature by ${quoted(member.witness.name)}`;
  }
  const lacking = member.members
    .map((each) => missingOf(each, cosigners))
    .filter((missing) => missing !== null);
  const needed = member.threshold - (member.members.length - lacking.length);
  if (needed <= 0) return null;
  return needed === lacking.length ? lacking.join(' and ') : `${needed} of (${lacking.join(', ')})`;
}

function readLine(draft: Draft, line: string): void {
  const control = notAllowed.exec(line);
  if (control !== null) throw new Malformed(`it has the control character ${quoted(control[0])}`);
  const [keyword, ...items] = line.split(/[ \t]+/).filter((item) => item !== '');
  if (keyword === undefined || keyword.startsWith('#')) return;
  const define = definitions.get(keyword);
  if (define === undefined) {
    throw new Malformed(`${quoted(keyword)} is not one of ${[...definitions.keys()].join(', ')}`);
  }
  define(draft, items);
  if (draft.logs.length + draft.named.size > limits.policyDefinitionsMax) {
    throw new Malformed(`it is one definition more than the ${limits.policyDefinitionsMax} that are taken`);
  }
}

function addLog(draft: Draft, items: readonly string[]): void {
  const [vkey, url, ...more] = items;
  if (vkey === undefined || more.length > 0) throw new Malformed('a log is defined by "log <vkey> [<url>]"');
  const key = readKey(vkey);
  if (!isLogKey(key)) {
    throw new Malformed(`the key of ${quoted(key.name)} is of type ${key.type}, not of a log: 1 or 2`);
  }
  if (draft.logs.some((log) => sameHash(log.key.key, key.key))) {
    throw new Malformed(`another log has the public key of ${quoted(key.name)} already`);
  }
  draft.logs.push({ key, url: readUrl(url) });
}

function addWitness(draft: Draft, items: readonly string[]): void {
  const [name, vkey, url, ...more] = items;
  if (name === undefined || vkey === undefined || more.length > 0) {
    throw new Malformed('a witness is defined by "witness <name> <vkey> [<url>]"');
  }
  const key = readKey(vkey);
  if (key.type !== ed25519Cosignature && key.type !== mlDsa44Cosignature) {
    throw new Malformed(`the key of ${quoted(key.name)} is of type ${key.type}, not of a witness: 4 or 6`);
  }
  if (draft.witnesses.some((witness) => sameHash(witness.key.key, key.key))) {
    throw new Malformed(`another witness has the public key of ${quoted(key.name)} already`);
  }
  const witness = { name: readable(name), key, url: readUrl(url) };
  addName(draft, name, { kind: 'witness', witness });
  draft.witnesses.push(witness);
}

function addGroup(draft: Draft, items: readonly string[]): void {
  const [name, threshold, ...names] = items;
  if (name === undefined || threshold === undefined || names.length === 0) {
    throw new Malformed('a group is defined by "group <name> all|any|<number> <name>..."');
  }
  const members = names.map((each) => {
    const member = memberNamed(draft, each);
    if (draft.counted.has(each)) throw new Malformed(`${quoted(readable(each))} is a member already`);
    draft.counted.add(each);
    return member;
  });
  addName(draft, name, {
    kind: 'group',
    name: readable(name),
    threshold: readThreshold(threshold, names),
    members,
  });
}

function setQuorum(draft: Draft, items: readonly string[]): void {
  const [name, ...more] = items;
  if (name === undefined || more.length > 0) throw new Malformed('the quorum is set by "quorum <name>"');
  if (draft.quorum !== null) throw new Malformed('it sets the quorum for a second time');
  draft.quorum = name === none ? { kind: none } : memberNamed(draft, name);
}

function addName(draft: Draft, name: string, member: Member): void {
  if (name === none) throw new Malformed('the name "none" has a meaning of its own');
  if (draft.named.has(name)) throw new Malformed(`the name ${quoted(readable(name))} is taken already`);
  draft.named.set(name, member);
}

function memberNamed(draft: Draft, name: string): Member {
  const member = draft.named.get(name);
  if (member !== undefined) return member;
  throw new Malformed(`no line before it defines a witness or a group ${quoted(readable(name))}`);
}

function readThreshold(text: string, names: readonly string[]): number {
  if (text === 'all') return names.length;
  if (text === 'any') return 1;
  const threshold = readDecimal(text, 'the threshold');
  if (threshold >= 1 && threshold <= names.length) return threshold;
  throw new Malformed(`the threshold is ${threshold}, not from 1 to the ${names.length} members`);
}

function readKey(octets: string): VerifierKey {
  const text = utf8(octets);
  if (text === null) throw new Malformed('the name in a key is not valid UTF-8');
  return parseVerifierKey(text);
}

function readUrl(octets: string | undefined): string | null {
  return octets === undefined ? null : readable(octets);
}

/** Octets as people read them: UTF-8 if they are, else a character each. */
function readable(octets: string): string {
  return utf8(octets) ?? octets;
}

function utf8(octets: string): string | null {
  const bytes = Buffer.from(octets, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : null;
}
