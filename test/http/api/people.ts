// People of a test server beside its administrator.
import assert from 'node:assert/strict';
import { systemRandom } from '../../../src/core/guid.ts';
import { newAccount } from '../../../src/identity/account.ts';
import { createPasswords } from '../../../src/identity/password.ts';
import { systemDoer } from '../../../src/identity/principal.ts';
import { identityRun } from '../../../src/identity/work.ts';
import { request, type TestServer } from '../../harness.ts';

const password = 'a password of somebody';

/**
 * Adds an account with these scopes beside the ordinary ones; answers its guid and a token. It is made on the machine, so
 * that the administrator has no hand in it.
 */
export async function addPerson(
  server: TestServer,
  username: string,
  scopes: readonly string[] = [],
): Promise<{ readonly guid: string; readonly token: string }> {
  const passwordHash = await createPasswords({ random: systemRandom }).hash(password);
  const account = newAccount({ username, passwordHash, email: `${username}@example.org`, scopes });
  const doer = systemDoer({ absent: 'a test' });
  const { guid } = await identityRun(server.running.services.store)('account.create', { doer, account });
  return { guid, token: await server.login(username, password) };
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
