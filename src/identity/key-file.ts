// Keys that live beside the store and never in it: made on first start, 0600, one file each. A key appears
// whole or not at all, and of two processes that start at once both read the same one. The draft that a start which
// was cut off leaves behind is removed by the next.
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../core/guid.ts';

/** The content of the file; where there is none, what `make` gives is written there first, durably. */
export async function keptKey(path: string, random: Random, make: () => Promise<string>): Promise<string> {
  if (contentOf(path) === null) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${Buffer.from(random(draftBytes)).toString('hex')}`;
    await writeDurably(draft, await make());
    publish(draft, path);
    await syncDirectory(dirname(path));
  }
  removeDrafts(path);
  return readFileSync(path, 'utf8');
}

const draftBytes = 8;

/** The draft becomes the key, unless another process was faster: then there is one, and maybe the draft is gone. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST') && contentOf(path) === null) throw error;
  }
}

/** Drafts are worth nothing once there is a key: one's own, one that was left, one that came too late. */
function removeDrafts(path: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const isDraft = name.startsWith(prefix) && /^[\da-f]{16}$/.test(name.slice(prefix.length));
    if (isDraft) rmSync(join(dirname(path), name), { force: true });
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
