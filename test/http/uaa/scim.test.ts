import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFilter, readPasswordChange, readUser } from '../../../src/http/uaa/scim.ts';
import { nameKey } from '../../../src/identity/account.ts';
import { all, any, equals, every, type RowFilter } from '../../../src/store/table.ts';

const bob = equals('username_key', 'bob');
const uaa = equals('origin', 'uaa');

test('the filters of the command lines', () => {
  assert.deepEqual(readFilter('userName eq "bob" and origin eq "uaa"'), all(bob, uaa));
  assert.deepEqual(readFilter('userName Eq "Bob"'), bob);
  assert.deepEqual(readFilter('username EQ "bob"'), bob);
  assert.deepEqual(readFilter(''), every);
  assert.deepEqual(readFilter('id eq "a" or id eq "b"'), any(equals('guid', 'a'), equals('guid', 'b')));
});

test('and binds tighter than or, parentheses tighter than both', () => {
  const id = equals('guid', 'g');
  assert.deepEqual(readFilter('id eq "g" or userName eq "bob" and origin eq "uaa"'), any(id, all(bob, uaa)));
  assert.deepEqual(
    readFilter('(id eq "g" or userName eq "bob") and origin eq "uaa"'),
    all(any(id, bob), uaa),
  );
  assert.deepEqual(readFilter('not (origin eq "uaa")'), { kind: 'not', of: uaa });
});

test('texts may hold quotation marks, words and parentheses', () => {
  assert.deepEqual(readFilter('userName eq "a\\"b and (c)"'), equals('username_key', 'a"b and (c)'));
});

test('parts and beginnings of texts, and truth', () => {
  assert.deepEqual(readFilter('emails.value co "@Example"'), {
    kind: 'contains',
    column: 'email_key',
    part: '@example',
  });
  const from: RowFilter = { kind: 'compare', column: 'username_key', op: '>=', value: 'bo' };
  const to: RowFilter = { kind: 'compare', column: 'username_key', op: '<=', value: 'bo\u{10ffff}' };
  assert.deepEqual(readFilter('userName sw "BO"'), all(from, to));
  assert.deepEqual(readFilter('active eq true'), equals('active', true));
});

test('what cannot be read is refused with what was expected', () => {
  const cases = [
    ['nickName eq "bob"', /the attributes are id, username/],
    ['userName gt "bob"', /the operators are eq, co and sw/],
    ['active co true', /the operators are eq, co and sw/],
    ['userName eq', /it ends too early/],
    ['userName', /it ends too early/],
    ['userName eq bob', /a value stands in quotation marks/],
    ['userName eq "bob', /a text has no closing quotation mark|a value stands/],
    ['userName eq "\\q"', /a broken escape/],
    ['userName eq "a" origin eq "b"', /"and" or "or" was expected/],
    ['(userName eq "a"', /a closing parenthesis/],
    ['not userName eq "a"', /a parenthesis was expected/],
    [`${'('.repeat(100)}id eq "a"${')'.repeat(100)}`, /nested too deep/],
  ] as const;
  for (const [text, message] of cases) {
    assert.throws(() => readFilter(text), { name: 'Denied', status: 400, error: 'scim', message }, text);
  }
});

test('no text at all makes the reader fail otherwise', () => {
  const word = fc.constantFrom(
    '(',
    ')',
    'and',
    'or',
    'not',
    'eq',
    'co',
    'id',
    'active',
    '"x"',
    'true',
    '"',
    ' ',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(word).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (filter) => {
      try {
        readFilter(filter);
      } catch (error) {
        assert.ok(error instanceof Error && error.name === 'Denied', String(error));
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a filter that is written is the filter that is read', () => {
  const leaf = fc.record({
    attribute: fc.constantFrom('userName', 'USERNAME', 'emails.value', 'id', 'origin'),
    value: fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
  });
  type Tree = { attribute: string; value: string } | { op: 'and' | 'or'; parts: readonly Tree[] };
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.record({
        op: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
      }),
    ),
  }));
  const columns: Record<string, string> = {
    username: 'username_key',
    'emails.value': 'email_key',
    id: 'guid',
    origin: 'origin',
  };
  const written = (node: Tree): string =>
    'op' in node
      ? node.parts.map((part) => `(${written(part)})`).join(` ${node.op} `)
      : `${node.attribute} eq ${JSON.stringify(node.value)}`;
  const meant = (node: Tree): RowFilter => {
    if ('op' in node) return (node.op === 'and' ? all : any)(...node.parts.map(meant));
    const column = columns[node.attribute.toLowerCase()] ?? '';
    return equals(column, column.endsWith('_key') ? nameKey(node.value) : node.value);
  };
  fc.assert(fc.property(tree, (node) => assert.deepEqual(readFilter(written(node)), meant(node))));
});

test('the body that the command lines send', () => {
  const body =
    '{"userName":"bob","password":"pw","origin":"","name":{"familyName":"f","givenName":"g"},' +
    '"emails":[{"value":"other"},{"value":"bob@x","primary":true}]}';
  assert.deepEqual(readUser(body), {
    username: 'bob',
    password: 'pw',
    origin: '',
    email: 'bob@x',
    givenName: 'g',
    familyName: 'f',
    active: undefined,
  });
  assert.equal(readUser('{"userName":null}').username, undefined);
  assert.equal(readUser('{"active":false}').active, false);
  assert.deepEqual(readPasswordChange('{"password":"a"}'), { password: 'a', oldPassword: '' });
});

test('bodies of another form are refused', () => {
  const cases = [
    ['', /cannot be read as JSON/],
    ['[]', /must be a JSON object/],
    ['{"userName":1}', /userName must be a text/],
    ['{"userName":"a","userName":"b"}', /stands twice/],
    ['{"name":{"givenName":[]}}', /givenName must be a text/],
  ] as const;
  for (const [body, message] of cases) {
    assert.throws(() => readUser(body), { name: 'Denied', error: 'invalid_scim_resource', message }, body);
  }
});
