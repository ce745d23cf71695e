// `hansard proof`: a file that proves an event without the server that it came from.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { parseVerifierKey } from '../../src/merkle/note.ts';
import { verifyProofFile } from '../../src/verify/proof-file.ts';
import { startServer, type TestServer } from '../harness.ts';
import { type Home, newHome, type Ran } from './command.ts';
import { startPlatform } from './foreign-platform.ts';

describe('hansard proof', () => {
  let server: TestServer;
  let guid: string;
  before(async () => {
    server = await startServer();
    await server.call('POST', '/v3/organizations', { body: { name: 'acme' } });
    [{ guid }] = (await server.call('GET', '/v3/audit_events')).json.resources;
  });
  after(() => server.stop());

  const run = (t: TestContext, ...args: readonly string[]): Promise<Ran & { readonly home: Home }> => {
    const home = newHome(t);
    const env = { HANSARD_URL: server.url, HANSARD_TOKEN: server.adminToken };
    return home.hansard(['proof', ...args], { env }).then((ran) => ({ ...ran, home }));
  };

  it('writes the proof under the name of the event, and says what it proves', async (t) => {
    const { code, out, home } = await run(t, guid.toUpperCase());
    assert.equal(code, 0);
    const file = join(home.folder, `${guid}.tlog-proof`);
    const keys = (await server.call('GET', '/log')).json.epochs[0].verifier_keys.map(parseVerifierKey);
    const report = verifyProofFile(readFileSync(file, 'utf8'), { keys });
    assert.deepEqual([report.findings, report.event?.leaf.guid], [[], guid]);
    const told = `Event ${guid} \\(audit\\.organization\\.create of \\d{4}-\\S+Z\\) is entry ${report.index} of the log`;
    assert.match(
      out,
      new RegExp(`^${told} log\\.test/\\S+/1: so says its signed checkpoint of \\d+ entries\\.`),
    );
    assert.equal((await home.hansard(['verify', `${guid}.tlog-proof`])).code, 0);
    assert.match(out, new RegExp(`"hansard verify ${guid}\\.tlog-proof"`));
  });

  it('prints it on standard output, or what it proves as JSON', async (t) => {
    const piped = await run(t, guid, '-o', '-');
    assert.deepEqual(verifyProofFile(piped.out).findings, []);
    assert.match(piped.err, /^Event .+ is entry \d+ of the log/);
    assert.ok(!existsSync(join(piped.home.folder, `${guid}.tlog-proof`)));
    const json = await run(t, guid, '--json', '-o', 'here.tlog-proof');
    const told = JSON.parse(json.out);
    const report = verifyProofFile(readFileSync(join(json.home.folder, 'here.tlog-proof'), 'utf8'));
    assert.deepEqual([told.file, told.guid, told.index], ['here.tlog-proof', guid, report.index]);
    assert.equal(told.size, report.note.checkpoint?.size);
  });

  it('waits where the event is not sealed yet', async (t) => {
    await server.call('POST', '/v3/organizations', { body: { name: 'late' } });
    const query = '/v3/audit_events?order_by=-created_at&per_page=1';
    const late = (await server.call('GET', query)).json.resources[0].guid;
    const { code, out } = await run(t, late);
    assert.deepEqual([code, out.includes(late)], [0, true]);
  });

  it('says what is wrong in a sentence, and writes nothing', async (t) => {
    const unknown = '0195f3a2-6c1e-7d4b-9f5a-2b8c4d6e8f01';
    const missing = await run(t, unknown);
    assert.deepEqual([missing.code, missing.err], [1, `There is no event ${unknown} that you can see.\n`]);
    assert.ok(!existsSync(join(missing.home.folder, `${unknown}.tlog-proof`)));
    const wrong = await run(t, 'acme');
    assert.deepEqual([wrong.code, wrong.err.split(',')[0]], [2, '"acme" is no guid of an event']);
    assert.equal((await run(t, guid, '--json', '-o', '-')).code, 2);
    const nowhere = await run(t, guid, '-o', 'no/such/folder');
    assert.deepEqual(
      [nowhere.code, nowhere.err],
      [1, 'no/such/folder cannot be written: there is no such file or folder.\n'],
    );
  });

  it('knows a platform that has no log', async (t) => {
    const platform = await startPlatform();
    t.after(() => platform.close());
    const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
    const { code, err } = await newHome(t).hansard(['proof', guid], { env });
    assert.equal(code, 1);
    assert.match(err, /is not a Hansard, and has no log that proves anything/);
  });
});
