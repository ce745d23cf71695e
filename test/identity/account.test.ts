import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { checkAccount, nameKey, newAccount, scopesOf } from '../../src/identity/account.ts';
import { newClient } from '../../src/identity/client.ts';
import { accountNamed, discard, logIn, openRig, type Rig, system } from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
});
after(async () => {
  await rig.stop();
  discard(rig);
});

const refused = (message: string | RegExp) => ({ entry: 'UnprocessableEntity', message });
const passwordHash = null;

async function newest() {
  const event = (await rig.events()).at(-1);
  return { type: event?.type, target: event?.target, data: JSON.parse(event?.data ?? '{}') };
}

test('an account is made of a user name alone', () => {
  assert.deepEqual(newAccount({ username: 'bob', passwordHash }), {
    username: 'bob',
    email: 'bob',
    givenName: '',
    familyName: '',
    active: true,
    scopes: [],
    passwordHash,
  });
});

test('what an account cannot be is refused with a sentence', () => {
  const username = 'bob';
  const cases = [
    [{ username: '' }, 'A user name must be given.'],
    [{ username: ' ' }, 'A user name must be given.'],
    [{ username: 'x'.repeat(256) }, 'A user name may have at most 255 characters.'],
    [{ username: 'a\nb' }, 'A user name must not have control characters.'],
    [{ username: 'a\u0000' }, 'A user name must not have control characters.'],
    [{ username: 'a\ud800' }, 'A user name must not have control characters.'],
    [{ username, email: 'x'.repeat(256) }, 'An e-mail address may have at most 255 characters.'],
    [{ username, familyName: '\u0007' }, 'A family name must not have control characters.'],
    [
      { username, scopes: ['cloud_controller.god'] },
      /^There is no scope "cloud_controller\.god"\. The scopes are /,
    ],
  ] as const;
  for (const [wanted, message] of cases) {
    assert.throws(() => newAccount({ ...wanted, passwordHash }), refused(message), JSON.stringify(wanted));
  }
  newAccount({ username: '\u{1f600}'.repeat(255), passwordHash });
});

test('every name of printable characters is taken', () => {
  const letter = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(letter, (username) => {
      fc.pre(username.trim() !== '' && !/\p{Cc}|\p{Cs}/u.test(username));
      assert.equal(newAccount({ username, passwordHash }).username, username);
    }),
  );
});

test('names are compared without case and by their composed form', () => {
  assert.equal(nameKey('Bob@Example.ORG'), 'bob@example.org');
  assert.equal(nameKey('JOSE\u0301'), nameKey('jos\u00e9'));
  checkAccount({});
});

test('creating, changing and deleting leave an event each', async () => {
  const { guid } = await rig.addAccount('bob', 'secret', ['cloud_controller.global_auditor']);
  const target = { type: 'user', guid };
  assert.deepEqual(await newest(), {
    type: 'audit.log.account_create',
    target,
    data: { origin: 'uaa', active: true, scopes: ['cloud_controller.global_auditor'] },
  });
  const changes = { email: 'bob@example.org', scopes: [] };
  const changed = await rig.doors.run('account.update', { doer: system, guid, changes });
  assert.equal(changed.email, 'bob@example.org');
  assert.deepEqual(await newest(), {
    type: 'audit.log.account_update',
    target,
    data: { changed: ['email', 'scopes'], active: true, scopes: [] },
  });
  await logIn(rig, 'bob', 'secret');
  await rig.doors.run('account.delete', { doer: system, guid });
  const deletion = { type: 'audit.log.account_delete', target, data: { origin: 'uaa', sessions: 1 } };
  assert.deepEqual(await newest(), deletion);
  await assert.rejects(accountNamed(rig, 'bob'));
});

test('a scope is given and taken without touching the others', async () => {
  const { guid } = await rig.addAccount('scoped', 'secret', ['scim.read']);
  const change = (scope: string, has: boolean) =>
    rig.doors.run('account.scope', { doer: system, guid, scope, has });
  assert.deepEqual((await change('scim.write', true)).scopes, ['scim.read', 'scim.write']);
  const { length } = await rig.events();
  await change('scim.write', true);
  await change('uaa.admin', false);
  assert.equal((await rig.events()).length, length, 'nothing changed, nothing told');
  assert.deepEqual((await change('scim.read', false)).scopes, ['scim.write']);
});

test('of the accounts that can administer others, one stays', async () => {
  const admin = await accountNamed(rig, 'admin');
  const order = { doer: system, guid: admin.guid };
  const last = refused(/last active account with the scope uaa\.admin/);
  const { length } = await rig.events();
  await assert.rejects(rig.doors.run('account.delete', order), last);
  for (const changes of [{ active: false }, { scopes: ['scim.write'] }]) {
    await assert.rejects(rig.doors.run('account.update', { ...order, changes }), last);
  }
  const taken = rig.doors.run('account.scope', { ...order, scope: 'uaa.admin', has: false });
  await assert.rejects(taken, last);
  assert.equal((await rig.events()).length, length);
  await rig.doors.run('account.update', { ...order, changes: { email: 'root@example.org' } });
});

