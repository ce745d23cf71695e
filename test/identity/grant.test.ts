import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { systemClock } from '../../src/core/clock.ts';
import { systemRandom } from '../../src/core/guid.ts';
import { limits } from '../../src/core/limits.ts';
import { cfClient, generateSecret, newClient } from '../../src/identity/client.ts';
import { createGrants } from '../../src/identity/grant.ts';
import { createLockout } from '../../src/identity/lockout.ts';
import type { Passwords } from '../../src/identity/password.ts';
import { sessionTable } from '../../src/identity/session.ts';
import { every } from '../../src/store/table.ts';
import { accountNamed, adminPassword, discard, from, logIn, openRig, type Rig, system } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addAccount('bob', 'secret of bob');
});
after(async () => {
  await rig.stop();
  discard(rig);
});

const badCredentials = { name: 'Denied', status: 401, error: 'unauthorized', message: 'Bad credentials' };
const locked = { name: 'Denied', status: 401, error: 'unauthorized', message: /has been locked/ };
const badToken = { name: 'Denied', status: 401, error: 'invalid_token' };

/** The events that one piece of work has left, notes included. */
async function recorded(work: () => Promise<unknown>) {
  await rig.doors.notes.flush();
  const { length } = await rig.events();
  await work().catch(() => undefined);
  await rig.doors.notes.flush();
  return (await rig.events()).slice(length).map((event) => ({ ...event, data: JSON.parse(event.data) }));
}

test('a log-in is recorded with who, through what and from where, before its token is answered', async () => {
  const bob = await accountNamed(rig, 'bob');
  const before = (await rig.events()).length;
  await logIn(rig, 'BOB', 'secret of bob');
  const [event, ...more] = (await rig.events()).slice(before);
  assert.equal(more.length, 0);
  assert.equal(event?.type, 'audit.log.login');
  assert.deepEqual(event?.actor, { type: 'user', guid: bob.guid });
  assert.deepEqual(event?.target, { type: 'user', guid: bob.guid });
  assert.deepEqual(JSON.parse(event?.data ?? ''), { client: 'cf', grant: 'password' });
  assert.equal(event?.particulars.actor_username, 'bob');
  assert.equal(event?.particulars.context?.address, '192.0.2.1');
});

test('a wrong password names the user that exists', async () => {
  const [event, ...more] = await recorded(() => logIn(rig, 'bob', 'wrong', from('192.0.2.10')));
  assert.equal(more.length, 0);
  assert.equal(event?.type, 'audit.log.login_failed');
  assert.equal(event?.outcome, 'failure');
  assert.equal(event?.target.guid, (await accountNamed(rig, 'bob')).guid);
  assert.deepEqual(event?.actor, { type: 'unknown', guid: 'unknown' });
  assert.deepEqual(event?.data, { reason: 'bad credentials', client: 'cf', grant: 'password', attempts: 1 });
});

test('a name that nobody has is known by a digest alone, the same for the same name', async () => {
  const typed = 'Tr0ub4dor&3';
  const [one] = await recorded(() => logIn(rig, typed, 'x', from('192.0.2.11')));
  const [two] = await recorded(() => logIn(rig, typed.toUpperCase(), 'y', from('192.0.2.12')));
  const [other] = await recorded(() => logIn(rig, `${typed}!`, 'y', from('192.0.2.12')));
  assert.deepEqual(one?.target, { type: 'user', guid: 'unknown' });
  assert.match(one?.data.name_digest, /^[0-9a-f]{64}$/);
  assert.equal(two?.data.name_digest, one?.data.name_digest);
  assert.notEqual(other?.data.name_digest, one?.data.name_digest);
});

