// The server as its operators run it: `hansard serve` in a process of its own, on a free port, that a test may kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adminPassword } from '../harness.ts';

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything that it has written to standard output and standard error so far. */
  output(): string;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** How a process ended that did not get as far as listening. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export interface ProcessOptions {
  readonly logLevel?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
/** Compiled modules are kept between the starts of a run, since a test may start fifty times. */
const compiled = join(tmpdir(), `hansard-test-compiled-${process.pid}`);
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(compiled, { recursive: true, force: true });
});

/** Starts the server on a data folder; the user admin has the password of the harness. */
export async function startProcess(directory: string, options: ProcessOptions = {}): Promise<ServerProcess> {
  const started = await tryStart(directory, options);
  if ('url' in started) return started;
  throw new Error(`the server ended with ${started.code}:\n${started.output}`);
}

/** The running server, or how its process ended. */
export function tryStart(directory: string, options: ProcessOptions = {}): Promise<ServerProcess | Ended> {
  const child = spawnServer(directory, options);
  const output = outputOf(child);
  const gone = exitOf(child);
  return new Promise((resolve) => {
    gone.then((code) => resolve({ code, output: output() }));
    child.stdout?.on('data', () => {
      const url = /listens on (http:\S+)\s/.exec(output())?.[1];
      if (url === undefined) return;
      const end = (signal: NodeJS.Signals): Promise<number | null> => {
        child.kill(signal);
        return gone;
      };
      const kill = async (): Promise<void> => void (await end('SIGKILL'));
      resolve({ url, pid: child.pid ?? 0, output, kill, stop: () => end('SIGTERM') });
    });
  });
}

/** The bare process, for whoever wants to end it before it listens. */
export function spawnServer(
  directory: string,
  { logLevel = 'warn', env = {} }: ProcessOptions = {},
): ChildProcess {
  const args = [main, 'serve', '--port', '0', '--data', directory, '--log-level', logLevel];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HANSARD_ADMIN_PASSWORD: adminPassword,
      NODE_COMPILE_CACHE: compiled,
      ...env,
    },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Resolves with the exit code when the process is gone and all its output has been read. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

function outputOf(child: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => chunks.push(chunk));
  }
  return () => chunks.join('');
}
