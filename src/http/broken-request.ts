// What is not HTTP, such as a raw blank in the URL, never reaches a route. It is answered by hand, in the dialect of
// the path as far as that can be told, and the connection is closed.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import { dialectOf, refusal } from './failure.ts';

/** What Node's parser hands over: its code, its own words, and the bytes that it stumbled in. */
export interface BrokenRequest {
  readonly code?: string | undefined;
  readonly reason?: string;
  readonly rawPacket?: unknown;
}

const encodeIt = 'the URL holds what must be percent-encoded; write a blank as %20 or +';

const reasons: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  HPE_HEADER_OVERFLOW: [431, `the URL and the headers are larger than ${headerBytesMax()} bytes together`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to arrive'],
  HPE_INVALID_METHOD: [400, 'the method is not one that HTTP knows'],
  HPE_INVALID_CONSTANT: [400, encodeIt],
  HPE_INVALID_URL: [400, encodeIt],
  HPE_INVALID_HEADER_TOKEN: [400, 'a header holds a character that is not allowed there'],
  HPE_INVALID_CHUNK_SIZE: [400, 'the body does not come in chunks as its headers say'],
};

/** For URL and headers together: twice what the longest URL may have. */
export function headerBytesMax(): number {
  return 2 * limits.urlBytesMax;
}

/**
 * Answers and closes.
 * @param path of the request whose body was on its way; undefined where the head itself is broken.
 */
export function answerBroken(
  { code = '', reason = code, rawPacket }: BrokenRequest,
  socket: Socket,
  path: string | undefined,
): void {
  if (code === 'ECONNRESET' || !socket.writable) return;
  const [status, sentence] = reasons[code] ?? [400, `this is not HTTP/1.1: ${reason}`];
  const dialect = dialectOf(path ?? pathIn(rawPacket));
  const body = JSON.stringify(refusal(new AppError('BadRequest', [sentence]), dialect).body);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** The path in the request line, where the bytes begin with one. */
function pathIn(packet: unknown): string {
  const start = packet instanceof Uint8Array ? Buffer.from(packet).toString('latin1', 0, 200) : '';
  return /^[A-Z]+ (\/\S*)/.exec(start)?.[1] ?? '';
}
