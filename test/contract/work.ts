// What the contract suite asks a store's writer to do: rows and events without the floors above.
import { AppError } from '../../src/core/error.ts';
import type { Erasable, EventRow, Particulars, Party } from '../../src/event/event.ts';
import { roleTable } from '../../src/identity/role.ts';
import type { Expiry, SegmentDrop, Transaction, WorkTable } from '../../src/store/contract.ts';
import { UniqueViolation } from '../../src/store/contract.ts';
import { equals, type Row, type RowQuery } from '../../src/store/table.ts';

export const thingTable = roleTable;

interface Insertion {
  readonly rows: readonly Row[];
  readonly events?: readonly EventRow[];
  /** Throws after everything was written. */
  readonly fail?: 'refusal' | 'defect';
}

function insert(tx: Transaction, { rows, events = [], fail }: Insertion): number {
  for (const row of rows) tx.insert(thingTable, row);
  if (events.length > 0) tx.append(events);
  if (fail === 'refusal') throw new AppError('UnprocessableEntity', ['asked to fail']);
  if (fail === 'defect') throw new TypeError('asked to break');
  return tx.count(thingTable, { kind: 'every' });
}

export const work: WorkTable = {
  insert,
  append: (tx: Transaction, events: readonly EventRow[]) => tx.append(events),
  open: (tx: Transaction, { epoch, opening }: { epoch: number; opening: EventRow }) => {
    tx.beginTree(epoch, tx.append([opening]));
    return null;
  },
  supplement: (tx: Transaction, { id, particulars }: { id: number; particulars: Particulars }) => {
    tx.supplement(id, particulars);
    return null;
  },
  erase: (tx: Transaction, { id, parts }: { id: number; parts: readonly Erasable[] }) => {
    tx.erase(id, parts);
    return null;
  },
  dispose: (tx: Transaction, { expiry, ids }: { expiry: Expiry; ids: readonly number[] }) =>
    tx.dispose(expiry, ids),
  drop: (tx: Transaction, drop: SegmentDrop) => {
    tx.dropSegment(drop);
    return null;
  },
  sweep: (tx: Transaction) => tx.sweep(),
  about: (tx: Transaction, { type, target }: { type: string; target: Party }) => tx.about(type, target),
  originsOf: (tx: Transaction, guid: string) => tx.originsOf(guid),
  event: (tx: Transaction, { origin, guid }: { origin: string; guid: string }) =>
    tx.event(origin, guid) ?? null,
  find: (tx: Transaction, query: RowQuery) => tx.find(thingTable, query),
  change: (tx: Transaction, { guid, type }: { guid: string; type: string }) => ({
    changed: tx.update(thingTable, { guid }, { type }),
    touched: [...tx.touched],
    row: tx.get(thingTable, { guid }) ?? null,
  }),
  remove: (tx: Transaction, guid: string) => tx.remove(thingTable, { guid }),
  twice: (tx: Transaction, row: Row) => {
    tx.insert(thingTable, row);
    try {
      tx.insert(thingTable, { ...row, guid: `${row.guid}-again` });
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      return {
        table: error.table,
        columns: error.columns,
        kept: tx.count(thingTable, equals('guid', row.guid as string)),
      };
    }
    return null;
  },
};
