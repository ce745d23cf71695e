import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  hideLooks,
  hideSecrets,
  hideUserInfo,
  isPlaceholder,
  isSecretName,
} from '../../src/event/secrets.ts';

const secretNames = [
  ...[
    'password',
    'Password',
    'PASSWD',
    'db_password',
    'DB_PASSWORD',
    'dbPassword',
    'password2',
    'old-password',
  ],
  ...[
    'secret',
    'client_secret',
    'clientSecret',
    'CLIENT-SECRET',
    'clientsecret',
    'secrets',
    'secret_1',
    'passphrase',
  ],
  ...['token', 'access_token', 'refreshToken', 'id_token', 'x-auth-token', 'TOKENS', 'token_value'],
  ...[
    'api_key',
    'apiKey',
    'X-API-Key',
    'private_key',
    'private_key_pem',
    'AWS_SECRET_ACCESS_KEY',
    'secret_key',
  ],
  ...[
    'credentials',
    'credential',
    'docker_credentials_json',
    'authorization',
    'Proxy-Authorization',
    'cookie',
  ],
  ...['Set-Cookie', 'auth_password', 'connectionString', 'password_confirmation', 'passwordHash', 'db_pass'],
  ...['environment_json', 'environment_variables', 'VCAP_SERVICES', 'dsn', '_auth'],
];

/** Names that an investigation needs, some of them with a secret's word inside. */
const plainNames = [
  ...[
    'guid',
    'type',
    'name',
    'key',
    'keys',
    'value',
    'service_plan_guid',
    'service_key',
    'service_keys',
    'public_key',
  ],
  ...[
    'total_service_keys',
    'token_type',
    'access_token_validity',
    'auth_username',
    'authentication',
    'author',
  ],
  ...[
    'authorities',
    'credential_type',
    'service_credential_binding',
    'credentials_guid',
    'secretary',
    'password_policy',
  ],
  ...[
    'secret_name',
    'api_key_id',
    'passed',
    'bypass',
    'compass',
    'environment',
    'package_guid',
    'cookies_enabled',
  ],
  ...['host', 'route', 'username', 'client_id', 'sha256', 'grant', 'scopes', 'foreign_key', 'tokenizer', ''],
];

test('names of secrets are known in every spelling, and harmless ones are not taken for them', () => {
  for (const name of secretNames) assert.ok(isSecretName(name), name);
  for (const name of plainNames) assert.ok(!isSecretName(name), name);
});

/** Made up, in the form of the real ones; the parts are joined here so that no scanner takes them for such. */
const canaries = {
  'AWS key id': `AKIA${'IOSFODNN7CANARY1'}`,
  GitHub: `ghp_${'c4naRy'.repeat(6)}`,
  'GitHub, fine-grained': `github_pat_${'c4naRy'.repeat(6)}`,
  GitLab: `glpat-${'c4naRy'.repeat(4)}`,
  Slack: `xoxb-${'123456789012-c4naRy'}`,
  Google: `AIza${'c4naRy'.repeat(5)}abcde`,
  Stripe: `sk_live_${'c4naRy'.repeat(4)}`,
  npm: `npm_${'c4naRy'.repeat(6)}`,
  JWT: `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiJjNG5hUnkifQ'}.c4naRy_c4naRy-c4naRy`,
  JWE: `eyJ${'hbGciOiJkaXIifQ'}..c4naRyc4naRy.c4naRy.c4naRy`,
  PEM: '-----BEGIN RSA PRIVATE KEY-----\nc4naRyc4naRy\nc4naRy==\n-----END RSA PRIVATE KEY-----',
  'PEM, cut': '-----BEGIN PRIVATE KEY-----\\nc4naRyc4naRy',
  Bearer: 'Bearer c4naRyc4naRyc4naRy',
  Basic: 'Basic YzRuYVJ5OmM0bmFSeQ==',
  'URL with a password': 'postgres://canary:c4naRy@db.example.org:5432/main?sslmode=require',
  'URL without a user': 'redis://:c4naRy@cache.example.org',
  'URL with an odd password': 'amqp://canary:c4/na@Ry@queue.example.org/vhost',
  'signed URL': 'https://bucket.example.org/x?X-Amz-Signature=c4naRyc4naRy&X-Amz-Date=1',
  assignment: 'DB_PASSWORD=c4naRy',
  'quoted assignment': `token => 'c4naRy c4naRy'`,
  'JSON that was cut': '{"user": "canary", "password": "c4naRy',
  'escaped JSON': '{\\"client_secret\\": \\"c4naRy\\"}',
  'object that was cut': '{"credentials": {"user": "canary", "host": {"pw": "c4naRy',
  option: 'run --api-key c4naRy now',
  header: 'GET / HTTP/1.1\nX-Auth-Token: c4naRy\nHost: x',
  YAML: 'name: canary\nlogin:\n  password: c4naRy',
};

