// The disposer: what is past its term goes, at its time and no earlier, and each run tells what it did.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { microsText } from '../../src/core/instant.ts';
import type { StoredEvent } from '../../src/event/event.ts';
import type { importLines } from '../../src/log/import.ts';
import { monthsBefore } from '../../src/log/retention.ts';
import type { Store } from '../../src/store/contract.ts';
import { v3Event } from '../../src/wire/v3.ts';
import { adminPermit, doerNamed, oldEvent, openRig, t0 } from './disposal-rig.ts';

/** The first instant at which something of t0 has been kept for so many months. */
function monthsAfter(months: number): number {
  const date = new Date(t0 / 1000);
  const at = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate(), 12) * 1000;
  assert.equal(monthsBefore(at, months), t0);
  return at;
}

const nothing = { certificate: null, erased: 0, dropped: 0, spared: [], proposals: { acted: 0, lapsed: 0 } };
const scope = { organizationGuid: '', spaceGuid: '', actorGuid: '', targetGuid: '', types: [], from: null };

test('an event goes when its term is over, not a microsecond earlier, and its proof stays', async (t) => {
  const rig = await openRig(t);
  const late = oldEvent('late', { recordedAt: t0 + 1 });
  await rig.store.run('test.append', [oldEvent('early'), late, oldEvent('future', { occurredAt: t0 + 2 })]);
  await rig.seal();
  const entries = await rig.store.entries(1, 0, 3);
  rig.at(monthsAfter(30));
  assert.deepEqual(await rig.disposer.run(), nothing);
  rig.at(monthsAfter(30) + 1);
  assert.equal((await rig.disposer.plan()).erased, 1);
  assert.equal((await rig.disposer.run()).erased, 1);
  const [early, next] = await rig.events();
  assert.deepEqual([early?.erased, early?.data, early?.particulars], [['data', 'particulars'], '{}', {}]);
  assert.deepEqual(next?.erased, []);
  assert.ok(!rig.isInFiles('early-data') && !rig.isInFiles('early-name'));
  assert.ok(rig.isInFiles('late-data') && rig.isInFiles('late-name'));
  rig.at(monthsAfter(30) + 3);
  assert.equal((await rig.disposer.run()).erased, 2);
  assert.deepEqual(await rig.store.entries(1, 0, 3), entries);
  assert.deepEqual(await rig.disposer.run(), nothing);
});

test('a run certifies what it did, by which rule, what it spared and which copies are older', async (t) => {
  const rig = await openRig(t);
  const backup = { audience: 'log', organizationGuid: '', spaceGuid: '' } as const;
  const named = (name: string) => JSON.stringify({ target_name: name });
  await rig.store.run('test.append', [
    oldEvent('before', {
      ...backup,
      type: 'audit.log.backup',
      occurredAt: t0 - 1,
      particulars: named('older'),
    }),
    oldEvent('a'),
    oldEvent('b', { organizationGuid: 'two', occurredAt: t0 + 5 }),
    oldEvent('c', { organizationGuid: '', recordedAt: t0 + 7 }),
    oldEvent('d', { actor: { type: 'user', guid: 'bob' } }),
    oldEvent('e', { actor: { type: 'user', guid: 'bob' } }),
    oldEvent('f', { organizationGuid: 'kept' }),
  ]);
  await rig.store.run('test.append', [
    oldEvent('copy', {
      ...backup,
      type: 'audit.log.backup',
      occurredAt: t0 + 100_000_000_000_000,
      particulars: named('monday'),
    }),
  ]);
  await rig.store.run('test.account', { guid: 'root', active: true, scopes: [] });
  await rig.perform('hold.create', adminPermit('root', 'hold.create'), doerNamed('root'), {
    ...scope,
    actorGuid: 'bob',
    until: null,
    name: 'case',
    reason: 'court',
  });
  await rig.seal();
  rig.at(monthsAfter(30) + 10);
  const report = await rig.disposer.run();
  assert.equal(report.erased, 5);
  assert.deepEqual(
    report.spared.map(({ name, events }) => [name, events]),
    [['case', 2]],
  );
  const [certificate, ...more] = await rig.told('audit.log.dispose');
  assert.deepEqual(more, []);
  assert.equal(certificate?.guid, report.certificate);
  const { judged_at, rule, erased, dropped, checkpoint, spared, backups } = certificate?.data ?? {};
  assert.equal(judged_at, microsText(monthsAfter(30) + 10));
  assert.deepEqual(rule, {
    preset: 'default',
    searchable_months: 12,
    kept_months: 30,
    prolonged_organizations: 0,
  });
  assert.deepEqual(erased.events, 5);
  assert.deepEqual(
    new Map(
      erased.organizations.map((one: { organization_guid: string | null; events: number }) => [
        one.organization_guid,
        one.events,
      ]),
    ),
    new Map([
      [null, 2],
      ['one', 1],
      ['two', 1],
      ['kept', 1],
    ]),
  );
  assert.deepEqual(
    [erased.first, erased.last],
    [
      { epoch: 1, index: 0 },
      { epoch: 1, index: 6 },
    ],
  );
  assert.deepEqual([erased.from, erased.to], [microsText(t0), microsText(t0 + 7)]);
  assert.deepEqual([dropped, checkpoint], [undefined, null]);
  assert.deepEqual(spared, report.spared);
  assert.deepEqual(backups, [{ name: 'monday', at: microsText(t0 + 100_000_000_000_000) }]);
});

