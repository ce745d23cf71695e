import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, jsonOf, jsonText, readJson } from '../../src/core/json.ts';
import { allEntries } from '../../src/event/catalog.ts';
import { redact } from '../../src/event/redact.ts';
import { isSecretName } from '../../src/event/secrets.ts';
import { anyType, plainData } from './arbitrary.ts';

const hidden = '[PRIVATE DATA HIDDEN]';
const redacted = '[REDACTED]';

const safe = (type: string, data: object): unknown => JSON.parse(jsonText(redact(type, jsonOf(data))));

test('what the catalog says of a type is done, in the names of V2 and V3', () => {
  const cases: readonly (readonly [string, object, object])[] = [
    [
      'audit.app.create',
      {
        command: null,
        environment_json: {},
        docker_credentials: 'x',
        name: 'dora',
        buildpack: 'https://u:p@h/x',
      },
      {
        command: hidden,
        environment_json: hidden,
        docker_credentials: hidden,
        name: 'dora',
        buildpack: 'https://***:***@h/x',
      },
    ],
    [
      'audit.app.update',
      {
        environment_variables: { A: 'x' },
        lifecycle: {
          type: 'buildpack',
          data: { buildpack: 'https://t@h/x', buildpacks: ['https://u:p@h', 'ruby'] },
        },
      },
      {
        environment_variables: hidden,
        lifecycle: {
          type: 'buildpack',
          data: { buildpack: 'https://***:***@h/x', buildpacks: ['https://***:***@h', 'ruby'] },
        },
      },
    ],
    ['audit.app.process.update', { command: 'rake', user: 'vcap' }, { command: hidden, user: 'vcap' }],
    ['audit.app.task.create', { name: 't', command: 'rake' }, { name: 't', command: hidden }],
    ['audit.app.droplet.mapped', { droplet_guid: 'd', command: 'x' }, { droplet_guid: 'd', command: hidden }],
    [
      'audit.app.package.create',
      { data: { image: 'a/b', username: 'u', password: null } },
      { data: { image: 'a/b', username: 'u', password: '***' } },
    ],
    ['audit.service_instance.update', { parameters: { a: 1 }, tags: [] }, { parameters: hidden, tags: [] }],
    [
      'audit.service_instance.bind_route',
      { route_guid: 'r', parameters: 'x' },
      { route_guid: 'r', parameters: hidden },
    ],
    [
      'audit.service_binding.create',
      { parameters: { a: 1 }, data: {}, name: 'n' },
      { parameters: hidden, data: hidden, name: 'n' },
    ],
    ['audit.service_key.create', { parameters: { a: 1 }, name: 'n' }, { parameters: hidden, name: 'n' }],
    ['audit.service_route_binding.start_create', { parameters: { a: 1 } }, { parameters: hidden }],
    [
      'audit.user_provided_service_instance.create',
      { credentials: {}, syslog_drain_url: 'https://u:p@log' },
      { credentials: redacted, syslog_drain_url: 'https://***:***@log' },
    ],
    [
      'audit.service_broker.create',
      { auth_username: 'u', auth_password: 'p' },
      { auth_username: 'u', auth_password: redacted },
    ],
    [
      'audit.service_broker.update',
      { authentication: { type: 'basic', credentials: { username: 'u', password: 'p' } } },
      { authentication: { type: 'basic', credentials: { username: 'u', password: hidden } } },
    ],
    [
      'audit.environment_variable_group.update',
      { var: { A: 'x', B: null, C: 1 } },
      { var: { A: hidden, B: null, C: hidden } },
    ],
    [
      'audit.app.apply_manifest',
      { manifest: 'name: x\nenv:\n  A: b\n' },
      { manifest: `name: x\nenv: "${hidden}"\n` },
    ],
    ['audit.app.apply_manifest', { manifest: { env: 1 } }, { manifest: hidden }],
    [
      'audit.app.apply_manifest',
      { manifest: 'name: x\ncommand: JAVA_OPTS="-Ddb.password=c4naRy -Xmx1g" java -jar x\nmemory: 1G\n' },
      {
        manifest: `name: x\ncommand: JAVA_OPTS="-Ddb.password=${redacted} -Xmx1g" java -jar x\nmemory: 1G\n`,
      },
    ],
  ];
  for (const [type, request, expected] of cases) {
    assert.deepEqual(safe(type, { request }), { request: expected }, type);
  }
  assert.deepEqual(safe('audit.service_dashboard_client.create', { secret: 's', redirect_uri: 'u' }), {
    secret: redacted,
    redirect_uri: 'u',
  });
});

