// Events on stacks: the root file systems that apps run on.
import { type CatalogEntry, noun } from './entry.ts';

const on = noun('stack', { auditClass: 'policy-change' });

const fields = 'request request.*';

export const stacks: readonly CatalogEntry[] = [
  on.create('audit.stack.create', '2026-01-08', '{actor} created stack {target}', { fields }),
  on.update('audit.stack.update', '2026-01-08', '{actor} changed stack {target}', { fields }),
  on.delete('audit.stack.delete', '2026-01-08', '{actor} deleted stack {target}'),
];
