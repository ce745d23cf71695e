import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parsed } from '../../src/export/field.ts';
import { type Home, newHome, type Ran, run } from './command.ts';
import {
  type Behaviour,
  type ForeignEvent,
  organizationGuid,
  type Platform,
  send,
  startPlatform,
  v3Event,
} from './foreign-platform.ts';

const added = 'audit.user.space_developer_add';
const other = '33333333-3333-4333-8333-333333333333';

function event(number: number, more: Partial<ForeignEvent> = {}): ForeignEvent {
  return {
    guid: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    type: added,
    at: `2026-01-01T00:00:${String(number).padStart(2, '0')}Z`,
    actor: 'jo',
    target: `user-${number}`,
    organization: organizationGuid,
    ...more,
  };
}

interface Stage {
  readonly platform: Platform;
  readonly home: Home;
  readonly env: Record<string, string>;
  readonly hansard: (...args: string[]) => Promise<Ran>;
}

async function setUp(t: TestContext, behaviour: Partial<Behaviour> = {}): Promise<Stage> {
  const platform = await startPlatform(behaviour);
  t.after(() => platform.close());
  platform.events = [1, 2, 3, 4, 5].map((number) => event(number));
  const home = newHome(t);
  const env = { HANSARD_URL: platform.url, HANSARD_TOKEN: platform.newToken() };
  return { platform, home, env, hansard: (...args) => home.hansard(args, { env }) };
}

function guids(ndjson: string): string[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.match(/"guid":"([^"]+)"/)?.[1] ?? '');
}

for (const speaks of [['v3'], ['v2']] as const) {
  test(`all pages are followed, each event once, on a ${speaks} platform`, async (t) => {
    const { platform, hansard } = await setUp(t, { speaks });
    const { code, out, err } = await hansard('events', '--ndjson');
    assert.deepEqual([code, err], [0, '']);
    assert.deepEqual(
      guids(out),
      platform.events.map(({ guid }) => guid),
    );
  });

  test(`types, organization and period are asked of a ${speaks} platform`, async (t) => {
    const { platform, hansard } = await setUp(t, { speaks });
    platform.events = [
      event(1),
      event(2, { type: 'audit.app.create' }),
      event(3, { organization: other }),
      event(4),
      event(5, { type: 'audit.user.space_manager_add' }),
    ];
    const { out, err } = await hansard(
      ...['events', '--ndjson', '--org', 'my-org', '--type', 'audit.user.*'],
      ...['--since', '2026-01-01T00:00:01Z', '--until', '2026-01-01T00:00:05Z'],
    );
    assert.deepEqual(guids(out), [event(1).guid, event(4).guid], err);
  });
}

test('--json is one array of the resources as they were served', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.events = [event(1, { data: { request: { n: 1.5, ä: null } } }), event(2)];
  const { out } = await hansard('events', '--json');
  const first: unknown = parsed(out);
  assert.ok(Array.isArray(first) && first.length === 2);
  assert.match(out, /"data":\{"request":\{"n":1\.5,"ä":null\}\}/);
});

test('--csv has a heading and guards against formulas', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.events = [event(1, { target: '=HYPERLINK("x")' })];
  const lines = (await hansard('events', '--csv')).out.split('\r\n');
  assert.match(lines[0] ?? '', /^Timestamp,User Performing Action,Action Type,Target,/);
  assert.match(lines[1] ?? '', /,"'=HYPERLINK\(""x""\)",/);
});

test('off a terminal, events are lines with tabs', async (t) => {
  const { hansard } = await setUp(t);
  const { out } = await hansard('events', '--limit', '1');
  const cells = ['2026-01-01T00:00:05Z', 'jo@example.org', 'made user-5 a space developer', 'user user-5'];
  assert.equal(out.split('\t').slice(0, 4).join('\t'), cells.join('\t'));
});

test('a limit takes the latest, in the order of time unless newest first is asked for', async (t) => {
  const { hansard } = await setUp(t);
  assert.deepEqual(guids((await hansard('events', '--ndjson', '-n', '2')).out), [
    event(4).guid,
    event(5).guid,
  ]);
  const newest = await hansard('events', '--ndjson', '-n', '3', '--newest-first');
  assert.deepEqual(guids(newest.out), [event(5).guid, event(4).guid, event(3).guid]);
  assert.equal((await hansard('events', '-n', '10001')).code, 2);
  assert.equal((await hansard('events', '-n', 'many')).code, 2);
});

