// Runs the `hansard` command as people do: a process of its own, with a home of its own.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Home {
  readonly folder: string;
  /** Runs the command; `env` and `input` are all that it gets besides this home. */
  hansard(args: readonly string[], more?: { env?: Record<string, string>; input?: string }): Promise<Ran>;
  /** Writes the session file of the cf command. */
  cf(config: object): void;
}

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

export function newHome(t: TestContext): Home {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-home-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    hansard: (args, { env = {}, input = '' } = {}) =>
      run(
        process.execPath,
        [main, ...args],
        folder,
        { PATH: process.env.PATH ?? '', HOME: folder, ...env },
        input,
      ),
    cf(config) {
      mkdirSync(join(folder, '.cf'), { recursive: true });
      writeFileSync(join(folder, '.cf', 'config.json'), JSON.stringify(config));
    },
  };
}

export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  input = '',
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env });
    let out = '';
    let err = '';
    child.stdout.on('data', (piece) => {
      out += piece;
    });
    child.stderr.on('data', (piece) => {
      err += piece;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
