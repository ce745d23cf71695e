// hansard org: an organization by its name.
import type { Command } from 'commander';
import { organizationOf } from './places.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';
import { aligned, say, visible } from './terminal.ts';

interface OrgOptions extends SessionChoice {
  readonly guid?: boolean;
}

export function orgCommand(program: Command): void {
  serverOptions(
    program
      .command('org')
      .summary('look up an organization')
      .description('Look up an organization by its name.')
      .argument('<name>', 'name of the organization')
      .option('--guid', 'print the guid alone, for scripts'),
  )
    .addHelpText('after', '\nExample:\n  GUID=$(hansard org my-org --guid)')
    .action(org);
}

async function org(name: string, options: OrgOptions): Promise<void> {
  const { guid, name: found } = await organizationOf(await connect(options), name);
  if (options.guid === true) return say(guid);
  for (const line of aligned([
    ['Name:', visible(found)],
    ['GUID:', guid],
  ]))
    await say(line);
}
