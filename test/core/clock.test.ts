import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { monotonicClock, systemClock, wallClock } from '../../src/core/clock.ts';
import { isInstant } from '../../src/core/instant.ts';

test('the machine tells whole microseconds', () => {
  assert.ok(isInstant(systemClock()));
});

test('the timer gives the digits below the millisecond', () => {
  let timer = 0;
  const clock = wallClock(
    () => 1000 + Math.floor(timer),
    () => timer,
  );
  timer = 1.25;
  assert.equal(clock(), 1_001_250);
  timer = 1.5;
  assert.equal(clock(), 1_001_500);
});

test('a wall clock that is set is followed, in both directions', () => {
  let wall = 1_000_000;
  const clock = wallClock(
    () => wall,
    () => 5,
  );
  for (const set of [1_000_000 + 3_600_000, 1_000_000 - 3_600_000]) {
    wall = set;
    assert.equal(clock(), set * 1000);
  }
});

test('it never parts from the wall clock by more than its bound', () => {
  const ticks = fc.array(fc.tuple(fc.integer({ min: -5000, max: 5000 }), fc.nat({ max: 5000 })));
  fc.assert(
    fc.property(ticks, (steps) => {
      let [wall, timer] = [10_000_000, 0];
      const clock = wallClock(
        () => wall,
        () => timer,
      );
      for (const [wallStep, timerStep] of steps) {
        [wall, timer] = [wall + wallStep, timer + timerStep];
        assert.ok(Math.abs(clock() - wall * 1000) <= 2000);
      }
    }),
  );
});

test('a monotonic clock always moves, and never runs behind', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.nat(), (times, after) => {
      let index = 0;
      const clock = monotonicClock(() => times[index++] ?? 0, after);
      let last = after;
      for (const time of times) {
        const now = clock();
        assert.ok(now > last && now >= time);
        assert.equal(now, Math.max(time, last + 1));
        last = now;
      }
    }),
  );
});
