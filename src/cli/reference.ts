// The page of all types of events, made from the catalog: docs/reference/events.md. A test holds the committed
// page to what this file makes, so that the page never lags behind the program.
import { type CatalogEntry, nouns, type Redaction } from '../event/catalog.ts';

const opening = `# Events

Every type of event that Hansard knows: what the original platform emits or once emitted, what it leaves
unrecorded and Hansard records (source \`gap\`), and what Hansard records of itself (source \`hansard\`). A type
that is not here is kept as it came. This page is made from the catalog by \`npm run docs\`; change the catalog,
not the page.

- **Audience.** \`platform\` events are answered by \`/v2/events\` and \`/v3/audit_events\`. \`log\` events are
  answered there only if a request names their type; \`/api/events\` answers both, with outcome and source.
- **Since** is the first day on which the platform could emit the type. Where a second day follows, it no longer
  does.
- **Made safe** names the members of \`data\` that are replaced before an event is stored, whatever its source.
  For every type, members with the names of secrets and texts that look like secrets are replaced as well, JSON
  inside texts included. What the platform has hidden already stays as it is.
`;

const columns = [
  'type',
  'what happened',
  'target',
  'audience',
  'source',
  'category',
  'severity',
  'AU-2 class',
  'since',
  'made safe',
];

/** The whole page, as Markdown. */
export function eventReference(): string {
  const sections = nouns.map(({ title, entries }) => [
    `## ${title}\n`,
    row(columns),
    row(columns.map(() => '---')),
    ...entries.map((entry) => row(cellsOf(entry))),
    '',
  ]);
  return [opening, ...sections.flat(), membersOf(), ''].join('\n');
}

function cellsOf(entry: CatalogEntry): string[] {
  return [
    code(entry.type),
    entry.sentence,
    code(entry.target),
    entry.audience,
    entry.source,
    entry.category,
    entry.severity,
    entry.auditClass,
    entry.until === null ? entry.since : `${entry.since} to ${entry.until}`,
    entry.redactions.map(safety).join('<br>'),
  ];
}

const treatments: Record<string, string> = {
  'url-user-info': 'user and password of a URL become `***:***`',
  'manifest-secrets': '`env`, `cnb-credentials`, `parameters` and members with names of secrets',
  'every-value': 'every value below; names stay',
  'cut-10000': 'cut at 10,000 characters',
};

function safety({ path, replace }: Redaction): string {
  return `${code(path)}: ${typeof replace === 'string' ? code(replace) : treatments[replace.rule]}`;
}

/** Members of `data` by type: too many for a column. */
function membersOf(): string {
  const lines = nouns
    .flatMap((noun) => noun.entries)
    .filter((entry) => entry.fields.length > 0)
    .map((entry) => `- ${code(entry.type)}: ${entry.fields.map(code).join(' ')}`);
  return [
    '## Members of `data`\n',
    'By dotted path; `*` stands for every member or item. V2 and V3 tell different members of one request.\n',
    ...lines,
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
