// A body that is refused before its end: the answer arrives, and the connection goes on serving.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it, type TestContext } from 'node:test';
import { limits } from '../../src/core/limits.ts';
import { startServer, type TestServer } from '../harness.ts';

describe('a connection after a body that was refused in the middle', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  function ask(agent: http.Agent, method: string, path: string, body: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `bearer ${server.adminToken}` };
      const call = http.request(`${server.url}${path}`, { agent, method, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
        answer.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  it('takes the next request', { timeout: 30_000 }, async (t: TestContext) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const large = 'x'.repeat(8 * limits.bodyBytesMax);
    for (let round = 0; round < 3; round += 1) {
      assert.equal(await ask(agent, 'POST', '/v3/organizations', large), 413);
      assert.equal(await ask(agent, 'GET', '/v3/organizations', ''), 200);
    }
  });
});
