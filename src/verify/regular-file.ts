// Files that somebody handed over: only regular ones are read, and no more of them than was expected. A link could lead
// anywhere, a pipe would keep its reader waiting, and a device never ends.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Malformed } from '../merkle/malformed.ts';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** What `open` says of a link that it may not follow, and of a socket. */
const notRegularCodes = ['ELOOP', 'ENXIO'];

interface Opened {
  readonly file: FileHandle;
  /** Bytes, at this moment. */
  readonly size: number;
}

/** Opens a file without waiting. Rejects with Malformed where it is not a regular one, else as the file system says. */
async function openRegular(path: string): Promise<Opened> {
  const refused = new Malformed(`${basename(path)} is not a regular file`);
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw notRegularCodes.includes(code) ? refused : error;
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw refused;
    return { file, size: found.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The bytes of a file, at most one more than `bytesMax`: whoever gets that one knows that it is too long. */
export async function readRegular(path: string, bytesMax: number): Promise<Uint8Array> {
  const { file, size } = await openRegular(path);
  try {
    const bytes = Buffer.alloc(Math.min(size, bytesMax + 1));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/** The same piece by piece; all of the file where no `bytesMax` is given. */
export async function* piecesOf(
  path: string,
  bytesMax = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<Uint8Array> {
  const { file } = await openRegular(path);
  yield* file.createReadStream({ end: bytesMax, highWaterMark: 262_144 });
}
