import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import {
  commaList,
  commaText,
  nestParameters,
  readParameters,
  rubyText,
  type Value,
} from '../../src/query/parameters.ts';
import { refused } from './refused.ts';

test('names and values are decoded, in order, repeated ones kept', () => {
  assert.deepEqual(readParameters('a=1&b=%C3%A4+%2b&a=2&&c&d='), [
    ['a', '1'],
    ['b', 'ä +'],
    ['a', '2'],
    ['c', null],
    ['d', ''],
  ]);
  assert.deepEqual(readParameters(''), []);
});

test('a raw equals sign belongs to the value, a bare semicolon separates where asked', () => {
  assert.deepEqual(readParameters('q=a=b;c=d'), [['q', 'a=b;c=d']]);
  assert.deepEqual(readParameters('q=a=b;c=d', '&;'), [
    ['q', 'a=b'],
    ['c', 'd'],
  ]);
});

test('raw bytes arrive as Latin-1 and are read as UTF-8', () => {
  assert.deepEqual(readParameters(Buffer.from('q=ä').toString('latin1')), [['q', 'ä']]);
});

test('what cannot be kept faithfully is refused with a sentence', () => {
  assert.match(
    refused(() => readParameters('q=%ff')),
    /'%ff' is not valid UTF-8/,
  );
  assert.match(
    refused(() => readParameters('q=%zz')),
    /percent sign in '%zz' is not followed by two/,
  );
  assert.match(
    refused(() => readParameters('q=a%00')),
    /holds a NUL character/,
  );
  assert.match(
    refused(() => readParameters('q=€')),
    /not valid UTF-8/,
  );
  assert.match(
    refused(() => readParameters('a'.repeat(limits.urlBytesMax + 1))),
    /longer than 65536 bytes/,
  );
});

test('any well-formed text survives encoding and reading', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((each) => !each.includes('\0') && each !== '');
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (pairs) => {
      const query = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
      assert.deepEqual(readParameters(query), pairs);
    }),
  );
});

function plain(value: Value): unknown {
  if (value.kind === 'text') return value.text;
  if (value.kind === 'list') return value.items;
  return Object.fromEntries([...value.members].map(([name, inner]) => [name, plain(inner)]));
}

function nested(query: string): unknown {
  return plain({ kind: 'map', members: nestParameters(readParameters(query)) });
}

test('brackets nest', () => {
  assert.deepEqual(nested('a[not]=1&a[x][y]=2&b[]=3&b[]&c=4&c=5&=6'), {
    a: { not: '1', x: { y: '2' } },
    b: ['3', null],
    c: '5',
  });
  assert.deepEqual(nested('a[=1&[b]=2&a]=3'), { 'a[': '1', '[b]': '2', 'a]': '3' });
});

test('forms that exclude each other are refused', () => {
  assert.match(
    refused(() => nested('a=1&a[b]=2')),
    /'a\[b\]' is given in two forms/,
  );
  assert.match(
    refused(() => nested('a[b]=1&a[]=2')),
    /two forms/,
  );
  assert.match(
    refused(() => nested('a[][b]=1')),
    /nested in a way that is not understood/,
  );
  assert.match(
    refused(() => nested(`a${'[b]'.repeat(limits.jsonDepthMax)}=1`)),
    /not understood/,
  );
  assert.deepEqual(nested('a[b]=1&a=2'), { a: '2' });
});

test('list items are decoded once more, blanks after a comma go', () => {
  assert.deepEqual(commaList('a,  b%2Cc,,%'), ['a', 'b,c', '', '%']);
  assert.deepEqual(commaList(''), ['']);
  assert.match(
    refused(() => commaList('%ff')),
    /not valid UTF-8/,
  );
  assert.match(
    refused(() => commaList('%00')),
    /NUL/,
  );
});

test('a list written as text reads back the same', () => {
  const item = fc.string({ unit: fc.constantFrom('a', ',', '%', '2', 'C', ' ', '\t', 'ä', '%2C') });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1 }), (items) => {
      assert.deepEqual(commaList(commaText(items)), items);
    }),
  );
});

test('lists where a text was meant become the text that Ruby makes of them', () => {
  assert.equal(rubyText({ kind: 'list', items: ['a', 'b"', null] }), '["a", "b\\"", nil]');
});
