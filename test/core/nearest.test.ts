import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/core/nearest.ts';

const words = fc.stringMatching(/^[a-d]{0,8}$/);

test('edits are counted: insert, remove, replace, swap', () => {
  for (const [a, b, edits] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['type', 'types', 1],
    ['tpye', 'type', 1],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
  ] as const) {
    assert.equal(editDistance(a, b), edits, `${a} ${b}`);
  }
});

test('the distance is symmetric, zero only for one word, and within the longer length', () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      const edits = editDistance(a, b);
      assert.equal(edits, editDistance(b, a));
      assert.equal(edits === 0, a === b);
      assert.ok(edits <= Math.max(a.length, b.length) && edits >= Math.abs(a.length - b.length));
    }),
  );
});

test('one slip of the hand is always found again', () => {
  const known = ['organization_guid', 'space_guid', 'timestamp', 'actee', 'type'];
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('', 'x'), (word, place, inserted) => {
      const at = place % word.length;
      const slipped = word.slice(0, at) + inserted + word.slice(at + 1);
      assert.equal(nearest(slipped, known), word);
    }),
  );
});

test('the beginning of a word is enough, a far one is nothing', () => {
  assert.equal(
    nearest('organization.delete', ['organization.update', 'organization.delete-request']),
    'organization.delete-request',
  );
  assert.equal(nearest('TYPE', ['type']), 'type');
  assert.equal(nearest('colour', ['actee', 'type']), null);
  assert.equal(nearest('', ['type']), null);
  assert.equal(nearest('t'.repeat(1000), ['t'.repeat(1001)]), null);
  assert.equal(nearest('type', []), null);
});
