// One request to a server: bounded in time, repeated where that is safe, failures told in one sentence.
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { product } from '../core/version.ts';
import { itemsAt, parsed, textAt } from '../export/field.ts';
import { CliFailure, errorCode, exitCodes } from './failure.ts';
import { counted, tell } from './terminal.ts';

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is sent once and never again. */
  readonly body?: string | AsyncIterable<Uint8Array>;
}

/**
 * Sends a request and answers with whatever status came. GET and HEAD are tried again when the server fails or
 * cannot be reached; 429 is obeyed. Throws CliFailure (unreachable) when there is no answer.
 */
export async function ask(url: URL, question: Question = {}): Promise<Response> {
  const isSafe = ['GET', 'HEAD'].includes(question.method ?? 'GET');
  const isRepeatable = question.body === undefined || typeof question.body === 'string';
  for (let tries = 1; ; tries += 1) {
    const isLast = tries >= limits.requestTriesMax;
    const answer = await once(url, question).catch((error: unknown) => {
      if (!isSafe || isLast) throw unreachable(url, error);
      return null;
    });
    if (answer?.status === 429 && isRepeatable && !isLast) {
      await answer.body?.cancel();
      await waitAsAsked(answer);
    } else if (answer !== null && (answer.status < 500 || !isSafe || isLast)) {
      return answer;
    } else {
      await answer?.body?.cancel();
      await pause(limits.retryPauseMs * 2 ** (tries - 1));
    }
  }
}

async function once(url: URL, question: Question): Promise<Response> {
  const { body } = question;
  const isStream = body !== undefined && typeof body !== 'string';
  const headers = {
    accept: 'application/json',
    'user-agent': `hansard/${product.version}`,
    ...question.headers,
  };
  const stop = new AbortController();
  // An upload takes as long as it takes; everything else must be answered in time.
  const timer = setTimeout(() => stop.abort(), limits.answerWaitMsMax);
  if (isStream) clearTimeout(timer);
  try {
    return await fetch(url, {
      method: question.method ?? 'GET',
      headers,
      redirect: 'manual',
      signal: stop.signal,
      ...(isStream ? { body: ReadableStream.from(body), duplex: 'half' as const } : {}),
      ...(typeof body === 'string' ? { body } : {}),
    });
  } finally {
    clearTimeout(timer);
  }
}

async function waitAsAsked(answer: Response): Promise<void> {
  const seconds = retryAfterSeconds(answer.headers.get('retry-after'), systemClock() / 1_000_000);
  if (seconds > limits.retryAfterSecondsMax) {
    throw new CliFailure(`The server takes no more requests for ${counted(seconds, 'second')} (rate limit).`);
  }
  if (seconds > 2) tell(`The server asks to wait ${counted(seconds, 'second')} (rate limit).`);
  await pause(seconds * 1000);
}

/**
 * Seconds to wait. Retry-After is seconds or a date (RFC 9110, section 10.2.3); the original of 2018 sends the
 * second since 1970 at which its window ends.
 */
export function retryAfterSeconds(header: string | null, nowSeconds: number): number {
  const text = header ?? '';
  const number = /^\d+$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (Number.isNaN(number)) return 1;
  return Math.max(0, Math.ceil(number > 1_000_000_000 ? number - nowSeconds : number));
}

/** The body as text. Throws CliFailure where it is larger than anything that is read whole. */
export async function textOf(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > limits.answerBytesMax) throw new CliFailure(`The answer of ${answer.url} is far too large.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** What a refusal says, in one sentence: from bodies of V2, V3 and UAA. */
export function refusalSentence(status: number, body: string): string {
  const json = parsed(body);
  const said =
    itemsAt(json, 'errors')
      .map((item) => textAt(item, 'detail'))
      .filter((detail) => detail !== '')
      .join('; ') ||
    textAt(json, 'description') ||
    textAt(json, 'error_description') ||
    textAt(json, 'error');
  return said === '' ? `The server answered ${status}.` : `The server answered ${status}: ${said}`;
}

/** The failure that a refused answer stands for. */
export async function refusal(answer: Response): Promise<CliFailure> {
  const sentence = refusalSentence(answer.status, await textOf(answer));
  const isUnauthorized = answer.status === 401 || answer.status === 403;
  return new CliFailure(sentence, isUnauthorized ? exitCodes.unauthorized : exitCodes.failed);
}

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up at the moment',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** What TLS makes of an answer in plain HTTP. */
const plainHttpCodes: readonly string[] = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'];

function unreachable(url: URL, error: unknown): CliFailure {
  if (error instanceof CliFailure) return error;
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = errorCode(inner);
  const aborted = error instanceof Error && error.name === 'AbortError';
  if (url.protocol === 'https:' && plainHttpCodes.includes(code)) {
    return new CliFailure(
      `Cannot reach ${url.origin}: it does not speak TLS. Is it http://${url.host}?`,
      exitCodes.unreachable,
    );
  }
  const cause = aborted ? 'no answer in time' : (causes[code] ?? (code || 'the connection failed'));
  return new CliFailure(`Cannot reach ${url.origin}: ${cause}.`, exitCodes.unreachable);
}
