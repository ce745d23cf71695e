// `hansard backup`: a consistent copy of a data folder, also while a server writes to it.
import type { Command } from 'commander';
import { settings } from '../config.ts';
import { counted, tell } from './terminal.ts';

export function backupCommand(program: Command): void {
  program
    .command('backup')
    .summary('copy a data folder, also while a server runs')
    .description('Copy the store and the keys of a data folder, consistently, also while a server runs.')
    .argument('<folder>', 'where the copy goes; must not exist yet')
    .option(`--${settings.data.flag} <folder>`, `${settings.data.about} (default: ${settings.data.fallback})`)
    .addHelpText(
      'after',
      `
The copy is as secret as the data folder: it holds the log, and the keys that sign it and its tokens. It is
verified against the log's newest checkpoint before it gets its name, and the log tells of it as an event.

Example:
  hansard backup --data /var/lib/hansard /backups/hansard-2026-11-22`,
    )
    .action(async (target: string, options: { data?: string }) => {
      const { backupOf } = await import('../compose.ts');
      const data = options.data ?? process.env.HANSARD_DATA ?? settings.data.fallback;
      const { bytes, leaves } = await backupOf(data, target);
      const size = `${(bytes / 1_048_576).toFixed(1)} MiB`;
      tell(`Copied ${data} to ${target}: ${size}, verified, ${counted(leaves, 'sealed event')}.`);
    });
}
