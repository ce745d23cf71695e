// "Did you mean": the known word that somebody who typed another one most likely meant. For error sentences
// only.

/** Longer words are no slips of the hand, and the comparison costs the product of the lengths. */
const charactersMax = 255;

/**
 * The candidate nearest to a word, or null where none is near: one that begins with the word, the shortest
 * first; else the one with the fewest edits, if they are at most a third of the word. Letter case is ignored,
 * and the earlier candidate wins a tie.
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase();
  if (typed === '' || typed.length > charactersMax) return null;
  const longer = candidates.filter((candidate) => candidate.toLowerCase().startsWith(typed));
  if (longer.length > 0 && typed.length > 2) {
    return longer.reduce((best, candidate) => (candidate.length < best.length ? candidate : best));
  }
  let best: string | null = null;
  let fewest = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - typed.length) >= fewest) continue;
    const edits = editDistance(typed, candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}

/** Characters to insert, remove, replace or swap with their neighbour to make one word of the other. */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = [at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (same ? 0 : 1)];
      if (swapped && i > 1 && j > 1) edits.push(at(older, j - 2) + 1);
      next.push(Math.min(...edits));
    }
    [older, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
