// The process that seals (sealing-process.ts) as its tests see it: what it has told so far, and its end; and what a
// data folder without a process holds.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointTable, type Epoch, epochOf, epochTable } from '../../src/log/epoch.ts';
import { keptVerifierKeys } from '../../src/log/keys.ts';
import { inspectSqliteStore } from '../../src/store/sqlite/inspection.ts';
import { every } from '../../src/store/table.ts';
import { holds, verifyFolder } from '../../src/verification.ts';
import { forkOf } from '../log/seal-rig.ts';
import type { Plan } from './sealing-process.ts';

export interface SealerProcess {
  readonly pid: number;
  /** Lines so far, decoded: `publish <note>`, `failed <reason>`, or a step that was done. */
  told(word?: string): string[];
  /** Resolves when one more line of this kind has been told, or rejects where the process ends before. */
  next(word: string): Promise<string>;
  kill(): Promise<void>;
  /** Resolves with the signal that ended it; rejects where it ended otherwise. */
  readonly ended: Promise<NodeJS.Signals>;
}

const script = new URL('./sealing-process.ts', import.meta.url).pathname;
const compiled = mkdtempSync(join(tmpdir(), 'hansard-test-compiled-'));
const folders = [compiled];
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when all tests of the file are over, and with them the processes that write there. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-crash-'));
  folders.push(folder);
  return folder;
}

export function startSealing(directory: string, plan: Plan): SealerProcess {
  const child = spawn(process.execPath, [script, directory, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiled },
  });
  running.add(child);
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  const ended = new Promise<NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running.delete(child);
      if (signal !== null) resolve(signal);
      else reject(new Error(`the process that seals ended with ${code}: ${out.slice(-500)}\n${err}`));
    });
  });
  ended.catch(() => undefined);
  // What stands behind the last newline was cut off by its end.
  const told = (word?: string): string[] =>
    out
      .slice(0, out.lastIndexOf('\n') + 1)
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' '))
      .filter(([first]) => word === undefined || first === word)
      .map(([first = '', text = '']) =>
        word === undefined ? first : Buffer.from(text, 'base64').toString(),
      );
  return {
    pid: child.pid ?? 0,
    told,
    next: (word) => {
      const before = told(word).length;
      const heard = new Promise<string>((resolve) => {
        const look = (): void => {
          const text = told(word)[before];
          if (text === undefined) return;
          waiting.delete(look);
          resolve(text);
        };
        waiting.add(look);
      });
      const gone = ended.then(() => Promise.reject(new Error(`the process ended: ${err}`)));
      return Promise.race([heard, gone]);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}

/**
 * Looks at a folder that no process has open. Answers why the notes given do not lie on its tree with all that it keeps
 * itself, or what else does not hold; null where all does. Notes that it keeps are added to those given.
 */
export async function brokenIn(directory: string, notes: Set<string>): Promise<string | null> {
  const inspection = inspectSqliteStore(`${directory}/hansard.db`);
  try {
    const epochs = (await inspection.rows(epochTable, { where: every })).map(epochOf);
    const [epoch] = epochs;
    if (epoch === undefined || epochs.length > 1) return `there are ${epochs.length} epochs`;
    const kept = await inspection.rows(checkpointTable, { where: every });
    for (const row of kept) notes.add(String(row.note));
    const path = `${directory}/remembered/checkpoint`;
    if (existsSync(path)) notes.add(readFileSync(path, 'utf8'));
    const keys = { verifierKeys: (origin: string) => keptVerifierKeys(`${directory}/keys`, origin) };
    const fork = (await forkOf(inspection, epoch, keys, notes)) ?? twoNotesOfOneSize(notes, epoch);
    if (fork !== null) return fork;
  } finally {
    inspection.close();
  }
  const report = await verifyFolder(directory, inspectSqliteStore);
  return holds(report) ? null : JSON.stringify(report);
}

/** What was signed and signed again is the same, byte for byte. */
function twoNotesOfOneSize(notes: ReadonlySet<string>, { origin }: Epoch): string | null {
  const sizes = [...notes].map(sizeOf);
  const twice = sizes.find((size, place) => sizes.indexOf(size) !== place);
  return twice === undefined ? null : `two notes of ${twice} leaves of ${origin}`;
}

export function sizeOf(note: string): number {
  return Number(note.split('\n')[1] ?? 0);
}
