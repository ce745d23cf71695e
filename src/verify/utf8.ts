// Bytes as text, where they are UTF-8 without a fault: anything else would read as something that was not written.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text; null where the bytes are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
