import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

test('the folder stands on core, node:crypto and node:buffer alone', () => {
  const folder = join(import.meta.dirname, '../../src/merkle');
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const imported = files.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)].map(
      ([, from = '', lazily = '']) => from || lazily,
    ),
  );
  const outside = new Set(imported.filter((path) => !path.startsWith('./')));
  assert.deepEqual([...outside].sort(), [
    '../core/error.ts',
    '../core/limits.ts',
    'node:buffer',
    'node:crypto',
  ]);
});
