// The newest published checkpoint, remembered in a file of its own beside the store: a store that was put back to an
// older copy is behind it, and is found out (design, section 7).
import type { Random } from '../core/guid.ts';
import { contentOf, replaceKept } from './key-file.ts';

export interface Remembered {
  /** The whole note; null where none was written yet. */
  read(): string | null;
  /** Resolves when it is durable. */
  write(note: string): Promise<void>;
}

export function rememberedIn(path: string, random: Random): Remembered {
  return { read: () => contentOf(path), write: (note) => replaceKept(path, random, note) };
}
