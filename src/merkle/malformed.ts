// What cannot be read: the one failure of every parser of this folder. Its sentence names what is wrong,
// where, and what was expected; hostile text is quoted, and cut.
const quotedCharactersMax = 80;

/** A text or bytes that are not what the format asks for. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Text from outside, as it may stand in a sentence: in quotes, escaped, and not too long. */
export function quoted(text: string): string {
  return text.length > quotedCharactersMax
    ? `${JSON.stringify(text.slice(0, quotedCharactersMax))}…`
    : JSON.stringify(text);
}