test('crash texts are cut where the original cuts them, and never within a character', () => {
  const description = (of: string) => safe('app.crash', { exit_description: of });
  assert.deepEqual(description('x'.repeat(10_000)), { exit_description: 'x'.repeat(10_000) });
  assert.deepEqual(description('😀'.repeat(10_001)), {
    exit_description: `${'😀'.repeat(9_988)} (truncated)`,
  });
  const long = JSON.stringify(description(`${'x'.repeat(9_970)}ghp_${'c4naRy'.repeat(8)}`));
  assert.doesNotMatch(long, /c4na/);
});

test('secrets of unknown types are hidden by name, by look, and inside texts', () => {
  const jwt = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiJ4In0'}.abc`;
  assert.deepEqual(
    safe('weird;type,x', {
      clientSecret: 'x',
      pin_password: 1234,
      tokens: ['a'],
      credentials: { user: 'u' },
      note: `got ${jwt}`,
      inner: '{"a":1.0, "password":"x"}',
      twice: JSON.stringify(JSON.stringify({ password: 'x', b: 1 })),
      'https://u:p@h': 1,
      'https://v:q@h': 2,
    }),
    {
      clientSecret: redacted,
      pin_password: redacted,
      tokens: redacted,
      credentials: redacted,
      note: `got ${redacted}`,
      inner: `{"a":1.0,"password":"${redacted}"}`,
      twice: JSON.stringify(JSON.stringify({ password: redacted, b: 1 })),
      'https://***:***@h': 1,
      'https://***:***@h (2)': 2,
    },
  );
});

test('nothing to hide, nothing hidden: empty, boolean and hidden values keep their member', () => {
  for (const text of [
    '{"password":null,"token":"","secret":false,"credentials":{},"cookies":[]}',
    `{"credentials":{"password":"${hidden}"},"authorization":"***","api_key":"PRIVATE DATA HIDDEN"}`,
    '{"request":{"docker_credentials_json":"PRIVATE DATA HIDDEN","environment_json":"PRIVATE DATA HIDDEN"}}',
    '{"inner":"{ \\"a\\" : 1.0 }","n":1.50,"key":"a","labels":{"key":"v","secret_name":"x"}}',
  ]) {
    const json = readJson(text);
    assert.equal(redact('audit.app.create', json), json);
    assert.equal(redact('weird', json), json);
  }
});

interface Members {
  [name: string]: Members;
}

/** Data with each of a type's documented members, filled with what stands there in earnest. */
function documented(fields: readonly string[]): Json {
  const root: Members = {};
  for (const field of fields) {
    let at = root;
    for (const part of field.replaceAll('*', 'any').split('.')) {
      at[part] ??= {};
      at = at[part];
    }
  }
  return jsonOf(filled(root));
}

function filled(members: Members): object {
  const entries = Object.entries(members).map(([name, below]) => {
    const leaf = Object.keys(below).length === 0;
    return [name, leaf ? '2f684200-b9da-4ea6-a3c8-01a1df5ef2d3' : filled(below)];
  });
  return Object.fromEntries(entries);
}

test('of the documented members of every type only the declared ones change', () => {
  for (const { type, fields, redactions } of allEntries()) {
    const data = documented(fields);
    const changed = differences(data, redact(type, data));
    const declared = redactions.map(({ path }) => path.replaceAll('*', 'any'));
    for (const path of changed) {
      assert.ok(
        declared.some((known) => path === known || path.startsWith(`${known}.`)),
        `${type}: ${path}`,
      );
    }
  }
});

function differences(before: Json, after: Json, path = ''): string[] {
  if (before === after) return [];
  if (before.kind !== 'object' || after.kind !== 'object') return [path];
  return before.members.flatMap(([name, value], index) =>
    differences(value, after.members[index]?.[1] ?? value, path === '' ? name : `${path}.${name}`),
  );
}

test('recorded events are unchanged', () => {
  const folder = new URL('../conformance/', import.meta.url);
  const rows = ['rows-5.ndjson', 'rows-7.ndjson']
    .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  assert.ok(rows.length >= 12);
  for (const { entity } of rows) unchanged(entity);
});

