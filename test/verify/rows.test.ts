import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import { csvLine } from '../../src/export/csv.ts';
import { jsonArray } from '../../src/export/json.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import { csvRows, linesOf, resourcesOf } from '../../src/verify/rows.ts';
import { newFolder } from './log-folder.ts';

function written(t: TestContext, name: string, bytes: string | Uint8Array): string {
  const path = join(newFolder(t), name);
  writeFileSync(path, bytes);
  return path;
}

async function textsIn(rows: AsyncIterable<{ text: string }>): Promise<string[]> {
  return (await Array.fromAsync(rows)).map(({ text }) => text);
}

test('lines come one by one, with or without an end of the last', async (t) => {
  assert.deepEqual(await Array.fromAsync(linesOf(written(t, 'a', 'one\n\nthree'))), [
    { line: 1, text: 'one' },
    { line: 2, text: '' },
    { line: 3, text: 'three' },
  ]);
  assert.deepEqual(await textsIn(linesOf(written(t, 'b', ''))), []);
  assert.deepEqual(await textsIn(linesOf(written(t, 'c', 'ä\n'))), ['ä']);
});

test('a line across many pieces of a file is one line', async (t) => {
  const long = 'ä'.repeat(300_000);
  assert.deepEqual(await textsIn(linesOf(written(t, 'a', `${long}\nb\n${long}\n`))), [long, 'b', long]);
});

test('lines that are too long, or no UTF-8, are refused with their number', async (t) => {
  const long = written(t, 'a', `x\n${'y'.repeat(limits.evidenceLineBytesMax + 1)}`);
  await assert.rejects(textsIn(linesOf(long)), /^Malformed: line 2 is longer than/);
  await assert.rejects(
    textsIn(linesOf(written(t, 'b', Buffer.from('a\n\xff\n', 'latin1')))),
    /line 2 is not UTF-8/,
  );
});

test('the items of an array are found as exports write them', async (t) => {
  for (const items of [[], ['{"a":1}'], ['{"a":[1,2]}', '{}', '{"b":","}']]) {
    const pieces = await Array.fromAsync(
      jsonArray(
        (async function* () {
          yield* items;
        })(),
      ),
    );
    assert.deepEqual(await textsIn(resourcesOf(written(t, 'a.json', pieces.join('')))), items);
  }
  for (const wrong of ['', '[\n{}', '{}\n', '[]\n[]\n', '[\n{}\n]\nmore\n']) {
    await assert.rejects(textsIn(resourcesOf(written(t, 'a.json', wrong))), Malformed, JSON.stringify(wrong));
  }
});

test('rows of CSV are counted whatever stands in their cells', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'ä') }), {
          minLength: 1,
          maxLength: 3,
        }),
      ),
      async (rows) => {
        const text = [['head', 'of it'], ...rows].map((cells) => csvLine(cells)).join('');
        assert.equal(await csvRows(written(t, 'a.csv', text)), rows.length);
        assert.equal(await csvRows(written(t, 'b.csv', text.replace(/\r\n$/, ''))), rows.length);
      },
    ),
    { numRuns: 50 },
  );
  assert.equal(await csvRows(written(t, 'c.csv', '')), 0);
  await assert.rejects(csvRows(written(t, 'd.csv', 'a\r\n"b\r\n')), Malformed);
});
