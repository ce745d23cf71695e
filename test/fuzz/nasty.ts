// What goes wrong in programs like this one: texts, values, queries and bodies, at random and nearly right.
import fc from 'fast-check';

/** Texts with a history. */
const nastyTexts = [
  '',
  ' ',
  '\0',
  '\n',
  '\u202e',
  '\ufeff',
  '%',
  '%00',
  '%zz',
  '%2F',
  'null',
  'undefined',
  'true',
  'NaN',
  '-1',
  '0',
  '1e9',
  '0x10',
  '9'.repeat(30),
  '9007199254740993',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "' OR 1=1 --",
  '"; DROP TABLE event_1; --',
  '../../etc/passwd',

  '{}',
  '[]',
  '[null]',
  'a,b',
  ',',
  ';',
  '::',
  '>',
  '<=',
  '*',
  '(',
  '\\',
  '"',
  "'",
  'é',
  'İ',
  'ß',
  '💥',
  'x'.repeat(256),
  'x'.repeat(5_001),
  '2020-01-01T00:00:00Z',
  '2020-13-45T25:61:61Z',
  '2020-02-30T00:00:00Z',
  '0000-00-00T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  'urn:uuid:00000000-0000-0000-0000-000000000000',
];

export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nastyTexts) },
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ maxLength: 300 }),
);

const deep = fc
  .integer({ min: 1, max: 70 })
  .map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: inner }), 1));

/** Any value that JSON can hold. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e21, [], {}, [null], [[]], { data: null }, { guid: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(text, text, { maxKeys: 3 }),
  deep,
);

/** The valid most of the time, anything else otherwise. */
export function nearly(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: value });
}

/** An object of which members may be missing, wrong or too many. */
export function nearlyObject(
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<unknown> {
  const wished = Object.fromEntries(Object.entries(members).map(([name, valid]) => [name, nearly(valid)]));
  const extra = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    fc.dictionary(text, value, { maxKeys: 2 }),
  );
  return fc
    .tuple(fc.record(wished, { requiredKeys: [] }), extra)
    .map(([known, more]) => ({ ...more, ...known }));
}

/** The text of a body: JSON for the most part, sometimes broken. */
export function bodyOf(json: fc.Arbitrary<unknown>): fc.Arbitrary<string | Uint8Array> {
  const right = json.map((made) => JSON.stringify(made) ?? '');
  return fc.oneof(
    { weight: 20, arbitrary: right },
    { weight: 1, arbitrary: fc.tuple(right, fc.nat(200)).map(([whole, at]) => whole.slice(0, at)) },
    { weight: 1, arbitrary: right.map((whole) => whole.replace('{', '{"name":"one","name":"two",')) },
    { weight: 1, arbitrary: right.map((whole) => `\ufeff${whole}`) },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }) },
  );
}

/** A query: parameters that exist and others, values that are right and others, encoded or not at all. */
export function queryOf(names: readonly string[], values: readonly string[]): fc.Arbitrary<string> {
  const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: text });
  const some = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: text });
  const suffix = fc.constantFrom(
    '',
    '',
    '',
    '',
    '[not]',
    '[]',
    '[gt]',
    '[lte]',
    '[x][y]',
    '[',
    '[a][b][c][]',
  );
  const lists = fc.array(some, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
  const encoded = (plain: string): string => encodeURIComponent(plain.toWellFormed());
  const pair = fc
    .tuple(name, suffix, lists, fc.constantFrom('=', '=', '=', '=', ''))
    .map(([key, more, items, sign]) => `${encoded(key)}${more}${sign}${encoded(items)}`);
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(pair, { maxLength: 4 }).map((pairs) => pairs.join('&')) },
    { weight: 1, arbitrary: fc.array(pair, { maxLength: 4 }).map((pairs) => pairs.join(';')) },
    { weight: 2, arbitrary: visible(200) },
  );
}

/** What may stand in a request line. */
export function visible(maxLength: number): fc.Arbitrary<string> {
  const character = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  return fc.string({ unit: character, maxLength });
}

/** What may stand in a header: bytes of Latin-1 without control characters. */
export const headerValue: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code < 0x7f || code > 0x9f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 100,
  }),
  fc.constantFrom('', 'x'.repeat(5_000), '{}', '../..', 'Bearer', 'null', 'é', '%00', '1, 2, 3'),
);
