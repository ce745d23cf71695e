// Work that needs nobody outside is done in the request's own transaction, so that its job is born finished; clients
// that poll see COMPLETE at once (design, section 5).
import type { Action } from '../identity/role.ts';
import type { Hands } from './operation.ts';
import { newRow } from './rows.ts';
import { jobTable } from './table/jobs.ts';

/** Notes that a job has been done within this operation, and answers its guid. */
export function finishedJob(hands: Hands<Action>, operation: string): string {
  const row = { ...newRow(hands), operation, state: 'COMPLETE' };
  hands.tx.insert(jobTable, row);
  return row.guid;
}
