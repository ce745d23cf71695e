// The label_selector of V3: `key`, `!key`, `key=v`, `key==v`, `key!=v`, `key in (a,b)`, `key notin (a,b)`,
// joined by commas; a key may have a prefix. Read as strictly as the original does, with its messages.
import { limits } from '../core/limits.ts';

/** One requirement; `=` is `in` with one value, `!=` is `notin`, which what lacks the label fulfils too. */
export interface LabelRequirement {
  /** '' where the key has none. */
  readonly prefix: string;
  readonly key: string;
  readonly operator: 'exists' | 'not_exists' | 'in' | 'notin';
  readonly values: readonly string[];
}

/** The requirements, or the message that says why there are none. */
export type LabelSelector =
  | { readonly requirements: readonly LabelRequirement[] }
  | { readonly refused: string };

/** Reads a selector; null is the parameter without `=`. */
export function parseLabelSelector(text: string | null): LabelSelector {
  const parts = partsOf(text ?? '');
  if (parts.length === 0) return { refused: 'Missing label_selector value' };
  if (parts.length > limits.metadataEntriesMax) {
    return { refused: `Too many label_selector requirements (maximum is ${limits.metadataEntriesMax})` };
  }
  const requirements: LabelRequirement[] = [];
  const refusals: string[] = [];
  for (const part of parts) {
    const requirement = requirementOf(part);
    if (typeof requirement === 'string') refusals.push(requirement);
    else requirements.push(requirement);
  }
  return refusals.length > 0 ? { refused: refusals.join(', ') } : { requirements };
}

/** What is wrong with a label's key, in the original's words; null: nothing. */
export function labelKeyFault(key: string): string | null {
  if (key.trim() === '') return 'key cannot be empty string';
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0) return "key has more than one '/'";
  if (second === undefined) return labelTextFault(first);
  return prefixFault(first) ?? (second.trim() === '' ? 'key cannot be empty string' : labelTextFault(second));
}

/** What is wrong with a label's value, in the original's words; null: nothing. */
export function labelValueFault(value: string): string | null {
  return value === '' ? null : labelTextFault(value);
}

/** Cuts at the commas that stand outside of brackets; empty parts do not count. */
function partsOf(text: string): string[] {
  const lastClose = text.lastIndexOf(')');
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (text[at] === '(' && at < lastClose) at = text.indexOf(')', at);
    else if (text[at] === ',' || at === text.length) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return parts.filter((part) => part !== '');
}

function requirementOf(part: string): LabelRequirement | string {
  const read = readSet(part) ?? readPair(part) ?? readKey(part);
  if (read === null) return 'Invalid label_selector value';
  const { fullKey, operator, values } = read;
  const fault = labelKeyFault(fullKey) ?? values.map(labelValueFault).find((each) => each !== null);
  if (fault) return fault;
  const slash = fullKey.indexOf('/');
  const prefix = fullKey.slice(0, Math.max(0, slash));
  return { prefix, key: fullKey.slice(slash + 1), operator, values };
}

type Read = Pick<LabelRequirement, 'operator' | 'values'> & { readonly fullKey: string };

/** `key in (a,b)`, `key notin (a,b)`. */
function readSet(part: string): Read | null {
  const match = /^(.*?) (in|notin) \(/s.exec(part);
  if (match === null || !part.endsWith(')')) return null;
  const values = part.slice(match[0].length, -1);
  const operator = match[2] === 'in' ? 'in' : 'notin';
  return { fullKey: match[1] ?? '', operator, values: values === '' ? [] : values.split(',') };
}

/** `key=v`, `key==v`, `key!=v`; the value may be empty. */
function readPair(part: string): Read | null {
  const match = /^([\w\-./]+)(==?|!=)(.*)$/s.exec(part);
  if (match === null) return null;
  return { fullKey: match[1] ?? '', operator: match[2] === '!=' ? 'notin' : 'in', values: [match[3] ?? ''] };
}

/** `key`, `!key`. */
function readKey(part: string): Read | null {
  const match = /^(!?)([\w\-./]+)$/.exec(part);
  if (match === null) return null;
  return { fullKey: match[2] ?? '', operator: match[1] === '!' ? 'not_exists' : 'exists', values: [] };
}

function prefixFault(prefix: string): string | null {
  const max = limits.labelPrefixCharactersMax;
  if (!/^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(prefix)) {
    return `prefix '${prefix}' must be in valid dns format`;
  }
  if (prefix.length > max) return `prefix '${prefix.slice(0, 8)}...' is greater than ${max} characters`;
  return prefix.toLowerCase() === 'cloudfoundry.org' ? "prefix 'cloudfoundry.org' is reserved" : null;
}

function labelTextFault(text: string): string | null {
  const max = limits.labelNameCharactersMax;
  if (/[^\w\-.]/.test(text)) return `'${text}' contains invalid characters`;
  if (!/^[a-z\d](?:.*[a-z\d])?$/i.test(text)) return `'${text}' starts or ends with invalid characters`;
  return text.length > max ? `'${text.slice(0, 8)}...' is greater than ${max} characters` : null;
}
