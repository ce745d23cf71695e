// Keys that live beside the store and never in it: made on first start, 0600, one file each. A key appears
// whole or not at all, and of two processes that start at once both read the same one. The draft that a start which
// was cut off leaves behind is removed by the next. What is known of keys is replaced in the same careful way.
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../core/guid.ts';

/** The content of the file; where there is none, what `make` gives is written there first, durably. */
export async function keptKey(path: string, random: Random, make: () => Promise<string>): Promise<string> {
  if (contentOf(path) === null) {
    const draft = newDraft(path, random);
    await writeDurably(draft, await make());
    publish(draft, path);
    await syncDirectory(dirname(path));
  }
  removeDrafts(path);
  return readFileSync(path, 'utf8');
}

/** Replaces the content of the file, durably: whoever reads sees all of the old or all of the new. */
export async function replaceKept(path: string, random: Random, text: string): Promise<void> {
  const draft = newDraft(path, random);
  await writeDurably(draft, text);
  renameSync(draft, path);
  await syncDirectory(dirname(path));
  removeDrafts(path);
}

/** The content of the file, or null where there is none. */
export function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

const draftBytes = 8;

/** A name beside the file that nobody else uses; the folder is made where it is missing. */
function newDraft(path: string, random: Random): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return `${path}.${Buffer.from(random(draftBytes)).toString('hex')}`;
}

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
