// What a folder holds of an earlier publication, and where each tree of the log has its place in it. All of it is checked
// before anything is written: that nothing else is there, that it is this log, and that no tree was another before.
import { join } from 'node:path';
import { unprocessable } from '../core/error.ts';
import type { Checkpoint } from '../merkle/checkpoint.ts';
import { Malformed } from '../merkle/malformed.ts';
import { consistencyProof, verifyConsistency } from '../merkle/proof.ts';
import { nodesFrom } from '../merkle/tile.ts';
import { directorySource } from '../verify/directory-source.ts';
import { attempt, type LogSource, nullIf, SourceFailure } from '../verify/source.ts';
import { originParts } from './epoch.ts';
import { checkpointIn } from './prove.ts';
import { epochPlace, foreignIn, isThere } from './published-file.ts';

/** One tree of the log as its checkpoint signs it. */
export interface SignedEpoch {
  readonly number: number;
  readonly source: LogSource;
  readonly checkpoint: Checkpoint;
}

/** Where a tree is written. */
export interface Place<E extends SignedEpoch> {
  readonly epoch: E;
  readonly folder: string;
  /** What was published of it there before. */
  readonly earlier: Checkpoint | null;
}

export interface Layout<E extends SignedEpoch> {
  /** In the order of the epochs. */
  readonly places: readonly Place<E>[];
  /** The number of the older epoch that stands at the top and has to leave it; null where there is none. */
  readonly leaving: number | null;
  /** Whether what is at the top has been laid aside, by a publication that was then cut off. */
  readonly isAside: boolean;
}

/**
 * The places of all epochs, the present one last. Throws UnprocessableEntity where the folder holds anything else than
 * this log. An older epoch may be longer there than in the log, which was then put back to an older copy.
 */
export async function layoutOf<E extends SignedEpoch>(
  folder: string,
  epochs: readonly E[],
  present: E,
): Promise<Layout<E>> {
  const foreign = await foreignIn(folder);
  if (foreign !== null) {
    throw unprocessable(`${folder} holds something else than a log (${foreign}): name another folder.`);
  }
  const top = await publishedIn(folder);
  const leaving = top === null ? null : leavingEpoch(folder, top, epochs, present);
  const isAside = top !== null && leaving !== null && (await wasLaidAside(folder, leaving, top));
  const places: Place<E>[] = [];
  for (const epoch of epochs) {
    const isAtTop = leaving === null ? epoch === present : epoch.number === leaving && !isAside;
    const place = isAtTop ? folder : join(folder, epochPlace(epoch.number));
    const earlier = await publishedIn(place);
    if (earlier !== null)
      await checkHistory(folder, epoch, directorySource(place), earlier, epoch === present);
    places.push({ epoch, folder: place, earlier });
  }
  return { places, leaving, isAside };
}

/** The checkpoint that was published in a folder; null where there is none. */
export async function publishedIn(folder: string): Promise<Checkpoint | null> {
  const note = await directorySource(folder).checkpoint().catch(nullIf('missing'));
  try {
    return note === null ? null : checkpointIn(note);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw unprocessable(`${join(folder, 'checkpoint')} is no checkpoint: name another folder.`);
  }
}

/**
 * The number of the epoch at the top, null where it is the present one. A log that was put back more than once may not
 * know an epoch of its own that lies between: nobody else's may have that number.
 */
function leavingEpoch(
  folder: string,
  { origin }: Checkpoint,
  epochs: readonly SignedEpoch[],
  present: SignedEpoch,
): number | null {
  if (origin === present.checkpoint.origin) return null;
  const known = epochs.find(({ checkpoint }) => checkpoint.origin === origin);
  if (known !== undefined) return known.number;
  const [theirs, ours] = [originParts(origin), originParts(present.checkpoint.origin)];
  if (theirs === null || theirs.log !== ours?.log) {
    throw unprocessable(`${folder} holds another log, ${origin}: name another folder.`);
  }
  const isOurs = theirs.epoch < ours.epoch && epochs.every(({ number }) => number !== theirs.epoch);
  if (isOurs) return theirs.epoch;
  throw unprocessable(
    `${folder} holds ${origin}, an epoch that this log never had: two copies of it went on apart. Keep that folder, ` +
      'and name another one.',
  );
}

async function wasLaidAside(folder: string, leaving: number, top: Checkpoint): Promise<boolean> {
  const place = join(folder, epochPlace(leaving));
  const below = await publishedIn(place);
  const isSame = below?.origin === top.origin && below.size >= top.size;
  return isSame && (await isThere(join(place, 'tile')));
}

/** Of what was published of an epoch and what there is of it now, one must be the beginning of the other. */
async function checkHistory(
  folder: string,
  { source, checkpoint }: SignedEpoch,
  published: LogSource,
  earlier: Checkpoint,
  isPresent: boolean,
): Promise<void> {
  const { origin, size } = checkpoint;
  const leave = (why: string): Error => unprocessable(`${folder} is left as it is: it holds ${why}`);
  const refused = (why: string): Error => leave(`${why}. Keep it, and name another folder.`);
  if (earlier.origin !== origin) throw refused(`another log, ${earlier.origin}, in the place of ${origin}`);
  const entries = `${earlier.size} entries of ${origin}`;
  const isLonger = earlier.size > size;
  if (isLonger && isPresent) {
    throw leave(
      `${entries}, and this log has only ${size}: it was put back to an older copy. Start it once with ` +
        '--accept-restore and publish again, or name another folder.',
    );
  }
  // Whoever has the longer tree can prove it.
  const [from, to, read] = isLonger
    ? [checkpoint, earlier, nodesFrom(earlier.size, (tile) => published.tile(tile))]
    : [earlier, checkpoint, nodesFrom(size, (tile) => source.tile(tile))];
  const proof = await attempt(consistencyProof(from.size, to.size, read));
  if (proof instanceof SourceFailure) {
    if (!isLonger) throw proof;
    throw refused(`${entries}, of which ${proof.message.replace(/\.$/, '')}`);
  }
  if (verifyConsistency(from.size, from.root, to.size, to.root, proof)) return;
  throw refused(
    isLonger
      ? `${entries}, which do not begin with the ${size} of this log: one of the two was changed`
      : `${entries} that are not the first of this log: one of the two was changed`,
  );
}
