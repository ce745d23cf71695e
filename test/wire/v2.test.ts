import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText, readJson } from '../../src/core/json.ts';
import { v2Draft, v2Event, v2Page } from '../../src/wire/v2.ts';
import { event, events, noon, second } from '../query/in-memory.ts';
import { refusedMember } from './refused-member.ts';

const guid = '00000000-0000-7000-8000-000000000001';

test('an event, member by member, data as it was stored', () => {
  const text = v2Event(
    event({
      occurredAt: noon + 999_999,
      data: '{"n":1.50,"b":1e2}',
      particulars: { actor_name: 'a@b.c', actor_username: 'a', target_name: 'nm' },
    }),
  );
  assert.equal(
    text,
    `{"metadata":{"guid":"${guid}","url":"/v2/events/${guid}","created_at":"2018-02-01T12:00:00Z",` +
      '"updated_at":"2018-02-01T12:00:00Z"},"entity":{"type":"audit.app.create","actor":"u1",' +
      '"actor_type":"user",' +
      '"actor_name":"a@b.c","actor_username":"a","actee":"app-1","actee_type":"app","actee_name":"nm",' +
      '"timestamp":"2018-02-01T12:00:00Z","metadata":{"n":1.50,"b":1e2},"space_guid":"s1",' +
      '"organization_guid":"o1"}}',
  );
});

test('absent names are null, an absent actee_name and absent places are empty', () => {
  const { entity } = JSON.parse(v2Event(event({ spaceGuid: '', organizationGuid: '' })));
  assert.equal(entity.actor_name, null);
  assert.equal(entity.actor_username, null);
  assert.equal(entity.actee_name, '');
  assert.equal(entity.space_guid, '');
  assert.equal(entity.organization_guid, '');
});

test('a page', () => {
  const page = { total: 3, totalPages: 2, previous: null, next: '/v2/events?page=2', orphans: false };
  const head =
    '{"total_results":3,"total_pages":2,"prev_url":null,"next_url":"/v2/events?page=2","resources":';
  assert.equal(v2Page(page, ['{"a":1}', '{"b":2}']), `${head}[{"a":1},{"b":2}]}`);
  assert.equal(v2Page({ ...page, orphans: true }, []), `${head}[],"orphans":{}}`);
});

test('what is written is read back, in whole seconds', () => {
  fc.assert(
    fc.property(events, (stored) => {
      const type = stored.type || 'audit.app.create';
      const { particulars, data, ...draft } = v2Draft(readJson(v2Event({ ...stored, type })));
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
        actor_username: stored.particulars.actor_username ?? null,
        target_name: stored.particulars.target_name ?? '',
      });
    }),
  );
});

const old = {
  metadata: { guid: guid.toUpperCase(), url: 'x' },
  entity: {
    type: 'audit.app.update',
    actor: 'u1',
    actor_type: 'user',
    actor_name: null,
    actee: 'a',
    actee_type: 'app',
    timestamp: '2016-12-13T02:39:58+00:00',
  },
  hansard: { recorded_at: 'ignored' },
};
const draft = (document: unknown) => v2Draft(readJson(JSON.stringify(document)));
const changed = (entity: object) => draft({ ...old, entity: { ...old.entity, ...entity } });

test('an old event keeps what it does not know unknown', () => {
  const read = draft(old);
  assert.equal(read.guid, guid);
  assert.deepEqual(read.particulars, { actor_name: null });
  assert.equal(read.spaceGuid, '');
  assert.equal(jsonText(read.data), '{}');
  assert.equal(jsonText(changed({ metadata: null }).data), '{}');
  assert.equal(changed({ space_guid: null }).spaceGuid, '');
  assert.equal(changed({ timestamp: '2016-12-13T02:39:58.5Z' }).precision, 'fraction');
});

test('refusals name the wrong member', () => {
  const member = (run: () => unknown) => refusedMember(run);
  assert.equal(
    member(() => draft({ entity: {} })),
    'entity.timestamp is missing',
  );
  assert.equal(
    member(() => draft({ ...old, metadata: {} })),
    'metadata.guid is missing',
  );
  assert.equal(
    member(() => draft({ ...old, metadata: { guid: 'x' } })),
    'metadata.guid must be a UUID but is "x"',
  );
  assert.equal(
    member(() => changed({ type: '' })),
    'entity.type is empty',
  );
  assert.equal(
    member(() => changed({ type: 5 })),
    'entity.type must be a text but is a number',
  );
  assert.equal(
    member(() => changed({ actor: null })),
    'entity.actor must be a text but is null',
  );
  assert.equal(
    member(() => changed({ actor_name: [] })),
    'entity.actor_name must be a text or null but is an array',
  );
  assert.equal(
    member(() => changed({ metadata: true })),
    'entity.metadata must be an object but is a boolean',
  );
  assert.equal(
    member(() => changed({ space_guid: {} })),
    'entity.space_guid must be a text or null but is an object',
  );
  assert.equal(
    member(() => changed({ timestamp: 'yesterday' })),
    'entity.timestamp must be a time like 2018-02-01T10:00:00Z but is "yesterday"',
  );
});
