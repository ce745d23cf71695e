// The leaf of an event: its text is canonical JSON, reading takes back exactly what writing gives, and the largest
// event that is taken in is a small entry.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import type { EventDraft } from '../../src/event/event.ts';
import { IntakeRefused, intake } from '../../src/event/intake.ts';
import { commitment, type Leaf, leafOf, leafText, NotALeaf, readLeaf } from '../../src/event/leaf.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const plain: Leaf = {
  v: 1,
  guid: '0198b2e4-5c6d-7e8f-9012-3456789abcde',
  type: 'audit.app.create',
  occurred_at: 1_790_000_000_000_000,
  recorded_at: 1_790_000_000_000_001,
  origin: '',
  organization_guid: 'o',
  space_guid: 's',
  actor: { type: 'user', guid: 'u' },
  target: { type: 'app', guid: 'a' },
  outcome: 'success',
  data: digest('data'),
  particulars: digest('particulars'),
};

const plainText =
  `{"actor":{"guid":"u","type":"user"},"data":"${plain.data}","guid":"${plain.guid}",` +
  `"occurred_at":1790000000000000,"organization_guid":"o","origin":"","outcome":"success",` +
  `"particulars":"${plain.particulars}","recorded_at":1790000000000001,"space_guid":"s",` +
  `"target":{"guid":"a","type":"app"},"type":"audit.app.create","v":1}`;

/** What canonical JSON is most often got wrong with, and everything else. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', '\\', '/', '\b', '\t', '\n', '\f', '\r', '\u0000', '\u0001', '\u001f', '\u007f'),
      fc.constantFrom('\u0080', '\u2028', '\u2029', '\ufeff', '\uffff', '\ufb33', '😀', '\u{10ffff}', 'é'),
      fc.constantFrom('\\u0041', '</script>', '{"a":1}', 'e\u0301', '1e3', '__proto__'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

const plainObjects = { noNullPrototype: true };
const party = fc.record({ type: nasty, guid: nasty }, plainObjects);
const instant = fc.oneof(
  fc.constantFrom(0, -1, 1, Date.UTC(1685, 0, 1) * 1000, Date.UTC(2255, 0, 1) * 1000 - 1),
  fc.integer({ min: -8_000_000_000_000_000, max: 8_000_000_000_000_000 }),
);
const anyLeaf: fc.Arbitrary<Leaf> = fc.record(
  {
    v: fc.constant(1 as const),
    guid: fc.uuid(),
    type: nasty.filter((text) => text !== ''),
    occurred_at: instant,
    recorded_at: instant,
    origin: nasty,
    organization_guid: nasty,
    space_guid: nasty,
    actor: party,
    target: party,
    outcome: fc.constantFrom('success', 'failure', 'unknown'),
    data: fc.string().map(digest),
    particulars: fc.string().map(digest),
  },
  plainObjects,
);

/** RFC 8785 for texts, whole numbers and objects, letter by letter and without JSON.stringify. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return `"${[...value].map(canonicalCharacter).join('')}"`;
  if (typeof value === 'number') return String(value);
  assert.ok(typeof value === 'object' && value !== null);
  const names = Object.keys(value).sort((a, b) => Buffer.compare(utf16(a), utf16(b)));
  const members = new Map<string, unknown>(Object.entries(value));
  return `{${names.map((name) => `${canonical(name)}:${canonical(members.get(name))}`).join(',')}}`;
}

function canonicalCharacter(character: string): string {
  const short = '"\\\b\t\n\f\r'.indexOf(character);
  if (short >= 0) return `\\${'"\\btnfr'[short]}`;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character;
}

/** Big-endian, so that bytes compare as units do (RFC 8785, section 3.2.3). */
function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

