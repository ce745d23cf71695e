// The frame of the pages for people: head, skip link, contents and style. Nothing is loaded from anywhere, there is no
// script, and the policy says so to the browser.
import { createHash } from 'node:crypto';
import { product } from '../../core/version.ts';
import type { Answer } from '../route.ts';
import { type Html, html } from './html.ts';

const style = `
:root { color-scheme: light dark; --ground: #fff; --soft: #f2f4f7; --line: #c6ccd4; --text: #1b1f24; --quiet: #4a5361;
  --link: #0b4f9e; --mark: #7a2e00; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --soft: #1f242a; --line: #465060; --text: #e8ebef;
  --quiet: #b3bcc8; --link: #8fc1ff; --mark: #ffb98a; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, pre:focus-visible, main:focus-visible { outline: 3px solid var(--link);
  outline-offset: 2px; }
.skip { position: absolute; left: -100vw; padding: .6rem 1rem; background: var(--link); color: var(--ground); }
.skip:focus { left: .5rem; top: .5rem; z-index: 1; }
header, main, footer { padding: 1rem clamp(1rem, 4vw, 2.5rem); }
header { border-bottom: 1px solid var(--line); background: var(--soft); }
header p { margin: .3rem 0; max-width: 46rem; }
nav { padding: 1rem clamp(1rem, 4vw, 2.5rem) 0; }
nav ul { margin: .3rem 0; padding: 0; list-style: none; columns: 14rem; }
nav li { break-inside: avoid; padding: .1rem 0; }
main { max-width: 62rem; }
h1 { margin: 0; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.8rem 0 .6rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); font-size: 1.35rem; }
nav h2 { margin: 0; border: 0; font-size: 1rem; }
h3 { margin: 1rem 0 .1rem; font-size: 1.02rem; }
h4 { margin: 1.1rem 0 .3rem; font-size: .95rem; }
p { margin: .2rem 0 .5rem; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .9em; }
pre { margin: .3rem 0 .8rem; padding: .6rem .8rem; background: var(--soft); border: 1px solid var(--line);
  border-radius: 4px; white-space: pre-wrap; }
.method { display: inline-block; min-width: 4.2rem; margin-right: .3rem; padding: .05rem .4rem; border-radius: 4px;
  background: var(--text); color: var(--ground); font: 700 .8rem/1.6 ui-monospace, monospace; text-align: center; }
.quiet { color: var(--quiet); }
article { border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
details > :not(summary) { margin-left: 1.1rem; }
summary { cursor: pointer; padding: .2rem 0; color: var(--link); }
dl { margin: .2rem 0 .8rem; }
dt { margin-top: .45rem; }
dd code { display: inline-block; max-width: 100%; }
dt .kind { color: var(--quiet); font-size: .88rem; }
dt .must { color: var(--mark); font-size: .88rem; }
dd { margin: 0 0 0 1.2rem; }
footer { border-top: 1px solid var(--line); color: var(--quiet); }
@media (min-width: 44rem) {
  dl { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: .25rem 1.2rem; }
  dt { margin: 0; }
  dd { margin: 0; }
}
@media (min-width: 72rem) {
  .page { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding-right: 0;
    padding-bottom: 1rem; border-right: 1px solid var(--line); }
  nav ul { columns: auto; }
  main > section:first-child > h2 { margin-top: 1rem; }
}
@media print {
  :root { color-scheme: light; --ground: #fff; --soft: #fff; --line: #999; --text: #000; --quiet: #333; --link: #000;
    --mark: #000; }
  .skip, nav { display: none; }
  .page { display: block; }
  main { max-width: none; }
  body { font-size: 10pt; }
  details::details-content { content-visibility: visible; height: auto; }
  h2, h3, h4, dt { break-after: avoid; }
  pre, dd { break-inside: avoid; }
}
`;

const styleDigest = createHash('sha256').update(style).digest('base64');

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
} as const;

export interface Page {
  readonly title: string;
  readonly introduction: Html;
  /** Places in the page, in their order. */
  readonly contents: readonly { readonly to: string; readonly title: string }[];
  readonly body: Html;
}

/** The whole document, as text. */
export function pageText({ title, introduction, contents, body }: Page): string {
  const entries = contents.map((entry) => html`<li><a href="#${entry.to}">${entry.title}</a></li>`);
  // The style goes in as it is: the digest in the policy is of exactly this text.
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${product.name}</title>
<style>${{ html: style }}</style>
</head>
<body>
<a class="skip" href="#content">Skip the contents</a>
<header>
<h1>${title}</h1>
${introduction}
</header>
<div class="page">
<nav aria-labelledby="contents">
<h2 id="contents">Contents</h2>
<ul>
${entries}
</ul>
</nav>
<main id="content" tabindex="-1">
${body}
</main>
</div>
<footer>${product.name} ${product.version}</footer>
</body>
</html>
`.html;
}

/** 200 with a page. */
export function pageAnswer(body: string): Answer {
  return { status: 200, headers, body };
}
