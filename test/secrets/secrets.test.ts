// Promise 4: whatever secret is sent, rightly, wrongly or to the wrong place, it is found in clear in no file of the
// data folder, in nothing that the process prints, even at its most talkative, and in no answer.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { routes } from '../../src/http/routes.ts';
import { newHome } from '../cli/command.ts';
import { type ServerProcess, startProcess } from '../crash/server-process.ts';
import { type CallOptions, type Reply, request } from '../harness.ts';
import { type Canary, chosenSecret, issuedToken, plainSecret, sightings } from './canary.ts';

const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
const cf: Readonly<Record<string, string>> = { ...asForm, authorization: 'Basic Y2Y6' };

describe('secrets', () => {
  const canaries: Canary[] = [];
  /** Everything that was answered, but for the tokens themselves. */
  const answers: { what: string; text: string }[] = [];
  let directory: string;
  let server: ServerProcess;
  let admin: string;

  const secret = (name: string): string => {
    const canary = chosenSecret(name);
    canaries.push(canary);
    return canary.text;
  };
  const plain = (name: string): string => {
    const canary = plainSecret(name);
    canaries.push(canary);
    return canary.text;
  };
  const issued = (name: string, text: string): string => {
    canaries.push(issuedToken(name, text));
    return text;
  };
  const send = async (method: string, path: string, options: CallOptions = {}): Promise<Reply> => {
    const reply = await request(server.url, method, path, options);
    const head = [...reply.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    answers.push({ what: `${method} ${path.slice(0, 60)}`, text: `${head}\n\n${reply.text}` });
    return reply;
  };
  const call = (method: string, path: string, options: CallOptions = {}): Promise<Reply> =>
    send(method, path, { token: admin, ...options });
  const formOf = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();
  /** A log-in; its answer is not looked through, since it is the one that may hold tokens. */
  const grant = async (
    name: string,
    fields: Readonly<Record<string, string>>,
    headers = cf,
  ): Promise<string> => {
    const reply = await request(server.url, 'POST', '/oauth/token', { headers, body: formOf(fields) });
    assert.equal(reply.status, 200, `${name}: ${reply.text}`);
    if (reply.json.refresh_token) issued(`refresh token of ${name}`, reply.json.refresh_token);
    return issued(`access token of ${name}`, reply.json.access_token);
  };
  const refused = async (fields: Readonly<Record<string, string>>, headers = cf): Promise<void> => {
    const reply = await send('POST', '/oauth/token', { headers, body: formOf(fields) });
    assert.ok(reply.status >= 400, reply.text);
  };

  before(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'hansard-secrets-')), 'data');
    const password = secret('password of admin');
    server = await startProcess(directory, { logLevel: 'debug', env: { HANSARD_ADMIN_PASSWORD: password } });
    admin = await grant('admin', { grant_type: 'password', username: 'admin', password });
  });
  after(async () => {
    await server.kill();
    await rm(join(directory, '..'), { recursive: true, force: true });
  });

  it('of accounts: made, guessed, changed, typed in the wrong field', async () => {
    const [first, second] = [secret('first password'), secret('second password')];
    const account = { userName: 'jo', password: first, emails: [{ value: 'jo@example.org' }] };
    const made = await call('POST', '/Users', { body: account });
    assert.equal(made.status, 201, made.text);
    const jo = await grant('jo', { grant_type: 'password', username: 'jo', password: first });
    const path = `/Users/${made.json.id}/password`;
    const wrong = { oldPassword: secret('old password, wrong'), password: second };
    assert.equal((await call('PUT', path, { token: jo, body: wrong })).status, 401);
    const right = { oldPassword: first, password: second };
    assert.equal((await call('PUT', path, { token: jo, body: right })).status, 200);
    await grant('jo again', { grant_type: 'password', username: 'jo', password: second });
    const byAdmin = { password: secret('third password') };
    assert.equal((await call('PUT', path, { body: byAdmin })).status, 200);

    await refused({ grant_type: 'password', username: 'jo', password: secret('guessed password') });
    await refused({ grant_type: 'password', username: secret('password as user name'), password: '' });
    await refused({ grant_type: 'password', username: secret('password as user name'), password: 'x' });
    await refused({ grant_type: secret('password as grant type'), username: 'jo' });
    await refused({
      grant_type: 'password',
      username: 'jo',
      password: 'x',
      scope: secret('password as scope'),
    });
    await refused(
      { grant_type: 'password', username: 'jo', password: 'x', client_id: plain('as client id') },
      asForm,
    );
    await call('POST', '/Users', {
      body: { ...account, password: secret('password of an account that exists') },
    });
    await call('POST', '/Users', { body: { userName: '', password: secret('password without a name') } });
    await call('POST', '/Users', { body: `{"userName":"broken","password":"${plain('in broken JSON')}"` });
    await call('PATCH', `/Users/${made.json.id}`, { body: { password: secret('password in a PATCH') } });
    await call('GET', `/Users?filter=${encodeURIComponent(`password eq "${plain('in a filter')}"`)}`);
    await call('GET', `/Users?filter=${encodeURIComponent(plain('as a filter'))}`);
    await call('POST', '/v3/users', { body: { guid: randomUUID(), password: secret('in a body of V3') } });
    await call('POST', '/v3/organizations', { body: { name: 'refused', password: secret('in another') } });
    await call('POST', '/v3/organizations', { body: `{"name":"a","password":"${plain('in a broken body')}` });
  });

  it('of clients: made, guessed, sent in either place', async () => {
    const given = plain('client secret');
    const client = { client_id: 'collector', authorities: ['cloud_controller.read'] };
    const grants = { authorized_grant_types: ['client_credentials'] };
    const made = await call('POST', '/oauth/clients', {
      body: { ...client, ...grants, client_secret: given },
    });
    assert.equal(made.status, 201, made.text);
    const named = { grant_type: 'client_credentials', client_id: 'collector' };
    await grant('collector', { ...named, client_secret: given }, asForm);
    await refused({ ...named, client_secret: secret('guessed client secret') }, asForm);
    const basic = (text: string) => ({
      ...asForm,
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    });
    await refused({ grant_type: 'client_credentials' }, basic(`collector:${secret('guessed in a header')}`));
    await refused({ grant_type: 'client_credentials' }, basic(`${plain('secret as client id')}:`));
    const changed = { clientId: 'collector', secret: plain('changed client secret') };
    await call('PUT', '/oauth/clients/collector/secret', { body: changed });
    await call('PUT', '/oauth/clients/collector', {
      body: { ...client, client_secret: plain('secret in a PUT') },
    });
    await send('POST', '/check_token', { headers: cf, body: formOf({ token: admin }) });
  });

  it('tokens: refreshed, revoked, refused, and sent to wrong places', async () => {
    const login = { grant_type: 'password', username: 'admin', password: canaries[0]?.text ?? '' };
    const reply = await request(server.url, 'POST', '/oauth/token', { headers: cf, body: formOf(login) });
    const access = issued('access token', reply.json.access_token);
    const refresh = issued('refresh token', reply.json.refresh_token);
    await grant('a refresh', { grant_type: 'refresh_token', refresh_token: refresh });
    await refused({ grant_type: 'refresh_token', refresh_token: plain('refresh token of nobody') });
    await refused({ grant_type: 'refresh_token', refresh_token: access });
    for (const token of [access, refresh]) {
      for (const name of [
        'user-agent',
        'x-vcap-request-id',
        'x-request-id',
        'x-forwarded-for',
        'referer',
        'cookie',
      ]) {
        for (const value of [token, `Bearer ${token}`, `token=${token}; path=/`]) {
          const headers = { [name]: value };
          await call('GET', '/v3/audit_events', { headers });
          await call('POST', '/v3/organizations', { headers, body: { name: randomUUID() } });
          await send('POST', '/oauth/token', {
            headers: { ...cf, ...headers },
            body: formOf({ ...login, password: 'x' }),
          });
        }
      }
      for (const query of [
        `access_token=${token}`,
        `token=${token}`,
        `authorization=bearer%20${token}`,
        `x=${token}`,
      ]) {
        await call('GET', `/v2/events?${query}`);
        await call('GET', `/v3/audit_events?${query}`);
        await call('POST', `/v3/organizations?${query}`, { body: { name: randomUUID() } });
        await send('POST', `/oauth/token?${query}`, {
          headers: cf,
          body: formOf({ grant_type: 'password' }),
        });
      }
      await request(server.url, 'GET', `/v3/organizations/${token}`, { token: admin });
      await request(server.url, 'GET', `/v3/audit_events?types=${token}`, { token: admin });
      await request(server.url, 'GET', `/v2/events?q=type:${token}`, { token: admin });
      await request(server.url, 'DELETE', `/v3/organizations/${token}`, { token: admin });
    }
    for (const text of [`${access}x`, access.slice(0, -5), plain('as a token'), `Bearer ${access}`]) {
      await call('GET', '/v3/organizations', { token: text });
      await call('GET', '/userinfo', { token: text });
    }
    for (const query of [`password=${plain('in a query')}`, `client_secret=${plain('secret in a query')}`]) {
      await call('GET', `/v2/events?${query}`);
      await send('POST', `/oauth/token?${query}`, { headers: cf, body: formOf({ grant_type: 'password' }) });
    }
    const claims = JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString());
    assert.equal((await call('DELETE', `/oauth/token/revoke/${claims.jti}`, { token: access })).status, 200);
    assert.equal((await call('GET', '/v3/organizations', { token: access })).status, 401);
  });

  it('refused requests of somebody without a role, with tokens in the path and the headers', async () => {
    const password = secret('password of nobody in particular');
    await call('POST', '/Users', { body: { userName: 'nobody', password } });
    const nobody = await grant('nobody', { grant_type: 'password', username: 'nobody', password });
    const headers = { 'user-agent': nobody, 'x-forwarded-for': nobody, 'x-request-id': nobody };
    await send('POST', '/api/import', {
      token: nobody,
      headers,
      body: `{"password":"${plain('refused import')}"}`,
    });
    await send('GET', '/Users', { token: nobody, headers });
    await request(server.url, 'PUT', `/Users/${nobody}/password`, { token: nobody, headers, body: {} });
    await request(server.url, 'GET', `/Users/${nobody}`, { token: nobody });
  });

  it('in operations and imported events: names, nested, inside texts, in addresses', async () => {
    const lines = [
      { request: { environment_json: { DB: plain('environment') } } },
      { request: { credentials: { user: 'u', password: plain('credentials') } } },
      { request: { nested: [{ deeper: [{ client_secret: plain('nested') }] }] } },
      {
        request: JSON.stringify({
          inner: { api_key: plain('JSON in a text'), list: [{ token: plain('deeper') }] },
        }),
      },
      { request: { buildpack: `https://user:${plain('user info')}@example.org/repo.git` } },
      {
        request: {
          command: `start --password ${plain('argument')} --db postgres://u:${plain('address')}@db/x`,
        },
      },
      { request: { text: `Authorization: Bearer ${plain('header')}` } },
      { request: { text: `PASSWORD=${plain('assignment')}; DB_SECRET="${plain('quoted')}"` } },
      { request: { text: `a token in a sentence: ${admin}` } },
      { request: { [admin]: 'a token as a name' } },
      { request: { url: `https://example.org/?sig=${plain('signature')}&access_token=${plain('query')}` } },
      { diego_process_id: `-----BEGIN PRIVATE KEY-----\n${plain('private key')}\n-----END PRIVATE KEY-----` },
    ].map((data) => JSON.stringify(eventOf(data)));
    const broken = [
      `{"guid":"x","data":{"password":"${plain('broken line')}"}`,
      JSON.stringify({ ...eventOf({}), type: '', data: { password: plain('refused line') } }),
    ];
    const reply = await call('POST', '/api/import?origin=elsewhere', {
      body: [...lines, ...broken].join('\n'),
    });
    assert.equal(reply.json.new, lines.length, reply.text);
    assert.equal(reply.json.refused, broken.length, reply.text);
    const again = lines.map((line) => line.replaceAll('s3cr3t', 'S3cr3t'));
    assert.equal(
      (await call('POST', '/api/import?origin=elsewhere', { body: again.join('\n') })).status,
      200,
    );

    const organization = await call('POST', '/v3/organizations', { body: { name: 'one' } });
    const user = { data: { username: 'jo', origin: 'uaa', password: plain('in a role') } };
    const relationships = { organization: { data: { guid: organization.json.guid } }, user };
    await call('POST', '/v3/roles', { body: { type: 'organization_user', relationships } });
  });

  it('are found in no answer to anything that can be asked', async () => {
    for (const { method, path } of routes) {
      if (method === 'GET' && !path.includes(':')) await call('GET', path);
    }
    const all = await request(server.url, 'GET', '/v3/audit_events?per_page=5000', { token: admin });
    const types = [
      'login',
      'login_failed',
      'refused',
      'read',
      'import',
      'account_create',
      'password_change',
      'token',
    ];
    const list = types.map((type) => `audit.log.${type}`).join(',');
    const log = await request(server.url, 'GET', `/v3/audit_events?per_page=5000&types=${list}`, {
      token: admin,
    });
    assert.ok(all.json.resources.length > 20 && log.json.resources.length > 20);
    for (const [what, { text }] of Object.entries({ all, log })) answers.push({ what, text });
    await call('GET', '/v2/events?results-per-page=100&page=1');
    await call('GET', '/v2/events?results-per-page=100&page=2');
    for (const { guid } of [...all.json.resources, ...log.json.resources].slice(-40)) {
      await call('GET', `/v2/events/${guid}`);
    }
    const found = answers.flatMap(({ what, text }) =>
      sightings(Buffer.from(text), canaries).map((sighting) => ({ what, ...sighting })),
    );
    assert.deepEqual(found.slice(0, 20), []);
  });

  it('are found in nothing that the command prints and writes', async (t) => {
    const home = newHome(t);
    const password = canaries[0]?.text ?? '';
    const env = { HANSARD_PASSWORD: password };
    const login = await home.hansard(['login', server.url, '-u', 'admin'], { env });
    assert.equal(login.code, 0, login.err);
    const runs = [login];
    for (const args of [
      ['events', '--all-orgs'],
      ['events', '--all-orgs', '-t', 'audit.log.*', '--json'],
      ['export', '--all-orgs', '-f', 'ndjson'],
      ['export', '--all-orgs', '-f', 'csv', '-o', 'all.csv'],
      ['export', 'user-access', '--all-orgs'],
      ['curl', '/v3/audit_events?per_page=100'],
    ]) {
      const run = await home.hansard(args);
      assert.equal(run.code, 0, `${args.join(' ')}: ${run.err}`);
      runs.push(run);
    }
    const csv = await readFile(join(home.folder, 'all.csv'));
    assert.ok(csv.length > 1_000);
    const printed = Buffer.from(runs.map(({ out, err }) => `${out}\n${err}`).join('\n'));
    assert.deepEqual([...sightings(printed, canaries), ...sightings(csv, canaries)], []);
  });

  it('are found in no file of the data folder, running or stopped, and in nothing that the process has printed', async () => {
    const whileRunning = await filesIn(directory);
    assert.ok(whileRunning.some(({ name }) => name.endsWith('-wal')));
    assert.equal(await server.stop(), 0);
    const afterwards = await filesIn(directory);
    assert.ok(afterwards.some(({ name, bytes }) => name === 'hansard.db' && bytes.length > 100_000));
    const found = [...whileRunning, ...afterwards].flatMap(({ name, bytes }) =>
      sightings(bytes, canaries).map((sighting) => ({ name, ...sighting })),
    );
    assert.deepEqual(found, []);
    assert.deepEqual(sightings(Buffer.from(server.output()), canaries), []);
  });
});

function eventOf(data: object): object {
  const party = { guid: randomUUID(), type: 'app', name: 'an app' };
  const rest = { created_at: '2020-02-02T02:02:02Z', type: 'audit.app.update', actor: party, target: party };
  return { guid: randomUUID(), ...rest, data, space: null, organization: null };
}

async function filesIn(folder: string): Promise<{ name: string; bytes: Buffer }[]> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name] : [])),
  );
  return Promise.all(files.flat().map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}