test('wrong password, unknown name and deactivated account are answered alike', async () => {
  const carol = await rig.addAccount('carol', 'secret of carol');
  const changes = { active: false };
  await rig.doors.run('account.update', { doer: system, guid: carol.guid, changes });
  for (const [name, password] of [
    ['bob', 'wrong'],
    ['bob', ''],
    ['nobody', 'secret of bob'],
    ['', ''],
    ['carol', 'secret of carol'],
  ] as const) {
    await assert.rejects(logIn(rig, name, password, from('192.0.2.20')), badCredentials, name);
  }
});

test('another origin than uaa has no accounts, and asking for it is recorded', async () => {
  const context = from('192.0.2.21');
  const client = await rig.doors.authenticate({ id: 'cf', secrets: [''] }, 'password', context);
  const request = { client, scopes: [], context };
  const message = 'The origin provided in the login hint is invalid.';
  const [event] = await recorded(async () => {
    const login = rig.doors.byPassword(request, 'bob', 'secret of bob', 'ldap');
    await assert.rejects(login, { ...badCredentials, message });
  });
  assert.deepEqual([event?.target.guid, event?.data.reason], ['unknown', 'unknown origin']);
});

test('five failures lock the pair, even for the right password, and that is recorded', async () => {
  const context = from('192.0.2.30');
  const events = await recorded(async () => {
    for (let n = 0; n < limits.lockoutFailuresMax; n += 1) {
      await assert.rejects(logIn(rig, 'bob', `wrong ${n}`, context), badCredentials);
    }
    await assert.rejects(logIn(rig, 'bob', 'secret of bob', context), locked);
  });
  await logIn(rig, 'bob', 'secret of bob', from('192.0.2.31'));
  const told = events.map(({ type, data }) => [type, data.reason ?? data.seconds, data.attempts]);
  assert.deepEqual(told, [
    ['audit.log.login_failed', 'bad credentials', 1],
    ['audit.log.locked_out', limits.lockoutMs / 1000, 1],
    ['audit.log.login_failed', 'locked out', 1],
    ['audit.log.login_failed', 'bad credentials', 4],
  ]);
});

test('names that nobody has are locked like others, so that a lock tells nothing', async () => {
  const context = from('192.0.2.32');
  for (let n = 0; n < limits.lockoutFailuresMax; n += 1) {
    await assert.rejects(logIn(rig, 'mallory', 'x', context), badCredentials);
  }
  await assert.rejects(logIn(rig, 'mallory', 'x', context), locked);
});

test('of guesses that run at the same time, none counts after the lock, even when right', async () => {
  const context = from('192.0.2.33');
  const { doors, store, tokens } = rig;
  const gate = Promise.withResolvers<void>();
  const passwords: Passwords = {
    ...doors.passwords,
    verify: async (password, stored) => {
      if (password === 'secret of bob') await gate.promise;
      return doors.passwords.verify(password, stored);
    },
  };
  const lockout = createLockout(systemClock);
  const more = { lockout, now: systemClock, random: systemRandom, digestKey: 'k' };
  const grants = createGrants({ store, tokens, run: doors.run, notes: doors.notes, passwords, ...more });
  const client = await grants.authenticate({ id: 'cf', secrets: [''] }, 'password', context);
  const guess = (password: string) =>
    grants.byPassword({ client, scopes: [], context }, 'bob', password, 'uaa');
  const right = guess('secret of bob');
  for (let n = 0; n < limits.lockoutFailuresMax; n += 1) await assert.rejects(guess(`${n}`), badCredentials);
  gate.resolve();
  await assert.rejects(right, locked);
});

test('the administrator gets in from this machine after any number of failures', async () => {
  const context = from('127.0.0.1');
  for (let n = 0; n < limits.lockoutFailuresMax + 2; n += 1) {
    await assert.rejects(logIn(rig, 'admin', 'wrong', context), badCredentials);
  }
  await logIn(rig, 'Admin', adminPassword, context);
});

