// The leaf of an event: what the log commits to for ever. Canonical JSON (RFC 8785) of its head, and salted digests
// of what may be erased, so that erasing bytes and salt leaves every proof as it was (design, section 7).
import { hash } from 'node:crypto';
import { isGuid } from '../core/guid.ts';
import { isInstant } from '../core/instant.ts';
import type { EventRow, Outcome, Party } from './event.ts';

/** One entry of the log. `data` and `particulars` are commitments: see `commitment`. */
export interface Leaf {
  readonly v: 1;
  readonly guid: string;
  readonly type: string;
  /** Microseconds since 1970. */
  readonly occurred_at: number;
  readonly recorded_at: number;
  readonly origin: string;
  readonly organization_guid: string;
  readonly space_guid: string;
  readonly actor: Party;
  readonly target: Party;
  readonly outcome: Outcome;
  readonly data: string;
  readonly particulars: string;
}

/** A text that is not the leaf of an event; the sentence says why. */
export class NotALeaf extends Error {
  override readonly name = 'NotALeaf';
}

/** SHA-256(32-byte salt ‖ the stored bytes), in lower-case hex. */
export function commitment(salt: Uint8Array, text: string): string {
  return hash('sha256', Buffer.concat([salt, Buffer.from(text)]));
}

/** What a leaf says of an event besides its commitments. */
export type LeafHead = Omit<EventRow, 'audience' | 'data' | 'particulars' | 'dataSalt' | 'particularsSalt'>;

export function leafOf(event: LeafHead, commitments: Pick<Leaf, 'data' | 'particulars'>): Leaf {
  return {
    v: 1,
    guid: event.guid,
    type: event.type,
    occurred_at: event.occurredAt,
    recorded_at: event.recordedAt,
    origin: event.origin,
    organization_guid: event.organizationGuid,
    space_guid: event.spaceGuid,
    actor: event.actor,
    target: event.target,
    outcome: event.outcome,
    ...commitments,
  };
}

/**
 * The leaf in RFC 8785: its UTF-8 bytes are the entry of the log. The members stand in the order of their names, which
 * with texts and whole numbers alone is all that the standard asks beyond what JSON.stringify does.
 */
export function leafText(leaf: Leaf): string {
  return JSON.stringify({
    actor: { guid: leaf.actor.guid, type: leaf.actor.type },
    data: leaf.data,
    guid: leaf.guid,
    occurred_at: leaf.occurred_at,
    organization_guid: leaf.organization_guid,
    origin: leaf.origin,
    outcome: leaf.outcome,
    particulars: leaf.particulars,
    recorded_at: leaf.recorded_at,
    space_guid: leaf.space_guid,
    target: { guid: leaf.target.guid, type: leaf.target.type },
    type: leaf.type,
    v: leaf.v,
  });
}

const outcomes: readonly unknown[] = ['success', 'failure', 'unknown'] satisfies Outcome[];
const digestShape = /^[0-9a-f]{64}$/;

const checks: { readonly [M in keyof Leaf]: (value: unknown) => boolean } = {
  v: (value) => value === 1,
  guid: (value) => typeof value === 'string' && isGuid(value),
  type: (value) => isText(value) && value !== '',
  occurred_at: isTime,
  recorded_at: isTime,
  origin: isText,
  organization_guid: isText,
  space_guid: isText,
  actor: isParty,
  target: isParty,
  outcome: (value) => outcomes.includes(value),
  data: isDigest,
  particulars: isDigest,
};

/** Reads an entry of the log. Throws NotALeaf where it is not byte for byte what `leafText` writes. */
export function readLeaf(text: string): Leaf {
  const value = parsed(text);
  for (const [member, isRight] of Object.entries(checks)) {
    if (isRight(value[member])) continue;
    const shown = value[member] === undefined ? 'missing' : JSON.stringify(value[member]).slice(0, 100);
    throw new NotALeaf(`its member ${member} is ${shown}`);
  }
  const leaf = value as unknown as Leaf;
  if (leafText(leaf) !== text) throw new NotALeaf('it is not canonical JSON (RFC 8785) of these members');
  return leaf;
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Told below, like every other text that is no object.
  }
  throw new NotALeaf('it is not a JSON object');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.isWellFormed();
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && digestShape.test(value);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && isInstant(value);
}

function isParty(value: unknown): boolean {
  return isRecord(value) && isText(value.guid) && isText(value.type);
}
