// hansard retention: for how long events are kept, on the server that you are logged in to.
import type { Command } from 'commander';
import { fieldAt, itemsAt } from '../export/field.ts';
import { monthsOf, sayChange, sent } from './change.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import { organizationOf } from './places.ts';
import { confirm } from './prompt.ts';
import { connect, serverOptions } from './remote.ts';
import { certificateLines, retentionLines, runLines } from './retention-report.ts';
import type { SessionChoice } from './session.ts';
import { say } from './terminal.ts';

interface Options extends SessionChoice {
  readonly json?: boolean;
}

interface SetOptions extends Options {
  readonly searchable?: string;
  readonly kept?: string;
  readonly reason?: string;
}

interface ProlongOptions extends Options {
  readonly kept?: string;
  readonly end?: boolean;
  readonly reason?: string;
}

interface RunOptions extends Options {
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

const twoPeople = `
To keep for longer holds at once. To keep for a shorter time takes a second administrator; where there is none, it
waits for seven days that everybody can see.`;

export function retentionCommand(program: Command): void {
  const retention = program
    .command('retention')
    .summary('how long events are kept: show, set, prolong, approve, withdraw, run, certificate')
    .description('For how long events are kept, and what becomes of those that are past their term.')
    .addHelpText(
      'after',
      `
Examples:
  hansard retention show
  hansard retention set m-26-14
  hansard retention prolong my-org --kept 6y
  hansard retention run --dry-run`,
    );
  showCommand(retention);
  setCommand(retention);
  prolongCommand(retention);
  decideCommand(retention, 'approve');
  decideCommand(retention, 'withdraw');
  runCommand(retention);
  certificateCommand(retention);
}

function showCommand(retention: Command): void {
  serverOptions(
    retention
      .command('show')
      .summary('what is in force, and what waits')
      .description(
        'Show the policy in force, since when and by whom, longer terms, and what is about to change.',
      )
      .option('--json', 'as JSON'),
  )
    .addHelpText('after', '\nExamples:\n  hansard retention show\n  hansard retention show --json')
    .action(async (options: Options) => {
      const answer = await (await connect(options)).json('/api/retention');
      await print(answer, retentionLines, options);
    });
}

function setCommand(retention: Command): void {
  serverOptions(
    retention
      .command('set')
      .summary('change the policy')
      .description('Change for how long events are kept: by a preset, or by months of your own.')
      .argument('[preset]', '"hansard retention show" lists them')
      .option('--searchable <months>', 'how long they are promised to be searchable: 12mo, 1y')
      .option('--kept <months>', 'how long they are kept: 30mo, 6y')
      .option('--reason <text>', 'why, for the record')
      .option('--json', 'print the answer as JSON'),
  )
    .addHelpText(
      'after',
      `${twoPeople}

Examples:
  hansard retention set default
  hansard retention set --kept 6y --reason "as counsel asks"
  hansard retention set --searchable 12mo --kept 30mo`,
    )
    .action(set);
}

async function set(preset: string | undefined, options: SetOptions): Promise<void> {
  const { searchable, kept, reason } = options;
  if (preset === undefined && searchable === undefined && kept === undefined)
    throw wrongUsage('Name a preset, or --searchable or --kept.');
  const body = {
    ...(preset !== undefined && { preset }),
    ...(searchable !== undefined && { searchable_months: monthsOf(searchable) }),
    ...(kept !== undefined && { kept_months: monthsOf(kept) }),
    ...(reason !== undefined && { reason }),
  };
  const answer = await sent(await connect(options), 'PUT', '/api/retention', body);
  await sayChange(answer, 'The policy is changed.', options.json === true);
}

function prolongCommand(retention: Command): void {
  serverOptions(
    retention
      .command('prolong')
      .summary("keep an organization's events for longer")
      .description(
        'Keep the events of one organization for longer than the policy says. Its managers may do so.',
      )
      .argument('<organization>', 'name or guid')
      .option('--kept <months>', 'how long its events are kept: 6y, 72mo')
      .option('--end', 'no longer than the policy says any more; takes two administrators')
      .option('--reason <text>', 'why, for the record')
      .option('--json', 'print the answer as JSON'),
  )
    .addHelpText('after', `${twoPeople}\n\nExample:\n  hansard retention prolong my-org --kept 6y`)
    .action(prolong);
}

async function prolong(organization: string, options: ProlongOptions): Promise<void> {
  const { kept, end = false, reason } = options;
  if ((kept === undefined) === !end) throw wrongUsage('Say for how long with --kept, or --end.');
  const body = {
    kept_months: kept === undefined ? null : monthsOf(kept),
    ...(reason !== undefined && { reason }),
  };
  const remote = await connect(options);
  const { guid } = await organizationOf(remote, organization);
  const answer = await sent(remote, 'PUT', `/api/retention/organizations/${encodeURIComponent(guid)}`, body);
  await sayChange(answer, 'The term is changed.', options.json === true);
}

function decideCommand(retention: Command, verb: 'approve' | 'withdraw'): void {
  const about = {
    approve: 'Approve what another administrator has proposed. It is done at once and cannot be undone.',
    withdraw: 'Withdraw what you or another administrator has proposed.',
  };
  serverOptions(
    retention
      .command(verb)
      .summary(`${verb} a proposal`)
      .description(about[verb])
      .argument('<guid>', 'of the proposal, as "hansard retention show" tells it')
      .option('--json', 'print the answer as JSON'),
  )
    .addHelpText('after', `\nExample:\n  hansard retention ${verb} 0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01`)
    .action((guid: string, options: Options) => decide(verb, guid, options));
}

async function decide(verb: 'approve' | 'withdraw', guid: string, options: Options): Promise<void> {
  const path = `/api/retention/proposals/${encodeURIComponent(guid)}/${verb}`;
  const answer = await sent(await connect(options), 'POST', path);
  if (options.json === true) return say(JSON.stringify(answer, null, 2));
  await say(verb === 'approve' ? 'Approved: it is done.' : 'Withdrawn: nothing was changed.');
  if (fieldAt(answer, 'purged') === false)
    await say('Somebody is reading still: the bytes leave the files of the server before long.');
}

function runCommand(retention: Command): void {
  serverOptions(
    retention
      .command('run')
      .summary('dispose now of what is past its term')
      .description(
        'Dispose now of what is past its term and under no hold, as the server does by itself once a day.',
      )
      .option('--dry-run', 'only tell what would go')
      .option('-f, --force', 'do not ask')
      .option('--json', 'print the answer as JSON'),
  )
    .addHelpText('after', '\nExamples:\n  hansard retention run --dry-run\n  hansard retention run -f')
    .action(run);
}

async function run(options: RunOptions): Promise<void> {
  const isDry = options.dryRun === true;
  if (!isDry) await confirm('Dispose of everything that is past its term?', options.force === true);
  const answer = await sent(await connect(options), 'POST', '/api/disposals', { dry_run: isDry });
  await print(answer, runLines, options);
}

function certificateCommand(retention: Command): void {
  serverOptions(
    retention
      .command('certificate')
      .summary('what was disposed of')
      .description(
        'Print the certificate of a disposal or an erasure; the newest one unless a guid is given.',
      )
      .argument('[guid]', 'of the event that certifies it')
      .option('--json', 'the event as JSON'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  hansard retention certificate\n  hansard retention certificate --json > certificate.json',
    )
    .action(certificate);
}

async function certificate(guid: string | undefined, options: Options): Promise<void> {
  const which = guid === undefined ? '' : `&guids=${encodeURIComponent(guid)}`;
  const types = 'types=audit.log.dispose,audit.log.erase';
  const path = `/api/events?${types}&order_by=-created_at&per_page=1${which}`;
  const [event] = itemsAt(await (await connect(options)).json(path), 'resources');
  if (event === undefined) {
    throw new CliFailure(
      guid === undefined
        ? 'Nothing was disposed of yet, as far as you may see.'
        : `There is no certificate ${guid} that you may see.`,
    );
  }
  await print(event, certificateLines, options);
}

async function print(
  answer: unknown,
  lines: (answer: unknown) => string[],
  { json }: Options,
): Promise<void> {
  if (json === true) return say(JSON.stringify(answer, null, 2));
  for (const line of lines(answer)) await say(line);
}
