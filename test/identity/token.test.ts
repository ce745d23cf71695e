import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { limits } from '../../src/core/limits.ts';
import { newClient } from '../../src/identity/client.ts';
import {
  accountNamed,
  adminPassword,
  discard,
  from,
  issuer,
  logIn,
  openRig,
  type Rig,
  system,
} from './rig.ts';

let rig: Rig;
before(async () => {
  rig = await openRig();
  await rig.addAccount('bob', 'secret of bob', ['cloud_controller.global_auditor']);
});
after(async () => {
  await rig.stop();
  discard(rig);
});

const invalid = { name: 'AppError', entry: 'InvalidAuthToken' };
const unauthenticated = { name: 'AppError', entry: 'NotAuthenticated' };

/** A token with the server's own key and whatever claims. */
async function forged(change: (claims: JWTPayload) => JWTPayload, alg = 'RS256'): Promise<string> {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  const key = createPrivateKey(readFileSync(`${rig.directory}/keys/token.pem`));
  const { kid = '' } = decodeProtectedHeader(access);
  return new SignJWT(change(decodeJwt(access))).setProtectedHeader({ alg, kid }).sign(key);
}

test('a token says what the cf CLI and Cloud Controller read in it', async () => {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  const bob = await accountNamed(rig, 'bob');
  const claims = decodeJwt(access);
  const { jti, sid, iat = 0, exp = 0, ...rest } = claims;
  assert.deepEqual(rest, {
    scope: [
      'openid',
      'cloud_controller.read',
      'cloud_controller.write',
      'password.write',
      'uaa.user',
      'cloud_controller.global_auditor',
    ],
    client_id: 'cf',
    cid: 'cf',
    azp: 'cf',
    revocable: true,
    grant_type: 'password',
    zid: 'uaa',
    aud: ['cf', 'cloud_controller', 'password', 'uaa'],
    sub: bob.guid,
    user_id: bob.guid,
    origin: 'uaa',
    user_name: 'bob',
    email: 'bob',
    iss: issuer,
  });
  assert.equal(exp - iat, limits.accessTokenSeconds);
  assert.match(String(jti), /^[0-9a-f]{32}$/);
  assert.equal(typeof sid, 'string');
  assert.match(access, /^[\w-]+\.[\w-]+\.[\w-]+$/, 'base64url without padding');
});

test('anybody verifies a token with the published keys', async () => {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  const { keys } = rig.tokens.jwks();
  const { protectedHeader } = await jwtVerify(access, createLocalJWKSet({ keys: [...keys] }), { issuer });
  assert.equal(protectedHeader.alg, 'RS256');
  const [key] = keys;
  assert.deepEqual(
    [key?.kty, key?.use, key?.alg, key?.kid === protectedHeader.kid],
    ['RSA', 'sig', 'RS256', true],
  );
  assert.match(key?.value ?? '', /^-----BEGIN PUBLIC KEY-----/);
  assert.ok(!JSON.stringify(keys).includes('PRIVATE') && key?.d === undefined);
});

test('a client token speaks of no user', async () => {
  const context = from('192.0.2.1');
  const secretHash = await rig.doors.passwords.hash('s');
  const wanted = newClient({ id: 'collector', secretHash, authorities: ['cloud_controller.read'] });
  await rig.doors.run('client.create', { doer: system, client: wanted });
  const client = await rig.doors.authenticate(
    { id: 'collector', secrets: ['s'] },
    'client_credentials',
    context,
  );
  const { accessToken, refreshToken } = await rig.doors.byClientCredentials({ client, scopes: [], context });
  assert.equal(refreshToken, null);
  const claims = decodeJwt(accessToken);
  assert.equal(claims.client_id, 'collector');
  for (const name of ['user_id', 'user_name', 'email', 'origin']) assert.equal(claims[name], undefined, name);
  assert.deepEqual(await rig.tokens.verify(`Bearer ${accessToken}`), {
    kind: 'client',
    guid: 'collector',
    username: '',
    email: '',
    client: 'collector',
    scopes: ['cloud_controller.read'],
  });
  await rig.doors.run('client.delete', { doer: system, id: 'collector' });
  await assert.rejects(rig.tokens.verify(`Bearer ${accessToken}`), invalid);
});

test('the scheme is bearer in any case of letters', async () => {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  for (const scheme of ['bearer', 'Bearer', 'BEARER']) {
    assert.equal((await rig.tokens.verify(`${scheme} ${access}`)).username, 'bob');
  }
  for (const header of [undefined, '', 'Basic Y2Y6', access, ` bearer ${access}`]) {
    await assert.rejects(rig.tokens.verify(header), unauthenticated, String(header).slice(0, 12));
  }
  for (const header of ['bearer', 'bearer ', 'bearer x', 'bearer a.b.c', `bearer ${access} ${access}`]) {
    await assert.rejects(rig.tokens.verify(header), invalid, header.slice(0, 12));
  }
});

test('no altered token is believed', async () => {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  const signed = access.lastIndexOf('.');
  const position = fc.nat(access.length - 1);
  const letter = fc.constantFrom(...'ABCDEFGHabcdefgh0123-_');
  await fc.assert(
    fc.asyncProperty(position, letter, async (at, other) => {
      // The last letter of a signature may hold bits that stand for nothing.
      fc.pre(access[at] !== other && at !== access.length - 1);
      const altered = access.slice(0, at) + other + access.slice(at + 1);
      await assert.rejects(rig.tokens.verify(`bearer ${altered}`), invalid);
    }),
    { numRuns: 200 },
  );
  await assert.rejects(rig.tokens.verify(`bearer ${access.slice(0, signed)}.`), invalid);
});

