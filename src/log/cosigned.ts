// The cosignatures of checkpoints as a process holds them: those of the newest one that somebody cosigned, those of the
// newest that meets the policy, and how far each witness has come.
import { formatNote, type NoteSignature, parseNote } from '../merkle/note.ts';
import type { Cosignature } from './witness-table.ts';

interface Collected {
  readonly size: number;
  /** As the log itself signed it. */
  readonly note: string;
  /** By witness. */
  readonly signatures: Map<string, NoteSignature>;
}

export class Cosigned {
  /** By the checkpoints' texts: the same tree may be signed again, with another key. */
  readonly #collected = new Map<string, Collected>();
  readonly #sizes = new Map<string, number>();
  readonly #isMet: (note: string) => boolean;
  #shown: Collected | null = null;

  /** @param known in any order. @param isMet whether a whole note meets the policy. */
  constructor(known: readonly Cosignature[], isMet: (note: string) => boolean) {
    this.#isMet = isMet;
    for (const cosignature of known.toSorted((one, other) => one.size - other.size)) this.add(cosignature);
  }

  add({ note, size, witness, signature }: Cosignature): void {
    const text = textOf(note);
    const collected = this.#collected.get(text) ?? { size, note, signatures: new Map() };
    collected.signatures.set(witness, signature);
    this.#collected.set(text, collected);
    this.#sizes.set(witness, Math.max(size, this.sizeOf(witness)));
    if (size >= (this.#shown?.size ?? 0) && this.#isMet(this.merged(note))) this.#shown = collected;
    for (const [other, { size: older }] of this.#collected) {
      if (older < size && this.#collected.get(other) !== this.#shown) this.#collected.delete(other);
    }
  }

  /** Whether the witness has cosigned this very checkpoint. */
  has(note: string, witness: string): boolean {
    return this.#collected.get(textOf(note))?.signatures.has(witness) ?? false;
  }

  /** The largest size that the witness has cosigned, as far as is known. */
  sizeOf(witness: string): number {
    return this.#sizes.get(witness) ?? 0;
  }

  /** The note with the cosignatures of its text. */
  merged(note: string): string {
    const { text, signatures } = parseNote(note);
    const more = this.#collected.get(text)?.signatures.values() ?? [];
    return formatNote({ text, signatures: [...signatures, ...more] });
  }

  /** The newest note that meets the policy, with its cosignatures. */
  shown(): string | null {
    return this.#shown === null ? null : this.merged(this.#shown.note);
  }
}

function textOf(note: string): string {
  return parseNote(note).text;
}
