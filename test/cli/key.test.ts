import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/merkle/checkpoint.ts';
import { formatVerifierKey, parseNote, parseVerifierKey } from '../../src/merkle/note.ts';
import { meets, parsePolicy } from '../../src/merkle/policy.ts';
import { startServer } from '../harness.ts';
import { newHome, type Ran } from './command.ts';
import { setUp, witnessed } from './log-stage.ts';

test('the keys are listed, and exported as vkeys that verify the checkpoint', async (t) => {
  const { server, hansard } = await setUp(t);
  const listed = await hansard(['key', 'list']);
  assert.equal(listed.code, 0, listed.err);
  assert.match(
    listed.out,
    /^key +algorithm +state +made +signs until +fingerprint.*\n1 +ed25519 +signing +\d{4}-\d\d-\d\d +- +[\da-f]{64}\n$/,
  );
  const exported = await hansard(['key', 'export']);
  const key = parseVerifierKey(exported.out.trimEnd());
  const { text } = await server.call('GET', '/log/checkpoint');
  assert.equal(openCheckpoint(text, [key]).origin, key.name);
  const json = JSON.parse((await hansard(['key', 'list', '--json'])).out);
  assert.equal(json.keys[0].verifier_key, formatVerifierKey(key));
  assert.equal(json.origin, key.name);
  assert.equal(json.keys[0].retires_at, null);
  const { keys } = (await server.call('GET', '/log/epochs/1/keys')).json;
  assert.deepEqual(keys, json.keys);
  assert.equal((await server.call('GET', '/log/epochs/2/keys')).status, 404);
});

test('a rotation: both keys sign, both are exported, and the log tells of it', async (t) => {
  const { server, hansard } = await setUp(t);
  const rotated = await hansard(['key', 'rotate', '--overlap', '7', '-f']);
  assert.equal(rotated.code, 0, rotated.err);
  assert.match(rotated.out, /\n2 +ed25519 +signing +\S+ +- .*\n1 +ed25519 +signing +\S+ +\d{4}-\d\d-\d\d +/);
  const keys = (await hansard(['key', 'export'])).out.trimEnd().split('\n').map(parseVerifierKey);
  const { text } = await server.call('GET', '/log/checkpoint');
  assert.equal(parseNote(text).signatures.length, 2, 'the checkpoint is signed by both at once');
  for (const key of keys) assert.equal(openCheckpoint(text, [key]).origin, key.name);
  const { json } = await server.call(
    'GET',
    '/api/events?types=audit.log.key_create,audit.log.key_retire&order_by=created_at',
  );
  assert.deepEqual(
    json.resources.map(({ type, actor, data }: Told) => [type, actor.username, data.number]),
    [
      ['audit.log.key_create', 'system', 1],
      ['audit.log.key_create', 'admin', 2],
      ['audit.log.key_retire', 'admin', 1],
    ],
  );
});

interface Told {
  readonly type: string;
  readonly actor: { readonly username: string };
  readonly data: { readonly number: number };
}

test('what cannot be is refused in a sentence, and changes nothing', async (t) => {
  const { server, hansard } = await setUp(t);
  await server.call('POST', '/Users', { body: { userName: 'fay', password: 'p' } });
  const fay = await server.login('fay', 'p');
  const refused: readonly (readonly [Promise<Ran>, number, RegExp])[] = [
    [hansard(['key', 'rotate', '-f'], fay), 3, /not authorized/],
    [hansard(['checkpoint'], fay), 3, /not authorized/],
    [hansard(['key', 'rotate']), 2, /-f does it without/],
    [hansard(['key', 'rotate', '-f', '--overlap', '1.5']), 2, /whole number of days from 0 to 365/],
    [hansard(['key', 'rotate', '-f', '--overlap', '366']), 2, /whole number of days from 0 to 365/],
  ];
  for (const [running, code, sentence] of refused) {
    const ran = await running;
    assert.equal(ran.code, code, ran.err);
    assert.match(ran.err, sentence);
  }
  for (const body of [{ overlap_days: 366 }, { overlap_days: '7' }, { overlap: 7 }, { overlap_days: -1 }]) {
    assert.equal((await server.call('POST', '/log/keys/rotate', { body })).status, 422, JSON.stringify(body));
  }
  assert.equal(JSON.parse((await hansard(['key', 'list', '--json'], fay)).out).keys.length, 1);
});

test('in a data folder, while no server has it open', async (t) => {
  const { path, keys } = await witnessed(t);
  const first = await startServer();
  await first.stop({ keep: true });
  t.after(() => rmSync(first.directory, { recursive: true, force: true }));
  const home = newHome(t);
  const offline = (...args: string[]): Promise<Ran> =>
    home.hansard([...args, '--data', first.directory], { env: { HANSARD_WITNESS_POLICY: path } });
  const exported = await offline('key', 'export');
  assert.equal(exported.code, 0, exported.err);
  keys.push(parseVerifierKey(exported.out.trimEnd()));
  const rotated = await offline('key', 'rotate', '-f', '--overlap', '0', '--json');
  assert.equal(rotated.code, 0, rotated.err);
  const [second] = JSON.parse(rotated.out).keys;
  assert.deepEqual([second.number, second.state], [2, 'signing']);
  keys.push(parseVerifierKey(second.verifier_key));
  const ran = await offline('checkpoint');
  assert.equal(ran.code, 0, ran.err);
  const policy = parsePolicy((await offline('key', 'export', '--policy')).out);
  assert.ok(meets(policy, parseNote(ran.out)).met);
  assert.deepEqual(
    policy.logs.map(({ url }) => url),
    [null, null],
  );
});
