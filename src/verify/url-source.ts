// A log behind an address: any server of C2SP tlog-tiles, this one's included. Every answer is bounded in time and
// bytes, also when it is compressed, and asked for again a few times where that may help.
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { limits } from '../core/limits.ts';
import {
  type LogSource,
  nullIf,
  type ReadResource,
  readEntries,
  readMinimumIndex,
  readTile,
  SourceFailure,
  type SourceProblem,
  textOf,
} from './source.ts';

/** Sends one GET, follows no redirect, and answers with whatever status came. */
export type Send = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Response>;

export interface UrlOptions {
  /** Sent with every request, to this log's host alone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of fetch. What it throws is taken for a failure of the connection, but for a SourceFailure. */
  readonly send?: Send;
  /** How often a resource is asked for while the server fails or is out of reach. */
  readonly tries?: number;
}

/** The log below a prefix, as in `https://example.org/log`. Throws TypeError where that is no address. */
export function urlSource(
  prefix: string,
  options: UrlOptions = {},
): LogSource & { readonly read: ReadResource } {
  const name = prefix.replace(/\/+$/, '');
  const base = new URL(`${name}/`);
  const read: ReadResource = (path, bytesMax) => readResource(new URL(path, base), bytesMax, options);
  return {
    name,
    read,
    checkpoint: async () => textOf(await read('checkpoint', limits.noteBytesMax), 'The checkpoint'),
    tile: (tile) => readTile(read, tile),
    entries: (index, width) => readEntries(read, index, width),
    async minimumIndex() {
      const bytes = await read('minimum-index', 17).catch(nullIf('missing'));
      return bytes === null ? 0 : readMinimumIndex(textOf(bytes, 'minimum-index'));
    },
  };
}

async function readResource(url: URL, bytesMax: number, options: UrlOptions): Promise<Uint8Array> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readOnce(url, bytesMax, options);
    } catch (error) {
      const isFinal = error instanceof SourceFailure && error.problem !== 'unreachable';
      if (isFinal || tries >= (options.tries ?? limits.requestTriesMax)) throw error;
      await pause(limits.retryPauseMs * 2 ** (tries - 1));
    }
  }
}

const plainSend: Send = (url, headers, signal) => fetch(url, { headers, signal, redirect: 'manual' });

async function readOnce(url: URL, bytesMax: number, options: UrlOptions): Promise<Uint8Array> {
  const headers = { 'accept-encoding': 'gzip, identity', ...options.headers };
  const signal = AbortSignal.timeout(limits.resourceWaitMsMax);
  try {
    const answer = await (options.send ?? plainSend)(url, headers, signal);
    if (answer.status === 200) return await bytesOf(answer, bytesMax, url, signal);
    await answer.body?.cancel();
    throw refusalOf(answer, url);
  } catch (error) {
    if (error instanceof SourceFailure) throw error;
    throw new SourceFailure('unreachable', `${url} is out of reach: ${causeOf(error)}.`);
  }
}

async function bytesOf(
  { body }: Response,
  bytesMax: number,
  url: URL,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body === null ? [] : Readable.fromWeb(body, { signal })) {
    length += piece.length;
    if (length > bytesMax) throw new SourceFailure('broken', `${url} has more than ${bytesMax} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const problems: Readonly<Record<number, SourceProblem>> = {
  401: 'forbidden',
  403: 'forbidden',
  404: 'missing',
  410: 'missing',
};

function refusalOf(answer: Response, url: URL): SourceFailure {
  const problem = problems[answer.status];
  if (problem === 'missing') return new SourceFailure(problem, `${url} is missing (${answer.status}).`);
  if (answer.status === 401)
    return new SourceFailure('forbidden', `${url} wants a token (401): log in first.`);
  if (problem !== undefined) return new SourceFailure(problem, `${url} may not be read (${answer.status}).`);
  if (answer.status >= 300 && answer.status < 400) {
    const target = answer.headers.get('location') ?? 'elsewhere';
    return new SourceFailure('forbidden', `${url} leads to ${target}: name the log's own address.`);
  }
  return new SourceFailure('unreachable', `${url} answered ${answer.status}.`);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time';
  const cause = error.cause instanceof Error ? error.cause : error;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
