// The architecture as a test: floors, cycles, sizes, names and bans of CONTRIBUTING.md.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, it } from 'node:test';

/** From the ground up; folders of one floor do not know each other. '' stands for the files of src/ itself. */
const floors: readonly (readonly string[])[] = [
  ['core'],
  ['event', 'merkle'],
  ['wire', 'query', 'verify'],
  ['store'],
  ['log'],
  ['identity'],
  ['foundation', 'export'],
  ['collect', 'watch', 'report'],
  ['http'],
  [''],
  ['cli'],
];

/** What is not to be used, where it may be all the same, and what to use instead. */
const bans: readonly { readonly pattern: RegExp; readonly allowed: RegExp; readonly instead: string }[] = [
  { pattern: /\bDate\.now\(|new Date\(\)/, allowed: /^core\//, instead: 'a Clock (core/clock.ts)' },
  { pattern: /\bMath\.random\(/, allowed: /^$/, instead: 'a Random (core/guid.ts)' },
  {
    pattern: /\bas any[;,)\]\s]*$|: any([,;)\]=]| =)|<any>/m,
    allowed: /^$/,
    instead: 'a type, or unknown and a decoder',
  },
  { pattern: /@ts-(ignore|expect-error|nocheck)/, allowed: /^$/, instead: 'a type that is right' },
  { pattern: /\bexport default\b/, allowed: /^$/, instead: 'a named export' },
  { pattern: /\b(TODO|FIXME|XXX)\b/, allowed: /^$/, instead: 'doing it, or an issue' },
  { pattern: /\bconsole\.log\(/, allowed: /^cli\//, instead: 'the server log, or stdout of a command' },
];

const vagueNames = /^(utils?|helpers?|common|shared|manager|service|base|misc|index)\.ts$/;

const root = resolve(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();
const text = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

function importsOf(file: string): string[] {
  const found = (text.get(file) ?? '').matchAll(/^(?:import|export)\s(?:[^;]*?\sfrom\s)?'(\.[^']+)';/gms);
  const lazy = (text.get(file) ?? '').matchAll(/\bimport\('(\.[^']+)'\)/g);
  return [...found, ...lazy].map(([, path = '']) => relative(root, resolve(root, dirname(file), path)));
}

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

function floorOf(file: string): number {
  return floors.findIndex((floor) => floor.includes(folderOf(file)));
}

describe('tidy', () => {
  it('every folder has a floor', () => {
    assert.deepEqual(
      files.filter((file) => floorOf(file) < 0),
      [],
    );
  });

  it('imports go down, and siblings stay apart', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((to) => folderOf(to) !== folderOf(file) && floorOf(to) >= floorOf(file))
        .map((to) => `${file} -> ${to}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('only compose.ts names a concrete store, beside the store itself and the developers’ command', () => {
    const named = files.filter(
      (file) =>
        folderOf(file) !== 'store' && importsOf(file).some((to) => /^store\/(sqlite|postgres)\//.test(to)),
    );
    assert.deepEqual(
      named.filter((file) => !['compose.ts', 'cli/migration.ts'].includes(file)),
      [],
    );
  });

  it('there is no cycle', () => {
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): void => {
      assert.ok(!path.includes(file), `cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of importsOf(file)) walk(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
  });

  it('every import names a file that exists, and every file is imported or an entry', () => {
    const entries =
      /^(cli\/(main|migration)|store\/sqlite\/(writer|reader|checkpointer)|work|query\/matches)\.ts$/;
    const imported = new Set(files.flatMap(importsOf));
    assert.deepEqual(
      [...imported].filter((file) => !text.has(file)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => !imported.has(file) && !entries.test(file)),
      [],
    );
  });

  it('files are small, lines short', () => {
    const long = files.filter((file) => (text.get(file) ?? '').split('\n').length > 401);
    assert.deepEqual(long, []);
  });

  it('files open with what they are, have plain names and do not only re-export', () => {
    assert.deepEqual(
      files.filter((file) => !text.get(file)?.startsWith('// ')),
      [],
    );
    assert.deepEqual(
      files.filter((file) => vagueNames.test(file.slice(file.lastIndexOf('/') + 1))),
      [],
    );
    assert.deepEqual(
      files.filter((file) => /^export \* from/m.test(text.get(file) ?? '')),
      [],
    );
  });

  for (const { pattern, allowed, instead } of bans) {
    it(`nobody writes ${pattern.source}: use ${instead}`, () => {
      const found = files.filter((file) => !allowed.test(file) && pattern.test(text.get(file) ?? ''));
      assert.deepEqual(found, []);
    });
  }
});
