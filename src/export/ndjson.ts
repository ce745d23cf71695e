// Newline-delimited JSON: one event a line, as it was served. What `hansard import` and log tools take.

/** Each compact JSON text becomes a line. */
export async function* ndjsonLines(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) yield `${text}\n`;
}
