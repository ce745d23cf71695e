// What is kept of the log's witnesses: the cosignatures of the newest checkpoints, and what each witness made of the log
// when that last changed. A change is an event; the cosignatures themselves are none, or the log would grow by itself.
import { createHash } from 'node:crypto';
import { limits } from '../core/limits.ts';
import { parseCosignatures } from '../merkle/add-checkpoint.ts';
import { formatVerifierKey, type NoteSignature, signatureLine, type VerifierKey } from '../merkle/note.ts';
import type { Readers, Scene, Transaction } from '../store/contract.ts';
import { all, equals, type Row, type Table } from '../store/table.ts';
import { append, type Doer } from './append.ts';
import { notable } from './notes.ts';

/** `note`: the checkpoint as the log signed it, so that it can be shown when the log keeps it no longer. */
export const cosignatureTable: Table = {
  name: 'cosignature',
  columns: {
    epoch: 'integer',
    witness: 'text',
    size: 'integer',
    note: 'text',
    signature_line: 'text',
    at: 'instant',
  },
  key: ['epoch', 'witness', 'size'],
  unique: [],
  indexes: [['epoch', 'size']],
  bookkeeping: true,
};

/** What each witness makes of the log, and since when. */
export const witnessTable: Table = {
  name: 'witness',
  columns: { witness: 'text', state: 'text', since: 'instant' },
  key: ['witness'],
  unique: [],
  indexes: [],
  bookkeeping: true,
};

export interface Cosignature {
  readonly epoch: number;
  /** `witnessId` of its key. */
  readonly witness: string;
  readonly size: number;
  readonly note: string;
  readonly signature: NoteSignature;
}

/** `ahead`: it has cosigned a tree that this log does not go on from. */
export type WitnessState = 'cosigning' | 'failing' | 'ahead';

/** A witness makes something else of the log than before. */
export interface WitnessChange {
  readonly witness: string;
  /** As the policy calls it. */
  readonly name: string;
  readonly state: WitnessState;
  /** The size that it is about. */
  readonly size: number;
  /** In words; null where all is well. */
  readonly reason: string | null;
}

/** What the key of a witness is known by here, whatever a policy calls it: SHA-256 of its vkey, in hex. */
export function witnessId(key: VerifierKey): string {
  return createHash('sha256').update(formatVerifierKey(key)).digest('hex');
}

/** The cosignatures of one epoch, those of the largest trees first. */
export async function readCosignatures(store: Pick<Readers, 'rows'>, epoch: number): Promise<Cosignature[]> {
  const rows = await store.rows(cosignatureTable, {
    where: equals('epoch', epoch),
    order: [{ column: 'size', direction: 'desc' }],
  });
  return rows.flatMap(cosignaturesOf);
}

/** A cosignature to be kept. `shown`: the size of the checkpoint that is shown, whose cosignatures all stay. */
export interface KeptCosignature extends Cosignature {
  readonly shown: number | null;
}

/** Work: keeps a cosignature, and lets go of the oldest where there are too many by this witness. */
export function keepCosignature(
  tx: Transaction,
  { epoch, witness, size, note, signature, shown }: KeptCosignature,
  scene: Scene,
): null {
  tx.remove(cosignatureTable, { epoch, witness, size });
  const signed = { signature_line: signatureLine(signature), at: scene.now() };
  tx.insert(cosignatureTable, { epoch, witness, size, note, ...signed });
  const [tooOld] = tx.find(cosignatureTable, {
    where: all(equals('epoch', epoch), equals('witness', witness), {
      kind: 'not',
      of: equals('size', shown ?? size),
    }),
    order: [{ column: 'size', direction: 'desc' }],
    offset: limits.cosignaturesKept,
    limit: 1,
  });
  if (tooOld !== undefined) tx.remove(cosignatureTable, { epoch, witness, size: Number(tooOld.size) });
  return null;
}

/** Work: records what a witness makes of the log, unless that is what it made of it before. */
export function recordWitness(
  tx: Transaction,
  { doer, witness, name, state, size, reason }: WitnessChange & { readonly doer: Doer },
  scene: Scene,
): null {
  if (tx.get(witnessTable, { witness })?.state === state) return null;
  return append(tx, scene, doer, (since) => {
    tx.remove(witnessTable, { witness });
    tx.insert(witnessTable, { witness, state, since });
    const event = {
      type: state === 'ahead' ? 'audit.log.witness_ahead' : 'audit.log.witness',
      target: { type: 'witness', guid: witness },
      targetName: name.slice(0, limits.nameCharactersMax),
      data: { state, size, ...(reason !== null && { reason: notable(reason) }) },
      outcome: state === 'cosigning' ? ('success' as const) : ('failure' as const),
    };
    return { events: [event], result: null };
  });
}

function cosignaturesOf(row: Row): Cosignature[] {
  return parseCosignatures(String(row.signature_line)).map((signature) => ({
    epoch: Number(row.epoch),
    witness: String(row.witness),
    size: Number(row.size),
    note: String(row.note),
    signature,
  }));
}
