// What real clients send around users and tokens, as it was recorded on the wire: cf 6.53, 7.3 and 8.18, paas-auditor,
// go-cfclient v2 and v3, cf-client of npm, cf_exporter. Each line is a request, its body and the status that the client
// goes on with; `NAME=member` keeps something of the answer for `{NAME}` in later lines.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { startServer, type TestServer } from '../../harness.ts';
import { Client } from './replay.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
  const body = { name: 'o2' };
  assert.equal((await server.call('POST', '/v3/organizations', { body })).status, 201);
  const client = {
    client_id: 'auditor',
    client_secret: 's3cret&+%',
    authorized_grant_types: ['client_credentials'],
    authorities: ['cloud_controller.global_auditor'],
  };
  assert.equal((await server.call('POST', '/oauth/clients', { body: client })).status, 201);
});
after(() => server.stop());

const password = encodeURIComponent('correct horse battery staple').replaceAll('%20', '+');
const asAdmin = `POST /oauth/token grant_type=password&password=${password}&username=admin -> 200`;
const wrong = 'POST /oauth/token grant_type=password&password=wrong&username=admin -> 401';
const refresh = 'POST /oauth/token grant_type=refresh_token&refresh_token={REFRESH}';
const revoke = 'DELETE /oauth/token/revoke/{JTI} -> 200';

const p6 = ['GET /v2/info -> 200', 'GET / -> 200', 'GET /login -> 200'];
const p7 = ['GET / -> 200', 'GET /v3 -> 200', 'GET /login -> 200'];
const p6b = [...p6, ...p7];

const newUser = (name: string, origin = '') =>
  `POST /Users {"userName":"${name}","password":"pw","origin":"${origin}","name":{"familyName":"${name}",` +
  `"givenName":"${name}"},"emails":[{"value":"${name}","primary":true}]}`;
const lookUp = (name: string) => `GET /Users?filter=userName+eq+%22${name}%22+and+origin+eq+%22uaa%22 -> 200`;
const byName = (name: string) => `GET /Users?filter=userName+eq+%22${name}%22 -> 200 USER=resources.0.id`;
const v3Role = (who: string) =>
  'POST /v3/roles {"type":"organization_manager","relationships":{"organization":{"data":{"guid":"{ORG}"}},' +
  `"user":{"data":${who}}}} -> 201`;

describe('cf 6.53', () => {
  let cf: Client;
  before(() => {
    const headers = { Accept: 'application/json', Connection: 'close', 'Content-Type': 'application/json' };
    cf = new Client(
      server.url,
      { ...headers, 'User-Agent': 'go-cli 6.53.0+8e2b70a4a.2020-10-01 / linux' },
      'bearer',
    );
  });

  it('auth, right and wrong', async () => {
    const { json } = await cf.replay(...p6, wrong);
    assert.deepEqual(json, { error: 'unauthorized', error_description: 'Bad credentials' });
    await cf.replay(...p6, asAdmin);
  });

  it('login, with the prompts that it asks for', async () => {
    const { json } = await cf.replay(...p6b);
    assert.deepEqual(Object.keys(json.prompts), ['username', 'password']);
    await cf.replay(
      asAdmin,
      'GET /v3/organizations?names=o2 -> 200 ORG=resources.0.guid',
      'GET /v3/spaces?organization_guids={ORG} -> 200',
    );
  });

  it('oauth-token, and the refresh of its older paths', async () => {
    const { json } = await cf.replay(...p6, `${refresh} -> 200`);
    assert.equal(json.refresh_token, cf.kept.REFRESH);
    await cf.replay(`${refresh}&scope= -> 200`);
  });

  it('create-user, once and again', async () => {
    await cf.replay(...p6, `${newUser('six')} -> 201 USER=id`, 'POST /v2/users {"guid":"{USER}"} -> 201');
    const { json } = await cf.replay(`${newUser('six')} -> 409`);
    assert.equal(json.error, 'scim_resource_already_exists');
  });

  it('set-org-role, by name and, where the flag forbids that, by the guid that UAA tells', async () => {
    await cf.replay(
      'GET /v2/config/feature_flags/set_roles_by_username -> 200',
      'GET /v2/organizations?q=name:o2&inline-relations-depth=1 -> 200 ORG=resources.0.metadata.guid',
      'PUT /v2/organizations/{ORG}/managers {"username": "six"} -> 201',
      'PUT /v2/organizations/{ORG}/users {"username": "six"} -> 201',
    );
    const found = await cf.replay(
      'GET /Users?attributes=id,userName&filter=userName+Eq+%22six%22 -> 200 USER=resources.0.id',
    );
    assert.deepEqual(found.json.resources, [{ id: cf.kept.USER, userName: 'six' }]);
    await cf.replay('PUT /v2/organizations/{ORG}/auditors/{USER} -> 201');
  });

  it('delete-user', async () => {
    await cf.replay(
      'GET /Users?attributes=id,userName&filter=userName+Eq+%22six%22 -> 200 USER=resources.0.id',
      'DELETE /v2/users/{USER}?async=true -> 202 JOB=entity.guid',
      'GET /v2/jobs/{JOB} -> 200',
      'GET /v2/jobs/{JOB} -> 200',
      'DELETE /Users/{USER} -> 200',
    );
    const { json } = await cf.replay('GET /Users?attributes=id,userName&filter=userName+Eq+%22six%22 -> 200');
    assert.deepEqual(json.resources, []);
  });

  it('logout', async () => {
    await cf.replay(...p6, revoke);
    await cf.replay(`${refresh} -> 401`, 'GET /v2/organizations -> 401');
  });
});

