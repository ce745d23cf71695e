import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonRefused, jsonOf, jsonText, member, readJson, stringOf } from '../../src/core/json.ts';
import { limits } from '../../src/core/limits.ts';

/** Ordinary values: what JSON.parse and this reader agree on. */
const ordinary = fc
  .jsonValue({ maxDepth: 6 })
  .map((value) => JSON.stringify(value))
  .filter((text) => !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text));

function refusal(text: string): JsonRefused {
  try {
    readJson(text);
  } catch (error) {
    if (error instanceof JsonRefused) return error;
    throw error;
  }
  return assert.fail(`${text} was taken`);
}

test('what JSON.stringify writes comes back byte for byte', () => {
  fc.assert(
    fc.property(ordinary, (text) => {
      assert.equal(jsonText(readJson(text)), text);
    }),
  );
});

test('any layout reads as the same value as JSON.parse reads', () => {
  const layout = fc.constantFrom(1, 2, '\t', ' \t');
  fc.assert(
    fc.property(ordinary, layout, (text, indent) => {
      const spread = ` \r\n${JSON.stringify(JSON.parse(text), null, indent)}\n`;
      assert.deepEqual(JSON.parse(jsonText(readJson(spread))), JSON.parse(text));
    }),
  );
});

test('a text is taken only if JSON.parse takes it', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"b"',
    '1',
    '-',
    '.5',
    'e',
    'null',
    ' ',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      let value: unknown;
      try {
        value = JSON.parse(jsonText(readJson(text)));
      } catch (error) {
        assert.ok(error instanceof JsonRefused);
        return;
      }
      assert.deepEqual(JSON.parse(text), value);
    }),
    { numRuns: 2000 },
  );
});

test('member order and the text of numbers stay', () => {
  for (const text of [
    '{"b":1,"a":2,"10":3,"2":4}',
    '[1.0,1e3,-0,0.10,123456789012345678901234567890,1E+2]',
  ]) {
    assert.equal(jsonText(readJson(text)), text);
  }
  assert.equal(jsonText(readJson('{"__proto__":{"constructor":1}}')), '{"__proto__":{"constructor":1}}');
});

test('what cannot be kept faithfully is refused with a reason and a place', () => {
  const cases: readonly (readonly [string, RegExp, number])[] = [
    ['{"a":1,"a":2}', /the member "a" stands twice/, 7],
    ['{"a":1,"\\u0061":2}', /the member "a" stands twice/, 7],
    ['"\\u0000"', /NUL/, 0],
    ['"\\ud800"', /lone surrogate/, 0],
    ['"\ud800"', /lone surrogate/, 0],
    ['["\\udc00\\ud800"]', /lone surrogate/, 1],
    ['{"\\u0000":1}', /NUL/, 1],
    ['"a\nb"', /control character/, 2],
    ['"a', /ends inside a string/, 2],
    ['"\\x41"', /unknown escape/, 1],
    ['"\\u12g4"', /broken \\u escape/, 1],
    ['[1,]', /not JSON/, 3],
    ['{"a":1,}', /member name was expected/, 7],
    ['{a:1}', /member name was expected/, 1],
    ['{"a" 1}', /colon was expected/, 5],
    ['[1 2]', /a comma or ] was expected/, 3],
    ['{"a":1 "b":2}', /a comma or } was expected/, 7],
    ['01', /something follows/, 1],
    ['1 2', /something follows/, 2],
    ['NaN', /not JSON/, 0],
    ['.5', /not JSON/, 0],
    ['', /ends too early/, 0],
    ['[', /ends too early/, 1],
    ['\ufeff{}', /not JSON/, 0],
  ];
  for (const [text, reason, position] of cases) {
    const refused = refusal(text);
    assert.match(refused.message, reason, text);
    assert.equal(refused.position, position, text);
  }
});

test('nesting is bounded, whatever stands inside', () => {
  const nested = (depth: number, inside: string) => `${'['.repeat(depth)}${inside}${']'.repeat(depth)}`;
  for (const inside of ['', '1', '"a"', 'null']) {
    const deepest = nested(limits.jsonDepthMax, inside);
    assert.equal(jsonText(readJson(deepest)), deepest);
    assert.match(refusal(nested(limits.jsonDepthMax + 1, inside)).message, /nested deeper than 64 levels/);
  }
  assert.match(refusal('{"a":'.repeat(100_000)).message, /nested deeper/);
});

test('surrogate pairs, however they are escaped, are kept as characters', () => {
  assert.equal(stringOf(readJson('"\\ud83d\\ude00"')), '😀');
  assert.equal(jsonText(readJson('"😀\\u2028\\/"')), '"😀\u2028/"');
});

test('member and stringOf look without failing', () => {
  const json = jsonOf({ a: 'x', b: [1] });
  assert.equal(stringOf(member(json, 'a')), 'x');
  assert.equal(stringOf(member(json, 'b')), undefined);
  assert.equal(member(member(json, 'b'), 'c'), undefined);
  assert.equal(member(undefined, 'a'), undefined);
});
