// hansard reference: writes the generated pages of the documentation. For developers; `npm run docs` calls it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { say } from './terminal.ts';

export function referenceCommand(program: Command): void {
  program
    .command('reference', { hidden: true })
    .summary('write the generated reference pages')
    .description('Write the generated reference pages of the documentation.')
    .argument('<folder>', 'where to write them')
    .addHelpText('after', '\nExample:\n  hansard reference docs/reference')
    .action(reference);
}

async function reference(folder: string): Promise<void> {
  const { eventReference } = await import('./reference.ts');
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'events.md');
  await writeFile(path, eventReference());
  await say(path);
}
