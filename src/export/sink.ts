// Where an export goes. A file appears under its own name only when it is whole and on the disk; until then it is
// FILE.<random>.part in the same folder. Devices, pipes and streams are written as they are, at their reader's pace.
import { constants, rmSync } from 'node:fs';
import { open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { type Random, systemRandom } from '../core/guid.ts';

export interface Sink {
  write(text: string): Promise<void>;
  /** Everything is there: only now does a file get its name. */
  finish(): Promise<void>;
  /** Nothing is to remain of it. */
  abandon(): Promise<void>;
  /** The same without waiting, for a process that ends now. */
  abandonNow(): void;
}

/** Rows are small and writes are not free: this much is collected first. */
const pieceCharacters = 65_536;

/**
 * A file that is either whole or as it was before; links are followed and permissions kept. What is no regular file
 * is written into and never replaced. Throws what the file system says, EISDIR for a folder.
 */
export async function fileSink(path: string, random: Random = systemRandom): Promise<Sink> {
  const found = await unlessMissing(stat(path));
  if (isDescriptor(path) || (found !== null && !found.isFile())) return deviceSink(path);
  return wholeFileSink(await followed(path), found === null ? null : found.mode & 0o7777, random);
}

/** Whether a path is a regular file, or would become one. */
export async function isRegular(path: string): Promise<boolean> {
  const found = await unlessMissing(stat(path));
  return !isDescriptor(path) && found?.isFile() !== false;
}

/** Names of what is open already: a rename would replace the name and not reach what is open. */
function isDescriptor(path: string): boolean {
  return /^\/(dev\/(fd\/|std)|proc\/)/.test(resolve(path));
}

async function deviceSink(path: string): Promise<Sink> {
  const file = await open(path, constants.O_WRONLY | constants.O_APPEND);
  return {
    async write(text) {
      await file.appendFile(text);
    },
    finish: () => file.close(),
    abandon: () => file.close().catch(() => undefined),
    abandonNow() {},
  };
}

/** `mode` is that of the file which is replaced, null where there is none. */
async function wholeFileSink(path: string, mode: number | null, random: Random): Promise<Sink> {
  const part = `${path}.${Buffer.from(random(6)).toString('hex')}.part`;
  const file = await open(part, 'wx', mode ?? 0o666);
  // What the process masks out of new files is not masked out of a file that had it.
  if (mode !== null) await file.chmod(mode);
  return {
    async write(text) {
      await file.appendFile(text);
    },
    async finish() {
      await file.sync();
      await file.close();
      await rename(part, path);
      await syncFolder(dirname(path));
    },
    async abandon() {
      await file.close().catch(() => undefined);
      await rm(part, { force: true });
    },
    abandonNow() {
      rmSync(part, { force: true });
    },
  };
}

/** Where links lead, also one whose file is still to come. */
async function followed(path: string): Promise<string> {
  const real = await unlessMissing(realpath(path));
  if (real !== null) return real;
  const link = await readlink(path).catch(() => null);
  return link === null ? path : followed(resolve(dirname(path), link));
}

async function unlessMissing<R>(asked: Promise<R>): Promise<R | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
}

/** A stream that somebody else closes, such as standard output. */
export function streamSink(stream: Writable): Sink {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    async finish() {},
    async abandon() {},
    abandonNow() {},
  };
}

/** Writes all texts and finishes; on a failure of either side nothing remains, and the failure is thrown. */
export async function pour(texts: AsyncIterable<string>, sink: Sink): Promise<void> {
  try {
    let piece = '';
    for await (const text of texts) {
      piece += text;
      if (piece.length < pieceCharacters) continue;
      await sink.write(piece);
      piece = '';
    }
    if (piece !== '') await sink.write(piece);
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/** The rename itself must survive a power cut; systems that cannot sync folders are left to theirs. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}