test('secrets are found by their look and by their names, wherever they stand in a text', () => {
  const around = fc.constantFrom('', ' ', '\n', '"', "'", ', ', '(', 'before ', ': ');
  for (const [what, canary] of Object.entries(canaries)) {
    fc.assert(
      fc.property(around, (before) => {
        assert.doesNotMatch(hideSecrets(before + canary), /c4na|CANARY1|YzRu/, what);
      }),
      { numRuns: 20 },
    );
  }
});

test('a harmless name vouches for nothing inside its value, and only the secret goes', () => {
  for (const [text, expected] of [
    ['JAVA_OPTS="-Ddb.password=c4naRy -Xmx1g"', 'JAVA_OPTS="-Ddb.password=[REDACTED] -Xmx1g"'],
    ['env={"db":{"password":"c4naRy"},"a":1}', 'env={"db":{"password":"[REDACTED]"},"a":1}'],
    ['config={"a":{"b":1}} password=c4naRy x', 'config={"a":{"b":1}} password=[REDACTED] x'],
    ['ARGS="--password c4naRy" x', 'ARGS="--password [REDACTED]" x'],
    ['cmd="mysql --password=c4naRy"', 'cmd="mysql --password=[REDACTED]"'],
    ['conn="host=x password=c4naRy"', 'conn="host=x password=[REDACTED]"'],
    ['{"a":{"password":"c4naRy"}} trailing', '{"a":{"password":"[REDACTED]"}} trailing'],
    ['json=[{"password":"c4naRy"}]', 'json=[{"password":"[REDACTED]"}]'],
    ['a="{\\"b\\":\\"token=c4naRy\\"}"', 'a="{\\"b\\":\\"token=[REDACTED]\\"}"'],
    ['password="c4\\"c4naRy" x', 'password="[REDACTED]" x'],
  ]) {
    assert.equal(hideSecrets(text ?? ''), expected);
  }
});

test('secrets are found inside harmless values at any depth', () => {
  const wrap: fc.Arbitrary<(inner: string) => string> = fc.constantFrom(
    (inner: string) => `opts="${inner}" a=1`,
    (inner: string) => `x='${inner}'`,
    (inner: string) => `env={"a": ${inner}, "b": 2}`,
    (inner: string) => `list=[${inner}, 1]`,
    (inner: string) => `note: ${inner}`,
    (inner: string) => `<a b="c">${inner}</a>`,
    (inner: string) => `{"a":{"b":1}} ${inner}`,
    (inner: string) => JSON.stringify(inner),
  );
  const secret = fc.constantFrom(
    'password=c4naRy',
    '--api-key c4naRy',
    '"token": "c4naRy"',
    '{clientSecret: c4naRy}',
    'map[user:bob password:c4naRy]',
    '<password>c4naRy</password>',
    'curl -u bob:c4naRy',
    'docker login -p c4naRy',
  );
  fc.assert(
    fc.property(secret, fc.array(wrap, { maxLength: 6 }), (inner, wraps) => {
      const text = wraps.reduce<string>((so, around) => around(so), inner);
      const safe = hideSecrets(text);
      assert.doesNotMatch(safe, /c4na/, text);
      assert.equal(hideSecrets(safe), safe);
    }),
    { numRuns: 2000 },
  );
});

test('lists without quotes, XML elements and the short options of well-known commands', () => {
  for (const [text, expected] of [
    ['map[password:c4naRy]', 'map[password:[REDACTED]]'],
    ['map[db:map[a:1] password:c4naRy user:bob]', 'map[db:map[a:1] password:[REDACTED] user:bob]'],
    ['{User:bob Password:c4naRy}', '{User:bob Password:[REDACTED]}'],
    ['{password: "c4naRy"}', '{password: "[REDACTED]"}'],
    ['{password: c4 naRy, user: bob}', '{password: [REDACTED], user: bob}'],
    ['{ a: 1, password: c4naRy }', '{ a: 1, password: [REDACTED] }'],
    ['(user: bob, password: c4naRy)', '(user: bob, password: [REDACTED])'],
    ['<a><password>c4naRy</password></a>', '<a><password>[REDACTED]</password></a>'],
    ['<w:Password Type="t">c4naRy</w:Password>', '<w:Password Type="t">[REDACTED]</w:Password>'],
    ['<credentials><u>c4naRy</u></credentials>', '<credentials>[REDACTED]</credentials>'],
    ['curl -u bob:c4naRy https://x', 'curl -u bob:[REDACTED] https://x'],
    [`curl -sSu'bob:c4 naRy' -U a:c4naRy x`, `curl -sSu'bob:[REDACTED]' -U a:[REDACTED] x`],
    ['curl x --user "bob:c4naRy"', 'curl x --user "bob:[REDACTED]"'],
    ['docker login -u bob -p c4naRy r', 'docker login -u bob -p [REDACTED] r'],
    [`cf login -p 'c4 naRy' -o o`, `cf login -p '[REDACTED]' -o o`],
    ['mysql -h db -pc4naRy main', 'mysql -h db -p[REDACTED] main'],
    ['mysqldump -p c4naRy', 'mysqldump -p [REDACTED]'],
  ]) {
    assert.equal(hideSecrets(text ?? ''), expected);
  }
});

