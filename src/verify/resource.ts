// An event as it was served, in the form of V2, V3 or this log's own API, held against its leaf and what the leaf
// commits to. A form has the members that it has, and no others: whatever stands in an event, somebody may believe.
import { microsText, secondsText } from '../core/instant.ts';
import { type Json, jsonText, member, readJson } from '../core/json.ts';
import type { Leaf } from '../event/leaf.ts';

/** An event's parts, once their commitments were checked. What was erased is null, and served as if it were empty. */
export interface Parts {
  readonly data: string | null;
  readonly particulars: string | null;
  /** Where the event lies in the log, as far as that is known. */
  readonly epoch?: number;
  readonly index?: number;
}

export interface Comparison {
  /** Dotted paths of members that say something else than the log. */
  readonly different: readonly string[];
  /** Paths of names that the log learned later than it sealed the event: no leaf speaks of them. */
  readonly later: readonly string[];
}

type Value = string | null;

/** All members that a form has, by their paths, and what they must say. */
interface Form {
  readonly fixed: readonly (readonly [path: string, value: Value])[];
  /** `empty` is what is served where there is none. */
  readonly names: readonly (readonly [path: string, name: string, empty: Value])[];
  /** Each is one of these texts, as compact JSON. */
  readonly texts: readonly (readonly [path: string, allowed: readonly string[]])[];
  readonly context: string | null;
  /** Members that no leaf speaks of, and nobody proves. */
  readonly free: readonly string[];
}

/** Holds a resource against its event. Throws JsonRefused where the text is no JSON. */
export function compared(text: string, leaf: Leaf, parts: Parts): Comparison {
  const resource = readJson(text);
  const form = formOf(resource, leaf, parts);
  const different = [
    ...form.fixed.filter(([path, value]) => valueAt(resource, path) !== value),
    ...form.texts.filter(([path, allowed]) => !allowed.includes(textAt(resource, path))),
  ].map(([path]) => path);
  different.push(...foreignMembers(resource, form));
  const later: string[] = [];
  const particulars = readJson(parts.particulars ?? '{}');
  // Nothing is learned of what was erased.
  const added = parts.particulars === null ? different : later;
  for (const [path, name, empty] of form.names) {
    const [served, sealed] = [valueAt(resource, path), valueAt(particulars, name) ?? null];
    if (served === (sealed ?? empty)) continue;
    (sealed === null && typeof served === 'string' ? added : different).push(path);
  }
  if (form.context === null) return { different, later };
  const context = comparedContext(at(resource, form.context), member(particulars, 'context'));
  const inContext = (name: string): string => `${form.context}.${name}`;
  different.push(...context.different.map(inContext));
  added.push(...context.later.map(inContext));
  return { different, later };
}

/** Paths of members that the form does not have. What is no object, where one must be, lacks members and is found so. */
function foreignMembers(resource: Json, { fixed, names, texts, context, free }: Form): string[] {
  const listed = [...fixed, ...names, ...texts].map(([path]) => path);
  const known = [...listed, ...free, ...(context === null ? [] : [context])];
  const foreignIn = (json: Json, inside: string): string[] =>
    (json.kind === 'object' ? json.members : []).flatMap(([name, value]) => {
      const path = inside + name;
      if (!name.includes('.') && known.includes(path)) return [];
      const isPart = !name.includes('.') && known.some((one) => one.startsWith(`${path}.`));
      return isPart ? foreignIn(value, `${path}.`) : [path];
    });
  return foreignIn(resource, '');
}

/** A later source may have added members; why there was none (`absent`) then goes. */
function comparedContext(served: Json | undefined, sealed: Json | undefined): Comparison {
  const [now, then] = [membersOf(served), membersOf(sealed)];
  const later = [...now.keys()].filter((name) => !then.has(name));
  const different = [...then].filter(([name, value]) => {
    const isGone = name === 'absent' && !now.has(name) && later.length > 0;
    return now.get(name) !== value && !isGone;
  });
  return { different: different.map(([name]) => name), later };
}

/** Members by name, each as compact JSON; none where there is no object. */
function membersOf(json: Json | undefined): ReadonlyMap<string, string> {
  const members = json?.kind === 'object' ? json.members : [];
  return new Map(members.map(([name, value]) => [name, jsonText(value)]));
}

