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
  ];
  for (const piece of hard) {
    const text = piece.repeat(1_000_000 / piece.length);
    assert.ok(hideSecrets(text).length > 0);
  }
});