test('the word Basic hides what a header carries, and no name', () => {
  for (const name of ['Basic Services2026', 'basic auth123456789', '"Basic Services2026" was renamed']) {
    assert.equal(hideLooks(name), name);
  }
  const odd = 'Authorization: Basic c4naRyc4naRy1234';
  assert.equal(hideLooks(odd), 'Authorization: Basic [REDACTED]');
  const pair = fc.tuple(fc.stringMatching(/^[\w.@ -]{3,40}$/), fc.string({ minLength: 4, unit: 'grapheme' }));
  fc.assert(
    fc.property(pair, ([user, password]) => {
      const code = Buffer.from(`${user}:${password}`).toString('base64');
      assert.equal(hideLooks(`got Basic ${code}`), 'got Basic [REDACTED]');
    }),
  );
});

test('what is hidden stays hidden: a second look changes nothing', () => {
  const pieces = fc.constantFrom(
    ...Object.values(canaries),
    'password',
    '=',
    ': ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ' ',
    '\n',
    '://',
    '@',
    ':',
    'a',
    '[REDACTED]',
    '[PRIVATE DATA HIDDEN]',
    '***',
    ',',
    '<token>',
    '</token>',
    'curl -u bob:c4naRy',
    ' login -p ',
    '\\',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const once = hideSecrets(parts.join(''));
      assert.equal(hideSecrets(once), once);
    }),
    { numRuns: 3000 },
  );
});

test('texts that an investigation needs stay as they are', () => {
  for (const text of [
    'a8f6f996-2c4a-5b23-b39b-2271f648582f',
    'audit.service_instance.bind_route',
    'failed to accept connections within health check timeout',
    'Instance never healthy after 1m0s: Failed to make TCP connection to port 8080: connection refused',
    '2026-11-22T07:43:26Z',
    'https://example.org:8443/path@v1?q=a:b',
    'https://github.com/cloudfoundry/java-buildpack.git#v4.63',
    'ssh://git@github.com/cloudfoundry/cf.git',
    'registry.example.org:5000/team/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0bb62c7d5a5d5c3d1f2e4b',
    'alice@example.org',
    '4572c94fd7ca4a15a7aeec6b1fe83ec5',
    'basic authentication-failure of the bearer of a token',
    'bundle exec rake db:migrate && bin/rails server -p 8080',
    'service_plan_guid=fca6b5c2-2e57-4436-a68e-562c1ee3b8b8',
    'token_type=bearer&page=2',
    'opts="-Dserver.port=8080 --verbose true" x={"a":{"b":[1]}}',
    'the password: a story of auth: none',
    'map[user:bob key:a] {name: x, secret_name: y}',
    'usage: login <user> <password>, then <token>',
    '<name>dora</name><password></password><token/>',
    'docker run -u 1000:1000 -p 8080:80 x',
    'curl -X GET -u bob https://example.org:8443/a',
    'mysql -u root -p -h db < dump.sql',
    'vault login -path=x',
    'docker run mysql -p 3306:3306',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
    ...[
      '[PRIVATE DATA HIDDEN]',
      'PRIVATE DATA HIDDEN',
      '[REDACTED]',
      '***',
      'password=[PRIVATE DATA HIDDEN]',
    ],
    'https://***:***@github.com/me/private-buildpack',
  ]) {
    assert.equal(hideSecrets(text), text);
  }
});

test('only the secret goes, what is around it stays', () => {
  const url = 'postgres://canary:c4naRy@db.example.org:5432/main';
  assert.equal(hideLooks(`at ${url} (down)`), 'at postgres://***:***@db.example.org:5432/main (down)');
  assert.equal(hideSecrets('user=a&password=b&host=c'), 'user=a&password=[REDACTED]&host=c');
  assert.equal(hideSecrets('{"a":1,"token":"b","c'), '{"a":1,"token":"[REDACTED]","c');
  assert.equal(hideUserInfo('https://token@github.com/x'), 'https://***:***@github.com/x');
  assert.equal(hideUserInfo('ruby_buildpack'), 'ruby_buildpack');
  assert.ok(isPlaceholder('***') && !isPlaceholder('**'));
});

test('no text of a megabyte keeps the patterns busy', () => {
  const hard = [
    'a',
    ' ',
    '://',
    'a://b:',
    'eyJ',
    '-eyJaaaaaaaa',
    'a=',
    'a="',
    '"a":',
    '- ',
    '-----BEGIN ',
    '--a ',
    '{',
    'password={',
    'xoxb-',
    'basic ',
    'a-',
    '--a-',
    'a:',
    '(token:',
    ',token: ',
    'token:[',
    "token='",
    '<token>',
    '<a:token ',
    'curl ',
    'curl -u ',
    'curl \\\n',
    'login ',
    'mysql -p -',
    '\\',
    '}',
  ];
  for (const piece of hard) {
    const text = piece.repeat(1_000_000 / piece.length);
    assert.ok(hideSecrets(text).length > 0);
  }
});
