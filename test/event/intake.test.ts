import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, jsonOf, jsonText, readJson } from '../../src/core/json.ts';
import { limits } from '../../src/core/limits.ts';
import type { EventDraft, EventRow, StoredEvent } from '../../src/event/event.ts';
import { compareKnown, IntakeRefused, intake } from '../../src/event/intake.ts';
import { draft as anyDraft } from './arbitrary.ts';

const now = 1_800_000_000_123_456;
let filled = 0;
const random = (length: number) => new Uint8Array(length).fill(++filled);

const plain: EventDraft = {
  guid: 'A8F6F996-2C4A-5B23-B39B-2271F648582F',
  type: 'audit.app.create',
  occurredAt: 1_517_479_200_500_000,
  precision: 'fraction',
  actor: { type: 'user', guid: 'u1' },
  target: { type: 'app', guid: 'app-0' },
  spaceGuid: 's1',
  organizationGuid: 'o1',
  particulars: { target_name: 'nm', actor_username: 'a', actor_name: 'a@b.c' },
  data: readJson('{"request":{"name":"x","n":1.50,"command":"rake"}}'),
  outcome: 'success',
};

function stored(row: EventRow): StoredEvent {
  const { dataSalt: _, particularsSalt: __, particulars, ...rest } = row;
  return { ...rest, id: 1, particulars: JSON.parse(particulars), sealed: null, erased: [] };
}

const store = (draft: EventDraft) => stored(intake(draft, 'x', now, random));

test('an event is stored redacted and compact, its guid in lower case, with salts of its own', () => {
  const row = intake(plain, 'import', now, random);
  assert.equal(row.guid, 'a8f6f996-2c4a-5b23-b39b-2271f648582f');
  assert.equal(row.data, '{"request":{"name":"x","n":1.50,"command":"[PRIVATE DATA HIDDEN]"}}');
  assert.equal(row.particulars, '{"actor_name":"a@b.c","actor_username":"a","target_name":"nm"}');
  assert.deepEqual([row.origin, row.audience, row.recordedAt], ['import', 'platform', now]);
  assert.equal(row.dataSalt.length, 32);
  assert.notDeepEqual(row.dataSalt, row.particularsSalt);
  assert.equal(intake({ ...plain, type: 'audit.log.login' }, '', now, random).audience, 'log');
});

test('particulars keep the difference between absent and null, and their order', () => {
  const text = (particulars: EventDraft['particulars']) =>
    intake({ ...plain, particulars }, '', now, random).particulars;
  assert.equal(text({}), '{}');
  assert.equal(text({ target_name: '', actor_name: null }), '{"actor_name":null,"target_name":""}');
  assert.equal(
    text({ context: { interface: 'v3', user_agent: 'cf', address: '::1' }, target_name: 'x' }),
    '{"target_name":"x","context":{"address":"::1","user_agent":"cf","interface":"v3"}}',
  );
});

test('null data reads as {}', () => {
  assert.equal(intake({ ...plain, data: { kind: 'null' } }, '', now, random).data, '{}');
});

