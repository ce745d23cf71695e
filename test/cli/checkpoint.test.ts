import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseNote, parseVerifierKey } from '../../src/merkle/note.ts';
import { meets, parsePolicy } from '../../src/merkle/policy.ts';
import { setUp, witnessed } from './log-stage.ts';

test('a checkpoint on demand, as a note and nothing else on standard output', async (t) => {
  const { server, hansard } = await setUp(t);
  const ran = await hansard(['checkpoint']);
  assert.deepEqual([ran.code, ran.err], [0, '']);
  assert.equal(ran.out, (await server.call('GET', '/log/checkpoint/latest')).text);
  const policy = parsePolicy((await hansard(['key', 'export', '--policy'])).out);
  assert.ok(meets(policy, parseNote(ran.out)).met);
  assert.equal(policy.logs[0]?.url, `${server.url}/log`);
});

test('with witnesses: nothing is published before the quorum, then the cosigned checkpoint', async (t) => {
  const { path, witness, keys } = await witnessed(t);
  const { server, hansard } = await setUp(t, path);
  const unknown = await hansard(['checkpoint']);
  assert.equal(unknown.code, 1);
  assert.match(
    unknown.err,
    /Witness w has not cosigned it: it does not know the origin.*\n.*do not meet the witness policy/,
  );
  assert.equal((await server.call('GET', '/log/checkpoint')).status, 404);
  assert.equal((await server.call('GET', '/log/checkpoint/latest')).status, 200);

  keys.push(parseVerifierKey((await hansard(['key', 'export'])).out.trimEnd()));
  const ran = await hansard(['checkpoint']);
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.err, /^Witness w has cosigned it: \d+ leaves\.\n$/);
  const policy = parsePolicy((await hansard(['key', 'export', '--policy'])).out);
  const { met, cosigners } = meets(policy, parseNote(ran.out));
  assert.deepEqual([met, cosigners], [true, ['w']]);
  assert.equal((await server.call('GET', '/log/checkpoint')).text, ran.out);
  assert.equal(policy.witnesses[0]?.url, witness.url);
  const json = JSON.parse((await hansard(['checkpoint', '--json'])).out);
  assert.equal(json.witnesses[0].state, 'cosigned');
  assert.equal(json.published, json.checkpoint);
});

test('a witness that has seen another log is an outcry: exit code 1, and an event', async (t) => {
  const { path, keys, stateFile } = await witnessed(t);
  const { server, hansard } = await setUp(t, path);
  const key = parseVerifierKey((await hansard(['key', 'export'])).out.trimEnd());
  keys.push(key);
  const root = Buffer.alloc(32, 7).toString('base64');
  writeFileSync(stateFile, JSON.stringify({ [key.name]: { size: 5_000, root } }));
  const ran = await hansard(['checkpoint']);
  assert.equal(ran.code, 1);
  assert.match(ran.err, /Witness w has not cosigned it: it has cosigned 5000 leaves, and this log has \d+\./);
  assert.match(ran.err, /A witness has seen another log than this/);
  const { json } = await server.call('GET', '/api/events?types=audit.log.witness_ahead');
  assert.deepEqual([json.resources.length, json.resources[0].data.size], [1, 5_000]);
});