const realEvents = new URL('../../../shared/data/cloud-gov-2016-events.json', import.meta.url);
const absent = existsSync(realEvents)
  ? false
  : 'shared/data/cloud-gov-2016-events.json is not beside this checkout';

test('real events of 2016 are unchanged', { skip: absent }, () => {
  const { resources } = JSON.parse(readFileSync(realEvents, 'utf8'));
  assert.equal(resources.length, 50);
  for (const { entity } of resources) unchanged(entity);
});

function unchanged(entity: { readonly type: string; readonly metadata: object }): void {
  for (const type of [entity.type, 'weird']) {
    const data = jsonOf(entity.metadata);
    assert.equal(redact(type, data), data, JSON.stringify(entity));
  }
  const whole = jsonOf(entity);
  assert.equal(redact('weird', whole), whole);
}

const canary = 'c4naRy-c4naRy-c4naRy';
const look = fc.constantFrom(
  `https://u:${canary}@h`,
  `-----BEGIN EC PRIVATE KEY-----\n${canary}`,
  `eyJ${'hbGciOiJub25lIn0'}.${canary}.${canary}`,
  `xoxb-${canary}`,
  `Bearer ${canary}`,
  `password=${canary}`,
  `{"token":"${canary}"}`,
  `["${canary.replace(/^/, 'https://u:')}@h"]`,
  `opts="-Da.password=${canary} -Xmx1g"`,
  `{"a":{"password":"${canary}"}} trailing`,
  `map[a:1 password:${canary}]`,
  `<a><password>${canary}</password></a>`,
  `curl -u bob:${canary} x`,
  JSON.stringify(JSON.stringify({ deep: { clientSecret: [canary] } })),
);
const secretName = fc.constantFrom(
  'password',
  'Client-Secret',
  'accessToken',
  'API_KEY',
  'credentials',
  'cookie',
);
const container = fc.stringMatching(/^[a-z_]{1,8}$/).filter((name) => !isSecretName(name));

/** A secret, and how it is wrapped in members, items and JSON inside texts. */
const planted: fc.Arbitrary<Json> = fc
  .tuple(
    fc.oneof(
      look.map((value): Json => ({ kind: 'string', value })),
      fc.tuple(secretName, plainData).map(
        ([name, rest]): Json => ({
          kind: 'object',
          members: [[name, { kind: 'array', items: [rest, { kind: 'string', value: canary }] }]],
        }),
      ),
    ),
    fc.array(fc.tuple(fc.constantFrom('member', 'item', 'text'), container), { maxLength: 6 }),
  )
  .map(([secret, wraps]) =>
    wraps.reduce<Json>((inner, [wrap, name]) => {
      if (wrap === 'member')
        return {
          kind: 'object',
          members: [
            ['a', { kind: 'null' }],
            [name === 'a' ? 'b' : name, inner],
          ],
        };
      if (wrap === 'item') return { kind: 'array', items: [{ kind: 'number', text: '1.0' }, inner] };
      return { kind: 'string', value: jsonText(inner) };
    }, secret),
  );

test('a planted secret never survives, and what comes out is JSON that can be read', () => {
  fc.assert(
    fc.property(anyType, planted, (type, json) => {
      const data: Json = { kind: 'object', members: [['request', json]] };
      const text = jsonText(redact(type, data));
      assert.doesNotMatch(text, /c4naRy/);
      assert.equal(jsonText(readJson(text)), text);
    }),
    { numRuns: 2000 },
  );
});

test('redacting again changes nothing', () => {
  fc.assert(
    fc.property(anyType, fc.oneof(plainData, planted), (type, json) => {
      const once = redact(type, { kind: 'object', members: [['request', json]] });
      assert.equal(jsonText(redact(type, once)), jsonText(once));
    }),
    { numRuns: 1000 },
  );
});

test('data that cannot be looked at is withheld', () => {
  const broken = { kind: 'object', members: [['a', null]] } as unknown as Json;
  for (const type of ['weird', 'audit.app.create']) {
    const text = jsonText(redact(type, broken));
    assert.match(text, /^\{"withheld":"the data of this event could not be made safe and was not kept"\}$/);
  }
});
