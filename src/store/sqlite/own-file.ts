// Files for their owner alone, from before their first byte: SQLite gives journals and the like the mode of their
// database, and fills one that is there and empty.
import { chmodSync, closeSync, openSync } from 'node:fs';

/** Makes the file where there is none; either way nobody else can read it. */
export function ownFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}
