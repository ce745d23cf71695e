// Options that are given once for each value. Values that merely follow each other would swallow the arguments after
// them: `user add --scope X zoe`.

/** For the help of such an option. */
export const again = '(may be given again)';

/** Adds a value to those before it: the parser of a repeatable option. */
export function collected(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
