// The verification of a data folder: of each epoch's tree against its checkpoints, of the checkpoints against the keys,
// of what must hold between the tables of the store, and of what the log must tell of. Reads alone, also beside a
// running server.
import { AppError } from './core/error.ts';
import { isDataFolder, noDataFolder } from './data-folder.ts';
import { readLeaf } from './event/leaf.ts';
import { checkpointTable, type Epoch, epochOf, epochTable, originParts } from './log/epoch.ts';
import { contentOf } from './log/key-file.ts';
import { keptVerifierKeys } from './log/keys.ts';
import { storeSource } from './log/source.ts';
import { untold } from './log/told.ts';
import { type Checkpoint, parseCheckpoint } from './merkle/checkpoint.ts';
import { parseNote, type VerifierKey } from './merkle/note.ts';
import type { Inspection } from './store/contract.ts';
import { every } from './store/table.ts';
import { type LogChecks, type LogReport, verifyLog } from './verify/log.ts';
import { checkNote } from './verify/note.ts';

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

/** Verifies a data folder. Only where no keys are given does it trust those that the folder itself lists. */
export async function verifyFolder(
  directory: string,
  inspect: (file: string) => Inspection,
  checks: FolderChecks = {},
): Promise<FolderReport> {
  if (!isDataFolder(directory)) throw new AppError('UnprocessableEntity', [noDataFolder(directory)]);
  const [epochs, faults]: [LogReport[], string[]] = [[], []];
  let unsealed = 0;
  await unlessDamaged(faults, async () => {
    const inspection = inspect(`${directory}/hansard.db`);
    try {
      await unlessDamaged(faults, async () => {
        const folder = await readFolder(directory, inspection);
        unsealed = await unsealedIn(folder);
        faults.push(...(await registerFaults(folder)));
        for (const epoch of folder.epochs.filter(isOfItself)) {
          const one = await verifyEpoch(directory, folder, epoch, checks);
          if (one !== null) epochs.push(one);
        }
      });
      faults.push(...inspection.faults());
      if (faults.length === 0) faults.push(...(await untold(inspection)));
    } finally {
      inspection.close();
    }
  });
  return { epochs, faults, unsealed };
}

/** What a damaged store makes of its reader's work is a fault of the store. */
async function unlessDamaged(faults: string[], step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (error instanceof AppError || !(error instanceof Error)) throw error;
    faults.push(`The store cannot be read: ${error.message}.`);
  }
}

/** A checkpoint as it is kept in the store or beside it. */
interface KeptNote {
  readonly note: string;
  /** null where it is none. */
  readonly checkpoint: Checkpoint | null;
  /** What it is kept as, for people. */
  readonly name: string;
  /** Whether it stands where it belongs, and all its signatures are those of the log's own keys. */
  readonly isRight: boolean;
}

interface Folder {
  readonly inspection: Inspection;
  readonly epochs: readonly Epoch[];
  /** Those that the folder lists, by the origin that they sign for. */
  readonly keys: ReadonlyMap<string, readonly VerifierKey[]>;
  /** By the number of the epoch, in the order of their sizes. */
  readonly kept: ReadonlyMap<number, readonly KeptNote[]>;
  readonly remembered: KeptNote | null;
  /** The last checkpoint of each older epoch, as the event that opened the next one tells it. */
  readonly told: readonly string[];
}

async function readFolder(directory: string, inspection: Inspection): Promise<Folder> {
  const order = [{ column: 'number', direction: 'asc' as const }];
  const epochs = (await inspection.rows(epochTable, { where: every, order })).map(epochOf);
  const folder = `${directory}/keys`;
  const keys = new Map(epochs.map(({ origin }) => [origin, keptVerifierKeys(folder, origin)]));
  const bySize = [{ column: 'size', direction: 'asc' as const }];
  const kept = new Map<number, KeptNote[]>();
  for (const row of await inspection.rows(checkpointTable, { where: every, order: bySize })) {
    const [number, size] = [Number(row.epoch), Number(row.size)];
    const name = `The checkpoint of ${size} leaves that the store keeps of epoch ${number}`;
    const one = keptNote(String(row.note), name, keys);
    const origin = epochs.find((epoch) => epoch.number === number)?.origin;
    const isPlaced = one.checkpoint?.size === size && one.checkpoint.origin === origin;
    kept.set(number, [...(kept.get(number) ?? []), { ...one, isRight: one.isRight && isPlaced }]);
  }
  const text = contentOf(`${directory}/remembered/checkpoint`);
  const beside = 'The checkpoint remembered beside the store';
  const remembered = text === null ? null : keptNote(text, beside, keys);
  return { inspection, epochs, keys, kept, remembered, told: await toldNotes(inspection, epochs) };
}