test('actor and target are found by name in either case', async (t) => {
  const { platform, hansard } = await setUp(t, { speaks: ['v2'] });
  platform.events = [event(1), event(2, { actor: 'sam' }), event(3), event(4)];
  assert.deepEqual(guids((await hansard('events', '--ndjson', '--actor', 'SAM')).out), [event(2).guid]);
  assert.deepEqual(guids((await hansard('events', '--ndjson', '--actor', 'sam@example.org')).out), [
    event(2).guid,
  ]);
  assert.deepEqual(guids((await hansard('events', '--ndjson', '--target', 'user-3')).out), [event(3).guid]);
  assert.deepEqual(guids((await hansard('events', '--ndjson', '--actor', 'jo', '-n', '1')).out), [
    event(4).guid,
  ]);
});

test('a target that is a guid is asked of the server', async (t) => {
  const { platform, hansard } = await setUp(t);
  await hansard('events', '--ndjson', '--target', other);
  assert.match(platform.requests.at(-1) ?? '', new RegExp(`target_guids=${other}`));
});

test('an unknown type is asked for all the same, with a warning that names the near one', async (t) => {
  const { platform, hansard } = await setUp(t);
  const { code, err } = await hansard('events', '--ndjson', '--type', 'service_instance.bind_route');
  assert.equal(code, 0);
  assert.equal(
    err,
    'Warning: "service_instance.bind_route" is no known event type; did you mean "audit.service_instance.bind_route"?\n',
  );
  assert.match(platform.requests[0] ?? '', /types=service_instance\.bind_route/);
  assert.equal((await hansard('events', '--type', 'nothing.at.all.*')).code, 2);
});

test('the targeted organization is looked at unless another or all are asked for', async (t) => {
  const { platform, home } = await setUp(t);
  platform.events = [event(1), event(2, { organization: other })];
  home.cf({
    Target: platform.url,
    AccessToken: `bearer ${platform.newToken()}`,
    OrganizationFields: { GUID: organizationGuid, Name: 'my-org' },
  });
  assert.deepEqual(guids((await home.hansard(['events', '--ndjson'])).out), [event(1).guid]);
  assert.deepEqual(guids((await home.hansard(['events', '--ndjson', '--all-orgs'])).out).length, 2);
  assert.deepEqual(guids((await home.hansard(['events', '--ndjson', '--org', other])).out), [event(2).guid]);
  assert.equal((await home.hansard(['events', '--all-orgs', '--org', other])).code, 2);
  // Events about the log itself are in no organization.
  await home.hansard(['events', '--ndjson', '--type', 'audit.log.*']);
  assert.doesNotMatch(platform.requests.at(-1) ?? '', /organization/);
  await home.hansard(['events', '--ndjson', '--type', 'audit.log.*', '--org', other]);
  assert.match(platform.requests.at(-1) ?? '', /organization_guids/);
});

test('events that move between pages while they are read come once', async (t) => {
  const { platform, hansard } = await setUp(t);
  // A new event arrives while newest-first pages are read: everything moves by one.
  platform.behaviour.bendLink = (path) => {
    if (platform.events.length === 5) platform.events.push(event(6));
    return path;
  };
  const { out } = await hansard('events', '--ndjson', '--newest-first');
  assert.deepEqual(
    guids(out),
    [5, 4, 3, 2, 1].map((number) => event(number).guid),
  );
});

test('a list that shrinks while it is read is told', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.behaviour.bendLink = (path) => {
    platform.events = platform.events.slice(1);
    return path;
  };
  const { code, err } = await hansard('events', '--ndjson');
  assert.equal(code, 0);
  assert.match(err, /removed old events while they were read/);
});

test('an overloaded or failing server is asked again', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.behaviour.mishaps = [
    (answer) => send(answer.setHeader('retry-after', '0'), 429, {}),
    (answer) => send(answer, 503, {}),
    (answer) => answer.destroy(),
  ];
  const { code, out } = await hansard('events', '--ndjson');
  assert.deepEqual([code, guids(out).length], [0, 5]);
});

