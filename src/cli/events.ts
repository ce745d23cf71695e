// hansard events: what happened, read at a terminal or handed on to a program.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { limits } from '../core/limits.ts';
import { catalogOf, sentenceOf } from '../event/catalog.ts';
import { formatted } from '../export/format.ts';
import { actorName, generalColumns, targetName } from '../export/recipes.ts';
import type { ExportRecord } from '../export/record.ts';
import { pour } from '../export/sink.ts';
import { wrongUsage } from './failure.ts';
import { readEvents } from './feed.ts';
import { chosenEvents, type FilterOptions, placeAndTimeOptions, whatAndWhoOptions } from './filter.ts';
import { outputSink } from './output.ts';
import { PlaceNames } from './places.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { aligned, bold, dim, say, tell, visible } from './terminal.ts';

interface EventsOptions extends SessionChoice, FilterOptions {
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly csv?: boolean;
  readonly limit?: number;
  readonly newestFirst?: boolean;
}

export function eventsCommand(program: Command): void {
  const command = program
    .command('events')
    .summary('show what happened')
    .description('Show events: a table on a terminal, lines with tabs elsewhere, or JSON and CSV.');
  serverOptions(whatAndWhoOptions(placeAndTimeOptions(command)))
    .option('-n, --limit <count>', 'the latest so many; default: 50 on a terminal, else all', wholeNumber)
    .option('--newest-first', 'newest first; default: in the order in which they happened')
    .addOption(new Option('--json', 'one JSON array of the resources as served').conflicts(['ndjson', 'csv']))
    .addOption(new Option('--ndjson', 'one resource a line, as served').conflicts(['csv']))
    .option('--csv', 'rows for a spreadsheet')
    .addHelpText(
      'after',
      `
Examples:
  hansard events
  hansard events --since 24h --type 'audit.user.*'
  hansard events --actor jo@example.org --since 2026-01-01 --csv > jo.csv
  hansard events --target my-app --newest-first --limit 200

Order and place: without --org, the targeted organization is looked at; --all-orgs lifts that.
--actor, and --target with a name, are sorted out by this command while it reads, because the
event APIs have no such filter; give --since to keep that short.`,
    )
    .action(events);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

async function events(options: EventsOptions): Promise<void> {
  const isTable = options.json !== true && options.ndjson !== true && options.csv !== true;
  const isTerminal = process.stdout.isTTY === true;
  const limit = options.limit ?? (isTable && isTerminal ? limits.terminalRows : null);
  const newestFirst = options.newestFirst === true;
  if (limit !== null && limit > limits.turnedRowsMax && !newestFirst) {
    throw wrongUsage(`A limit above ${limits.turnedRowsMax} needs --newest-first.`);
  }
  const remote = await connect(options);
  const chosen = await chosenEvents(remote, options);
  if (chosen.where !== '' && isTerminal) tell(dim(`In ${visible(chosen.where)}:`));
  const pageEvents =
    chosen.isExact && limit !== null ? Math.min(limit, limits.v3PageEvents) : limits.v3PageEvents;
  const query = { ...chosen.query, pageEvents, newestFirst: newestFirst || limit !== null };
  let total = 0;
  const taken = { count: 0 };
  const read = readEvents(remote, query, {
    total: (count) => {
      total = count;
    },
    note: tell,
    enough: () => taken.count === limit,
  });
  const matching = limited(wanted(read, chosen.matches), limit, taken);
  const ordered = limit === null || newestFirst ? matching : turned(matching);
  if (isTable && isTerminal) {
    const shown = await printTable(ordered, new PlaceNames(remote));
    return tellRest(shown, limit, chosen.isExact ? total : null);
  }
  if (isTable) return printTabs(ordered);
  const format = options.csv === true ? 'csv' : options.ndjson === true ? 'ndjson' : 'json';
  await pour(formatted(ordered, format, generalColumns, { raw: false, excel: false }), outputSink());
}

/** Says that there are more than were shown; `total` is null where nobody has counted them. */
function tellRest(shown: number, limit: number | null, total: number | null): void {
  if (shown !== limit || (total !== null && total <= shown)) return;
  const count = (number: number): string => number.toLocaleString('en-US');
  const whole = total === null ? 'there may be more' : `of ${count(total)}`;
  tell(dim(`The latest ${count(shown)}${total === null ? ';' : ''} ${whole}; --limit or --json for more.`));
}

/** The events that pass a test. */
export async function* wanted(
  events: AsyncIterable<ExportRecord>,
  matches: (event: ExportRecord) => boolean,
): AsyncGenerator<ExportRecord> {
  for await (const event of events) if (matches(event)) yield event;
}

/** The first so many. The page on which they end is read to its end, where it says how many there are in all. */
async function* limited(
  events: AsyncIterable<ExportRecord>,
  limit: number | null,
  taken: { count: number },
): AsyncGenerator<ExportRecord> {
  for await (const event of events) {
    if (taken.count === limit) continue;
    taken.count += 1;
    yield event;
  }
}

/** The latest events come newest first and are read oldest first; how many there may be is bounded. */
async function* turned(events: AsyncIterable<ExportRecord>): AsyncGenerator<ExportRecord> {
  const held: ExportRecord[] = [];
  for await (const event of events) held.push(event);
  yield* held.reverse();
}

/** Answers how many events it has shown. */
async function printTable(events: AsyncIterable<ExportRecord>, names: PlaceNames): Promise<number> {
  let shown = 0;
  for await (const chunk of chunked(events, limits.alignedRowsMax)) {
    await names.learn(
      'organization',
      chunk.map((event) => event.organizationGuid),
    );
    await names.learn(
      'space',
      chunk.map((event) => event.spaceGuid),
    );
    const rows = chunk.map((event) => [...cells(event), placeOf(event, names)].map(visible));
    const [header, ...lines] = aligned([['TIME', 'WHO', 'WHAT', 'TARGET', 'PLACE'], ...rows]);
    if (shown === 0) await say(bold(header ?? ''));
    for (const line of lines) await say(line);
    shown += chunk.length;
  }
  if (shown === 0) tell('No events.');
  return shown;
}

async function printTabs(events: AsyncIterable<ExportRecord>): Promise<void> {
  for await (const event of events) {
    const place = [event.organizationGuid, event.spaceGuid].filter((guid) => guid !== '').join('/');
    await say([...cells(event), place].map(visible).join('\t'));
  }
}

function cells(event: ExportRecord): string[] {
  const target = [event.target.type, targetName(event)].filter((text) => text !== '').join(' ');
  return [event.timestamp, actorName(event), deed(event), target];
}

/** The type's sentence without its subject, which has a column of its own; an unknown type as it is. */
function deed(event: ExportRecord): string {
  const entry = catalogOf(event.type);
  if (entry === undefined) return event.type;
  const sentence = entry.sentence.replace(/^\{actor\} /, '');
  return sentenceOf({ ...entry, sentence }, { actor: actorName(event), target: targetName(event) });
}

function placeOf(event: ExportRecord, names: PlaceNames): string {
  const { organizationGuid, spaceGuid } = event;
  return [organizationGuid, spaceGuid]
    .filter((guid) => guid !== '')
    .map((guid) => names.nameOf(guid))
    .join(' / ');
}

/** The same events, so many at a time. */
export async function* chunked(
  events: AsyncIterable<ExportRecord>,
  size: number,
): AsyncGenerator<ExportRecord[]> {
  let chunk: ExportRecord[] = [];
  for await (const event of events) {
    chunk.push(event);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
