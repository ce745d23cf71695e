// Keys that live beside the store and never in it: made on first start, 0600, one file each. A key appears
// whole or not at all, and of two processes that start at once both read the same one.
import { linkSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Random } from '../core/guid.ts';

/** The content of the file; where there is none, what `make` gives is written there first, durably. */
export async function keptKey(path: string, random: Random, make: () => Promise<string>): Promise<string> {
  const existing = contentOf(path);
  if (existing !== null) return existing;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${Buffer.from(random(8)).toString('hex')}`;
  await writeDurably(draft, await make());
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  await syncDirectory(dirname(path));
  return readFileSync(path, 'utf8');
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
