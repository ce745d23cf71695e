import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { digesting } from '../../src/export/digest.ts';
import type { Sink } from '../../src/export/sink.ts';

test('the digest is of the bytes that went out, however they were cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (texts) => {
      let written = '';
      const done: string[] = [];
      const sink: Sink = {
        write: async (text) => {
          written += text;
        },
        finish: async () => void done.push('finish'),
        abandon: async () => void done.push('abandon'),
        abandonNow: () => void done.push('abandonNow'),
      };
      const { sink: counted, digest } = digesting(sink);
      for (const text of texts) await counted.write(text);
      await counted.finish();
      const bytes = Buffer.from(texts.join(''));
      assert.equal(written, texts.join(''));
      assert.deepEqual(digest(), {
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      assert.deepEqual(done, ['finish']);
    }),
  );
});
