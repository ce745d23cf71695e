// hansard export: a list of events as a file, by recipe or as filtered; whole or not at all. A file gets a manifest
// beside it, and a log that has one proves each event on demand.
import { Argument, type Command, Option } from 'commander';
import { formatted } from '../export/format.ts';
import { type ExportFormat, generalColumns, type Recipe, recipeNamed, recipes } from '../export/recipes.ts';
import type { ExportRecord } from '../export/record.ts';
import { isRegular, pour } from '../export/sink.ts';
import { manifestSuffix } from '../verify/manifest.ts';
import { wanted } from './events.ts';
import { type ProofTally, proven } from './export-evidence.ts';
import { announced, type ExportWish } from './export-notice.ts';
import { bundleOutlet, fileOutlet, type Outlet } from './export-outlet.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import { readEvents } from './feed.ts';
import {
  type ChosenEvents,
  chosenEvents,
  type FilterOptions,
  placeAndTimeOptions,
  whatAndWhoOptions,
} from './filter.ts';
import { untilInterrupted } from './interruption.ts';
import { isStandardOutput } from './output.ts';
import { type Progress, startProgress } from './progress.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { counted, tell, visible } from './terminal.ts';

interface ExportOptions extends SessionChoice, FilterOptions {
  readonly format?: ExportFormat;
  readonly output?: string;
  /** false: --no-manifest. */
  readonly manifest?: string | false;
  readonly evidence?: string;
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
    .option('-o, --output <file>', 'file to write, - for standard output (default: "-")')
    .addOption(
      new Option('-f, --format <format>', 'default: csv, or json for "services"').choices([
        'csv',
        'ndjson',
        'json',
      ]),
    )
    .option('--manifest <file>', `file of the manifest; default: <file>${manifestSuffix} beside a file`)
    .option('--no-manifest', 'no manifest')
    .option('--evidence <folder>', 'a new folder with the export and the proof of each event')
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
  hansard export user-access --evidence access-2026-q1 && hansard verify access-2026-q1

A file appears under its name only when it is whole. Cells that a spreadsheet would take for a
formula begin with an apostrophe in CSV; the JSON forms hand out each event as it was served.
The manifest beside a file says what was asked for, and the digest of the file.`;
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
  const outlet = await outletFor(options, format);
  const progress = await startProgress('events', outlet.name === '' && process.stdout.isTTY);
  const told = await untilInterrupted(
    () => exportTo(outlet, { ...options, type: types }, { recipe, format }, toDocument, progress),
    () => {
      progress.stop();
      outlet.abandonNow();
    },
    outlet.name === '' ? 'Stopped.' : `Stopped: ${outlet.name} is as it was.`,
  );
  tell(told);
}

async function outletFor(options: ExportOptions, format: ExportFormat): Promise<Outlet> {
  const { output = '-', manifest, evidence } = options;
  if (evidence === undefined) return fileOutlet(output, await manifestFor(output, manifest));
  if (options.output !== undefined || manifest !== undefined) {
    throw wrongUsage('--evidence names a folder for everything: leave -o and --manifest out.');
  }
  return bundleOutlet(evidence, format);
}

/** The manifest of standard output, devices and pipes is written only where it is asked for. */
async function manifestFor(output: string, manifest: string | false | undefined): Promise<string | null> {
  if (manifest === false) return null;
  if (manifest === undefined) {
    const isFile = !isStandardOutput(output) && (await isRegular(output));
    return isFile ? output + manifestSuffix : null;
  }
  if (isStandardOutput(manifest)) throw wrongUsage('--manifest needs a file.');
  return manifest;
}

/** Answers what has been done, as a sentence. */
async function exportTo(
  outlet: Outlet,
  options: ExportOptions,
  { recipe, format }: { readonly recipe: Recipe | undefined; readonly format: ExportFormat },
  toDocument: (events: AsyncIterable<ExportRecord>) => AsyncIterable<string>,
  progress: Progress,
): Promise<string> {
  const tally = newTally();
  const proofs: ProofTally = { spans: new Map(), later: 0 };
  try {
    const remote = await connect(options);
    const server = remote.session().url;
    const chosen = await chosenEvents(remote, options);
    const filters = conditionsOf(recipe, options, chosen);
    const evidence = outlet.evidence !== null;
    const wish: ExportWish = { format, recipe: recipe?.name ?? null, filters, evidence };
    const notice = await announced(remote, wish);
    const read = readEvents(remote, chosen.query, {
      total: (count) => progress.total(chosen.isExact ? count : 0),
      note: tell,
    });
    const matching = wanted(read, chosen.matches);
    if (outlet.evidence !== null && notice === null) {
      throw new CliFailure(`${server} is no Hansard: it has no log that could prove anything.`);
    }
    const events =
      outlet.evidence === null || notice === null
        ? matching
        : proven(remote, notice, matching, outlet.evidence, proofs);
    await pour(toDocument(tallied(events, tally, progress)), outlet.document);
    await outlet.finish({ server, filters, count: tally.rows, notice, proofs });
    return summary(tally, proofs, chosen.where, outlet.name);
  } catch (error) {
    await outlet.abandon();
    throw error;
  } finally {
    progress.stop();
  }
}

/** What was asked for, one condition each. */
function conditionsOf(
  recipe: Recipe | undefined,
  { allRoles, actor, target }: ExportOptions,
  { query, where }: ChosenEvents,
): string[] {
  const named = (name: string, value: string | undefined): string[] =>
    value === undefined || value === '' ? [] : [`${name} ${value}`];
  return [
    ...named('recipe', recipe?.name),
    ...(allRoles === true ? ['all roles'] : []),
    ...(recipe === undefined ? named('type', query.types.join(', ')) : []),
    ...named('in', where),
    ...named('organization', query.organizationGuid),
    ...named('space', query.spaceGuid),
    ...named('actor', actor),
    ...named('target', target),
    ...named('since', query.since),
    ...named('until', query.until),
  ];
}

function typesOf(recipe: Recipe | undefined, options: ExportOptions): readonly string[] {
  if (options.allRoles === true && recipe?.name !== 'user-access') {
    throw wrongUsage('--all-roles belongs to the recipe user-access.');
  }
  if (recipe === undefined) return options.type ?? [];
  if (options.type !== undefined) throw wrongUsage('A recipe names its types itself: leave --type out.');
  return options.allRoles === true ? [...recipe.types, ...recipe.otherRoleTypes] : recipe.types;
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

function summary(tally: Tally, { later }: ProofTally, where: string, output: string): string {
  const place = where === '' ? '' : ` of ${visible(where)}`;
  const range = tally.rows === 0 ? '' : `, from ${tally.first} to ${tally.last}`;
  const file = output === '' ? '' : `, in ${output}`;
  const left =
    later === 0 ? '' : ` ${counted(later, 'event')} left out: newer than the checkpoint of the export.`;
  return `${counted(tally.rows, 'row')}${place}${range}${file}.${left}`;
}
