// What a client says of the encodings that it takes (RFC 9110, section 12.5.3).

const member = /^\s*([!#$%&'*+.^_`|~0-9a-z-]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i;

/** Whether an answer is best sent as gzip. A client that says nothing gets it as it is; what is not well made is passed over. */
export function prefersGzip(header: string | undefined): boolean {
  const weights = new Map<string, number>();
  for (const text of (header ?? '').split(',')) {
    const [, name = '', weight = '1'] = member.exec(text) ?? [];
    if (name !== '') weights.set(name.toLowerCase(), Number(weight));
  }
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0);
}
