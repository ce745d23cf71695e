// Imports, permitted: each batch carries the right to import and is looked at once more in the writer, so that an
// import does not go on after whoever began it has lost that right. The lines themselves are log/import.ts's.
import { AppError } from '../core/error.ts';
import type { Permit } from '../identity/permit.ts';
import { allowed } from '../identity/role.ts';
import { type ImportBatch, type ImportCounts, importLines } from '../log/import.ts';
import type { Scene, Transaction } from '../store/contract.ts';
import { standingOf } from './sight.ts';

/** A batch as it crosses to the writer. */
export interface PermittedBatch extends ImportBatch {
  readonly permit: Permit<'event.import'>;
}

/** Takes one batch. Throws NotAuthorized (403) where the permit is none, or none any more. */
export function importPermitted(tx: Transaction, batch: PermittedBatch, scene: Scene): ImportCounts {
  const { permit } = batch;
  if (permit.action !== 'event.import' || !allowed(standingOf({ tx, permit }), permit.action, permit.where))
    throw new AppError('NotAuthorized');
  return importLines(tx, batch, scene);
}