test('an unsigned token, one of another key and one of another algorithm are not believed', async () => {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  const [, payload = ''] = access.split('.');
  const header = Buffer.from('{"alg":"none"}').toString('base64url');
  await assert.rejects(rig.tokens.verify(`bearer ${header}.${payload}.`), invalid);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { kid = '' } = decodeProtectedHeader(access);
  const claims = decodeJwt(access);
  const foreign = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid });
  await assert.rejects(rig.tokens.verify(`bearer ${await foreign.sign(privateKey)}`), invalid);
  const published = Buffer.from(rig.tokens.jwks().keys[0]?.value ?? '');
  const symmetric = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid });
  await assert.rejects(rig.tokens.verify(`bearer ${await symmetric.sign(published)}`), invalid);
  await assert.rejects(rig.tokens.verify(`bearer ${await forged((same) => same, 'RS512')}`), invalid);
});

test('claims of somebody else are not believed even when signed', async () => {
  const rejected: Record<string, (claims: JWTPayload) => JWTPayload> = {
    issuer: (claims) => ({ ...claims, iss: 'https://elsewhere.example.org/oauth/token' }),
    audience: (claims) => ({ ...claims, aud: ['cf', 'scim'] }),
    expired: (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 1 }),
    'no expiry': ({ exp: _, ...claims }) => claims,
    'neither user nor client': ({ user_id: _u, client_id: _c, ...claims }) => claims,
    'another user': (claims) => ({ ...claims, user_id: '01890000-0000-7000-8000-000000000000' }),
    'a client in place of the user': ({ user_id: _, ...claims }) => claims,
    'another session': (claims) => ({ ...claims, sid: '01890000-0000-7000-8000-000000000000' }),
    'no session': ({ sid: _, ...claims }) => claims,
  };
  for (const [name, change] of Object.entries(rejected)) {
    await assert.rejects(rig.tokens.verify(`bearer ${await forged(change)}`), invalid, name);
  }
  const same = await rig.tokens.verify(`bearer ${await forged((claims) => claims)}`);
  assert.equal(same.username, 'bob');
});

test('a request that takes long is judged by its beginning, and by the sessions of now', async () => {
  const ended = Math.floor(Date.now() / 1000) - 1;
  const token = `bearer ${await forged((claims) => ({ ...claims, exp: ended }))}`;
  const began = (ended - 60) * 1_000_000;
  assert.equal((await rig.tokens.verify(token, began)).username, 'bob');
  await assert.rejects(rig.tokens.verify(token), invalid);
  const gone = await forged((claims) => ({
    ...claims,
    exp: ended,
    sid: '01890000-0000-7000-8000-000000000000',
  }));
  await assert.rejects(rig.tokens.verify(`bearer ${gone}`, began), invalid);
});

test('a signed token cannot claim more than its account has', async () => {
  const scope = ['cloud_controller.admin', 'cloud_controller.read'];
  const token = await forged((claims) => ({ ...claims, scope }));
  assert.deepEqual((await rig.tokens.verify(`bearer ${token}`)).scopes, ['cloud_controller.read']);
});

test('scopes that an account loses are lost to its tokens at once', async () => {
  const eve = await rig.addAccount('eve', 'secret of eve', ['cloud_controller.admin']);
  const { access } = await logIn(rig, 'eve', 'secret of eve');
  const scopes = async () => (await rig.tokens.verify(`bearer ${access}`)).scopes;
  assert.ok((await scopes()).includes('cloud_controller.admin'));
  await rig.doors.run('account.update', { doer: system, guid: eve.guid, changes: { scopes: [] } });
  assert.ok(!(await scopes()).includes('cloud_controller.admin'));
});

test('tokens of a deleted, a deactivated and a logged-out account are refused at once', async () => {
  const endings: Record<string, (guid: string, session: string) => Promise<unknown>> = {
    deleted: (guid) => rig.doors.run('account.delete', { doer: system, guid }),
    deactivated: (guid) =>
      rig.doors.run('account.update', { doer: system, guid, changes: { active: false } }),
    'logged out': (_, session) => rig.doors.run('session.close', { doer: system, guid: session }),
    'with another password': (guid) =>
      rig.doors.run('account.password', { doer: system, guid, passwordHash: '$x$' }),
  };
  for (const [name, end] of Object.entries(endings)) {
    const { guid } = await rig.addAccount(name, 'p');
    const { access } = await logIn(rig, name, 'p');
    await rig.tokens.verify(`bearer ${access}`);
    await end(guid, String(decodeJwt(access).sid));
    await assert.rejects(rig.tokens.verify(`bearer ${access}`), invalid, name);
  }
});

test('a token outlives a restart, and its key is nobody else’s to read', async () => {
  const { access } = await logIn(rig, 'bob', 'secret of bob');
  await rig.stop();
  rig = await openRig(rig.directory);
  assert.equal((await rig.tokens.verify(`bearer ${access}`)).username, 'bob');
  assert.equal(statSync(`${rig.directory}/keys/token.pem`).mode & 0o777, 0o600);
});

test('a token ends with its ten minutes, remembered or not', async () => {
  const [one, two] = [await logIn(rig, 'admin', adminPassword), await logIn(rig, 'admin', adminPassword)];
  await rig.tokens.verify(`bearer ${one.access}`);
  rig.advance(limits.accessTokenSeconds + 1);
  await assert.rejects(rig.tokens.verify(`bearer ${one.access}`), invalid);
  await assert.rejects(rig.tokens.verify(`bearer ${two.access}`), invalid);
});
