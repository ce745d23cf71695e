// What the events of accounts, clients, log-ins and refusals really tell is what the catalog says that they tell.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '../../../src/core/limits.ts';
import { allEntries, catalogOf } from '../../../src/event/catalog.ts';
import { type Reply, request, startServer, type TestServer } from '../../harness.ts';

/** Told only where more strangers fail in one minute than there is room to tell apart. */
const seldom = ['audit.log.locked_out since'];

const types = allEntries()
  .map(({ type }) => type)
  .filter((type) =>
    /^audit\.log\.(log|lock|token|refused|account_|password_|client_|secret_|read)/.test(type),
  );

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

function grant(fields: Record<string, string>, basic = 'cf:'): Promise<Reply> {
  const authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  return request(server.url, 'POST', '/oauth/token', {
    headers,
    body: new URLSearchParams(fields).toString(),
  });
}

/** Does everything that identity tells of, failures often enough to be locked out. */
async function everything(): Promise<void> {
  const { call } = server;
  const { id } = (await call('POST', '/Users', { body: { userName: 'ann', password: 'p' } })).json;
  await call('PATCH', `/Users/${id}`, { body: { emails: [{ value: 'a@example.org' }] } });
  const fields = { grant_type: 'password', username: 'ann', password: 'p' };
  const { access_token: token, jti } = (await grant(fields)).json;
  for (let n = 0; n < limits.readFiltersMax + 2; n += 1) await call('DELETE', `/Users/${n}`, { token });
  for (let n = 1; n < limits.readFiltersMax + 3; n += 1)
    await call('GET', `/v3/audit_events?per_page=${n}&types=a${n}`);
  await call('DELETE', `/oauth/token/revoke/${jti}`, { token });
  for (const username of ['ann', 'nobody']) {
    for (let n = 0; n <= limits.lockoutFailuresMax; n += 1)
      await grant({ ...fields, username, password: 'x' });
  }
  await call('PUT', `/Users/${id}/password`, { body: { password: 'q' } });
  await call('DELETE', `/Users/${id}`);
  const client = { client_id: 'c', client_secret: 's', authorized_grant_types: ['client_credentials'] };
  await call('POST', '/oauth/clients', { body: client });
  await grant({ grant_type: 'client_credentials' }, 'c:s');
  await call('PUT', '/oauth/clients/c/secret', { body: { secret: 't' } });
  await call('DELETE', '/oauth/clients/c');
  await server.running.services.doors.notes.flush();
}

/** Every path in a value: `*` stands for an item. */
function* pathsOf(value: unknown, path = ''): Generator<string> {
  if (path !== '' && !path.endsWith('.*')) yield path;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') yield* pathsOf(item, `${path}.*`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      yield* pathsOf(member, path === '' ? name : `${path}.${name}`);
    }
  }
}

test('every member that is told stands in the catalog, and nothing else does', async () => {
  await everything();
  for (const type of types) {
    const { json } = await server.call('GET', `/v3/audit_events?per_page=5000&types=${type}`);
    assert.ok(json.resources.length > 0, `${type} was not told`);
    const told = new Set(json.resources.flatMap((event: { data: object }) => [...pathsOf(event.data)]));
    const fields = (catalogOf(type)?.fields ?? []).filter((field) => !seldom.includes(`${type} ${field}`));
    assert.deepEqual([...told].sort(), [...fields].sort(), type);
  }
});
