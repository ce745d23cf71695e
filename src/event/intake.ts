// The one place where an event's stored bytes are made: checked, redacted, compact, with the salts of its
// leaf; and the comparison of a stored event with another account of the same one. What is stored for which
// reader, and what becomes of a refusal, is the business of the floors above.
import { isGuid, type Random } from '../core/guid.ts';
import { type Instant, isInstant, microsPerSecond } from '../core/instant.ts';
import { type Json, type JsonObject, JsonRefused, jsonText, readJson } from '../core/json.ts';
import { limits } from '../core/limits.ts';
import { audienceOf } from './catalog.ts';
import type { Context, EventDraft, EventRow, Particulars, StoredEvent } from './event.ts';
import { redact } from './redact.ts';
import { hideSecrets } from './secrets.ts';

/** Why an event is not taken: a sentence with the field, the value (shortened) and the right form. */
export class IntakeRefused extends Error {
  readonly field: string;

  constructor(field: string, value: string, rightForm: string) {
    super(`${field} ${shortened(value)} is not taken: ${rightForm}`);
    this.name = 'IntakeRefused';
    this.field = field;
  }
}

/**
 * Makes the stored form of an event. A null `data` reads as `{}`; the guid is stored in lower case.
 * @param origin '' for what Hansard itself performed.
 * @throws IntakeRefused
 */
export function intake(draft: EventDraft, origin: string, recordedAt: Instant, random: Random): EventRow {
  const { guid, data, particulars } = accepted(draft);
  checkText('origin', origin, limits.nameCharactersMax);
  checkInstant('recorded_at', recordedAt);
  return {
    origin,
    guid,
    type: draft.type,
    audience: audienceOf(draft.type),
    occurredAt: draft.occurredAt,
    recordedAt,
    actor: { type: draft.actor.type, guid: draft.actor.guid },
    target: { type: draft.target.type, guid: draft.target.guid },
    spaceGuid: draft.spaceGuid,
    organizationGuid: draft.organizationGuid,
    outcome: draft.outcome,
    data,
    particulars: JSON.stringify(particulars),
    dataSalt: random(32),
    particularsSalt: random(32),
  };
}

/** How another account of a stored event stands to it. `fields` are names of the log's own vocabulary. */
export type Comparison =
  | { readonly kind: 'known' }
  | { readonly kind: 'richer'; readonly additions: Particulars }
  | { readonly kind: 'contradiction'; readonly fields: string[] };

/**
 * Compares what both accounts have, after redaction: V2 and V3 tell times in whole seconds, V3 knows no user
 * names. A name that is absent or null on one side contradicts nothing; one that only the draft has is an
 * addition.
 * @throws IntakeRefused as `intake` does.
 */
export function compareKnown(stored: StoredEvent, draft: EventDraft): Comparison {
  const { data, particulars } = accepted(draft);
  const fields: string[] = [];
  const compare = (field: string, equal: boolean) => {
    if (!equal) fields.push(field);
  };
  compare('occurred_at', sameTime(stored.occurredAt, draft));
  compare('type', stored.type === draft.type);
  compare('actor.guid', stored.actor.guid === draft.actor.guid);
  compare('actor.type', stored.actor.type === draft.actor.type);
  compare('target.guid', stored.target.guid === draft.target.guid);
  compare('target.type', stored.target.type === draft.target.type);
  compare('space_guid', stored.spaceGuid === draft.spaceGuid);
  compare('organization_guid', stored.organizationGuid === draft.organizationGuid);
  // What was erased is neither compared nor brought back.
  compare('data', stored.erased.includes('data') || sameData(stored, data));
  if (stored.erased.includes('particulars'))
    return fields.length > 0 ? { kind: 'contradiction', fields } : { kind: 'known' };
  const additions: Record<string, unknown> = {};
  for (const name of names) {
    const [known, told] = [stored.particulars[name] ?? null, particulars[name] ?? null];
    if (known !== null && told !== null) compare(name, known === told);
    else if (told !== null) additions[name] = told;
  }
  const context = richerContext(stored.particulars.context ?? {}, particulars.context ?? {}, fields);
  if (context !== null) additions.context = context;
  if (fields.length > 0) return { kind: 'contradiction', fields };
  return Object.keys(additions).length > 0 ? { kind: 'richer', additions } : { kind: 'known' };
}

const names = ['actor_name', 'actor_username', 'target_name'] as const;
const contextMembers = [
  'address',
  'claimed_address',
  'user_agent',
  'client',
  'request_id',
  'interface',
  'absent',
] as const;

/** Checks all of a draft and answers what is stored of its changeable parts. */
function accepted(draft: EventDraft): { guid: string; data: string; particulars: Particulars } {
  if (!isGuid(draft.guid)) throw new IntakeRefused('guid', draft.guid, 'it must be a UUID');
  checkFilled('type', draft.type, limits.typeCharactersMax);
  checkInstant('occurred_at', draft.occurredAt);
  for (const side of ['actor', 'target'] as const) {
    checkFilled(`${side}.type`, draft[side].type, limits.typeCharactersMax);
    checkFilled(`${side}.guid`, draft[side].guid, limits.partyGuidCharactersMax);
  }
  checkText('space_guid', draft.spaceGuid, limits.partyGuidCharactersMax);
  checkText('organization_guid', draft.organizationGuid, limits.partyGuidCharactersMax);
  return { guid: draft.guid.toLowerCase(), data: dataText(draft), particulars: particularsOf(draft) };
}

