import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { limits } from '../../src/core/limits.ts';
import { Malformed } from '../../src/merkle/malformed.ts';
import {
  digestOf,
  formatManifest,
  type Manifest,
  manifestOf,
  readManifest,
} from '../../src/verify/manifest.ts';
import { newFolder } from './log-folder.ts';

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const file = { name: 'checkpoint', bytes: 0, sha256 };
const log = {
  epoch: 1,
  origin: 'log.example/1',
  checkpoint: 'checkpoint',
  count: 2,
  first_index: 3,
  last_index: 9,
};
const manifest = manifestOf(
  { server: null, filters: ['--since 2026-01-01'], count: 2, logs: [log], files: [file] },
  1_790_000_000_000_001,
);

test('a manifest says what wrote it, and when', () => {
  const read = readManifest(formatManifest(manifest));
  assert.deepEqual(read, manifest);
  assert.equal(read.created_at, '2026-09-21T14:13:20.000001Z');
  assert.match(read.tool, /^Hansard \d/);
});

test('manifests come back as they were written', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'));
  const name = fc.stringMatching(/^[a-z][a-z0-9 ._-]{0,20}$/).filter((word) => word !== 'manifest.json');
  const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const files = fc.uniqueArray(
    fc.record({ name, bytes: count, sha256: fc.constant(sha256) }, { noNullPrototype: true }),
    {
      selector: ({ name: key }) => key,
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(
      fc.option(text),
      fc.array(text),
      count,
      files,
      text,
      (server, filters, events, listed, origin) => {
        const [first] = listed;
        const logs = [
          { epoch: 1, origin, checkpoint: first?.name ?? '', count: 1, first_index: 0, last_index: 0 },
        ];
        const made = manifestOf({ server, filters, count: events, logs, files: listed }, 0);
        assert.deepEqual(readManifest(formatManifest(made)), made);
      },
    ),
  );
});

test('what is no manifest is refused with the member that is wrong', () => {
  const broken = (more: object): string => JSON.stringify({ ...manifest, ...more });
  const cases: [string, RegExp][] = [
    ['hello', /^the manifest is not JSON: not JSON at character 1$/],
    ['[]', /^the manifest is not a JSON object$/],
    ['{"format":"a","format":"b"}', /"format" stands twice/],
    [
      broken({ format: 'hansard-evidence/2' }),
      /is of the format "hansard-evidence\/2", not hansard-evidence\/1$/,
    ],
    [broken({ extra: 1 }), /has the unknown member "extra"$/],
    [broken({ created_at: 'today' }), /created_at of the manifest is "today", not a time/],
    [broken({ count: -1 }), /the member count of the manifest is "-1"/],
    [broken({ count: '2' }), /the member count of the manifest is not a whole number/],
    [broken({ filters: [1] }), /the member filters of the manifest is not an array of texts/],
    [broken({ files: {} }), /the member files of the manifest is not an array/],
    [broken({ files: [{ ...file, name: '../x' }] }), /names the file "\.\.\/x"/],
    [broken({ files: [{ ...file, name: '..' }] }), /names the file "\.\."/],
    [broken({ files: [{ ...file, name: 'manifest.json' }] }), /names the file "manifest\.json"/],
    [broken({ files: [{ ...file, sha256: sha256.toUpperCase() }] }), /is not 64 lower-case hex digits/],
    [broken({ files: [file, file] }), /lists "checkpoint" twice/],
    [broken({ files: [] }), /does not list the checkpoint "checkpoint"/],
    [broken({ logs: [log, log] }), /names an epoch twice/],
    [
      broken({
        files: Array.from({ length: limits.manifestFilesMax + 1 }, (_, n) => ({ ...file, name: `f${n}` })),
      }),
      /more than/,
    ],
  ];
  for (const [text, expected] of cases) {
    assert.throws(
      () => readManifest(text),
      (error) => error instanceof Malformed && expected.test(error.message),
      text,
    );
  }
  const { tool: _, ...without } = manifest;
  assert.throws(() => readManifest(JSON.stringify(without)), /has no member tool/);
  const unreadable: Manifest = { ...manifest, files: [] };
  assert.throws(() => formatManifest(unreadable), Malformed);
});

test('the digest of a file is that of its bytes', async (t) => {
  const path = join(newFolder(t), 'empty');
  writeFileSync(path, '');
  assert.deepEqual(await digestOf(path, file), file);
  writeFileSync(path, 'a longer one');
  const sha256 = createHash('sha256').update('a long').digest('hex');
  assert.deepEqual(await digestOf(path, { ...file, bytes: 5 }), { ...file, bytes: 6, sha256 });
});
