import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IndexSet } from '../../src/verify/index-set.ts';

test('an index is new once', () => {
  const index = fc.oneof(fc.nat({ max: 20_000 }), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(index), (indexes) => {
      const [set, model] = [new IndexSet(), new Set<number>()];
      for (const one of indexes) {
        assert.equal(set.add(one), !model.has(one));
        model.add(one);
        assert.equal(set.size, model.size);
      }
    }),
  );
});
