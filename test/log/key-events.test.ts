import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyChanges } from '../../src/log/key-events.ts';
import { fingerprintOf } from '../../src/log/key-ring.ts';
import { admin, discard, keysRig, origin, recorded } from './keys-rig.ts';
import { newFolder, openRig } from './seal-rig.ts';

test('a change of keys is told in events, once however often it is told', async (t) => {
  const rig = await openRig(newFolder(t));
  const folder = keysRig();
  t.after(async () => {
    await rig.close();
    discard(folder);
  });
  const changes: KeyChanges[] = [];
  const record = async (change: KeyChanges): Promise<void> => {
    changes.push(change);
    for (let times = 0; times < 2; times += 1) await rig.store.run('log.keys', { ...change, doer: admin });
  };
  const keys = await folder.open({ record });
  await keys.rotate({ doer: admin, origin, overlapDays: 30 });
  const [second, first] = keys.list(origin);
  const told = (await recorded(rig.store)).filter(({ target }) =>
    [first?.fingerprint, second?.fingerprint].includes(target.guid),
  );
  assert.deepEqual(
    told.map(({ type, target, particulars, data, audience, outcome }) => [
      type,
      target,
      particulars.target_name,
      particulars.actor_username,
      JSON.parse(data),
      audience,
      outcome,
    ]),
    [
      event('key_create', 1, first?.fingerprint, {}),
      event('key_create', 2, second?.fingerprint, {}),
      event('key_retire', 1, first?.fingerprint, { retires_at: '2027-02-14T08:00:00.000000Z' }),
    ],
  );
  assert.deepEqual(
    changes.flatMap(({ made }) => made.map(fingerprintOf)),
    [first?.fingerprint, second?.fingerprint],
  );
});

function event(what: string, number: number, fingerprint: string | undefined, more: object): unknown[] {
  const target = { type: 'key', guid: fingerprint };
  const data = { number, algorithm: 'ed25519', fingerprint, ...more };
  return [`audit.log.${what}`, target, `log key ${number}`, 'ann', data, 'log', 'success'];
}
