// Generators of event data and drafts, shared by the tests of redaction and of the intake.
import fc from 'fast-check';
import { type Json, jsonOf } from '../../src/core/json.ts';
import { allEntries } from '../../src/event/catalog.ts';
import type { EventDraft, Particulars } from '../../src/event/event.ts';

/** Texts that every floor takes: no NUL, no half surrogate pairs. */
export const goodText = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', maxLength })
    .map((text) => [...text.replaceAll('\0', '')].slice(0, maxLength).join(''));

/** Values as clients send them, without secrets' names or looks. */
export const plainValue: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => /^[^\0]*$/.test(JSON.stringify(value)) && !/\\u/i.test(JSON.stringify(value)))
  .map(jsonOf);

export const plainData: fc.Arbitrary<Json> = fc
  .dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), plainValue, { maxKeys: 5 })
  .map((members) => ({ kind: 'object', members: Object.entries(members) }));

export const anyType = fc.oneof(
  fc.constantFrom(...allEntries().map(({ type }) => type)),
  fc.constantFrom('weird;type,x', 'audit.future.create'),
);

const name = fc.option(goodText(40));

export const particulars: fc.Arbitrary<Particulars> = fc.record(
  {
    actor_name: name,
    actor_username: name,
    target_name: name,
    context: fc.record(
      { address: goodText(20), user_agent: goodText(600), interface: fc.constantFrom('v2', 'v3') },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

export const draft: fc.Arbitrary<EventDraft> = fc.record({
  guid: fc.uuid(),
  type: anyType,
  occurredAt: fc.integer({ min: 1_300_000_000_000_000, max: 1_900_000_000_000_000 }),
  precision: fc.constantFrom('second', 'fraction'),
  actor: fc.record({ type: fc.constantFrom('user', 'process'), guid: fc.uuid() }),
  target: fc.record({ type: fc.constantFrom('app', 'space'), guid: fc.constantFrom('system', 'a/b', 'c') }),
  spaceGuid: fc.oneof(fc.constant(''), fc.uuid()),
  organizationGuid: fc.oneof(fc.constant(''), fc.uuid()),
  particulars,
  data: fc.oneof(plainData, fc.constant<Json>({ kind: 'null' })),
  outcome: fc.constantFrom('success', 'failure', 'unknown'),
});
