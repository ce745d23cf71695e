// The pages for people: well-formed, whole without a network or a script, readable by everybody.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { allEntries } from '../../src/event/catalog.ts';
import { apiPage } from '../../src/http/docs/api-page.ts';
import { html, prose } from '../../src/http/docs/html.ts';
import { shellLines } from '../../src/http/docs/lines.ts';
import { openApiOf } from '../../src/http/openapi/document.ts';
import type { Route } from '../../src/http/route.ts';
import { routes } from '../../src/http/routes.ts';
import { request, startServer, type TestServer } from '../harness.ts';

interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The text up to the next tag. */
  readonly text: string;
}

const isVoid = /^(meta|link|br|!doctype)$/;

/** Reads the tags of a page; throws where one is not closed, or closed out of order. */
function tagsOf(page: string): Tag[] {
  const tags: Tag[] = [];
  const open: string[] = [];
  for (const [, closing, name = '', rest = '', text = ''] of page.matchAll(
    /<(\/?)([!\w]+)([^>]*)>([^<]*)/g,
  )) {
    if (closing === '/') assert.equal(open.pop(), name, `near ${tags.at(-1)?.text}`);
    else {
      if (!isVoid.test(name)) open.push(name);
      const attributes = [...rest.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        value,
      ]);
      tags.push({ name, attributes: Object.fromEntries(attributes), text: text.trim() });
    }
  }
  assert.deepEqual(open, []);
  return tags;
}

describe('pages', () => {
  let server: TestServer;
  const pages = new Map<string, { readonly text: string; readonly headers: Headers; readonly tags: Tag[] }>();

  before(async () => {
    server = await startServer();
    for (const path of ['/docs', '/docs/events']) {
      const { status, text, headers } = await request(server.url, 'GET', path);
      assert.equal(status, 200);
      pages.set(path, { text, headers, tags: tagsOf(text) });
    }
  });

  after(() => server.stop());

  it('are HTML, and allow the browser nothing but their own style', () => {
    for (const { text, headers } of pages.values()) {
      assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
      const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
      const digest = createHash('sha256').update(style).digest('base64');
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /^default-src 'none'; /);
      assert.ok(policy.includes(`style-src 'sha256-${digest}'`));
      assert.doesNotMatch(policy, /unsafe|script-src|\*/);
    }
  });

  it('load nothing: no script, no image, no address of anybody else', () => {
    for (const { text, tags } of pages.values()) {
      const names = new Set(tags.map(({ name }) => name));
      for (const name of ['script', 'img', 'link', 'iframe', 'form', 'object', 'embed'])
        assert.ok(!names.has(name));
      for (const { attributes } of tags) {
        assert.equal(attributes.src, undefined);
        assert.equal(attributes.style, undefined);
        assert.ok(Object.keys(attributes).every((name) => !name.startsWith('on')));
        assert.match(attributes.href ?? '#', /^[#/]/);
      }
      assert.doesNotMatch(text, /url\(|@import/);
    }
  });

  it('have a language, a title, a skip link first, and a main part that it leads to', () => {
    for (const { tags } of pages.values()) {
      assert.equal(tags.find(({ name }) => name === 'html')?.attributes.lang, 'en');
      assert.match(tags.find(({ name }) => name === 'title')?.text ?? '', /Hansard/);
      assert.ok(tags.some(({ attributes }) => attributes.name === 'viewport'));
      const first = tags.find(({ name }) => name === 'a');
      const main = tags.filter(({ name }) => name === 'main');
      assert.equal(first?.attributes.class, 'skip');
      assert.deepEqual([`#${main[0]?.attributes.id}`, main.length], [first?.attributes.href, 1]);
    }
  });

  it('have headings in order, one of the first level', () => {
    for (const { tags } of pages.values()) {
      const levels = tags.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => Number(name.slice(1)));
      assert.equal(levels[0], 1);
      assert.equal(levels.filter((level) => level === 1).length, 1);
      for (const [index, level] of levels.entries()) assert.ok(level <= (levels[index - 1] ?? 0) + 1);
    }
  });

  it('have names for places once, and links that lead somewhere', () => {
    for (const { tags } of pages.values()) {
      const ids = tags.flatMap(({ attributes }) => (attributes.id === undefined ? [] : [attributes.id]));
      assert.equal(new Set(ids).size, ids.length);
      const links = tags.flatMap(({ attributes }) => [
        ...(attributes.href?.startsWith('#') ? [attributes.href.slice(1)] : []),
        ...(attributes['aria-labelledby'] === undefined ? [] : [attributes['aria-labelledby']]),
      ]);
      assert.deepEqual(
        links.filter((link) => !ids.includes(link)),
        [],
      );
      const paths = tags.flatMap(({ attributes: { href = '' } }) => (href.startsWith('/') ? [href] : []));
      assert.ok(paths.every((path) => routes.some((route) => route.path === path)));
    }
  });

  it('tell of every operation, with who may call it and a line for the shell', () => {
    const page = pages.get('/docs');
    const document = openApiOf(routes, server.url);
    const articles = new Map(
      (page?.text ?? '')
        .split('<article id="')
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf('"')), part]),
    );
    for (const { operationId, summary } of Object.values(document.paths).flatMap(Object.values)) {
      const article = articles.get(operationId) ?? '';
      assert.ok(article.includes(html`${summary}`.html), operationId);
      assert.match(article, /Who may call: [A-Z]/);
      assert.match(article, /<h4>Answer<\/h4>[\s\S]*<h4>Example<\/h4>\s*<pre[^>]*><code>curl /);
    }
    assert.match(articles.get('getV3AuditEvents') ?? '', /\ncf curl &quot;\/v3\/audit_events\?types=audit\./);
    assert.doesNotMatch(articles.get('getHealthz') ?? '', /cf curl/);
  });

  it('tell of every type of event', () => {
    const names = new Set((pages.get('/docs/events')?.tags ?? []).map(({ attributes }) => attributes.id));
    for (const { type } of allEntries()) assert.ok(names.has(`event-${type}`), type);
  });

  it('have colours that can be read, by day and by night', () => {
    const style = pages.get('/docs')?.text ?? '';
    const themes = [...style.matchAll(/:root \{([^}]*--ground[^}]*)\}/g)].map(([, rules = '']) =>
      Object.fromEntries(
        [...rules.matchAll(/--(\w+): (#\w+)/g)].map(([, name = '', value = '']) => [name, value]),
      ),
    );
    assert.equal(themes.length, 3);
    for (const colours of themes) {
      for (const front of ['text', 'quiet', 'link', 'mark'])
        for (const back of ['ground', 'soft']) {
          const ratio = contrast(colours[front] ?? '', colours[back] ?? '');
          assert.ok(ratio >= 4.5, `${front} on ${back}: ${ratio}`);
        }
    }
  });
});