test('copies are listed as soon as a command tells of them, each once, with what a restore left', async (t) => {
  const rig = await openRig(t);
  const copy = (name: string, data: object, type = 'audit.log.backup') =>
    oldEvent(name, {
      type,
      audience: 'log',
      organizationGuid: '',
      spaceGuid: '',
      particulars: JSON.stringify({ target_name: name }),
      data: JSON.stringify(data),
    });
  const begun = copy('monday', { state: 'begun' });
  rig.notices.push(begun);
  assert.deepEqual(await rig.disposer.backups(), [{ name: 'monday', at: t0 }]);
  rig.notices.push(
    copy('monday', { bytes: 1, events: 1, begun: begun.guid }),
    copy('sunday', { replaced: 'data.replaced-1' }, 'audit.log.restore'),
    copy('first', { replaced: null }, 'audit.log.restore'),
  );
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name).sort();
  assert.deepEqual(names(await rig.disposer.backups()), ['data.replaced-1', 'first', 'monday', 'sunday']);
  await rig.store.run('test.append', [oldEvent('old', { occurredAt: t0 - 5 })]);
  await rig.seal();
  rig.notices.push(copy('tuesday', { state: 'begun' }));
  rig.at(monthsAfter(30) + 1);
  await rig.disposer.run();
  const [certificate] = await rig.told('audit.log.dispose');
  assert.ok(names(certificate?.data.backups).includes('tuesday'));
});

test('an organization with a longer term keeps its events for it', async (t) => {
  const rig = await openRig(t);
  await rig.store.run('test.append', [oldEvent('a'), oldEvent('b', { organizationGuid: 'two' })]);
  await rig.seal();
  await rig.store.run('start.first', {
    adminPasswordHash: 'none',
    version: '0',
    origin: 'log.test/0123456789abcdef/1',
  });
  const permit = adminPermit('root', 'organization.create');
  const input = { name: 'acme', suspended: false, metadata: { labels: [], annotations: [] }, request: {} };
  const { resource } = await rig.perform('organization.create', permit, doerNamed('root'), input);
  await rig.store.run('test.append', [
    oldEvent('c', { organizationGuid: resource.guid, origin: 'elsewhere' }),
  ]);
  await rig.seal();
  const where = { organizationGuid: resource.guid, spaceGuid: '' };
  const change = { keptMonths: 36, reason: '' };
  await rig.perform(
    'retention.prolong',
    adminPermit('root', 'retention.prolong', where),
    doerNamed('root'),
    change,
  );
  rig.at(monthsAfter(36));
  assert.equal((await rig.disposer.run()).erased, 2);
  assert.ok(rig.isInFiles('c-data'));
  rig.at(monthsAfter(36) + 1);
  assert.equal((await rig.disposer.run()).erased, 1);
  assert.ok(!rig.isInFiles('c-data'));
});