test('a page that is cut off is asked for again and continued', async (t) => {
  const { platform, hansard } = await setUp(t, { pageEvents: 5 });
  platform.behaviour.mishaps = [
    (answer) => {
      answer.writeHead(200, { 'content-length': '100000' });
      answer.write(`{"resources":[${JSON.stringify(v3Event(event(1)))},{"gu`, () => answer.destroy());
    },
  ];
  const { code, out, err } = await hansard('events', '--ndjson');
  assert.deepEqual([code, guids(out)], [0, platform.events.map(({ guid }) => guid)], err);
});

test('pages that go round in a circle, and answers that are no list, end in failure', async (t) => {
  const circle = await setUp(t, { bendLink: (path) => path.replace(/page=\d+$/, 'page=1') });
  const around = await circle.hansard('events', '--ndjson');
  assert.deepEqual([around.code, around.err], [1, 'The pages of the server go round in a circle.\n']);
  const html = await setUp(t);
  html.platform.behaviour.mishaps = [(answer) => answer.end('<html>')];
  assert.equal((await html.hansard('events', '--ndjson')).code, 1);
});

test('a server with neither API is told so', async (t) => {
  const { hansard } = await setUp(t, { speaks: [] });
  const { code, err } = await hansard('events', '--ndjson');
  assert.equal(code, 1);
  assert.match(err, /answers neither/);
});

/** Null where there is no terminal to be had. */
async function onTerminal(t: TestContext, { home, env }: Stage, args: string): Promise<Ran | null> {
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const command = `${process.execPath} ${main} ${args}`;
  const all = { ...env, PATH: process.env.PATH ?? '', HOME: home.folder };
  const ran = await run('script', ['-qec', command, '/dev/null'], home.folder, all).catch(() => null);
  if (ran === null) t.skip('the program "script" is not installed: no terminal to run on');
  return ran;
}

test('on a terminal there is a table with the names of places', async (t) => {
  const stage = await setUp(t);
  stage.platform.events = [event(1), event(2, { target: 'evil\x1b[2J' })];
  const ran = await onTerminal(t, stage, 'events');
  if (ran === null) return;
  const lines = ran.out.split('\r\n');
  assert.match(lines[0] ?? '', /TIME +WHO +WHAT +TARGET +PLACE/);
  assert.match(lines[1] ?? '', /made user-1 a space developer +user user-1 +my-org \/ prod$/);
  assert.match(lines[2] ?? '', /evil\\u001b\[2J/);
  assert.doesNotMatch(ran.out, /The latest/);
});

test('a terminal is told that there are more events than it shows', async (t) => {
  const ran = await onTerminal(t, await setUp(t), 'events --limit 2');
  if (ran === null) return;
  assert.match(ran.out, /The latest 2 of 5; --limit or --json for more\./);
});

test('nothing that is written to a terminal steers it, and no bar stands in it', async (t) => {
  const stage = await setUp(t);
  stage.platform.events = [event(1, { target: 'evil\x1b[2J' })];
  for (const args of ['export', 'events --csv']) {
    const ran = await onTerminal(t, stage, args);
    if (ran === null) return;
    assert.match(ran.out, /evil\\u001b\[2J/);
    assert.equal(ran.out.includes('\x1b'), false, args);
  }
  assert.ok((await stage.hansard('export')).out.includes('evil\x1b[2J'));
});

test('an answer that is shown on a terminal ends its line', async (t) => {
  const ran = await onTerminal(t, await setUp(t), 'curl /v3/echo');
  if (ran === null) return;
  assert.match(ran.out, /\}\r\n$/);
});

test('export writes a recipe to a file, and says how much and from when', async (t) => {
  const { platform, home, hansard } = await setUp(t, { speaks: ['v2'] });
  platform.events.push(event(6, { type: 'audit.app.create' }));
  const ran = await hansard('export', 'user-access', '--org', 'my-org', '-o', 'access.csv');
  assert.deepEqual(ran, {
    code: 0,
    out: '',
    err: '5 rows of my-org, from 2026-01-01T00:00:01Z to 2026-01-01T00:00:05Z, in access.csv.\n',
  });
  const lines = readFileSync(join(home.folder, 'access.csv'), 'utf8').split('\r\n');
  assert.deepEqual(lines.slice(0, 2), [
    'Timestamp,User Performing Action,Action Type,User',
    `2026-01-01T00:00:01Z,jo,${added},user-1`,
  ]);
  assert.equal(lines.length, 7);
});

test('--all-roles adds supporters and the roles of organizations', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.events.push(event(6, { type: 'audit.user.organization_manager_add' }));
  assert.match((await hansard('export', 'user-access')).err, /^5 rows/);
  assert.match((await hansard('export', 'user-access', '--all-roles')).err, /^6 rows/);
  assert.equal((await hansard('export', 'routes', '--all-roles')).code, 2);
});

