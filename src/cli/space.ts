// hansard space: a space by its name.
import type { Command } from 'commander';
import { organizationOf, spaceOf } from './places.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { aligned, say, visible } from './terminal.ts';

interface SpaceOptions extends SessionChoice {
  readonly org?: string;
  readonly guid?: boolean;
}

export function spaceCommand(program: Command): void {
  serverOptions(
    program
      .command('space')
      .summary('look up a space')
      .description('Look up a space by its name.')
      .argument('<name>', 'name of the space')
      .option('-o, --org <name|guid>', 'organization; default: the targeted one')
      .option('--guid', 'print the guid alone, for scripts'),
  )
    .addHelpText('after', '\nExample:\n  GUID=$(hansard space prod -o my-org --guid)')
    .action(space);
}

async function space(name: string, options: SpaceOptions): Promise<void> {
  const remote = await connect(options);
  const organization =
    options.org === undefined ? remote.session().organization : await organizationOf(remote, options.org);
  const { guid, name: found } = await spaceOf(remote, name, organization);
  if (options.guid === true) return say(guid);
  const rows = [
    ['Name:', visible(found)],
    ['Organization:', visible(organization?.name ?? '')],
    ['GUID:', guid],
  ];
  for (const line of aligned(rows)) await say(line);
}
