// Whatever a server answers, nothing of it steers the terminal: tables, reports, and the sentences of failures.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { newHome } from './command.ts';

const evil = '\u001b]0;mine\u0007\u009b2J\u202e';
const steering = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

/** A server that answers a path with a status and JSON; its root says that it is a Hansard. */
async function startEvil(
  t: TestContext,
  answers: Readonly<Record<string, [number, object]>>,
): Promise<string> {
  const server = createServer((request, response) => {
    const [status, body] = answers[(request.url ?? '').replace(/\?.*/, '')] ?? [404, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

const person = { name: evil };
const hold = {
  name: evil,
  created_at: evil,
  created_by: person,
  scope: { types: [evil] },
  reason: evil,
  events: 1,
};
const proposal = {
  guid: evil,
  kind: 'erase',
  subject: { event_guid: evil, parts: [evil] },
  reason: evil,
  proposed_by: person,
  proposed_at: evil,
  acts_at: evil,
};
const rule = { preset: evil, kept_months: 30, searchable_months: 12, since: evil, set_by: person };
const retention = {
  policy: rule,
  presets: [{ ...rule, name: evil }],
  prolongations: [{ ...rule, organization_guid: evil }],
  proposals: [proposal],
};
const certificate = {
  guid: evil,
  type: 'audit.log.erase',
  occurred_at: evil,
  actor: { username: evil },
  target: { guid: evil },
  data: {
    parts: [evil],
    index: 1,
    epoch: 1,
    reason: evil,
    proposal: evil,
    backups: [{ at: evil, name: evil }],
  },
};

test('tables and reports', async (t) => {
  const url = await startEvil(t, {
    '/api/holds': [200, { resources: [hold] }],
    '/api/retention': [200, retention],
    '/api/events': [200, { resources: [certificate] }],
  });
  const env = { HANSARD_URL: url, HANSARD_TOKEN: 'x' };
  for (const args of [
    ['hold', 'list'],
    ['retention', 'show'],
    ['retention', 'certificate'],
  ]) {
    const { code, out, err } = await newHome(t).hansard(args, { env });
    assert.equal(code, 0, err);
    assert.ok(out.includes('\\u001b]0;mine'), args.join(' '));
    assert.doesNotMatch(out, steering, args.join(' '));
  }
});

test('the sentences of failures', async (t) => {
  const refusal: [number, object] = [422, { errors: [{ detail: evil }] }];
  const epoch = { number: 1, size: 1, verifier_keys: [evil] };
  const url = await startEvil(t, { '/api/holds': refusal, '/log': [200, { epochs: [epoch] }] });
  const env = { HANSARD_URL: url, HANSARD_TOKEN: 'x' };
  for (const args of [
    ['hold', 'list'],
    ['publish', 'www'],
  ]) {
    const { code, err } = await newHome(t).hansard(args, { env });
    assert.equal(code, 1, err);
    assert.match(err, /mine.*\\u009b2J/);
    assert.doesNotMatch(err, steering, args.join(' '));
  }
});
