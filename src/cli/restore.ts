// `hansard restore`: a data folder out of a backup, verified, and never as if nothing had happened since.
import type { Command } from 'commander';
import { settings } from '../config.ts';
import { tell } from './terminal.ts';

interface RestoreOptions {
  readonly data?: string;
  readonly replace?: boolean;
}

export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .summary('make a data folder of a backup')
    .description('Verify a backup and make a data folder of it. No server may have the folder open.')
    .argument('<folder>', 'the backup')
    .option(`--${settings.data.flag} <folder>`, `${settings.data.about} (default: ${settings.data.fallback})`)
    .option('--replace', 'a data folder that is there is kept under another name')
    .addHelpText(
      'after',
      `
The log may have gone on after the backup was taken: its checkpoints are signed and known to others. So the
next start only reads, until it is told once that the restore is meant (hansard serve --accept-restore). Then
a new epoch of the log begins, whose first entry holds the last checkpoints of both.

Example:
  hansard restore /backups/hansard-2026-11-22 --data /var/lib/hansard --replace`,
    )
    .action(async (copy: string, options: RestoreOptions) => {
      const { restoreTo } = await import('../compose.ts');
      const data = options.data ?? process.env.HANSARD_DATA ?? settings.data.fallback;
      const { replaced, needsAcceptance } = await restoreTo(copy, data, options.replace === true);
      tell(`${data} is ${copy} again, verified.`);
      if (replaced !== null) tell(`What was there before is now ${replaced}.`);
      if (needsAcceptance) {
        tell(`Start it once with: hansard serve --data ${data} --accept-restore`);
        tell('A new epoch begins then: give its verifier keys to whoever verifies (hansard key export).');
      }
    });
}
