// What an entry of the log must look like: the canonical JSON of RFC 8785, with the members of one event, and
// two commitments that a salt and a text can open. Written from the standard alone; shares nothing with src/.
import { createHash } from 'node:crypto';
import { utf8Of } from './note.ts';

/** The members of every entry, in canonical order, and what each must be. */
const members: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['actor', isParty],
  ['data', isDigest],
  ['guid', isName],
  ['occurred_at', Number.isSafeInteger],
  ['organization_guid', isText],
  ['origin', isText],
  ['outcome', (value) => value === 'success' || value === 'failure' || value === 'unknown'],
  ['particulars', isDigest],
  ['recorded_at', Number.isSafeInteger],
  ['space_guid', isText],
  ['target', isParty],
  ['type', isName],
  ['v', (value) => value === 1],
]);

/** The members that are commitments: SHA-256(32-byte salt || text). */
export type Commitment = 'data' | 'particulars';

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isName(value: unknown): boolean {
  return isText(value) && value !== '';
}

function isDigest(value: unknown): value is string {
  return isText(value) && /^[0-9a-f]{64}$/.test(value);
}

function isParty(value: unknown): boolean {
  const entries = memberEntries(value);
  return (
    entries !== undefined &&
    entries.map(([name]) => name).join() === 'guid,type' &&
    entries.every(([, part]) => isText(part))
  );
}

/** The members of an object in canonical order (UTF-16 code units); undefined for everything else. */
function memberEntries(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw new Error('a text holds half of a surrogate pair');
  const escaped = [...text].map((character) => {
    const short = shortEscapes.get(character);
    if (short !== undefined) return short;
    if (character >= ' ') return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** The canonical JSON (RFC 8785) of a value that JSON.parse has given; throws on what has none. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (isText(value)) return canonicalText(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${value} has no canonical form`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = memberEntries(value);
  if (entries === undefined) throw new Error(`a ${typeof value} has no canonical form`);
  return `{${entries.map(([name, part]) => `${canonicalText(name)}:${canonicalJson(part)}`).join(',')}}`;
}

/** The members of an entry that is right in every way; of any other, throws an Error that says why not. */
function membersOf(entry: Uint8Array): ReadonlyMap<string, unknown> {
  const value: unknown = JSON.parse(utf8Of(entry));
  const found = new Map(memberEntries(value) ?? []);
  for (const [name, isRight] of members) {
    if (!found.has(name)) throw new Error(`the entry has no member ${name}`);
    if (!isRight(found.get(name))) throw new Error(`the entry's ${name} is wrong`);
  }
  for (const name of found.keys()) {
    if (!members.has(name)) throw new Error(`the entry has a member of its own: ${name}`);
  }
  if (!Buffer.from(canonicalJson(value)).equals(entry)) throw new Error('the entry is not canonical JSON');
  return found;
}

/** Throws an Error that says what is wrong, unless these bytes are an entry as this log writes it. */
export function checkLeaf(entry: Uint8Array): void {
  membersOf(entry);
}

/**
 * Throws unless `text`, with `salt` (64 lower-case hex digits: 32 bytes) before it, is what `leaf` committed
 * to in `member`.
 */
export function checkDisclosure(leaf: Uint8Array, salt: string, text: string, member: Commitment): void {
  const committed = membersOf(leaf).get(member);
  if (!isDigest(salt)) throw new Error(`a salt is 64 lower-case hex digits, not ${salt}`);
  if (!text.isWellFormed()) throw new Error('the disclosed text holds half of a surrogate pair');
  const digest = createHash('sha256').update(Buffer.from(salt, 'hex')).update(text, 'utf8').digest('hex');
  if (digest !== committed) throw new Error(`the disclosed ${member} is not what the entry committed to`);
}
