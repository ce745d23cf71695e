// A folder of files that belong together: it has its name only when all of them are whole and on the disk; until then
// it is FOLDER.<random>.part beside its place. Names and salts are in it: its owner alone may read it.
import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Random, systemRandom } from '../core/guid.ts';
import { fileSink, type Sink, syncFolder } from './sink.ts';

export interface Bundle {
  /** A file of the folder. */
  sink(name: string): Promise<Sink>;
  /** Every sink is finished: only now does the folder get its name. */
  finish(): Promise<void>;
  /** Nothing is to remain of it. */
  abandon(): Promise<void>;
  /** The same without waiting, for a process that ends now. */
  abandonNow(): void;
}

/** Throws what the file system says, ENOTEMPTY for a folder that holds something. */
export async function newBundle(folder: string, random: Random = systemRandom): Promise<Bundle> {
  await refuseFilled(folder);
  const place = resolve(folder);
  const part = join(dirname(place), `${basename(place)}.${Buffer.from(random(6)).toString('hex')}.part`);
  await mkdir(dirname(place), { recursive: true });
  await mkdir(part, { mode: 0o700 });
  return {
    async sink(name) {
      const path = join(part, name);
      // A file that is there keeps its permissions.
      await writeFile(path, '', { mode: 0o600 });
      return fileSink(path);
    },
    async finish() {
      await rename(part, place);
      await syncFolder(dirname(place));
    },
    abandon: () => rm(part, { recursive: true, force: true }),
    abandonNow: () => rmSync(part, { recursive: true, force: true }),
  };
}

async function refuseFilled(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length === 0) return;
  throw Object.assign(new Error(`${folder} holds something`), { code: 'ENOTEMPTY', path: folder });
}
