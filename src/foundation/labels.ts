// Labels and annotations change together with the resource that they belong to, and go with it. What keys and values
// may look like is decided where requests are read (http/v3/labels.ts).
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import type { Transaction } from '../store/contract.ts';
import type { Table } from '../store/table.ts';
import {
  annotationTable,
  entriesOf,
  type LabelledType,
  labelTable,
  type Metadata,
  metadataByGuid,
  noMetadata,
  splitKey,
} from './table/labels.ts';

/** null takes an entry away; what is not named stays. */
export type EntryChanges = readonly (readonly [key: string, value: string | null])[];

export interface MetadataChanges {
  readonly labels: EntryChanges;
  readonly annotations: EntryChanges;
}

/** What requests want that know of neither. */
export const noMetadataChanges: MetadataChanges = { labels: [], annotations: [] };

/** Brings labels and annotations of a resource to what a request wants, and answers all that it has then. */
export function changeMetadata(
  tx: Transaction,
  type: LabelledType,
  guid: string,
  changes: MetadataChanges,
): Metadata {
  changeEntries(tx, labelTable, type, guid, changes.labels);
  changeEntries(tx, annotationTable, type, guid, changes.annotations);
  const where = entriesOf(type, [guid]);
  const all = metadataByGuid(tx.find(labelTable, { where }), tx.find(annotationTable, { where }));
  return all.get(guid) ?? noMetadata;
}

/** Takes away what a resource that is being deleted had. */
export function removeMetadata(tx: Transaction, type: LabelledType, guid: string): void {
  tx.remove(labelTable, { resource_type: type, resource_guid: guid });
  tx.remove(annotationTable, { resource_type: type, resource_guid: guid });
}

function changeEntries(
  tx: Transaction,
  table: Table,
  type: LabelledType,
  guid: string,
  changes: EntryChanges,
): void {
  const owned = entriesOf(type, [guid]);
  const before = tx.count(table, owned);
  for (const [full, value] of changes) {
    const where = { resource_type: type, resource_guid: guid, ...splitKey(full) };
    if (value === null) tx.remove(table, where);
    else if (tx.update(table, where, { value }) === 0) tx.insert(table, { ...where, value });
  }
  const after = tx.count(table, owned);
  const most = limits.metadataEntriesMax;
  if (after <= before || after <= most) return;
  const text = `Failed to add ${changes.length} ${table.name}s because it would exceed maximum of ${most}`;
  throw new AppError('UnprocessableEntity', [text]);
}
