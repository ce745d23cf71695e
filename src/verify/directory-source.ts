// A log that was published as files: `checkpoint` and `tile/` in a folder, as any web server would serve them.
import { opendir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { limits } from '../core/limits.ts';
import { Malformed } from '../merkle/malformed.ts';
import { parseResource, tileWidth } from '../merkle/tile.ts';
import { readRegular } from './regular-file.ts';
import {
  type LogSource,
  nullIf,
  type ReadResource,
  readEntries,
  readMinimumIndex,
  readTile,
  SourceFailure,
  textOf,
} from './source.ts';

/** Whether a folder holds a published log. */
export async function isLogFolder(folder: string): Promise<boolean> {
  const checkpoint = await stat(join(folder, 'checkpoint')).catch(() => null);
  return checkpoint?.isFile() === true;
}

/** The log in a folder. */
export function directorySource(folder: string): LogSource {
  const read: ReadResource = (path, bytesMax) => readFileOf(folder, path, bytesMax);
  return {
    name: folder,
    checkpoint: async () => textOf(await read('checkpoint', limits.noteBytesMax), 'checkpoint'),
    tile: (tile) => readTile(read, tile),
    entries: (index, width) => readEntries(read, index, width),
    async minimumIndex() {
      const bytes = await read('minimum-index', 17).catch(nullIf('missing'));
      return bytes === null ? 0 : readMinimumIndex(textOf(bytes, 'minimum-index'));
    },
    beyond: (size) => firstBeyond(folder, size),
  };
}

async function readFileOf(folder: string, path: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = await readRegular(join(folder, path), bytesMax).catch((error: unknown) => {
    throw failureOf(error, path);
  });
  if (bytes.length <= bytesMax) return bytes;
  throw new SourceFailure('broken', `${path} has more than ${bytesMax} bytes.`);
}

/** What the file system says, as what it means for a log. */
function failureOf(error: unknown, path: string): SourceFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['ENOENT', 'ENOTDIR'].includes(code)) return new SourceFailure('missing', `${path} is missing.`);
  if (['EACCES', 'EPERM'].includes(code)) {
    return new SourceFailure('forbidden', `${path} may not be read: permission is denied.`);
  }
  if (error instanceof Malformed) return new SourceFailure('broken', `${path} is not a regular file.`);
  return new SourceFailure('unreachable', `${path} cannot be read: ${code || String(error)}.`);
}

/** A tile or bundle that a tree of this size does not have yet, by its path. */
async function firstBeyond(folder: string, size: number): Promise<string | null> {
  const tiles = await opendir(join(folder, 'tile'), { recursive: true }).catch(() => null);
  if (tiles === null) return null;
  for await (const entry of tiles) {
    if (!entry.isFile()) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (leavesOf(path) > size) return path;
  }
  return null;
}

/** How many leaves a tree must have before it has the resource of this path; 0 for other files. */
function leavesOf(path: string): number {
  const resource = parseResource(path);
  if (resource === null) return 0;
  const { level, index, width } = resource.kind === 'tile' ? resource.tile : { level: 0, ...resource };
  return (index * tileWidth + width) * tileWidth ** level;
}
