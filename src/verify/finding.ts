// What is wrong with what was verified: sentences, with the leaves that they are about as far as that can be told.
import { limits } from '../core/limits.ts';

/** The leaves first to last, both included: somewhere among them something is wrong. */
export interface LeafRange {
  readonly first: number;
  readonly last: number;
}

export interface Finding {
  /** null where it is about no leaf, such as a signature. */
  readonly leaves: LeafRange | null;
  /** A sentence. */
  readonly what: string;
}

/** Collects findings, in bounded memory. */
export class Findings {
  readonly #kept: Finding[] = [];
  #count = 0;

  /** How many there are, those that were only counted too. */
  get count(): number {
    return this.#count;
  }

  add(what: string, first?: number, last = first): void {
    this.#count += 1;
    if (this.#kept.length >= limits.findingsMax) return;
    const leaves = first === undefined || last === undefined ? null : { first, last };
    this.#kept.push({ leaves, what });
  }

  /**
   * What is about no leaf first. The others by the last leaf that they are about: the narrowest of those that overlap
   * comes first, and what merely follows from it, such as another root, comes after.
   */
  sorted(): Finding[] {
    const place = ({ leaves }: Finding): number => leaves?.last ?? -1;
    return this.#kept.toSorted(
      (a, b) => place(a) - place(b) || (b.leaves?.first ?? 0) - (a.leaves?.first ?? 0),
    );
  }
}

/** The leaves of the first finding that is about any: the first bad index, as precisely as it is known. */
export function firstBad(findings: readonly Finding[]): LeafRange | null {
  return findings.find(({ leaves }) => leaves !== null)?.leaves ?? null;
}

/** `5`, or `5 to 9`. */
export function rangeText({ first, last }: LeafRange): string {
  return first === last ? String(first) : `${first} to ${last}`;
}
