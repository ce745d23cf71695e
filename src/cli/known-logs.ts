// What the command remembers of the logs that it has verified, beside its session: keys, and the last checkpoint of
// each. A log that is verified again must have grown from it.
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemRandom } from '../core/guid.ts';
import { limits } from '../core/limits.ts';
import { itemsAt, parsed, textAt } from '../export/field.ts';
import { contentOf, replaceKept } from '../log/key-file.ts';
import { Malformed } from '../merkle/malformed.ts';
import { parseVerifierKey, type VerifierKey } from '../merkle/note.ts';
import { CliFailure, reasonOf } from './failure.ts';
import { type Environment, sessionPath } from './session.ts';

export interface KnownLog {
  readonly origin: string;
  /** Where it was read; null for a folder. */
  readonly address: string | null;
  /** Keys that its checkpoint was verified with, as vkeys; none where it was not. */
  readonly keys: readonly string[];
  /** The newest checkpoint that all held for: a whole note. */
  readonly note: string;
  /** When that was, RFC 3339. */
  readonly at: string;
}

/** The file, in the folder of the session's. */
export function knownLogsPath(env: Environment = process.env): string {
  return join(dirname(sessionPath(env)), 'known-logs.json');
}

/** All that is remembered. Throws CliFailure where the file is there and cannot be read: it must not be passed over. */
export async function knownLogs(env: Environment = process.env): Promise<KnownLog[]> {
  const path = knownLogsPath(env);
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  const json = size > limits.rememberedBytesMax ? undefined : parsed(textOf(path) ?? '{"logs":[]}');
  if (json === undefined) {
    throw new CliFailure(`What is remembered of logs, ${path}, is broken: remove it to begin anew.`);
  }
  return itemsAt(json, 'logs').map((log) => ({
    origin: textAt(log, 'origin'),
    address: textAt(log, 'address') || null,
    keys: itemsAt(log, 'keys').map(String),
    note: textAt(log, 'note'),
    at: textAt(log, 'at'),
  }));
}

function textOf(path: string): string | null {
  try {
    return contentOf(path);
  } catch (error) {
    throw new CliFailure(`What is remembered of logs, ${path}, cannot be read: ${reasonOf(error)}.`);
  }
}

/** Replaces all that is remembered; of too many, the first ones are forgotten. Readable by its owner alone. */
export async function keepKnownLogs(
  logs: readonly KnownLog[],
  env: Environment = process.env,
): Promise<void> {
  const kept = logs.slice(-limits.rememberedLogsMax);
  await replaceKept(knownLogsPath(env), systemRandom, `${JSON.stringify({ logs: kept }, null, 2)}\n`);
}

/** The keys of logs that were verified before; those of kinds that are no longer known are left out. */
export function keysOf(logs: readonly KnownLog[]): VerifierKey[] {
  return logs.flatMap(({ keys }) => keys).flatMap(verifierKeys);
}

/** The key in a text; none where there is none. */
export function verifierKeys(text: string): VerifierKey[] {
  try {
    return [parseVerifierKey(text)];
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}
