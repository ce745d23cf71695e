import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventReference } from '../../src/cli/reference.ts';
import {
  allEntries,
  audienceOf,
  catalogOf,
  nearestType,
  sentenceOf,
  typesWithPrefix,
} from '../../src/event/catalog.ts';

interface OriginalType {
  readonly type: string;
  readonly actee_type: string;
  readonly metadata_keys: readonly string[];
  readonly introduced: string;
  readonly removed: string | null;
  readonly in_main: boolean;
}

const originals: readonly OriginalType[] = JSON.parse(
  readFileSync(new URL('../data/event-types.json', import.meta.url), 'utf8'),
);
/** Where two days are told, the later one is when it was really emitted, or last was. */
const lastDay = (text: string | null) => text?.match(/\d{4}-\d{2}-\d{2}/g)?.at(-1) ?? null;

test('every type of the original has an entry with its target and its days', () => {
  assert.equal(originals.length, 155);
  for (const original of originals) {
    const entry = catalogOf(original.type);
    assert.ok(entry, original.type);
    assert.equal(entry.target, original.actee_type, original.type);
    assert.equal(entry.since, lastDay(original.introduced), original.type);
    assert.equal(entry.until, lastDay(original.removed), original.type);
    assert.equal(entry.until === null, original.in_main, original.type);
    assert.deepEqual([entry.source, entry.audience], ['cloud-foundry', 'platform'], original.type);
  }
});

test('every entry that is said to be the original’s is one of its types', () => {
  const known = new Set(originals.map(({ type }) => type));
  for (const { type, source } of allEntries())
    assert.equal(known.has(type), source === 'cloud-foundry', type);
});

test('the first-level members of data are those of the original', () => {
  for (const { type, metadata_keys: keys } of originals) {
    const named = keys
      .map((key) => /^[a-z_]+/.exec(key)?.[0])
      .filter((key) => key !== undefined && key !== 'only' && key !== 'request');
    const told = new Set(catalogOf(type)?.fields.map((field) => field.split('.')[0]));
    for (const name of named) assert.ok(told.has(name), `${type}: ${name}`);
  }
});

test('types are unique, and log types are the log audience', () => {
  const types = allEntries().map(({ type }) => type);
  assert.equal(new Set(types).size, types.length);
  for (const { type, audience, source } of allEntries()) {
    assert.equal(audience === 'log', type.startsWith('audit.log.'), type);
    assert.equal(source === 'hansard', audience === 'log', type);
    assert.equal(audienceOf(type), audience);
  }
  assert.equal(audienceOf('weird;type,x'), 'platform');
  assert.equal(catalogOf('weird;type,x'), undefined);
  assert.equal(catalogOf('constructor'), undefined);
});

test('days are days, sentences are whole, redactions point somewhere', () => {
  for (const { type, since, until, sentence, redactions, fields } of allEntries()) {
    for (const day of [since, until ?? since])
      assert.equal(new Date(day).toISOString().slice(0, 10), day, type);
    assert.ok(until === null || since <= until, type);
    assert.match(sentence, /^(?:\{actor\} |[A-Z{])/, type);
    assert.doesNotMatch(sentence, /\.$|\{(?!actor\}|target\}|space\}|organization\})/, type);
    for (const path of [...fields, ...redactions.map((redaction) => redaction.path)]) {
      assert.match(path, /^(?:[a-z0-9_]+|\*)(?:\.(?:[a-z0-9_]+|\*))*$/, type);
    }
    assert.equal(new Set(fields).size, fields.length, type);
  }
});

test('a prefix finds its types', () => {
  const space = typesWithPrefix('audit.user.space_developer_');
  assert.deepEqual(space, ['audit.user.space_developer_add', 'audit.user.space_developer_remove']);
  assert.equal(typesWithPrefix('').length, allEntries().length);
  assert.deepEqual(typesWithPrefix('nothing'), []);
});

test('a type that was nearly right is found', () => {
  for (const [typed, meant] of [
    ['service_instance.bind_route', 'audit.service_instance.bind_route'],
    ['audit.service_instance.bind-route', 'audit.service_instance.bind_route'],
    ['audit.app.crash', 'app.crash'],
    ['audit.app.delete_request', 'audit.app.delete-request'],
    ['audit.organization.delete', 'audit.organization.delete-request'],
    ['audit.organisation.create', 'audit.organization.create'],
    ['AUDIT.APP.START', 'audit.app.start'],
    ['app.create', 'audit.app.create'],
    ['audit.app.ssh-authorised', 'audit.app.ssh-authorized'],
  ] as const) {
    assert.equal(nearestType(typed), meant);
  }
  for (const { type, until } of allEntries()) if (until === null) assert.equal(nearestType(type), type);
  assert.equal(nearestType('weird;type,x'), null);
  assert.equal(nearestType(''), null);
});

test('a sentence names who and what, and says so where it does not know', () => {
  const type = 'audit.user.space_developer_add';
  assert.equal(sentenceOf(type, { actor: 'alice', target: 'bob' }), 'alice made bob a space developer');
  const entry = catalogOf(type);
  assert.ok(entry);
  assert.equal(sentenceOf(entry, { actor: null, target: '' }), 'Somebody made (unnamed) a space developer');
  assert.equal(
    sentenceOf('weird;type,x', { actor: 'a', target: '{actor}' }),
    'a did "weird;type,x" to {actor}',
  );
  assert.equal(sentenceOf('x{actor}', { actor: '$&', target: 'b' }), '$& did "x{actor}" to b');
});

test('the page of reference is the one that the catalog makes', () => {
  const page = readFileSync(new URL('../../docs/reference/events.md', import.meta.url), 'utf8');
  const made = eventReference();
  assert.ok(page === made, 'docs/reference/events.md is behind the catalog: run `npm run docs`');
  for (const { type } of allEntries()) assert.ok(made.includes(`| \`${type}\` |`), type);
});
