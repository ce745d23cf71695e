// Hides what is secret in a manifest: a YAML text of which the event's reader needs all but the values of a
// few members. It knows the plain block form that the platform and people write. A text in which anything
// else stands (anchors, tags, flow collections over several lines and so on) is hidden as a whole, never
// guessed at.
import { hiddenText } from './catalog/entry.ts';
import { isPlaceholder, isSecretName } from './secrets.ts';

/**
 * What makes the lines of a YAML text unclear: tabs, other line breaks, anchors, aliases, tags, `? ` keys.
 */
const unclear =
  /[\t\u0085\u2028\u2029]|\r(?!\n)|(?:^|[:?-] +|[{[,] *)[&*!]|^ *(?:- +)*\?(?: |$)|"[^"\n]*\\[^"\n]*"\s*:/m;

/** A member whose value is hidden, where no line begins with it. */
const inside = /\b(?:env|cnb[-_]credentials|parameters)["']?\s*:/i;
const flowMember = /[{,]\s*(["']?)([\w.-]{1,128})\1\s*:/g;

/** The manifest with `env`, `cnb-credentials`, `parameters` and members of secret names hidden. */
export function hideInManifest(text: string): string {
  return isPlaceholder(text) ? text : (hideMembers(text) ?? hiddenText);
}

/** null where the text is not clear enough to be sure. */
function hideMembers(text: string): string | null {
  if (unclear.test(text)) return null;
  const kept: string[] = [];
  let hiding: number | null = null;
  for (const line of text.split('\n')) {
    if (hiding !== null && belongs(line, hiding)) {
      if (line.trim() === '') kept.push(line);
      continue;
    }
    const { prefix, name, value } = partsOf(line);
    if (opensWithoutClosing(value)) return null;
    const secret = name !== null && isSecretMember(name);
    hiding = secret ? prefix.length : null;
    if (!secret && hasSecretInside(line)) return null;
    const safe = !secret || isPlaceholder(unquoted(value));
    kept.push(safe ? line : `${line.slice(0, line.length - value.length).trimEnd()} "${hiddenText}"`);
  }
  return kept.join('\n');
}

function isSecretMember(name: string): boolean {
  return /^(?:env|cnb[-_]credentials|parameters)$/i.test(name) || isSecretName(name);
}

/** Indentation and dashes, the member's name (null where there is none) and what stands behind it. */
function partsOf(line: string): { prefix: string; name: string | null; value: string } {
  const prefix = /^ *(?:- +)*/.exec(line)?.[0] ?? '';
  const rest = line.slice(prefix.length).trimEnd();
  const colon = rest.search(/:(?: |$)/);
  if (colon < 0 || /^[[{]/.test(rest)) return { prefix, name: null, value: rest };
  return { prefix, name: unquoted(rest.slice(0, colon).trimEnd()), value: rest.slice(colon + 1).trim() };
}

/** Whether a line continues the value of a member that begins in a column. Comments end nothing in YAML. */
function belongs(line: string, column: number): boolean {
  const start = line.search(/[^ \r]/);
  if (start < 0 || line[start] === '#') return true;
  return start > column || (start === column && /^-(?: |\r?$)/.test(line.slice(start)));
}

/** Whether a quoted text or a flow collection does not end on the line that it begins on. */
function opensWithoutClosing(value: string): boolean {
  if (value.startsWith('"')) return !/^"(?:[^"\\]|\\.)*"\s*:?(?:\s+.*)?$/.test(value);
  if (value.startsWith("'")) return !/^'(?:[^']|'')*'\s*:?(?:\s+.*)?$/.test(value);
  if (!/^[[{]/.test(value)) return /^[\]}]/.test(value);
  const bare = value.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, '');
  const opened = bare.match(/[[{]/g)?.length ?? 0;
  const closed = bare.match(/[\]}]/g)?.length ?? 0;
  return opened !== closed || !/[\]}](?:\s+#.*)?$/.test(bare);
}

function hasSecretInside(line: string): boolean {
  if (inside.test(line)) return true;
  return [...line.matchAll(flowMember)].some(([, , name]) => isSecretName(name ?? ''));
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}
