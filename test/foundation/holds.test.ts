// Legal holds: made by one, released by two.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { readRetention } from '../../src/log/retention.ts';
import { adminPermit, doerNamed } from '../log/disposal-rig.ts';
import { approve, rigOf, scope } from './two-people.ts';

test('a hold is made by one, released by two, and its name is taken once', async (t) => {
  const rig = await rigOf(t);
  await rig.addAdmin('two');
  const create = (name: string, more: object = {}) =>
    rig.perform('hold.create', adminPermit('one', 'hold.create'), doerNamed('one'), {
      ...scope,
      name,
      reason: 'court',
      ...more,
    });
  const hold = await create('case', { types: ['audit.app.*'], organizationGuid: 'o' });
  await assert.rejects(create('case'), /There is a hold "case" already/);
  await assert.rejects(create('other', { from: 5, until: 5 }), /begin before it ends/);
  const [told] = await rig.told('audit.log.hold_create');
  assert.deepEqual(told?.data, {
    reason: 'court',
    scope: { organization_guid: 'o', types: ['audit.app.*'] },
  });
  const release = (guid: string) =>
    rig.perform('hold.release', adminPermit('one', 'hold.release'), doerNamed('one'), {
      guid,
      reason: 'over',
    });
  await assert.rejects(release('unknown'), { entry: 'ResourceNotFound' });
  const proposal = await release(hold.guid);
  await assert.rejects(release(hold.guid), /proposed already/);
  assert.equal((await readRetention(rig.store)).holds.length, 1);
  await approve(rig, 'two', proposal);
  assert.deepEqual((await readRetention(rig.store)).holds, []);
  const [released] = await rig.told('audit.log.hold_release');
  assert.deepEqual([released?.data.reason, released?.data.held_for], ['over', 'court']);
});

test('only so many holds stand at a time', async (t) => {
  const rig = await rigOf(t);
  const create = (name: string) =>
    rig.perform('hold.create', adminPermit('one', 'hold.create'), doerNamed('one'), {
      ...scope,
      name,
      reason: 'court',
    });
  for (let made = 0; made < limits.holdsMax; made += 1) await create(`case ${made}`);
  await assert.rejects(create('one more'), /200 holds already/);
  await rig.disposer.run();
});
