// hansard target: shows or sets the organization and space that commands look at when none is named.
import type { Command } from 'commander';
import { organizationOf, spaceOf } from './places.ts';
import { connect, serverOptions } from './remote.ts';
import { keepSession, type Session, type SessionChoice } from './session.ts';
import { aligned, say, tell, visible } from './terminal.ts';
import { userOf } from './token.ts';

interface TargetOptions extends SessionChoice {
  readonly org?: string;
  readonly space?: string;
}

export function targetCommand(program: Command): void {
  serverOptions(
    program
      .command('target')
      .summary('show or set the organization and space in view')
      .description('Show the server, user, organization and space in view, or set the last two.')
      .option('-o, --org <name>', 'organization to target; its spaces are no longer targeted')
      .option('-s, --space <name>', 'space to target, in the organization'),
  )
    .addHelpText(
      'after',
      `
Examples:
  hansard target
  hansard target -o my-org -s prod

"events" and "export" look at the targeted organization, whole; --space narrows them to a space.

The cf command's session is used when Hansard has none. Setting a target then begins a session
of Hansard's own from it; cf's file is never written.`,
    )
    .action(target);
}

async function target(options: TargetOptions): Promise<void> {
  const remote = await connect(options);
  if (options.org !== undefined || options.space !== undefined) {
    const before = remote.session().organization;
    const organization = options.org === undefined ? before : await organizationOf(remote, options.org);
    const space = options.space === undefined ? null : await spaceOf(remote, options.space, organization);
    const session = remote.session();
    await keepSession({ ...session, organization, space });
    if (session.source === 'cf')
      tell('Kept as a session of Hansard\'s own; "hansard logout" goes back to cf\'s.');
    await show({ ...session, organization, space });
    return;
  }
  await show(remote.session());
}

async function show(session: Session): Promise<void> {
  const rows = [
    ['Server:', session.url],
    ['User:', visible(userOf(session.accessToken))],
    ['Organization:', visible(session.organization?.name ?? 'none targeted')],
    ['Space:', visible(session.space?.name ?? 'none targeted')],
    ['Session of:', { own: 'hansard', cf: 'cf', environment: 'the environment' }[session.source]],
  ];
  for (const line of aligned(rows)) await say(line);
}
