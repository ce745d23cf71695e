// hansard key: the keys that the log's checkpoints are signed with. On the server that you are logged in to, or in a
// data folder that no server has open.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { limits } from '../core/limits.ts';
import { itemsAt, numberAt, textAt } from '../export/field.ts';
import { type DirectoryOptions, directoryOptions, inDirectory } from './directory.ts';
import { CliFailure } from './failure.ts';
import { outputSink } from './output.ts';
import { confirm } from './prompt.ts';
import { aligned, bold, say, tell, visible } from './terminal.ts';

interface ListOptions extends DirectoryOptions {
  readonly json?: boolean;
}

interface RotateOptions extends ListOptions {
  readonly overlap: number;
  readonly force?: boolean;
}

interface ExportOptions extends DirectoryOptions {
  readonly policy?: boolean;
  readonly epoch?: number;
}

export function keyCommand(program: Command): void {
  const key = program
    .command('key')
    .summary('keys that sign the log: list, rotate, export')
    .description(
      "The keys that sign the log's checkpoints. Whoever verifies the log needs their public parts.",
    )
    .addHelpText(
      'after',
      `
Examples:
  hansard key list
  hansard key export --policy > hansard.policy
  hansard key rotate --overlap 30`,
    );
  listCommand(key);
  rotateCommand(key);
  exportCommand(key);
}

function listCommand(key: Command): void {
  const command = key
    .command('list')
    .summary('list the keys')
    .description('List the keys that sign checkpoints, and those that did; the newest first.')
    .option('--json', 'with fingerprints and verifier keys, as JSON');
  directoryOptions(command)
    .addHelpText('after', '\nExamples:\n  hansard key list\n  hansard key list --json --data ./data')
    .action(list);
}

async function list(options: ListOptions): Promise<void> {
  await show(await readKeys(options), options.json === true);
}

function rotateCommand(key: Command): void {
  const command = key
    .command('rotate')
    .summary('make the next key')
    .description(
      'Make the next signing key. The one so far goes on signing beside it for the overlap, so that whoever verifies ' +
        'has time to take the new one over; what it has signed is verified with it for ever.',
    )
    .option('--overlap <days>', 'days for which both sign', days, limits.keyOverlapDays)
    .option('-f, --force', 'do not ask')
    .option('--json', 'print the keys as JSON');
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hansard key rotate
  hansard key rotate --overlap 0 -f     the key so far signs nothing more: it may be in wrong hands

On a server this is for administrators.`,
    )
    .action(rotate);
}

async function rotate(options: RotateOptions): Promise<void> {
  const end = options.overlap === 0 ? 'sign nothing more' : `sign for ${options.overlap} more days`;
  await confirm(`Make a new signing key, and let those so far ${end}?`, options.force === true);
  const body = JSON.stringify({ overlap_days: options.overlap });
  const question = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const keys = await inDirectory(
    options,
    (remote) => remote.json('/log/keys/rotate', question),
    async ({ log, doer }) => {
      const { presentEpoch, presentKeys } = await import('../http/log/keys.ts');
      const epoch = await presentEpoch(log);
      await log.keys.rotate({ doer, origin: epoch.origin, overlapDays: options.overlap });
      return presentKeys(log, epoch, null);
    },
  );
  await show(keys, options.json === true);
  tell('Give the new verifier key to whoever verifies this log: hansard key export.');
}

function exportCommand(key: Command): void {
  const command = key
    .command('export')
    .summary('print the verifier keys')
    .description(
      'Print the public keys that the log is verified with, one a line, in the form of C2SP signed-note; or a whole ' +
        'policy file of C2SP tlog-policy, with the witnesses and the quorum of the server.',
    )
    .option('--policy', 'a policy file, ready to verify by')
    .addOption(
      new Option('--epoch <number>', 'the policy of an earlier epoch; the keys are printed of all').argParser(
        wholeNumber,
      ),
    );
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Get them from somebody you trust: whoever hands out the log could hand out keys to match.

Examples:
  hansard key export
  hansard key export --policy > hansard.policy
  hansard key export --policy --epoch 1`,
    )
    .action(exportKeys);
}

async function exportKeys(options: ExportOptions): Promise<void> {
  const text = options.policy === true ? await policyOf(options) : (await allVerifierKeys(options)).join('');
  const output = outputSink();
  await output.write(text);
  await output.finish();
}

/** Of one epoch: a policy names each key once, and two epochs of a log may have the same key under two names. */
async function policyOf(options: ExportOptions): Promise<string> {
  if (options.epoch === undefined) return textAt(await readKeys(options), 'policy');
  const { epoch } = options;
  const keys = await inDirectory(
    options,
    (remote) => remote.json(`/log/epochs/${epoch}/keys`),
    async ({ log }): Promise<unknown> => {
      const { presentKeys } = await import('../http/log/keys.ts');
      const found = (await log.epochs()).find(({ number }) => number === epoch);
      if (found === undefined) throw new CliFailure(`The log has no epoch ${epoch}.`);
      return presentKeys(log, found, null);
    },
  );
  return textAt(keys, 'policy');
}

/** Lines of all epochs, the present one's first. */
async function allVerifierKeys(options: DirectoryOptions): Promise<string[]> {
  const shown = await inDirectory(
    options,
    (remote) => remote.json('/log'),
    async ({ log }): Promise<unknown> => {
      const { formatVerifierKey } = await import('../merkle/note.ts');
      const keysOf = (origin: string): string[] => log.keys.verifierKeys(origin).map(formatVerifierKey);
      return { epochs: (await log.epochs()).map(({ origin }) => ({ verifier_keys: keysOf(origin) })) };
    },
  );
  return itemsAt(shown, 'epochs')
    .toReversed()
    .flatMap((epoch) => itemsAt(epoch, 'verifier_keys').map((key) => `${visible(String(key))}\n`));
}

/** The answer of `GET /log/keys`. */
function readKeys(options: DirectoryOptions): Promise<unknown> {
  return inDirectory(
    options,
    (remote) => remote.json('/log/keys'),
    async ({ log }): Promise<unknown> => {
      const { presentEpoch, presentKeys } = await import('../http/log/keys.ts');
      return presentKeys(log, await presentEpoch(log), null);
    },
  );
}

async function show(keys: unknown, asJson: boolean): Promise<void> {
  if (asJson) return say(JSON.stringify(keys, null, 2));
  const rows = itemsAt(keys, 'keys').map((key) => [
    String(numberAt(key, 'number') ?? ''),
    visible(textAt(key, 'algorithm')),
    visible(textAt(key, 'state')),
    dayOf(textAt(key, 'made_at')),
    dayOf(textAt(key, 'retires_at')) || '-',
    visible(textAt(key, 'fingerprint')),
  ]);
  const header = ['key', 'algorithm', 'state', 'made', 'signs until', 'fingerprint (SHA-256)'];
  const [first = '', ...lines] = aligned([header, ...rows]);
  await say(bold(first));
  for (const line of lines) await say(line);
}

function dayOf(time: string): string {
  return visible(time.slice(0, 'YYYY-MM-DD'.length));
}

function days(text: string): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= limits.keyOverlapDaysMax) return number;
  throw new InvalidArgumentError(`It is a whole number of days from 0 to ${limits.keyOverlapDaysMax}.`);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is the number of an epoch, from 1.');
}