for (const [version, agent, preamble] of [
  ['7.3', 'cf7/7.3.0+645c3ce6a.2021-08-16 (go1.15.14; amd64 linux)', p7],
  ['8.18', 'cf/8.18.4+sha.date (go1.26.10; amd64 linux)', []],
] as const) {
  describe(`cf ${version}`, () => {
    let cf: Client;
    const isEight = version === '8.18';
    const one = isEight ? '&page=1&per_page=1' : '';
    const user = isEight ? 'eight' : 'seven';
    const fresh = () => {
      const trace = { 'X-B3-TraceId': 'a'.repeat(32), 'X-B3-SpanId': 'a'.repeat(16) };
      // cf 8 names the type of a body that is not there.
      const more = isEight ? { 'Content-Type': 'application/json', ...trace } : {};
      return new Client(server.url, { Accept: 'application/json', 'User-Agent': agent, ...more }, 'bearer');
    };
    before(() => {
      cf = fresh();
    });

    it('auth, right and wrong', async () => {
      const { json } = await cf.replay(...preamble, wrong);
      assert.deepEqual(json, { error: 'unauthorized', error_description: 'Bad credentials' });
      await cf.replay(...preamble, asAdmin);
    });

    it('auth --origin, ours and another', async () => {
      const hint = (origin: string) => `?login_hint=${encodeURIComponent(JSON.stringify({ origin }))}`;
      const line = (origin: string, status: number) =>
        asAdmin.replace('/oauth/token', `/oauth/token${hint(origin)}`).replace(/\d+$/, `${status}`);
      await fresh().replay(...preamble, 'GET /login -> 200', line('uaa', 200));
      const { json } = await fresh().replay(...preamble, 'GET /login -> 200', line('ldap', 401));
      assert.equal(json.error_description, 'The origin provided in the login hint is invalid.');
    });

    it('auth --client-credentials', async () => {
      const service = new Client(
        server.url,
        { Accept: 'application/json', 'User-Agent': agent },
        'bearer',
        '',
      );
      const secret = encodeURIComponent('s3cret&+%');
      await service.replay(
        ...preamble,
        `POST /oauth/token client_id=auditor&client_secret=${secret}&grant_type=client_credentials -> 200`,
        'GET /v3/audit_events -> 200',
      );
      const claims = decodeJwt(service.kept.ACCESS ?? '');
      assert.deepEqual([claims.user_name, claims.client_id], [undefined, 'auditor']);
    });

    it('login --sso is refused in words', async () => {
      const { json } = await fresh().replay(
        'GET / -> 200',
        'GET /login -> 200',
        'POST /oauth/token grant_type=password&passcode=abc -> 400',
      );
      assert.match(json.error_description, /^One-time passcodes \(--sso\) are not supported here/);
    });

    it('login -o o2', async () => {
      const addresses = ['GET / -> 200', 'GET /v3 -> 200'];
      await fresh().replay(
        ...(isEight ? ['GET / -> 200'] : [...addresses, ...addresses]),
        'GET /login -> 200',
        asAdmin,
        `GET /v3/organizations?names=o2${one} -> 200 ORG=resources.0.guid`,
        'GET /v3/spaces?order_by=name&organization_guids={ORG} -> 200',
      );
    });

    it('a token that is about to end is renewed before the next command', async () => {
      await cf.replay(...preamble, `${refresh} -> 200`);
      const claims = decodeJwt(cf.kept.ACCESS ?? '');
      for (const name of ['user_id', 'user_name', 'origin', 'jti'])
        assert.equal(typeof claims[name], 'string');
      assert.equal(claims.revocable, true);
    });

    it('create-user, once and again, and with --origin', async () => {
      const { json } = await cf.replay(...preamble, lookUp(user));
      assert.deepEqual(json.resources, []);
      await cf.replay(`${newUser(user)} -> 201 USER=id`, 'POST /v3/users {"guid":"{USER}"} -> 201');
      const known = await cf.replay(...preamble, lookUp(user));
      assert.deepEqual(
        known.json.resources.map((user: { id: string; origin: string }) => [user.id, user.origin]),
        [[cf.kept.USER, 'uaa']],
      );
      await cf.replay(
        ...preamble,
        lookUp(`${user}b`),
        `${newUser(`${user}b`, 'uaa')} -> 201 USER=id`,
        'POST /v3/users {"guid":"{USER}"} -> 201',
      );
    });

    it('set-org-role, for a user and for a client', async () => {
      const organization = `GET /v3/organizations?names=o2${one} -> 200 ORG=resources.0.guid`;
      await cf.replay(...preamble, organization, v3Role(`{"username":"${user}"}`));
      if (!isEight) return;
      await cf.replay(organization, v3Role(`{"username":"${user}b","origin":"uaa"}`));
      await cf.replay(
        'GET /oauth/clients/auditor -> 200 CLIENT=client_id',
        organization,
        v3Role('{"guid":"{CLIENT}"}'),
      );
      await cf.replay('GET /oauth/clients/nobody -> 404');
    });

    it('passwd, with the old one', async () => {
      const person = fresh();
      await person.replay(
        ...preamble,
        `POST /oauth/token grant_type=password&password=pw&username=${user} -> 200`,
      );
      person.kept.USER = String(decodeJwt(person.kept.ACCESS ?? '').user_id);
      const put = 'PUT /Users/{USER}/password';
      await person.replay(`${put} {"password":"new","oldPassword":"nonsense"} -> 401`);
      await person.replay(`${put} {"password":"new","oldPassword":"pw"} -> 200`);
    });

    it('delete-user', async () => {
      await cf.replay(
        ...preamble,
        byName(user),
        'DELETE /v3/users/{USER} -> 202 JOB=location',
        'GET {JOB} -> 200',
        'GET {JOB} -> 200',
        'DELETE /Users/{USER} -> 200',
      );
    });

    it('logout', async () => {
      await cf.replay(...preamble, revoke);
      const { json } = await cf.replay('GET /v3/organizations -> 401');
      assert.equal(json.errors[0].title, 'CF-InvalidAuthToken');
      assert.equal((await cf.replay('GET /Users -> 401')).json.error, 'invalid_token');
    });
  });
}

