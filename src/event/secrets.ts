// What a secret is called and what it looks like, in texts of every kind. The tree of an event's data is
// walked by redact.ts; here are only texts. Every pattern runs in time that grows with the text alone:
// repetitions are bounded or stopped by a character that cannot begin the pattern again.
import { redactedText } from './catalog/entry.ts';

const placeholders: ReadonlySet<string> = new Set([
  '[PRIVATE DATA HIDDEN]',
  'PRIVATE DATA HIDDEN',
  '[REDACTED]',
  'REDACTED',
  '***',
  '***:***',
]);

/** Whether a text is one of those that the original, or this project, puts in a secret's place. */
export function isPlaceholder(text: string): boolean {
  return placeholders.has(text);
}

/** Names that are secrets when they are the last word: as a part of a longer word they mean other things. */
const lastWords: ReadonlySet<string> = new Set(['token', 'tokens', 'pass', 'pwd', 'dsn', 'jwt', 'auth']);

/** Names that are secrets when a name ends with them, separators aside, with or without an s. */
const endings = [
  ...['password', 'passwd', 'passphrase', 'passcode', 'secret', 'credential', 'authorization', 'cookie'],
  ...[
    'api',
    'private',
    'secret',
    'access',
    'encryption',
    'signing',
    'shared',
    'account',
    'master',
    'auth',
  ].map((which) => `${which}key`),
  ...['access', 'refresh', 'id', 'auth', 'api', 'bearer', 'session', 'security'].map(
    (which) => `${which}token`,
  ),
  ...['connectionstring', 'environmentjson', 'environmentvariable', 'vcapservice'],
];

/** What may follow such a name without making it harmless; `_id`, `_guid`, `_name`, `_type` do make it so. */
const followers: ReadonlySet<string> = new Set([
  ...['value', 'json', 'pem', 'text', 'string', 'base64', 'b64', 'encoded', 'hash', 'digest', 'raw', 'data'],
  ...['confirmation', 'confirm', 'new', 'old', 'current', 'plain', 'plaintext'],
]);

/**
 * Whether a member, variable or header of this name holds a secret. Letter case and separators do not count.
 */
export function isSecretName(name: string): boolean {
  const words = name
    .slice(-128)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  if (endsLikeSecret(words)) return true;
  while (words.length > 1 && isFollower(words.at(-1) ?? '')) words.pop();
  const last = words.pop()?.replace(/\d+$/, '') ?? '';
  return endsLikeSecret([...words, last]);
}

function isFollower(word: string): boolean {
  return followers.has(word) || /^\d+$/.test(word);
}

function endsLikeSecret(words: readonly string[]): boolean {
  const joined = words.join('');
  return (
    lastWords.has(words.at(-1) ?? '') ||
    endings.some((ending) => joined.endsWith(ending) || joined.endsWith(`${ending}s`))
  );
}

/** Secrets that can be told by their look, wherever they stand. */
const looks: readonly (readonly [RegExp, string])[] = [
  // A PEM private key, to its end or, where the text was cut, to the end of the text.
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g,
    redactedText,
  ],
  // JSON Web Tokens, signed or encrypted: base64url of `{"` and a dot.
  [/(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, redactedText],
  // This project's own refresh tokens and client secrets.
  [/(?<![A-Za-z0-9])hansard_(?:refresh|secret)_[\w-]{16,}/g, redactedText],
  // AWS key ids, GitHub, GitLab, Slack, Google, Stripe, npm, SendGrid and Vault tokens.
  [/(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}/g, redactedText],
  [/gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}/g, redactedText],
  [/xox[a-z]-[A-Za-z0-9-]{10,}/g, redactedText],
  [/(?<=https:\/\/hooks\.slack\.com\/services\/)[\w/]{10,}/g, redactedText],
  [/(?<![A-Za-z0-9])(?:AIza[\w-]{35}|ya29\.[\w-]{20,}|[sr]k_(?:live|test)_\w{16,})/g, redactedText],
  [/(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,}\.[\w-]{16,}|hvs\.[\w-]{24,})/g, redactedText],
  // What a header carries: the word Bearer or Basic, and something that is no word.
  [/\b(bearer +)[\w.~+/=-]{16,}/gi, `$1${redactedText}`],
  [/\b(basic +)(?=[a-z0-9+/]{0,256}[0-9=])[a-z0-9+/]{12,}={0,2}/gi, `$1${redactedText}`],
  // The signature of a signed URL opens what it points to.
  [/([?&](?:x-amz-signature|x-goog-signature|signature|sig)=)[^&\s"']+/gi, `$1${redactedText}`],
  // user:password@ of a URL. A password that holds a slash is taken too, a port in front of a path is not.
  [/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"'<>[\]]*:[^\s/?#"'<>]*@/gi, '$1***:***@'],
  [
    /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"'<>[\]]*:(?!\d+[/?#])[^\s"'<>@]{1,512}@/gi,
    '$1***:***@',
  ],
];

/** Hides what looks like a secret by itself: for names as well as for values. */
export function hideLooks(text: string): string {
  return looks.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}

/** `name: value` as the whole of a line: headers, and texts that are YAML. */
const line = /^([ \t]*(?:-[ \t]+)*)(["']?)([A-Za-z_][\w.-]{0,127})\2([ \t]*:[ \t]+)(\S.*)$/gm;

/** `name=value`, `name => value`, `"name": "value"` and `--name value` anywhere, quotes escaped or not. */
const assignment = new RegExp(
  [
    String.raw`(?<!\w)(?<name>[A-Za-z_][\w.-]{0,127})`,
    String.raw`(?<between>(?:\\*["'])?\s{0,8}={1,3}>?\s{0,8}|\\*["']\s{0,8}:\s{0,8}|`,
    String.raw`(?<=--[\w-]{1,127})[ \t]{1,8}(?!-))`,
    String.raw`(?<value>\[?(?:PRIVATE DATA HIDDEN|REDACTED)\]?|`,
    String.raw`(?<quote>\\*["'])[\s\S]*?(?:\k<quote>|$)|`,
    String.raw`\{[^{}]*\}|\[[^[\]]*\]|[[{][\s\S]*|[^\s,;&"'<>()\\]+)`,
  ].join(''),
  'g',
);

/** Looks again at a text that a look has changed: hiding one secret can lay another one open. */
const roundsMax = 5;

/** Hides every secret of a text that is no JSON: what a name tells and what a look tells. */
export function hideSecrets(text: string): string {
  if (isPlaceholder(text)) return text;
  let safe = text;
  for (let round = 0; round < roundsMax; round += 1) {
    const next = hideLooks(hideNamed(safe));
    if (next === safe) break;
    safe = next;
  }
  return safe;
}

function hideNamed(text: string): string {
  const lines = text.replace(line, (whole, indent, quote, name, colon, value) =>
    isSecretName(name) && !isPlaceholder(unquoted(value))
      ? `${indent}${quote}${name}${quote}${colon}${redactedText}`
      : whole,
  );
  return lines.replace(assignment, (whole, name, between, value, quote = '') =>
    isSecretName(name) && !isPlaceholder(unquoted(value))
      ? `${name}${between}${quote}${redactedText}${quote}`
      : whole,
  );
}

/** User and password of a URL, or the user alone, become `***:***`, as the original does for buildpacks. */
export function hideUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]*@/i, '$1***:***@');
}

/** A text without the quotes around it, escaped or not. */
function unquoted(text: string): string {
  return /^(\\*["'])([\s\S]*?)\1?\s*$/.exec(text)?.[2] ?? text.trim();
}
