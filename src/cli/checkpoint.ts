// hansard checkpoint: the log sealed to this moment, its witnesses asked, and the checkpoint as the signed note that it
// is: on standard output nothing else, so that it can be kept as it comes.
import type { Command } from 'commander';
import { fieldAt, itemsAt, numberAt, textAt } from '../export/field.ts';
import { type DirectoryOptions, directoryOptions, inDirectory } from './directory.ts';
import { CliFailure } from './failure.ts';
import { outputSink } from './output.ts';
import { counted, tell, visible } from './terminal.ts';

interface CheckpointOptions extends DirectoryOptions {
  readonly json?: boolean;
}

export function checkpointCommand(program: Command): void {
  const command = program
    .command('checkpoint')
    .summary('seal the log now and print its checkpoint')
    .description(
      "Seal everything that is in the log, ask its witnesses to cosign, and print the newest checkpoint: the tree's " +
        'size and root, signed. Whoever keeps it can prove later that nothing before it was changed.',
    )
    .option('--json', 'with what each witness answered, as JSON');
  directoryOptions(command)
    .addHelpText(
      'after',
      `
Exit code 1 where a witness has seen another log than this, or the cosignatures do not meet the policy.

Examples:
  hansard checkpoint > checkpoint-2026-11-22.txt
  hansard checkpoint --json --data ./data

On a server this is for administrators.`,
    )
    .action(run);
}

async function run(options: CheckpointOptions): Promise<void> {
  const answer = await inDirectory(
    options,
    (remote) => remote.json('/log/checkpoint', { method: 'POST' }),
    async ({ log }): Promise<unknown> => {
      const { checkpointNow } = await import('../http/log/witnesses.ts');
      return checkpointNow(log);
    },
  );
  const note = textAt(answer, 'checkpoint');
  const output = outputSink();
  await output.write(options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : note);
  await output.finish();
  const witnesses = itemsAt(answer, 'witnesses');
  for (const witness of witnesses) tell(sentenceOf(witness));
  if (witnesses.some((witness) => textAt(witness, 'state') === 'ahead')) {
    throw new CliFailure(
      'A witness has seen another log than this: it was put back to an older copy, changed or forked.',
    );
  }
  if (fieldAt(answer, 'published') !== note) {
    throw new CliFailure(
      'The cosignatures do not meet the witness policy: this checkpoint is not published yet.',
    );
  }
}

function sentenceOf(witness: unknown): string {
  const name = visible(textAt(witness, 'name'));
  const leaves = counted(numberAt(witness, 'size') ?? 0, 'leaf', 'leaves');
  if (textAt(witness, 'state') === 'cosigned') return `Witness ${name} has cosigned it: ${leaves}.`;
  return `Witness ${name} has not cosigned it: ${visible(textAt(witness, 'reason'))}.`;
}
