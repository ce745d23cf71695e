import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitKey } from '../../../src/foundation/table/labels.ts';
import { metadataChanges, metadataProblems } from '../../../src/http/v3/labels.ts';

test('metadata: what is wrong is said in the original words', () => {
  const long = 'x'.repeat(64);
  const cases: [unknown, string[]][] = [
    [{}, []],
    [{ labels: { env: 'prod', 'example.com/team': null }, annotations: { note: 'Free text, any.' } }, []],
    [null, ['Metadata must be an object']],
    [[], ['Metadata must be an object']],
    [{ foo: 1, bar: 2 }, ["Metadata has unexpected field(s): 'foo' 'bar'"]],
    [{ labels: [] }, ["Metadata 'labels' is not an object"]],
    [{ annotations: 'x' }, ["Metadata 'annotations' is not an object"]],
    [
      { annotations: Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`a${index}`, null])) },
      ["Metadata 'annotations' has more than 1000 entries"],
    ],
    [{ labels: { '': 'x' } }, ['Metadata label key error: key cannot be empty string']],
    [{ labels: { 'a/b/c': 'x' } }, ["Metadata label key error: key has more than one '/'"]],
    [
      { labels: { 'bad_prefix/b': 'x' } },
      ["Metadata label key error: prefix 'bad_prefix' must be in valid dns format"],
    ],
    [
      { labels: { 'cloudfoundry.org/b': 'x' } },
      ["Metadata label key error: prefix 'cloudfoundry.org' is reserved"],
    ],
    [{ labels: { 'a b': 'x' } }, ["Metadata label key error: 'a b' contains invalid characters"]],
    [{ labels: { '-a': 'x' } }, ["Metadata label key error: '-a' starts or ends with invalid characters"]],
    [{ labels: { a: 'x y' } }, ["Metadata label value error: 'x y' contains invalid characters"]],
    [{ labels: { a: long } }, ["Metadata label value error: 'xxxxxxxx...' is greater than 63 characters"]],
    [{ annotations: { 'a b': 'x' } }, ["Metadata annotation key error: 'a b' contains invalid characters"]],
    [{ annotations: { 'a b': null } }, []],
    [
      { annotations: { a: 'y'.repeat(5001) } },
      ["Metadata annotation value error: 'yyyyyyyy...' is greater than 5000 characters"],
    ],
  ];
  for (const [metadata, problems] of cases) {
    assert.deepEqual(metadataProblems({ metadata }), problems, JSON.stringify(metadata).slice(0, 80));
  }
  assert.deepEqual(metadataProblems({}), []);
});

test('metadata: numbers and booleans become texts, null takes away', () => {
  const metadata = { labels: { a: 1, b: true, c: null, d: '' }, annotations: { e: 'x' } };
  assert.deepEqual(metadataChanges({ metadata }), {
    labels: [
      ['a', '1'],
      ['b', 'true'],
      ['c', null],
      ['d', ''],
    ],
    annotations: [['e', 'x']],
  });
  assert.deepEqual(metadataChanges({}), { labels: [], annotations: [] });
});

test('a key is its prefix and its name again', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (prefix, name) => {
      fc.pre(!prefix.includes('/') && prefix !== '');
      assert.deepEqual(splitKey(`${prefix}/${name}`), { prefix, key: name });
    }),
  );
  assert.deepEqual(splitKey('env'), { prefix: '', key: 'env' });
});