test('a refresh answers the same refresh token, another access token, and no event', async () => {
  const context = from('192.0.2.1');
  const { access, refresh } = await logIn(rig, 'bob', 'secret of bob');
  const client = await rig.doors.authenticate({ id: 'cf', secrets: [''] }, 'refresh_token', context);
  const before = (await rig.events()).length;
  const again = await rig.doors.byRefreshToken({ client, scopes: [], context }, refresh);
  assert.equal(again.refreshToken, refresh);
  assert.notEqual(again.accessToken, access);
  assert.equal(decodeJwt(again.accessToken).sid, decodeJwt(access).sid);
  assert.equal((await rig.events()).length, before);
  assert.equal((await rig.tokens.verify(`bearer ${again.accessToken}`)).username, 'bob');
});

test('a refresh token is good for its own client, while its session lasts', async () => {
  const context = from('192.0.2.40');
  const request = { scopes: [], context };
  const client = await rig.doors.authenticate({ id: 'cf', secrets: [''] }, 'refresh_token', context);
  const stranger = { ...client, id: 'another' };
  const { access, refresh } = await logIn(rig, 'bob', 'secret of bob');
  await assert.rejects(rig.doors.byRefreshToken({ ...request, client: stranger }, refresh), badToken);
  await assert.rejects(rig.doors.byRefreshToken({ ...request, client }, `${refresh}x`), badToken);
  await assert.rejects(rig.doors.byRefreshToken({ ...request, client }, access), badToken);
  await rig.doors.run('session.close', { doer: system, guid: String(decodeJwt(access).sid) });
  await assert.rejects(rig.doors.byRefreshToken({ ...request, client }, refresh), badToken);
});

test('scopes that are asked for narrow the grant, and its refreshes', async () => {
  const context = from('192.0.2.1');
  const client = await rig.doors.authenticate({ id: 'cf', secrets: [''] }, 'password', context);
  const ask = (scopes: string[]) => ({ client, scopes, context });
  const wanted = ask(['cloud_controller.read', 'cloud_controller.admin']);
  const granted = await rig.doors.byPassword(wanted, 'bob', 'secret of bob', 'uaa');
  assert.deepEqual(granted.scopes, ['cloud_controller.read']);
  const again = await rig.doors.byRefreshToken(ask([]), granted.refreshToken ?? '');
  assert.deepEqual(again.scopes, ['cloud_controller.read']);
  const none = rig.doors.byPassword(ask(['cloud_controller.admin']), 'bob', 'secret of bob', 'uaa');
  await assert.rejects(none, { status: 400, error: 'invalid_scope' });
});

test('a client is known by its secret, chosen or generated, and recorded with its token', async () => {
  const context = from('192.0.2.50');
  const { secret, secretHash } = generateSecret(systemRandom);
  const chosen = await rig.doors.passwords.hash('chosen secret');
  const authorities = ['cloud_controller.read'];
  for (const client of [
    newClient({ id: 'generated', secretHash, authorities }),
    newClient({ id: 'chosen', secretHash: chosen, authorities }),
  ]) {
    await rig.doors.run('client.create', { doer: system, client });
  }
  for (const [id, right] of [
    ['generated', secret],
    ['chosen', 'chosen secret'],
  ] as const) {
    const ask = (given: string) =>
      rig.doors.authenticate({ id, secrets: [given] }, 'client_credentials', context);
    for (const wrong of ['', 'wrong', secretHash]) {
      await assert.rejects(ask(wrong), { status: 401, error: 'invalid_client', message: 'Bad credentials' });
    }
    const client = await ask(right);
    const [event] = await recorded(() => rig.doors.byClientCredentials({ client, scopes: [], context }));
    assert.equal(event?.type, 'audit.log.token');
    assert.deepEqual(event?.actor, { type: 'user', guid: id });
    assert.deepEqual(event?.target, { type: 'client', guid: id });
    const password = rig.doors.authenticate({ id, secrets: [right] }, 'password', context);
    await assert.rejects(password, { error: 'unauthorized_client' });
  }
});