/** The redacted, compact text of the data, read once more so that whatever is stored can be read again. */
function dataText(draft: EventDraft): string {
  const text = jsonText(redact(draft.type, dataOf(draft.data)));
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.dataBytesMax) {
    throw new IntakeRefused('data', `of ${bytes} bytes`, `it may have at most ${limits.dataBytesMax} bytes`);
  }
  try {
    readJson(text);
  } catch (refusal) {
    if (!(refusal instanceof JsonRefused)) throw refusal;
    throw new IntakeRefused(
      'data',
      `with ${refusal.message}`,
      'it must be a JSON object that can be read again',
    );
  }
  return text;
}

function dataOf(data: Json): JsonObject {
  if (data.kind === 'null') return { kind: 'object', members: [] };
  if (data.kind === 'object') return data;
  throw new IntakeRefused('data', `of kind ${data.kind}`, 'it must be a JSON object or null');
}

/** Only the members that are there, in the order in which they are stored. */
function particularsOf({ particulars }: EventDraft): Particulars {
  const kept: Record<string, unknown> = {};
  for (const name of names) {
    const value = particulars[name];
    if (value === undefined) continue;
    if (value !== null) checkText(name, value, limits.nameCharactersMax);
    kept[name] = value;
  }
  if (particulars.context !== undefined) kept.context = contextOf(particulars.context);
  return kept;
}

/**
 * Clients choose most of these texts: a token that was sent in the wrong header is hidden, and a text that is too long
 * is cut, so that it cannot keep an event out.
 */
function contextOf(context: Context): Context {
  const kept: Record<string, string> = {};
  for (const name of contextMembers) {
    if (context[name] === undefined) continue;
    const value = hideSecrets(context[name]);
    const fits = charactersOf(value) <= limits.contextCharactersMax;
    const text = fits ? value : `${[...value].slice(0, limits.contextCharactersMax - 1).join('')}…`;
    checkText(`context.${name}`, text, limits.contextCharactersMax);
    kept[name] = text;
  }
  return kept;
}

function checkFilled(field: string, value: string, charactersMax: number): void {
  if (value === '') throw new IntakeRefused(field, value, `it must have 1 to ${charactersMax} characters`);
  checkText(field, value, charactersMax);
}

function checkText(field: string, value: string, charactersMax: number): void {
  if (!value.isWellFormed()) throw new IntakeRefused(field, value, 'it may not hold half a surrogate pair');
  if (value.includes('\0')) throw new IntakeRefused(field, value, 'it may not hold a NUL character');
  if (charactersOf(value) <= charactersMax) return;
  throw new IntakeRefused(field, value, `it may have at most ${charactersMax} characters`);
}

function checkInstant(field: string, value: Instant): void {
  if (isInstant(value)) return;
  throw new IntakeRefused(field, String(value), 'it must be an instant of the years 1685 to 2254');
}

function charactersOf(text: string): number {
  return text.length <= limits.nameCharactersMax ? text.length : [...text].length;
}

function shortened(value: string): string {
  const characters = [...value.slice(0, 200)];
  const start = characters.length > 60 ? `${characters.slice(0, 60).join('')}…` : value;
  return JSON.stringify(start);
}

/** A stored time of a whole second may have lost its fraction where it came from. */
function sameTime(stored: Instant, draft: EventDraft): boolean {
  const second = (instant: Instant) => Math.floor(instant / microsPerSecond);
  if (draft.precision === 'second' || stored % microsPerSecond === 0) {
    return second(stored) === second(draft.occurredAt);
  }
  return stored === draft.occurredAt;
}

/** Equal as texts or as values. What an older version stored is redacted as it would be today. */
function sameData(stored: StoredEvent, data: string): boolean {
  return stored.data === data || sameValue(redact(stored.type, readJson(stored.data)), readJson(data));
}

function sameValue(a: Json, b: Json): boolean {
  switch (a.kind) {
    case 'null':
      return b.kind === 'null';
    case 'boolean':
    case 'string':
      return a.kind === b.kind && a.value === b.value;
    case 'number':
      return b.kind === 'number' && sameNumber(a.text, b.text);
    case 'array':
      return (
        b.kind === 'array' &&
        a.items.length === b.items.length &&
        a.items.every((item, i) => sameItem(item, b.items[i]))
      );
    case 'object': {
      if (b.kind !== 'object' || a.members.length !== b.members.length) return false;
      const others = new Map(b.members);
      return a.members.every(([name, value]) => sameItem(value, others.get(name)));
    }
  }
}

function sameItem(a: Json, b: Json | undefined): boolean {
  return b !== undefined && sameValue(a, b);
}

/** `1.0` is `1`; numbers that JavaScript may not hold exactly are equal only as texts. */
function sameNumber(a: string, b: string): boolean {
  const exact = (text: string) => text.length <= 15 && !/e/i.test(text);
  return a === b || (exact(a) && exact(b) && Number(a) === Number(b));
}

/**
 * The context with what the draft adds, or null where it adds nothing. Why something is absent is no fact.
 */
function richerContext(stored: Context, told: Context, contradicted: string[]): Context | null {
  const { absent: _, ...known } = stored;
  const merged: Record<string, string> = { ...known };
  for (const name of contextMembers) {
    const value = told[name];
    if (value === undefined || name === 'absent') continue;
    if (merged[name] !== undefined && merged[name] !== value) contradicted.push(`context.${name}`);
    merged[name] ??= value;
  }
  return Object.keys(merged).length > Object.keys(known).length ? merged : null;
}
