// Notices: what commands did to a data folder while its server had it open, such as copying it. They leave a file
// there, durable before they are done, and the server makes an event of each, once.
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from './core/error.ts';
import type { Guid, Random } from './core/guid.ts';
import { isGuid } from './core/guid.ts';
import { limits } from './core/limits.ts';
import { append, type Doer, type Happening } from './log/append.ts';
import { contentOf, replaceKept } from './log/key-file.ts';
import type { Scene, Transaction } from './store/contract.ts';

const types = ['audit.log.backup', 'audit.log.restore'] as const;

/** What a command did, as an event tells it. */
export interface Notice {
  readonly type: (typeof types)[number];
  readonly targetName: string;
  readonly data: object;
}

function folderOf(directory: string): string {
  return join(directory, 'notices');
}

function pathOf(directory: string, guid: Guid): string {
  return join(folderOf(directory), `${guid}.json`);
}

/** Leaves a notice in the data folder; resolves when it is durable. */
export async function leaveNotice(
  directory: string,
  guid: Guid,
  notice: Notice,
  random: Random,
): Promise<void> {
  await replaceKept(pathOf(directory, guid), random, JSON.stringify(notice));
}

/** Takes a notice away again, unless a server has taken it up. */
export function withdrawNotice(directory: string, guid: Guid): void {
  rmSync(pathOf(directory, guid), { force: true });
}

/**
 * Makes events of all notices that lie there; a file goes when its event is durable. One that cannot become an event is
 * put aside as `NAME.refused` and reported, so that those behind it have their turn; while the store cannot write, all
 * of them wait.
 */
export async function takeNotices(
  directory: string,
  record: (guid: Guid, notice: Notice) => Promise<unknown>,
  report: (sentence: string) => void,
): Promise<void> {
  mkdirSync(folderOf(directory), { recursive: true, mode: 0o700 });
  const guids = readdirSync(folderOf(directory)).flatMap((file) => {
    const guid = file.replace(/\.json$/, '');
    return file !== guid && isGuid(guid) ? [guid] : [];
  });
  for (const guid of guids.slice(0, limits.noticesAtOnce)) {
    const path = pathOf(directory, guid);
    try {
      const notice = noticeOf(contentOf(path) ?? '');
      if (notice !== null) await record(guid, notice);
      rmSync(path, { force: true });
    } catch (error) {
      if (error instanceof AppError && error.entry === 'ServiceUnavailable') throw error;
      renameSync(path, `${path}.refused`);
      report(`The notice ${path} is put aside, since it cannot be recorded: ${error}`);
    }
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
    const { data } = value;
    const type = types.find((one) => one === value.type);
    if (type === undefined || typeof data !== 'object' || data === null) return null;
    const targetName = 'targetName' in value ? String(value.targetName) : '';
    return { type, targetName, data };
  } catch {
    return null;
  }
}
