import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from '../../../src/core/error.ts';
import {
  changedName,
  guid,
  newName,
  parseRelated,
  readBody,
  relatedGuid,
  toOne,
  unknownFields,
} from '../../../src/http/v3/body.ts';
import { parseNewOrganization, parseOrganizationChanges } from '../../../src/http/v3/organizations.ts';
import { parseNewRole } from '../../../src/http/v3/roles.ts';
import { parseNewSpace } from '../../../src/http/v3/spaces.ts';
import { parseNewUser } from '../../../src/http/v3/users.ts';

/** The sentence of a 422. */
function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (failure) {
    assert.ok(failure instanceof AppError);
    assert.equal(failure.entry, 'UnprocessableEntity');
    return failure.message;
  }
  return assert.fail('nothing was refused');
}

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));

test('a body is an object, or nothing at all', () => {
  assert.deepEqual(readBody({ body: '' }), {});
  assert.deepEqual(readBody({ body: ' \n' }), {});
  assert.deepEqual(readBody({ body: '{"name":"o"}' }), { name: 'o' });
  for (const body of [
    '[]',
    'null',
    '"text"',
    '7',
    '{',
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
  ]) {
    assert.throws(
      () => readBody({ body }),
      { entry: 'MessageParseError', message: 'Request invalid due to parse error: invalid request body' },
      body,
    );
  }
});

test('names: what is missing, too long or not printable is said in the original words', () => {
  const printable = 'Name must not contain escaped characters';
  const cases: [unknown, string[], string[]][] = [
    ['o1', [], []],
    ['名前 ✓', [], []],
    [undefined, ["Name can't be blank"], []],
    [null, ["Name can't be blank"], []],
    ['', ["Name can't be blank", printable], ['Name is too short (minimum is 1 character)', printable]],
    ['  ', ["Name can't be blank"], []],
    [5, ['Name must be a string'], ['Name must be a string']],
    [['a'], ['Name must be a string'], ['Name must be a string']],
    ['a\nb', [printable], [printable]],
    ['x'.repeat(255), [], []],
    [
      'x'.repeat(256),
      ['Name is too long (maximum is 255 characters)'],
      ['Name is too long (maximum is 255 characters)'],
    ],
    ['😀'.repeat(255), [], []],
  ];
  for (const [value, asNew, asChange] of cases) {
    assert.deepEqual(newName(value), asNew, JSON.stringify(value));
    assert.deepEqual(changedName(value), asChange, JSON.stringify(value));
  }
});

test('a name that has no fault when new has none when changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
      if (newName(name).length === 0) assert.deepEqual(changedName(name), []);
    }),
  );
});

test('guids have 1 to 200 characters', () => {
  const long = 'Guid must be between 1 and 200 characters';
  assert.deepEqual(guid('Guid', 'g'), []);
  assert.deepEqual(guid('Guid', 'g'.repeat(200)), []);
  assert.deepEqual(guid('Guid', ''), [long]);
  assert.deepEqual(guid('Guid', 'g'.repeat(201)), [long]);
  assert.deepEqual(guid('Guid', 7), ['Guid must be a string', long]);
});

test('a to-one relationship has exactly one form', () => {
  const form = 'Space must be structured like this: "space: {"data": {"guid": "valid-guid"}}"';
  assert.deepEqual(toOne('space', { data: { guid: 'g' } }), []);
  assert.deepEqual(toOne('space', { data: null }), []);
  for (const wrong of [
    undefined,
    null,
    'g',
    {},
    { data: 'g' },
    { data: {} },
    { data: { guid: 'g', name: 'n' } },
  ]) {
    assert.deepEqual(toOne('space', wrong), [form]);
  }
  assert.deepEqual(toOne('space', { data: { guid: 1 } }), [
    'Space guid must be a string',
    'Space guid must be between 1 and 200 characters',
  ]);
});

test('what a relationship without faults names is a guid or null', () => {
  fc.assert(
    fc.property(json, (value) => {
      if (toOne('space', value).length > 0) return;
      const found = relatedGuid(value);
      assert.ok(found === null || (typeof found === 'string' && found !== ''));
    }),
  );
});

test('a change of a relationship: a guid, null, or a sentence', () => {
  assert.equal(parseRelated({ data: { guid: 'g' } }), 'g');
  assert.equal(parseRelated({ data: null }), null);
  assert.equal(parseRelated({}), null);
  assert.equal(parseRelated({ data: { guid: null } }), null);
  assert.equal(
    refusal(() => parseRelated({ data: 'g' })),
    'Data must be an object',
  );
  assert.equal(
    refusal(() => parseRelated({ data: {} })),
    "Data can't be blank, Data can only accept one key, Data can only accept key 'guid'",
  );
  assert.equal(
    refusal(() => parseRelated({ data: { guid: 5 } })),
    'Data 5 must be a string',
  );
  assert.equal(
    refusal(() => parseRelated({ foo: 1 })),
    "Unknown field(s): 'foo'",
  );
});

test('unknown fields are named together', () => {
  assert.deepEqual(unknownFields({ a: 1, b: 2, name: 'n' }, ['name']), ["Unknown field(s): 'a', 'b'"]);
  assert.deepEqual(unknownFields({ name: 'n' }, ['name']), []);
});

