import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { csvLine, csvLines } from '../../src/export/csv.ts';

/** A reader after RFC 4180, section 2, written against the standard and not against the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      let cell = '';
      if (text[at] === '"') {
        at += 1;
        while (text[at] !== '"' || text[at + 1] === '"') {
          assert.ok(at < text.length, 'a quoted cell ends');
          if (text[at] === '"') at += 1;
          cell += text[at];
          at += 1;
        }
        at += 1;
      } else {
        while (at < text.length && text[at] !== ',' && !text.startsWith('\r\n', at)) {
          assert.ok(!'"\r\n'.includes(text[at] ?? ''), 'a bare cell holds no quote and no line end');
          cell += text[at];
          at += 1;
        }
      }
      row.push(cell);
      if (text[at] === ',') {
        at += 1;
        continue;
      }
      assert.equal(text.slice(at, at + 2), '\r\n', 'a line ends with CRLF');
      at += 2;
      break;
    }
    rows.push(row);
  }
  return rows;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function joined(texts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const text of texts) all += text;
  return all;
}

const nasty = fc.constantFrom(
  '"',
  ',',
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '=',
  '+',
  '-',
  '@',
  "'",
  '\0',
  '＝',
  '\ufeff',
  'ä',
);
const cell = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'grapheme' })), { maxLength: 6 })
  .map((parts) => parts.join(''));

test('what is written raw is read back cell by cell', () => {
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
    );
  fc.assert(
    fc.property(table, (rows) => {
      assert.deepEqual(readCsv(rows.map((row) => csvLine(row, true)).join('')), rows);
    }),
  );
});

test('with the guard, a cell is as it was or has one apostrophe before it, and none begins a formula', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (row) => {
      const [read = []] = readCsv(csvLine(row));
      for (const [index, value] of read.entries()) {
        assert.ok(value === row[index] || value === `'${row[index]}`);
        assert.doesNotMatch(value, /^\s*[=+\-@＝＋－＠]/);
        assert.doesNotMatch(value, /^[\t\r\n\0]/);
      }
    }),
  );
});

for (const start of [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\nx',
  '\0x',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  '  =1',
  '\u00a0=1',
]) {
  test(`a cell beginning with ${JSON.stringify(start)} is neutralised`, () => {
    assert.deepEqual(readCsv(csvLine([start, 'x'])), [[`'${start}`, 'x']]);
    assert.deepEqual(readCsv(csvLine([start, 'x'], true)), [[start, 'x']]);
  });
}

test('quotes stand only where they are needed, and are doubled, never dropped', () => {
  assert.equal(
    csvLine(['plain', 'a,b', 'say "hi"', ' padded', 'two\nlines']),
    'plain,"a,b","say ""hi"""," padded","two\nlines"\r\n',
  );
});

test('a row of one empty cell is no empty line', () => {
  assert.equal(csvLine(['']), '""\r\n');
});

test('the header comes first, and Excel gets its mark', async () => {
  const rows = (): AsyncGenerator<string[]> => each([['1', '2']]);
  assert.equal(await joined(csvLines(['A', 'B'], rows(), { raw: false, excel: false })), 'A,B\r\n1,2\r\n');
  assert.equal(
    await joined(csvLines(['A', 'B'], rows(), { raw: false, excel: true })),
    '\ufeffA,B\r\n1,2\r\n',
  );
});
