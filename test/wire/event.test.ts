import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Json, readJson } from '../../src/core/json.ts';
import { draftOf, eventsOf } from '../../src/wire/event.ts';
import { v2Event, v2Page } from '../../src/wire/v2.ts';
import { v3Event, v3Page } from '../../src/wire/v3.ts';
import { event } from '../query/in-memory.ts';
import { refusedMember } from './refused-member.ts';

const base = 'https://api.example.org';
const stored = event({ particulars: { actor_username: 'a' } });
const guids = (documents: readonly Json[]) => documents.map((document) => draftOf(document).guid);

test('a single event and a list page, in both shapes', () => {
  const v2 = { total: 2, totalPages: 1, previous: null, next: null, orphans: false };
  const v3 = { total: 2, totalPages: 1, first: 'f', last: 'l', next: null, previous: null };
  const texts = [v2Event(stored), v3Event(stored, base)];
  for (const text of texts) assert.deepEqual(guids(eventsOf(readJson(text))), [stored.guid]);
  const pages = [v2Page(v2, texts), v3Page(v3, texts)];
  for (const text of pages) assert.deepEqual(guids(eventsOf(readJson(text))), [stored.guid, stored.guid]);
  assert.deepEqual(eventsOf(readJson(v2Page(v2, []))), []);
});

test('the shape decides what is known', () => {
  assert.equal(draftOf(readJson(v2Event(stored))).particulars.actor_username, 'a');
  assert(!('actor_username' in draftOf(readJson(v3Event(stored, base))).particulars));
});

test('error answers and other documents are refused as what they are', () => {
  const refused = (text: string) =>
    refusedMember(() => eventsOf(readJson(text))).replace(/^the document /, '');
  assert.equal(
    refused('{"description":"Invalid Auth Token","code":1000}'),
    'is an error answer: Invalid Auth Token',
  );
  assert.equal(refused('{"errors":[{"detail":"Event not found"}]}'), 'is an error answer: Event not found');
  for (const text of ['[]', '1', '{}', '{"errors":[]}', '{"resources":{}}']) {
    assert.equal(refused(text), 'is neither an event nor a list of events in the form of V2 or V3');
  }
  assert.match(
    refusedMember(() => draftOf(readJson('{"guid":"x"}'))),
    /is not an event in the form of V2 or V3/,
  );
});