describe('collectors and libraries', () => {
  const go = { 'User-Agent': 'Go-http-client/1.1' };
  const encoded = `auditor:${encodeURIComponent('s3cret&+%')}`;

  it('paas-auditor', async () => {
    const client = new Client(server.url, go, 'Bearer', encoded);
    const { json } = await client.replay(
      'GET /v2/info -> 200',
      'POST /oauth/token grant_type=client_credentials&scope= -> 200',
      'GET /v2/events?q=timestamp%3E1970-01-01T00%3A00%3A00Z&results-per-page=100 -> 200',
    );
    assert.ok(json.resources.length > 0);
    assert.match(json.resources[0].metadata.guid, /^[0-9a-f-]{36}$/);
    const info = await client.replay('GET /v2/info -> 200');
    assert.equal(info.json.token_endpoint, server.url);
  });

  it('go-cfclient v3, for a user and for a client', async () => {
    const list =
      'GET /v3/audit_events?order_by=-created_at&page=1&per_page=50&types=audit.organization.create';
    for (const [basic, grant] of [
      ['cf:', asAdmin],
      [encoded, 'POST /oauth/token grant_type=client_credentials -> 200'],
      ['auditor:s3cret&+%', 'POST /oauth/token grant_type=client_credentials -> 200'],
    ] as const) {
      const client = new Client(server.url, go, 'Bearer', basic);
      await client.replay(
        'GET / -> 200',
        grant,
        `${list} -> 200 EVENT=resources.0.guid`,
        'GET /v3/audit_events/{EVENT} -> 200',
        'GET /v3/organizations?page=1&per_page=50 -> 200',
      );
    }
  });

  it('go-cfclient v2', async () => {
    const client = new Client(server.url, go, 'Bearer');
    await client.replay(
      'GET /v2/info -> 200',
      asAdmin.replace('&username', '&scope=&username'),
      'GET /v2/events?q=type+IN+audit.organization.create%2Caudit.user.create&q=timestamp%3E1970-01-01T00%3A00%3A00Z&results-per-page=100 -> 200',
      'GET /v2/events? -> 200',
      'GET /v2/organizations? -> 200',
      'GET /v2/organizations?q=name%3Ao2 -> 200',
      `${refresh} -> 200`,
    );
  });

  it('cf-client of npm', async () => {
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const client = new Client(server.url, form, 'bearer');
    await client.replay(
      'GET /v2/info -> 200',
      `POST /oauth/token grant_type=password&client_id=cf&username=admin&password=${password} -> 200`,
      'GET /v2/events?q=type:audit.organization.create&q=timestamp%3E1970-01-01T00:00:00Z&results-per-page=2 -> 200',
      'POST /v2/organizations {"name":"o3"} -> 201 ORG=metadata.guid',
      'DELETE /v2/organizations/{ORG} -> 204',
    );
  });

  it('cf_exporter', async () => {
    const client = new Client(server.url, go, 'Bearer', encoded);
    const token = 'POST /oauth/token grant_type=client_credentials -> 200';
    await client.replay(
      'GET / -> 200',
      token,
      token,
      'GET /v3/info -> 200',
      'GET /v3/audit_events?created_ats[gt]=1970-01-01T00:00:00Z&order_by=-created_at&per_page=5000 -> 200',
      ...['users', 'organizations', 'spaces', 'organization_quotas', 'space_quotas'].map(
        (noun) => `GET /v3/${noun}?per_page=5000 -> 200`,
      ),
    );
  });
});
