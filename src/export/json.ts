// One JSON array of events as they were served, one a line, written while they arrive.

/** The pieces of one JSON document: an array of the compact JSON texts. */
export async function* jsonArray(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let open = '[\n';
  for await (const text of texts) {
    yield open + text;
    open = ',\n';
  }
  yield open === '[\n' ? '[]\n' : '\n]\n';
}
