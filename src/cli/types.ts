// hansard types: the catalog of event types.
import type { Command } from 'commander';
import { allEntries, type CatalogEntry, nearestType } from '../event/catalog.ts';
import { CliFailure } from './failure.ts';
import { aligned, say } from './terminal.ts';

interface TypesOptions {
  readonly json?: boolean;
}

export function typesCommand(program: Command): void {
  program
    .command('types')
    .summary('list the event types')
    .description('List the event types that are known, and what each one says. Needs no server.')
    .argument('[prefix]', 'only types that begin so; audit. may be left out')
    .option('--json', 'everything that the catalog says, as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  hansard types audit.user\n  hansard types route\n  hansard types --json',
    )
    .action(types);
}

async function types(prefix: string | undefined, options: TypesOptions): Promise<void> {
  const start = (prefix ?? '').replace(/\*$/, '');
  const found = allEntries().filter(
    (entry) => entry.type.startsWith(start) || entry.type.startsWith(`audit.${start}`),
  );
  if (found.length === 0) {
    const near = nearestType(start);
    const hint = near === null ? '' : ` Did you mean "${near}"?`;
    throw new CliFailure(`No known event type begins with "${start}".${hint}`);
  }
  if (options.json === true) return say(JSON.stringify(found, null, 2));
  for (const line of aligned(found.map((entry) => [entry.type, inWords(entry)]))) await say(line);
}

function inWords(entry: CatalogEntry): string {
  const sentence = entry.sentence.replace(/\{(\w+)\}/g, (_, place: string) => place.toUpperCase());
  return entry.until === null ? sentence : `${sentence} (until ${entry.until})`;
}
