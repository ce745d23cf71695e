// One wrong step of the clock disposes of nothing; time that goes by does, and so does a clock that stays where it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClockCheck } from '../../src/log/clock-check.ts';
import { startDisposer } from '../../src/log/dispose.ts';
import { kept, proposed, setPolicy } from '../foundation/two-people.ts';
import { doerNamed, oldEvent, openRig, type Rig, t0 } from './disposal-rig.ts';

const hour = 3_600_000_000;
const day = 24 * hour;
const year = 366 * day;
const wentForward = /^AppError: The clock went forward by \d+ hours: nothing is disposed of until the next/;

/** A check whose clock and timer the test moves: time goes by on both, a step is the clock's alone. */
function begin(lastKnown: number | null = null) {
  let [clock, timer] = [t0, 0];
  const check = new ClockCheck(
    () => clock,
    () => timer,
    lastKnown,
  );
  const pass = (micros: number): number | null => {
    clock += micros;
    timer += micros;
    return check.doubt();
  };
  const step = (micros: number): number | null => {
    clock += micros;
    return check.doubt();
  };
  return { pass, step };
}

test('a step of more than two days is believed after most of a day, however often it is asked', () => {
  const { pass, step } = begin();
  assert.equal(step(48 * hour), null);
  assert.equal(step(48 * hour + 1), 48 * hour + 1);
  assert.ok(pass(hour) !== null && pass(18 * hour) !== null);
  assert.equal(pass(hour), null);
  assert.equal(pass(day), null);
});

test('another step begins the doubt anew, and one that is taken back ends it', () => {
  const { pass, step } = begin();
  assert.ok(step(year) !== null);
  assert.ok(step(year) !== null);
  assert.ok(pass(19 * hour) !== null);
  assert.equal(step(-2 * year), null);
  assert.equal(pass(day), null);
});

test('time that only goes by is never doubted', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: year })), (times) => {
      const { pass } = begin();
      for (const time of times) assert.equal(pass(time), null);
    }),
  );
});

test('after a start, the clock is believed where the log had got to; a day later in any case', () => {
  assert.equal(begin(t0 - day).pass(0), null);
  const { pass } = begin(t0 - 31 * day);
  assert.equal(pass(0), 31 * day);
  assert.equal(pass(day), null);
});

async function expired(rig: Rig): Promise<void> {
  await rig.store.run('test.append', [oldEvent('old')]);
  await rig.seal();
}

test('a disposer whose clock was set wrong leaves everything, and waits with what would act by itself', async (t) => {
  const rig = await openRig(t);
  await rig.addAdmin('one');
  await expired(rig);
  const { actsAt } = await proposed(setPolicy(rig, 'one', { keptMonths: 20 }));
  assert.ok(actsAt !== null);
  rig.setClock(actsAt);
  await assert.rejects(rig.disposer.run(), (error) => wentForward.test(String(error)));
  rig.setClock(t0);
  assert.equal((await rig.disposer.run()).erased, 0);
  rig.setClock(actsAt);
  await assert.rejects(rig.disposer.run());
  await assert.rejects(rig.disposer.run(), 'a second run at once is no second day');
  assert.deepEqual([rig.isInFiles('old-data'), await kept(rig)], [true, 30]);
  rig.at(actsAt + day);
  assert.deepEqual((await rig.disposer.run()).proposals, { acted: 1, lapsed: 0 });
  assert.deepEqual([rig.isInFiles('old-data'), await kept(rig)], [false, 20]);
});

test('a disposer that is started on a log that lay still does nothing on its first day', async (t) => {
  const rig = await openRig(t);
  const own = { type: 'audit.log.verify', audience: 'log' } as const;
  await expired(rig);
  await rig.store.run('test.append', [
    oldEvent('own', own),
    oldEvent('from elsewhere', { ...own, origin: 'from', occurredAt: t0 + 10 * year - day }),
    oldEvent('by the same clock', { ...own, occurredAt: t0 + 10 * year - hour }),
  ]);
  let timer = 0;
  const disposer = await startDisposer({
    store: rig.store,
    now: () => t0 + 10 * year + timer,
    timer: () => timer,
    everyMs: day / 1000,
    doer: doerNamed('root'),
    checkpoint: () => null,
    takeNotices: async () => undefined,
    report: (error) => assert.fail(String(error)),
  });
  t.after(() => disposer.stop());
  await assert.rejects(disposer.run(), (error) => wentForward.test(String(error)));
  timer += day;
  assert.equal((await disposer.run()).erased, 1);
});