test('organizations: several faults make one sentence, in the order of the original', () => {
  assert.equal(
    refusal(() => parseNewOrganization({ metadata: 1, foo: 1, suspended: 'yes' })),
    "Metadata must be an object, Unknown field(s): 'foo', Name can't be blank, Suspended must be a boolean",
  );
  const { name, suspended } = parseNewOrganization({ name: 'o1' });
  assert.deepEqual({ name, suspended }, { name: 'o1', suspended: false });
  const changes = parseOrganizationChanges({ name: null, suspended: null });
  assert.ok(!('name' in changes) && !('suspended' in changes));
});

test('spaces: relationships are named first', () => {
  assert.equal(
    refusal(() => parseNewSpace({ name: 's' })),
    "Relationships 'relationships' is not an object",
  );
  assert.equal(
    refusal(() => parseNewSpace({ relationships: {} })),
    "Relationships 'relationships' must include one or more valid relationships, Name can't be blank",
  );
  const form =
    'Relationships Organization must be structured like this: "organization: {"data": {"guid": "valid-guid"}}"';
  assert.equal(
    refusal(() => parseNewSpace({ name: 's', relationships: { organization: null, quota: 1 } })),
    `Relationships Unknown field(s): 'quota', Relationships Organization can't be blank, ${form}`,
  );
});

test('users: by guid, or by name and origin', () => {
  const refusals: [object, string][] = [
    [{}, "Guid or 'username' and 'origin' must be provided"],
    [{ guid: 'g', username: 'u' }, "Username cannot be provided with 'guid'"],
    [{ guid: 'g', origin: 'o' }, "Origin cannot be provided with 'guid'"],
    [{ username: 'u' }, "Username can only be provided together with 'origin'"],
    [{ origin: 'o' }, "Origin can only be provided together with 'username'"],
    [{ username: 'u', origin: 'uaa' }, "Origin cannot be 'uaa' when creating a user by username"],
    [{ username: 1, origin: 'o' }, 'Username must be a string'],
    [{ guid: 'g', name: 'n' }, "Unknown field(s): 'name'"],
  ];
  for (const [body, sentence] of refusals) {
    assert.equal(
      refusal(() => parseNewUser({ ...body })),
      sentence,
    );
  }
  assert.deepEqual(parseNewUser({ guid: 'g' }).user, { guid: 'g' });
  assert.deepEqual(parseNewUser({ username: 'u', origin: 'ldap' }).user, { username: 'u', origin: 'ldap' });
});

test('roles: type, place and user must fit', () => {
  const user = { data: { guid: 'u' } };
  const organization = { data: { guid: 'o' } };
  const space = { data: { guid: 's' } };
  const types =
    '["organization_auditor", "organization_manager", "organization_billing_manager", "organization_user", "space_auditor", "space_manager", "space_developer", "space_supporter"]';
  const refusals: [object, string][] = [
    [
      { type: 'boss', relationships: { user, organization } },
      `Type must be one of the allowed types ${types}`,
    ],
    [{ type: 'space_auditor' }, "Relationships 'relationships' is not an object"],
    [
      { type: 'space_auditor', relationships: { user } },
      'Relationships must specify either a space or an organization.',
    ],
    [
      { type: 'space_auditor', relationships: { user, organization } },
      "Relationships Organization cannot be provided with the space role type: 'space_auditor'.",
    ],
    [
      { type: 'organization_user', relationships: { user, space } },
      "Relationships Space cannot be provided with the organization role type: 'organization_user'.",
    ],
    [
      { type: 'organization_user', relationships: { user: { data: {} }, organization } },
      'Relationships User must have a username or guid specified',
    ],
    [
      { type: 'organization_user', relationships: { organization } },
      "Relationships User can't be blank, Relationships User must have a username or guid specified",
    ],
    [
      {
        type: 'organization_user',
        relationships: { user: { data: { guid: 'u', username: 'n' } }, organization },
      },
      'Relationships Username cannot be specified when identifying user by guid',
    ],
    [
      { type: 'organization_user', relationships: { user: { data: { origin: 'o' } }, organization } },
      'Relationships User origin cannot be specified without specifying the username, Relationships User must have a username or guid specified',
    ],
    [
      { type: 'organization_user', relationships: { user: { data: { username: 5 } }, organization } },
      'Relationships Username must be a string',
    ],
  ];
  for (const [body, sentence] of refusals) {
    assert.equal(
      refusal(() => parseNewRole({ ...body })),
      sentence,
    );
  }
  assert.deepEqual(parseNewRole({ type: 'space_auditor', relationships: { user, space } }), {
    type: 'space_auditor',
    user: { guid: 'u' },
    placeGuid: 's',
  });
  const named = { data: { username: 'bob', origin: 'uaa' } };
  assert.deepEqual(
    parseNewRole({ type: 'organization_user', relationships: { user: named, organization } }),
    {
      type: 'organization_user',
      user: { username: 'bob', origin: 'uaa' },
      placeGuid: 'o',
    },
  );
});

test('every parser answers or refuses with a sentence, whatever it is sent', () => {
  const parsers = [
    parseNewOrganization,
    parseOrganizationChanges,
    parseNewSpace,
    parseNewUser,
    parseNewRole,
    parseRelated,
  ];
  const names = [
    'name',
    'metadata',
    'relationships',
    'type',
    'guid',
    'username',
    'origin',
    'data',
    'suspended',
  ];
  const body = fc.dictionary(fc.constantFrom(...names), json);
  fc.assert(
    fc.property(body, fc.constantFrom(...parsers), (sent, parse) => {
      try {
        parse(sent);
      } catch (failure) {
        assert.ok(failure instanceof AppError, String(failure));
        assert.notEqual(failure.message, '');
      }
    }),
    { numRuns: 1000 },
  );
});
