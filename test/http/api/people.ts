// People of a test server beside its administrator.
import assert from 'node:assert/strict';
import { request, type TestServer } from '../../harness.ts';

const password = 'a password of somebody';

/** Adds an account with these scopes beside the ordinary ones; answers its guid and a token. */
export async function addPerson(
  server: TestServer,
  userName: string,
  scopes: readonly string[] = [],
): Promise<{ readonly guid: string; readonly token: string }> {
  const emails = [{ value: `${userName}@example.org`, primary: true }];
  const made = await server.call('POST', '/Users', { body: { userName, password, emails, origin: '' } });
  assert.equal(made.status, 201, made.text);
  const guid: string = made.json.id;
  for (const scope of scopes) {
    const given = await server.call('POST', `/Groups/${scope}/members`, { body: { value: guid } });
    assert.equal(given.status, 201, given.text);
  }
  return { guid, token: await server.login(userName, password) };
}

/** A client with the rights of an administrator; answers a token of its own. */
export async function addAdminClient(server: TestServer, id: string): Promise<string> {
  const secret = 'the secret of a program';
  const body = {
    client_id: id,
    client_secret: secret,
    authorized_grant_types: ['client_credentials'],
    authorities: ['cloud_controller.admin'],
  };
  const made = await server.call('POST', '/oauth/clients', { body });
  assert.equal(made.status, 201, made.text);
  const reply = await request(server.url, 'POST', '/oauth/token', {
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.json.access_token;
}