test('what a later source added goes with the event, also from the events that tell of it', async (t) => {
  const rig = await openRig(t);
  const event = oldEvent('x', { origin: 'from', particulars: '{"actor_name":"x-name"}', data: '{}' });
  await rig.store.run('test.append', [event]);
  await rig.seal();
  const [stored] = (await rig.events()) as [StoredEvent];
  const richer = JSON.parse(
    v3Event({ ...stored, particulars: { actor_name: 'x-name', target_name: 'added-later' } }, ''),
  );
  const doer = doerNamed('root');
  const lines = [JSON.stringify(richer)];
  const permit = adminPermit('root', 'event.import');
  const order = { permit, origin: 'from', doer, firstLine: 1, lines };
  assert.deepEqual(await rig.store.run('log.import', order), {
    new: 0,
    known: 1,
    refused: 0,
    elsewhere: 0,
    refusals: [],
  });
  await rig.seal();
  assert.ok(rig.isInFiles('added-later'));
  rig.at(monthsAfter(30) + 1);
  assert.equal((await rig.disposer.run()).erased, 1);
  assert.ok(!rig.isInFiles('added-later'));
  const told = (await rig.events()).find(({ type }) => type === 'audit.log.supplemented');
  assert.deepEqual([told?.erased, told?.particulars.actor_username], [['data'], 'name of root']);
  // The same once more brings nothing back.
  assert.equal(((await rig.store.run('log.import', order)) as ReturnType<typeof importLines>).known, 1);
  assert.ok(!rig.isInFiles('added-later'));
  assert.deepEqual((await rig.events())[0]?.particulars, {});
});

test('a run that is cut off has told nothing yet, and the next one tells all', async (t) => {
  const fault = { name: '' };
  const rig = await openRig(t, {
    wrap: (store): Store => ({
      ...store,
      run: (name, input) =>
        name === fault.name ? Promise.reject(new Error('cut off')) : store.run(name, input),
    }),
  });
  await rig.store.run('test.append', [oldEvent('a'), oldEvent('b', { recordedAt: t0 + 50 })]);
  await rig.seal();
  rig.at(monthsAfter(30) + 1);
  fault.name = 'log.certify';
  await assert.rejects(rig.disposer.run(), /cut off/);
  assert.deepEqual(await rig.told('audit.log.dispose'), []);
  assert.equal((await rig.events())[0]?.erased.length, 2);
  fault.name = 'log.dispose';
  rig.at(monthsAfter(30) + 51);
  await assert.rejects(rig.disposer.run(), /cut off/);
  assert.equal((await rig.events())[1]?.erased.length, 0);
  fault.name = '';
  await rig.disposer.run();
  const [certificate, ...more] = await rig.told('audit.log.dispose');
  assert.equal(certificate?.data.erased.events, 2);
  assert.deepEqual(more, []);
  assert.ok(!rig.isInFiles('a-data') && !rig.isInFiles('b-data'));
});

test('what explains the log is kept, data and names, beyond its term', async (t) => {
  const rig = await openRig(t);
  const types = ['audit.log.hold_create', 'audit.log.dispose', 'audit.log.epoch', 'audit.log.login'];
  await rig.store.run(
    'test.append',
    types.map((type) => oldEvent(`of-${type}`, { type, audience: 'log' })),
  );
  await rig.seal();
  rig.at(monthsAfter(600));
  assert.equal((await rig.disposer.run()).erased, 1);
  assert.ok(!rig.isInFiles('of-audit.log.login'));
  for (const type of types.slice(0, 3)) assert.ok(rig.isInFiles(`of-${type}`));
});

test('segments go as a whole when nothing in them is to be kept; what was in them never comes back', async (t) => {
  const rig = await openRig(t, { segmentEvents: 10 });
  const rows = Array.from({ length: 35 }, (_, at) =>
    oldEvent(`s${at}`, { origin: 'from', recordedAt: t0 + at, data: '{}' }),
  );
  await rig.store.run('test.append', rows);
  await rig.seal();
  const stored = await rig.events();
  const entries = await rig.store.entries(1, 0, 35);
  rig.at(monthsAfter(30) + 20);
  const report = await rig.disposer.run();
  assert.deepEqual([report.erased, report.dropped], [20, 20]);
  assert.equal(await rig.store.minimumIndex(1), 20);
  assert.deepEqual(await rig.store.entries(1, 20, 15), entries.slice(20));
  const [certificate] = await rig.told('audit.log.dispose');
  assert.deepEqual(certificate?.data.dropped, {
    segments: 2,
    events: 20,
    organizations: [{ organization_guid: 'one', events: 20 }],
    first: { epoch: 1, index: 0 },
    last: { epoch: 1, index: 19 },
    from: microsText(t0),
    to: microsText(t0 + 19),
  });
  const ofPlatform = async () => (await rig.events()).filter(({ origin }) => origin === 'from');
  assert.deepEqual(
    (await ofPlatform()).map(({ guid }) => guid),
    stored.slice(20).map(({ guid }) => guid),
  );
  const lines = stored.map((event) => v3Event(event, ''));
  const permit = adminPermit('root', 'event.import');
  const order = { permit, origin: 'from', doer: doerNamed('root'), firstLine: 1, lines };
  const counts = (await rig.store.run('log.import', order)) as ReturnType<typeof importLines>;
  assert.deepEqual([counts.new, counts.known, counts.refused], [0, 35, 0]);
  assert.equal((await ofPlatform()).length, 15);
});

