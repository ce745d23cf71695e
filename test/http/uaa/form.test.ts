import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientCredentials, readForm, scopeList } from '../../../src/http/uaa/form.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test('a form is read as it was sent', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
      const form = readForm(new URLSearchParams(fields).toString());
      for (const [name, value] of Object.entries(fields)) assert.equal(form(name), value);
    }),
  );
});

test('what is missing is empty', () => {
  assert.equal(readForm('')('grant_type'), '');
  assert.equal(readForm('scope=&grant_type=password')('scope'), '');
});

test('what stands twice is refused, without being repeated', () => {
  const refused = { name: 'Denied', status: 400, message: 'A parameter must not be given twice.' };
  assert.throws(() => readForm('password=a&password=b'), refused);
});

test('the command line’s header is the client cf with an empty secret', () => {
  assert.deepEqual(clientCredentials('Basic Y2Y6', readForm('')), { id: 'cf', secrets: [''] });
});

test('a client in the form is taken where there is no header, and else not', () => {
  const form = readForm('client_id=a&client_secret=b%26c');
  assert.deepEqual(clientCredentials(undefined, form), { id: 'a', secrets: ['b&c'] });
  assert.deepEqual(clientCredentials('', form), { id: 'a', secrets: ['b&c'] });
  assert.deepEqual(clientCredentials('basic Y2Y6', form), { id: 'cf', secrets: [''] });
});

test('a secret is tried as it is and decoded, since clients do either', () => {
  const none = readForm('');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (secret) => {
      assert.ok(clientCredentials(basic(`a:${secret}`), none).secrets.includes(secret));
      const encoded = encodeURIComponent(secret);
      assert.ok(clientCredentials(basic(`a:${encoded}`), none).secrets.includes(secret));
    }),
  );
  assert.deepEqual(clientCredentials(basic('a:100%:+'), none).secrets, ['100%:+']);
});

test('a header that is no Basic header is refused', () => {
  assert.throws(() => clientCredentials('Basic !!!', readForm('')), { status: 400 });
});

test('scopes are words', () => {
  assert.deepEqual(scopeList(''), []);
  assert.deepEqual(scopeList(' a  b.c '), ['a', 'b.c']);
});
