// Reads what comes next while what came before is worked on.

/**
 * What `read` answers for each item, in their order; at most `ahead` reads are under way at a time. A read that fails
 * rejects when its turn comes.
 */
export async function* readAhead<I, R>(
  items: Iterable<I>,
  read: (item: I) => Promise<R>,
  ahead: number,
): AsyncGenerator<R> {
  const under: Promise<R>[] = [];
  const rest = items[Symbol.iterator]();
  for (;;) {
    while (under.length < ahead) {
      const next = rest.next();
      if (next.done === true) break;
      const answer = read(next.value);
      // Whoever leaves early does not hear of it.
      answer.catch(() => undefined);
      under.push(answer);
    }
    const first = under.shift();
    if (first === undefined) return;
    yield await first;
  }
}