describe('the text of a leaf', () => {
  it('is this', () => assert.equal(leafText(plain), plainText));

  it('is RFC 8785, whatever the members hold and in whatever order they come', () => {
    fc.assert(
      fc.property(anyLeaf, fc.integer({ min: 0, max: 12 }), (leaf, turn) => {
        const members = Object.entries(leaf);
        const turned = Object.fromEntries([...members.slice(turn), ...members.slice(0, turn)]);
        assert.equal(leafText({ ...leaf, ...turned }), canonical(leaf));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read back as the same leaf', () => {
    fc.assert(fc.property(anyLeaf, (leaf) => assert.deepEqual(readLeaf(leafText(leaf)), leaf)));
  });
});

describe('reading a leaf', () => {
  const changed = (from: string, to: string): string => {
    assert.equal(plainText.split(from).length, 2, `${from} stands once`);
    return plainText.replace(from, to);
  };
  const members = plainText.slice(1, -1).match(/"(?:actor|target)":\{[^}]*\}|"\w+":[^,]*/g) ?? [];

  for (const [what, text] of [
    ['nothing', ''],
    ['no JSON', plainText.slice(0, -1)],
    ['a lone value', '1'],
    ['a lone text', '"v"'],
    ['null', 'null'],
    ['a list', `[${plainText}]`],
    ['an empty object', '{}'],
    ['a blank before it', ` ${plainText}`],
    ['a newline after it', `${plainText}\n`],
    ['a byte order mark', `\ufeff${plainText}`],
    ['a blank within', changed('"v":1', '"v": 1')],
    ['another version', changed('"v":1', '"v":2')],
    ['a version as a text', changed('"v":1', '"v":"1"')],
    ['a number otherwise', changed('"v":1', '"v":1.0')],
    ['a member more', changed('"v":1', '"v":1,"w":1')],
    ['a member before', changed('{"actor":{', '{"aa":1,"actor":{')],
    ['__proto__', changed('"v":1', '"v":1,"__proto__":{}')],
    ['a member twice', changed('"v":1', '"v":1,"v":1')],
    ['a member twice, the first another', changed('"space_guid":"s"', '"space_guid":"t","space_guid":"s"')],
    ['a member more within a party', changed('"type":"user"', '"name":"jo","type":"user"')],
    ['a party that is a text', changed('{"guid":"a","type":"app"}', '"a"')],
    ['a party that is null', changed('{"guid":"a","type":"app"}', 'null')],
    ['a party without a type', changed('{"guid":"a","type":"app"}', '{"guid":"a"}')],
    ['a party turned round', changed('{"guid":"a","type":"app"}', '{"type":"app","guid":"a"}')],
    ['an escape that is not needed', changed('"s"', '"\\u0073"')],
    ['an escaped slash', changed('"s"', '"\\/"')],
    ['a control character escaped in capitals', changed('"s"', '"\\u001F"')],
    ['an escaped surrogate pair', changed('"s"', '"\\ud83d\\ude00"')],
    ['an unknown outcome', changed('"success"', '"done"')],
    ['an outcome that is no text', changed('"success"', 'true')],
    ['an empty type', changed('"audit.app.create"', '""')],
    ['no UUID', changed(plain.guid, 'u')],
    ['a time as a text', changed('1790000000000000', '"1790000000000000"')],
    ['half a microsecond', changed('1790000000000000', '1790000000000000.5')],
    ['a time in another form', changed('1790000000000000', '179e13')],
    ['a time beyond 2254', changed('1790000000000000', '9007199254740991')],
    ['zero below zero', changed('1790000000000000', '-0')],
    ['an origin that is null', changed('"origin":""', '"origin":null')],
    ['a digest in capitals', changed(plain.data, plain.data.toUpperCase())],
    ['a digest too short', changed(plain.data, plain.data.slice(2))],
    ['a digest too long', changed(plain.data, `${plain.data}00`)],
    ['a digest that is no text', changed(`"${plain.data}"`, '1')],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => readLeaf(text), NotALeaf));
  }

  it('refuses half a surrogate pair', () => {
    assert.throws(() => readLeaf(changed('"s"', '"\\ud83d"')), NotALeaf);
  });

  it('refuses a leaf that lacks any of its members, and names it', () => {
    assert.equal(members.length, 13);
    for (const [place, member] of members.entries()) {
      const [, name] = /^"(\w+)"/.exec(member) ?? [];
      const text = `{${members.filter((_, at) => at !== place).join(',')}}`;
      assert.throws(() => readLeaf(text), { message: `its member ${name} is missing` });
    }
  });

  it('refuses every other order of the members', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(members, { minLength: members.length }), (order) => {
        const text = `{${order.join(',')}}`;
        if (text === plainText) assert.deepEqual(readLeaf(text), plain);
        else assert.throws(() => readLeaf(text), NotALeaf);
      }),
    );
  });

  it('takes no text that differs in one character for the same leaf', () => {
    fc.assert(
      fc.property(anyLeaf, fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }), (leaf, at, piece) => {
        const text = leafText(leaf);
        const place = at % (text.length + 1);
        const other = text.slice(0, place) + piece + text.slice(place + 1);
        try {
          assert.equal(leafText(readLeaf(other)), other);
        } catch (error) {
          assert.ok(error instanceof NotALeaf, String(error));
        }
      }),
    );
  });
});

