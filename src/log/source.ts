// The log as it is shown to others, out of the store: what the doors of the server answer, what is published as files
// and what a verifier reads.
import { AppError } from '../core/error.ts';
import { encodeBundle, tileWidth } from '../merkle/tile.ts';
import type { Readers } from '../store/contract.ts';
import { type LogSource, SourceFailure } from '../verify/source.ts';
import { checkpointIn } from './prove.ts';

type Leaves = Pick<Readers, 'tile' | 'entries' | 'minimumIndex'>;

/**
 * The first index of a tree of this size whose entry is shown. Bundles are shown whole or not at all: one of which a
 * part was disposed of is not.
 */
export async function minimumShown(
  store: Pick<Readers, 'minimumIndex'>,
  epoch: number,
  size: number,
): Promise<number> {
  const first = await store.minimumIndex(epoch);
  return Math.min(Math.ceil(first / tileWidth) * tileWidth, size);
}

/** A bundle of entries as bytes. Throws ResourceNotFound where one of them is not there any more. */
export async function bundleOf(
  store: Leaves,
  epoch: number,
  index: number,
  width: number,
): Promise<Uint8Array> {
  const first = index * tileWidth;
  const entries = await store.entries(epoch, first, width);
  const missing = entries.indexOf(null);
  if (missing < 0) return encodeBundle(entries.map((entry) => Buffer.from(entry ?? '')));
  const minimum = await store.minimumIndex(epoch);
  throw new AppError('ResourceNotFound', [
    first + missing < minimum
      ? `The entries before ${minimum} were disposed of when their term had ended`
      : `The entry ${first + missing} is missing from the store`,
  ]);
}

/** An epoch up to a checkpoint of it, for whoever reads logs. */
export function storeSource(name: string, store: Leaves, epoch: number, note: string): LogSource {
  return {
    name,
    checkpoint: async () => note,
    tile: (tile) => store.tile(epoch, tile).catch(asSourceFailure),
    async entries(index, width) {
      const entries = await store.entries(epoch, index * tileWidth, width).catch(asSourceFailure);
      return entries.map((entry) => (entry === null ? null : Buffer.from(entry)));
    },
    minimumIndex: () => minimumShown(store, epoch, checkpointIn(note).size).catch(asSourceFailure),
  };
}

function asSourceFailure(error: unknown): never {
  if (!(error instanceof AppError)) throw error;
  throw new SourceFailure(error.status === 404 ? 'missing' : 'unreachable', `${error.message}.`);
}
