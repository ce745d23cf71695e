// Notices: what commands did to a data folder while its server had it open, such as copying it. They leave a file
// there, durable before they are done, and the server makes an event of each, once.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Guid, Random } from './core/guid.ts';
import { isGuid } from './core/guid.ts';
import { limits } from './core/limits.ts';
import { append, type Doer, type Happening } from './log/append.ts';
import { replaceKept } from './log/key-file.ts';
import type { Scene, Transaction } from './store/contract.ts';

/** What a command did, as an event tells it. */
export interface Notice {
  readonly type: 'audit.log.backup';
  readonly targetName: string;
  readonly data: object;
}

function folderOf(directory: string): string {
  return join(directory, 'notices');
}

/** Leaves a notice in the data folder; resolves when it is durable. */
export async function leaveNotice(
  directory: string,
  guid: Guid,
  notice: Notice,
  random: Random,
): Promise<void> {
  await replaceKept(join(folderOf(directory), `${guid}.json`), random, JSON.stringify(notice));
}

/** Makes events of all notices that lie there; a file goes when its event is durable. */
export async function takeNotices(
  directory: string,
  record: (guid: Guid, notice: Notice) => Promise<unknown>,
): Promise<void> {
  mkdirSync(folderOf(directory), { recursive: true, mode: 0o700 });
  const guids = readdirSync(folderOf(directory)).flatMap((file) => {
    const guid = file.replace(/\.json$/, '');
    return file !== guid && isGuid(guid) ? [guid] : [];
  });
  for (const guid of guids.slice(0, limits.noticesAtOnce)) {
    const path = join(folderOf(directory), `${guid}.json`);
    const notice = noticeOf(readFileSync(path, 'utf8'));
    if (notice !== null) await record(guid, notice);
    rmSync(path, { force: true });
  }
}

/** Work: records a notice, unless it was recorded before. */
export function recordNotice(
  tx: Transaction,
  { doer, guid, notice }: { readonly doer: Doer; readonly guid: Guid; readonly notice: Notice },
  scene: Scene,
): null {
  if (tx.event('', guid) !== undefined) return null;
  const { type, targetName, data } = notice;
  const happening: Happening = { guid, type, target: { type: 'log', guid: 'hansard' }, targetName, data };
  return append(tx, scene, doer, () => ({ events: [happening], result: null }));
}

/** null for a text that no command of ours wrote. */
function noticeOf(text: string): Notice | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value) || !('data' in value)) return null;
    const { type, data } = value;
    if (type !== 'audit.log.backup' || typeof data !== 'object' || data === null) return null;
    const targetName = 'targetName' in value ? String(value.targetName) : '';
    return { type, targetName, data };
  } catch {
    return null;
  }
}