/** WCAG 2, section 1.4.3. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const hex = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour;
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('lines for the shell', () => {
  const document = openApiOf(routes, 'http://127.0.0.1:1');
  const lines = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      shellLines({ method, path, operation }, 'http://127.0.0.1:1', document.components.schemas),
    ),
  );

  it('are what a shell understands', () => {
    assert.ok(lines.length > routes.length);
    const { status, stderr } = spawnSync('sh', ['-n'], { input: lines.join('\n'), encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  it('say what is sent and who asks', () => {
    assert.ok(lines.includes(`cf curl -X PATCH "/v3/organizations/$GUID" -d '{"name":"acme-eu"}'`));
    assert.ok(
      lines.some((line) => line.startsWith('curl -X POST -u cf: "http://127.0.0.1:1/oauth/token" -d ')),
    );
    assert.ok(lines.some((line) => line.endsWith('/api/import" --data-binary @events.ndjson')));
  });

  it('hand any text over to the program as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('\0'));
        const operation = {
          operationId: 'x',
          tags: ['x'] as const,
          summary: '',
          'x-caller': '',
          security: [],
          parameters: [],
          requestBody: { content: { 'application/json': { schema: { examples: [{ text }] } } } },
          responses: {},
        };
        const [line = ''] = shellLines({ method: 'get', path: '/', operation }, '', {});
        const input = line.replace('curl "/" -d', 'printf %s');
        assert.equal(spawnSync('sh', { input, encoding: 'utf8' }).stdout, JSON.stringify({ text }));
      }),
      { numRuns: 25 },
    );
  });
});

describe('what is written into a page', () => {
  it('never becomes markup', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const written = html`<p title="${text}">${text}</p>`.html;
        assert.equal(tagsOf(written).length, 1);
        const back = written.slice(written.indexOf('>') + 1, -'</p>'.length);
        const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
        assert.equal(
          back.replace(/&([#\w]+);/g, (_, name: string) => characters[name] ?? ''),
          text,
        );
      }),
    );
  });

  it('may come from a route', () => {
    const summary = '<script>alert("&")</script>';
    const route: Route = {
      method: 'GET',
      path: '/v3/x',
      dialect: 'v3',
      access: 'public',
      summary,
      handle: () => ({ status: 200 }),
    };
    const page = apiPage(openApiOf([route], 'http://x'), '/docs/events');
    assert.ok(page.includes('&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;'));
    assert.ok(!page.includes('<script>'));
  });

  it('has code between backquotes', () => {
    assert.equal(prose('a `b<` c').html, 'a <code>b&lt;</code> c');
  });
});