test('what is wrong is refused by name, with the value and the right form', () => {
  const long = 'x'.repeat(256);
  const cases: readonly (readonly [Partial<EventDraft>, string, RegExp])[] = [
    [{ guid: 'nope' }, 'guid', /^guid "nope" is not taken: it must be a UUID$/],
    [{ guid: '' }, 'guid', /UUID/],
    [{ type: '' }, 'type', /1 to 255 characters/],
    [{ type: long }, 'type', /^type "x{60}…" is not taken: it may have at most 255 characters$/],
    [{ type: 'a\0' }, 'type', /"a\\u0000" .* NUL/],
    [{ actor: { type: '', guid: 'u' } }, 'actor.type', /1 to 255/],
    [{ actor: { type: 'user', guid: '' } }, 'actor.guid', /1 to 255/],
    [{ target: { type: 'app', guid: long } }, 'target.guid', /at most 255/],
    [{ target: { type: '\ud800', guid: 'x' } }, 'target.type', /half a surrogate pair/],
    [{ spaceGuid: long }, 'space_guid', /at most 255/],
    [{ organizationGuid: 'a\0' }, 'organization_guid', /NUL/],
    [{ occurredAt: 0.5 }, 'occurred_at', /"0.5" .* instant of the years 1685 to 2254/],
    [{ occurredAt: Number.NaN }, 'occurred_at', /instant/],
    [{ particulars: { actor_name: long } }, 'actor_name', /at most 255/],
    [{ particulars: { actor_username: '\udc00' } }, 'actor_username', /surrogate/],
    [{ particulars: { target_name: 'a\0' } }, 'target_name', /NUL/],
    [{ particulars: { context: { address: 'a\0' } } }, 'context.address', /NUL/],
    [{ data: jsonOf([1]) }, 'data', /of kind array.*must be a JSON object or null/],
    [{ data: jsonOf('x') }, 'data', /JSON object/],
    [
      { data: jsonOf({ a: 'x'.repeat(limits.dataBytesMax) }) },
      'data',
      /of 1048584 bytes.*at most 1048576 bytes/,
    ],
    [{ data: object(['a', text('\0')]) }, 'data', /NUL/],
    [{ data: object(['a', text('\ud800')]) }, 'data', /surrogate/],
    [{ data: object(['a', text('x')], ['a', text('y')]) }, 'data', /stands twice/],
    [{ data: object(['a', { kind: 'number', text: 'NaN' }]) }, 'data', /not JSON/],
    [{ data: nested(limits.jsonDepthMax + 1) }, 'data', /nested deeper/],
  ];
  for (const [change, field, sentence] of cases) {
    assert.throws(
      () => intake({ ...plain, ...change }, '', now, random),
      (error) => error instanceof IntakeRefused && error.field === field && sentence.test(error.message),
      `${field} ${sentence}`,
    );
  }
  assert.throws(() => intake(plain, long, now, random), /^IntakeRefused: origin/);
  assert.throws(() => intake(plain, '', -1e18, random), /^IntakeRefused: recorded_at/);
});

function text(value: string): Json {
  return { kind: 'string', value };
}

function object(...members: readonly (readonly [string, Json])[]): Json {
  return { kind: 'object', members };
}

function nested(depth: number): Json {
  let json = object();
  for (let level = 1; level < depth; level += 1) json = object(['a', json]);
  return json;
}

test('a limit counts characters, not their halves, and names at the limit are taken', () => {
  const name = '😀'.repeat(255);
  assert.ok(
    intake({ ...plain, particulars: { target_name: name } }, '', now, random).particulars.includes(name),
  );
  assert.throws(
    () => intake({ ...plain, particulars: { target_name: `${name}x` } }, '', now, random),
    IntakeRefused,
  );
});

test('a text of the context that is too long is cut, since clients choose it', () => {
  const particulars = { context: { user_agent: '😀'.repeat(1000) } };
  const row = intake({ ...plain, particulars }, '', now, random);
  assert.equal(JSON.parse(row.particulars).context.user_agent, `${'😀'.repeat(511)}…`);
  assert.deepEqual(compareKnown(stored(row), { ...plain, particulars }), { kind: 'known' });
});

test('the same draft again is known, always', () => {
  fc.assert(
    fc.property(anyDraft, (draft) => {
      const row = intake(draft, 'x', now, random);
      assert.equal(jsonText(readJson(row.data)), row.data);
      assert.deepEqual(compareKnown(stored(row), draft), { kind: 'known' });
    }),
  );
});

/** The account that V3 gives of an event: whole seconds, no user name. */
function inV3({ particulars, ...draft }: EventDraft): EventDraft {
  const { actor_username: _, context: __, ...names } = particulars;
  return {
    ...draft,
    precision: 'second',
    occurredAt: Math.floor(draft.occurredAt / 1e6) * 1e6,
    particulars: names,
  };
}

test('V2 then V3 is known; V3 then V2 adds what V3 cannot tell', () => {
  fc.assert(
    fc.property(anyDraft, ({ particulars, ...rest }) => {
      const { context: _, ...names } = particulars;
      const draft = { ...rest, particulars: names };
      assert.deepEqual(compareKnown(store(draft), inV3(draft)), { kind: 'known' });
      const username = particulars.actor_username ?? null;
      assert.deepEqual(
        compareKnown(store(inV3(draft)), draft),
        username === null ? { kind: 'known' } : { kind: 'richer', additions: { actor_username: username } },
      );
    }),
  );
});

