// hansard import: events from files into Hansard's log, through its server or straight into a store that no server
// has open. Every event is new, known or refused; the same file twice changes nothing.
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { itemsAt, numberAt, parsed, textAt } from '../export/field.ts';
import { refusal, textOf } from './exchange.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import { PageTally } from './import-pages.ts';
import { ImportSource, linesOfEvents, standardInput } from './import-source.ts';
import { untilInterrupted } from './interruption.ts';
import { type Progress, startProgress } from './progress.ts';
import { connect, serverOptions } from './remote.ts';
import { firstPassword } from './serve.ts';
import { isLoopback, type SessionChoice } from './session.ts';
import { counted, say, tell, visible } from './terminal.ts';

interface ImportOptions extends SessionChoice {
  readonly origin: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** Why an event was not taken; `line` is that of the file, `event` its place where the file cannot be read again. */
interface Refusal {
  readonly file: string;
  readonly line?: number;
  readonly event?: number;
  readonly reason: string;
}

interface Report {
  new: number;
  known: number;
  refused: number;
  /** Of the new ones, those that the log has under another origin already. */
  elsewhere: number;
  readonly refusals: Refusal[];
}

/** What the receiver of one body says; lines count from 1 in that body. */
interface Receipt {
  readonly new: number;
  readonly known: number;
  readonly refused: number;
  readonly elsewhere: number;
  readonly refusals: readonly { readonly line: number; readonly reason: string }[];
}

type Receiver = (source: ImportSource) => Promise<Receipt>;

export function importCommand(program: Command): void {
  const command = program
    .command('import')
    .summary('take events from files into the log')
    .description(
      "Take events of a Cloud Foundry into Hansard's log, through its server or straight into its data.",
    )
    .argument('<file...>', 'files to take; - is standard input')
    .option('--origin <name>', 'name of the platform that the events come from', 'import')
    .option('--data <folder>', 'straight into a data folder that no server has open')
    .option('--json', 'report as JSON, with every refusal');
  serverOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  cf curl "/v3/audit_events?per_page=5000" > events.json && hansard import events.json --origin cloud.gov
  hansard import january.ndjson february.ndjson --origin old-platform
  cf curl /v2/events | hansard import - --data ./data

Files hold events of /v2/events or /v3/audit_events: whole list pages, as printed or compact, single
resources, arrays or one event a line, in any number and order. Each event is kept, already known, or
refused with its line and the reason; the exit code is 1 if any was refused. Taking a file again
changes nothing.`,
    )
    .action(runImport);
}

async function runImport(files: readonly string[], options: ImportOptions): Promise<void> {
  if (files.filter((file) => file === standardInput).length > 1) {
    throw wrongUsage('Standard input can be read only once.');
  }
  const receive = await receiverFor(options);
  const shownMax = options.json === true ? Number.POSITIVE_INFINITY : limits.refusalsShownMax;
  const report: Report = { new: 0, known: 0, refused: 0, elsewhere: 0, refusals: [] };
  const pages = new PageTally();
  const progress = await startProgress('kB');
  const open = (file: string, onBytes: (count: number) => void): ImportSource =>
    new ImportSource(file, shownMax, pages, onBytes);
  try {
    await untilInterrupted(
      () => importFiles(files, open, receive, report, progress),
      () => progress.stop(),
      'Stopped: what was taken is kept, and the same files may be imported again.',
    );
  } catch (error) {
    if (isAnything(report)) await tellReport(report, options, shownMax);
    throw error;
  }
  await tellReport(report, options, shownMax);
  for (const gap of pages.gaps()) tell(gap);
  if (report.refused > 0) throw new CliFailure(`${counted(report.refused, 'event')} refused.`);
  if (!isAnything(report)) throw new CliFailure(`No event was found in ${files.join(', ')}.`);
}

async function importFiles(
  files: readonly string[],
  open: (file: string, onBytes: (count: number) => void) => ImportSource,
  receive: Receiver,
  report: Report,
  progress: Progress,
): Promise<void> {
  try {
    await announceSize(files, progress);
    let before = 0;
    for (const file of files) {
      let read = 0;
      const source = open(file, (bytes) => {
        read = bytes;
        progress.at(Math.round((before + bytes) / 1000));
      });
      await importFile(file, source, receive, report);
      before += read;
    }
  } finally {
    progress.stop();
  }
}

function isAnything(report: Report): boolean {
  return report.new + report.known + report.refused > 0;
}

async function announceSize(files: readonly string[], progress: Progress): Promise<void> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => null))?.size ?? 0));
  progress.total(Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000));
}

async function importFile(
  file: string,
  source: ImportSource,
  receive: Receiver,
  report: Report,
): Promise<void> {
  const refusedPlaces = new Map<number, string>();
  while (await source.hasMore()) {
    const before = source.sent;
    const receipt = await receive(source);
    report.new += receipt.new;
    report.known += receipt.known;
    report.refused += receipt.refused;
    report.elsewhere += receipt.elsewhere;
    for (const { line, reason } of receipt.refusals) refusedPlaces.set(before + line, reason);
  }
  report.refused += source.refused;
  for (const { line, reason } of source.refusals) report.refusals.push({ file, line, reason });
  const lines = await linesOfEvents(file, new Set(refusedPlaces.keys()));
  for (const [event, reason] of refusedPlaces) {
    const line = lines.get(event);
    report.refusals.push(line === undefined ? { file, event, reason } : { file, line, reason });
  }
}

async function tellReport(report: Report, options: ImportOptions, shownMax: number): Promise<void> {
  if (options.json === true) return say(JSON.stringify(report, null, 2));
  const count = (number: number): string => number.toLocaleString('en-US');
  const made = `${count(report.new)} new under origin ${visible(options.origin)}`;
  await say(`${made}, ${count(report.known)} known, ${count(report.refused)} refused.`);
  if (report.elsewhere > 0) {
    const known = counted(report.elsewhere, 'of the new events is', 'of the new events are');
    tell(
      `${known} in the log under another origin already, and there twice now: --origin names where events come from.`,
    );
  }
  for (const { file, line, event, reason } of report.refusals.slice(0, shownMax)) {
    const where = line === undefined ? `event ${event}` : `line ${line}`;
    tell(`${file}, ${where}: ${visible(reason)}`);
  }
  const rest = report.refused - Math.min(report.refusals.length, shownMax);
  if (rest > 0) tell(`... and ${counted(rest, 'more refusal')}: --json tells them all.`);
}

async function receiverFor(options: ImportOptions): Promise<Receiver> {
  if (options.data === undefined) return throughServer(options);
  const { importOffline } = await import('../compose.ts');
  const folder = options.data;
  const offline: Receiver = (source) =>
    importOffline(folder, source.lines(Number.POSITIVE_INFINITY), options.origin, () => source.digest(), {
      chosen: process.env.HANSARD_ADMIN_PASSWORD || null,
      announce: (password) => tell(firstPassword(password)),
    });
  let receive = offline;
  return async (source) => {
    const before = source.sent;
    try {
      return await receive(source);
    } catch (error) {
      const isBusy = error instanceof AppError && error.entry === 'ServiceUnavailable';
      if (!isBusy || receive !== offline || source.sent > before) throw error;
      receive = await throughServerOf(folder, options);
      return receive(source);
    }
  };
}

/** Which server has the folder open cannot be asked; one on this machine, or one that was named, is believed to. */
async function throughServerOf(folder: string, options: ImportOptions): Promise<Receiver> {
  const { url } = (await connect(options)).session();
  const { hostname } = new URL(url);
  if (!isLoopback(hostname) && options.url === undefined) {
    throw new CliFailure(`A server has ${folder} open: name it with --url, and log in to it.`);
  }
  tell(`A server has ${folder} open: going through ${url}.`);
  return throughServer(options);
}

async function throughServer(options: ImportOptions): Promise<Receiver> {
  const remote = await connect(options);
  return async (source) => {
    const answer = await remote.send(`/api/import?origin=${encodeURIComponent(options.origin)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: inPieces(source.lines(limits.importBytesMax)),
    });
    if (answer.status === 404) {
      throw new CliFailure(
        `${remote.session().url} is not a Hansard: it has no place for events from elsewhere.`,
      );
    }
    if (!answer.ok) throw await refusal(answer);
    return receiptOf(await textOf(answer));
  };
}

/** Many lines a piece: a piece for each line would cost a system call each. */
async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  let piece = '';
  for await (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < 65_536) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}

function receiptOf(body: string): Receipt {
  const json = parsed(body);
  const count = (name: string): number => {
    const number = numberAt(json, name);
    if (number === null) throw new CliFailure('The server did not say what became of the events.');
    return number;
  };
  return {
    new: count('new'),
    known: count('known'),
    refused: count('refused'),
    elsewhere: count('elsewhere'),
    refusals: itemsAt(json, 'refusals').map((item) => ({
      line: numberAt(item, 'line') ?? 0,
      reason: textAt(item, 'reason'),
    })),
  };
}
