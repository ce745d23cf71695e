import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
    assert.equal(existsSync(path), false);
    assert.match(readdirSync(dirname(path)).join(), /^events\.csv\.[0-9a-f]{12}\.part$/);
    yield 'end';
  }
  await pour(watched(), await fileSink(path));
  assert.equal(readFileSync(path, 'utf8'), `${'x'.repeat(100_000)}end`);
  assert.deepEqual(readdirSync(dirname(path)), ['events.csv']);
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

test('two at once do not touch each other: the last one to finish is there, whole', async (t) => {
  const home = folder(t);
  const path = join(home, 'events.csv');
  const [first, second] = [await fileSink(path), await fileSink(path)];
  await Promise.all([pour(each('a'.repeat(100_000)), first), pour(each('b'.repeat(100_000)), second)]);
  assert.match(readFileSync(path, 'utf8'), /^(a{100000}|b{100000})$/);
  assert.deepEqual(readdirSync(home), ['events.csv']);
});

test('links are followed, also to a file that is still to come, and permissions stay', async (t) => {
  const home = folder(t);
  mkdirSync(join(home, 'there'));
  symlinkSync('there/events.csv', join(home, 'link'));
  await pour(each('new'), await fileSink(join(home, 'link')));
  chmodSync(join(home, 'there/events.csv'), 0o666);
  await pour(each('newer'), await fileSink(join(home, 'link')));
  assert.equal(lstatSync(join(home, 'link')).isSymbolicLink(), true);
  assert.equal(readFileSync(join(home, 'there/events.csv'), 'utf8'), 'newer');
  assert.equal(statSync(join(home, 'there/events.csv')).mode & 0o777, 0o666);
  assert.deepEqual(readdirSync(join(home, 'there')), ['events.csv']);
});

test('a pipe is written into and stays a pipe', async (t) => {
  const home = folder(t);
  const path = join(home, 'pipe');
  execFileSync('mkfifo', [path]);
  const read = readFile(path, 'utf8');
  await pour(each('through'), await fileSink(path));
  assert.equal(await read, 'through');
  assert.equal(lstatSync(path).isFIFO(), true);
  assert.deepEqual(readdirSync(home), ['pipe']);
});

test('what is open already is added to and not replaced', {
  skip: !existsSync('/proc/self/fd'),
}, async (t) => {
  const path = join(folder(t), 'open.csv');
  writeFileSync(path, 'before,');
  const file = await open(path, 'r+');
  await pour(each('after'), await fileSink(`/proc/self/fd/${file.fd}`));
  assert.equal(await file.readFile('utf8'), 'before,after');
  await file.close();
});

test('a folder is refused at once, and a process that ends leaves nothing', async (t) => {
  const home = folder(t);
  await assert.rejects(fileSink(home), { code: 'EISDIR' });
  const sink = await fileSink(join(home, 'events.csv'));
  sink.abandonNow();
  assert.deepEqual(readdirSync(home), []);
  await sink.abandon();
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
