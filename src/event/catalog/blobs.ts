// Events on stored files that nothing refers to any more.
import { type CatalogEntry, noun } from './entry.ts';

export const blobs: readonly CatalogEntry[] = [
  noun('blob').delete('blob.remove_orphan', '2017-05-31', 'The platform removed the orphaned file {target}', {
    auditClass: 'system-event',
    severity: 'info',
  }),
];
