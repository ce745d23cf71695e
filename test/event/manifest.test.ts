import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hideInManifest } from '../../src/event/manifest.ts';

const hidden = '[PRIVATE DATA HIDDEN]';

test('a plain manifest keeps all but its secrets', () => {
  const manifest = `---
applications:
- name: dora
  memory: 256M
  env:
    A: canary

    # a comment
  # another, further out
    B: |
      canary
  routes:
  - route: dora.example.org
  services:
  - db
  - name: cache
    parameters:
      size: canary
  - name: queue
    parameters:
    - canary
  cnb-credentials: {registry.example.org: {user: u, password: canary}}
  "docker":
    image: a/b
    'password' : canary
  processes:
  - type: web
    env: canary
    command: bundle exec rackup
`;
  assert.equal(
    hideInManifest(manifest),
    `---
applications:
- name: dora
  memory: 256M
  env: "${hidden}"

  routes:
  - route: dora.example.org
  services:
  - db
  - name: cache
    parameters: "${hidden}"
  - name: queue
    parameters: "${hidden}"
  cnb-credentials: "${hidden}"
  "docker":
    image: a/b
    'password' : "${hidden}"
  processes:
  - type: web
    env: "${hidden}"
    command: bundle exec rackup
`,
  );
});

test('what the original has hidden stays byte for byte', () => {
  for (const manifest of [
    hidden,
    `---\napplications:\n- name: dora\n  env: "${hidden}"\n  cnb-credentials: '${hidden}'\n`,
    `applications:\r\n- name: dora\r\n  env: ${hidden}\r\n  instances: 2\r\n`,
    'applications:\n- name: dora\n  env: PRIVATE DATA HIDDEN\n  command: echo "it\'s: fine"\n',
    '',
  ]) {
    assert.equal(hideInManifest(manifest), manifest);
  }
});

test('Windows line ends are kept', () => {
  assert.equal(hideInManifest('env:\r\n  A: canary\r\nname: x\r\n'), `env: "${hidden}"\nname: x\r\n`);
});

test('a manifest that is not plain is hidden as a whole', () => {
  for (const manifest of [
    'applications: [{name: x, env: {A: canary}}]',
    '{"applications":[{"name":"x","env":{"A":"canary"}}]}',
    'applications:\n- name: x\n  env: &e\n    A: canary\n',
    'common: &e\n  A: canary\napplications:\n- name: x\n  env: *e\n',
    'applications:\n- name: x\n  ? env\n  : A: canary\n',
    'applications:\n- name: x\n  "\\x65nv": canary\n',
    'applications:\n- name: x\n  env:\n{A: canary\n}',
    'applications: [\n  {name: x, env:\n{A: canary}}]',
    'applications: [\n{name: x,\nenv: canary,\nB: canary}]',
    'applications:\n- name: x\n  env: "a\nb: canary"\n',
    "applications:\n- name: x\n  env: 'a\nb: canary'\n",
    'applications:\n- name: x\n\tenv: canary\n',
    'applications:\n- name: x\n  env: !!binary canary\n',
    'a: 1\renv: canary',
    'a: 1\u2028env: canary',
    'docker: {username: u, password: canary}',
    "- {password: it's\n    canary}",
    '- {password: x,\nname: canary}',
    '- [password: x,\nname: canary]',
  ]) {
    assert.equal(hideInManifest(manifest), hidden, manifest);
  }
});

/** Block-style YAML of a tree, in the ways that people write it. */
type Tree = string | { readonly [name: string]: Tree } | readonly Tree[];

function yaml(tree: Tree, indent: number, dashIndent: number): string {
  const pad = ' '.repeat(indent);
  if (typeof tree === 'string') return ` ${tree}\n`;
  if (Array.isArray(tree)) {
    const items = tree.map((item) => {
      const inner = yaml(item, indent + dashIndent + 2, dashIndent);
      const first = typeof item === 'string' ? inner : ` ${inner.replace(/^\n? */, '')}`;
      return `${' '.repeat(indent + dashIndent)}-${first}`;
    });
    return `\n${items.join('')}`;
  }
  return `\n${Object.entries(tree)
    .map(([name, value]) => `${pad}${name}:${yaml(value, indent + 2, dashIndent)}`)
    .join('')}`;
}

test('no value below a hidden member survives, at any depth and in any layout', () => {
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('plain', '"quoted"', "'x'", '12'),
      fc.dictionary(
        fc.constantFrom('name', 'env', 'services', 'parameters', 'client_secret', 'x'),
        tie('tree'),
        { minKeys: 1 },
      ),
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    ),
  }));
  const planted = (value: Tree, secret: boolean): Tree => {
    if (typeof value === 'string') return secret ? 'canary' : value;
    if (Array.isArray(value)) return value.map((item: Tree) => planted(item, secret));
    return Object.fromEntries(
      Object.entries(value).map(([name, below]) => [
        name,
        planted(below, secret || ['env', 'parameters', 'client_secret'].includes(name)),
      ]),
    );
  };
  fc.assert(
    fc.property(tree, fc.constantFrom(0, 2), (value, dashIndent) => {
      const text = yaml({ root: planted(value, false) }, 0, dashIndent);
      const safe = hideInManifest(text);
      assert.doesNotMatch(safe, /canary/, text);
      assert.equal(hideInManifest(safe), safe);
      if (!text.includes('canary')) assert.equal(safe, text);
    }),
    { numRuns: 500 },
  );
});
