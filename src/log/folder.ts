// Folders where files are to go. Node's own recursive mkdir never comes back where a file system answers that a new
// folder's parent is not there although it is, as /proc does: folders are made step by step instead.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unprocessable } from '../core/error.ts';

/**
 * Makes a folder, and those above it that are missing, with these permissions. Throws UnprocessableEntity where there is
 * something else or no folder can be, and what the file system says where it may not be made.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have been faster.
    if (await isFolder(path)) return;
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EEXIST') throw unprocessable(`${path} is not a folder.`);
    if (code === 'ENOENT') throw unprocessable(`${path} cannot be made: ${parent} takes no new folders.`);
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true;
}
