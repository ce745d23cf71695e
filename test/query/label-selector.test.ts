import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelKeyFault, labelValueFault, parseLabelSelector } from '../../src/query/label-selector.ts';

function read(text: string | null): string[] | string {
  const selector = parseLabelSelector(text);
  if ('refused' in selector) return selector.refused;
  return selector.requirements.map(
    ({ prefix, key, operator, values }) => `${prefix}|${key}|${operator}|${values.join()}`,
  );
}

test('all seven forms', () => {
  assert.deepEqual(read('a,!b,c=d,e==f,g!=h,i in (j,k),example.com/l notin (m)'), [
    '|a|exists|',
    '|b|not_exists|',
    '|c|in|d',
    '|e|in|f',
    '|g|notin|h',
    '|i|in|j,k',
    'example.com|l|notin|m',
  ]);
  assert.deepEqual(read('a=,b in ()'), ['|a|in|', '|b|in|']);
});

test('empty parts do not count, blank ones are wrong', () => {
  assert.deepEqual(read(',a,,b,'), ['|a|exists|', '|b|exists|']);
  assert.equal(read('foo=bar, '), 'Invalid label_selector value');
});

test('refusals in the words of the original', () => {
  const cases: Record<string, string> = {
    '': 'Missing label_selector value',
    '!': 'Invalid label_selector value',
    'a b': 'Invalid label_selector value',
    'a in (b': 'Invalid label_selector value',
    '(a)(b': 'Invalid label_selector value',
    'a/b/c': "key has more than one '/'",
    'a in (b, c)': "' c' contains invalid characters",
    'a===b': "'=b' contains invalid characters",
    '-a': "'-a' starts or ends with invalid characters",
    'nodots/a': "prefix 'nodots' must be in valid dns format",
    'cloudfoundry.org/a': "prefix 'cloudfoundry.org' is reserved",
    'example.com/': 'key cannot be empty string',
    [`${'a'.repeat(64)}`]: "'aaaaaaaa...' is greater than 63 characters",
    '-a,-b': "'-a' starts or ends with invalid characters, '-b' starts or ends with invalid characters",
  };
  for (const [text, message] of Object.entries(cases)) assert.equal(read(text), message, text);
  assert.equal(read(null), 'Missing label_selector value');
  assert.equal(read('a,'.repeat(51)), 'Too many label_selector requirements (maximum is 50)');
});

test('keys and values by themselves', () => {
  assert.equal(labelKeyFault('example.com/a.b_c-d'), null);
  assert.equal(labelKeyFault(''), 'key cannot be empty string');
  assert.equal(
    labelKeyFault(`${'a.'.repeat(127)}com/a`),
    "prefix 'a.a.a.a....' is greater than 253 characters",
  );
  assert.equal(labelValueFault(''), null);
  assert.equal(labelValueFault('x y'), "'x y' contains invalid characters");
});

test('what is written from requirements is read back', () => {
  const word = fc.stringMatching(/^[a-z0-9](?:[-_.a-z0-9]{0,8}[a-z0-9])?$/);
  const prefix = fc.constantFrom('', 'example.com');
  const written = {
    exists: (key: string, _: readonly string[]) => key,
    not_exists: (key: string, _: readonly string[]) => `!${key}`,
    in: (key: string, values: readonly string[]) => `${key} in (${values.join()})`,
    notin: (key: string, values: readonly string[]) => `${key} notin (${values.join()})`,
  };
  const requirement = fc
    .record({
      prefix,
      key: word,
      operator: fc.constantFrom('exists' as const, 'not_exists' as const, 'in' as const, 'notin' as const),
      values: fc.array(word, { minLength: 1, maxLength: 3 }),
    })
    .map((each) => ({ ...each, values: each.operator.endsWith('in') ? each.values : [] }));
  fc.assert(
    fc.property(fc.array(requirement, { minLength: 1, maxLength: 5 }), (requirements) => {
      const text = requirements
        .map(({ prefix: before, key, operator, values }) =>
          written[operator](before === '' ? key : `${before}/${key}`, values),
        )
        .join(',');
      assert.deepEqual(parseLabelSelector(text), { requirements });
    }),
  );
});