test('a wrong secret costs the same work, whatever client it is for', async () => {
  const { doors, store, tokens } = rig;
  let hashes = 0;
  const passwords: Passwords = {
    ...doors.passwords,
    verify(password, stored) {
      hashes += 1;
      return doors.passwords.verify(password, stored);
    },
  };
  const more = {
    lockout: createLockout(systemClock),
    now: systemClock,
    random: systemRandom,
    digestKey: 'k',
  };
  const grants = createGrants({ store, tokens, run: doors.run, notes: doors.notes, passwords, ...more });
  for (const id of ['generated', 'chosen', 'no such client']) {
    hashes = 0;
    const wrong = grants.authenticate({ id, secrets: ['x', 'y'] }, null, from('192.0.2.52'));
    await assert.rejects(wrong, { error: 'invalid_client', message: 'Bad credentials' });
    assert.equal(hashes, 2, id);
  }
});

test('nobody is locked out of the public client', async () => {
  const context = from('192.0.2.51');
  for (let n = 0; n < limits.lockoutFailuresMax + 1; n += 1) {
    const wrong = rig.doors.authenticate({ id: cfClient.id, secrets: ['x'] }, 'password', context);
    await assert.rejects(wrong, { error: 'invalid_client' });
  }
  await logIn(rig, 'bob', 'secret of bob', context);
});

test('sessions that have expired are cleared by later log-ins', async () => {
  const count = async () => (await rig.store.rows(sessionTable, { where: every })).length;
  const before = await count();
  const client = await rig.doors.authenticate({ id: 'cf', secrets: [''] }, null, from('192.0.2.1'));
  const order = {
    doer: system,
    account: null,
    client,
    grant: 'client_credentials',
    refreshHash: null,
    scopes: [],
    lastsSeconds: -1,
  };
  await rig.doors.run('session.open', order);
  await rig.doors.run('session.open', order);
  assert.equal(await count(), before + 1, 'the second has cleared the first');
});

test('an account that changed after its password was checked does not log in', async () => {
  const dave = await rig.addAccount('dave', 'secret of dave');
  const order = {
    doer: system,
    account: { ...dave, passwordChangedAt: 1 },
    client: cfClient,
    grant: 'password',
    refreshHash: 'h',
    scopes: [],
    lastsSeconds: 60,
  };
  await assert.rejects(rig.doors.run('session.open', order), { entry: 'InvalidAuthToken' });
});

test('a client that was given another secret after it was checked does not log in', async () => {
  const client = newClient({ id: 'rotating', secretHash: 'old', authorities: ['cloud_controller.read'] });
  await rig.doors.run('client.create', { doer: system, client });
  const order = {
    doer: system,
    account: null,
    client,
    grant: 'client_credentials',
    refreshHash: null,
    scopes: [],
    lastsSeconds: 60,
  };
  await rig.doors.run('session.open', order);
  await rig.doors.run('client.secret', { doer: system, id: 'rotating', secretHash: 'new' });
  await assert.rejects(rig.doors.run('session.open', order), { entry: 'InvalidAuthToken' });
});

test('no password, secret or token stands in any file beside the keys', async () => {
  const typed = 'aPasswordTypedAsAName';
  await logIn(rig, typed, 'x', from('192.0.2.60')).catch(() => undefined);
  const { access, refresh } = await logIn(rig, 'bob', 'secret of bob');
  await rig.doors.notes.flush();
  const texts = readdirSync(rig.directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(`${rig.directory}/${name}`).toString('latin1').toLowerCase());
  for (const secret of [typed, 'secret of bob', adminPassword, access, refresh, 'chosen secret']) {
    assert.ok(!texts.some((text) => text.includes(secret.toLowerCase())));
  }
  assert.ok(
    texts.some((text) => text.includes('argon2id')),
    'the files are those that hold the accounts',
  );
});