async function toldNotes(inspection: Inspection, epochs: readonly Epoch[]): Promise<string[]> {
  const notes: string[] = [];
  for (const { number } of epochs) {
    const [opening = null] = await inspection.entries(number, 0, 1);
    const leaf = opening === null ? null : readLeaf(opening);
    const event = leaf?.type === 'audit.log.epoch' ? await inspection.event('', leaf.guid) : undefined;
    const data: { readonly previous_checkpoint?: unknown } = JSON.parse(event?.data ?? '{}');
    if (typeof data.previous_checkpoint === 'string') notes.push(data.previous_checkpoint);
  }
  return notes;
}

function keptNote(note: string, name: string, keys: Folder['keys']): KeptNote {
  const { checkpoint } = checkNote(note, {});
  const own = keys.get(checkpoint?.origin ?? '');
  if (own === undefined) return { note, checkpoint, name, isRight: false };
  const { isChecked, problems, unknown } = checkNote(note, { keys: own });
  return { note, checkpoint, name, isRight: !isChecked || (problems.length === 0 && unknown.length === 0) };
}

/** Events beyond the newest checkpoint of the present epoch: not sealed yet, or not signed. */
async function unsealedIn({ inspection, kept }: Folder): Promise<number> {
  const { epoch, size, newestEventId, lastEventId } = await inspection.tree();
  const signed = kept.get(epoch)?.at(-1)?.checkpoint?.size ?? 0;
  return newestEventId - lastEventId + Math.max(0, size - signed);
}

/** What the store says of its epochs and keeps of their checkpoints must fit to each other and to the leaves. */
async function registerFaults({ inspection, epochs, kept, remembered }: Folder): Promise<string[]> {
  const { epoch: present } = await inspection.tree();
  const logs = new Set(epochs.map(({ origin }) => originParts(origin)?.log));
  const faults = [...kept.values(), remembered === null ? [] : [remembered]]
    .flat()
    .filter(({ isRight }) => !isRight)
    .map(({ name, checkpoint }) =>
      checkpoint === null || epochs.some(({ origin }) => origin === checkpoint.origin)
        ? `${name} is not as it was signed.`
        : `${name} is of ${checkpoint.origin}, which the store knows nothing of.`,
    );
  if (epochs.at(-1)?.number !== present || logs.size > 1 || !epochs.every(isOfItself))
    faults.push('The epochs that the store lists are not those of its log.');
  for (const number of await inspection.epochs()) {
    const epoch = epochs.find((one) => one.number === number);
    if (epoch === undefined)
      faults.push(`The store has leaves of epoch ${number}, which it knows nothing of.`);
    else if (number < present && !kept.has(number))
      faults.push(`Epoch ${number} has leaves, and no checkpoint signs them.`);
    else if (!(await isOpenedThen(inspection, epoch)))
      faults.push(`Epoch ${number} began at another time than the store says.`);
  }
  return faults;
}

/** Whether an epoch is named as its origin line says. */
function isOfItself({ number, origin }: Epoch): boolean {
  return originParts(origin)?.epoch === number;
}

/** The event that opens an epoch is its first leaf; a whole segment may have gone with it. */
async function isOpenedThen(inspection: Inspection, { number, openedAt }: Epoch): Promise<boolean> {
  const [opening = null] = await inspection.entries(number, 0, 1);
  return opening === null || readLeaf(opening).occurred_at === openedAt;
}

/** null where nothing of the epoch has been signed yet. */
async function verifyEpoch(
  directory: string,
  folder: Folder,
  epoch: Epoch,
  checks: FolderChecks,
): Promise<LogReport | null> {
  const { inspection, kept, remembered, told } = folder;
  const notes = kept.get(epoch.number) ?? [];
  const own = remembered?.checkpoint?.origin === epoch.origin ? [remembered] : [];
  const given = [...told, ...(checks.earlier ?? [])].filter((note) => originOf(note) === epoch.origin);
  const newest = notes.at(-1)?.note ?? own[0]?.note ?? given.at(-1);
  if (newest === undefined) return null;
  const isGiven = (checks.keys ?? []).length + (checks.policy?.logs ?? []).length > 0;
  return verifyLog(storeSource(directory, inspection, epoch.number, newest), {
    ...checks,
    ...(!isGiven && { keys: folder.keys.get(epoch.origin) ?? [] }),
    kept: notes
      .slice(0, -1)
      .filter(({ isRight }) => isRight)
      .map(({ note }) => note),
    earlier: [...own.filter(({ isRight }) => isRight).map(({ note }) => note), ...given],
  });
}

function originOf(note: string): string {
  return parseCheckpoint(parseNote(note).text).origin;
}
