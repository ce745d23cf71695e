import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leadingInteger, rubyInteger } from '../../src/query/ruby-number.ts';

test('Integer() reads prefixes, underscores, signs and blanks', () => {
  const cases = {
    '010': 8n,
    '0x2': 2n,
    '0XfF': 255n,
    '0b101': 5n,
    '0o17': 15n,
    '0d10': 10n,
    '1_0': 10n,
    ' 1 ': 1n,
  };
  for (const [text, number] of Object.entries(cases)) assert.equal(rubyInteger(text), number, text);
  assert.equal(rubyInteger('-010'), -8n);
  assert.equal(rubyInteger('+5'), 5n);
  assert.equal(rubyInteger('0'), 0n);
});

test('Integer() refuses everything else', () => {
  for (const text of ['', ' ', 'abc', '1.5', '08', '1__0', '_1', '1_', '0x', '1 0', '--1', '1e3', '٣']) {
    assert.equal(rubyInteger(text), null, text);
  }
});

test('to_i takes what the text begins with', () => {
  const cases = { '1.5': 1n, '2abc': 2n, abc: 0n, '': 0n, ' 7': 7n, '-3x': -3n, '1_0': 10n, '0x10': 0n };
  for (const [text, number] of Object.entries(cases)) assert.equal(leadingInteger(text), number, text);
});

test('both read every decimal number, however long', () => {
  fc.assert(
    fc.property(fc.bigInt(), (number) => {
      assert.equal(rubyInteger(String(number)), number);
      assert.equal(leadingInteger(`${number} and more`), number);
    }),
  );
});
