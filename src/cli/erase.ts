// hansard erase: what one event says goes before its term, when two people want it.
import type { Command } from 'commander';
import { sayChange, sent } from './change.ts';
import { wrongUsage } from './failure.ts';
import { connect, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';

interface EraseOptions extends SessionChoice {
  readonly data?: boolean;
  readonly names?: boolean;
  readonly reason: string;
  readonly origin?: string;
  readonly json?: boolean;
}

export function eraseCommand(program: Command): void {
  serverOptions(
    program
      .command('erase')
      .summary('erase what one event says')
      .description(
        'Propose to erase the data or the names of one event. Who, what and when by guid, and every proof, stay.',
      )
      .argument('<guid>', 'of the event')
      .option('--data', 'what was asked for')
      .option('--names', 'names of people and things, and where the request came from')
      .requiredOption('--reason <text>', 'why, for the record; say nothing in it that is to be erased')
      .option('--origin <name>', 'where several origins have an event of this guid')
      .option('--json', 'print the answer as JSON'),
  )
    .addHelpText(
      'after',
      `
It takes a second administrator to approve it; where there is none, it waits for seven days. What a hold covers
cannot be erased. Other events about the same people or things stay as they are.

Example:
  hansard erase 0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01 --data --reason "A password in a description"`,
    )
    .action(erase);
}

async function erase(guid: string, options: EraseOptions): Promise<void> {
  const { data = false, names = false, reason, origin } = options;
  if (!data && !names) throw wrongUsage('Say what goes: --data, --names or both.');
  const parts = [...(data ? ['data'] : []), ...(names ? ['particulars'] : [])];
  const body = { event_guid: guid, parts, reason, ...(origin !== undefined && { origin }) };
  await sayChange(
    await sent(await connect(options), 'POST', '/api/erasures', body),
    '',
    options.json === true,
  );
}
