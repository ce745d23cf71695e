// The data folder by its look: what holds a store and what does not.
import { existsSync } from 'node:fs';

export function isDataFolder(directory: string): boolean {
  return existsSync(`${directory}/hansard.db`);
}

/** What is said of a folder that holds no store. */
export function noDataFolder(directory: string): string {
  return `${directory} is not a data folder: it has no hansard.db`;
}

/** A file that stands where a folder was made of a backup: the log may have gone on elsewhere since. */
export function restoredMark(directory: string): string {
  return `${directory}/remembered/restored`;
}
