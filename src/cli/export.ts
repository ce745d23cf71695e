// hansard export: a list of events as a file, by recipe or as filtered; whole or not at all.
import { Argument, type Command, Option } from 'commander';
import { formatted } from '../export/format.ts';
import { type ExportFormat, generalColumns, type Recipe, recipeNamed, recipes } from '../export/recipes.ts';
import type { ExportRecord } from '../export/record.ts';
import { fileSink, pour, type Sink } from '../export/sink.ts';
import { wanted } from './events.ts';
import { CliFailure, reasonOf, wrongUsage } from './failure.ts';
import { readEvents } from './feed.ts';
import { chosenEvents, type FilterOptions, placeAndTimeOptions, whatAndWhoOptions } from './filter.ts';
import { untilInterrupted } from './interruption.ts';
import { outputSink } from './output.ts';
import { type Progress, startProgress } from './progress.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { counted, tell, visible } from './terminal.ts';

interface ExportOptions extends SessionChoice, FilterOptions {
  readonly format?: ExportFormat;
  readonly output: string;
  readonly allRoles?: boolean;
  readonly raw?: boolean;
  readonly excel?: boolean;
}

export function exportCommand(program: Command): void {
  const command = program
    .command('export')
    .summary('write events to a file: CSV, NDJSON or JSON')
    .description('Write all events of a recipe, or all that pass the filters, to a file or standard output.')
    .addArgument(
      new Argument('[recipe]', 'a named list; without one, all events').choices(
        recipes.map(({ name }) => name),
      ),
    );
  serverOptions(whatAndWhoOptions(placeAndTimeOptions(command)))
    .option('-o, --output <file>', 'file to write, - for standard output', '-')
    .addOption(
      new Option('-f, --format <format>', 'default: csv, or json for "services"').choices([
        'csv',
        'ndjson',
        'json',
      ]),
    )
    .option('--all-roles', 'user-access: supporters and the roles of organizations too')
    .option('--excel', 'CSV with the mark by which Excel knows UTF-8')
    .option('--raw', 'CSV without the guard against formulas: for programs, not for spreadsheets')
    .addHelpText('after', helpText())
    .action(runExport);
}

function helpText(): string {
  const list = recipes.map(({ name, title, format }) => `  ${name.padEnd(18)} ${title} (${format})`);
  return `
Recipes:
${list.join('\n')}

Examples:
  hansard export user-access --org my-org --since 2026-01-01 --until 2026-04-01 -o access.csv
  hansard export routes -o routes.csv --excel
  hansard export services -o services.json
  hansard export --all-orgs --format ndjson -o everything.ndjson

A file appears under its name only when it is whole. Cells that a spreadsheet would take for a
formula begin with an apostrophe in CSV; the JSON forms hand out each event as it was served.`;
}

async function runExport(name: string | undefined, options: ExportOptions): Promise<void> {
  const recipe = name === undefined ? undefined : recipeNamed(name);
  const types = typesOf(recipe, options);
  const format = options.format ?? recipe?.format ?? 'csv';
  if (format !== 'csv' && (options.raw === true || options.excel === true)) {
    throw wrongUsage('--raw and --excel belong to CSV.');
  }
  const columns = recipe?.columns ?? generalColumns;
  const form = { raw: options.raw === true, excel: options.excel === true };
  const toDocument = (events: AsyncIterable<ExportRecord>) => formatted(events, format, columns, form);
  // Before anything is asked of a server: a file that cannot be written is known at once.
  const sink = await sinkFor(options.output);
  const progress = await startProgress('events', isStandardOutput(options.output) && process.stdout.isTTY);
  const told = await untilInterrupted(
    () => exportTo(sink, { ...options, type: types }, toDocument, progress),
    () => {
      progress.stop();
      sink.abandonNow();
    },
    isStandardOutput(options.output) ? 'Stopped.' : `Stopped: ${options.output} is as it was.`,
  );
  tell(told);
}

/** Answers what has been done, as a sentence. */
async function exportTo(
  sink: Sink,
  options: ExportOptions,
  toDocument: (events: AsyncIterable<ExportRecord>) => AsyncIterable<string>,
  progress: Progress,
): Promise<string> {
  const tally = newTally();
  try {
    const remote = await connect(options);
    const chosen = await chosenEvents(remote, options);
    const read = readEvents(remote, chosen.query, {
      total: (count) => progress.total(chosen.isExact ? count : 0),
      note: tell,
    });
    await pour(toDocument(tallied(wanted(read, chosen.matches), tally, progress)), sink);
    return summary(tally, chosen.where, options.output);
  } catch (error) {
    await sink.abandon();
    throw error;
  } finally {
    progress.stop();
  }
}

function isStandardOutput(output: string): boolean {
  return output === '-' || output === '/dev/stdout';
}

function typesOf(recipe: Recipe | undefined, options: ExportOptions): readonly string[] {
  if (options.allRoles === true && recipe?.name !== 'user-access') {
    throw wrongUsage('--all-roles belongs to the recipe user-access.');
  }
  if (recipe === undefined) return options.type ?? [];
  if (options.type !== undefined) throw wrongUsage('A recipe names its types itself: leave --type out.');
  return options.allRoles === true ? [...recipe.types, ...recipe.otherRoleTypes] : recipe.types;
}

async function sinkFor(output: string): Promise<Sink> {
  if (isStandardOutput(output)) return outputSink();
  return fileSink(output).catch((error: unknown) => {
    throw new CliFailure(`${output} cannot be written: ${reasonOf(error)}.`);
  });
}

interface Tally {
  rows: number;
  first: string;
  last: string;
}

function newTally(): Tally {
  return { rows: 0, first: '', last: '' };
}

async function* tallied(
  events: AsyncIterable<ExportRecord>,
  tally: Tally,
  progress: Progress,
): AsyncGenerator<ExportRecord> {
  for await (const event of events) {
    tally.rows += 1;
    if (tally.first === '' || event.timestamp < tally.first) tally.first = event.timestamp;
    if (event.timestamp > tally.last) tally.last = event.timestamp;
    progress.at(tally.rows);
    yield event;
  }
}

function summary(tally: Tally, where: string, output: string): string {
  const place = where === '' ? '' : ` of ${visible(where)}`;
  const range = tally.rows === 0 ? '' : `, from ${tally.first} to ${tally.last}`;
  const file = isStandardOutput(output) ? '' : `, in ${output}`;
  return `${counted(tally.rows, 'row')}${place}${range}${file}.`;
}
