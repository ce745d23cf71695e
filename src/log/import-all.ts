// A whole import: lines of any number in batches through the writer, and the event that says it took place.
// Used by the HTTP door and, on a store that no server has open, by the command itself.
import { limits } from '../core/limits.ts';
import type { Outcome } from '../event/event.ts';
import type { Store } from '../store/contract.ts';
import type { Doer } from './append.ts';
import type { ImportCounts, ImportLine, Refusal } from './import.ts';

export interface ImportOrder {
  readonly origin: string;
  readonly doer: Doer;
  /**
   * The right to import as it is now, which the writer looks at once more (foundation/import.ts): asked for before
   * each batch. Throws where it has gone, and the import breaks off.
   */
  readonly permit: () => Promise<object> | object;
  readonly lines: AsyncIterable<ImportLine>;
  /** Asked once, after the last line. */
  readonly sha256: () => string;
}

export interface ImportReport extends ImportCounts {
  readonly sha256: string;
}

/** Refusals that are reported one by one; all are counted. */
const refusalsMax = 10_000;

/** Resolves when the last batch and the event of the import are durable. What breaks off leaves an event too. */
export async function importAll(
  store: Store,
  { origin, doer, permit, lines, sha256 }: ImportOrder,
): Promise<ImportReport> {
  const total = { new: 0, known: 0, refused: 0, elsewhere: 0 };
  const refusals: Refusal[] = [];
  let firstLine = 1;
  let batch: ImportLine[] = [];
  let characters = 0;
  const send = async (): Promise<void> => {
    const order = { permit: await permit(), origin, doer, firstLine, lines: batch };
    const counts = (await store.run('log.import', order)) as ImportCounts;
    total.new += counts.new;
    total.known += counts.known;
    total.refused += counts.refused;
    total.elsewhere += counts.elsewhere;
    refusals.push(...counts.refusals.slice(0, refusalsMax - refusals.length));
    firstLine += batch.length;
    batch = [];
    characters = 0;
  };
  const end = async (outcome: Outcome): Promise<string> => {
    const digest = sha256();
    await store.run('log.importEnd', { origin, doer, sha256: digest, counts: total, outcome });
    return digest;
  };
  try {
    for await (const line of lines) {
      batch.push(line);
      if (typeof line === 'string') characters += line.length;
      if (batch.length >= limits.importBatchLines || characters >= limits.importBatchCharactersMax)
        await send();
    }
    if (batch.length > 0) await send();
  } catch (error) {
    // Who took in what, and from where, is told also of an import that broke off.
    if (firstLine > 1) await end('failure').catch(() => undefined);
    throw error;
  }
  return { ...total, refusals, sha256: await end('success') };
}
