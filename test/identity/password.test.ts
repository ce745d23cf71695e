import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '../../src/core/guid.ts';
import { limits } from '../../src/core/limits.ts';
import { createPasswords, passwordProblem } from '../../src/identity/password.ts';

const passwords = createPasswords({ random: systemRandom, fips: false });

test('a hash names argon2id and its parameters, and only its own password fits', async () => {
  const stored = await passwords.hash('correct horse');
  assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.equal(await passwords.verify('correct horse', stored), true);
  assert.equal(await passwords.verify('correct horsf', stored), false);
  assert.notEqual(await passwords.hash('correct horse'), stored, 'each hash has its own salt');
});

test('a hash of the reference implementation is read', async () => {
  // phc-winner-argon2, test.c: "password", "somesalt", t=2, m=16, p=1.
  const stored = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.equal(await passwords.verify('password', stored), true);
});

test('under FIPS a hash is PBKDF2, and either kind is read by either', async () => {
  const fips = createPasswords({ random: systemRandom, fips: true });
  const stored = await fips.hash('correct horse');
  assert.match(stored, /^\$pbkdf2-sha512\$i=210000\$/);
  assert.equal(await passwords.verify('correct horse', stored), true);
  assert.equal(await passwords.verify('wrong', stored), false);
});

test('any text is its own password and no other', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(text, text, async (password, other) => {
      const stored = await passwords.hash(password);
      assert.equal(await passwords.verify(password, stored), true);
      const same = password.normalize('NFKC') === other.normalize('NFKC');
      assert.equal(await passwords.verify(other, stored), same);
    }),
    { numRuns: 10 },
  );
});

test('composed and decomposed letters are the same password', async () => {
  assert.equal(await passwords.verify('cafe\u0301', await passwords.hash('caf\u00e9')), true);
});

test('nobody has no password', async () => {
  assert.equal(await passwords.verify('anything', null), false);
});

test('empty and endless passwords are refused, without being repeated', async () => {
  const endless = 'x'.repeat(limits.passwordCharactersMax + 1);
  assert.equal(passwordProblem(''), 'A password must not be empty.');
  assert.equal(passwordProblem(endless), 'A password may have at most 1024 characters.');
  assert.equal(passwordProblem('x'.repeat(limits.passwordCharactersMax)), null);
  const stored = await passwords.hash('x');
  assert.equal(await passwords.verify('', stored), false);
  assert.equal(await passwords.verify(endless, stored), false);
});

test('beyond the queue callers are told to come again, and it empties', async () => {
  const narrow = createPasswords({ random: systemRandom, fips: false, atOnce: 1, queueMax: 1 });
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((password) => narrow.hash(password)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  const [, , refused] = outcomes;
  assert.ok(refused?.status === 'rejected' && refused.reason.entry === 'ServiceUnavailable');
  assert.equal(refused.reason.retryAfterSeconds, 1);
  assert.equal(await narrow.verify('a', await narrow.hash('a')), true);
});

test('a broken hash is a defect, and leaves the gate open', async () => {
  const narrow = createPasswords({ random: systemRandom, fips: false, atOnce: 1, queueMax: 0 });
  await assert.rejects(narrow.verify('a', '$md5$abc'), /broken promise/);
  assert.equal(await narrow.verify('a', null), false);
});

test('nobody costs as much as somebody: the same gate, the same hash', async () => {
  const narrow = createPasswords({ random: systemRandom, fips: false, atOnce: 1, queueMax: 0 });
  const outcomes = await Promise.allSettled([narrow.verify('a', null), narrow.verify('a', null)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});
