// What a secret is called and what it looks like, in texts of every kind. The tree of an event's data is
// walked by redact.ts; here are only texts. Every pattern runs in time that grows with the text alone:
// repetitions are bounded or stopped by a character that cannot begin the pattern again. A harmless name never
// vouches for its value: the search goes on right behind the name.
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
  // What a header carries: the word Bearer, and something that is no word.
  [/\b(bearer +)[\w.~+/=-]{16,}/gi, `$1${redactedText}`],
  // The signature of a signed URL opens what it points to.
  [/([?&](?:x-amz-signature|x-goog-signature|signature|sig)=)[^&\s"']+/gi, `$1${redactedText}`],
  // user:password@ of a URL. A password that holds a slash is taken too, a port in front of a path is not.
  [/(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"'<>[\]]*:[^\s/?#"'<>]*@/gi, '$1***:***@'],
  [
    /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"'<>[\]]*:(?!\d+[/?#])[^\s"'<>@]{1,512}@/gi,
    '$1***:***@',
  ],
];

/** The word Basic of a header, and what may be base64. Plans and organizations are called "Basic" as well. */
const basic = /(?<=(?<header>authorization\W{0,8})?)\b(?<word>basic +)(?<code>[a-z0-9+/]{8,}={0,2})/gi;

/** Hides what looks like a secret by itself: for names as well as for values. */
export function hideLooks(text: string): string {
  const safe = looks.reduce((so, [pattern, replacement]) => so.replace(pattern, replacement), text);
  return safe.replace(basic, (whole, header, word, code) =>
    (header !== undefined && /[0-9=]/.test(code)) || isUserAndPassword(code)
      ? `${word}${redactedText}`
      : whole,
  );
}

/** Whether base64 decodes to `user:password`, as RFC 7617 has it. */
function isUserAndPassword(code: string): boolean {
  const decoded = Buffer.from(code, 'base64').toString('utf8');
  return decoded.includes(':') && !/[\p{Cc}\uFFFD]/u.test(decoded);
}

/** `name: value` as the whole of a line: headers, and texts that are YAML. */
const line = /^([ \t]*(?:-[ \t]+)*)(["']?)([A-Za-z_][\w.-]{0,127})\2([ \t]*:[ \t]+)(\S.*)$/gm;

/** `name=`, `name =>`, `"name":` and `--name ` anywhere, quotes escaped or not; bare `name:` for a list. */
const naming = new RegExp(
  [
    String.raw`(?<!\w)(?<name>[A-Za-z_][\w.-]{0,127})(?![\w.-])`,
    String.raw`(?:(?:\\*["'])?\s{0,8}={1,3}>?\s{0,8}|\\*["']\s{0,8}:\s{0,8}|`,
    String.raw`(?<=--[\w-]{1,127})[ \t]{1,8}(?!-)|(?<bare>[ \t]{0,8}:(?!:|\/\/)\s{0,8}))`,
  ].join(''),
  'g',
);

/** How any value may begin: hidden already, quoted, or in brackets, which hide all if they do not close. */
const wrapped = [
  String.raw`\[?(?:PRIVATE DATA HIDDEN|REDACTED)\]?`,
  String.raw`(?<quote>\\*["'])[\s\S]*?(?:(?<!\\)\k<quote>|$)`,
  String.raw`\{[^{}]*\}|\[[^[\]]*\]|[[{][\s\S]*`,
].join('|');
const assigned = new RegExp(String.raw`${wrapped}|[^\s,;&"'<>()\\]+`, 'y');
/** Go prints `map[name:value name:value]`: one word. YAML and people write `{name: some words, name: x}`. */
const listedWord = new RegExp(String.raw`${wrapped}|[^\s,]+`, 'y');
const listedWords = new RegExp(String.raw`${wrapped}|[^\s,]+(?:(?<![\]})"'])[ \t]+[^\s,]+)*`, 'y');

/** The beginning of an XML element. */
const element = /<(?<tag>(?:[\w.-]{1,64}:)?(?<name>[A-Za-z_][\w.-]{0,127}))(?:\s[^<>]{0,256})?(?<!\/)>/g;

/** How far the end of an element, or the bracket that opens a list, is looked for. */
const elementMaxCharacters = 4096;
const listMaxCharacters = 200;

/** Options of well-known commands whose names are too short to tell a secret: `-u user:password`, `-p`. */
const options: readonly RegExp[] = [
  new RegExp(
    [
      String.raw`(?<![\w-])(curl(?:[^\n\\]|\\[\s\S]){0,300}?`,
      String.raw`\s(?:-[A-Za-z]{0,8}[uU]\s{0,8}|--(?:proxy-)?user[\s=]{1,8})\\*["']?[^\s:"']{0,256}:)`,
      String.raw`(?!\[REDACTED\]|\*\*\*)(?:(?<=["'][^\s:"']{0,256}:)[^"'\n]+|[^\s"']+)`,
    ].join(''),
    'g',
  ),
  new RegExp(
    [
      String.raw`(?<![\w-])((?:login|sshpass|mysql\w{0,10}|mariadb)\b(?:[^\n\\|;&]|\\[\s\S]){0,300}?`,
      String.raw`\s-p(?!ath\b|ort\b)[ \t=]{0,8}\\*["']?)`,
      String.raw`(?![-<>|;&\\]|\d+:\d|\[REDACTED\]|\*\*\*)(?:(?<=["'])[^"'\n]+|[^\s"']+)`,
    ].join(''),
    'g',
  ),
];

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
  const withoutOptions = options.reduce((so, option) => so.replace(option, `$1${redactedText}`), lines);
  return hideBehind(hideBehind(withoutOptions, element, contentAt), naming, assignedAt);
}

/** What a secret's name names: a stretch of the text, and the quote that stays around it. */
interface Named {
  readonly value: string;
  readonly quote: string;
}

/** Hides what stands right behind each match of `heads` whose name is a secret's. */
function hideBehind(
  text: string,
  heads: RegExp,
  namedAt: (text: string, at: number, head: RegExpExecArray) => Named | null,
): string {
  let safe = '';
  let done = 0;
  for (const head of text.matchAll(heads)) {
    const { name = '' } = head.groups ?? {};
    if (head.index < done || !isSecretName(name)) continue;
    const at = head.index + head[0].length;
    const named = namedAt(text, at, head);
    if (named === null || isPlaceholder(unquoted(named.value))) continue;
    safe += `${text.slice(done, at)}${named.quote}${redactedText}${named.quote}`;
    done = at + named.value.length;
  }
  return safe + text.slice(done);
}

/** The value behind `name=` and its like, or null where none begins or a bare `name:` stands in prose. */
function assignedAt(text: string, at: number, head: RegExpExecArray): Named | null {
  const { bare } = head.groups ?? {};
  if (text.startsWith(redactedText, at)) return null;
  if (bare !== undefined && !isListed(text, head.index)) return null;
  const pattern = bare === undefined ? assigned : /\s$/.test(bare) ? listedWords : listedWord;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) return null;
  const { quote = '' } = found.groups ?? {};
  const isWord = bare !== undefined && quote === '' && !/^[[{]/.test(found[0]);
  return { value: isWord ? found[0].replace(/[\s\]})"'\\]{1,8}$/, '') : found[0], quote };
}

/** Whether a position is within brackets or behind a comma: where a bare `name: value` is no prose. */
function isListed(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - listMaxCharacters), at);
  if (/[,;]$/.test(before.trimEnd())) return true;
  let closed = 0;
  for (const bracket of before
    .replace(/[^{}[\]()]+/g, '')
    .split('')
    .reverse()) {
    closed += '}])'.includes(bracket) ? 1 : -1;
    if (closed < 0) return true;
  }
  return false;
}

/** The content of an element, or null where it does not end: `<password>` in a help text is no element. */
function contentAt(text: string, at: number, head: RegExpExecArray): Named | null {
  const { tag } = head.groups ?? {};
  const near = text.slice(at, at + elementMaxCharacters);
  const end = near.indexOf(`</${tag}>`);
  return near.slice(0, Math.max(0, end)).trim() === '' ? null : { value: near.slice(0, end), quote: '' };
}

/** User and password of a URL, or the user alone, become `***:***`, as the original does for buildpacks. */
export function hideUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#]*@/i, '$1***:***@');
}

/** A text without the quotes around it, escaped or not. */
function unquoted(text: string): string {
  return /^(\\*["'])([\s\S]*?)\1?\s*$/.exec(text)?.[2] ?? text.trim();
}