function formOf(resource: Json, leaf: Leaf, parts: Parts): Form {
  if (member(resource, 'entity') !== undefined) return v2Form(leaf, parts);
  return member(resource, 'occurred_at') === undefined ? v3Form(leaf, parts) : apiForm(leaf, parts);
}

function v2Form(leaf: Leaf, { data }: Parts): Form {
  const time = secondsText(leaf.occurred_at);
  return {
    fixed: [
      ['metadata.guid', leaf.guid],
      ['metadata.url', `/v2/events/${leaf.guid}`],
      ['metadata.created_at', time],
      ['metadata.updated_at', time],
      ['entity.type', leaf.type],
      ['entity.actor', leaf.actor.guid],
      ['entity.actor_type', leaf.actor.type],
      ['entity.actee', leaf.target.guid],
      ['entity.actee_type', leaf.target.type],
      ['entity.timestamp', time],
      ['entity.space_guid', leaf.space_guid],
      ['entity.organization_guid', leaf.organization_guid],
    ],
    names: [
      ['entity.actor_name', 'actor_name', null],
      ['entity.actor_username', 'actor_username', null],
      ['entity.actee_name', 'target_name', ''],
    ],
    texts: [['entity.metadata', [data ?? '{}']]],
    context: null,
    free: [],
  };
}

function v3Form(leaf: Leaf, { data }: Parts): Form {
  const time = secondsText(leaf.occurred_at);
  return {
    fixed: [
      ['guid', leaf.guid],
      ['created_at', time],
      ['updated_at', time],
      ['type', leaf.type],
      ...partiesOf(leaf),
      placeAt('space', leaf.space_guid),
      placeAt('organization', leaf.organization_guid),
    ],
    names: [
      ['actor.name', 'actor_name', null],
      ['target.name', 'target_name', ''],
    ],
    texts: [['data', [data ?? '{}']]],
    context: null,
    free: ['links'],
  };
}

function apiForm(leaf: Leaf, { data, particulars, epoch, index }: Parts): Form {
  const erased = [...(data === null ? ['data'] : []), ...(particulars === null ? ['particulars'] : [])];
  const isPlaced = epoch !== undefined && index !== undefined;
  return {
    fixed: [
      ['guid', leaf.guid],
      ['origin', leaf.origin],
      ['type', leaf.type],
      ['outcome', leaf.outcome],
      ['occurred_at', microsText(leaf.occurred_at)],
      ['recorded_at', microsText(leaf.recorded_at)],
      ...partiesOf(leaf),
      ['space_guid', leaf.space_guid === '' ? null : leaf.space_guid],
      ['organization_guid', leaf.organization_guid === '' ? null : leaf.organization_guid],
    ],
    names: [
      ['actor.name', 'actor_name', null],
      ['actor.username', 'actor_username', null],
      ['target.name', 'target_name', null],
    ],
    texts: [
      ['data', [data ?? '{}']],
      ['erased', [JSON.stringify(erased)]],
      // Null in what was served before the event was sealed.
      ...(isPlaced ? [sealedAt(epoch, index)] : []),
    ],
    context: 'context',
    free: ['audience', ...(isPlaced ? [] : ['sealed'])],
  };
}

function sealedAt(epoch: number, index: number): [string, string[]] {
  return ['sealed', ['null', JSON.stringify({ epoch, index })]];
}

function partiesOf(leaf: Leaf): [string, Value][] {
  return [
    ['actor.guid', leaf.actor.guid],
    ['actor.type', leaf.actor.type],
    ['target.guid', leaf.target.guid],
    ['target.type', leaf.target.type],
  ];
}

/** V3 has null for a place that there is not, else an object with its guid. */
function placeAt(path: string, guid: string): [string, Value] {
  return guid === '' ? [path, null] : [`${path}.guid`, guid];
}

function at(json: Json, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((inner, name) => member(inner, name), json);
}

/** A text or null; undefined for whatever else stands there, or nothing. */
function valueAt(json: Json, path: string): Value | undefined {
  const value = at(json, path);
  if (value?.kind === 'string') return value.value;
  return value?.kind === 'null' ? null : undefined;
}

/** The compact JSON of a member; '' where there is none. */
function textAt(json: Json, path: string): string {
  const value = at(json, path);
  return value === undefined ? '' : jsonText(value);
}
