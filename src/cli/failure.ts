// How the command says that it did not do what it was asked: one sentence and a documented exit code.

/** Exit codes, as docs/guide/command.md tells them. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, unauthorized: 3, unreachable: 4 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A failure that is told to the person at the terminal. */
export class CliFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(sentence: string, exitCode: ExitCode = exitCodes.failed) {
    super(sentence);
    this.name = 'CliFailure';
    this.exitCode = exitCode;
  }
}

/** The command line itself was wrong. */
export function wrongUsage(sentence: string): CliFailure {
  return new CliFailure(sentence, exitCodes.usage);
}

/** Nobody is logged in, or not somebody who may do this. */
export function unauthorized(sentence: string): CliFailure {
  return new CliFailure(sentence, exitCodes.unauthorized);
}

/** The code that a system call's error carries, or ''. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
