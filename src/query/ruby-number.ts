// Whole numbers as the original's Ruby reads them: `Integer()` for V2, `to_i` for V3. Big ones stay exact.

const forms: readonly (readonly [RegExp, string])[] = [
  [/^0x([0-9a-f]+)$/i, '0x'],
  [/^0b([01]+)$/i, '0b'],
  [/^0o?([0-7]+)$/i, '0o'],
  [/^0d(\d+)$/i, ''],
  [/^(0|[1-9]\d*)$/, ''],
];

/** Ruby's `Integer(text)`: `010` is 8, `0x2` is 2, `1_0` is 10, blanks around do no harm. Null: none. */
export function rubyInteger(text: string): bigint | null {
  const match = /^([+-]?)([^_]+(?:_[^_]+)*)$/.exec(text.trim());
  const digits = match?.[2]?.replaceAll('_', '') ?? '';
  for (const [form, prefix] of forms) {
    const found = form.exec(digits)?.[1];
    if (found !== undefined) return BigInt(prefix + found) * (match?.[1] === '-' ? -1n : 1n);
  }
  return null;
}

/** Ruby's `text.to_i`: the number that the text begins with, 0 where there is none. */
export function leadingInteger(text: string): bigint {
  const match = /^[ \t\r\n\f\v]*([+-]?)(\d+(?:_\d+)*)/.exec(text);
  return BigInt(match?.[2]?.replaceAll('_', '') ?? '0') * (match?.[1] === '-' ? -1n : 1n);
}