test('the recipe "services" is JSON, and other formats can be asked for', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.events = [event(1, { type: 'audit.service.create' })];
  assert.match((await hansard('export', 'services')).out, /^\[\n\{"guid"/);
  assert.match((await hansard('export', 'services', '--format', 'csv', '--excel')).out, /^\ufeffTimestamp,/);
  assert.equal((await hansard('export', 'services', '--excel')).code, 2);
  assert.equal((await hansard('export', 'nosuch')).code, 2);
  assert.equal((await hansard('export', 'routes', '--type', 'x')).code, 2);
});

test('without a recipe everything is exported, and --raw leaves cells as they are', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.events = [event(1, { target: '-x' })];
  assert.match((await hansard('export')).out, /,'-x,/);
  assert.match((await hansard('export', '--raw')).out, /,-x,/);
});

test('an export that fails leaves the old file and nothing else', async (t) => {
  const { platform, home, hansard } = await setUp(t);
  writeFileSync(join(home.folder, 'events.csv'), 'old');
  platform.behaviour.bendLink = (path) => path.replace(/page=\d+$/, 'page=1');
  assert.equal((await hansard('export', '-o', 'events.csv')).code, 1);
  assert.equal(readFileSync(join(home.folder, 'events.csv'), 'utf8'), 'old');
  assert.deepEqual(readdirSync(home.folder), ['events.csv']);
  const nowhere = await hansard('export', '-o', 'no/such/folder.csv');
  assert.deepEqual(
    [nowhere.code, nowhere.err],
    [1, 'no/such/folder.csv cannot be written: there is no such file or folder.\n'],
  );
});

test('a folder as the target is refused before anything is asked', async (t) => {
  const { platform, home, hansard } = await setUp(t);
  const { code, err } = await hansard('export', '-o', '.');
  assert.deepEqual([code, err], [1, '. cannot be written: it is a folder.\n']);
  assert.deepEqual([platform.requests, readdirSync(home.folder)], [[], []]);
});

test('one guid with two contents is two events', async (t) => {
  const { platform, hansard } = await setUp(t);
  platform.events = [event(1), event(1, { actor: 'sam' }), event(1)];
  assert.deepEqual(guids((await hansard('export', '--format', 'ndjson')).out), [
    event(1).guid,
    event(1).guid,
  ]);
});

test('an export that is told to stop removes its part and is exit code 130', async (t) => {
  const { platform, home, env } = await setUp(t);
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'export', '-o', 'events.csv'], {
    cwd: home.folder,
    env: { ...env, PATH: process.env.PATH ?? '', HOME: home.folder },
  });
  let err = '';
  child.stderr.on('data', (piece) => {
    err += piece;
  });
  // The server is slow: it answers with the end of the command.
  platform.behaviour.mishaps = [() => child.kill('SIGINT')];
  const [code] = await once(child, 'close');
  assert.deepEqual([code, err], [130, 'Stopped: events.csv is as it was.\n']);
  assert.deepEqual(readdirSync(home.folder), []);
});

test('types lists the catalog', async (t) => {
  const home = newHome(t);
  const users = await home.hansard(['types', 'user.space_developer']);
  assert.match(users.out, /^audit\.user\.space_developer_add +ACTOR made TARGET a space developer\n/);
  const json: unknown = parsed((await home.hansard(['types', 'audit.user', '--json'])).out);
  assert.ok(Array.isArray(json));
  assert.equal((await home.hansard(['types', 'nothing-like-it'])).code, 1);
});

test('whoever reads the output may stop reading', async (t) => {
  const { home, env } = await setUp(t);
  const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
  const ran = await run(
    'sh',
    [
      '-c',
      `${process.execPath} ${main} types | head -n 1; ${process.execPath} ${main} events --ndjson | head -n 1`,
    ],
    home.folder,
    {
      ...env,
      PATH: process.env.PATH ?? '',
      HOME: home.folder,
    },
  );
  assert.deepEqual([ran.out.split('\n').length, ran.err], [3, '']);
});
