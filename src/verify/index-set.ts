// A set of leaf indexes that takes a bit for each index near others that it holds: an export may have millions.

/** Indexes of one page: a kibibyte of bits. */
const pageIndexes = 8_192;

export class IndexSet {
  readonly #pages = new Map<number, Uint8Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Whether the index is new. */
  add(index: number): boolean {
    const number = Math.floor(index / pageIndexes);
    const page = this.#pages.get(number) ?? new Uint8Array(pageIndexes / 8);
    this.#pages.set(number, page);
    const [place, bit] = [Math.floor((index % pageIndexes) / 8), 1 << (index % 8)];
    const byte = page[place] ?? 0;
    if ((byte & bit) !== 0) return false;
    page[place] = byte | bit;
    this.#size += 1;
    return true;
  }
}
