// An export is announced to the log before it is made: what a Hansard then knows of it, and what it answers.
import { fieldAt, itemsAt, numberAt, parsed, textAt } from '../export/field.ts';
import { refusal, textOf } from './exchange.ts';
import { CliFailure } from './failure.ts';
import type { Remote } from './remote.ts';

/** What is asked for, as it is recorded. */
export interface ExportWish {
  readonly format: string;
  readonly recipe: string | null;
  /** Conditions in words. */
  readonly filters: readonly string[];
  readonly evidence: boolean;
}

/** A checkpoint that the events of an export can be proved by. */
export interface Head {
  readonly epoch: number;
  readonly origin: string;
  readonly note: string;
}

export interface Notice {
  /** Guid of the event that records the export. */
  readonly id: string;
  /** One of each epoch, the present one last. */
  readonly heads: readonly Head[];
}

/**
 * Records the export where the server is a Hansard; null where it is another platform, which has no log. Throws
 * CliFailure where it is refused: nothing is exported then.
 */
export async function announced(remote: Remote, wish: ExportWish): Promise<Notice | null> {
  if (!(await isHansard(remote))) return null;
  const answer = await remote.send('/api/exports', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  });
  if (!answer.ok) throw await refusal(answer);
  const json = parsed(await textOf(answer));
  const heads = itemsAt(json, 'checkpoints').map(headOf);
  const id = textAt(json, 'id');
  if (id === '') throw new CliFailure('The server did not say how it has recorded the export.');
  return { id, heads };
}

/** Its root names it; a platform that answers something else there is another one. */
async function isHansard(remote: Remote): Promise<boolean> {
  const answer = await remote.send('/');
  const root = parsed(await textOf(answer));
  return answer.ok && fieldAt(root, 'links', 'hansard') !== undefined;
}

function headOf(json: unknown): Head {
  return {
    epoch: numberAt(json, 'epoch') ?? 0,
    origin: textAt(json, 'origin'),
    note: textAt(json, 'note'),
  };
}
