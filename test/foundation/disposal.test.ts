// Erasing what one event says: two people, part by part, and never against a hold.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Proposal } from '../../src/log/proposal.ts';
import { adminPermit, doerNamed, oldEvent, t0 } from '../log/disposal-rig.ts';
import { approve, rigOf, scope, setPolicy, waiting } from './two-people.ts';

test('one event is erased by two people, part by part; its proof stays, and the reason is told', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const event = oldEvent('secret', { recordedAt: t0 });
  await rig.store.run('test.append', [event, oldEvent('other')]);
  const erase = (
    parts: readonly ('data' | 'particulars')[],
    guid = event.guid,
    origin: string | null = null,
  ) =>
    rig.perform('event.erase', adminPermit('one', 'event.erase'), doerNamed('one'), {
      guid,
      origin,
      parts,
      reason: 'a slip',
    });
  const early = await erase(['data']);
  await assert.rejects(approve(rig, 'two', early), /is not sealed yet/);
  await rig.seal();
  const entries = await rig.store.entries(1, 0, 4);
  await approve(rig, 'two', early);
  await rig.store.purge();
  assert.ok(!rig.isInFiles('secret-data') && rig.isInFiles('secret-name') && rig.isInFiles('other-data'));
  await assert.rejects(erase(['data']), /has no data any more/);
  await approve(rig, 'two', await erase(['data', 'particulars']));
  await rig.store.purge();
  assert.ok(!rig.isInFiles('secret-name'));
  assert.deepEqual(await rig.store.entries(1, 0, 4), entries);
  const told = await rig.told('audit.log.erase');
  assert.deepEqual(
    told.map(({ data }) => [data.parts, data.reason, data.proposed_by, data.backups]),
    [
      [['data'], 'a slip', 'one', []],
      [['particulars'], 'a slip', 'one', []],
    ],
  );
  // Names of copies and the reason are not for the organization's people.
  const erasures = (await rig.events()).filter(({ type }) => type === 'audit.log.erase');
  assert.deepEqual([...new Set(erasures.map((one) => one.organizationGuid + one.spaceGuid))], ['']);
  await assert.rejects(erase(['data'], '00000000-0000-7000-8000-999999999999'), {
    entry: 'ResourceNotFound',
  });
  await assert.rejects(erase(['data'], told[0]?.guid), /is kept whole/);
});

test('a hold beats an erasure, also one that was proposed before it', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const event = oldEvent('held');
  await rig.store.run('test.append', [event]);
  await rig.seal();
  const erase = () =>
    rig.perform('event.erase', adminPermit('one', 'event.erase'), doerNamed('one'), {
      guid: event.guid,
      origin: '',
      parts: ['data'],
      reason: 'a slip',
    });
  const proposal = await erase();
  await rig.perform('hold.create', adminPermit('two', 'hold.create'), doerNamed('two'), {
    ...scope,
    actorGuid: 'ann',
    name: 'case',
    reason: 'court',
  });
  await assert.rejects(approve(rig, 'two', proposal), /under the hold "case"/);
  await assert.rejects(erase(), /under the hold "case"/);
  assert.ok(rig.isInFiles('held-data'));
  assert.equal(await waiting(rig), 1);
});

test('an erasure that waited its week leaves the files too; one that cannot act waits on', async (t) => {
  const rig = await rigOf(t);
  const events = [oldEvent('first'), oldEvent('second', { actor: { type: 'user', guid: 'bob' } })];
  await rig.store.run('test.append', events);
  await rig.seal();
  const proposals: Proposal[] = [];
  for (const { guid } of events) {
    const input = { guid, origin: null, parts: ['data'], reason: 'a slip' } as const;
    proposals.push(
      await rig.perform('event.erase', adminPermit('one', 'event.erase'), doerNamed('one'), input),
    );
  }
  await rig.perform('hold.create', adminPermit('one', 'hold.create'), doerNamed('one'), {
    ...scope,
    actorGuid: 'bob',
    name: 'case',
    reason: 'court',
  });
  // Not so late that anything is past its term.
  const acts = Math.max(...proposals.map(({ actsAt }) => actsAt ?? 0));
  await setPolicy(rig, 'one', { keptMonths: 1_200 });
  rig.at(acts);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 1, lapsed: 0 });
  assert.equal(rig.reported.length, 1);
  assert.match(String(rig.reported[0]), /under the hold "case"/);
  assert.ok(!rig.isInFiles('first-data') && rig.isInFiles('second-data'));
  assert.equal(await waiting(rig), 1);
});

test('of several origins with an event of a guid, one must be named', async (t) => {
  const rig = await rigOf(t);
  const event = oldEvent('x');
  await rig.store.run('test.append', [event, { ...event, origin: 'elsewhere' }]);
  const erase = (origin: string | null) =>
    rig.perform('event.erase', adminPermit('one', 'event.erase'), doerNamed('one'), {
      guid: event.guid,
      origin,
      parts: ['data'],
      reason: 'a slip',
    });
  await assert.rejects(erase(null), /name one of "", "elsewhere"/);
  assert.deepEqual((await erase('elsewhere')).subject, {
    kind: 'erase',
    origin: 'elsewhere',
    guid: event.guid,
    parts: ['data'],
  });
});
