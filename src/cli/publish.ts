// hansard publish: the whole log as a folder that any static web server can serve; from a server, or straight from a data
// folder that no server has open. What is there already is not read again.
import type { Command } from 'commander';
import type { Offline } from '../compose.ts';
import { systemClock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { itemsAt, numberAt } from '../export/field.ts';
import { headsOf } from '../log/prove.ts';
import { type LogEpoch, type Published, publish } from '../log/publish.ts';
import { storeSource } from '../log/source.ts';
import { Malformed } from '../merkle/malformed.ts';
import { parseVerifierKey } from '../merkle/note.ts';
import { SourceFailure, type SourceProblem } from '../verify/source.ts';
import { urlSource } from '../verify/url-source.ts';
import { type DirectoryOptions, directoryOptions, inDirectory } from './directory.ts';
import { refusal } from './exchange.ts';
import { CliFailure, type ExitCode, exitCodes } from './failure.ts';
import { untilInterrupted } from './interruption.ts';
import { type Progress, startProgress } from './progress.ts';
import type { Remote } from './remote.ts';
import { counted, tell, visible } from './terminal.ts';

interface PublishOptions extends DirectoryOptions {
  readonly hashesOnly?: boolean;
}

export function publishCommand(program: Command): void {
  const command = program
    .command('publish')
    .summary('write the log as files that any web server can serve')
    .description(
      'Write the whole log as a folder of files (C2SP tlog-tiles) that any static web server can serve, or bring such ' +
        'a folder up to date. It is checked to be one log, and the checkpoint is written last.',
    )
    .argument('<folder>', 'where it is written: new, empty, or of an earlier publication')
    .option('--hashes-only', 'without the entries, which say who did what to what');
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hansard publish /srv/www/log
  hansard publish --hashes-only --data ./data /srv/www/log
  hansard verify /srv/www/log

From a server the entries need a global reader (an administrator or auditor of the platform). What
the folder has already is not asked for again. Run it as often as you like, but once at a time.`,
    )
    .action(run);
}

async function run(folder: string, options: PublishOptions): Promise<void> {
  const progress = await startProgress('tiles');
  const hashesOnly = options.hashesOnly === true;
  const write = (epochs: readonly LogEpoch[]): Promise<Published> =>
    publish(epochs, folder, { hashesOnly, watch: whenLong(progress) });
  const published = await untilInterrupted(
    () =>
      inDirectory(
        options,
        async (remote) => write(await epochsOf(remote)),
        async (offline) => write(await epochsIn(offline, options.data ?? '')),
      ).catch(asFailure),
    () => progress.stop(),
    `Stopped: the checkpoint in ${folder} is as it was. Start again to go on.`,
  ).finally(() => progress.stop());
  tell(summary(published, folder, hashesOnly));
}

/** Nothing is told of what is over in a moment. */
function whenLong(progress: Progress): Pick<Progress, 'total' | 'at'> {
  const began = systemClock();
  return {
    total: (count) => progress.total(count),
    at(count) {
      if (systemClock() - began > limits.progressAfterMs * 1000) progress.at(count);
    },
  };
}

async function epochsOf(remote: Remote): Promise<LogEpoch[]> {
  const { url } = remote.session();
  const answer = await remote.send('/log');
  if (answer.status === 404) throw new CliFailure(`${url} is not a Hansard: it has no log to publish.`);
  if (!answer.ok) throw await refusal(answer);
  const json: unknown = await answer.json();
  const send = (address: URL, headers: Readonly<Record<string, string>>): Promise<Response> =>
    remote.send(address.href.slice(url.length), { headers });
  return itemsAt(json, 'epochs').flatMap((epoch) => {
    const number = numberAt(epoch, 'number');
    if (number === null || !Number.isSafeInteger(number) || numberAt(epoch, 'size') === null) return [];
    const keys = itemsAt(epoch, 'verifier_keys').map((key) => parseVerifierKey(String(key)));
    // The remote tries again by itself.
    return [{ number, keys, source: urlSource(`${url}/log/epochs/${number}`, { send, tries: 1 }) }];
  });
}

async function epochsIn({ log, store }: Offline, name: string): Promise<LogEpoch[]> {
  await log.sealer.now();
  const heads = await headsOf(log);
  return heads.map(({ epoch, origin, note }) => ({
    number: epoch,
    keys: log.keys.verifierKeys(origin),
    source: storeSource(name, store, epoch, note),
  }));
}

const codes: Readonly<Record<SourceProblem, ExitCode>> = {
  missing: exitCodes.failed,
  broken: exitCodes.failed,
  forbidden: exitCodes.unauthorized,
  unreachable: exitCodes.unreachable,
};

function asFailure(error: unknown): never {
  if (error instanceof Malformed) throw new CliFailure(`The log cannot be read: ${error.message}.`);
  if (!(error instanceof SourceFailure)) throw error;
  const hint =
    error.problem === 'forbidden'
      ? ' Entries are for global readers: log in as one, or publish with --hashes-only.'
      : '';
  throw new CliFailure(error.message + hint, codes[error.problem]);
}

function summary(published: Published, folder: string, hashesOnly: boolean): string {
  const { origin, size, before, minimumIndex, bundles, laidAside } = published;
  const entries = counted(size, 'entry', 'entries');
  const written = before > 0 && bundles > 0 ? `; ${counted(bundles, 'bundle')} of entries written` : '';
  const gone = minimumIndex === 0 ? '' : `; those before ${minimumIndex} were disposed of`;
  const moved = laidAside === null ? '' : `; epoch ${laidAside} is in epochs/${laidAside} now`;
  return (
    `Published ${visible(origin)} in ${folder}: ${hashesOnly ? 'the hashes of ' : ''}${entries}` +
    `${news(published)}${written}${gone}${moved}.`
  );
}

function news({ size, before, bundles }: Published): string {
  if (before === 0) return '';
  if (size > before) return `, ${counted(size - before, 'new one')}`;
  return bundles === 0 ? ', nothing new' : '';
}
