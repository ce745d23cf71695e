// Request bodies: read within a bound, as UTF-8 text or as a stream, whatever the content type says. Real clients
// send JSON as a form, an empty body as JSON, and a body with DELETE (cf-cli.md, section 5).
import { AppError } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import type { ImportLine } from '../log/import.ts';

/** Reads the whole body. Throws PayloadTooLarge, and MessageParseError for bytes that are no UTF-8. */
export async function readBody(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limits.bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new AppError('MessageParseError', ['the body is not UTF-8 text']);
  }
}

/** The refusal of a body beyond the bound of operations. */
export function tooLarge(): AppError {
  return new AppError('PayloadTooLarge', [String(limits.bodyBytesMax)]);
}

/** Cuts a stream of bytes into lines, one at a time in memory; of a line beyond the bound no more than that. */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<ImportLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lineOf = (bytes: Uint8Array): ImportLine => {
    if (bytes.length > lineBytesMax) return { unreadable: `longer than ${lineBytesMax} bytes` };
    try {
      return decoder.decode(bytes);
    } catch {
      return { unreadable: 'not UTF-8 text' };
    }
  };
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      yield lineOf(bytes.subarray(from, at));
      from = at + 1;
    }
    rest = bytes.subarray(from, from + lineBytesMax + 1);
  }
  if (rest.length > 0) yield lineOf(rest);
}