test('a hold, and an event that explains the log, keep their segment and those after it', async (t) => {
  const rig = await openRig(t, { segmentEvents: 5 });
  const rows = Array.from({ length: 25 }, (_, at) =>
    oldEvent(`s${at}`, at === 12 ? { type: 'audit.log.dispose', audience: 'log' } : {}),
  );
  await rig.store.run('test.append', rows);
  await rig.addAdmin('root');
  const held = { ...scope, targetGuid: 'an-app', until: null, name: 'case', reason: 'court' };
  const permit = adminPermit('root', 'hold.create');
  const hold = await rig.perform('hold.create', permit, doerNamed('root'), held);
  await rig.seal();
  rig.at(monthsAfter(71));
  assert.deepEqual(await rig.disposer.run(), {
    ...nothing,
    spared: [{ hold_guid: hold.guid, name: 'case', events: 24 }],
  });
  await rig.addAdmin('second');
  const proposal = await rig.perform('hold.release', adminPermit('root', 'hold.release'), doerNamed('root'), {
    guid: hold.guid,
    reason: 'over',
  });
  const approval = { guid: proposal.guid, backups: [] };
  await rig.perform(
    'proposal.approve',
    adminPermit('second', 'proposal.approve'),
    doerNamed('second'),
    approval,
  );
  assert.deepEqual([(await rig.disposer.run()).dropped, await rig.store.minimumIndex(1)], [10, 10]);
  rig.at(monthsAfter(72) + 1);
  assert.deepEqual([(await rig.disposer.run()).dropped, await rig.store.minimumIndex(1)], [15, 25]);
});

test('a hold that comes between looking and doing is obeyed', async (t) => {
  const before = new Map<string, () => Promise<unknown>>();
  const rig = await openRig(t, {
    segmentEvents: 5,
    wrap: (store): Store => ({
      ...store,
      run: async (name, input) => {
        const first = before.get(name);
        before.delete(name);
        await first?.();
        return store.run(name, input);
      },
    }),
  });
  await rig.store.run(
    'test.append',
    Array.from({ length: 12 }, (_, at) => oldEvent(`s${at}`)),
  );
  await rig.store.run('test.account', { guid: 'root', active: true, scopes: [] });
  await rig.seal();
  rig.at(monthsAfter(30) + 1);
  const putHold = (name: string, from: number) => () =>
    rig.perform('hold.create', adminPermit('root', 'hold.create'), doerNamed('root'), {
      ...scope,
      from,
      until: null,
      name,
      reason: 'court',
    });
  before.set('log.dispose', putHold('first', t0));
  assert.deepEqual([(await rig.disposer.run()).erased, (await rig.disposer.plan()).dropped], [0, 0]);
  assert.ok(rig.isInFiles('s0-data'));
});

test('a segment judged by rules that have changed meanwhile is judged again', async (t) => {
  const before = new Map<string, () => Promise<unknown>>();
  const rig = await openRig(t, {
    segmentEvents: 5,
    wrap: (store): Store => ({
      ...store,
      run: async (name, input) => {
        const first = before.get(name);
        before.delete(name);
        await first?.();
        return store.run(name, input);
      },
    }),
  });
  await rig.store.run(
    'test.append',
    Array.from({ length: 12 }, (_, at) => oldEvent(`s${at}`)),
  );
  await rig.seal();
  rig.at(monthsAfter(30) + 1);
  before.set('log.drop', () =>
    rig.perform('hold.create', adminPermit('root', 'hold.create'), doerNamed('root'), {
      ...scope,
      until: null,
      name: 'everything',
      reason: 'court',
    }),
  );
  const { erased, dropped } = await rig.disposer.run();
  assert.deepEqual([erased, dropped, await rig.store.minimumIndex(1)], [12, 0, 0]);
});
