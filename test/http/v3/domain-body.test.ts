// Names of domains: the form of RFC 1035, for whatever somebody sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameProblems } from '../../../src/http/v3/domain-body.ts';

const alphanumeric = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const inner = fc.string({ unit: fc.constantFrom(...alphanumeric, '-'), maxLength: 61 });
const end = fc.constantFrom(...alphanumeric);
const label = fc.oneof(
  end,
  fc.tuple(end, inner, end).map((parts) => parts.join('')),
);

test('labels joined by dots are a name, as long as it is not too long', () => {
  fc.assert(
    fc.property(fc.array(label, { minLength: 2, maxLength: 6 }), (labels) => {
      const name = labels.join('.');
      const long = ['Name is too long (maximum is 253 characters)'];
      assert.deepEqual(nameProblems(name), name.length > 253 ? long : []);
    }),
  );
});

test('a label that begins or ends with a hyphen, or an empty one, is no label', () => {
  fc.assert(
    fc.property(label, fc.constantFrom('-', '', '.', ' ', 'ä'), (good, bad) => {
      for (const name of [`${bad}${good}-.example`, `x.-${good}`, `.${good}.x`, `${good}..x`, `${good}ä.x`]) {
        assert.ok(nameProblems(name).includes('Name does not comply with RFC 1035 standards'), name);
      }
    }),
  );
});

test('whatever is no text is answered, never thrown at', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      if (typeof value !== 'string') assert.ok(nameProblems(value).includes('Name must be a string'));
    }),
  );
});
