// The verification of a data folder: of each epoch's tree against its checkpoints, and of what must hold between the
// tables of the store. Reads alone, also beside a running server.
import { AppError } from './core/error.ts';
import { isDataFolder, noDataFolder } from './data-folder.ts';
import { checkpointTable, type Epoch, epochOf, epochTable } from './log/epoch.ts';
import { contentOf } from './log/key-file.ts';
import { keptVerifierKeys } from './log/keys.ts';
import { storeSource } from './log/source.ts';
import { parseCheckpoint } from './merkle/checkpoint.ts';
import { parseNote } from './merkle/note.ts';
import type { Inspection } from './store/contract.ts';
import { equals, every } from './store/table.ts';
import { type LogChecks, type LogReport, verifyLog } from './verify/log.ts';

export interface FolderReport {
  /** One for each epoch of the log, in their order. */
  readonly epochs: readonly LogReport[];
  /** What does not hold in the store itself: sentences. */
  readonly faults: readonly string[];
  /** Events that no checkpoint covers yet. */
  readonly unsealed: number;
}

/** What somebody who verifies knows beforehand, and who wants to hear how far it is. */
export type FolderChecks = LogChecks;

/** Whether nothing was found. */
export function holds({ epochs, faults }: FolderReport): boolean {
  return faults.length === 0 && epochs.every(({ findingsCount }) => findingsCount === 0);
}

/** Verifies a data folder. Without keys of its own it trusts those that the folder itself lists, and says so. */
export async function verifyFolder(
  directory: string,
  inspect: (file: string) => Inspection,
  checks: FolderChecks = {},
): Promise<FolderReport> {
  if (!isDataFolder(directory)) throw new AppError('UnprocessableEntity', [noDataFolder(directory)]);
  const inspection = inspect(`${directory}/hansard.db`);
  try {
    const { newestEventId, lastEventId } = await inspection.tree();
    const epochs: LogReport[] = [];
    const remembered = contentOf(`${directory}/remembered/checkpoint`);
    const list = await epochsOf(inspection);
    for (const epoch of list) {
      const report = await verifyEpoch(directory, inspection, epoch, remembered, checks);
      if (report !== null) epochs.push(report);
    }
    const faults = [...inspection.faults(), ...foreign(remembered, list)];
    return { epochs, faults, unsealed: newestEventId - lastEventId };
  } finally {
    inspection.close();
  }
}

/** null where nothing of the epoch has been signed yet. */
async function verifyEpoch(
  directory: string,
  inspection: Inspection,
  epoch: Epoch,
  remembered: string | null,
  checks: FolderChecks,
): Promise<LogReport | null> {
  const notes = await notesOf(inspection, epoch.number);
  const newest = notes.at(-1);
  if (newest === undefined) return null;
  const keys = [
    ...(checks.keys ?? []),
    ...(checks.policy === undefined ? keptVerifierKeys(`${directory}/keys`, epoch.origin) : []),
  ];
  const own = remembered !== null && originOf(remembered) === epoch.origin ? [remembered] : [];
  const known = (checks.earlier ?? []).filter((note) => originOf(note) === epoch.origin);
  return verifyLog(storeSource(directory, inspection, epoch.number, newest), {
    ...checks,
    keys,
    earlier: [...notes.slice(0, -1), ...own, ...known],
  });
}

async function epochsOf(inspection: Inspection): Promise<Epoch[]> {
  const order = [{ column: 'number', direction: 'asc' as const }];
  return (await inspection.rows(epochTable, { where: every, order })).map(epochOf);
}

async function notesOf(inspection: Inspection, epoch: number): Promise<string[]> {
  const order = [{ column: 'size', direction: 'asc' as const }];
  const rows = await inspection.rows(checkpointTable, { where: equals('epoch', epoch), order });
  return rows.map(({ note }) => String(note));
}

/** A checkpoint remembered beside the store that is of none of its epochs. */
function foreign(remembered: string | null, epochs: readonly Epoch[]): string[] {
  const origin = remembered === null ? null : originOf(remembered);
  if (origin === null || epochs.some((epoch) => epoch.origin === origin)) return [];
  return [`The checkpoint remembered beside the store is of ${origin}, which the store knows nothing of.`];
}

function originOf(note: string): string {
  return parseCheckpoint(parseNote(note).text).origin;
}
