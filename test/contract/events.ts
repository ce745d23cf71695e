// Events and questions at random for the contract suite, from a vocabulary so small that conditions often meet.
import fc from 'fast-check';
import type { EventRow } from '../../src/event/event.ts';
import type { Filter } from '../../src/query/ast.ts';
import { narrow, type Visibility } from '../../src/query/narrow.ts';

const types = [
  'audit.app.create',
  'audit.app.update',
  'audit.space.create',
  'app.crash',
  'audit.log.login',
  'Ärger',
];
const guids = ['', 'a', 'b', 'c', 'd', 'ü', 'ﬀ', '𝔸'];
const names = ['ann', 'bob', "o'hara", '%', null] as const;
const origins = ['', 'x', 'y'];
const times = [0, 1, 2, 999_999, 1_000_000, 1_500_000, -5];

export const logTypes = ['audit.log.login'];

let made = 0;
function nextGuid(): string {
  made += 1;
  return `00000000-0000-7000-8000-${String(made).padStart(12, '0')}`;
}

export const eventRow: fc.Arbitrary<EventRow> = fc
  .record({
    origin: fc.constantFrom(...origins),
    type: fc.constantFrom(...types),
    occurredAt: fc.constantFrom(...times),
    actor: fc.constantFrom('a', 'b'),
    target: fc.constantFrom('a', 'b', 'c'),
    targetType: fc.constantFrom('app', 'space'),
    spaceGuid: fc.constantFrom(...guids),
    organizationGuid: fc.constantFrom(...guids),
    outcome: fc.constantFrom('success' as const, 'failure' as const, 'unknown' as const),
    actorName: fc.constantFrom(...names),
    targetName: fc.constantFrom(...names),
  })
  .map((one) => ({
    origin: one.origin,
    guid: nextGuid(),
    type: one.type,
    audience: logTypes.includes(one.type) ? ('log' as const) : ('platform' as const),
    occurredAt: one.occurredAt,
    recordedAt: 7,
    actor: { type: 'user', guid: one.actor },
    target: { type: one.targetType, guid: one.target },
    spaceGuid: one.spaceGuid,
    organizationGuid: one.organizationGuid,
    outcome: one.outcome,
    data: '{"a":1}',
    particulars: JSON.stringify({ actor_name: one.actorName, target_name: one.targetName }),
    dataSalt: new Uint8Array(32),
    particularsSalt: new Uint8Array(32),
  }));

const values = fc.array(fc.constantFrom(...guids, ...types, 'success', 'failure', 'x'), { maxLength: 4 });
const field = fc.constantFrom(
  'type' as const,
  'actor' as const,
  'target' as const,
  'space' as const,
  'organization' as const,
  'origin' as const,
  'outcome' as const,
  'guid' as const,
);
const op = fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const);

export const filter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant<Filter>({ kind: 'everything' }),
    fc.constant<Filter>({ kind: 'nothing' }),
    fc.record({ kind: fc.constant('in' as const), field, values }),
    fc.record({
      kind: fc.constant('in' as const),
      field: fc.constant('type' as const),
      values: fc.subarray(types),
    }),
    fc.record({
      kind: fc.constant('text' as const),
      field,
      op,
      value: fc.constantFrom(...guids, ...types, '0', '00000000-0000-7000-8000-000000000050'),
    }),
    fc.record({ kind: fc.constant('time' as const), op, value: fc.constantFrom(...times) }),
    fc.record({
      kind: fc.constant('prefix' as const),
      field: fc.constant('type' as const),
      prefix: fc.constantFrom('audit.', 'audit.app', 'a', '', 'Ä'),
    }),
    fc.record({
      kind: fc.constant('name' as const),
      of: fc.constantFrom('actor' as const, 'target' as const),
      values: fc.array(fc.constantFrom('ann', 'bob', "o'hara", '%'), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('and' as const), all: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('or' as const), any: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not' as const), of: tie('filter') }),
  ),
})).filter;

const places = fc.uniqueArray(
  fc.record({ origin: fc.constantFrom(...origins), guid: fc.constantFrom(...guids.slice(1)) }),
  { maxLength: 5, selector: ({ origin, guid }) => `${origin}/${guid}` },
);

const visibility: fc.Arbitrary<Visibility> = fc.oneof(
  fc.constant<Visibility>({ kind: 'all' }),
  fc.record({ kind: fc.constant('places' as const), organizations: places, spaces: places }),
);

export const question = fc
  .record({ filter, visibility, audiences: fc.constantFrom('platform' as const, 'all' as const) })
  .map((one) =>
    narrow(one.filter, one.visibility, one.audiences, (type) =>
      logTypes.includes(type) ? 'log' : 'platform',
    ),
  );
