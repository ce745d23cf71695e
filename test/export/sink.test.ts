import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { jsonArray } from '../../src/export/json.ts';
import { ndjsonLines } from '../../src/export/ndjson.ts';
import { fileSink, pour, streamSink } from '../../src/export/sink.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hansard-sink-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function* each(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

test('a file has its name only when it is whole', async (t) => {
  const path = join(folder(t), 'events.csv');
  async function* watched(): AsyncGenerator<string> {
    yield 'x'.repeat(100_000);
    assert.deepEqual([existsSync(path), existsSync(`${path}.part`)], [false, true]);
    yield 'end';
  }
  await pour(watched(), await fileSink(path));
  assert.equal(readFileSync(path, 'utf8'), `${'x'.repeat(100_000)}end`);
  assert.equal(existsSync(`${path}.part`), false);
});

test('when the source fails, the old file stays as it was and nothing else remains', async (t) => {
  const home = folder(t);
  const path = join(home, 'events.csv');
  writeFileSync(path, 'old');
  async function* failing(): AsyncGenerator<string> {
    yield 'half';
    throw new Error('cut');
  }
  await assert.rejects(pour(failing(), await fileSink(path)), /cut/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(home), ['events.csv']);
});

test('when the name cannot be given, nothing remains', async (t) => {
  const home = folder(t);
  const sink = await fileSink(join(home, 'events.csv'));
  // A folder of that name has appeared meanwhile.
  mkdirSync(join(home, 'events.csv'));
  await assert.rejects(pour(each('x'), sink));
  assert.deepEqual(readdirSync(home), ['events.csv']);
});

test('a stream gets everything at the pace of its reader, and stays open', async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  const read = (async () => {
    let all = '';
    for await (const piece of stream) all += piece;
    return all;
  })();
  await pour(each('a', 'b'.repeat(70_000), 'c'), streamSink(stream));
  assert.equal(stream.writableEnded, false);
  stream.end();
  assert.equal((await read).length, 70_002);
});

test('JSON is one array and NDJSON one line each, also of nothing', async () => {
  const joined = async (texts: AsyncIterable<string>): Promise<string> =>
    (await Array.fromAsync(texts)).join('');
  assert.equal(await joined(jsonArray(each())), '[]\n');
  assert.equal(await joined(jsonArray(each('{"a":1.0}', '{}'))), '[\n{"a":1.0},\n{}\n]\n');
  assert.equal(await joined(ndjsonLines(each('{"a":1.0}', '{}'))), '{"a":1.0}\n{}\n');
});