describe('a commitment', () => {
  it('is SHA-256 of the salt and the stored bytes', () => {
    const salt = Uint8Array.from({ length: 32 }, (_, place) => place);
    // Made with hashlib of Python.
    for (const [text, expected] of vectors) {
      assert.equal(commitment(salt, text), expected);
      assert.equal(commitment(salt, text), createHash('sha256').update(salt).update(text).digest('hex'));
    }
  });

  it('differs with the salt', () => {
    const [one, other] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    assert.notEqual(commitment(one, '{}'), commitment(other, '{}'));
  });
});

const vectors = [
  ['', '630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd'],
  ['{}', '3beb4649fb0f3ba0e4d1db3befc0f9e6982d28cf69bc263851e1b7635a0c9f38'],
  ['{"é":"😀\u2028"}', 'eb56e45429a093e0126f22f00826b7fc82ea6f6755e6be116e4b433fd23d9ef3'],
] as const;

describe('the largest event', () => {
  /** Every text of the head as long as it may be, of one character. */
  const draftOf = (character: string): EventDraft => {
    const text = character.repeat(limits.nameCharactersMax);
    const party = { type: text, guid: text };
    return {
      guid: plain.guid,
      type: text,
      occurredAt: Date.UTC(1685, 0, 1) * 1000,
      precision: 'fraction',
      actor: party,
      target: party,
      spaceGuid: text,
      organizationGuid: text,
      particulars: { actor_name: text, target_name: text },
      data: { kind: 'null' },
      outcome: 'success',
    };
  };
  const entryOf = (draft: EventDraft, origin: string): Buffer => {
    const row = intake(draft, origin, draft.occurredAt, () => new Uint8Array(32));
    const commitments = { data: digest(row.data), particulars: digest(row.particulars) };
    return Buffer.from(leafText(leafOf(row, commitments)));
  };
  const entryBytesMax = 16_384;

  for (const [what, character] of [
    ['control characters, escaped as six bytes each', '\u0001'],
    ['characters of four bytes in UTF-8', '\u{10ffff}'],
    ['quotes', '"'],
  ] as const) {
    it(`with ${what} is an entry below 16 KiB`, () => {
      const bytes = entryOf(draftOf(character), character.repeat(limits.nameCharactersMax));
      assert.ok(bytes.length > 8 * limits.nameCharactersMax, 'all texts are in it');
      assert.ok(bytes.length <= entryBytesMax, `${bytes.length} bytes`);
      assert.ok(entryBytesMax <= limits.logEntryBytesMax, 'an entry bundle can hold it');
      assert.equal(leafText(readLeaf(bytes.toString())), bytes.toString());
    });
  }

  it('is as large as it gets: one character more in any text of the head is refused', () => {
    const largest = draftOf('\u0001');
    const longer = '\u0001'.repeat(limits.nameCharactersMax + 1);
    const party = largest.actor;
    for (const draft of [
      { ...largest, type: longer },
      { ...largest, spaceGuid: longer },
      { ...largest, organizationGuid: longer },
      { ...largest, actor: { ...party, type: longer } },
      { ...largest, actor: { ...party, guid: longer } },
      { ...largest, target: { ...party, type: longer } },
      { ...largest, target: { ...party, guid: longer } },
    ])
      assert.throws(() => entryOf(draft, ''), IntakeRefused);
    assert.throws(() => entryOf(largest, longer), IntakeRefused);
  });
});
