// Makes the data of an event safe before anything of it is stored: first what the catalog says of its type,
// then, for every type, members with the names of secrets and texts that look like secrets, JSON inside texts
// included. Pure; never lets data through that it could not look at, and leaves alone what is hidden already.
import { type Json, JsonRefused, jsonText, readJson } from '../core/json.ts';
import { hiddenText, type Redaction, type RedactionRule, redactedText } from './catalog/entry.ts';
import { allEntries } from './catalog.ts';
import { hideInManifest } from './manifest.ts';
import { hideLooks, hideSecrets, hideUserInfo, isPlaceholder, isSecretName } from './secrets.ts';

/** The redactions of one type as a tree of member names; `*` is every member and every item. */
interface Plan {
  readonly children: Map<string, Plan>;
  redaction: Redaction | null;
}

const plans: ReadonlyMap<string, Plan> = new Map(
  allEntries()
    .filter((entry) => entry.redactions.length > 0)
    .map((entry) => [entry.type, planOf(entry.redactions)]),
);

/** What stands in the place of data that redaction failed on. */
const withheld: Json = {
  kind: 'object',
  members: [['withheld', text('the data of this event could not be made safe and was not kept')]],
};

/** The data of an event of a type, with every secret in it replaced. The same tree where there is none. */
export function redact(type: string, data: Json): Json {
  try {
    return scrub(data, plans.get(type));
  } catch {
    return withheld;
  }
}

function planOf(redactions: readonly Redaction[]): Plan {
  const root: Plan = { children: new Map(), redaction: null };
  for (const redaction of redactions) {
    let plan = root;
    for (const name of redaction.path.split('.')) {
      const child = plan.children.get(name) ?? { children: new Map(), redaction: null };
      plan.children.set(name, child);
      plan = child;
    }
    plan.redaction = redaction;
  }
  return root;
}

function scrub(json: Json, plan: Plan | undefined): Json {
  if (json.kind === 'string') return scrubText(json.value, json);
  if (json.kind === 'array') {
    const below = plan?.children.get('*');
    const items = json.items.map((item) => treat(item, below));
    return items.every((item, index) => item === json.items[index]) ? json : { kind: 'array', items };
  }
  if (json.kind !== 'object') return json;
  const members = json.members.map(([name, value]) => [hideLooks(name), member(name, value, plan)] as const);
  const same = members.every(
    ([name, value], index) => name === json.members[index]?.[0] && value === json.members[index]?.[1],
  );
  return same ? json : { kind: 'object', members: distinct(members) };
}

/**
 * A secret's name hides all below it, unless the type's own redactions reach deeper and so know it better.
 */
function member(name: string, value: Json, plan: Plan | undefined): Json {
  const below = plan?.children.get(name) ?? plan?.children.get('*');
  if (below === undefined && isSecretName(name)) return nothingToHide(value) ? value : text(redactedText);
  return treat(value, below);
}

function treat(value: Json, plan: Plan | undefined): Json {
  const redaction = plan?.redaction;
  if (redaction === undefined || redaction === null) return scrub(value, plan);
  const { replace, whenEmpty = true } = redaction;
  if (typeof replace !== 'string') return rules[replace.rule](value);
  if (value.kind === 'string' && isPlaceholder(value.value)) return value;
  return whenEmpty || !nothingToHide(value) ? text(replace) : value;
}

const rules: Record<RedactionRule, (value: Json) => Json> = {
  'url-user-info': (value) =>
    value.kind === 'string' ? scrubText(hideUserInfo(value.value), value) : scrub(value, undefined),
  'manifest-secrets': (value) =>
    value.kind === 'string' ? scrubText(hideInManifest(value.value), value) : text(hiddenText),
  'every-value': hideValues,
  'cut-10000': (value) => {
    const safe = scrub(value, undefined);
    return safe.kind === 'string' ? scrubbed(cut(safe.value), safe) : safe;
  },
};

function hideValues(value: Json): Json {
  if (value.kind === 'array') return { kind: 'array', items: value.items.map(hideValues) };
  if (value.kind === 'object') {
    return { kind: 'object', members: value.members.map(([name, below]) => [name, hideValues(below)]) };
  }
  return value.kind === 'null' || nothingToHide(value) ? value : text(hiddenText);
}

/** The original cuts crash texts at 10,000 characters, the mark included. */
function cut(description: string): string {
  if (description.length <= 10_000) return description;
  const characters = [...description];
  const mark = ' (truncated)';
  return characters.length <= 10_000
    ? description
    : `${characters.slice(0, 10_000 - mark.length).join('')}${mark}`;
}

/** `original` is the value that the text came from: answered itself where nothing has changed. */
function scrubText(value: string, original: Json): Json {
  if (isPlaceholder(value)) return scrubbed(value, original);
  const inner = /^\s*[{["]/.test(value) ? readInner(value) : null;
  if (inner === null) return scrubbed(hideSecrets(value), original);
  const safe = scrub(inner, undefined);
  return scrubbed(safe === inner ? value : jsonText(safe), original);
}

function scrubbed(value: string, original: Json): Json {
  return original.kind === 'string' && original.value === value ? original : text(value);
}

/** The JSON document that a text is, or null. */
function readInner(value: string): Json | null {
  try {
    return readJson(value);
  } catch (refusal) {
    if (refusal instanceof JsonRefused) return null;
    throw refusal;
  }
}

/** Whether nothing but empty values, booleans and what is hidden already stands in a value. */
function nothingToHide(value: Json): boolean {
  switch (value.kind) {
    case 'string':
      return value.value === '' || isPlaceholder(value.value);
    case 'array':
      return value.items.every(nothingToHide);
    case 'object':
      return value.members.every(([, below]) => nothingToHide(below));
    default:
      return value.kind !== 'number';
  }
}

/** Names that became one by hiding what differed are told apart again: no member may stand twice. */
function distinct(members: readonly (readonly [string, Json])[]): (readonly [string, Json])[] {
  const taken = new Set<string>();
  return members.map(([name, value]) => {
    let free = name;
    for (let count = 2; taken.has(free); count += 1) free = `${name} (${count})`;
    taken.add(free);
    return [free, value];
  });
}

function text(value: string): Json {
  return { kind: 'string', value };
}
