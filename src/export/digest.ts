// What was written, as a digest: counted while it passes, so that it is of exactly the bytes that went out.
import { createHash } from 'node:crypto';
import type { Sink } from './sink.ts';

export interface Digest {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The same sink, and the digest of all that it was given. Ask for it once, at the end. */
export function digesting(sink: Sink): { readonly sink: Sink; digest(): Digest } {
  const hash = createHash('sha256');
  let bytes = 0;
  const write = (text: string): Promise<void> => {
    hash.update(text);
    bytes += Buffer.byteLength(text);
    return sink.write(text);
  };
  return { sink: { ...sink, write }, digest: () => ({ bytes, sha256: hash.digest('hex') }) };
}
