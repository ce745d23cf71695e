// Limits of quotas: what is asked for is what is shown, in both APIs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { organizationLimits } from '../../../src/foundation/table/organization-quotas.ts';
import { limitGroups, limitNames } from '../../../src/foundation/table/quotas.ts';
import { limitProblems, limitsAsked, presentLimits } from '../../../src/http/v3/quotas.ts';

const number = fc.option(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { nil: null });
const body = fc.record(
  Object.fromEntries(
    organizationLimits.map((group) => {
      const limits = limitGroups[group].map((name) => [
        name,
        name === 'paid_services_allowed' ? fc.boolean() : number,
      ]);
      return [group, fc.record(Object.fromEntries(limits), { requiredKeys: [] })];
    }),
  ),
  { requiredKeys: [] },
);

test('limits that are asked for are shown, and no others', () => {
  fc.assert(
    fc.property(body, (asked) => {
      assert.deepEqual(limitProblems(asked, organizationLimits), []);
      const limits = limitsAsked(asked, organizationLimits);
      const shown = JSON.parse(JSON.stringify(presentLimits(limits, organizationLimits)));
      for (const [group, members] of Object.entries(asked)) {
        for (const [name, value] of Object.entries(members ?? {})) assert.equal(shown[group][name], value);
      }
      const named = Object.values(asked).flatMap((members) => Object.keys(members ?? {}));
      assert.deepEqual(Object.keys(limits).toSorted(), named.toSorted());
    }),
  );
});

test('whatever is sent is answered, never thrown at', () => {
  fc.assert(
    fc.property(fc.record({ apps: fc.jsonValue(), services: fc.jsonValue() }), (sent) => {
      const problems = limitProblems(sent, organizationLimits);
      if (problems.length > 0) return;
      const known: readonly string[] = limitNames(organizationLimits);
      for (const name of Object.keys(limitsAsked(sent, organizationLimits))) assert.ok(known.includes(name));
    }),
  );
});