test('data is compared as values, after redaction', () => {
  const known = store(plain);
  const again = (data: string) => compareKnown(known, { ...plain, data: readJson(data) }).kind;
  assert.equal(again('{"request":{"command":"other","n":1.5,"name":"x"}}'), 'known');
  assert.equal(again('{"request":{"command":"[PRIVATE DATA HIDDEN]","n":1.50,"name":"x"}}'), 'known');
  assert.equal(again('{"request":{"command":"rake","n":1.51,"name":"x"}}'), 'contradiction');
  assert.equal(again('{"request":{"command":"rake","name":"x"}}'), 'contradiction');
  assert.equal(again('{"request":{"command":"rake","n":"1.50","name":"x"}}'), 'contradiction');
  const large = store({ ...plain, data: readJson('{"a":9007199254740993}') });
  const other = { ...plain, data: readJson('{"a":9007199254740992}') };
  assert.equal(compareKnown(large, other).kind, 'contradiction');
});

test('data that an older version stored in clear is no contradiction to itself', () => {
  const old = { ...store(plain), data: '{"request":{"name":"x","n":1.50,"command":"rake"}}' };
  assert.deepEqual(compareKnown(old, plain), { kind: 'known' });
});

test('what both accounts tell and tell differently is named', () => {
  const changes: readonly (readonly [string, Partial<EventDraft>])[] = [
    ['occurred_at', { occurredAt: plain.occurredAt + 1 }],
    ['occurred_at', { occurredAt: plain.occurredAt + 1_000_000, precision: 'second' }],
    ['type', { type: 'audit.app.update' }],
    ['actor.guid', { actor: { type: 'user', guid: 'u2' } }],
    ['actor.type', { actor: { type: 'app', guid: 'u1' } }],
    ['target.guid', { target: { type: 'app', guid: 'app-1' } }],
    ['target.type', { target: { type: 'v3-app', guid: 'app-0' } }],
    ['space_guid', { spaceGuid: '' }],
    ['organization_guid', { organizationGuid: 'o2' }],
    ['data', { data: { kind: 'null' } }],
    ['actor_name', { particulars: { actor_name: '' } }],
    ['actor_username', { particulars: { actor_username: 'b' } }],
    ['target_name', { particulars: { target_name: 'NM' } }],
  ];
  for (const [field, change] of changes) {
    assert.deepEqual(compareKnown(store(plain), { ...plain, ...change }), {
      kind: 'contradiction',
      fields: [field],
    });
  }
});

test('times agree at the coarser precision of the two', () => {
  const whole = store({ ...plain, occurredAt: 1_517_479_200_000_000, precision: 'second' });
  assert.equal(compareKnown(whole, plain).kind, 'known');
  assert.equal(
    compareKnown(store(plain), { ...plain, occurredAt: 1_517_479_200_000_000, precision: 'second' }).kind,
    'known',
  );
});

test('names and contexts that only one account has are additions, never contradictions', () => {
  const known = store({
    ...plain,
    particulars: { actor_name: null, context: { address: '::1', absent: 'collected' } },
  });
  assert.deepEqual(
    compareKnown(known, {
      ...plain,
      particulars: {
        actor_name: 'a@b.c',
        target_name: null,
        context: { user_agent: 'cf', absent: 'imported' },
      },
    }),
    { kind: 'richer', additions: { actor_name: 'a@b.c', context: { address: '::1', user_agent: 'cf' } } },
  );
  assert.deepEqual(compareKnown(known, { ...plain, particulars: {} }), { kind: 'known' });
  assert.deepEqual(compareKnown(known, { ...plain, particulars: { context: { absent: 'other' } } }), {
    kind: 'known',
  });
  assert.deepEqual(compareKnown(known, { ...plain, particulars: { context: { address: '::2' } } }), {
    kind: 'contradiction',
    fields: ['context.address'],
  });
});

test('what was erased is neither compared nor brought back', () => {
  const known = store(plain);
  const other = { ...plain, data: readJson('{"other":true}'), particulars: { target_name: 'another' } };
  assert.equal(compareKnown(known, other).kind, 'contradiction');
  const erased = { ...known, data: '{}', particulars: {}, erased: ['data', 'particulars'] } as const;
  assert.deepEqual(compareKnown(erased, other), { kind: 'known' });
  assert.deepEqual(compareKnown({ ...known, data: '{}', erased: ['data'] }, plain), { kind: 'known' });
  assert.equal(compareKnown(erased, { ...other, type: 'audit.app.delete' }).kind, 'contradiction');
});

test('a draft that could not be stored cannot be compared either', () => {
  assert.throws(
    () => compareKnown(store(plain), { ...plain, particulars: { target_name: 'a\0' } }),
    IntakeRefused,
  );
});
