// Where accounts and clients are kept: a server, asked in UAA's dialect, or a data folder that no server has open.
import type { Command } from 'commander';
import type { Offline } from '../compose.ts';
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { itemsAt, numberAt, parsed, textAt } from '../export/field.ts';
import { knownScopes } from '../identity/scope.ts';
import { refusal, textOf } from './exchange.ts';
import { CliFailure, wrongUsage } from './failure.ts';
import { connect, type Remote, serverOptions } from './remote.ts';
import type { SessionChoice } from './session.ts';

export interface DirectoryOptions extends SessionChoice {
  readonly data?: string;
}

/** Adds to a command the options by which it is told where to work. */
export function directoryOptions(command: Command): Command {
  return serverOptions(
    command.option('--data <folder>', 'straight in a data folder that no server has open'),
  );
}

/** Does the same thing on the server or in the folder, as the options say. */
export async function inDirectory<R>(
  options: DirectoryOptions,
  onServer: (remote: Remote) => Promise<R>,
  inFolder: (offline: Offline) => Promise<R>,
): Promise<R> {
  if (options.data === undefined) return onServer(await connect(options));
  const { withDataFolder } = await import('../compose.ts');
  try {
    return await withDataFolder(options.data, inFolder);
  } catch (error) {
    if (!(error instanceof AppError) || error.entry !== 'ServiceUnavailable') throw error;
    throw new CliFailure(
      `A server has ${options.data} open: leave --data out, and log in to it with "hansard login URL".`,
    );
  }
}

/** Every resource of a SCIM list. */
export async function allListed(remote: Remote, path: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (;;) {
    const page = await answered(remote, `${path}&startIndex=${found.length + 1}&count=${limits.scimPageMax}`);
    const resources = itemsAt(page, 'resources');
    found.push(...resources);
    if (resources.length === 0 || found.length >= (numberAt(page, 'totalResults') ?? 0)) return found;
    if (found.length > limits.directoryRowsMax) {
      throw new CliFailure(`There are more than ${limits.directoryRowsMax}: too many for a list.`);
    }
  }
}

/** The JSON that is answered; `body` is sent as JSON. Throws CliFailure with the server's own words. */
export async function answered(
  remote: Remote,
  path: string,
  method = 'GET',
  body?: object,
): Promise<unknown> {
  const answer = await remote.send(path, questionOf(method, body));
  if (answer.ok) return parsed(await textOf(answer));
  const sentence = await refusal(answer.clone());
  const isUaa = textAt(parsed(await textOf(answer)), 'error') !== '';
  if (answer.status !== 404 || isUaa) throw sentence;
  throw new CliFailure(`${remote.session().url} is not a Hansard: it keeps no users and clients.`);
}

function questionOf(method: string, body: object | undefined) {
  if (body === undefined) return { method };
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Throws CliFailure for a scope that cannot be given to anybody, before anything is changed. */
export function checkScopes(scopes: readonly string[]): void {
  const unknown = scopes.find((scope) => !knownScopes.includes(scope));
  if (unknown === undefined) return;
  throw wrongUsage(`There is no scope "${unknown}". The scopes are ${knownScopes.join(', ')}.`);
}
