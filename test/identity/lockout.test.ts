import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import { createLockout, fromThisMachine } from '../../src/identity/lockout.ts';

const bob = { who: 'user bob', name: 'bob', context: { address: '192.0.2.1' } };

function clock() {
  const time = { at: 1_000_000 };
  return { time, now: () => time.at };
}

function failTimes(lockout: ReturnType<typeof createLockout>, guarded: typeof bob, times: number): boolean[] {
  return Array.from({ length: times }, () => lockout.failed(guarded));
}

test('the failure that reaches the bound locks, and says so once', () => {
  const { now } = clock();
  const lockout = createLockout(now);
  assert.deepEqual(failTimes(lockout, bob, 4), [false, false, false, false]);
  assert.equal(lockout.locked(bob), false);
  assert.equal(lockout.failed(bob), true);
  assert.equal(lockout.locked(bob), true);
  assert.equal(lockout.failed(bob), false);
});

test('a lock holds for one user and one source', () => {
  const { now } = clock();
  const lockout = createLockout(now);
  failTimes(lockout, bob, limits.lockoutFailuresMax);
  assert.equal(lockout.locked({ ...bob, context: { address: '192.0.2.2' } }), false);
  assert.equal(lockout.locked({ ...bob, who: 'user alice', name: 'alice' }), false);
});

test('a lock ends, and so does the memory of failures', () => {
  const { time, now } = clock();
  const lockout = createLockout(now);
  failTimes(lockout, bob, limits.lockoutFailuresMax);
  time.at += limits.lockoutMs * 1000 - 1;
  assert.equal(lockout.locked(bob), true);
  time.at += 1;
  assert.equal(lockout.locked(bob), false);
  assert.equal(lockout.failed(bob), false, 'counting begins anew');
});

test('a success clears the count', () => {
  const { now } = clock();
  const lockout = createLockout(now);
  failTimes(lockout, bob, limits.lockoutFailuresMax - 1);
  lockout.succeeded(bob);
  failTimes(lockout, bob, limits.lockoutFailuresMax - 1);
  assert.equal(lockout.locked(bob), false);
});

test('the administrator is never locked out of the machine itself', () => {
  const { now } = clock();
  const lockout = createLockout(now);
  const at = (context: object) => ({ who: 'user 1', name: 'admin', context });
  const here = [{ address: '127.0.0.1' }, { address: '::1' }, { address: '::ffff:127.0.0.1' }];
  const elsewhere = [{ address: '192.0.2.1' }, { address: '127.0.0.1', claimed_address: '192.0.2.9' }, {}];
  for (const context of [...here, ...elsewhere]) {
    for (let n = 0; n < limits.lockoutFailuresMax; n += 1) lockout.failed(at(context));
  }
  for (const context of here) assert.equal(lockout.locked(at(context)), false, JSON.stringify(context));
  for (const context of elsewhere) assert.equal(lockout.locked(at(context)), true, JSON.stringify(context));
});

test('nothing that only looks like a loopback address is one', () => {
  for (const address of ['127.0.0.1.example.org', '1127.0.0.1', '10.127.0.1', '::2', '']) {
    assert.equal(fromThisMachine({ address }), false, address);
  }
});

test('the oldest are forgotten first', () => {
  const { now } = clock();
  const lockout = createLockout(now);
  failTimes(lockout, bob, limits.lockoutFailuresMax);
  for (let n = 1; n < limits.lockoutEntriesMax; n += 1) lockout.failed({ ...bob, who: `user ${n}` });
  assert.equal(lockout.locked(bob), true);
  lockout.failed({ ...bob, who: 'one more' });
  assert.equal(lockout.locked(bob), false);
});

test('locked means: the bound was reached since the last success, within the time', () => {
  const step = fc.record({
    kind: fc.constantFrom('fail', 'fail', 'succeed'),
    wait: fc.nat(limits.lockoutMs),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { time, now } = clock();
      const lockout = createLockout(now);
      let failures = 0;
      let last = Number.NEGATIVE_INFINITY;
      for (const { kind, wait } of steps) {
        time.at += wait * 1000;
        if (time.at - last >= limits.lockoutMs * 1000) failures = 0;
        assert.equal(lockout.locked(bob), failures >= limits.lockoutFailuresMax);
        if (kind === 'succeed') {
          lockout.succeeded(bob);
          failures = 0;
        } else {
          failures += 1;
          last = time.at;
          assert.equal(lockout.failed(bob), failures === limits.lockoutFailuresMax);
        }
      }
    }),
  );
});
