// How the command says that it did not do what it was asked: one sentence and a documented exit code.

/** Exit codes, as docs/guide/command.md tells them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unauthorized: 3,
  unreachable: 4,
  stopped: 130,
} as const;

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

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'that disk is read-only',
  EEXIST: 'it exists already',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  ENOTEMPTY: 'the folder is not empty',
  ELOOP: 'its links go round in a circle',
  ENXIO: 'nobody is there to take it',
  EPIPE: 'its reader has gone',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many files are open',
  EADDRINUSE: 'something listens there already: choose another port with --port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up at the moment',
  ECONNREFUSED: 'nothing listens there',
};

/** Why a system call failed, in words; its code where there are none. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  return reasons[code] ?? (code || 'unknown reason');
}

/** A system call's error as one sentence that names what it was about. */
export function systemSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (reasons[errorCode(error)] === undefined) return error.message;
  const about = 'path' in error ? String(error.path) : networkName(error);
  return about === '' ? `It failed: ${reasonOf(error)}.` : `${about}: ${reasonOf(error)}.`;
}

function networkName(error: Error): string {
  const host = 'address' in error ? error.address : 'hostname' in error ? error.hostname : undefined;
  if (host === undefined) return '';
  return 'port' in error && error.port !== undefined ? `${host} port ${error.port}` : String(host);
}
