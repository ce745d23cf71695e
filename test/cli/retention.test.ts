// hansard retention, hold and erase, as two administrators use them.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startServer, type TestServer } from '../harness.ts';
import { addPerson } from '../http/api/people.ts';
import { type Home, newHome, type Ran } from './command.ts';

type Hansard = (...args: readonly string[]) => Promise<Ran>;

async function twoAdmins(t: TestContext): Promise<{ server: TestServer; one: Hansard; two: Hansard }> {
  const server = await startServer();
  t.after(() => server.stop());
  const home: Home = newHome(t);
  const { token } = await addPerson(server, 'second', ['cloud_controller.admin']);
  const by =
    (HANSARD_TOKEN: string): Hansard =>
    (...args) =>
      home.hansard(args, { env: { HANSARD_URL: server.url, HANSARD_TOKEN } });
  return { server, one: by(server.adminToken), two: by(token) };
}

async function done(running: Promise<Ran>): Promise<string> {
  const { code, out, err } = await running;
  assert.deepEqual([code, err], [0, ''], out);
  return out;
}

const proposalIn = (out: string): string => /proposal ([0-9a-f-]{36}):/.exec(out)?.[1] ?? assert.fail(out);

test('the policy is shown, lengthened by one, shortened by two', async (t) => {
  const { one, two } = await twoAdmins(t);
  assert.match(
    await done(one('retention', 'show')),
    /Policy: +default\nSearchable: +12 months\nKept: +30 months\n/,
  );
  assert.equal(await done(one('retention', 'set', '--kept', '6y')), 'The policy is changed.\n');
  const asked = await done(one('retention', 'set', 'm-26-14', '--reason', 'the memo'));
  assert.match(asked, /This takes two people/);
  assert.match(asked, /keep events for 12 months, searchable for 6\n +reason: the memo/);
  const guid = proposalIn(asked);
  assert.ok((await done(two('retention', 'show'))).includes(guid));
  const own = await one('retention', 'approve', guid);
  assert.equal(own.code, 1);
  assert.match(own.err, /You proposed this yourself: somebody else must approve it/);
  assert.equal(await done(two('retention', 'approve', guid)), 'Approved: it is done.\n');
  const shown = JSON.parse(await done(one('retention', 'show', '--json')));
  assert.deepEqual([shown.policy.preset, shown.policy.set_by.name], ['m-26-14', 'second']);
  const again = proposalIn(await done(one('retention', 'set', '--searchable', '3mo', '--kept', '3mo')));
  assert.match(await done(two('retention', 'withdraw', again)), /Withdrawn/);
  const gone = await two('retention', 'withdraw', again);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /No proposal .* waits/);
});

test('an organization is kept longer by its name; wrong usage says what is right', async (t) => {
  const { server, one } = await twoAdmins(t);
  const { guid } = (await server.call('POST', '/v3/organizations', { body: { name: 'acme' } })).json;
  assert.equal(await done(one('retention', 'prolong', 'acme', '--kept', '6y')), 'The term is changed.\n');
  assert.match(await done(one('retention', 'show')), new RegExp(`${guid} +6 years +\\S+ by admin`));
  for (const [args, sentence] of [
    [['retention', 'set'], /Name a preset/],
    [['retention', 'set', '--kept', '30'], /write 30mo or 6y/],
    [['retention', 'prolong', 'acme'], /--kept, or --end/],
    [['retention', 'prolong', 'acme', '--kept', '6y', '--end'], /--kept, or --end/],
    [['retention', 'run'], /-f does it without/],
    [['hold', 'create', 'case', '--reason', 'r'], /Name what the hold covers, or --everything/],
    [['hold', 'create', 'case', '--reason', 'r', '--org', 'acme', '--everything'], /or --everything/],
    [['hold', 'create', 'case', '--everything'], /--reason/],
    [['erase', guid, '--reason', 'r'], /--data, --names or both/],
  ] as const) {
    const { code, err } = await one(...args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, sentence);
  }
  const unknown = await one('retention', 'set', 'forever');
  assert.equal(unknown.code, 1);
  assert.match(unknown.err, /There is no preset "forever"/);
});

test('a hold is made, listed and released', async (t) => {
  const { server, one, two } = await twoAdmins(t);
  await server.call('POST', '/v3/organizations', { body: { name: 'acme' } });
  const made = await done(
    one(
      'hold',
      'create',
      'case-7',
      '--org',
      'acme',
      '--type',
      'audit.organization.*',
      '--reason',
      'Litigation',
    ),
  );
  assert.equal(made, 'Hold case-7 stands. It covers 1 event now, and those that come.\n');
  assert.match(
    await done(one('hold', 'list')),
    /\ncase-7 +1 +\d{4}-\d\d-\d\d +admin +organization_guid=\S+ types=audit/,
  );
  assert.equal(JSON.parse(await done(one('hold', 'list', '--json'))).resources.length, 1);
  const guid = proposalIn(await done(one('hold', 'release', 'case-7', '--reason', 'Settled')));
  await done(two('retention', 'approve', guid));
  assert.equal((await done(one('hold', 'list'))).trim().split('\n').length, 1);
  assert.match((await one('hold', 'release', 'case-7', '--reason', 'r')).err, /There is no hold "case-7"/);
});

test('an event is erased, and its certificate is printed', async (t) => {
  const { server, one, two } = await twoAdmins(t);
  const none = await one('retention', 'certificate');
  assert.match(none.err, /Nothing was disposed of yet/);
  await server.call('POST', '/v3/organizations', { body: { name: 'acme' } });
  await server.running.services.log.sealer.now();
  const [event] = (await server.call('GET', '/api/events?types=audit.organization.create')).json.resources;
  const guid = proposalIn(await done(one('erase', event.guid, '--data', '--names', '--reason', 'a slip')));
  await done(two('retention', 'approve', guid));
  const text = await done(one('retention', 'certificate'));
  assert.match(text, new RegExp(`Erased: +data and names of event ${event.guid}\n`));
  assert.match(text, /By: +second\n/);
  assert.match(text, /Reason: +a slip\n/);
  const json = JSON.parse(await done(one('retention', 'certificate', '--json')));
  assert.deepEqual([json.type, json.data.parts], ['audit.log.erase', ['data', 'particulars']]);
  assert.equal(await done(one('retention', 'certificate', json.guid)), text);
  assert.match((await one('retention', 'certificate', event.guid)).err, /There is no certificate/);
});

test('the disposer is run, and asked what it would do', async (t) => {
  const { one } = await twoAdmins(t);
  assert.match(
    await done(one('retention', 'run', '--dry-run')),
    /Data and names of 0 events would be erased/,
  );
  assert.match(await done(one('retention', 'run', '-f')), /Data and names of 0 events erased/);
  assert.equal(JSON.parse(await done(one('retention', 'run', '-f', '--json'))).state, 'done');
});
