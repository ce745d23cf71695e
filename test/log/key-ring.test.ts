import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { admin, discard, type KeysRig, keysRig, origin, signed, verifyingNumbers } from './keys-rig.ts';

const rotation = { doer: admin, origin } as const;

type Step =
  | { readonly kind: 'rotate' | 'wait'; readonly days: number }
  | { readonly kind: 'reopen' | 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('rotate' as const, 'wait' as const),
    days: fc.integer({ min: 0, max: 40 }),
  }),
  fc.record({ kind: fc.constantFrom('reopen' as const, 'crash' as const) }),
);

test('whatever happens, something signs, only what was told signs, and every note verifies for ever', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const rig = keysRig();
      try {
        let keys = await rig.open();
        const notes = [signed(keys, 0)];
        for (const one of steps) {
          if (one.kind === 'wait') rig.advance(one.days);
          else if (one.kind === 'rotate') await keys.rotate({ ...rotation, overlapDays: one.days });
          else if (one.kind === 'crash') await crashed(rig);
          if (one.kind === 'crash' || one.kind === 'reopen') keys = await rig.open();
          notes.push(signed(keys, notes.length));
        }
        const told = new Set(
          rig.told.filter(({ what }) => what === 'made').map(({ fingerprint }) => fingerprint),
        );
        for (const { fingerprint } of keys.list(origin)) assert.ok(told.has(fingerprint));
        for (const note of notes) assert.ok(verifyingNumbers(keys, note).length > 0);
        const numbers = keys.list(origin).map(({ number }) => number);
        assert.deepEqual(
          numbers,
          numbers.toSorted((one, other) => other - one),
        );
        assert.equal(new Set(numbers).size, numbers.length);
      } finally {
        discard(rig);
      }
    }),
    { numRuns: 25 },
  );
});

/** A rotation of which the process saw the beginning only: what the folder held then is what the next one finds. */
async function crashed({ folder, open }: KeysRig): Promise<void> {
  const seen = mkdtempSync(join(tmpdir(), 'hansard-log-keys-'));
  const keys = await open({ record: async () => cpSync(folder, seen, { recursive: true }) });
  await keys.rotate(rotation);
  rmSync(folder, { recursive: true });
  cpSync(seen, folder, { recursive: true });
  rmSync(seen, { recursive: true });
}
