// hansard hold: legal holds, on the server that you are logged in to.
import type { Command } from 'commander';
import { systemClock } from '../core/clock.ts';
import { fieldAt, itemsAt, numberAt, textAt } from '../export/field.ts';
import { sayChange, sent } from './change.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import { again, collected } from './list-option.ts';
import { pointInTime } from './period.ts';
import { organizationOf, spaceOf } from './places.ts';
import { connect, type Remote, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { aligned, bold, counted, say, visible } from './terminal.ts';

interface Options extends SessionChoice {
  readonly json?: boolean;
}

interface CreateOptions extends Options {
  readonly reason: string;
  readonly org?: string;
  readonly space?: string;
  readonly actor?: string;
  readonly target?: string;
  readonly type?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly everything?: boolean;
}

interface ReleaseOptions extends Options {
  readonly reason: string;
}

export function holdCommand(program: Command): void {
  const hold = program
    .command('hold')
    .summary('legal holds: list, create, release')
    .description('Legal holds. Nothing that one covers is disposed of or erased, whatever the policy says.')
    .addHelpText(
      'after',
      `
Examples:
  hansard hold create case-7 --org my-org --since 2026-01-01 --reason "Litigation"
  hansard hold list
  hansard hold release case-7 --reason "Settled"`,
    );
  listCommand(hold);
  createCommand(hold);
  releaseCommand(hold);
}

function listCommand(hold: Command): void {
  serverOptions(
    hold
      .command('list')
      .summary('list the holds')
      .description('List the holds, what they cover and how many events that is.')
      .option('--json', 'as JSON'),
  )
    .addHelpText('after', '\nExamples:\n  hansard hold list\n  hansard hold list --json')
    .action(list);
}

async function list(options: Options): Promise<void> {
  const answer = await (await connect(options)).json('/api/holds');
  if (options.json === true) return say(JSON.stringify(answer, null, 2));
  const rows = itemsAt(answer, 'resources').map((one) =>
    [
      textAt(one, 'name'),
      String(numberAt(one, 'events') ?? 0),
      textAt(one, 'created_at').slice(0, 10),
      textAt(one, 'created_by', 'name'),
      scopeInShort(fieldAt(one, 'scope')),
      textAt(one, 'reason'),
    ].map(visible),
  );
  const [header = '', ...lines] = aligned([['name', 'events', 'since', 'by', 'covers', 'reason'], ...rows]);
  await say(bold(header));
  for (const line of lines) await say(line);
}

function scopeInShort(scope: unknown): string {
  const conditions = Object.entries(scope ?? {}).map(
    ([name, value]) => `${name}=${[value].flat().join(',')}`,
  );
  return conditions.join(' ') || 'everything';
}

function createCommand(hold: Command): void {
  serverOptions(
    hold
      .command('create')
      .summary('put events under a hold')
      .description('Put events under a hold: those for which all of the conditions hold. It holds at once.')
      .argument('<name>', 'name of the hold')
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--org <organization>', 'name or guid of the organization that the events are of')
      .option('--space <space>', 'name or guid of the space that the events are of')
      .option('--actor <guid>', 'guid of whoever did it')
      .option('--target <guid>', 'guid of what it was done to')
      .option('--type <type>', `type of the events; audit.app.* for all that begin so ${again}`, collected)
      .option('--since <time>', 'events that occurred then or later: 2026-01-01, 30d')
      .option('--until <time>', 'events that occurred before')
      .option('--everything', 'the whole log')
      .option('--json', 'print the hold as JSON'),
  )
    .addHelpText(
      'after',
      `
Examples:
  hansard hold create case-7 --org my-org --since 2026-01-01 --reason "Litigation"
  hansard hold create inquiry --actor 1f0e... --type 'audit.user.*' --reason "Internal inquiry"`,
    )
    .action(create);
}

async function create(name: string, options: CreateOptions): Promise<void> {
  const { org, space, actor, target, type, since, until, everything = false } = options;
  const isBounded = [org, space, actor, target, type, since, until].some((one) => one !== undefined);
  if (isBounded === everything) throw wrongUsage('Name what the hold covers, or --everything.');
  const remote = await connect(options);
  const organization = org === undefined ? null : await organizationOf(remote, org);
  const place = space === undefined ? null : await spaceOf(remote, space, organization);
  const now = systemClock();
  const body = {
    name,
    reason: options.reason,
    ...(organization !== null && { organization_guid: organization.guid }),
    ...(place !== null && { space_guid: place.guid }),
    ...(actor !== undefined && { actor_guid: actor }),
    ...(target !== undefined && { target_guid: target }),
    ...(type !== undefined && { types: type }),
    ...(since !== undefined && { from: pointInTime(since, now, 'down') }),
    ...(until !== undefined && { until: pointInTime(until, now, 'up') }),
  };
  const made = await sent(remote, 'POST', '/api/holds', body);
  if (options.json === true) return say(JSON.stringify(made, null, 2));
  const events = counted(numberAt(made, 'events') ?? 0, 'event');
  await say(`Hold ${visible(name)} stands. It covers ${events} now, and those that come.`);
}

function releaseCommand(hold: Command): void {
  serverOptions(
    hold
      .command('release')
      .summary('release a hold')
      .description('Propose to release a hold. It takes a second administrator to approve it.')
      .argument('<name>', 'name of the hold')
      .requiredOption('--reason <text>', 'why, for the record')
      .option('--json', 'print the answer as JSON'),
  )
    .addHelpText('after', '\nExample:\n  hansard hold release case-7 --reason "Settled"')
    .action(release);
}

async function release(name: string, options: ReleaseOptions): Promise<void> {
  const remote = await connect(options);
  const guid = await guidOf(remote, name);
  const answer = await sent(remote, 'POST', `/api/holds/${guid}/release`, { reason: options.reason });
  await sayChange(answer, 'The hold is released.', options.json === true);
}

async function guidOf(remote: Remote, name: string): Promise<string> {
  const holds = itemsAt(await remote.json('/api/holds'), 'resources');
  const found = holds.find((one) => textAt(one, 'name') === name || textAt(one, 'guid') === name);
  if (found === undefined) throw new CliFailure(`There is no hold "${visible(name)}".`);
  return encodeURIComponent(textAt(found, 'guid'));
}
