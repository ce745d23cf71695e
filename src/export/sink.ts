// Where an export goes. A file appears under its own name only when it is whole and on the disk; until then it is
// FILE.part in the same folder. A stream is written at the pace of whoever reads it.
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';

export interface Sink {
  write(text: string): Promise<void>;
  /** Everything is there: only now does a file get its name. */
  finish(): Promise<void>;
  /** Nothing is to remain of it. */
  abandon(): Promise<void>;
}

/** Rows are small and writes are not free: this much is collected first. */
const pieceCharacters = 65_536;

/** A file that is either whole or not there. Throws what the file system says. */
export async function fileSink(path: string): Promise<Sink> {
  const part = `${path}.part`;
  const file = await open(part, 'w');
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
  };
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
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (folder === null) return;
  await folder.sync().catch(() => undefined);
  await folder.close();
}
