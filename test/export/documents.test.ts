import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import { type Found, readDocuments } from '../../src/export/documents.ts';

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function found(text: string | Uint8Array, size = 7): Promise<Found[]> {
  const all: Found[] = [];
  for await (const one of readDocuments(chunks(Buffer.from(text), size))) all.push(one);
  return all;
}

function events(all: readonly Found[]): string[] {
  return all.flatMap((one) => (one.kind === 'event' ? [one.text] : []));
}

function refusals(all: readonly Found[]): string[] {
  return all.flatMap((one) => (one.kind === 'refused' ? [`${one.line}: ${one.reason}`] : []));
}

// Members called `resources` would make a page of an event.
const event = fc
  .dictionary(
    fc.string({ unit: 'grapheme' }).filter((name) => name !== 'resources' && name !== '__proto__'),
    fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }),
    { minKeys: 1, maxKeys: 4 },
  )
  // -0 is written 0: what stands in the text is what counts.
  .map((value): unknown => JSON.parse(JSON.stringify(value)));
const indent = fc.constantFrom('', ' ', '  ', '\t');
type Shape = 'single' | 'page' | 'turned page' | 'array' | 'array of pages';

function documentOf(shape: Shape, items: readonly unknown[], blanks: string): string {
  const page = { total_results: items.length, next_url: null, resources: items };
  const turnedPage = { resources: items, pagination: { next: null, previous: { href: 'x' } } };
  const shown = (value: unknown): string => JSON.stringify(value, null, blanks);
  switch (shape) {
    case 'single':
      return items.map(shown).join('\n');
    case 'page':
      return shown(page);
    case 'turned page':
      return shown(turnedPage);
    case 'array':
      return shown(items);
    case 'array of pages':
      return shown([page, turnedPage]);
  }
}

test('every event of every document is found, compact, whatever the layout and wherever chunks end', async () => {
  const part = fc.record({
    shape: fc.constantFrom<Shape>('single', 'page', 'turned page', 'array', 'array of pages'),
    items: fc.array(event, { maxLength: 4 }),
    blanks: indent,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 4 }),
      fc.integer({ min: 1, max: 50 }),
      async (parts, size) => {
        const text = parts.map(({ shape, items, blanks }) => documentOf(shape, items, blanks)).join('\n');
        const all = await found(text, size);
        const expected = parts.flatMap(({ shape, items }) =>
          shape === 'array of pages' ? [...items, ...items] : items,
        );
        assert.deepEqual(refusals(all), []);
        assert.deepEqual(
          events(all),
          expected.map((item) => JSON.stringify(item)),
        );
      },
    ),
  );
});

test('the rest of a page follows its events', async () => {
  const all = await found('{"pagination":{"next":{"href":"/x"}},"resources":[{"a":1},{"a":2}],"z":true}');
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['event', 'event', 'envelope'],
  );
  assert.deepEqual(all[2], {
    kind: 'envelope',
    text: '{"pagination":{"next":{"href":"/x"}},"resources":[],"z":true}',
    line: 1,
  });
});

test('numbers, escapes and member order stay as they came', async () => {
  const text = '{"z":1.50e+3,"a":"\\u0026 \\/","n":12345678901234567890}';
  assert.deepEqual(events(await found(` ${text.replace(',"a"', ' , "a"')} `)), [text]);
});

test('events carry the line on which they begin', async () => {
  const all = await found('{"a":1}\n\n{"b":2}\n{\n "resources": [\n  {"c":3},\n  {"d":4}\n ]\n}\n');
  assert.deepEqual(
    all.map(({ line }) => line),
    [1, 3, 6, 7, 4],
  );
});

test('a broken line costs that line, and the next ones are read', async () => {
  const all = await found('{"a":1}\n{"b":\n{"c":3}}\n{"d"\n{"e":5}\n{"f":"cut\n{"g":7}\nnonsense\n{"h":8}\n');
  assert.deepEqual(events(all), ['{"a":1}', '{"b":{"c":3}}', '{"e":5}', '{"g":7}', '{"h":8}']);
  assert.deepEqual(refusals(all), [
    '4: a colon was expected on line 5',
    '6: a control character in a string',
    '8: an event is a JSON object',
  ]);
});

test('a broken item of an array with one event a line costs that line', async () => {
  const all = await found('[\n{"a":1},\n{"b" 2},\n{"c":3}\n]\n');
  assert.deepEqual(events(all), ['{"a":1}', '{"c":3}']);
  assert.deepEqual(refusals(all), ['3: a colon was expected']);
});

test('what is cut off is refused, not kept in part', async () => {
  assert.deepEqual(refusals(await found('{"resources":[{"a":1},{"b"')), ['1: the text ends too early']);
  assert.deepEqual(events(await found('{"resources":[{"a":1},{"b"')), ['{"a":1}']);
  assert.deepEqual(refusals(await found('[')), ['1: the text ends too early']);
});

test('only objects are events', async () => {
  const all = await found('{"resources":[1,"x",[{}],{"a":1}]}');
  assert.deepEqual(events(all), ['{"a":1}']);
  assert.equal(refusals(all).length, 3);
  assert.deepEqual(refusals(await found('42')), ['1: an event is a JSON object']);
});

test('an event that is too large is refused, and its neighbours are not', async () => {
  const large = JSON.stringify({ a: 'x'.repeat(limits.importLineBytesMax) });
  const all = await found(`{"resources":[{"a":1},${large},{"a":2}]}`, 65_536);
  assert.deepEqual(events(all), ['{"a":1}', '{"a":2}']);
  assert.match(refusals(all)[0] ?? '', /^1: larger than/);
});

test('text that is not UTF-8 costs its event alone', async () => {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{"b":"é"}')]);
  const all = await found(bytes);
  assert.deepEqual(refusals(all), ['1: the text is not UTF-8']);
  assert.deepEqual(events(all), ['{"b":"é"}']);
});

test('a byte order mark is passed over, in chunks of any size', async () => {
  for (const size of [1, 2, 3, 50]) assert.deepEqual(events(await found('\ufeff{"a":1}', size)), ['{"a":1}']);
});

test('UTF-16, which some shells write, is refused with that reason', async () => {
  const bytes = Buffer.from('\ufeff{"a":1}', 'utf16le');
  assert.deepEqual(refusals(await found(bytes)), ['1: the text is UTF-16: save it as UTF-8']);
});

test('nesting has an end', async () => {
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  assert.equal(events(await found(deep(limits.jsonDepthMax))).length, 1);
  assert.deepEqual(refusals(await found(deep(100_000), 65_536)), ['1: nested too deep']);
});

test('any bytes at all are read to their end', async () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    '\n',
    ' ',
    'a',
    '1',
    '"resources"',
    '{"a":1}',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(pieces), fc.integer({ min: 1, max: 9 }), async (parts, size) => {
      const all = await found(parts.join(''), size);
      for (const one of all) if (one.kind === 'event') assert.doesNotMatch(one.text, /\n/);
    }),
  );
});