test('a change that changes nothing leaves no event', async () => {
  const { guid } = await rig.addAccount('carol', 'secret');
  const { length } = await rig.events();
  await rig.doors.run('account.update', { doer: system, guid, changes: { username: 'carol', active: true } });
  assert.equal((await rig.events()).length, length);
});

test('a user name is taken once, in whatever case', async () => {
  const { guid } = await rig.addAccount('dave', 'secret');
  await rig.addAccount('erin', 'secret');
  const taken = { entry: 'UniquenessError', message: 'Username already in use: DAVE' };
  await assert.rejects(rig.addAccount('DAVE', 'secret'), taken);
  const rename = rig.doors.run('account.update', { doer: system, guid, changes: { username: 'Erin' } });
  await assert.rejects(rename, { entry: 'UniquenessError' });
  const same = await rig.doors.run('account.update', { doer: system, guid, changes: { username: 'Dave' } });
  assert.equal(same.username, 'Dave');
});

test('another password ends the sessions and is told without being told', async () => {
  const { guid } = await rig.addAccount('frank', 'old secret');
  await logIn(rig, 'frank', 'old secret');
  const hash = await rig.doors.passwords.hash('new secret');
  await rig.doors.run('account.password', { doer: system, guid, passwordHash: hash });
  const event = { type: 'audit.log.password_change', target: { type: 'user', guid }, data: { sessions: 1 } };
  assert.deepEqual(await newest(), event);
  await assert.rejects(logIn(rig, 'frank', 'old secret'), { error: 'unauthorized' });
  await logIn(rig, 'frank', 'new secret');
});

test('what is not there cannot be changed', async () => {
  const guid = '01890000-0000-7000-8000-000000000000';
  const missing = { entry: 'ResourceNotFound' };
  await assert.rejects(rig.doors.run('account.delete', { doer: system, guid }), missing);
  await assert.rejects(rig.doors.run('account.update', { doer: system, guid, changes: {} }), missing);
  await assert.rejects(rig.doors.run('client.delete', { doer: system, id: 'nobody' }), missing);
});

test('clients are made once, and the command line’s own stays', async () => {
  const client = newClient({ id: 'scraper', secretHash: 'h', authorities: ['cloud_controller.read'] });
  await rig.doors.run('client.create', { doer: system, client });
  assert.deepEqual(await newest(), {
    type: 'audit.log.client_create',
    target: { type: 'client', guid: 'scraper' },
    data: { grants: ['client_credentials'], scopes: [], authorities: ['cloud_controller.read'] },
  });
  await assert.rejects(rig.doors.run('client.create', { doer: system, client }), {
    entry: 'UniquenessError',
  });
  await assert.rejects(rig.doors.run('client.delete', { doer: system, id: 'cf' }), refused(/built in/));
  await rig.doors.run('client.delete', { doer: system, id: 'scraper' });
  assert.equal((await newest()).type, 'audit.log.client_delete');
});

test('only a client that does nothing by itself has the empty secret', async () => {
  const needs = refused('A client that speaks for itself needs a secret.');
  const wanted = { id: 'a', secretHash: '' };
  assert.throws(() => newClient(wanted), needs);
  assert.throws(
    () => newClient({ ...wanted, grantTypes: ['password'], authorities: ['uaa.resource'] }),
    needs,
  );
  const client = newClient({ ...wanted, grantTypes: ['password'] });
  assert.deepEqual(client.grantTypes, ['password', 'refresh_token']);
  await rig.doors.run('client.create', { doer: system, client: newClient({ id: 'b', secretHash: 'h' }) });
  const change = { doer: system, id: 'b', secretHash: '' };
  await assert.rejects(rig.doors.run('client.secret', change), needs);
  await rig.doors.run('client.secret', { ...change, secretHash: 'h2' });
  assert.deepEqual((await newest()).data, { sessions: 0 });
  const own = rig.doors.run('client.secret', { doer: system, id: 'cf', secretHash: 'h' });
  await assert.rejects(own, refused(/keeps its empty secret/));
});

test('a client id is plain, and its scopes are known ones', () => {
  for (const id of ['', 'a b', 'a:b', 'x'.repeat(256)]) {
    assert.throws(() => newClient({ id, secretHash: 'h' }), refused(/^A client id consists/), id);
  }
  const guid = '01890000-0000-7000-8000-00000000000a';
  for (const id of [guid, guid.toUpperCase()]) {
    assert.throws(() => newClient({ id, secretHash: 'h' }), refused(/form of a guid/), id);
  }
  assert.throws(
    () => newClient({ id: 'a', secretHash: '', authorities: ['x'] }),
    refused(/^There is no scope "x"/),
  );
});

test('the administrator has every right of UAA that this server asks for', async () => {
  const scopes = scopesOf(await accountNamed(rig, 'admin'));
  for (const scope of ['cloud_controller.admin', 'scim.write', 'uaa.admin', 'clients.read', 'openid']) {
    assert.ok(scopes.includes(scope), scope);
  }
});
