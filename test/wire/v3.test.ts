import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText, readJson } from '../../src/core/json.ts';
import { v3Draft, v3Event, v3Page } from '../../src/wire/v3.ts';
import { event, events, noon, second } from '../query/in-memory.ts';
import { refusedMember } from './refused-member.ts';

const guid = '00000000-0000-7000-8000-000000000001';
const base = 'https://api.example.org';

test('an event, member by member, data as it was stored', () => {
  const text = v3Event(
    event({
      occurredAt: noon + 999_999,
      data: '{"n":1.50}',
      particulars: { actor_name: 'a@b.c', actor_username: 'a', target_name: 'nm' },
    }),
    base,
  );
  assert.equal(
    text,
    `{"guid":"${guid}","created_at":"2018-02-01T12:00:00Z","updated_at":"2018-02-01T12:00:00Z",` +
      '"type":"audit.app.create","actor":{"guid":"u1","type":"user","name":"a@b.c"},' +
      '"target":{"guid":"app-1","type":"app","name":"nm"},"data":{"n":1.50},"space":{"guid":"s1"},' +
      `"organization":{"guid":"o1"},"links":{"self":{"href":"${base}/v3/audit_events/${guid}"}}}`,
  );
});

test('absent places are null, an absent actor name is null, an absent target name empty', () => {
  const read = JSON.parse(v3Event(event({ spaceGuid: '', organizationGuid: '' }), base));
  assert.equal(read.space, null);
  assert.equal(read.organization, null);
  assert.equal(read.actor.name, null);
  assert.equal(read.target.name, '');
});

test('a page', () => {
  const page = { total: 3, totalPages: 2, first: 'f', last: 'l', next: 'n', previous: null };
  const head =
    '{"pagination":{"total_results":3,"total_pages":2,"first":{"href":"f"},"last":{"href":"l"},' +
    '"next":{"href":"n"},"previous":null},"resources":';
  assert.equal(v3Page(page, ['{"a":1}', '{"b":2}']), `${head}[{"a":1},{"b":2}]}`);
  assert.equal(v3Page(page, [], '{"users":[]}'), `${head}[],"included":{"users":[]}}`);
});

test('what is written is read back, in whole seconds', () => {
  fc.assert(
    fc.property(events, (stored) => {
      const type = stored.type || 'audit.app.create';
      const { particulars, data, ...draft } = v3Draft(readJson(v3Event({ ...stored, type }, base)));
      assert.deepEqual(draft, {
        guid: stored.guid,
        type,
        occurredAt: stored.occurredAt - (stored.occurredAt % second),
        precision: 'second',
        actor: stored.actor,
        target: stored.target,
        spaceGuid: stored.spaceGuid,
        organizationGuid: stored.organizationGuid,
        outcome: 'unknown',
      });
      assert.equal(jsonText(data), stored.data);
      assert.deepEqual(particulars, {
        actor_name: stored.particulars.actor_name ?? null,
        target_name: stored.particulars.target_name ?? '',
      });
    }),
  );
});

const sparse = {
  guid,
  created_at: '2018-02-01T10:00:00Z',
  type: 'audit.app.create',
  actor: { guid: 'u1', type: 'user' },
  target: { guid: 'a', type: 'app' },
  space: null,
};
const changed = (change: object) => v3Draft(readJson(JSON.stringify({ ...sparse, ...change })));

test('what is missing stays unknown', () => {
  const read = changed({});
  assert.deepEqual(read.particulars, {});
  assert.equal(read.spaceGuid, '');
  assert.equal(read.organizationGuid, '');
  assert.equal(jsonText(read.data), '{}');
});

test('refusals name the wrong member', () => {
  assert.equal(
    refusedMember(() => changed({ created_at: undefined })),
    'created_at is missing',
  );
  assert.equal(
    refusedMember(() => changed({ actor: null })),
    'actor.type is missing',
  );
  assert.equal(
    refusedMember(() => changed({ target: { type: 'app' } })),
    'target.guid is missing',
  );
  assert.equal(
    refusedMember(() => changed({ space: { guid: 1 } })),
    'space.guid must be a text or null but is a number',
  );
  assert.equal(
    refusedMember(() => changed({ data: 'x' })),
    'data must be an object but is a string',
  );
});
