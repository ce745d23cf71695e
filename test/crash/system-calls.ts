// What a process asks of the kernel, as strace sees it: watched, or made to fail.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One call. `began` and `ended` are places in the order of everything that was seen. */
export interface SystemCall {
  readonly thread: string;
  readonly name: string;
  /** With the paths of file descriptors, and what was written as far as strace shows it. */
  readonly text: string;
  readonly began: number;
  readonly ended: number;
  readonly result: string;
}

export interface Watch {
  /** Lets go of the process; answers what was seen. */
  detach(): Promise<SystemCall[]>;
}

/** Why strace cannot be used here; null where it can. */
export function straceIsMissing(): string | null {
  const { error, status, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? null : `strace may not trace here: ${stderr.trim().split('\n')[0]}`;
}

/** Attaches to all threads of a process. `expressions` are strace's: `trace=...`, `inject=...`. */
export async function attach(pid: number, file: string, ...expressions: readonly string[]): Promise<Watch> {
  const options = expressions.flatMap((expression) => ['-e', expression]);
  const strace = spawn('strace', ['-f', '-y', '-s', '8192', '-o', file, ...options, '-p', String(pid)]);
  const gone = new Promise((resolve) => strace.once('close', resolve));
  await attached(strace);
  return {
    async detach() {
      strace.kill('SIGINT');
      await gone;
      return callsOf(readFileSync(file, 'latin1'));
    },
  };
}

function attached(strace: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = '';
    strace.stderr?.on('data', (chunk) => {
      told += chunk;
      if (/attached/.test(told)) resolve();
    });
    strace.once('error', reject);
    strace.once('close', () => reject(new Error(`strace ended: ${told}`)));
  });
}

/** Calls of several threads cut each other in two: `name(... <unfinished ...>`, `<... name resumed>...) = result`. */
function callsOf(trace: string): SystemCall[] {
  const open = new Map<string, { text: string; began: number }>();
  const calls: SystemCall[] = [];
  for (const [place, line] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest);
    if (unfinished !== null) {
      open.set(thread, { text: unfinished[1] ?? '', began: place });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const first = resumed === null ? { text: rest, began: place } : open.get(thread);
    const text = `${first?.text ?? ''}${resumed?.[1] ?? ''}`;
    const [, name, result] = /^(\w+)\(.*\) += (.+)$/.exec(text) ?? [];
    if (name === undefined || result === undefined) continue;
    calls.push({ thread, name, text, began: first?.began ?? place, ended: place, result });
  }
  return calls;
}
